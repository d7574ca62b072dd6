//! Where a fact comes from, and what is known about it besides what rules judge. Not the fact itself, whose type is the
//! contract's.

use keyreeve_contract::{Call, Words};
use keyreeve_source::Location;
use keyreeve_source::digest::sha256;
use keyreeve_source::text;

use super::{CertificateNames, Identity, KeyName, Parts};

/// Where a fact comes from, and what is known about it besides what rules judge. A scan can have very many places, so
/// lists that no longer grow take no spare memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The whole fact: the PEM block, the server block, the entry.
    pub home: Location,
    /// How a report calls the fact, on one line: `certificate for www.example.org`, `server www.example.org`.
    pub label: Box<str>,
    /// Where each field is stated, by `(field, position)` as in the contract's `part`. A field that is stated nowhere,
    /// such as a default, is missing here, and a finding about it points to `home`.
    pub parts: Parts,
    /// Identifies what is judged, for the fingerprint of a finding.
    pub identity: Identity,
    /// Further names by which an inventory or encrypted data may refer to the key; [`Self::names`] lists all. For
    /// encrypted data, the exact names of the keys that they are encrypted for.
    pub key_names: Box<[KeyName]>,
    /// SHA-256 of the DER SubjectPublicKeyInfo, which identifies a key wherever it appears.
    pub spki: Option<[u8; 32]>,
    /// The names that only certificates have.
    pub certificate: Option<CertificateNames>,
    /// The certificates that a revocation list revokes, each with the time in seconds since 1970.
    pub revokes: Box<[([u8; 16], i64)]>,
    /// The DER SubjectPublicKeyInfo itself, until all keys have been examined for weaknesses.
    pub public: Option<Box<[u8]>>,
    /// What `keyreeve facts` shows besides the fact: subject, issuer, serial number, digests. Never a private value.
    pub details: Box<[(&'static str, String)]>,
}

impl Place {
    /// Records the public key of the fact, given as DER SubjectPublicKeyInfo.
    pub fn identify(&mut self, public: Option<Vec<u8>>) {
        self.spki = public.as_deref().map(sha256);
        self.public = public.map(Vec::into_boxed_slice);
    }

    /// Moves the place from a text inside a source to that source.
    pub(super) fn relocate(&mut self, to: &dyn Fn(Location) -> Location) {
        self.home = to(self.home);
        self.parts.relocate(to);
    }

    pub(super) fn each_text(&mut self, call: Call<'_>) {
        let Self {
            label,
            identity,
            key_names,
            details,
            home: _,
            parts: _,
            spki: _,
            certificate: _,
            revokes: _,
            public: _,
        } = self;
        let mut in_box = |text: &mut Box<str>| {
            let mut whole = std::mem::take(text).into_string();
            call(Words::Theirs, &mut whole);
            *text = whole.into_boxed_str();
        };
        in_box(label);
        if let Identity::Text(text) = identity {
            in_box(text);
        }
        for name in key_names {
            if let KeyName::Text(text) = name {
                in_box(text);
            }
        }
        details.iter_mut().for_each(|(_, value)| call(Words::Theirs, value));
    }

    /// Every exact name of the key or certificate.
    pub fn names(&self) -> impl Iterator<Item = KeyName> {
        let (certificate, key) = (self.certificate.as_ref(), self.spki.map(KeyName::Sha256));
        let sha256 = match self.identity {
            Identity::Digest(digest) if certificate.is_some() => Some(KeyName::Sha256(digest)),
            _ => None,
        };
        let sha1 = certificate.map(|names| KeyName::Sha1(names.sha1));
        let issued = certificate.map(|names| KeyName::Issued(names.issued));
        let identifier = certificate.and_then(|names| names.key_identifier).map(KeyName::KeyIdentifier);
        let names = [sha256, sha1, key, issued, identifier].into_iter().flatten();
        names.chain(self.key_names.iter().cloned())
    }

    /// A place with a home, a label and an identity, and nothing else yet.
    pub fn new(home: Location, label: impl Into<Box<str>>, identity: impl Into<Identity>) -> Self {
        Self {
            home,
            label: text::label(&label.into()),
            parts: Parts::default(),
            identity: identity.into(),
            key_names: Box::default(),
            spki: None,
            certificate: None,
            revokes: Box::default(),
            public: None,
            details: Box::default(),
        }
    }
}
