//! Runs a rule against cases: folders whose names begin with the expected answer, `pass-`, `fail-` or `undetermined-`,
//! followed by a reason, with files or recorded facts in them. Expected findings are read in `expected`, and recorded
//! facts in `replay`.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use keyreeve_facts::Facts;
use keyreeve_source::Sources;
use keyreeve_source::problem::{Problem, Subject};
use serde_json::Value;

use super::diff::Line;
use super::expected;
use super::expected::ExpectedError;
use super::file;
use super::replay;
use super::replay::ReplayError;
use crate::discover;
use crate::discover::{Request, name_of};
use crate::formats::{self, Detail, matters};
use crate::policy::{FILE_NAME, Policy, PolicyError, SIZE_LIMIT};
use crate::progress::Silent;
use crate::rules::built_in::BUILT_IN;
use crate::rules::engine::Engine;
use crate::rules::rule::Rule;
use crate::rules::set::{Entry, RuleSet};
use crate::scan;
use crate::scan::Given;

/// Recorded facts, which replace files.
const FACTS: &str = "facts.json";
/// A file with the date at which a case, or all cases beside it, are judged.
const AS_OF: &str = "as-of";
/// The files of a case that are not judged.
const OWN: [&str; 4] = [expected::FILE, FILE_NAME, FACTS, AS_OF];

/// The most bytes of recorded facts.
const FACTS_BYTES: u64 = 64 * 1024 * 1024;
/// The most files of a case; more would be a tree to scan.
const FILES: usize = 10_000;

/// How cases are judged.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The date for all cases, whatever they state.
    pub as_of: Option<Date>,
    /// The date for cases that state none.
    pub today: Date,
    /// Whether the rule's answer is written as the expected one.
    pub bless: bool,
}

/// The result of a case that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rule gives the expected answer.
    Passed,
    /// Its answer has been written as the expected one.
    Written,
}

/// Why a case fails.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its name does not say how the rule must answer.
    #[error("its name is not pass-<why>, fail-<why> or undetermined-<why>")]
    Misnamed,
    /// One of its files cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// The text in `as-of` is not a date.
    #[error("{path} holds {text:?}, and should hold one date such as 2026-11-23")]
    Date {
        /// Which file.
        path: String,
        /// Its content, shortened.
        text: String,
    },
    /// Its policy is wrong.
    #[error("{0}")]
    Policy(#[from] PolicyError),
    /// Its policy switches the rule off.
    #[error("its {FILE_NAME} switches the rule off: remove `enabled = false`")]
    Off,
    /// Recorded facts that cannot be replayed.
    #[error("its {FACTS} cannot be replayed: {0}")]
    Replay(#[from] ReplayError),
    /// It has both facts and files, so it is unclear which would be judged.
    #[error("it has {FACTS} and also {0}: a case has recorded facts or files, not both")]
    Mixed(String),
    /// Something could not be processed.
    #[error("not all of it could be judged: {}", .0.join("; "))]
    Problems(Vec<String>),
    /// There was nothing to judge.
    #[error("nothing in it is examined by the rule: `keyreeve facts` shows what is understood of its files")]
    Nothing,
    /// There is nothing to compare with.
    #[error(transparent)]
    Expected(#[from] ExpectedError),
    /// The rule's answer is not the one that the name promises.
    #[error("it is named {named}-…, and the rule says {}", if .said.is_empty() { "nothing" } else { .said })]
    Verdict {
        /// What its name begins with.
        named: &'static str,
        /// The verdicts that the rule gave.
        said: String,
    },
    /// The rule's answer is not the expected one.
    #[error("the rule says something else than {}", expected::FILE)]
    Differs(Vec<Line>),
}

/// The cases in a folder, sorted by name. Files in it are not cases.
///
/// # Errors
/// The system's reason.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            cases.push(path);
        }
    }
    cases.sort();
    Ok(cases)
}

