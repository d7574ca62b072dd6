//! Where facts and problems of some texts stand, so that what is read of a text that stands in them encoded is not said twice: a value
//! in Base64 that its format has read already. Not what they say.

use std::collections::{HashMap, HashSet};

use keyreeve_contract::FactKind;
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, SourceId, Span};

use crate::Reading;

/// Places in some sources, by kind; of problems it is `None`. They are in the order of their starts, and each ends where the furthest
/// of those up to it does.
#[derive(Debug, Default)]
pub(crate) struct Said(HashMap<(SourceId, Option<FactKind>), Vec<Span>>);

impl Said {
    /// What a reading says in those sources.
    pub(crate) fn of(reading: &Reading, sources: &HashSet<SourceId>) -> Self {
        let mut said = Self::default();
        let mut add = |location: Location, kind: Option<FactKind>| {
            if sources.contains(&location.source) {
                said.0.entry((location.source, kind)).or_default().push(location.span);
            }
        };
        if !sources.is_empty() {
            for kind in FactKind::ALL {
                (0..reading.facts.count(kind)).for_each(|at| add(reading.facts.place(kind, at).home, Some(kind)));
            }
            reading.problems.iter().filter_map(Problem::place).for_each(|location| add(location, None));
        }
        for spans in said.0.values_mut() {
            spans.sort_unstable();
            let mut end = 0;
            for span in spans {
                end = end.max(span.end);
                span.end = end;
            }
        }
        said
    }

    /// Whether a fact of that kind stands in part of that place.
    pub(crate) fn has_fact(&self, kind: FactKind, location: Location) -> bool {
        self.has(Some(kind), location)
    }

    /// Whether anything stands in part of that place.
    pub(crate) fn has_any(&self, location: Location) -> bool {
        self.has(None, location) || FactKind::ALL.into_iter().any(|kind| self.has_fact(kind, location))
    }

    fn has(&self, kind: Option<FactKind>, Location { source, span }: Location) -> bool {
        let spans = self.0.get(&(source, kind)).map_or(&[][..], Vec::as_slice);
        let before = spans.partition_point(|other| other.start < span.end);
        spans[..before].last().is_some_and(|furthest| furthest.end > span.start)
    }
}
