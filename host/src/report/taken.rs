//! What a run asks less than the built-in policy does, in one line that every format has: a policy that was found lies in the tree that
//! it judges. Not what it asks more, and not what came of it.

use std::collections::BTreeSet;

use super::words::text;
use super::{ExceptionState, FAIL_ON, Origin, Report, RuleReport};
use crate::finding::Status;

/// How many of each are named; the others are counted.
const NAMED: usize = 8;

/// What is taken away from the built-in policy.
pub(super) struct Taken {
    /// Each in a few words: `fail-on never`, `1 rule off (key-size)`.
    pub(super) items: Vec<String>,
    /// The first line of the policy file that takes something away; none where only the command line does.
    pub(super) line: Option<u32>,
    /// Who takes it away.
    by: String,
}

/// An item, and the first line of the policy file that is behind it.
type Item = (String, Option<u32>);

impl Taken {
    /// What the policy and `--fail-on` take away; none if that is nothing.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let policy = &report.run.policy;
        let items = [
            is_lenient(report).then(|| fail_on_item(report)),
            of_rules(report, "off", |rule| rule.is_switched_off.then(|| rule.id.clone())),
            of_rules(report, "less severe", |rule| {
                let (own, set) = (rule.gravest, rule.severity);
                (rule.is_fixed && set < own).then(|| format!("{}: {} for up to {}", rule.id, set.name(), own.name()))
            }),
            of_rules(report, "with other settings", |rule| {
                let is_looser = rule.origin == Origin::BuiltIn && !rule.loosened.is_empty();
                is_looser.then(|| format!("{}: {}", rule.id, rule.loosened.join(" ")))
            }),
            scopes(report),
            exceptions(report),
        ];
        let (items, lines): (Vec<String>, Vec<_>) = items.into_iter().flatten().unzip();
        let by = policy.path.clone().unwrap_or_else(|| "the command line".to_owned());
        (!items.is_empty()).then(|| Self { items, line: lines.into_iter().flatten().min(), by })
    }

    /// All of it on one line, with everything in it to be seen.
    pub(super) fn sentence(&self) -> String {
        text(&format!("{} asks less than the built-in policy: {}", self.by, self.items.join("; ")))
    }
}

/// The name of what fails the run from there on: a severity, or `never`.
pub(super) fn fail_on(report: &Report) -> &'static str {
    report.run.fail_on.map_or("never", |least| least.name())
}

/// Why violations that the built-in policy lets fail a run do not fail this one; none if there are none, or others do.
pub(super) fn why_it_passes(report: &Report) -> Option<String> {
    let would = |finding: &&super::Finding| {
        finding.is_violation() && finding.status == Status::Open && finding.severity >= FAIL_ON
    };
    let mut passing = report.findings.iter().filter(would).peekable();
    let passes = passing.peek().is_some() && passing.all(|finding| !report.fails(finding));
    passes.then(|| match &report.run.policy.path {
        Some(path) if is_of_policy(report) => format!("fail-on is {} in {}", fail_on(report), text(path)),
        _ => format!("--fail-on is {}", fail_on(report)),
    })
}

fn is_lenient(report: &Report) -> bool {
    report.run.fail_on.is_none_or(|least| least > FAIL_ON)
}

/// Whether the policy file says what fails the run, and not the command line.
fn is_of_policy(report: &Report) -> bool {
    report.run.policy.fail_on == report.run.fail_on
}

fn fail_on_item(report: &Report) -> Item {
    let fail_on = fail_on(report);
    match is_of_policy(report) {
        true => (format!("fail-on {fail_on}"), report.run.policy.fail_on_line),
        false => (format!("fail-on {fail_on} by --fail-on"), None),
    }
}

/// The rules of which `name` has something to say.
fn of_rules(report: &Report, what: &str, name: impl Fn(&RuleReport) -> Option<String>) -> Option<Item> {
    let found: Vec<_> = report.rules.iter().filter_map(|rule| Some((name(rule)?, rule.line))).collect();
    let line = found.iter().filter_map(|(_, line)| *line).min();
    item(found.len(), "rule", what, found.into_iter().map(|(name, _)| name), line)
}

/// Scopes by what they state, since that is what rules ask less for.
fn scopes(report: &Report) -> Option<Item> {
    let scopes = &report.run.policy.scopes;
    let stated: BTreeSet<String> = scopes.iter().flat_map(|scope| scope.states.iter().cloned()).collect();
    item(scopes.len(), "scope", "", stated.into_iter(), scopes.iter().map(|scope| scope.line).min())
}

/// One that covers nothing takes nothing away.
fn exceptions(report: &Report) -> Option<Item> {
    let used = || report.exceptions.iter().filter(|exception| exception.state == ExceptionState::Used);
    item(used().count(), "exception", "", std::iter::empty(), used().map(|exception| exception.line).min())
}

