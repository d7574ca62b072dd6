//! Encrypted data that were found, with everything that their fact states, before they have a place. How each format is
//! read is not here.

use std::collections::HashMap;
use std::ops::Range;

use keyreeve_contract::{Context, EncryptedItem, Unknown};
use keyreeve_facts::{KeyName, Place};
use keyreeve_source::{Location, SourceId, Span};

use crate::key::key_bits;

/// Up to so many values of one kind in one file are separate facts; more of them become one fact.
const SINGLE: usize = 3;

/// Encrypted data of some format, and what is stated about them.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) item: EncryptedItem,
    /// What a report calls one of them: `eyaml value`.
    noun: &'static str,
    /// Where they stand.
    pub(super) span: Range<usize>,
    parts: Vec<(&'static str, Option<u32>, Span)>,
    /// Names of the keys that they are encrypted for.
    keys: Vec<KeyName>,
}

impl Found {
    /// Data of that format, of which nothing is known yet: whatever is not stated later stays unknown.
    pub(super) fn new(format: &'static str, noun: &'static str) -> Self {
        let item = EncryptedItem {
            context: Context::UNSPECIFIED,
            unknown: Vec::new(),
            format: format.to_owned(),
            cipher: String::new(),
            key_bits: 0,
            authenticated: false,
            kdf: String::new(),
            prf: String::new(),
            iterations: 0,
            recipients: Vec::new(),
            encrypted_at: None,
            key_created: None,
            openers: Vec::new(),
            attributes: Vec::new(),
        };
        Self { item, noun, span: 0..0, parts: Vec::new(), keys: Vec::new() }
    }

    /// In that cipher, under a key of so many bits.
    pub(super) fn cipher(mut self, cipher: impl Into<String>, key_bits: u32) -> Self {
        (self.item.cipher, self.item.key_bits) = (cipher.into(), key_bits);
        self
    }

    /// In a cipher whose name may state the length of its key; otherwise the length is unknown.
    pub(super) fn named_cipher(self, cipher: impl Into<String>) -> Self {
        let cipher = cipher.into();
        match key_bits(&cipher) {
            Some(bits) => self.cipher(cipher, bits),
            None => {
                let reason = format!("the length of a key of the cipher {cipher} is not known");
                self.cipher(cipher, 0).unknown("key-bits", reason)
            }
        }
    }

    /// In a cipher that is not stated, with the reason.
    pub(super) fn without_cipher(self, reason: &str) -> Self {
        self.unknown("cipher", reason).unknown("key-bits", reason)
    }

    /// Decryption detects changes.
    pub(super) fn authenticated(mut self) -> Self {
        self.item.authenticated = true;
        self
    }

    /// The key is derived from a passphrase in this way.
    pub(super) fn derived(mut self, kdf: &str, prf: impl Into<String>, iterations: u64) -> Self {
        (self.item.kdf, self.item.prf, self.item.iterations) = (kdf.to_owned(), prf.into(), iterations);
        self
    }

    /// A field that is not fully known.
    pub(super) fn unknown(mut self, field: &str, reason: impl Into<String>) -> Self {
        self.item.unknown.push(Unknown { field: field.to_owned(), reason: reason.into() });
        self
    }

    /// Adds a recipient, and the place that names it, if there is one.
    pub(super) fn recipient(mut self, name: impl Into<String>, span: Option<Span>) -> Self {
        let position = u32::try_from(self.item.recipients.len()).ok();
        self.item.recipients.push(name.into());
        self.parts.extend(span.map(|span| ("recipients", position, span)));
        self
    }

    /// Encrypted under a passphrase.
    pub(super) fn passphrase(self) -> Self {
        self.recipient("passphrase", None)
    }

    /// The key with that name opens them, or the key of the certificate with that name.
    pub(super) fn opened_by(mut self, name: KeyName) -> Self {
        self.keys.push(name);
        self
    }

    /// A field is stated there.
    pub(super) fn stated(mut self, field: &'static str, span: Span) -> Self {
        self.parts.push((field, None, span));
        self
    }

