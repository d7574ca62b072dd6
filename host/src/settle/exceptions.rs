//! Exceptions applied: what each of them covers on the day of the scan. Not whether an exception is
//! complete: the policy file is refused if one is not.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::finding::{Finding, Status};
use crate::policy::{Approval, Exception, Matches, PROBLEM, Policy};
use crate::problem::{Problem, Subject};
use crate::report::{ExceptionKind, ExceptionReport, ExceptionState};
use crate::source::{SourceId, Sources};

/// Marks what exceptions cover and tells what became of each of them.
///
/// Of several that match the first in the file covers; a later one that is left with nothing is unused. One whose last day
/// lies before `as_of` covers nothing. A problem is covered by path only, and only if it is one of a file. Every problem comes
/// back with the exception that covers it, as the report holds it.
pub fn apply(
    policy: &Policy,
    as_of: Date,
    findings: &mut [Finding],
    problems: Vec<Problem>,
    sources: &Sources,
) -> (Vec<ExceptionReport>, Vec<(Problem, Option<usize>)>) {
    let mut index = Index::new(&policy.exceptions, as_of);
    let mut covers = vec![0; policy.exceptions.len()];
    for finding in findings {
        if let Some(exception) = index.of_finding(finding, sources) {
            finding.status = Status::Excepted(exception);
            covers[exception] += 1;
        }
    }
    let covered = problems.into_iter().map(|problem| {
        let exception = index.of_problem(&problem, sources);
        if let Some(exception) = exception {
            covers[exception] += 1;
        }
        (problem, exception)
    });
    let problems = covered.collect();
    let reports = policy.exceptions.iter().zip(covers);
    (reports.map(|(exception, covers)| report(policy, exception, as_of, covers)).collect(), problems)
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
                Matches::Fingerprint(text) => drop(index.fingerprints.entry((rule, text)).or_insert(position)),
            }
        }
        index
    }

    fn of_finding(&mut self, finding: &Finding, sources: &Sources) -> Option<usize> {
        let by_path = self.of_source(&finding.rule, finding.location.source, sources);
        let by_fingerprint = self.fingerprints.get(&(finding.rule.as_str(), finding.fingerprint.as_str())).copied();
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
