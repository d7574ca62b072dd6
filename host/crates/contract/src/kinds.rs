//! The kinds of fact, one for each interface of the contract. wit/ defines the list; code that needs it calls
//! [`kinds!`](crate::kinds) instead of writing it again.

use crate::texts::Texts;
use crate::{Context, Unknown};

/// A fact of any kind.
pub trait Fact: Texts + Clone + PartialEq + serde::Serialize + serde::de::DeserializeOwned + 'static {
    /// Which kind.
    const KIND: FactKind;

    /// The fields of its record in the contract's spelling and order, including those of the records in it
    /// (`key.bits`).
    const FIELDS: &'static [&'static str];

    /// The fields that are unknown.
    fn unknown(&self) -> &[Unknown];

    /// The fields that are unknown, to be changed.
    fn unknown_mut(&mut self) -> &mut [Unknown];

    /// Its circumstances and its unknown fields, to be completed.
    fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>);
}

macro_rules! fact_kind {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// A kind of fact: an interface of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum FactKind {
            $(#[doc = concat!("`", $interface, "`")] $kind,)*
        }

        impl FactKind {
            /// Every kind, in the order in which rules are called.
            pub const ALL: [Self; [$($interface),*].len()] = [$(Self::$kind),*];

            /// The name of the interface in the contract.
            pub fn interface(self) -> &'static str {
                match self {
                    $(Self::$kind => $interface,)*
                }
            }

            /// The fields of a fact of this kind: [`Fact::FIELDS`].
            pub fn fields(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => <crate::$fact as Fact>::FIELDS,)*
                }
            }
        }
    };
}

kinds!(fact_kind);

impl FactKind {
    /// The interfaces of all kinds, listed for a sentence: `tls-endpoints, certificates or keys`.
    pub fn alternatives() -> String {
        let names = Self::ALL.map(Self::interface);
        let (last, others) = names.split_last().expect("there are kinds");
        format!("{} or {last}", others.join(", "))
    }
}
