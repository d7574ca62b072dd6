//! All facts of a scan, in one list for each kind in the contract. Not how they are found. No kind is listed by hand
//! here: the contract's table provides everything that holds for every kind.

use keyreeve_contract::{Call, FactKind, Unknown, kinds};
use keyreeve_source::Location;

use super::list::AnyList;
use super::{List, Place};

/// Bytes that the record of a fact takes in the memory of a rule.
const RECORD: usize = 512;

macro_rules! facts {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// All facts of a scan, in one list for each interface of the contract.
        #[derive(Debug, Clone, Default)]
        pub struct Facts {
            $(#[doc = concat!("The facts that `", $interface, "` judges.")]
            pub $list: List<keyreeve_contract::$fact>,)*
        }

        impl Facts {
            /// Adds the facts of `other` at the end.
            pub fn append(&mut self, other: Self) {
                $(self.$list.append(other.$list);)*
            }

            /// Leaves only the facts whose places are kept.
            pub fn retain(&mut self, keep: &dyn Fn(FactKind, &Place) -> bool) {
                $(self.$list.retain(&|place| keep(FactKind::$kind, place));)*
            }

            /// Moves the places of all facts.
            pub(crate) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
                $(self.$list.relocate(to);)*
            }

            /// Calls a function with each text of all facts and of their places.
            pub fn each_text(&mut self, call: Call<'_>) {
                $(self.$list.each_text(call);)*
            }

            /// Keeps only the places: nothing else is needed after judging, and the facts take more memory than their
            /// places.
            pub fn into_places(self) -> Places {
                Places([$(self.$list.into_places()),*])
            }

            fn of(&self, kind: FactKind) -> &dyn AnyList {
                match kind {
                    $(FactKind::$kind => &self.$list,)*
                }
            }
        }
    };
}

kinds!(facts);

impl Facts {
    /// How many facts of a kind there are.
    pub fn count(&self, kind: FactKind) -> usize {
        self.of(kind).len()
    }

    /// Where a fact comes from.
    pub fn place(&self, kind: FactKind, index: usize) -> &Place {
        self.of(kind).place(index)
    }

    /// What is unknown about a fact.
    pub fn unknown(&self, kind: FactKind, index: usize) -> &[Unknown] {
        self.of(kind).unknown(index)
    }

    /// About how many bytes a fact takes in the memory of a rule: its record, and its texts and lists.
    pub fn weight(&self, kind: FactKind, index: usize) -> usize {
        RECORD + self.of(kind).weight(index)
    }
}

/// Where the facts of a scan come from, in one list for each kind.
#[derive(Debug)]
pub struct Places([Vec<Place>; FactKind::ALL.len()]);

impl Places {
    /// The places of the facts of a kind, in the same order.
    pub fn of(&self, kind: FactKind) -> &[Place] {
        &self.0[kind as usize]
    }
}
