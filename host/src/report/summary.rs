//! What the human format says of the whole run: problems, exceptions, statements, rules that are off, and the last line.
//! Not the findings themselves.

use std::fmt::Write as _;

use keyreeve_contract::Severity;
use keyreeve_source::problem::Subject;

use super::ansi::count;
use super::groups::{Group, Tally, folder, tallies};
use super::human::{exception, place};
use super::taken::{Taken, fail_on, why_it_passes};
use super::words::{group, text};
use super::{
    ExceptionState, Exit, ProblemReport, ProblemStatus, Report, RuleReport, RuleState, Statement, StatementState,
    Style, account, ansi,
};
use crate::finding::{Finding, Status};

/// Rules and folders that are counted by themselves.
const TALLIES: usize = 12;

/// What could not be processed, one line each.
pub(super) fn problems(report: &Report, style: Style) -> String {
    let mut lines = String::new();
    let shown = || report.problems.iter().filter(|entry| !style.quiet || entry.fails());
    for entry in shown() {
        let problem = &entry.problem;
        let subject = match &problem.subject {
            Subject::Place(location) => place(report, style, *location),
            Subject::Path(path) => text(path),
            Subject::Rule(id) => format!("rule {}", text(id)),
        };
        let tag = style.paint(ansi::RED, &format!("problem[{}]", problem.stage.name()));
        let _ = write!(lines, "  {subject}: {tag}: {}", text(&problem.message));
        if let Some(why) = why_it_counts_for_nothing(report, entry) {
            let _ = write!(lines, "; {why}");
        }
        lines.push('\n');
    }
    group(style, "problems", shown().count(), &lines)
}

/// What settles a problem, as a clause; none if it fails the run.
pub(super) fn why_it_counts_for_nothing(report: &Report, entry: &ProblemReport) -> Option<String> {
    match entry.status {
        ProblemStatus::Open => None,
        ProblemStatus::Known => Some("known, unapproved".to_owned()),
        ProblemStatus::Fixture => Some("test data".to_owned()),
        ProblemStatus::Excepted(index) => report.exceptions.get(index).map(exception),
    }
}

