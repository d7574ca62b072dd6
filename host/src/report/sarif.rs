//! SARIF 2.1.0 (OASIS Standard, with errata 01): one run, with every rule, result, suppression and problem.
//! Not with snippets of files: a viewer has the files, and a secret must not travel in a report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyreeve_contract::{Severity, Verdict};
use keyreeve_source::Location;
use keyreeve_source::problem::{Stage, Subject};
use serde_json::{Value, json};

use super::escape;
use super::escape::{markdown, sarif_message, uri_path};
use super::human::exception;
use super::taken::{Taken, fail_on};
use super::{
    ExceptionState, Exit, ProblemReport, ProblemStatus, Report, RuleReport, RuleState, json as document, statements,
};
use crate::finding::{Finding, Status};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The base that paths are relative to: the root of the git repository.
const ROOT: &str = "SRCROOT";
const STAGES: [(Stage, &str); 5] = [
    (Stage::Discover, "a source could not be found or read"),
    (Stage::Parse, "a source is not what its format asks for"),
    (Stage::Assemble, "the sources of a format do not fit together"),
    (Stage::Load, "a rule could not be loaded"),
    (Stage::Judge, "a rule did not get to its end"),
];

/// Writes the log.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run(report)] });
    drop_nulls(&mut log);
    escape::write_json(&log, out)
}

/// Takes out members that are null: SARIF leaves out what is not given.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn run(report: &Report) -> Value {
    let indices: BTreeMap<&str, usize> =
        report.rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    json!({
        "tool": { "driver": driver(report) },
        "automationDetails": { "id": format!("keyreeve/{}", uri_path(&report.run.prefix)) },
        "invocations": [invocation(report, &indices)],
        "versionControlProvenance": provenance(report),
        "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the git repository" } } },
        "columnKind": "unicodeCodePoints",
        "results": report.findings.iter().map(|finding| result(report, &indices, finding)).collect::<Vec<_>>(),
        "properties": {
            "asOf": report.run.as_of.to_string(),
            "policy": report.run.policy.path,
            "policySha256": report.run.policy.sha256,
            "baselineSha256": report.run.baseline.as_ref().map(|(_, sha256)| sha256),
            "blocklistSha256": report.run.blocklist.as_ref().map(|(_, sha256)| sha256),
            "commit": report.run.commit.as_ref().map(|commit| &commit.id),
            "clean": report.run.commit.as_ref().map(|commit| commit.clean),
            "filters": report.run.filters,
            "failOn": fail_on(report),
            "failOnUndetermined": report.run.fail_on_undetermined,
            "requireUnderstood": report.run.require_understood,
            "examinedFiles": report.counts.files,
            "formats": report.counts.account.formats,
            "account": document::account(&report.counts.account),
            "statements": report.statements.iter().map(statement).collect::<Vec<_>>(),
        },
    })
}

fn statement(statement: &super::Statement) -> Value {
    json!({ "id": statement.id, "title": statement.title, "state": statement.state.name(), "count": statement.state.count() })
}

fn driver(report: &Report) -> Value {
    json!({
        "name": "keyreeve",
        "version": report.run.version,
        "semanticVersion": report.run.version,
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
        "notifications": STAGES.map(|(stage, text)| json!({ "id": notification_id(stage), "shortDescription": message(text) })),
    })
}

fn rule(rule: &RuleReport) -> Value {
    let title = if rule.title.is_empty() { &rule.id } else { &rule.title };
    let statement = statements::with_titles(&rule.statement);
    let text = format!("{title}\n\nstatement {statement}\n\n{}\n\nkeyreeve explain {}", rule.rationale, rule.id);
    let [md_title, md_statement, md_rationale, md_id] =
        [title, &statement, &rule.rationale, &rule.id].map(|text| markdown(text));
    let markdown = format!(
        "**{md_title}**\n\nStatement {md_statement} of the policy\\.\n\n{md_rationale}\n\nMore: keyreeve explain {md_id}"
    );
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": message(title),
        "fullDescription": (!rule.rationale.is_empty()).then(|| message(&rule.rationale)),
        "help": { "text": sarif_message(&text), "markdown": sarif_message(&markdown) },
        "defaultConfiguration": { "enabled": rule.state != RuleState::Off, "level": level(rule.severity) },
        "properties": {
            "statement": rule.statement,
            "version": rule.version,
            "sha256": rule.sha256,
            "security-severity": security_severity(rule.severity),
            "tags": ["security", "cryptography"],
        },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A number in the band that GitHub calls by the severity's name: critical over 9, high from 7, medium from 4, low below.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn message(text: &str) -> Value {
    json!({ "text": sarif_message(text) })
}

