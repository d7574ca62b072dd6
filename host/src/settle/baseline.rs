//! The baseline: findings and problems that were there when keyreeve was introduced, known but not approved. Not
//! an exception: nobody answers for one, the statement stays violated, and only the gate lets it through.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use keyreeve_source::Sources;
use keyreeve_source::private::complaint::without_values;
use memchr::memmem;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::finding::{Finding, Status, fingerprint as fingerprint_in};
use crate::policy::PROBLEM;
use crate::policy::exceptions::is_fingerprint;
use crate::report::{ProblemReport, ProblemStatus};

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

/// Violation, undetermined, or problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Violation,
    Undetermined,
    Problem,
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
            fail(error.line(), without_values(text.strip_suffix(&place).unwrap_or(&text)))
        })?;
        let mut entries = BTreeMap::new();
        for (index, entry) in file.findings.iter().enumerate() {
            if entries.insert((entry.fingerprint.clone(), entry.verdict), entry.clone()).is_some() {
                let line = line_of(bytes, &file.findings[..=index], &entry.fingerprint);
                return Err(fail(line, "a fingerprint is listed twice: write its count instead".to_owned()));
            }
        }
        Ok(Self { entries })
    }

    /// The baseline of these findings and problems: every one that no exception or scope covers, so that one that is
    /// taken away is not replaced by it.
    pub fn of(findings: &[Finding], problems: &[ProblemReport], sources: &Sources) -> Self {
        let mut baseline = Self::default();
        let listed = |item: &&dyn Listed| matches!(item.standing(), Standing::Open | Standing::Known);
        for item in findings.iter().map(listed_as).chain(problems.iter().map(listed_as)).filter(listed) {
            let Some((fingerprint, verdict)) = item.key() else { continue };
            let entry = baseline.entries.entry((fingerprint.clone(), verdict));
            let count = |entry: &mut Entry| entry.count = entry.count.saturating_add(1);
            entry.and_modify(count).or_insert_with(|| Entry {
                path: item.path(sources).to_owned(),
                rule: item.rule().to_owned(),
                fingerprint,
                verdict,
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
pub fn apply(
    baseline: &Baseline,
    findings: &mut [Finding],
    problems: &mut [ProblemReport],
) -> Vec<(String, String, String)> {
    apply_renamed(baseline, findings, problems, &|_| false)
}

/// The same, and an entry of a file that is gone counts for the same finding in another.
pub fn apply_renamed(
    baseline: &Baseline,
    findings: &mut [Finding],
    problems: &mut [ProblemReport],
    is_gone: &dyn Fn(&str) -> bool,
) -> Vec<(String, String, String)> {
    let counted = baseline.entries.iter().map(|(key, entry)| (key.clone(), entry.count.get()));
    let mut counts: BTreeMap<_, _> = counted.collect();
    for item in findings.iter_mut().map(listed_in).chain(problems.iter_mut().map(listed_in)) {
        spend(&mut counts, item);
    }
    counts.retain(|_, left| *left > 0);
    follow(baseline, &mut counts, findings, is_gone);
    counts.retain(|_, left| *left > 0);
    let mut stale: Vec<&Entry> = counts.keys().filter_map(|key| baseline.entries.get(key)).collect();
    stale.sort();
    stale.into_iter().map(|entry| (entry.fingerprint.clone(), entry.rule.clone(), entry.path.clone())).collect()
}

/// How many names are tried. What is behind that stays open.
const MOST_NAMES: usize = 1 << 20;

/// Finds open findings under the names of files that are gone. Where there are more than those files had, one is a copy,
/// and since nobody can say which, all stay open.
fn follow(
    baseline: &Baseline,
    counts: &mut BTreeMap<(String, Answer), u32>,
    findings: &mut [Finding],
    is_gone: &dyn Fn(&str) -> bool,
) {
    let left: BTreeSet<&str> = counts.keys().map(|key| baseline.entries[key].path.as_str()).collect();
    let gone: Vec<&str> = left.into_iter().filter(|path| is_gone(path)).collect();
    let mut same: BTreeMap<_, Vec<&mut Finding>> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::Open && !finding.judged.is_empty()) {
        let (_, answer) = answer_of(finding);
        same.entry((finding.rule.clone(), answer, finding.judged.clone())).or_default().push(finding);
    }
    let groups = MOST_NAMES / gone.len().max(1);
    for ((rule, answer, judged), findings) in same.into_iter().take(groups) {
        let judged: Vec<&[u8]> = judged.iter().map(Vec::as_slice).collect();
        let keys = gone.iter().map(|path| (fingerprint_in(&rule, path, &judged), answer));
        let keys: Vec<_> = keys.filter(|key| counts.contains_key(key)).collect();
        let known: usize = keys.iter().map(|key| counts[key] as usize).sum();
        if findings.len() <= known {
            let mut found = findings.len() as u32;
            for key in &keys {
                let Some(left) = counts.get_mut(key) else { continue };
                let taken = found.min(*left);
                (*left, found) = (*left - taken, found - taken);
            }
            findings.into_iter().for_each(|finding| finding.status = Status::Known);
        }
    }
}

/// Takes one of its kind. What an exception or scope covers takes its share and stays covered.
fn spend(counts: &mut BTreeMap<(String, Answer), u32>, item: &mut dyn Listed) {
    let left = item.key().and_then(|key| counts.get_mut(&key)).filter(|left| **left > 0);
    let Some(left) = left else { return };
    *left -= 1;
    if item.standing() == Standing::Open {
        item.know();
    }
}

/// What a baseline lists.
trait Listed {
    /// None if it is never known.
    fn key(&self) -> Option<(String, Answer)>;
    fn rule(&self) -> &str;
    fn path<'a>(&'a self, sources: &'a Sources) -> &'a str;
    fn standing(&self) -> Standing;
    fn know(&mut self);
}

/// What is so of findings and problems alike.
#[derive(PartialEq)]
enum Standing {
    Open,
    Known,
    Covered,
}

impl Listed for Finding {
    fn key(&self) -> Option<(String, Answer)> {
        Some(answer_of(self))
    }

    fn rule(&self) -> &str {
        &self.rule
    }

    fn path<'a>(&'a self, sources: &'a Sources) -> &'a str {
        &sources[self.location.source].name
    }

    fn standing(&self) -> Standing {
        match self.status {
            Status::Open => Standing::Open,
            Status::Known => Standing::Known,
            Status::Excepted(_) => Standing::Covered,
        }
    }

    fn know(&mut self) {
        self.status = Status::Known;
    }
}

impl Listed for ProblemReport {
    fn key(&self) -> Option<(String, Answer)> {
        Some((self.fingerprint.clone()?, Answer::Problem))
    }

    fn rule(&self) -> &str {
        PROBLEM
    }

    fn path<'a>(&'a self, sources: &'a Sources) -> &'a str {
        self.problem.file(sources).unwrap_or_default()
    }

    fn standing(&self) -> Standing {
        match self.status {
            ProblemStatus::Open => Standing::Open,
            ProblemStatus::Known => Standing::Known,
            ProblemStatus::Fixture | ProblemStatus::Excepted(_) => Standing::Covered,
        }
    }

    fn know(&mut self) {
        self.status = ProblemStatus::Known;
    }
}

fn answer_of(finding: &Finding) -> (String, Answer) {
    let answer = if finding.is_violation() { Answer::Violation } else { Answer::Undetermined };
    (finding.fingerprint.clone(), answer)
}

fn listed_as<T: Listed>(item: &T) -> &dyn Listed {
    item
}

fn listed_in<T: Listed>(item: &mut T) -> &mut dyn Listed {
    item
}

/// The file as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema", deserialize_with = "schema")]
    _schema: (),
    findings: Vec<Entry>,
}

/// The line in which the last of these entries names its fingerprint.
fn line_of(bytes: &[u8], entries: &[Entry], fingerprint: &str) -> usize {
    let nth = entries.iter().filter(|entry| entry.fingerprint == fingerprint).count();
    let at = memmem::find_iter(bytes, fingerprint).nth(nth.saturating_sub(1));
    at.map_or(1, |at| memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1)
}

fn schema<'de, D: Deserializer<'de>>(input: D) -> Result<(), D::Error> {
    let text = String::deserialize(input)?;
    if text == SCHEMA { Ok(()) } else { Err(D::Error::custom(format!("the schema is not {SCHEMA}"))) }
}

fn fingerprint<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if is_fingerprint(&text) {
        Ok(text)
    } else {
        Err(D::Error::custom("a fingerprint is v1: and 32 hexadecimal digits, and this is none"))
    }
}

fn violation() -> Answer {
    Answer::Violation
}

fn is_violation(answer: &Answer) -> bool {
    *answer == Answer::Violation
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keyreeve_contract::Verdict;

    use super::*;
    use crate::settle::fixtures::{finding, sources};

    fn statuses(findings: &[Finding]) -> Vec<Status> {
        findings.iter().map(|finding| finding.status).collect()
    }

    fn undetermined(rule: &str, path: &str, number: u32) -> Finding {
        Finding { verdict: Verdict::Undetermined, ..finding(rule, path, number) }
    }

    fn reloaded(findings: &[Finding]) -> Baseline {
        let baseline = Baseline::of(findings, &[], &sources());
        let again = Baseline::load("b.json", baseline.to_string().as_bytes()).unwrap();
        assert_eq!(again, baseline);
        again
    }

    #[test]
    fn the_file_is_sorted_and_has_an_entry_a_line() {
        let findings = [
            finding("weak-key", "deploy/b.pem", 3),
            finding("key-size", "a.pem", 2),
            finding("key-size", "a.pem", 2),
            undetermined("key-size", "a.pem", 1),
            Finding { status: Status::Excepted(0), ..finding("key-size", "a.pem", 9) },
        ];
        let expected = r#"{
  "schema": "keyreeve/baseline/v1",
  "findings": [
    {"path":"a.pem","rule":"key-size","fingerprint":"v1:00000000000000000000000000000001","verdict":"undetermined","count":1},
    {"path":"a.pem","rule":"key-size","fingerprint":"v1:00000000000000000000000000000002","count":2},
    {"path":"deploy/b.pem","rule":"weak-key","fingerprint":"v1:00000000000000000000000000000003","count":1}
  ]
}
"#;
        assert_eq!(reloaded(&findings).to_string(), expected);
        assert_eq!(reloaded(&[]).to_string(), "{\n  \"schema\": \"keyreeve/baseline/v1\",\n  \"findings\": []\n}\n");
    }

    #[test]
    fn a_second_copy_does_not_hide() {
        let baseline = reloaded(&[finding("key-size", "a.pem", 1)]);
        let mut findings = [finding("key-size", "a.pem", 1), finding("key-size", "a.pem", 1)];
        assert!(apply(&baseline, &mut findings, &mut []).is_empty());
        assert_eq!(statuses(&findings), [Status::Known, Status::Open]);
        let mut findings = [finding("key-size", "a.pem", 1), finding("key-size", "a.pem", 1)];
        apply(&Baseline::of(&[finding("key-size", "a.pem", 1)], &[], &sources()), &mut findings, &mut []);
        assert_eq!(statuses(&findings), [Status::Known, Status::Open]);
    }

    #[test]
    fn an_entry_that_counts_more_than_there_is_is_stale() {
        let baseline = reloaded(&[
            finding("key-size", "a.pem", 1),
            finding("key-size", "a.pem", 1),
            finding("weak-key", "deploy/b.pem", 2),
            finding("weak-key", "a.pem", 3),
        ]);
        let mut findings = [finding("key-size", "a.pem", 1), finding("weak-key", "a.pem", 3)];
        let stale: Vec<String> =
            apply(&baseline, &mut findings, &mut []).into_iter().map(|(_, rule, _)| rule).collect();
        assert_eq!(stale, ["key-size", "weak-key"]);
        assert_eq!(statuses(&findings), [Status::Known, Status::Known]);
    }

    #[test]
    fn a_known_undetermined_does_not_let_a_violation_pass() {
        let baseline = reloaded(&[undetermined("key-size", "a.pem", 1)]);
        let mut findings = [finding("key-size", "a.pem", 1)];
        assert_eq!(apply(&baseline, &mut findings, &mut []).len(), 1);
        assert_eq!(findings[0].status, Status::Open);
    }

    #[test]
    fn what_is_excepted_stays_so_and_its_entry_is_not_stale() {
        let baseline = reloaded(&[finding("key-size", "a.pem", 1)]);
        let mut findings = [Finding { status: Status::Excepted(4), ..finding("key-size", "a.pem", 1) }];
        assert!(apply(&baseline, &mut findings, &mut []).is_empty());
        assert_eq!(findings[0].status, Status::Excepted(4));
    }

    #[test]
    fn errors_name_file_and_line() {
        let good = Baseline::of(&[finding("key-size", "a.pem", 1)], &[], &sources()).to_string();
        for (text, expected) in [
            (String::new(), "b.json:1: EOF"),
            ("[".into(), "b.json:1: "),
            (good.replace("/v1\"", "/v2\""), "b.json:2: the schema is not keyreeve/baseline/v1"),
            (good.replace("v1:0", "v1:X"), "b.json:4: a fingerprint is v1: and 32 hexadecimal digits"),
            (good.replace("\"count\":1", "\"count\":0"), "b.json:4: expected a nonzero u32"),
            (good.replace("\"count\":1", "\"count\":-1"), "b.json:4: expected a nonzero u32"),
            (good.replace("\"count\":1", "\"line\":1,\"count\":1"), "b.json:4: expected one of `path`, `rule`"),
            (good.replace(",\"count\":1", ""), "b.json:4: missing field `count`"),
            (good.replace("1}\n", "1},\n{\"path\":\"a\",\"rule\":\"k\",\"fingerprint\":\"v1:00000000000000000000000000000001\",\"count\":1}\n"), "b.json:5: a fingerprint is listed twice"),
            (good.replace("a.pem\"", "\u{1b}"), "b.json:4: "),
        ] {
            let error = Baseline::load("b.json", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected) && !error.contains('\u{1b}'), "{error}\n{text}");
        }
    }

    #[test]
    fn errors_quote_nothing_of_what_may_be_another_file() {
        let good = Baseline::of(&[finding("key-size", "a.pem", 1)], &[], &sources()).to_string();
        for (from, to) in [
            ("keyreeve/baseline/v1", "s3cr3t"),
            ("v1:0", "s3cr3t"),
            ("\"count\":1", "\"count\":\"s3cr3t\""),
            ("\"count\":1", "\"s3cr3t\":1"),
            ("\"count\":1", "\"verdict\":\"s3cr3t\",\"count\":1"),
            ("\"findings\"", "\"s3cr3t\""),
            ("{", "s3cr3t {"),
            ("{", "\"s3cr3t\""),
        ] {
            let text = good.replacen(from, to, 1);
            assert!(text.contains("s3cr3t"), "{from}");
            let error = Baseline::load("b.json", text.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("s3cr3t"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_baseline_or_refused(bytes: Vec<u8>) {
            let _ = Baseline::load("b", &bytes);
        }

        #[test]
        fn what_was_written_covers_exactly_what_was_there(
            then in proptest::collection::vec(0u32..4, 0..12), now in proptest::collection::vec(0u32..4, 0..12)
        ) {
            let findings = |numbers: &[u32]| -> Vec<_> { numbers.iter().map(|&at| finding("key-size", "a.pem", at)).collect() };
            let count = |numbers: &[u32], one: u32| numbers.iter().filter(|&&number| number == one).count();
            let mut current = findings(&now);
            let stale = apply(&reloaded(&findings(&then)), &mut current, &mut []);
            for one in 0..4 {
                let fingerprint = format!("v1:{one:032x}");
                let known = current.iter().filter(|finding| finding.fingerprint == fingerprint && finding.status == Status::Known);
                proptest::prop_assert_eq!(known.count(), count(&then, one).min(count(&now, one)));
                let left = stale.iter().any(|(text, ..)| *text == fingerprint);
                proptest::prop_assert_eq!(left, count(&then, one) > count(&now, one));
            }
        }
    }
}
