//! The types of `keyreeve/report/v1`: their doc comments are the descriptions in its JSON Schema.
//! Not the report's own types: those may change, this format only grows after the first tag.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ExceptionKind, ExceptionState};

/// Name and version of the format.
pub(super) const SCHEMA: &str = "keyreeve/report/v1";
const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const STATES: [&str; 6] = ["violated", "undetermined", "no-violation", "nothing-examined", "not-checked", "by-report"];

/// A report of keyreeve. Paths are relative to the folder of the policy file (else the git root, else the working folder), with `/`; lines and columns count from 1, columns in characters; an end column is behind the last character.
#[derive(Serialize, JsonSchema)]
pub(super) struct Document<'a> {
    /// Name and version of this format.
    #[schemars(extend("const" = SCHEMA))]
    pub(super) schema: &'static str,
    pub(super) tool: Tool,
    /// The date that everything was judged at.
    #[schemars(extend("format" = "date"))]
    pub(super) as_of: String,
    /// The real time at which the run began, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub(super) started: String,
    /// The commit that was checked out.
    pub(super) commit: Option<Commit<'a>>,
    /// The folder that paths are relative to, below the git root: empty, or with `/` at its end.
    pub(super) prefix: &'a str,
    pub(super) policy: Policy<'a>,
    pub(super) baseline: Option<Baseline<'a>>,
    pub(super) blocklist: Option<Blocklist<'a>>,
    pub(super) settings: Settings,
    /// Options that restrict the run, as they were given: `--rule key-size`.
    pub(super) filters: &'a [String],
    /// 0 nothing at or above the threshold, 1 violations, 3 incomplete.
    pub(super) exit_code: u8,
    /// The sixteen statements of the policy, in order.
    pub(super) statements: Vec<Statement<'a>>,
    /// Every rule that is known, in the order of the ids.
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) sources: Sources<'a>,
    /// In the order of path, place and rule. What an exception covers is in it too.
    pub(super) findings: Vec<FindingEntry<'a>>,
    /// What could not be processed.
    pub(super) problems: Vec<ProblemEntry<'a>>,
    /// The exceptions of the policy file, in its order.
    pub(super) exceptions: Vec<Exception<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Commit<'a> {
    /// Its full object id.
    pub(super) id: &'a str,
    /// Whether the tree had no change against it.
    pub(super) clean: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Policy<'a> {
    /// Null for the built-in policy.
    pub(super) path: Option<&'a str>,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub(super) sha256: &'a str,
    /// Further policy files below, which were not read.
    pub(super) ignored: &'a [String],
    /// What it and `--fail-on` take away from the built-in policy, each in a few words: `fail-on never`, `1 rule off (key-size)`.
    pub(super) takes_away: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Baseline<'a> {
    pub(super) path: &'a str,
    pub(super) sha256: &'a str,
    /// Entries that match nothing any more.
    pub(super) stale: Vec<StaleEntry<'a>>,
}

/// The list of keys that others have.
#[derive(Serialize, JsonSchema)]
pub(super) struct Blocklist<'a> {
    pub(super) path: &'a str,
    pub(super) sha256: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct StaleEntry<'a> {
    pub(super) fingerprint: &'a str,
    pub(super) rule: &'a str,
    pub(super) path: &'a str,
}

/// What decides the exit code.
#[derive(Serialize, JsonSchema)]
pub(super) struct Settings {
    /// Lowest severity that fails the run; null with `never`.
    #[schemars(extend("enum" = ["low", "medium", "high", "critical", null]))]
    pub(super) fail_on: Option<&'static str>,
    pub(super) fail_on_undetermined: bool,
    /// Whether the run is incomplete if a file is of a kind that is not read, or a named path gave nothing.
    pub(super) require_understood: bool,
}

/// One statement of the policy. No state says compliant: a scan cannot show it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Statement<'a> {
    #[schemars(regex(pattern = r"^S([1-9]|1[0-6])$"))]
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    #[schemars(extend("enum" = STATES))]
    pub(super) state: &'static str,
    /// Of `violated` the violations, of `undetermined` the open answers (0 where a rule did not get to its end), of `no-violation` the facts examined.
    pub(super) count: Option<usize>,
    /// Violations that exceptions cover.
    pub(super) excepted: usize,
    /// Ids of the rules that check it and are not switched off.
    pub(super) rules: &'a [String],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    /// Empty if the rule could not be loaded.
    pub(super) version: &'a str,
    /// SHA-256 of the component, in hexadecimal digits.
    pub(super) sha256: &'a str,
    /// Path of the component; null for a built-in rule.
    pub(super) file: Option<&'a str>,
    pub(super) statement: &'a str,
    pub(super) title: &'a str,
    #[schemars(extend("enum" = SEVERITIES))]
    pub(super) severity: &'static str,
    /// The settings in force: a boolean, a whole number (also of days), a text, or texts.
    pub(super) settings: serde_json::Map<String, serde_json::Value>,
    #[schemars(extend("enum" = ["ran", "off", "failed"]))]
    pub(super) state: &'static str,
    /// Facts that it judged.
    pub(super) examined: usize,
    /// Violations it found, whatever became of them.
    pub(super) violations: usize,
    /// Answers that it left open, whatever became of them.
    pub(super) undetermined: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Sources<'a> {
    /// Files looked at.
    pub(super) files: usize,
    pub(super) bytes: u64,
    /// Files by what they were read as; one can be of several.
    pub(super) formats: &'a BTreeMap<&'static str, usize>,
    /// What became of each file: the numbers are together those of `files`.
    pub(super) account: Account<'a>,
    /// Files not looked at, by reason.
    pub(super) skipped: &'a BTreeMap<String, usize>,
    /// Facts by kind.
    pub(super) facts: &'a BTreeMap<&'static str, usize>,
}