fn result(report: &Report, indices: &BTreeMap<&str, usize>, finding: &Finding) -> Value {
    let (kind, level) = match finding.verdict {
        Verdict::Violation(_) => ("fail", level(finding.severity)),
        Verdict::Undetermined => ("open", "none"),
    };
    let help = if finding.remedy.is_empty() { String::new() } else { format!("\nhelp: {}", finding.remedy) };
    json!({
        "ruleId": &*finding.rule,
        "ruleIndex": indices.get(&*finding.rule),
        "kind": kind,
        "level": level,
        "message": message(&format!("{}{help}", finding.message)),
        "locations": [location(report, finding.location, None)],
        "relatedLocations": finding.related.iter().enumerate().map(|(index, related)| {
            let mut place = location(report, related.location, Some(&related.label));
            place["id"] = index.into();
            place
        }).collect::<Vec<_>>(),
        "partialFingerprints": { "keyreeve/v1": finding.fingerprint },
        "suppressions": suppressions(report, finding),
        "baselineState": baseline_state(report, finding),
        "properties": {
            "statement": &*finding.statement,
            "severity": finding.severity.name(),
            "factKind": finding.kind,
            "label": &*finding.label,
            "remedy": &*finding.remedy,
            "status": match finding.status {
                Status::Open => "open",
                Status::Known => "known",
                Status::Excepted(_) => "excepted",
            },
        },
    })
}

/// Present in every result (section 3.27.23): empty where nothing covers it.
fn suppressions(report: &Report, finding: &Finding) -> Value {
    let Status::Excepted(index) = finding.status else { return json!([]) };
    let justification = report.exceptions.get(index).map(exception);
    json!([{ "kind": "external", "status": "accepted", "justification": justification }])
}

/// Only where something was compared with (section 3.27.24). What an exception covers is not new: the policy file knows it.
fn baseline_state(report: &Report, finding: &Finding) -> Option<&'static str> {
    let compared =
        report.run.baseline.is_some() || report.findings.iter().any(|finding| finding.status == Status::Known);
    compared.then_some(if finding.status == Status::Open { "new" } else { "unchanged" })
}

fn artifact(report: &Report, name: &str) -> Value {
    let path = report.run.git_path(name);
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{}", uri_path(&path)) }),
        false => json!({ "uri": uri_path(&path), "uriBaseId": ROOT }),
    }
}

fn location(report: &Report, location: Location, label: Option<&str>) -> Value {
    let place = report.place(location);
    let mut region = match place.source.is_binary() {
        true => json!({}),
        false => json!({
            "startLine": place.start.line,
            "startColumn": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
        }),
    };
    region["byteOffset"] = place.span.start.into();
    region["byteLength"] = (place.span.end - place.span.start).into();
    json!({
        "physicalLocation": { "artifactLocation": artifact(report, &place.source.name), "region": region },
        "message": label.filter(|label| !label.is_empty()).map(message),
    })
}

