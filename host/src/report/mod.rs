//! The report: everything a run found, as data, which the formats in this folder write out.
//! Not a judgement of its own: what counts and what is covered was settled before.

mod account;
mod ansi;
mod document;
pub mod escape;
mod frame;
mod github;
mod gitlab;
mod groups;
mod hide;
mod human;
pub mod json;
mod place;
mod sarif;
pub mod statements;
mod summary;
mod taken;
mod words;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod sample;

use std::collections::BTreeMap;
use std::io::Write;

use keyreeve_contract::{FactKind, Severity, Value};
use keyreeve_source::private::Private;
use keyreeve_source::problem::Problem;
use keyreeve_source::{SourceId, Sources, Span};

use crate::finding::{Finding, Status};

/// A format in which a report is written; its name on the command line is the variant's, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Human,
    /// `keyreeve/report/v1`, whose JSON Schema is docs/schema/report-v1.json.
    Json,
    /// SARIF 2.1.0 (OASIS), for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions: annotations in a pull request.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
}

/// How the human format is drawn. The other formats are the same for every style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are written.
    pub color: bool,
    /// Whether places are OSC 8 hyperlinks to the files.
    pub hyperlinks: bool,
    /// Columns of the terminal; source lines are cut to them.
    pub width: usize,
    /// Only findings and problems that fail the run, and the last line.
    pub quiet: bool,
    /// A frame for each finding, and nothing grouped or cut.
    pub all: bool,
}

/// Writes a report.
///
/// # Errors
/// What `out` answers; nothing in a report itself can fail to be written.
pub fn write(report: &Report, format: Format, style: Style, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
    }
}

/// Lowest severity that fails a run where neither keyreeve.toml nor the command line says otherwise.
pub const FAIL_ON: Severity = Severity::Medium;

/// Everything that the formats write.
#[derive(Debug)]
pub struct Report {
    /// What was run, on what, with what.
    pub run: Run,
    /// The sixteen statements of the policy, in order.
    pub statements: Vec<Statement>,
    /// Every rule that is known, also those switched off, in the order of their ids.
    pub rules: Vec<RuleReport>,
    /// How many sources were examined and skipped.
    pub counts: Counts,
    /// In the order of path, place and rule.
    pub findings: Vec<Finding>,
    /// What could not be processed.
    pub problems: Vec<ProblemReport>,
    /// The exceptions of the policy file, in its order.
    pub exceptions: Vec<ExceptionReport>,
    /// Entries of the baseline that match nothing any more: fingerprint, rule, path.
    pub stale_baseline: Vec<(String, String, String)>,
    /// The sources that findings and problems point into.
    pub sources: Sources,
    /// Bytes that no format may show.
    pub secrets: Vec<(SourceId, Span)>,
    /// What is in them, which no format shows anywhere else either.
    pub private: Private,
}

/// What could not be processed, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemReport {
    /// What is wrong, and where.
    pub problem: Problem,
    /// What a baseline knows it by, as a finding's. A problem of a rule has none.
    pub fingerprint: Option<String>,
    /// Whether it counts.
    pub status: ProblemStatus,
}

/// Whether a problem counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemStatus {
    /// It fails the run.
    Open,
    /// The baseline, or the tree compared with, has it too.
    Known,
    /// It is in test data, by a scope of the policy file.
    Fixture,
    /// An exception covers it, at this position in [`Report::exceptions`].
    Excepted(usize),
}

impl ProblemStatus {
    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Known => "known",
            Self::Fixture => "fixture",
            Self::Excepted(_) => "excepted",
        }
    }
}

impl ProblemReport {
    /// Whether it makes the run incomplete.
    pub fn fails(&self) -> bool {
        self.status == ProblemStatus::Open
    }
}

