//! `keyreeve/report/v1`: the whole report as JSON, and its JSON Schema from the same types.
//! Not the report's own types: those may change, this format only grows after the first tag.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::escape;
use super::{ExceptionKind, ExceptionState, Origin, Report, RuleReport, RuleState, summary};
use crate::finding::{Finding, Status};
use crate::problem::{Problem, Subject};
use crate::rules::contract::Value;
use crate::source::Location;

/// Name and version of the format.
const SCHEMA: &str = "keyreeve/report/v1";
const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const STATES: [&str; 6] = ["violated", "undetermined", "no-violation", "nothing-examined", "not-checked", "by-report"];

/// Writes the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    escape::write_json(&Document::of(report), out)
}

/// The JSON Schema (draft 2020-12) of what [`super::write`] writes as [`super::Format::Json`].
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Document<'static>>();
    schema.insert("title".to_owned(), SCHEMA.into());
    schema.to_value()
}

/// A report of keyreeve. Paths are relative to the folder of the policy file (else the git root, else the working folder), with `/`; lines and columns count from 1, columns in characters; an end column is behind the last character.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// Name and version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    tool: Tool,
    /// The date that everything was judged at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// The real time at which the run began, UTC.
    #[schemars(extend("format" = "date-time"))]
    started: String,
    /// The commit that was checked out.
    commit: Option<Commit<'a>>,
    /// The folder that paths are relative to, below the git root: empty, or with `/` at its end.
    prefix: &'a str,
    policy: Policy<'a>,
    baseline: Option<Baseline<'a>>,
    settings: Settings,
    /// Options that restrict the run, as they were given: `--rule key-size`.
    filters: &'a [String],
    /// 0 nothing at or above the threshold, 1 violations, 3 incomplete.
    exit_code: u8,
    /// The sixteen statements of the policy, in order.
    statements: Vec<Statement<'a>>,
    /// Every rule that is known, in the order of the ids.
    rules: Vec<Rule<'a>>,
    sources: Sources<'a>,
    /// In the order of path, place and rule. What an exception covers is in it too.
    findings: Vec<FindingEntry<'a>>,
    /// What could not be processed.
    problems: Vec<ProblemEntry<'a>>,
    /// The exceptions of the policy file, in its order.
    exceptions: Vec<Exception<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Commit<'a> {
    /// Its full object id.
    id: &'a str,
    /// Whether the tree had no change against it.
    clean: bool,
}

#[derive(Serialize, JsonSchema)]
struct Policy<'a> {
    /// Null for the built-in policy.
    path: Option<&'a str>,
    /// SHA-256 of its bytes, in hexadecimal digits.
    sha256: &'a str,
    /// Further policy files below, which were not read.
    ignored: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Baseline<'a> {
    path: &'a str,
    sha256: &'a str,
    /// Entries that match nothing any more.
    stale: Vec<StaleEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct StaleEntry<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    path: &'a str,
}

/// What decides the exit code.
#[derive(Serialize, JsonSchema)]
struct Settings {
    /// Lowest severity that fails the run; null with `never`.
    #[schemars(extend("enum" = ["low", "medium", "high", "critical", null]))]
    fail_on: Option<&'static str>,
    fail_on_undetermined: bool,
}

/// One statement of the policy. No state says compliant: a scan cannot show it.
#[derive(Serialize, JsonSchema)]
struct Statement<'a> {
    #[schemars(regex(pattern = r"^S([1-9]|1[0-6])$"))]
    id: &'a str,
    title: &'a str,
    #[schemars(extend("enum" = STATES))]
    state: &'static str,
    /// Of `violated` the violations, of `undetermined` the open answers (0 where a rule did not get to its end), of `no-violation` the facts examined.
    count: Option<usize>,
    /// Violations that exceptions cover.
    excepted: usize,
    /// Ids of the rules that check it and are not switched off.
    rules: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Rule<'a> {
    id: &'a str,
    /// Empty if the rule could not be loaded.
    version: &'a str,
    /// SHA-256 of the component, in hexadecimal digits.
    sha256: &'a str,
    /// Path of the component; null for a built-in rule.
    file: Option<&'a str>,
    statement: &'a str,
    title: &'a str,
    #[schemars(extend("enum" = SEVERITIES))]
    severity: &'static str,
    /// The settings in force: a boolean, a whole number (also of days), a text, or texts.
    settings: serde_json::Map<String, serde_json::Value>,
    #[schemars(extend("enum" = ["ran", "off", "failed"]))]
    state: &'static str,
    /// Facts that it judged.
    examined: usize,
    /// Violations it found, whatever became of them.
    violations: usize,
    /// Answers that it left open, whatever became of them.
    undetermined: usize,
}

