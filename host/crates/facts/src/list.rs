//! Facts of one kind with their places, side by side. Not the facts themselves, whose types are the contract's.

use keyreeve_contract::{Call, Fact, Unknown};
use keyreeve_source::{Location, text};

use super::Place;

/// Facts of one kind with their places, side by side, so that rules can be passed slices of the bare facts.
#[derive(Debug, Clone)]
pub struct List<T> {
    facts: Vec<T>,
    places: Vec<Place>,
}

impl<T: Fact> List<T> {
    /// Adds a fact and the place where it was found. Long texts of the fact are cut; labels and identities are short
    /// enough already.
    pub fn push(&mut self, mut fact: T, mut place: Place) {
        debug_assert!(fact.unknown().iter().all(|unknown| has::<T>(&unknown.field)), "{:?}", fact.unknown());
        fact.unknown_mut().iter_mut().for_each(|unknown| text::cut_reason(&mut unknown.reason));
        fact.each_text(&mut |_, text| text::cut_stated(text));
        place.details.iter_mut().for_each(|(_, detail)| text::cut_stated(detail));
        self.facts.push(fact);
        self.places.push(place);
    }
}

impl<T> List<T> {
    /// Makes room for exactly so many more facts.
    pub fn reserve(&mut self, more: usize) {
        self.facts.reserve_exact(more);
        self.places.reserve_exact(more);
    }

    /// The bare facts, in order.
    pub fn facts(&self) -> &[T] {
        &self.facts
    }

    /// Their places, in the same order.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Fact and place together.
    pub fn iter(&self) -> impl Iterator<Item = (&T, &Place)> {
        self.facts.iter().zip(&self.places)
    }

    /// Facts and places together, so that scopes and relations can complete them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&mut T, &mut Place)> {
        self.facts.iter_mut().zip(&mut self.places)
    }

    pub(super) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
        self.places.iter_mut().for_each(|place| place.relocate(to));
    }

    /// The places alone.
    pub(super) fn into_places(self) -> Vec<Place> {
        self.places
    }

    /// The number of facts.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are no facts.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    pub(super) fn retain(&mut self, keep: &dyn Fn(&Place) -> bool) {
        let mut places = self.places.iter().map(keep);
        self.facts.retain(|_| places.next().unwrap_or_default());
        self.places.retain(keep);
    }

    /// Sorts the facts by their places.
    pub fn sort(&mut self) {
        if self.places.is_sorted_by_key(|place| place.home) {
            return;
        }
        let (facts, places) = (std::mem::take(&mut self.facts), std::mem::take(&mut self.places));
        let mut pairs: Vec<_> = facts.into_iter().zip(places).collect();
        pairs.sort_by_key(|(_, place)| place.home);
        (self.facts, self.places) = pairs.into_iter().unzip();
    }

    pub(super) fn append(&mut self, mut other: Self) {
        if self.is_empty() {
            // Taken over whole, so that the facts of one large file are not copied.
            *self = other;
            return;
        }
        self.facts.append(&mut other.facts);
        self.places.append(&mut other.places);
    }
}

impl<T: Fact> List<T> {
    pub(super) fn each_text(&mut self, call: Call<'_>) {
        self.facts.iter_mut().for_each(|fact| fact.each_text(call));
        self.places.iter_mut().for_each(|place| place.each_text(call));
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { facts: Vec::new(), places: Vec::new() }
    }
}

/// Whether facts of a kind have a field; no rule would notice an unknown field under another name.
fn has<T: Fact>(field: &str) -> bool {
    T::FIELDS.contains(&field) || field.starts_with("attributes.") || field.contains(".attributes.")
}

/// Facts of any kind.
pub(super) trait AnyList {
    fn len(&self) -> usize;
    fn place(&self, index: usize) -> &Place;
    fn unknown(&self, index: usize) -> &[Unknown];
    fn weight(&self, index: usize) -> usize;
}

impl<T: Fact> AnyList for List<T> {
    fn len(&self) -> usize {
        self.facts.len()
    }

    fn place(&self, index: usize) -> &Place {
        &self.places[index]
    }

    fn unknown(&self, index: usize) -> &[Unknown] {
        self.facts[index].unknown()
    }

    fn weight(&self, index: usize) -> usize {
        self.facts[index].weight()
    }
}
