//! Where the fields of a fact are stated: a sorted list that takes no memory while it is empty, since most certificates
//! and keys have no separate places for their fields. Not the fields themselves.

use std::ops::Index;

use keyreeve_source::Location;

/// Field and position, as in the contract's `part`.
pub type Part = (&'static str, Option<u32>);

/// The places of the parts that are stated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts(Option<Box<List>>);

/// Sorted by part, without repetitions.
#[derive(Debug, Clone, Default, PartialEq)]
struct List(Vec<(Part, Location)>);

impl Parts {
    fn list(&self) -> &[(Part, Location)] {
        self.0.as_deref().map_or(&[], |list| &list.0)
    }

    /// Records where a part is stated, replacing an earlier place.
    pub fn insert(&mut self, part: Part, location: Location) {
        let list = &mut self.0.get_or_insert_default().0;
        match list.binary_search_by_key(&part, |(part, _)| *part) {
            Ok(at) => list[at].1 = location,
            Err(at) => list.insert(at, (part, location)),
        }
    }

    /// Moves every place.
    pub(crate) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
        let list = self.0.iter_mut().flat_map(|list| &mut list.0);
        list.for_each(|(_, location)| *location = to(*location));
    }

    /// Where a part is stated, if it is.
    pub fn get(&self, part: &Part) -> Option<&Location> {
        let at = self.list().binary_search_by_key(part, |(part, _)| *part).ok()?;
        Some(&self.list()[at].1)
    }

    /// Whether a part is stated.
    pub fn contains_key(&self, part: &Part) -> bool {
        self.get(part).is_some()
    }

    /// Every part with its place, sorted by part.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Part, &Location)> {
        self.list().iter().map(|(part, location)| (part, location))
    }

    /// Every part.
    pub fn keys(&self) -> impl Iterator<Item = &Part> {
        self.iter().map(|(part, _)| part)
    }

    /// Every place.
    pub fn values(&self) -> impl Iterator<Item = &Location> {
        self.iter().map(|(_, location)| location)
    }

    /// The number of parts.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Whether there are no parts.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }
}

impl Index<&Part> for Parts {
    type Output = Location;

    fn index(&self, part: &Part) -> &Location {
        self.get(part).expect("the part is stated")
    }
}

impl FromIterator<(Part, Location)> for Parts {
    /// If a part occurs twice, its last place counts.
    fn from_iter<T: IntoIterator<Item = (Part, Location)>>(parts: T) -> Self {
        let mut list: Vec<_> = parts.into_iter().collect();
        // This sort is stable, so the last of equal parts is the last of its run.
        list.sort_by_key(|(part, _)| *part);
        list.reverse();
        list.dedup_by_key(|(part, _)| *part);
        list.reverse();
        list.shrink_to_fit();
        Self((!list.is_empty()).then(|| Box::new(List(list))))
    }
}

#[cfg(test)]
mod tests {
    use keyreeve_source::{SourceId, Span};

    use super::*;

    #[test]
    fn the_last_place_of_a_part_counts_and_parts_are_in_order() {
        let at = |start| Location { source: SourceId(0), span: Span::new(start, start + 1) };
        let mut parts: Parts =
            [(("b", Some(1)), at(1)), (("a", None), at(2)), (("b", Some(1)), at(3))].into_iter().collect();
        parts.insert(("b", None), at(4));
        parts.insert(("a", None), at(5));
        let expected = [(("a", None), at(5)), (("b", None), at(4)), (("b", Some(1)), at(3))];
        assert!(parts.iter().map(|(part, place)| (*part, *place)).eq(expected), "{parts:?}");
        assert_eq!((parts[&("b", None)], parts.get(&("c", None)), Parts::default().len()), (at(4), None, 0));
    }
}
