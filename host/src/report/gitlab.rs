//! GitLab's Code Quality report: an array of issues in the format of the Code Climate specification.
//! Not the whole report: GitLab reads a description, a place, a severity and a fingerprint; the JSON format has the rest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyreeve_contract::Severity;
use keyreeve_source::Location;
use keyreeve_source::digest::hex;
use keyreeve_source::problem::{Problem, Subject};
use serde::Serialize;

use super::escape;
use super::escape::visible;
use super::human::exception;
use super::taken::Taken;
use super::words::text;
use super::{ProblemReport, Report, summary};
use crate::finding::{Finding, Status};

/// One issue. GitLab asks for description, check_name, fingerprint, severity and location; Code Climate for type and categories.
#[derive(Serialize)]
struct Issue {
    r#type: &'static str,
    check_name: String,
    description: String,
    categories: [&'static str; 1],
    /// `info`, `minor`, `major`, `critical` or `blocker`.
    severity: &'static str,
    /// Unique in the report: GitLab shows only one of several equal ones.
    fingerprint: String,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

/// Numbers of the first and the last line.
#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the array: findings, then problems, then what the run looks for less than it could.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut seen = BTreeMap::new();
    let findings = report.findings.iter().map(|finding| of_finding(report, finding));
    let problems = report.problems.iter().map(|entry| of_problem(report, entry));
    let issues: Vec<Issue> = findings
        .chain(problems)
        .chain(of_restrictions(report))
        .map(|mut issue| {
            unique(&mut issue.fingerprint, &mut seen);
            issue
        })
        .collect();
    escape::write_json(&issues, out)
}

/// Sets a repeated fingerprint apart by its ordinal.
fn unique(fingerprint: &mut String, seen: &mut BTreeMap<String, usize>) {
    let times = seen.entry(fingerprint.clone()).or_default();
    *times += 1;
    if *times > 1 {
        *fingerprint = format!("{fingerprint}:{times}");
    }
}

fn of_finding(report: &Report, finding: &Finding) -> Issue {
    let mark = match finding.status {
        Status::Excepted(index) => report.exceptions.get(index).map_or_else(String::new, exception),
        Status::Known => "known, unapproved".to_owned(),
        Status::Open if !finding.is_violation() => "undetermined".to_owned(),
        Status::Open => String::new(),
    };
    let mark = if mark.is_empty() { mark } else { format!("[{mark}] ") };
    let help = if finding.remedy.is_empty() { String::new() } else { format!("; {}", finding.remedy) };
    Issue {
        r#type: "issue",
        check_name: visible(&finding.rule).into_owned(),
        description: visible(&format!("{mark}{}{help}", finding.message)).into_owned(),
        categories: ["Security"],
        severity: severity(report, finding),
        fingerprint: finding.fingerprint.clone(),
        location: place(report, finding.location),
    }
}

/// What neither counts nor fails the run is `info`.
fn severity(report: &Report, finding: &Finding) -> &'static str {
    let counts = finding.status == Status::Open && finding.is_violation();
    match finding.severity {
        _ if !counts && !report.fails(finding) => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}

fn of_problem(report: &Report, entry: &ProblemReport) -> Issue {
    let problem = &entry.problem;
    let why = summary::why_it_counts_for_nothing(report, entry);
    let mark = why.map_or_else(String::new, |why| format!("[{why}] "));
    let stage = problem.stage.name();
    let (name, location) = subject(report, problem);
    let rule = if let Subject::Rule(id) = &problem.subject { format!("rule {id}: ") } else { String::new() };
    Issue {
        r#type: "issue",
        check_name: format!("problem-{stage}"),
        description: visible(&format!("{mark}not processed: {rule}{}", problem.message)).into_owned(),
        categories: ["Security"],
        severity: if entry.fails() { "major" } else { "info" },
        fingerprint: entry.fingerprint.clone().unwrap_or_else(|| digest(&[stage, &name, &problem.message])),
        location,
    }
}

/// What is taken away from the built-in policy, and what options restrict the run to: the format has no other place for either. Its
/// fingerprint is that of its words, so that a merge request shows what it changes in them.
fn of_restrictions(report: &Report) -> Option<Issue> {
    let taken = Taken::of(report);
    let filters = &report.run.filters;
    let options = (!filters.is_empty()).then(|| format!("the run is restricted by {}", filters.join(" ")));
    let words: Vec<String> = taken.iter().map(Taken::sentence).chain(options).collect();
    let line = taken.and_then(|taken| taken.line).unwrap_or(1);
    (!words.is_empty()).then(|| Issue {
        r#type: "issue",
        check_name: "policy".to_owned(),
        description: text(&words.join("; ")),
        categories: ["Security"],
        severity: "info",
        fingerprint: digest(&["policy", &words.join("; ")]),
        location: of_policy(report, line),
    })
}

/// A line of the policy file; of its usual place where there is none, since GitLab asks for a path.
fn of_policy(report: &Report, line: u32) -> Place {
    let path = report.run.policy.path.as_deref().unwrap_or("keyreeve.toml");
    Place { path: report.run.git_path(path), lines: Lines { begin: line, end: line } }
}

/// What a problem is about, by name, and a place for it: of a rule the policy file.
fn subject(report: &Report, problem: &Problem) -> (String, Place) {
    let whole = |path: &str| Place { path: report.run.git_path(path), lines: Lines { begin: 1, end: 1 } };
    match &problem.subject {
        Subject::Place(location) => (report.sources[location.source].name.clone(), place(report, *location)),
        Subject::Path(path) => (path.clone(), whole(path)),
        Subject::Rule(id) => (id.clone(), of_policy(report, 1)),
    }
}

fn place(report: &Report, location: Location) -> Place {
    let place = report.place(location);
    let lines = Lines { begin: place.start.line, end: place.last_line() };
    Place { path: report.run.git_path(&place.source.name), lines }
}

/// A fingerprint of what has none, as stable as its message: SHA-256 over the parts, each closed by a NUL, cut to 32 digits.
fn digest(parts: &[&str]) -> String {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    format!("v1:{}", hex(&hash.finalize()[..16]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::super::{Format, sample};

    #[test]
    fn every_issue_has_what_gitlab_asks_for() {
        let schema = include_str!("../../../testdata/schemas/gitlab-code-quality.json");
        let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        let mut written: serde_json::Value =
            serde_json::from_str(&sample::written(&sample::report(), Format::Gitlab)).unwrap();
        assert!(written.as_array().unwrap().len() > 8);
        assert_eq!(validator.iter_errors(&written).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
        written[0]["location"]["lines"]["begin"] = 0.into();
        assert!(!validator.is_valid(&written));
    }

    #[test]
    fn fingerprints_are_unique_and_the_first_of_equal_ones_is_unchanged() {
        let report = sample::report();
        let issues: Vec<serde_json::Value> = serde_json::from_str(&sample::written(&report, Format::Gitlab)).unwrap();
        let prints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), issues.len());
        let twice = &report.findings.iter().find(|finding| finding.label.contains("twice")).unwrap().fingerprint;
        assert!(prints.contains(twice.as_str()) && prints.contains(format!("{twice}:2").as_str()));
    }

    #[test]
    fn what_is_taken_away_or_left_out_is_one_issue_at_its_line() {
        let policy = |report: &super::Report| -> Vec<serde_json::Value> {
            let issues: Vec<serde_json::Value> =
                serde_json::from_str(&sample::written(report, Format::Gitlab)).unwrap();
            issues.into_iter().filter(|issue| issue["check_name"] == "policy").collect()
        };
        let mut report = sample::report();
        let [issue] = policy(&report).try_into().unwrap();
        assert_eq!((&issue["severity"], &issue["location"]["path"]), (&"info".into(), &"infra/keyreeve.toml".into()));
        assert_eq!(issue["location"]["lines"]["begin"], 6);
        let text = issue["description"].as_str().unwrap();
        assert!(text.starts_with("keyreeve.toml asks less than the built-in policy: 1 rule less severe"), "{text}");
        assert!(text.ends_with("; the run is restricted by --skip-rule cipher-suites"), "{text}");
        for rule in &mut report.rules {
            rule.line = rule.line.map(|line| line + 1);
        }
        assert_eq!(policy(&report)[0]["fingerprint"], issue["fingerprint"], "lines that move change no fingerprint");
        report.run.fail_on = None;
        assert_ne!(policy(&report)[0]["fingerprint"], issue["fingerprint"]);
        assert!(policy(&sample::empty()).is_empty());
    }

    #[test]
    fn descriptions_are_one_line_and_tell_what_does_not_count() {
        let issues: Vec<serde_json::Value> =
            serde_json::from_str(&sample::written(&sample::report(), Format::Gitlab)).unwrap();
        let text = |issue: &serde_json::Value| issue["description"].as_str().unwrap().to_owned();
        assert!(issues.iter().all(|issue| !text(issue).contains(['\n', '\r'])));
        for mark in ["[accepted by ", "[known, unapproved] ", "[undetermined] "] {
            let marked: Vec<_> = issues.iter().filter(|issue| text(issue).starts_with(mark)).collect();
            assert!(!marked.is_empty() && marked.iter().all(|issue| issue["severity"] == "info"), "{mark}");
        }
    }
}
