//! What the host needs of a fact, whichever its kind: its context, what is unknown of it, how large it is. Not the facts themselves, whose
//! types are the contract's.

use super::{Kind, Place};
use crate::rules::contract::{
    Certificate, Context, EncryptedItem, InventoryEntry, Key, RevocationList, TlsEndpoint, Unknown,
};
use crate::text;

/// A fact of any kind.
pub trait Fact {
    /// What is unknown of it.
    fn unknown(&self) -> &[Unknown];

    /// Its circumstances, and what is unknown of it, to be completed.
    fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>);

    /// Bytes of what may be long in it.
    fn weight(&self) -> usize;

    /// Cuts each of its texts and reasons to the length that such a one has at most.
    fn cut(&mut self);
}

/// Facts of some kind.
pub(super) trait List {
    fn len(&self) -> usize;
    fn place(&self, index: usize) -> &Place;
    fn unknown(&self, index: usize) -> &[Unknown];
    fn weight(&self, index: usize) -> usize;
}

impl<T: Fact> List for Kind<T> {
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

macro_rules! fact {
    ($fact:ty, |$of:ident| $weight:expr, $texts:expr) => {
        impl Fact for $fact {
            fn unknown(&self) -> &[Unknown] {
                &self.unknown
            }

            fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>) {
                (&mut self.context, &mut self.unknown)
            }

            fn weight(&self) -> usize {
                let $of = self;
                $weight
            }

            fn cut(&mut self) {
                self.unknown.iter_mut().for_each(|unknown| text::cut_reason(&mut unknown.reason));
                let $of = self;
                $texts.into_iter().for_each(text::cut_stated);
            }
        }
    };
}

fact!(TlsEndpoint, |of| texts(&of.names) + 2 * (of.suites.len() + of.groups.len()), &mut of.names);
fact!(Certificate, |of| texts(&of.names) + of.key.exponent.len(), of.names.iter_mut().chain([&mut of.key.curve]));
fact!(Key, |of| of.public.exponent.len(), [&mut of.format, &mut of.public.algorithm, &mut of.public.curve]);
fact!(
    InventoryEntry,
    |of| {
        let texts = [&of.id, &of.kind, &of.creator, &of.service, &of.owner, &of.fingerprint, &of.path];
        texts.map(|text| text.len()).iter().sum()
    },
    [&mut of.id, &mut of.kind, &mut of.creator, &mut of.service, &mut of.owner, &mut of.fingerprint, &mut of.path]
);
fact!(
    EncryptedItem,
    |of| texts(&of.recipients) + 64 * of.openers.len(),
    of.recipients.iter_mut().chain([&mut of.cipher, &mut of.kdf, &mut of.prf])
);
fact!(RevocationList, |of| of.issuer.len(), [&mut of.issuer]);

fn texts(texts: &[String]) -> usize {
    texts.iter().map(|text| text.len() + 8).sum()
}