fn invocation(report: &Report, indices: &BTreeMap<&str, usize>) -> Value {
    let exit = report.exit();
    let of_load = |entry: &&ProblemReport| entry.problem.stage == Stage::Load;
    let notify = |entry: &ProblemReport| notification(report, indices, entry);
    let loading = report.problems.iter().filter(of_load).map(notify);
    let stale = report.exceptions.iter().filter(|exception| exception.state != ExceptionState::Used);
    let stale = stale.map(|exception| stale_exception(report, exception));
    let taken = Taken::of(report).map(|taken| of_policy(report, "note", taken.line, &taken.sentence()));
    let configuration: Vec<Value> = loading.chain(stale).chain(taken).collect();
    json!({
        "executionSuccessful": !report.problems.iter().any(ProblemReport::fails),
        "exitCode": exit as u8,
        "exitCodeDescription": match exit {
            Exit::Clean => "nothing at or above the threshold",
            Exit::Violations => "violations",
            Exit::Usage => "usage or policy error",
            Exit::Incomplete => "incomplete",
        },
        "startTimeUtc": report.run.started.to_string(),
        "toolExecutionNotifications": report.problems.iter().filter(|problem| !of_load(problem)).map(notify).collect::<Vec<_>>(),
        "toolConfigurationNotifications": configuration,
    })
}

fn notification_id(stage: Stage) -> String {
    format!("problem-{}", stage.name())
}

fn notification(report: &Report, indices: &BTreeMap<&str, usize>, entry: &ProblemReport) -> Value {
    let problem = &entry.problem;
    let by = match entry.status {
        ProblemStatus::Excepted(index) => report.exceptions.get(index).map(exception),
        ProblemStatus::Open | ProblemStatus::Known | ProblemStatus::Fixture => None,
    };
    let place = match &problem.subject {
        Subject::Place(place) => Some(location(report, *place, None)),
        Subject::Path(path) => Some(json!({ "physicalLocation": { "artifactLocation": artifact(report, path) } })),
        Subject::Rule(_) => None,
    };
    let rule = match &problem.subject {
        Subject::Rule(id) => Some(json!({ "id": id, "index": indices.get(id.as_str()) })),
        Subject::Place(_) | Subject::Path(_) => None,
    };
    json!({
        "descriptor": { "id": notification_id(problem.stage), "index": STAGES.iter().position(|(stage, _)| *stage == problem.stage) },
        "associatedRule": rule,
        "level": if entry.fails() { "error" } else { "note" },
        "message": message(&problem.message),
        "locations": place.into_iter().collect::<Vec<_>>(),
        "properties": {
            "stage": problem.stage.name(),
            "fingerprint": entry.fingerprint,
            "status": entry.status.name(),
            "exception": by,
        },
    })
}

fn stale_exception(report: &Report, stale: &super::ExceptionReport) -> Value {
    let (level, why) = match stale.state {
        ExceptionState::Expired => ("warning", "has expired"),
        ExceptionState::Used | ExceptionState::Unused => ("note", "matches nothing"),
    };
    let text = format!("the exception for {} {} {why}: {}", stale.rule, stale.matches, exception(stale));
    of_policy(report, level, Some(stale.line), &text)
}

/// A notification about a line of the policy file.
fn of_policy(report: &Report, level: &str, line: Option<u32>, text: &str) -> Value {
    let place = report.run.policy.path.as_ref().zip(line).map(|(path, line)| {
        json!({ "physicalLocation": { "artifactLocation": artifact(report, path), "region": { "startLine": line.max(1) } } })
    });
    json!({ "level": level, "message": message(text), "locations": place.into_iter().collect::<Vec<_>>() })
}

fn provenance(report: &Report) -> Option<Value> {
    let uri = repository_uri(report.run.repository.as_deref()?)?;
    let revision = report.run.commit.as_ref().map(|commit| &commit.id);
    Some(json!([{ "repositoryUri": uri, "revisionId": revision, "mappedTo": { "uriBaseId": ROOT } }]))
}

/// The URL of a remote without user name and password, query and fragment: each can be an access token. An scp-like `host:path` becomes `ssh://host/path`.
fn repository_uri(remote: &str) -> Option<String> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme @ ("https" | "http" | "ssh" | "git"), rest)) => (scheme, rest.to_owned()),
        Some(_) => return None,
        None if remote.contains("::") => return None,
        None => ("ssh", remote.split_once(':').map(|(host, path)| format!("{host}/{}", path.trim_start_matches('/')))?),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.chars().all(plain)).then(|| format!("{scheme}://{host}/{}", uri_path(path)))
}

#[cfg(test)]
#[path = "sarif_tests.rs"]
mod tests;
