//! Problems settled: each gets a fingerprint, and those of test data count for nothing. Not exceptions and not the
//! baseline, which come after.

use keyreeve_contract::Purpose;
use keyreeve_source::problem::{Problem, Stage, Subject};
use keyreeve_source::{Location, Sources};

use crate::finding::fingerprint;
use crate::policy::PROBLEM;
use crate::policy::scopes::{self, Scope};
use crate::report::{ProblemReport, ProblemStatus};

/// Bytes of a place that a problem is known by, and bytes on each side of it up to the ends of its lines.
const KNOWN_BY: u32 = 4096;
const AROUND: u32 = 256;

/// Problems as a report holds them. Those of a rule have no fingerprint: what a rule did not judge is never known.
pub fn settled(problems: Vec<Problem>, scopes: &[Scope], sources: &Sources) -> Vec<ProblemReport> {
    let settled = problems.into_iter().map(|problem| ProblemReport {
        fingerprint: of(&problem, sources),
        status: if is_of_fixture(&problem, scopes, sources) { ProblemStatus::Fixture } else { ProblemStatus::Open },
        problem,
    });
    settled.collect()
}

/// Like a finding's: of the path and of what is there, and of no line number. The message is all that says what is wrong.
fn of(problem: &Problem, sources: &Sources) -> Option<String> {
    let (path, text) = match &problem.subject {
        Subject::Place(location) => (sources[location.source].name.as_str(), lines(*location, sources)),
        Subject::Path(path) => (path.as_str(), Vec::new()),
        Subject::Rule(_) => return None,
    };
    Some(fingerprint(PROBLEM, path, &[problem.stage.name().as_bytes(), problem.message.as_bytes(), &text]))
}

/// The lines that a place touches, as far as they are short: another broken key in the same file is another problem.
fn lines(location: Location, sources: &Sources) -> Vec<u8> {
    let source = &sources[location.source];
    let start = location.span.start;
    let end = location.span.end.min(start.saturating_add(KNOWN_BY));
    let stretch = |from: u32, to: u32| source.stretch(from as usize..to as usize);
    let before = stretch(start.saturating_sub(AROUND), start);
    let after = stretch(end, end.saturating_add(AROUND));
    let before = &before[memchr::memrchr(b'\n', &before).map_or(0, |at| at + 1)..];
    let after = &after[..memchr::memchr(b'\n', &after).unwrap_or(after.len())];
    [before, &stretch(start, end), after].concat()
}

/// Test data may be broken on purpose. That a file could not be opened at all is told of any file.
fn is_of_fixture(problem: &Problem, scopes: &[Scope], sources: &Sources) -> bool {
    let Subject::Place(location) = &problem.subject else { return false };
    matches!(problem.stage, Stage::Parse | Stage::Assemble)
        && scopes::context(scopes, &sources[location.source].name).purpose == Purpose::Fixture
}
