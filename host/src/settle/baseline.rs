//! The baseline: findings that were there when keyreeve was introduced, known but not approved. Not
//! an exception: nobody answers for one, the statement stays violated, and only the gate lets it through.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::finding::{Finding, Status};
use crate::policy::exceptions::is_fingerprint;
use crate::source::Sources;

/// The format that [`Baseline`] is written in and [`Baseline::load`] reads.
pub const SCHEMA: &str = "keyreeve/baseline/v1";

/// Largest baseline, in bytes.
pub const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// A baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By fingerprint and verdict: what an undetermined is known for says nothing of a violation.
    entries: BTreeMap<(String, Answer), Entry>,
}

/// Violation or undetermined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Violation,
    Undetermined,
}

/// Equal findings: how many, and what they are, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    #[serde(deserialize_with = "fingerprint")]
    fingerprint: String,
    /// Missing for a violation.
    #[serde(default = "violation", skip_serializing_if = "is_violation")]
    verdict: Answer,
    count: std::num::NonZeroU32,
}

/// Why a baseline cannot be used. It is one line, and names the file and the line in it.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct BaselineError {
    /// The file, as it was named.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Baseline {
    /// Understands the bytes of a baseline file.
    pub fn load(path: &str, bytes: &[u8]) -> Result<Self, BaselineError> {
        let fail = |line: usize, message: String| {
            let line = line.max(1);
            BaselineError { path: path.escape_debug().to_string(), line, message: message.escape_debug().to_string() }
        };
        if bytes.len() > SIZE_LIMIT {
            return Err(fail(1, format!("the baseline is larger than {} MiB", SIZE_LIMIT / 1024 / 1024)));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let file: File = serde_json::from_slice(bytes).map_err(|error| {
            let text = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            fail(error.line(), text.strip_suffix(&place).unwrap_or(&text).to_owned())
        })?;
        Ok(file.findings)
    }

    /// The baseline of these findings: every one that no exception covers, so that an exception that runs out is not
    /// replaced by it.
    pub fn of(findings: &[Finding], sources: &Sources) -> Self {
        let mut baseline = Self::default();
        for finding in findings.iter().filter(|finding| !matches!(finding.status, Status::Excepted(_))) {
            let entry = baseline.entries.entry(key(finding));
            let count = |entry: &mut Entry| entry.count = entry.count.saturating_add(1);
            entry.and_modify(count).or_insert_with(|| Entry {
                path: sources[finding.location.source].name.clone(),
                rule: finding.rule.clone(),
                fingerprint: finding.fingerprint.clone(),
                verdict: key(finding).1,
                count: std::num::NonZeroU32::MIN,
            });
        }
        baseline
    }
}

impl fmt::Display for Baseline {
    /// As a file: an entry a line, in the order of path, rule and fingerprint, so that two of them merge and compare well.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort();
        write!(out, "{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [")?;
        for (index, entry) in entries.iter().enumerate() {
            let line = serde_json::to_string(entry).map_err(|_| fmt::Error)?;
            write!(out, "{}\n    {line}", if index == 0 { "" } else { "," })?;
        }
        out.write_str(if entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" })
    }
}

/// Marks as known what the baseline has, each entry as often as it counts: a further copy stays open. Returns the entries
/// (fingerprint, rule, path) that count more than there is, in the order of path, rule and fingerprint: they would let
/// something new pass.
pub fn apply(baseline: &Baseline, findings: &mut [Finding]) -> Vec<(String, String, String)> {
    let counted = baseline.entries.iter().map(|((text, answer), entry)| ((text.clone(), *answer), entry.count.get()));
    let left = spend(counted.collect(), findings);
    let mut stale: Vec<&Entry> = left.keys().filter_map(|key| baseline.entries.get(key)).collect();
    stale.sort();
    stale.into_iter().map(|entry| (entry.fingerprint.clone(), entry.rule.clone(), entry.path.clone())).collect()
}

/// Marks as known what was found before, in the tree that this one is compared with, counting as [`apply`] does.
pub fn mark_known(findings: &mut [Finding], earlier: &[Finding]) {
    let mut counts = BTreeMap::new();
    for finding in earlier {
        *counts.entry(key(finding)).or_insert(0) += 1;
    }
    spend(counts, findings);
}

/// Each finding takes one of its kind; returns what is left. What an exception covers takes its share and stays covered.
fn spend(mut counts: BTreeMap<(String, Answer), u32>, findings: &mut [Finding]) -> BTreeMap<(String, Answer), u32> {
    for finding in findings {
        let Some(left) = counts.get_mut(&key(finding)).filter(|left| **left > 0) else { continue };
        *left -= 1;
        if finding.status == Status::Open {
            finding.status = Status::Known;
        }
    }
    counts.retain(|_, left| *left > 0);
    counts
}

fn key(finding: &Finding) -> (String, Answer) {
    let answer = if finding.is_violation() { Answer::Violation } else { Answer::Undetermined };
    (finding.fingerprint.clone(), answer)
}

/// The file as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema", deserialize_with = "schema")]
    _schema: (),
    findings: Baseline,
}

fn schema<'de, D: Deserializer<'de>>(input: D) -> Result<(), D::Error> {
    let text = String::deserialize(input)?;
    if text == SCHEMA { Ok(()) } else { Err(D::Error::custom(format!("the schema is {text:.40}, not {SCHEMA}"))) }
}

fn fingerprint<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if is_fingerprint(&text) { Ok(text) } else { Err(D::Error::custom(format!("{text:.40} is not a fingerprint"))) }
}

fn violation() -> Answer {
    Answer::Violation
}

fn is_violation(answer: &Answer) -> bool {
    *answer == Answer::Violation
}

impl<'de> Deserialize<'de> for Baseline {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(Entries)
    }
}

/// Reads the entries one by one, so that an error about two of them has the line of the second.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Baseline;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Baseline, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(entry) = list.next_element::<Entry>()? {
            let key = (entry.fingerprint.clone(), entry.verdict);
            if entries.insert(key, entry).is_some() {
                return Err(A::Error::custom("the finding is listed twice: write its count instead"));
            }
        }
        Ok(Baseline { entries })
    }
}