/// A rule and how it is tested.
pub struct Harness<'a> {
    engine: &'a Engine,
    options: Options,
    /// The rule alone.
    rules: RuleSet,
}

impl<'a> Harness<'a> {
    /// For this rule.
    pub fn new(engine: &'a Engine, rule: Rule, options: Options) -> Self {
        let entry = Entry { rule, settings: Vec::new(), fixed: None, runs: true, line: None, is_switched_off: false };
        Self { engine, options, rules: RuleSet { entries: vec![entry], ..RuleSet::default() } }
    }

    /// Judges a case, and compares the rule's answer with the name and with the expected answer.
    ///
    /// # Errors
    /// Why the case fails.
    pub fn judge(&mut self, case: &Path) -> Result<Outcome, Failure> {
        let named = named(case).ok_or(Failure::Misnamed)?;
        let said = self.said(case)?;
        fits(named, &said)?;
        let expected = expected::read(case);
        if matches!(&expected, Ok(expected) if *expected == said) {
            return Ok(Outcome::Passed);
        }
        if self.options.bless {
            expected::write(case, &said)?;
            return Ok(Outcome::Written);
        }
        Err(Failure::Differs(expected::differences(&expected?, &said)))
    }

    /// The rule's answer to a case, in the form of the expected answer.
    fn said(&mut self, case: &Path) -> Result<Value, Failure> {
        let as_of = self.date(case)?;
        let path = case.join(FILE_NAME);
        let policy = match read(&path, SIZE_LIMIT as u64)? {
            Some(bytes) => Policy::load(&path, &bytes)?,
            None => Policy::built_in(),
        };
        for entry in &mut self.rules.entries {
            set(entry, &policy)?;
        }
        let Case { facts, sources, mut problems } = Case::read(case, &policy)?;
        let judged = scan::judged(self.engine, &self.rules, facts, &sources, as_of);
        problems.extend(judged.problems.iter().map(|problem| describe(problem, &sources)));
        if !problems.is_empty() {
            return Err(Failure::Problems(problems));
        }
        if judged.judgements.iter().all(|judgement| judgement.examined == 0) {
            return Err(Failure::Nothing);
        }
        Ok(expected::of(&judged.findings, &sources))
    }

    /// The date of a case: that of the run, or else its own, or else that of all cases beside it, or else today.
    fn date(&self, case: &Path) -> Result<Date, Failure> {
        if let Some(as_of) = self.options.as_of {
            return Ok(as_of);
        }
        for folder in [Some(case), case.parent()].into_iter().flatten() {
            let path = folder.join(AS_OF);
            if let Some(bytes) = read(&path, 100)? {
                let text = String::from_utf8_lossy(&bytes).trim().to_owned();
                let date = || Failure::Date { path: path.to_string_lossy().into_owned(), text: text.clone() };
                return text.parse().map_err(|_| date());
            }
        }
        Ok(self.options.today)
    }
}

/// What the name of a case promises.
fn named(case: &Path) -> Option<&'static str> {
    let name = case.file_name()?.to_str()?;
    let is_named = |kind: &&str| name.strip_prefix(kind).is_some_and(|why| why.len() > 1 && why.starts_with('-'));
    ["pass", "fail", "undetermined"].into_iter().find(is_named)
}

/// Whether verdicts are what a name promises.
fn fits(named: &'static str, said: &Value) -> Result<(), Failure> {
    let findings = said.as_array().map(Vec::as_slice).unwrap_or_default();
    let has = |verdict: &str| findings.iter().any(|finding| finding["verdict"] == verdict);
    let fits = match named {
        "pass" => findings.is_empty(),
        "fail" => has("violation"),
        _ => has("undetermined") && !has("violation"),
    };
    let all: Vec<&str> = ["violation", "undetermined"].into_iter().filter(|verdict| has(verdict)).collect();
    if fits { Ok(()) } else { Err(Failure::Verdict { named, said: all.join(" and ") }) }
}

