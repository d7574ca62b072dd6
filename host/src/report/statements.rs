//! The sixteen statements of the policy, and what a run can say about each.
//! Not a judgement of compliance: a scan finds violations, it cannot show that there are none.

use std::collections::{BTreeMap, BTreeSet};

use keyreeve_contract::FactKind;

use super::{ExceptionKind, ExceptionReport, ExceptionState, RuleReport, RuleState, Statement, StatementState};
use crate::finding::{Finding, Status};

/// What answers a statement besides rules that cite it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Nothing.
    Rules,
    /// The report itself.
    Report,
    /// The exceptions of the policy file.
    Exceptions,
}

/// Number, short title, and what answers it.
const STATEMENTS: [(&str, &str, By); 16] = [
    ("S1", "TLS 1.3 or higher over untrusted networks", By::Rules),
    ("S2", "AES-256 or its equal for sensitive data at rest", By::Rules),
    ("S3", "recognised algorithms only, none that is deprecated", By::Rules),
    ("S4", "a key management system for the whole life of a key", By::Rules),
    ("S5", "keys are generated securely", By::Rules),
    ("S6", "keys are stored in key vaults", By::Rules),
    ("S7", "no private key beside the data it encrypts", By::Rules),
    ("S8", "shared and production tokens are in a key inventory", By::Rules),
    ("S9", "production and customer keys rotate every 90 days", By::Rules),
    ("S10", "staging and test: personal keys rotate every year", By::Rules),
    ("S11", "keys are backed up securely", By::Rules),
    ("S12", "use of keys is monitored, with alerts", By::Rules),
    ("S13", "keys and encryption are audited regularly", By::Report),
    ("S14", "exceptions have an approval and an alternative", By::Exceptions),
    ("S15", "the policy is reviewed every year", By::Rules),
    ("S16", "compliance is mandatory", By::Report),
];

/// What the run can say about each statement, in order. A rule or finding can cite several (`S9 S10`).
///
/// Violations count whether they are open or known; what an exception covers is counted apart. An accepted exception (S14) is
/// itself a violation if its approval or its alternative is missing; one that has expired leaves open whether management still approves.
pub fn assess(
    rules: &[RuleReport],
    findings: &[Finding],
    exceptions: &[ExceptionReport],
    facts: &BTreeMap<&'static str, usize>,
) -> Vec<Statement> {
    STATEMENTS
        .iter()
        .map(|&(id, title, by)| {
            let cited = || rules.iter().filter(|rule| cites(&rule.statement, id) && rule.state != RuleState::Off);
            let mut tally = Tally::default();
            cited().for_each(|rule| tally.add_rule(rule));
            findings
                .iter()
                .filter(|finding| cites(&finding.statement, id))
                .for_each(|finding| tally.add_finding(finding));
            if by == By::Exceptions {
                exceptions.iter().for_each(|exception| tally.add_exception(exception));
            }
            Statement {
                id,
                title,
                state: tally.state(by, facts),
                rules: cited().map(|rule| rule.id.clone()).collect(),
                excepted: tally.excepted,
                read: BTreeMap::new(),
                templates: BTreeMap::new(),
                unread: BTreeMap::new(),
            }
        })
        .collect()
}

/// What a rule or finding cites, with the short titles: `S6 (keys are stored in key vaults)`. What is no statement stays as it is.
pub fn with_titles(cited: &str) -> String {
    let known: Vec<_> = STATEMENTS.iter().filter(|(id, ..)| cites(cited, id)).map(|(_, title, _)| *title).collect();
    if known.is_empty() { cited.to_owned() } else { format!("{cited} ({})", known.join("; ")) }
}

fn cites(statements: &str, id: &str) -> bool {
    statements.split(|character: char| !character.is_ascii_alphanumeric()).any(|cited| cited == id)
}