#[derive(Serialize, JsonSchema)]
struct Sources<'a> {
    /// Files looked at.
    files: usize,
    bytes: u64,
    /// Sources by what they were read as; one can be several.
    formats: &'a BTreeMap<&'static str, usize>,
    /// Files not looked at, by reason.
    skipped: &'a BTreeMap<String, usize>,
    /// Facts by kind.
    facts: &'a BTreeMap<&'static str, usize>,
}

/// Where: the members are part of the object that has the place.
#[derive(Serialize, JsonSchema)]
struct Place<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize, JsonSchema)]
struct FindingEntry<'a> {
    rule: &'a str,
    /// The kind of fact that was judged.
    #[schemars(with = "String")]
    kind: crate::finding::FactKind,
    #[schemars(extend("enum" = ["violation", "undetermined"]))]
    verdict: &'static str,
    /// Of an undetermined its rule's.
    #[schemars(extend("enum" = SEVERITIES))]
    severity: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
    /// What was judged: `certificate for www.example.org`.
    label: &'a str,
    message: &'a str,
    remedy: &'a str,
    statement: &'a str,
    /// Stable when lines move; equal for copies of the same in one file.
    fingerprint: &'a str,
    /// `known`: in the baseline, unapproved. `excepted`: covered by `exception`.
    #[schemars(extend("enum" = ["open", "known", "excepted"]))]
    status: &'static str,
    /// Position in `exceptions` of the one that covers it.
    exception: Option<usize>,
    /// Whether it makes the exit code 1.
    fails: bool,
    related: Vec<Related<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    /// What is there.
    label: &'a str,
}

/// It has a place, or a path, or a rule.
#[derive(Serialize, JsonSchema)]
struct ProblemEntry<'a> {
    #[schemars(extend("enum" = ["discover", "parse", "assemble", "load", "judge"]))]
    stage: &'static str,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    rule: Option<&'a str>,
    message: &'a str,
    /// Position in `exceptions` of the one that covers it.
    exception: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct Exception<'a> {
    kind: ExceptionKind,
    rule: &'a str,
    /// Path glob or fingerprint.
    matches: &'a str,
    reason: &'a str,
    /// Who approved it (accepted) or answers for it (false positive).
    by: &'a str,
    /// The alternative solution (accepted only).
    alternative: Option<&'a str>,
    /// Last day on which it covers.
    #[schemars(extend("format" = "date"))]
    expires: Option<String>,
    /// Line of the policy file.
    line: u32,
    state: ExceptionState,
    /// Findings and problems that it covers.
    covers: usize,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let run = &report.run;
        Self {
            schema: SCHEMA,
            tool: Tool { name: "keyreeve", version: run.version },
            as_of: run.as_of.to_string(),
            started: run.started.to_string(),
            commit: run.commit.as_ref().map(|commit| Commit { id: &commit.id, clean: commit.clean }),
            prefix: &run.prefix,
            policy: Policy {
                path: run.policy.path.as_deref(),
                sha256: &run.policy.sha256,
                ignored: &run.policy.ignored,
            },
            baseline: baseline(report),
            settings: Settings {
                fail_on: run.fail_on.map(|severity| severity.name()),
                fail_on_undetermined: run.fail_on_undetermined,
            },
            filters: &run.filters,
            exit_code: report.exit() as u8,
            statements: report.statements.iter().map(statement).collect(),
            rules: rules(report),
            sources: sources(report),
            findings: report.findings.iter().map(|finding| finding_entry(report, finding)).collect(),
            problems: report.problems.iter().map(|(problem, by)| problem_entry(report, problem, *by)).collect(),
            exceptions: report.exceptions.iter().map(exception).collect(),
        }
    }
}