/// `2 rules off (a, b)`, `9 rules off (a, …, and 1 more)`.
fn item(number: usize, noun: &str, what: &str, names: impl Iterator<Item = String>, line: Option<u32>) -> Option<Item> {
    if number == 0 {
        return None;
    }
    let mut names: Vec<String> = names.collect();
    if let Some(more @ 1..) = names.len().checked_sub(NAMED) {
        names.truncate(NAMED);
        names.push(format!("and {more} more"));
    }
    let what = if what.is_empty() { String::new() } else { format!(" {what}") };
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    Some((format!("{}{what}{names}", super::ansi::count(number, noun)), line))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{ExceptionReport, RuleState, ScopeReport, Severity, Style, sample, summary};
    use super::*;

    fn sentence(report: &Report) -> Option<String> {
        Taken::of(report).map(|taken| taken.sentence())
    }

    fn with_policy() -> Report {
        let mut report = sample::empty();
        report.run.policy.path = Some("keyreeve.toml".to_owned());
        report
    }

    #[test]
    fn nothing_is_said_where_nothing_is_taken_away() {
        let mut report = with_policy();
        report.rules = vec![
            RuleReport { state: RuleState::Off, ..sample::rule("left-out-by-an-option", "S1", Severity::High) },
            RuleReport { is_fixed: true, line: Some(3), ..sample::rule("as-grave-as-ever", "S1", Severity::High) },
            RuleReport {
                origin: Origin::File("a.wasm".to_owned()),
                loosened: vec!["names".to_owned()],
                ..sample::rule("of-ones-own", "S1", Severity::High)
            },
        ];
        let covering_nothing = [ExceptionState::Expired, ExceptionState::Unused];
        report.exceptions = covering_nothing.map(|state| ExceptionReport { state, ..sample::accepted() }).into();
        for fail_on in [Severity::Low, Severity::Medium] {
            report.run.fail_on = Some(fail_on);
            report.run.policy.fail_on = report.run.fail_on;
            assert_eq!(sentence(&report), None);
        }
    }

    #[test]
    fn everything_that_is_taken_away_is_said_in_one_line() {
        let mut report = with_policy();
        (report.run.fail_on, report.run.policy.fail_on, report.run.policy.fail_on_line) = (None, None, Some(1));
        let rule = |id: &str| sample::rule(id, "S1", Severity::High);
        report.rules = vec![
            RuleReport { is_switched_off: true, line: Some(3), ..rule("a") },
            RuleReport { is_fixed: true, severity: Severity::Low, gravest: Severity::Critical, ..rule("b") },
            RuleReport { loosened: vec!["minimum".to_owned(), "allow".to_owned()], ..rule("c") },
        ];
        let scope = |states: &[&str]| ScopeReport { states: states.iter().map(ToString::to_string).collect(), line: 9 };
        report.run.policy.scopes = vec![scope(&["network trusted", "purpose fixture"]), scope(&["data other"])];
        report.exceptions = vec![sample::accepted()];
        assert_eq!(
            sentence(&report).unwrap(),
            "keyreeve.toml asks less than the built-in policy: fail-on never; 1 rule off (a); 1 rule less severe (b: low \
             for up to critical); 1 rule with other settings (c: minimum allow); 2 scopes (data other, network trusted, \
             purpose fixture); 1 exception"
        );
        assert_eq!(Taken::of(&report).unwrap().line, Some(1));
    }

    #[test]
    fn many_are_counted() {
        let mut report = with_policy();
        let off = |nth: u32| RuleReport {
            is_switched_off: true,
            line: Some(20 - nth),
            ..sample::rule(&format!("r{nth}"), "S1", Severity::High)
        };
        report.rules = (1..=10).map(off).collect();
        let taken = Taken::of(&report).unwrap();
        assert_eq!(taken.items, ["10 rules off (r1, r2, r3, r4, r5, r6, r7, r8, and 2 more)"]);
        assert_eq!(taken.line, Some(10));
    }

    #[test]
    fn who_lets_violations_pass_is_said_in_the_last_line() {
        let plain = Style { color: false, hyperlinks: false, width: 80, quiet: true, all: false };
        let last_line = |report: &Report| summary::last_line(report, plain);
        let mut report = with_policy();
        report.findings = vec![sample::violation("a", "S1", Severity::High)];
        assert!(last_line(&report).ends_with(", fail-on medium: 1 violation (1 high); exit 1"));
        (report.run.fail_on, report.run.policy.fail_on) = (None, None);
        let of_policy = "; exit 0, violations do not fail: fail-on is never in keyreeve.toml";
        assert!(last_line(&report).ends_with(of_policy), "{}", last_line(&report));
        report.run.fail_on = Some(Severity::Critical);
        assert!(last_line(&report).ends_with("violations do not fail: --fail-on is critical"));
        assert_eq!(sentence(&report).unwrap().split(": ").last(), Some("fail-on critical by --fail-on"));
        report.run.policy.path = None;
        assert!(sentence(&report).unwrap().starts_with("the command line asks less"));
        report.findings = vec![sample::violation("a", "S1", Severity::Low)];
        (report.run.fail_on, report.run.policy.fail_on) = (Some(FAIL_ON), Some(FAIL_ON));
        assert!(last_line(&report).ends_with("1 violation (1 low); exit 0"), "{}", last_line(&report));
    }
}