    /// Encrypted at that time.
    pub(super) fn encrypted_at(mut self, seconds: i64) -> Self {
        self.item.encrypted_at = Some(seconds);
        self
    }

    /// Under a key of that time; if there are several, the oldest counts.
    pub(super) fn key_created(mut self, seconds: i64, span: Span) -> Self {
        if self.item.key_created.is_none_or(|oldest| seconds < oldest) {
            self.item.key_created = Some(seconds);
            self.parts.retain(|(field, ..)| *field != "key-created");
            self.parts.push(("key-created", None, span));
        }
        self
    }

    /// The same data as part of another format.
    pub(super) fn called(mut self, format: &'static str, noun: &'static str) -> Self {
        (self.item.format, self.noun) = (format.to_owned(), noun);
        self
    }

    /// The same data with the recipients of `other` as well; the weaker statements count.
    pub(super) fn joined(mut self, other: Self) -> Self {
        self.item.key_bits = self.item.key_bits.min(other.item.key_bits);
        if self.item.kdf.is_empty() {
            self = self.derived(&other.item.kdf, other.item.prf, other.item.iterations);
        }
        self.item.recipients.extend(other.item.recipients);
        self.keys.extend(other.keys);
        self
    }

    /// Sets where the data stand.
    pub(super) fn spanning(mut self, span: Range<usize>) -> Self {
        self.span = span;
        self
    }

    fn label(&self, count: usize) -> String {
        let (noun, recipients) = (self.noun, &self.item.recipients);
        let things = if count == 1 { noun.to_owned() } else { format!("{count} {noun}s") };
        match recipients.as_slice() {
            [] => things,
            [only] if only == "passphrase" => format!("{things} under a passphrase"),
            [_] => format!("{things} for 1 recipient"),
            several => format!("{things} for {} recipients", several.len()),
        }
    }

    /// What several values must share to become one fact: everything that is stated about them except the time.
    fn kind(&self) -> String {
        let untimed = EncryptedItem { encrypted_at: None, ..self.item.clone() };
        format!("{}{untimed:?}{:?}", self.noun, self.keys)
    }
}

/// The facts of one source with their places. If there are more than a few equal ones, they become one fact at the
/// place of the first, with the age of the oldest.
pub(super) fn facts(found: Vec<Found>, id: SourceId) -> Vec<(EncryptedItem, Place)> {
    let mut groups: Vec<Vec<Found>> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for one in found {
        let position = *positions.entry(one.kind()).or_insert(groups.len());
        match groups.get_mut(position) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let mut ordinals: HashMap<String, usize> = HashMap::new();
    let mut placed = Vec::new();
    for mut group in groups {
        let count = if group.len() > SINGLE { group.len() } else { 1 };
        if count > 1 {
            let oldest = group.iter().filter_map(|one| one.item.encrypted_at).min();
            group.truncate(1);
            group.iter_mut().for_each(|first| first.item.encrypted_at = oldest);
        }
        for one in group {
            let ordinal = ordinals.entry(one.item.format.clone()).or_default();
            *ordinal += 1;
            let location = |span| Location { source: id, span };
            let home = location(Span::new(one.span.start, one.span.end));
            let mut place = Place::new(home, one.label(count), format!("{} {ordinal}", one.item.format));
            place.parts = one.parts.iter().map(|&(field, at, span)| ((field, at), location(span))).collect();
            place.key_names = one.keys.into();
            placed.push((one.item, place));
        }
    }
    placed.sort_by_key(|(_, place)| place.home);
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_equal_values_are_facts_of_their_own_and_many_are_one() {
        let values = |count: usize| {
            let value = |at| Found::new("Fernet", "Fernet token").encrypted_at(100 - at as i64).spanning(at..at + 1);
            facts((0..count).map(value).collect(), SourceId(0))
        };
        assert_eq!(values(3).iter().map(|(_, place)| &*place.label).collect::<Vec<_>>(), ["Fernet token"; 3]);
        let [(item, place)] = values(4).try_into().expect("one fact");
        assert_eq!((&*place.label, place.home.span, item.encrypted_at), ("4 Fernet tokens", Span::new(0, 1), Some(97)));
    }
}
