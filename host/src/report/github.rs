//! Workflow commands of GitHub Actions: one annotation a line, for findings and problems.
//! Not the whole report: GitHub shows ten annotations of a level in each step; SARIF has them all.

use std::io::{self, Write};

use keyreeve_contract::Severity;
use keyreeve_source::Location;
use keyreeve_source::problem::{Problem, Subject};

use super::escape::{command_data, command_property, visible};
use super::human::exception;
use super::taken::Taken;
use super::{ProblemReport, Report, Style, summary};
use crate::finding::{Finding, Status};

/// Writes a command for each finding, the most severe first, and for each problem, one for what is taken away from the
/// built-in policy, and one for the last line of the report.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((report.fails(finding), is_open(finding), finding.severity)));
    for finding in findings {
        let lines = [words(report, finding), help(finding), format!("{} {}", finding.statement, finding.fingerprint)];
        let shown: Vec<_> = lines.iter().filter(|line| !line.is_empty()).map(|line| visible(line)).collect();
        let properties = properties(report, Some(finding.location), &title(finding));
        command(out, level(report, finding), &properties, &shown.join("\n"))?;
    }
    for entry in &report.problems {
        let level = if entry.fails() { "error" } else { "notice" };
        command(out, level, &problem_properties(report, &entry.problem), &problem_words(report, entry))?;
    }
    if let Some(taken) = Taken::of(report) {
        command(out, "notice", &taken_properties(report, &taken), &taken.sentence())?;
    }
    let plain = Style { color: false, hyperlinks: false, width: 80, quiet: false, all: false };
    command(out, "notice", " title=keyreeve", &summary::last_line(report, plain))
}

fn command(out: &mut dyn Write, level: &str, properties: &str, message: &str) -> io::Result<()> {
    writeln!(out, "::{level}{properties}::{}", command_data(message))
}

fn is_open(finding: &Finding) -> bool {
    finding.is_violation() && finding.status == Status::Open
}

/// What fails the run is an error; what counts but does not fail it is a warning from medium on; the rest is a notice.
fn level(report: &Report, finding: &Finding) -> &'static str {
    let open = is_open(finding);
    match finding.severity {
        _ if report.fails(finding) => "error",
        Severity::Critical | Severity::High if open => "error",
        Severity::Medium if open => "warning",
        _ => "notice",
    }
}

fn title(finding: &Finding) -> String {
    let what = match finding.status {
        Status::Excepted(_) => "excepted",
        Status::Known => "known",
        Status::Open if !finding.is_violation() => "undetermined",
        Status::Open => finding.severity.name(),
    };
    format!("{} ({what})", finding.rule)
}

/// The message, with what settles the finding.
fn words(report: &Report, finding: &Finding) -> String {
    match finding.status {
        Status::Excepted(index) => {
            let why = report.exceptions.get(index).map_or_else(String::new, exception);
            format!("{}; {why}", finding.message)
        }
        Status::Known => format!("{}; known, unapproved", finding.message),
        Status::Open => finding.message.to_string(),
    }
}

fn help(finding: &Finding) -> String {
    if finding.remedy.is_empty() { String::new() } else { format!("help: {}", finding.remedy) }
}

/// ` file=…,line=…,endLine=…,col=…,endColumn=…,title=…`; columns only within one line, as GitHub asks for it.
fn properties(report: &Report, location: Option<Location>, title: &str) -> String {
    let title = command_property(&visible(title));
    let Some(location) = location else { return format!(" title={title}") };
    let place = report.place(location);
    let file = file(report, &place.source.name);
    let (line, last) = (place.start.line, place.last_line());
    let columns = match last == place.end.line && last == line {
        true => format!(",col={},endColumn={}", place.start.column, place.end.column),
        false => String::new(),
    };
    format!(" file={file},line={line},endLine={last}{columns},title={title}")
}

fn file(report: &Report, name: &str) -> String {
    command_property(&visible(&report.run.git_path(name)))
}

fn problem_properties(report: &Report, problem: &Problem) -> String {
    let title = format!("problem ({})", problem.stage.name());
    match &problem.subject {
        Subject::Place(location) => properties(report, Some(*location), &title),
        Subject::Path(path) => format!(" file={},title={}", file(report, path), command_property(&title)),
        Subject::Rule(_) => properties(report, None, &title),
    }
}

/// The place in the policy file, if it is there that something is taken away.
fn taken_properties(report: &Report, taken: &Taken) -> String {
    let place = report.run.policy.path.as_deref().zip(taken.line);
    let place = place.map_or_else(String::new, |(path, line)| format!("file={},line={line},", file(report, path)));
    format!(" {place}title=keyreeve policy")
}

fn problem_words(report: &Report, entry: &ProblemReport) -> String {
    let problem = &entry.problem;
    let subject = match &problem.subject {
        Subject::Rule(id) => format!("rule {}: ", visible(id)),
        Subject::Place(_) | Subject::Path(_) => String::new(),
    };
    let why = summary::why_it_counts_for_nothing(report, entry).map_or_else(String::new, |why| format!("; {why}"));
    format!("{subject}{}{why}", visible(&problem.message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Format, sample};

    #[test]
    fn a_finding_is_one_command_with_its_place() {
        let written = sample::written(&sample::report(), Format::Github);
        let first = written.lines().next().unwrap();
        assert!(
            first.starts_with("::error file=infra/certs/server.key,line=1,endLine=3,title=plaintext-key (critical)::"),
            "{first}"
        );
        assert!(first.contains("%0Ahelp: "), "{first}");
    }

    #[test]
    fn what_is_settled_is_a_notice_that_says_so() {
        let written = sample::written(&sample::report(), Format::Github);
        let notice = |word: &str| written.lines().any(|line| line.starts_with("::notice ") && line.contains(word));
        assert!(notice("(excepted)::") && notice("accepted by Jo, CISO until 2027-01-31"));
        assert!(notice("(known)::") && notice("known, unapproved"));
        assert!(notice("(undetermined)::"));
    }

    #[test]
    fn what_the_policy_takes_away_is_a_notice_at_its_line() {
        let written = sample::written(&sample::report(), Format::Github);
        let [last, taken] = *written.lines().rev().take(2).collect::<Vec<_>>() else { panic!("{written}") };
        assert!(last.starts_with("::notice title=keyreeve::examined 7 files"), "{last}");
        let at = "::notice file=infra/keyreeve.toml,line=6,title=keyreeve policy::keyreeve.toml asks less than";
        assert!(taken.starts_with(at), "{taken}");
        assert!(!sample::written(&sample::empty(), Format::Github).contains("asks less"));
    }

    #[test]
    fn columns_are_given_only_within_one_line() {
        let written = sample::written(&sample::report(), Format::Github);
        for line in written.lines().filter(|line| line.contains(",line=")) {
            let number = |key: &str| {
                let (_, rest) = line.split_once(key)?;
                rest.split(&[',', ':'][..]).next()?.parse::<u32>().ok()
            };
            assert_eq!(
                number(",col=").is_some(),
                number(",line=") == number(",endLine=") && number(",endColumn=").is_some()
            );
        }
    }
}