fn baseline(report: &Report) -> Option<Baseline<'_>> {
    let (path, sha256) = report.run.baseline.as_ref()?;
    let stale = report.stale_baseline.iter().map(|(fingerprint, rule, path)| StaleEntry { fingerprint, rule, path });
    Some(Baseline { path, sha256, stale: stale.collect() })
}

fn statement(statement: &super::Statement) -> Statement<'_> {
    Statement {
        id: statement.id,
        title: statement.title,
        state: statement.state.name(),
        count: statement.state.count(),
        excepted: statement.excepted,
        rules: &statement.rules,
    }
}

fn rules(report: &Report) -> Vec<Rule<'_>> {
    let mut answers: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for finding in &report.findings {
        let (violations, undetermined) = answers.entry(&finding.rule).or_default();
        *(if finding.is_violation() { violations } else { undetermined }) += 1;
    }
    report.rules.iter().map(|known| rule(known, answers.get(known.id.as_str()).copied().unwrap_or_default())).collect()
}

fn rule(rule: &RuleReport, (violations, undetermined): (usize, usize)) -> Rule<'_> {
    Rule {
        id: &rule.id,
        version: &rule.version,
        sha256: &rule.sha256,
        file: match &rule.origin {
            Origin::BuiltIn => None,
            Origin::File(path) => Some(path),
        },
        statement: &rule.statement,
        title: &rule.title,
        severity: rule.severity.name(),
        settings: rule.settings.iter().map(|(name, value)| (name.clone(), setting(value))).collect(),
        state: match rule.state {
            RuleState::Ran => "ran",
            RuleState::Off => "off",
            RuleState::Failed => "failed",
        },
        examined: rule.examined,
        violations,
        undetermined,
    }
}

fn setting(value: &Value) -> serde_json::Value {
    match value {
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Text(value) => value.as_str().into(),
        Value::Texts(values) => values.as_slice().into(),
        Value::Days(days) => (*days).into(),
    }
}

fn sources(report: &Report) -> Sources<'_> {
    let counts = &report.counts;
    Sources {
        files: counts.files,
        bytes: counts.bytes,
        formats: &counts.formats,
        skipped: &counts.skipped,
        facts: &counts.facts,
    }
}

fn place(report: &Report, location: Location) -> Place<'_> {
    let place = report.place(location);
    Place {
        path: &place.source.name,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

fn finding_entry<'a>(report: &'a Report, finding: &'a Finding) -> FindingEntry<'a> {
    let related = |related: &'a crate::finding::Related| Related {
        place: place(report, related.location),
        label: &related.label,
    };
    let (status, exception) = match finding.status {
        Status::Open => ("open", None),
        Status::Known => ("known", None),
        Status::Excepted(index) => ("excepted", Some(index)),
    };
    FindingEntry {
        rule: &finding.rule,
        kind: finding.kind,
        verdict: if finding.is_violation() { "violation" } else { "undetermined" },
        severity: finding.severity.name(),
        place: place(report, finding.location),
        label: &finding.label,
        message: &finding.message,
        remedy: &finding.remedy,
        statement: &finding.statement,
        fingerprint: &finding.fingerprint,
        status,
        exception,
        fails: report.fails(finding),
        related: finding.related.iter().map(related).collect(),
    }
}

fn problem_entry<'a>(report: &'a Report, problem: &'a Problem, exception: Option<usize>) -> ProblemEntry<'a> {
    let (mut path, mut start, mut rule) = (None, None, None);
    match &problem.subject {
        Subject::Place(location) => {
            let place = report.place(*location);
            (path, start) = (Some(place.source.name.as_str()), Some(place.start));
        }
        Subject::Path(name) => path = Some(name.as_str()),
        Subject::Rule(id) => rule = Some(id.as_str()),
    }
    ProblemEntry {
        stage: summary::stage(problem),
        path,
        line: start.map(|start| start.line),
        column: start.map(|start| start.column),
        rule,
        message: &problem.message,
        exception,
    }
}

fn exception(exception: &super::ExceptionReport) -> Exception<'_> {
    Exception {
        kind: exception.kind,
        rule: &exception.rule,
        matches: &exception.matches,
        reason: &exception.reason,
        by: &exception.by,
        alternative: exception.alternative.as_deref(),
        expires: exception.expires.map(|date| date.to_string()),
        line: exception.line,
        state: exception.state,
        covers: exception.covers,
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