/// Applies what a case's policy says about the rule. The component that the policy names is ignored, since the test is
/// about the one at hand.
fn set(entry: &mut Entry, policy: &Policy) -> Result<(), Failure> {
    let info = &entry.rule.info;
    let mut known: Vec<_> = BUILT_IN.iter().map(|built_in| built_in.rule().info).collect();
    known.retain(|built_in| built_in.id != info.id);
    let mut built_in: Vec<_> = known.iter().collect();
    let has_file = policy.rules.get(&info.id).is_some_and(|rule| rule.component.is_some());
    let own = [(info.id.as_str(), info)];
    if !has_file {
        built_in.push(info);
    }
    policy.check_rules(&built_in, if has_file { &own } else { &[] })?;
    if !policy.enables(&info.id) {
        return Err(Failure::Off);
    }
    entry.fixed = policy.severity(&info.id);
    entry.settings = policy.effective_settings(&info.id, &info.settings)?;
    Ok(())
}

/// The part of a case that is judged.
struct Case {
    facts: Facts,
    sources: Sources,
    problems: Vec<String>,
}

impl Case {
    fn read(case: &Path, policy: &Policy) -> Result<Self, Failure> {
        let files = files(case)?;
        let Some(recorded) = read(&case.join(FACTS), FACTS_BYTES)? else {
            return Ok(Self::scan(case, &files, policy));
        };
        if let Some(file) = files.first() {
            return Err(Failure::Mixed(name_of(case, file)));
        }
        let replay::Recorded { facts, sources, problems } = replay::read(&recorded)?;
        Ok(Self { facts, sources, problems })
    }

    /// Reads files as a scan of the case alone would. They are named one by one, so that no .gitignore hides one.
    fn scan(case: &Path, files: &[PathBuf], policy: &Policy) -> Self {
        let walk = |named: &BTreeSet<String>| {
            let keep = formats::keeping(named, &matters);
            Ok::<_, Infallible>(discover::walk(&Request { root: case, paths: files, keep: &keep }, &Silent))
        };
        let Ok(mut discovery) = formats::in_rounds(walk, |discovery| discovery);
        let mut understood = scan::understand(&mut discovery.sources, policy, Detail::Judged, &Given::default());
        understood.problems.splice(..0, discovery.problems);
        understood.hide_names(&mut discovery.sources);
        let problems = understood.problems.iter().map(|problem| describe(problem, &discovery.sources)).collect();
        Self { facts: understood.facts, sources: discovery.sources, problems }
    }
}

/// The files of a case that are judged, in order.
fn files(case: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (mut files, mut folders) = (Vec::new(), vec![case.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error.to_string()))? {
            let entry = entry.map_err(|error| unreadable(&folder, &error.to_string()))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| unreadable(&path, &error.to_string()))?;
            if folder == case && OWN.iter().any(|own| entry.file_name() == *own) {
                continue;
            }
            if kind.is_symlink() {
                return Err(unreadable(&path, "it is a link: put the file itself into the case"));
            }
            if files.len() + folders.len() >= FILES {
                return Err(unreadable(case, &format!("a case has at most {FILES} files")));
            }
            if kind.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads one of the case's own files, if it exists.
fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Failure> {
    file::read(path, limit).map_err(|error| unreadable(path, &error.to_string()))
}

fn unreadable(path: &Path, reason: &str) -> Failure {
    Failure::Unreadable { path: path.display().to_string(), reason: reason.to_owned() }
}

fn describe(problem: &Problem, sources: &Sources) -> String {
    match &problem.subject {
        Subject::Place(location) => {
            let source = &sources[location.source];
            format!("{}:{}: {}", source.name, source.position(location.span.start).line, problem.message)
        }
        Subject::Path(path) => format!("{path}: {}", problem.message),
        Subject::Rule(_) => problem.message.clone(),
    }
}