/// What was counted for one statement.
#[derive(Default)]
struct Tally {
    /// Something looked for it.
    checked: bool,
    /// A rule did not get to its end.
    failed: bool,
    /// Kinds of fact that its rules judged: a fact that two of them did counts once.
    kinds: BTreeSet<FactKind>,
    /// Exceptions.
    exceptions: usize,
    violated: usize,
    undetermined: usize,
    excepted: usize,
}

impl Tally {
    fn add_rule(&mut self, rule: &RuleReport) {
        self.checked = true;
        self.failed |= rule.state == RuleState::Failed;
        self.kinds.extend(&rule.kinds);
    }

    fn add_finding(&mut self, finding: &Finding) {
        match finding.status {
            Status::Excepted(_) => self.excepted += usize::from(finding.is_violation()),
            Status::Open | Status::Known if finding.is_violation() => self.violated += 1,
            Status::Open | Status::Known => self.undetermined += 1,
        }
    }

    fn add_exception(&mut self, exception: &ExceptionReport) {
        self.checked = true;
        if exception.kind != ExceptionKind::Accepted {
            return;
        }
        self.exceptions += 1;
        if exception.by.is_empty() || exception.alternative.as_deref().unwrap_or_default().is_empty() {
            self.violated += 1;
        } else if exception.state == ExceptionState::Expired {
            self.undetermined += 1;
        }
    }

    fn state(&self, by: By, facts: &BTreeMap<&'static str, usize>) -> StatementState {
        let facts = self.kinds.iter().filter_map(|kind| facts.get(kind.interface())).sum::<usize>();
        match *self {
            Self { violated, .. } if violated > 0 => StatementState::Violated(violated),
            Self { undetermined, failed, .. } if undetermined > 0 || failed => {
                StatementState::Undetermined(undetermined)
            }
            _ if by == By::Report => StatementState::ByReport,
            Self { checked: false, .. } if by == By::Rules => StatementState::NotChecked,
            Self { exceptions, .. } => match facts + exceptions {
                0 => StatementState::NothingExamined,
                examined => StatementState::NoViolation(examined),
            },
        }
    }
}

