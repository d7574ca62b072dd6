//! What the host needs of a fact, whichever its kind: its context, what is unknown of it, how large it is. Not the facts themselves, whose
//! types are the contract's.

use super::{Kind, Place};
use crate::rules::contract::{
    Certificate, Context, EncryptedItem, Encryption, InventoryEntry, Key, Opener, PublicKey, RevocationList,
    TlsEndpoint, Unknown,
};
use crate::text;

/// Who chose the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Whoever wrote the file.
    Theirs,
    /// A standard, or keyreeve: names of algorithms and of forms. Rules judge by them, and nothing of a file is in them.
    Standard,
}

/// What is called with texts.
pub(super) type Call<'c> = &'c mut dyn FnMut(Words, &mut String);

/// A fact of any kind.
pub trait Fact {
    /// What is unknown of it.
    fn unknown(&self) -> &[Unknown];

    /// Its circumstances, and what is unknown of it, to be completed.
    fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>);

    /// Bytes of what may be long in it.
    fn weight(&self) -> usize;

    /// Calls with each text in it. Every field is named where this is done, so that a new one is not forgotten.
    fn each_text(&mut self, call: Call<'_>);

    /// What is unknown of it, to be changed.
    fn unknown_mut(&mut self) -> &mut [Unknown];

    /// Cuts each of its texts and reasons to the length that such a one has at most.
    fn cut(&mut self) {
        self.unknown_mut().iter_mut().for_each(|unknown| text::cut_reason(&mut unknown.reason));
        self.each_text(&mut |_, text| text::cut_stated(text));
    }
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
    ($fact:ident, |$of:ident| $weight:expr, texts($($text:ident),*), names($($name:ident),*), many($($many:ident),*), rest($($rest:ident),*)) => {
        impl Fact for $fact {
            fn unknown(&self) -> &[Unknown] {
                &self.unknown
            }

            fn unknown_mut(&mut self) -> &mut [Unknown] {
                &mut self.unknown
            }

            fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>) {
                (&mut self.context, &mut self.unknown)
            }

            fn weight(&self) -> usize {
                let $of = self;
                $weight
            }

            fn each_text(&mut self, call: Call<'_>) {
                let Self { context: _, unknown, attributes, $($text,)* $($name,)* $($many,)* $($rest: _),* } = self;
                $(call(Words::Theirs, $text);)*
                $(call(Words::Standard, $name);)*
                $($many.each_text(call);)*
                unknown.each_text(call);
                attributes.each_text(call);
            }
        }
    };
}

fact!(
    TlsEndpoint,
    |of| texts(&of.names) + 2 * (of.suites.len() + of.groups.len()),
    texts(),
    names(),
    many(names),
    rest(side, transport, versions, suites, groups, verification)
);
fact!(
    Certificate,
    |of| texts(&of.names) + of.key.exponent.len(),
    texts(),
    names(signature_algorithm, signature_hash),
    many(names, key),
    rest(not_before, not_after, authority, self_issued, last_rotated, inventoried)
);
fact!(
    Key,
    |of| of.public.exponent.len(),
    texts(),
    names(format),
    many(public, encryption),
    rest(role, protection, last_rotated, inventoried)
);
fact!(
    InventoryEntry,
    |of| {
        let texts = [&of.id, &of.kind, &of.creator, &of.service, &of.owner, &of.fingerprint, &of.path];
        texts.map(|text| text.len()).iter().sum()
    },
    texts(id, kind, creator, service, owner, fingerprint, path),
    names(),
    many(),
    rest(created, last_rotated, found)
);
fact!(
    EncryptedItem,
    |of| texts(&of.recipients) + 64 * of.openers.len(),
    texts(),
    names(format, cipher, kdf, prf),
    many(recipients, openers),
    rest(key_bits, authenticated, iterations, encrypted_at, key_created)
);
fact!(
    RevocationList,
    |of| of.issuer.len(),
    texts(issuer),
    names(signature_algorithm, signature_hash),
    many(),
    rest(this_update, next_update, revoked)
);

/// What has texts in it.
trait Texts {
    fn each_text(&mut self, call: Call<'_>);
}

impl<T: Texts> Texts for Vec<T> {
    fn each_text(&mut self, call: Call<'_>) {
        self.iter_mut().for_each(|part| part.each_text(call));
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&mut self, call: Call<'_>) {
        self.iter_mut().for_each(|part| part.each_text(call));
    }
}

impl Texts for String {
    fn each_text(&mut self, call: Call<'_>) {
        call(Words::Theirs, self);
    }
}

/// The value of an attribute: its name is the host's.
impl Texts for (String, String) {
    fn each_text(&mut self, call: Call<'_>) {
        call(Words::Theirs, &mut self.1);
    }
}

/// The reason: the field is the contract's.
impl Texts for Unknown {
    fn each_text(&mut self, call: Call<'_>) {
        let Self { field: _, reason } = self;
        call(Words::Theirs, reason);
    }
}

impl Texts for PublicKey {
    fn each_text(&mut self, call: Call<'_>) {
        let Self { algorithm, bits: _, curve, exponent: _, attributes } = self;
        [algorithm, curve].into_iter().for_each(|name| call(Words::Standard, name));
        attributes.each_text(call);
    }
}

impl Texts for Encryption {
    fn each_text(&mut self, call: Call<'_>) {
        let Self { scheme, kdf, prf, iterations: _, cipher, attributes } = self;
        [scheme, kdf, prf, cipher].into_iter().for_each(|name| call(Words::Standard, name));
        attributes.each_text(call);
    }
}

impl Texts for Opener {
    fn each_text(&mut self, call: Call<'_>) {
        let Self { label, matches: _, beside: _, plaintext: _, attributes } = self;
        call(Words::Theirs, label);
        attributes.each_text(call);
    }
}

fn texts(texts: &[String]) -> usize {
    texts.iter().map(|text| text.len() + 8).sum()
}
