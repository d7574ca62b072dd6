//! What was read from one source, or assembled from several: facts, problems, and bytes that must not be shown. Not how
//! it is read.

use keyreeve_contract::FactKind;
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{Location, SourceId, Span};

use super::Facts;

/// What was read from one source, or assembled from several.
#[derive(Debug, Default)]
pub struct Reading {
    /// The facts, in the order of their places.
    pub facts: Facts,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Bytes that no frame, report or log may show: private values, and what may be a private value.
    pub secrets: Vec<(SourceId, Span)>,
}

impl Reading {
    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        FactKind::ALL.iter().all(|kind| self.facts.count(*kind) == 0)
            && self.problems.is_empty()
            && self.secrets.is_empty()
    }

    /// Adds the content of `other` at the end.
    pub fn append(&mut self, mut other: Self) {
        self.facts.append(other.facts);
        self.problems.append(&mut other.problems);
        self.secrets.append(&mut other.secrets);
    }

    /// Moves every place from a text inside a source to that source.
    pub(crate) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
        self.facts.relocate(to);
        for problem in &mut self.problems {
            if let Subject::Place(location) = &mut problem.subject {
                *location = to(*location);
            }
        }
        for (source, span) in &mut self.secrets {
            let Location { source: outer, span: there } = to(Location { source: *source, span: *span });
            (*source, *span) = (outer, there);
        }
    }
}