/// Findings by rule and by folder: what fails the run and what does not.
pub(super) fn of_findings(report: &Report, style: Style, groups: &[Group<'_>]) -> String {
    let by_rule = tallies(groups, |finding| &finding.rule);
    let by_folder = tallies(groups, |finding| folder(report, finding));
    [("findings by rule", by_rule), ("findings by folder", by_folder)]
        .map(|(heading, tallies)| {
            let shown = if style.all { tallies.len() } else { TALLIES };
            let mut lines: String = tallies.iter().take(shown).map(|(name, tally)| line_of(name, *tally)).collect();
            if let Some(more @ 1..) = tallies.len().checked_sub(shown) {
                let rest = tallies[shown..].iter().map(|(_, tally)| tally.failing).sum::<usize>();
                let _ = writeln!(lines, "  and {more} more, with {} that fail the run", count(rest, "finding"));
            }
            group(style, heading, tallies.len(), &lines)
        })
        .concat()
}

/// `  plaintext-key: 7 fail the run (up to critical), 3 do not`.
fn line_of(name: &str, tally: Tally) -> String {
    let gravest = tally.gravest.map_or_else(String::new, |gravest| format!(" (up to {})", gravest.name()));
    let verb = if tally.failing == 1 { "fails" } else { "fail" };
    let failing = (tally.failing > 0).then(|| format!("{} {verb} the run{gravest}", tally.failing));
    let nothing = if tally.passing == 1 { "fails nothing" } else { "fail nothing" };
    let passing = (tally.passing > 0).then(|| format!("{} {nothing}", tally.passing));
    let numbers: Vec<String> = failing.into_iter().chain(passing).collect();
    format!("  {}: {}\n", text(name), numbers.join(", "))
}

/// Everything but findings, problems and the last line.
pub(super) fn of_run(report: &Report, style: Style) -> String {
    let groups = [
        account::of(report, style),
        skipped(report, style),
        stale_exceptions(report, style),
        stale_baseline(report, style),
        ignored_policies(report, style),
        statements(report, style),
        rules_off(report, style),
    ];
    groups.concat()
}

fn skipped(report: &Report, style: Style) -> String {
    let mut lines = String::new();
    for (reason, number) in &report.counts.skipped {
        let _ = writeln!(lines, "  {}: {}", count(*number, "file"), text(reason));
    }
    group(style, "not examined", report.counts.skipped.values().sum(), &lines)
}

/// Exceptions that cover nothing: one that matches nothing hides a change, and one that has expired no longer holds.
fn stale_exceptions(report: &Report, style: Style) -> String {
    let stale = || report.exceptions.iter().filter(|exception| exception.state != ExceptionState::Used);
    let policy = report.run.policy.path.as_deref().unwrap_or("built-in policy");
    let mut lines = String::new();
    for found in stale() {
        let why = if found.state == ExceptionState::Expired { "has expired" } else { "matches nothing" };
        let subject = format!("{}:{}: {} {}", text(policy), found.line, text(&found.rule), text(&found.matches));
        let _ = writeln!(lines, "  {subject} {}: {}", style.paint(ansi::YELLOW, why), exception(found));
    }
    lines += &help(style, "delete what is not needed any more, and have the rest approved anew");
    group(style, "exceptions that cover nothing", stale().count(), &lines)
}

/// What to do about a group.
fn help(style: Style, what: &str) -> String {
    format!("  {}: {what}\n", style.paint(ansi::CYAN, "help"))
}

fn stale_baseline(report: &Report, style: Style) -> String {
    let mut lines = String::new();
    for (fingerprint, rule, path) in &report.stale_baseline {
        let _ = writeln!(lines, "  {}: {} {}", text(path), text(rule), text(fingerprint));
    }
    lines += &help(style, "write the baseline anew with --write-baseline, so that they let nothing new pass");
    group(style, "entries of the baseline that match nothing", report.stale_baseline.len(), &lines)
}

fn ignored_policies(report: &Report, style: Style) -> String {
    let ignored = &report.run.policy.ignored;
    let mut lines = String::new();
    for path in ignored {
        let _ = writeln!(lines, "  {}", text(path));
    }
    lines += &help(style, "one policy holds for a run: say with scopes in it what is different in their folders");
    group(style, "policy files that were not read", ignored.len(), &lines)
}

fn statements(report: &Report, style: Style) -> String {
    let is_shown = |statement: &&Statement| !report.run.is_of_named_rules || !statement.rules.is_empty();
    let shown: Vec<&Statement> = report.statements.iter().filter(is_shown).collect();
    let mut lines = String::new();
    for statement in &shown {
        let color = match statement.state {
            StatementState::Violated(_) => ansi::RED,
            StatementState::Undetermined(_) => ansi::YELLOW,
            StatementState::NoViolation(_) => ansi::GREEN,
            StatementState::NothingExamined | StatementState::NotChecked | StatementState::ByReport => ansi::DIM,
        };
        let answer = style.paint(color, &answer(statement));
        let _ = writeln!(lines, "  {:<3}  {:<54}  {answer}", statement.id, statement.title);
    }
    group(style, "statements of the policy", shown.len(), &lines)
}

/// What the run says about a statement, in words.
fn answer(statement: &Statement) -> String {
    let mut out = match statement.state {
        StatementState::Violated(number) => format!("violated: {}", count(number, "violation")),
        StatementState::Undetermined(0) => "undetermined: not examined to the end".to_owned(),
        StatementState::Undetermined(number) if statement.id == "S14" => {
            format!("undetermined: {} without an approval in force", count(number, "exception"))
        }
        StatementState::Undetermined(number) => format!("undetermined: {}", count(number, "open answer")),
        StatementState::NoViolation(number) if statement.id == "S14" => {
            format!("no violation found in {}", count(number, "exception"))
        }
        StatementState::NoViolation(number) => format!("no violation found in {}", count(number, "fact")),
        StatementState::NothingExamined if statement.id == "S14" => "there is no exception".to_owned(),
        StatementState::NothingExamined => account::nothing(statement),
        StatementState::NotChecked => "not checked by any rule".to_owned(),
        StatementState::ByReport if statement.id == "S16" => "by the exit code".to_owned(),
        StatementState::ByReport => "by this report".to_owned(),
    };
    if statement.excepted > 0 {
        let _ = write!(out, " ({} excepted)", statement.excepted);
    }
    out
}

fn rules_off(report: &Report, style: Style) -> String {
    // Who names the rules that are to run knows that the others do not.
    let is_told = |rule: &&RuleReport| rule.state == RuleState::Off && !report.run.is_of_named_rules;
    let off = || report.rules.iter().filter(is_told);
    let mut lines = String::new();
    for rule in off() {
        let _ = writeln!(lines, "  {} ({}): {}", text(&rule.id), text(&rule.statement), text(&rule.title));
    }
    group(style, "rules that are off", off().count(), &lines)
}

/// What the run asks less than the built-in policy, on a line of its own; nothing where that is nothing.
pub(super) fn taken(report: &Report, style: Style) -> String {
    Taken::of(report).map_or_else(String::new, |taken| format!("{}\n", style.paint(ansi::YELLOW, &taken.sentence())))
}

/// `examined 4 files (9 facts) against keyreeve.toml as of 2026-11-23, fail-on medium: 3 violations (1 critical, 2 high), …; exit 1`.
pub(super) fn last_line(report: &Report, style: Style) -> String {
    let files = count(report.counts.files, "file");
    let facts = count(report.counts.facts.values().sum(), "fact");
    let policy = report.run.policy.path.as_deref().map_or_else(|| "the built-in policy".to_owned(), text);
    let restricted: Vec<String> = report.run.filters.iter().map(|filter| text(filter)).collect();
    let filters = if restricted.is_empty() { String::new() } else { format!(" with {}", restricted.join(" ")) };
    let exit = report.exit();
    let code = style.paint(if exit == Exit::Clean { ansi::GREEN } else { ansi::RED }, &format!("exit {}", exit as u8));
    let but = why_it_passes(report).map_or_else(String::new, |why| format!(", violations do not fail: {why}"));
    format!(
        "examined {files} ({facts}) against {policy}{filters} as of {}, fail-on {}: {}; {code}{but}",
        report.run.as_of,
        fail_on(report),
        results(report).join(", ")
    )
}

/// The numbers of the last line; those that are none are left out, but for the violations.
fn results(report: &Report) -> Vec<String> {
    let number = |keep: &dyn Fn(&Finding) -> bool| report.findings.iter().filter(|finding| keep(finding)).count();
    let open = |finding: &Finding| finding.is_violation() && finding.status == Status::Open;
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (severity, number(&|finding| open(finding) && finding.severity == severity)))
        .filter(|(_, found)| *found > 0)
        .map(|(severity, found)| format!("{found} {}", severity.name()))
        .collect();
    let mut results = vec![count(number(&open), "violation")];
    if !by_severity.is_empty() {
        results[0] += &format!(" ({})", by_severity.join(", "));
    }
    let undetermined = number(&|finding| !finding.is_violation() && finding.status == Status::Open);
    let known = number(&|finding| finding.status == Status::Known);
    let excepted = number(&|finding| matches!(finding.status, Status::Excepted(_)));
    let words = [(undetermined, "undetermined"), (known, "known"), (excepted, "excepted")];
    results.extend(words.into_iter().filter(|(found, _)| *found > 0).map(|(found, word)| format!("{found} {word}")));
    let problems = |status: &str| report.problems.iter().filter(|entry| entry.status.name() == status).count();
    let words = [
        ("open", "problem"),
        ("known", "known problem"),
        ("fixture", "fixture problem"),
        ("excepted", "excepted problem"),
    ];
    let words = words.into_iter().map(|(status, word)| (problems(status), word)).filter(|(found, _)| *found > 0);
    results.extend(words.map(|(found, word)| count(found, word)));
    results
}