impl StatementState {
    /// Its name in reports for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Violated(_) => "violated",
            Self::Undetermined(_) => "undetermined",
            Self::NoViolation(_) => "no-violation",
            Self::NothingExamined => "nothing-examined",
            Self::NotChecked => "not-checked",
            Self::ByReport => "by-report",
        }
    }

    /// Its number: violations, open answers, or facts examined.
    pub fn count(self) -> Option<usize> {
        match self {
            Self::Violated(count) | Self::Undetermined(count) | Self::NoViolation(count) => Some(count),
            Self::NothingExamined | Self::NotChecked | Self::ByReport => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keyreeve_contract::Severity;

    use super::super::sample;
    use super::*;

    fn state(id: &str, rules: &[RuleReport], findings: &[Finding], exceptions: &[ExceptionReport]) -> StatementState {
        assessed(rules, findings, exceptions).into_iter().find(|statement| statement.id == id).unwrap().state
    }

    /// As if all facts were keys.
    fn assessed(rules: &[RuleReport], findings: &[Finding], exceptions: &[ExceptionReport]) -> Vec<Statement> {
        let facts = rules.iter().map(|rule| rule.examined).max().unwrap_or_default();
        assess(rules, findings, exceptions, &BTreeMap::from([("keys", facts)]))
    }

    fn rule(state: RuleState, examined: usize) -> RuleReport {
        RuleReport { state, examined, ..sample::rule("key-size", "S5", Severity::High) }
    }

    fn violation(status: Status) -> Finding {
        Finding { status, ..sample::violation("key-size", "S5", Severity::Low) }
    }

    #[test]
    fn there_are_sixteen_in_order() {
        let ids: Vec<_> = assessed(&[], &[], &[]).iter().map(|statement| statement.id).collect();
        assert_eq!(ids, (1..=16).map(|number| format!("S{number}")).collect::<Vec<_>>());
    }

    #[test]
    fn no_rule_is_not_checked_and_no_fact_is_nothing_examined() {
        assert_eq!(state("S5", &[], &[], &[]), StatementState::NotChecked);
        assert_eq!(state("S5", &[rule(RuleState::Off, 0)], &[], &[]), StatementState::NotChecked);
        assert_eq!(state("S5", &[rule(RuleState::Ran, 0)], &[], &[]), StatementState::NothingExamined);
        assert_eq!(state("S5", &[rule(RuleState::Ran, 7)], &[], &[]), StatementState::NoViolation(7));
    }

    #[test]
    fn a_fact_that_two_rules_examined_counts_once() {
        let rules = [rule(RuleState::Ran, 7), RuleReport { id: "weak-key".to_owned(), ..rule(RuleState::Ran, 7) }];
        assert_eq!(state("S5", &rules, &[], &[]), StatementState::NoViolation(7));
    }

    #[test]
    fn a_rule_that_failed_never_passes() {
        let rules = [rule(RuleState::Ran, 7), rule(RuleState::Failed, 3)];
        assert_eq!(state("S5", &rules, &[], &[]), StatementState::Undetermined(0));
        assert_eq!(state("S5", &rules, &[violation(Status::Open)], &[]), StatementState::Violated(1));
    }

    #[test]
    fn known_violations_count_and_excepted_ones_are_counted_apart() {
        let rules = [rule(RuleState::Ran, 7)];
        let known = [violation(Status::Known), violation(Status::Excepted(0))];
        assert_eq!(state("S5", &rules, &known, &[]), StatementState::Violated(1));
        let excepted = assessed(&rules, &known[1..], &[]).swap_remove(4);
        assert_eq!((excepted.state, excepted.excepted), (StatementState::NoViolation(7), 1));
    }

    #[test]
    fn an_open_answer_is_no_pass_and_a_rule_can_cite_two_statements() {
        let rules = [RuleReport { examined: 2, ..sample::rule("rotation-age", "S9, S10", Severity::Medium) }];
        let open = [sample::undetermined("rotation-age", "S10")];
        assert_eq!(state("S9", &rules, &open, &[]), StatementState::NoViolation(2));
        assert_eq!(state("S10", &rules, &open, &[]), StatementState::Undetermined(1));
        assert_eq!(state("S1", &rules, &open, &[]), StatementState::NotChecked);
        assert_eq!(
            with_titles("S13, S16"),
            "S13, S16 (keys and encryption are audited regularly; compliance is mandatory)"
        );
        assert_eq!(with_titles("none"), "none");
    }

    #[test]
    fn exceptions_answer_for_themselves() {
        let sound = sample::accepted();
        let expired = ExceptionReport { state: ExceptionState::Expired, ..sample::accepted() };
        let alone = ExceptionReport { alternative: None, ..sample::accepted() };
        let wrong = ExceptionReport { kind: ExceptionKind::FalsePositive, ..alone.clone() };
        assert_eq!(state("S14", &[], &[], &[]), StatementState::NothingExamined);
        assert_eq!(state("S14", &[], &[], &[wrong]), StatementState::NothingExamined);
        assert_eq!(state("S14", &[], &[], std::slice::from_ref(&sound)), StatementState::NoViolation(1));
        assert_eq!(state("S14", &[], &[], &[sound.clone(), expired]), StatementState::Undetermined(1));
        assert_eq!(state("S14", &[], &[], &[sound, alone]), StatementState::Violated(1));
    }

    #[test]
    fn the_report_answers_for_audits_and_enforcement_unless_a_rule_says_more() {
        assert_eq!(state("S13", &[], &[], &[]), StatementState::ByReport);
        assert_eq!(state("S16", &[], &[], &[]), StatementState::ByReport);
        let found = [sample::violation("audit-log", "S13", Severity::Medium)];
        assert_eq!(state("S13", &[], &found, &[]), StatementState::Violated(1));
    }
}
