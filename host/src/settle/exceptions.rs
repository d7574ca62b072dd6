//! Exceptions applied: what each of them covers on the day of the scan. Not whether an exception is
//! complete: the policy file is refused if one is not.

use std::collections::HashMap;

use jiff::civil::Date;
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{SourceId, Sources};

use crate::finding::{Finding, Status};
use crate::policy::{Approval, Exception, Matches, PROBLEM, Policy};
use crate::report::{ExceptionKind, ExceptionReport, ExceptionState, ProblemReport, ProblemStatus};

/// Marks what exceptions cover and tells what became of each of them.
///
/// Of several that match the first in the file covers; a later one that is left with nothing is unused. One whose last day
/// lies before `as_of` covers nothing. A problem is covered by path only, and only if it is one of a file.
pub fn apply(
    policy: &Policy,
    as_of: Date,
    findings: &mut [Finding],
    problems: &mut [ProblemReport],
    sources: &Sources,
) -> Vec<ExceptionReport> {
    let mut index = Index::new(&policy.exceptions, as_of);
    let mut covers = vec![0; policy.exceptions.len()];
    for finding in findings {
        if let Some(exception) = index.of_finding(finding, sources) {
            finding.status = Status::Excepted(exception);
            covers[exception] += 1;
        }
    }
    for entry in problems {
        if let Some(exception) = index.of_problem(&entry.problem, sources) {
            entry.status = ProblemStatus::Excepted(exception);
            covers[exception] += 1;
        }
    }
    let reports = policy.exceptions.iter().zip(covers);
    reports.map(|(exception, covers)| report(policy, exception, as_of, covers)).collect()
}

/// Leaves out the exceptions that match nothing, for a run over a part of the tree or of the rules, where nobody can say so.
/// What the others cover goes on pointing to them.
pub fn leave_out_unused(
    exceptions: &mut Vec<ExceptionReport>,
    findings: &mut [Finding],
    problems: &mut [ProblemReport],
) {
    let is_left = |exception: &ExceptionReport| exception.state != ExceptionState::Unused;
    let mut positions = Vec::with_capacity(exceptions.len());
    let mut left = 0;
    for exception in exceptions.iter() {
        positions.push(left);
        left += usize::from(is_left(exception));
    }
    exceptions.retain(is_left);
    let in_findings = findings.iter_mut().filter_map(|finding| match &mut finding.status {
        Status::Excepted(position) => Some(position),
        _ => None,
    });
    let in_problems = problems.iter_mut().filter_map(|entry| match &mut entry.status {
        ProblemStatus::Excepted(position) => Some(position),
        _ => None,
    });
    for position in in_findings.chain(in_problems) {
        *position = positions[*position];
    }
}

/// The exceptions in force, by rule: looking one up does not go through those of other rules, nor twice through the globs
/// for one file.
struct Index<'a> {
    paths: HashMap<&'a str, Vec<(usize, &'a Exception)>>,
    fingerprints: HashMap<(&'a str, &'a str), usize>,
    by_source: HashMap<(&'a str, SourceId), Option<usize>>,
}

impl<'a> Index<'a> {
    fn new(exceptions: &'a [Exception], as_of: Date) -> Self {
        let mut index = Self { paths: HashMap::new(), fingerprints: HashMap::new(), by_source: HashMap::new() };
        for (position, exception) in exceptions.iter().enumerate().filter(|(_, exception)| !exception.expired(as_of)) {
            let rule = exception.rule.as_str();
            match &exception.matches {
                Matches::Path(_) => index.paths.entry(rule).or_default().push((position, exception)),
                Matches::Fingerprint(text) => {
                    index.fingerprints.entry((rule, text)).or_insert(position);
                }
            }
        }
        index
    }

    fn of_finding(&mut self, finding: &Finding, sources: &Sources) -> Option<usize> {
        let by_path = self.of_source(&finding.rule, finding.location.source, sources);
        let by_fingerprint = self.fingerprints.get(&(&*finding.rule, finding.fingerprint.as_str())).copied();
        by_path.into_iter().chain(by_fingerprint).min()
    }

