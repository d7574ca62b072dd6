//! `keyreeve/report/v1`: the whole report as JSON, and the JSON Schema of it.
//! Not the types of the format, from which both come (document.rs).

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyreeve_contract::Value;
use keyreeve_source::Location;
use keyreeve_source::problem::Subject;
use schemars::generate::SchemaSettings;

use super::document::*;
use super::taken::Taken;
use super::{Origin, ProblemReport, ProblemStatus, Report, RuleReport, RuleState, escape};
use crate::finding::{Finding, Status};

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
                takes_away: Taken::of(report).map(|taken| taken.items).unwrap_or_default(),
            },
            baseline: baseline(report),
            blocklist: run.blocklist.as_ref().map(|(path, sha256)| Blocklist { path, sha256 }),
            settings: Settings {
                fail_on: run.fail_on.map(|severity| severity.name()),
                fail_on_undetermined: run.fail_on_undetermined,
                require_understood: run.require_understood,
            },
            filters: &run.filters,
            exit_code: report.exit() as u8,
            statements: report.statements.iter().map(statement).collect(),
            rules: rules(report),
            sources: sources(report),
            findings: report.findings.iter().map(|finding| finding_entry(report, finding)).collect(),
            problems: report.problems.iter().map(|entry| problem_entry(report, entry)).collect(),
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
        formats: &counts.account.formats,
        account: account(&counts.account),
        skipped: &counts.skipped,
        facts: &counts.facts,
    }
}

pub(super) fn account(account: &super::Account) -> Account<'_> {
    Account {
        understood: account.understood,
        broken: account.broken,
        unread: &account.unread,
        templates: &account.templates,
        others: account.others,
        fruitless: account.fruitless.iter().map(|(path, _)| path.as_str()).collect(),
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

fn problem_entry<'a>(report: &'a Report, entry: &'a ProblemReport) -> ProblemEntry<'a> {
    let problem = &entry.problem;
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
        stage: problem.stage.name(),
        path,
        line: start.map(|start| start.line),
        column: start.map(|start| start.column),
        rule,
        message: &problem.message,
        fingerprint: entry.fingerprint.as_deref(),
        status: entry.status.name(),
        exception: match entry.status {
            ProblemStatus::Excepted(index) => Some(index),
            ProblemStatus::Open | ProblemStatus::Known | ProblemStatus::Fixture => None,
        },
        fails: entry.fails(),
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