/// Each file counts once.
#[derive(Serialize, JsonSchema)]
pub(super) struct Account<'a> {
    /// Files in which something was understood.
    pub(super) understood: usize,
    /// Files in which nothing was understood, with a problem.
    pub(super) broken: usize,
    /// Files of kinds that are known and not read, by kind.
    pub(super) unread: &'a BTreeMap<&'static str, usize>,
    /// Files that look like templates, by what they are templates of; the empty name where that does not show.
    pub(super) templates: &'a BTreeMap<&'static str, usize>,
    /// Files of which nothing is known.
    pub(super) others: usize,
    /// Paths of the command line in which there is neither fact nor problem.
    pub(super) fruitless: Vec<&'a str>,
}

/// Where: the members are part of the object that has the place.
#[derive(Serialize, JsonSchema)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct FindingEntry<'a> {
    pub(super) rule: &'a str,
    /// The kind of fact that was judged.
    #[schemars(with = "String")]
    pub(super) kind: keyreeve_contract::FactKind,
    #[schemars(extend("enum" = ["violation", "undetermined"]))]
    pub(super) verdict: &'static str,
    /// Of an undetermined its rule's.
    #[schemars(extend("enum" = SEVERITIES))]
    pub(super) severity: &'static str,
    #[serde(flatten)]
    pub(super) place: Place<'a>,
    /// What was judged: `certificate for www.example.org`.
    pub(super) label: &'a str,
    pub(super) message: &'a str,
    pub(super) remedy: &'a str,
    pub(super) statement: &'a str,
    /// Stable when lines move; equal for copies of the same in one file.
    pub(super) fingerprint: &'a str,
    /// `known`: in the baseline, unapproved. `excepted`: covered by `exception`.
    #[schemars(extend("enum" = ["open", "known", "excepted"]))]
    pub(super) status: &'static str,
    /// Position in `exceptions` of the one that covers it.
    pub(super) exception: Option<usize>,
    /// Whether it makes the exit code 1.
    pub(super) fails: bool,
    pub(super) related: Vec<Related<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Related<'a> {
    #[serde(flatten)]
    pub(super) place: Place<'a>,
    /// What is there.
    pub(super) label: &'a str,
}

/// It has a place, or a path, or a rule.
#[derive(Serialize, JsonSchema)]
pub(super) struct ProblemEntry<'a> {
    #[schemars(extend("enum" = ["discover", "parse", "assemble", "load", "judge"]))]
    pub(super) stage: &'static str,
    pub(super) path: Option<&'a str>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) rule: Option<&'a str>,
    pub(super) message: &'a str,
    /// As a finding's; a problem of a rule has none, and is never known.
    pub(super) fingerprint: Option<&'a str>,
    /// `known`: in the baseline. `fixture`: in test data. `excepted`: covered by `exception`.
    #[schemars(extend("enum" = ["open", "known", "fixture", "excepted"]))]
    pub(super) status: &'static str,
    /// Position in `exceptions` of the one that covers it.
    pub(super) exception: Option<usize>,
    /// Whether it makes the exit code 3, if nothing makes it 1.
    pub(super) fails: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Exception<'a> {
    pub(super) kind: ExceptionKind,
    pub(super) rule: &'a str,
    /// Path glob or fingerprint.
    pub(super) matches: &'a str,
    pub(super) reason: &'a str,
    /// Who approved it (accepted) or answers for it (false positive).
    pub(super) by: &'a str,
    /// The alternative solution (accepted only).
    pub(super) alternative: Option<&'a str>,
    /// Last day on which it covers.
    #[schemars(extend("format" = "date"))]
    pub(super) expires: Option<String>,
    /// Line of the policy file.
    pub(super) line: u32,
    pub(super) state: ExceptionState,
    /// Findings and problems that it covers.
    pub(super) covers: usize,
}