    fn of_problem(&mut self, problem: &Problem, sources: &Sources) -> Option<usize> {
        match &problem.subject {
            Subject::Place(location) => self.of_source(PROBLEM, location.source, sources),
            Subject::Path(path) => self.of_path(PROBLEM, path),
            Subject::Rule(_) => None,
        }
    }

    fn of_source(&mut self, rule: &str, source: SourceId, sources: &Sources) -> Option<usize> {
        let (&rule, _) = self.paths.get_key_value(rule)?;
        if let Some(&known) = self.by_source.get(&(rule, source)) {
            return known;
        }
        let found = self.of_path(rule, &sources[source].name);
        self.by_source.insert((rule, source), found);
        found
    }

    fn of_path(&self, rule: &str, path: &str) -> Option<usize> {
        let matches = |exception: &Exception| matches!(&exception.matches, Matches::Path(glob) if glob.matches(path));
        self.paths.get(rule)?.iter().find(|(_, exception)| matches(exception)).map(|&(position, _)| position)
    }
}

fn report(policy: &Policy, exception: &Exception, as_of: Date, covers: usize) -> ExceptionReport {
    let (kind, by, alternative) = match &exception.approval {
        Approval::Accepted { approved_by, alternative, .. } => {
            (ExceptionKind::Accepted, approved_by, Some(alternative.clone()))
        }
        Approval::FalsePositive { owner, .. } => (ExceptionKind::FalsePositive, owner, None),
    };
    let state = match covers {
        _ if exception.expired(as_of) => ExceptionState::Expired,
        0 => ExceptionState::Unused,
        _ => ExceptionState::Used,
    };
    let matches = match &exception.matches {
        Matches::Path(glob) => glob.as_str(),
        Matches::Fingerprint(text) => text,
    };
    ExceptionReport {
        kind,
        rule: exception.rule.clone(),
        matches: matches.to_owned(),
        reason: exception.reason.clone(),
        by: by.clone(),
        alternative,
        expires: exception.expires(),
        line: policy.line(exception.span),
        state,
        covers,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use jiff::civil::date;
    use keyreeve_source::problem::Stage;
    use keyreeve_source::{Location, Span};

    use super::*;
    use crate::settle::fixtures::{finding, sources};

    fn policy(text: &str) -> Policy {
        Policy::load(Path::new("keyreeve.toml"), text.as_bytes()).unwrap()
    }

    fn accepted(rule: &str, matches: &str, expires: &str) -> String {
        format!(
            "[[exceptions]]\nkind = 'accepted'\nrule = '{rule}'\n{matches}\nreason = 'r'\n\
             approved-by = 'b'\nalternative = 'a'\nexpires = {expires}\n"
        )
    }

    /// Fingerprint of the finding with this number.
    fn by_number(number: u32) -> String {
        format!("fingerprint = 'v1:{number:032x}'")
    }

    fn settled(text: &str, findings: &mut [Finding]) -> Vec<ExceptionReport> {
        apply(&policy(text), date(2026, 11, 23), findings, &mut [], &sources())
    }

    fn settled_problems(problems: Vec<Problem>) -> Vec<ProblemReport> {
        crate::settle::problems::settled(problems, &[], &sources())
    }

    fn states(problems: &[ProblemReport]) -> Vec<ProblemStatus> {
        problems.iter().map(|entry| entry.status).collect()
    }

    #[test]
    fn a_glob_covers_findings_of_its_rule_in_its_files_only() {
        let mut findings = [
            finding("key-size", "a.pem", 1),
            finding("key-size", "deploy/b.pem", 2),
            finding("weak-key", "deploy/b.pem", 3),
        ];
        let reports = settled(&accepted("key-size", "path = 'deploy/**'", "2027-01-01"), &mut findings);
        assert_eq!(findings.map(|finding| finding.status), [Status::Open, Status::Excepted(0), Status::Open]);
        assert_eq!((reports[0].state, reports[0].covers, reports[0].line), (ExceptionState::Used, 1, 1));
    }

    #[test]
    fn a_fingerprint_covers_every_copy_of_its_finding() {
        let mut findings =
            [finding("key-size", "a.pem", 1), finding("key-size", "a.pem", 1), finding("weak-key", "a.pem", 1)];
        let text = format!(
            "[[exceptions]]\nkind = 'false-positive'\nrule = 'key-size'\n{}\nreason = 'r'\nowner = 'o'\n",
            by_number(1)
        );
        let reports = settled(&text, &mut findings);
        assert_eq!(findings.map(|finding| finding.status), [Status::Excepted(0), Status::Excepted(0), Status::Open]);
        assert_eq!((reports[0].kind, reports[0].covers), (ExceptionKind::FalsePositive, 2));
        assert_eq!((reports[0].by.as_str(), &reports[0].alternative, reports[0].expires), ("o", &None, None));
    }

    #[test]
    fn an_exception_covers_on_its_last_day_and_not_after_it() {
        for (expires, state, status) in [
            ("2026-11-23", ExceptionState::Used, Status::Excepted(0)),
            ("2026-11-22", ExceptionState::Expired, Status::Open),
        ] {
            let mut findings = [finding("key-size", "a.pem", 1)];
            let reports = settled(&accepted("key-size", &by_number(1), expires), &mut findings);
            assert_eq!((reports[0].state, findings[0].status), (state, status), "{expires}");
        }
    }

    #[test]
    fn the_first_that_matches_covers_and_an_expired_one_gives_way() {
        let text = [
            accepted("key-size", "path = '**'", "2020-01-01"),
            accepted("key-size", &by_number(1), "2027-01-01"),
            accepted("key-size", "path = '*.pem'", "2027-01-01"),
            accepted("key-size", &by_number(2), "2027-01-01"),
        ];
        let mut findings = [finding("key-size", "a.pem", 1), finding("key-size", "a.pem", 2)];
        let reports = settled(&text.concat(), &mut findings);
        assert_eq!(findings.map(|finding| finding.status), [Status::Excepted(1), Status::Excepted(2)]);
        let states: Vec<_> = reports.iter().map(|report| report.state).collect();
        use ExceptionState::{Expired, Unused, Used};
        assert_eq!(states, [Expired, Used, Used, Unused]);
    }

    #[test]
    fn what_is_covered_keeps_its_exception_when_unused_ones_are_left_out() {
        let text = [
            accepted("weak-key", "path = '**'", "2027-01-01"),
            accepted("key-size", "path = '**'", "2020-01-01"),
            accepted("key-size", "path = '**'", "2027-01-01"),
            accepted(PROBLEM, "path = 'x'", "2027-01-01"),
            accepted(PROBLEM, "path = 'c'", "2027-01-01"),
        ];
        let mut findings = [finding("key-size", "a.pem", 1), finding("revocation", "a.pem", 2)];
        let problems = vec![Problem::path("c", "permission denied"), Problem::path("d", "permission denied")];
        let mut problems = settled_problems(problems);
        let mut reports = apply(&policy(&text.concat()), date(2026, 11, 23), &mut findings, &mut problems, &sources());
        leave_out_unused(&mut reports, &mut findings, &mut problems);
        let lines: Vec<u32> = reports.iter().map(|report| report.line).collect();
        assert_eq!(lines, [9, 17, 33], "the expired one stays");
        assert_eq!(findings.map(|finding| finding.status), [Status::Excepted(1), Status::Open]);
        assert_eq!(states(&problems), [ProblemStatus::Excepted(2), ProblemStatus::Open]);
    }

    #[test]
    fn a_problem_of_a_file_can_be_covered_and_one_of_a_rule_cannot() {
        let place = Location { source: SourceId(1), span: Span::default() };
        let problems = vec![
            Problem::parse(place, "not DER"),
            Problem::path("deploy/c", "permission denied"),
            Problem::path("c", "permission denied"),
            Problem::rule(Stage::Judge, "deploy/rule", "out of fuel"),
        ];
        let policy = policy(&accepted(PROBLEM, "path = 'deploy/**'", "2027-01-01"));
        let mut findings = [finding("key-size", "deploy/b.pem", 1)];
        let mut problems = settled_problems(problems);
        let reports = apply(&policy, date(2026, 11, 23), &mut findings, &mut problems, &sources());
        use ProblemStatus::{Excepted, Open};
        assert_eq!(states(&problems), [Excepted(0), Excepted(0), Open, Open]);
        assert_eq!((reports[0].covers, findings[0].status), (2, Status::Open));
    }
}