/// What was run, on what, with what.
#[derive(Debug, Clone)]
pub struct Run {
    /// Version of keyreeve.
    pub version: &'static str,
    /// The scan's date.
    pub as_of: jiff::civil::Date,
    /// The real time at which the run began.
    pub started: jiff::Timestamp,
    /// Absolute path of the folder that paths are relative to.
    pub root: std::path::PathBuf,
    /// Folder prefix of `root` below the git root, with `/` at its end, empty if they are equal or there is no repository; SARIF's paths begin with it.
    pub prefix: String,
    /// The commit checked out, and whether the tree equals it.
    pub commit: Option<Commit>,
    /// URL of the remote that the repository was cloned from. SARIF names it without user name and password.
    pub repository: Option<String>,
    /// The policy.
    pub policy: PolicyReport,
    /// The baseline: path and SHA-256 of the file.
    pub baseline: Option<(String, String)>,
    /// The list of keys that others have: path and SHA-256 of the file, where a format is written that names it.
    pub blocklist: Option<(String, String)>,
    /// Rules and paths the run was restricted to, as options were given: `--rule key-size`.
    pub filters: Vec<String>,
    /// Lowest severity that fails the run; none with `never`.
    pub fail_on: Option<Severity>,
    /// Whether an undetermined fails the run too.
    pub fail_on_undetermined: bool,
    /// Whether the run is incomplete if a file is of a kind that is not read, or a named path gave nothing.
    pub require_understood: bool,
    /// Whether only rules that were named ran: then only their statements are of interest.
    pub is_of_named_rules: bool,
}

/// A commit.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Its full object id.
    pub id: String,
    /// Whether the tree has no change against it.
    pub clean: bool,
}

/// Which policy was in force.
#[derive(Debug, Clone)]
pub struct PolicyReport {
    /// Its path; none for the built-in policy.
    pub path: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Further keyreeve.toml files below, which are not read.
    pub ignored: Vec<String>,
    /// Lowest severity that fails a run by it; none with `never`.
    pub fail_on: Option<Severity>,
    /// The line that says so, if one does.
    pub fail_on_line: Option<u32>,
    /// Scopes that have less asked of files of this run.
    pub scopes: Vec<ScopeReport>,
}

/// A scope that has less asked of its files than if it stated nothing.
#[derive(Debug, Clone)]
pub struct ScopeReport {
    /// What it states: `purpose fixture`.
    pub states: Vec<String>,
    /// Line of the policy file it stands in.
    pub line: u32,
}

/// One statement of the policy, and what the run can say about it.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `S1` to `S16`.
    pub id: &'static str,
    /// The statement in a few words.
    pub title: &'static str,
    /// What was found.
    pub state: StatementState,
    /// The rules that check it and are not switched off, in the order of their ids.
    pub rules: Vec<String>,
    /// How many violations of it an exception covers, whatever the state.
    pub excepted: usize,
    /// Where nothing was examined: files that its rules read, by format.
    pub read: BTreeMap<&'static str, usize>,
    /// Where nothing was examined: templates of what its rules read.
    pub templates: BTreeMap<&'static str, usize>,
    /// Where nothing was examined: files that could have concerned it, of kinds that are not read.
    pub unread: BTreeMap<&'static str, usize>,
}

/// What a run can say about a statement. There is no word for compliant: a scan cannot show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementState {
    /// At least one violation that no exception covers; how many.
    Violated(usize),
    /// Nothing is violated, but so many answers are open, or a rule for it did not run to its end.
    Undetermined(usize),
    /// No violation found in so many facts, beside those that exceptions cover; what two rules examined counts once.
    NoViolation(usize),
    /// Its rules ran and there was nothing for them to look at.
    NothingExamined,
    /// No rule that ran checks it.
    NotChecked,
    /// The report itself is the record of it: the audit (S13), and the exit code that makes it binding (S16).
    ByReport,
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    BuiltIn,
    /// A component that keyreeve.toml names.
    File(String),
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleState {
    /// It judged every fact it examines.
    Ran,
    /// keyreeve.toml switches it off, or the command line leaves it out.
    Off,
    /// It could not be loaded, or did not get to the end: see the problems.
    Failed,
}

/// A rule and what it did.
#[derive(Debug, Clone)]
pub struct RuleReport {
    /// Its id.
    pub id: String,
    /// Its own version; empty if it could not be loaded.
    pub version: String,
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The statement it enforces.
    pub statement: String,
    /// What it asks for, in a few words.
    pub title: String,
    /// Why.
    pub rationale: String,
    /// The severity of its violations, if keyreeve.toml sets one, else its own default.
    pub severity: Severity,
    /// Whether keyreeve.toml sets it for all of them.
    pub is_fixed: bool,
    /// The gravest of its violations where keyreeve.toml sets none.
    pub gravest: Severity,
    /// The settings in force, in the order in which the rule declares them.
    pub settings: Vec<(String, Value)>,
    /// Names of settings that keyreeve.toml sets, and not to what plainly asks more.
    pub loosened: Vec<String>,
    /// Line of keyreeve.toml that names it.
    pub line: Option<u32>,
    /// Whether keyreeve.toml switches it off.
    pub is_switched_off: bool,
    /// What became of it.
    pub state: RuleState,
    /// How many facts it judged.
    pub examined: usize,
    /// The kinds of fact that it judges.
    pub kinds: Vec<FactKind>,
}

