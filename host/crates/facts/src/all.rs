//! All facts of a scan, a list for each kind that the contract has. Not how they are found, and not where each kind is
//! listed by hand: what holds for every kind comes from the contract's table.

use keyreeve_contract::{Call, FactKind, Unknown, kinds};
use keyreeve_source::Location;

use super::list::AnyList;
use super::{List, Place};

/// Bytes of a fact's record in the memory of a rule.
const RECORD: usize = 512;

macro_rules! facts {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// All facts of a scan, a list for each interface of the contract.
        #[derive(Debug, Clone, Default)]
        pub struct Facts {
            $(#[doc = concat!("The facts that `", $interface, "` judges.")]
            pub $list: List<keyreeve_contract::$fact>,)*
        }

        impl Facts {
            /// Adds the facts of `other` behind these.
            pub fn append(&mut self, other: Self) {
                $(self.$list.append(other.$list);)*
            }

            /// Leaves only the facts whose places are kept.
            pub fn retain(&mut self, keep: &dyn Fn(&Place) -> bool) {
                $(self.$list.retain(keep);)*
            }

            /// Moves the places of all facts.
            pub(crate) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
                $(self.$list.relocate(to);)*
            }

            /// Calls with each text of all facts, and of what is known of them beside what rules judge.
            pub fn each_text(&mut self, call: Call<'_>) {
                $(self.$list.each_text(call);)*
            }

            /// The places alone: more is not needed once all is judged, and the facts take more memory than they do.
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

    /// About how many bytes a fact takes in the memory of a rule: its record and what may be long in it.
    pub fn weight(&self, kind: FactKind, index: usize) -> usize {
        RECORD + self.of(kind).weight(index)
    }
}

/// Where the facts of a scan come from, a list for each kind.
#[derive(Debug)]
pub struct Places([Vec<Place>; FactKind::ALL.len()]);

impl Places {
    /// Those of the facts of a kind, in the same order.
    pub fn of(&self, kind: FactKind) -> &[Place] {
        &self.0[kind as usize]
    }
}
