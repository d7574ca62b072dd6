//! What was read from one source, or assembled from several: facts, problems, and what may not be shown. Not how it is read.

use keyreeve_contract::FactKind;
use keyreeve_source::problem::Problem;
use keyreeve_source::{SourceId, Span};

use super::Facts;

/// What was read from one source, or assembled from several.
#[derive(Debug, Default)]
pub struct Reading {
    /// The facts, in the order of their places.
    pub facts: Facts,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Bytes that no frame, report or log may show: private values, and what may be one.
    pub secrets: Vec<(SourceId, Span)>,
}

impl Reading {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        FactKind::ALL.iter().all(|kind| self.facts.count(*kind) == 0)
            && self.problems.is_empty()
            && self.secrets.is_empty()
    }

    /// Adds what `other` holds behind this.
    pub fn append(&mut self, mut other: Self) {
        self.facts.append(other.facts);
        self.problems.append(&mut other.problems);
        self.secrets.append(&mut other.secrets);
    }
}