/// How many sources were examined and skipped.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Files looked at.
    pub files: usize,
    /// Bytes of them.
    pub bytes: u64,
    /// What became of each of them.
    pub account: Account,
    /// Files that were not looked at, by reason: `larger than 256 MiB`, `FIFO`.
    pub skipped: BTreeMap<String, usize>,
    /// Facts by kind, as the interfaces are called.
    pub facts: BTreeMap<&'static str, usize>,
}

/// What became of each file that was looked at, and which paths gave nothing.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Files in which something was understood.
    pub understood: usize,
    /// These by the title of a format; one can be of several.
    pub formats: BTreeMap<&'static str, usize>,
    /// Files in which nothing was understood and of which there is a problem.
    pub broken: usize,
    /// Files of a kind that is known and not read, by kind.
    pub unread: BTreeMap<&'static str, usize>,
    /// Files that look like templates, by what they are templates of; the empty name where that does not show.
    pub templates: BTreeMap<&'static str, usize>,
    /// Files of which nothing is known.
    pub others: usize,
    /// Paths that were named and in which there is neither fact nor problem, with what is known of them, as a clause.
    pub fruitless: Vec<(String, String)>,
}

/// How many files there are of all titles.
pub(crate) fn sum(numbers: &BTreeMap<&'static str, usize>) -> usize {
    numbers.values().sum()
}

/// The two kinds of exception (S14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionKind {
    /// Management accepts the violation for a time, with an alternative.
    Accepted,
    /// The finding is wrong.
    FalsePositive,
}

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It covers at least one finding or problem.
    Used,
    /// It matches nothing.
    Unused,
    /// Its date has passed: it covers nothing.
    Expired,
}

/// An exception and what became of it.
#[derive(Debug, Clone)]
pub struct ExceptionReport {
    /// Accepted or false positive.
    pub kind: ExceptionKind,
    /// The rule it is for.
    pub rule: String,
    /// Path glob or fingerprint.
    pub matches: String,
    /// Why.
    pub reason: String,
    /// Who approved it (accepted) or answers for it (false positive).
    pub by: String,
    /// The alternative solution that management defined (accepted only).
    pub alternative: Option<String>,
    /// Last day on which it covers.
    pub expires: Option<jiff::civil::Date>,
    /// Line of the policy file it stands in.
    pub line: u32,
    /// What became of it.
    pub state: ExceptionState,
    /// How many findings and problems it covers.
    pub covers: usize,
}

/// What a run ends with: one table for the README, one enum for the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean = 0,
    /// Violations, or undetermined where asked, even if something else is incomplete.
    Violations = 1,
    /// The command line or the policy is wrong; nothing was checked.
    Usage = 2,
    /// No violation, but some input or rule could not be processed.
    Incomplete = 3,
}

impl Exit {
    /// Incomplete, where nothing graver is so.
    pub fn or_incomplete(self) -> Self {
        if self == Self::Clean { Self::Incomplete } else { self }
    }
}

impl Report {
    /// Whether a finding fails the run: open, and at or above the threshold.
    pub fn fails(&self, finding: &Finding) -> bool {
        let counts = finding.is_violation() || self.run.fail_on_undetermined;
        finding.status == Status::Open && counts && self.run.fail_on.is_some_and(|least| finding.severity >= least)
    }

    /// Whether something could not be processed, or is not understood where that is asked for.
    fn is_incomplete(&self) -> bool {
        let account = &self.counts.account;
        let is_understood = account.unread.is_empty() && account.fruitless.is_empty();
        self.problems.iter().any(ProblemReport::fails) || self.run.require_understood && !is_understood
    }

    /// What the run ends with.
    pub fn exit(&self) -> Exit {
        if self.findings.iter().any(|finding| self.fails(finding)) {
            Exit::Violations
        } else if self.is_incomplete() {
            Exit::Incomplete
        } else {
            Exit::Clean
        }
    }
}
