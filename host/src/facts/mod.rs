//! Facts: what sources declare, typed as the contract types them, each with the places it came from.
//! Not what is right or wrong about them: that is for rules.

mod asn1;
mod ber;
mod certificate;
mod container;
mod crl;
pub mod encrypted;
mod fields;
mod forms;
pub mod identity;
pub mod inventory;
pub mod json;
mod key;
mod keystore;
mod kind;
pub mod material;
pub mod nginx;
mod oid;
mod openpgp;
pub mod openssl;
mod parameters;
pub mod parts;
pub mod password;
mod pem;
mod pkcs12;
mod pkcs7;
pub mod read;
mod request;
pub mod spelling;
pub mod toml;
pub mod tree;
pub mod yaml;

use crate::digest::sha256;
use crate::finding::FactKind;
use crate::problem::Problem;
use crate::rules::contract::{Certificate, EncryptedItem, InventoryEntry, Key, RevocationList, TlsEndpoint, Unknown};
use crate::source::{Location, SourceId, Span};
use crate::text;

pub(crate) use asn1::{bit_length, significant};
pub use identity::{CertificateNames, Identity, KeyName};
pub(crate) use key::Numbers;
use kind::{Call, List};
pub use kind::{Fact, Words};
pub use parts::Parts;

/// Facts of one kind with their places, side by side: rules are handed slices of the bare facts.
#[derive(Debug, Clone)]
pub struct Kind<T> {
    facts: Vec<T>,
    places: Vec<Place>,
}

impl<T: Fact> Kind<T> {
    /// Adds a fact and where it was found. What is long of its texts is cut: labels and identities have their length already.
    pub fn push(&mut self, mut fact: T, mut place: Place) {
        fact.cut();
        place.details.iter_mut().for_each(|(_, detail)| text::cut_stated(detail));
        self.facts.push(fact);
        self.places.push(place);
    }
}

impl<T> Kind<T> {
    /// Makes room for exactly so many more.
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

    /// Fact and place together, to be completed by scopes and relations.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&mut T, &mut Place)> {
        self.facts.iter_mut().zip(&mut self.places)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    fn retain(&mut self, keep: &dyn Fn(&Place) -> bool) {
        let mut places = self.places.iter().map(keep);
        self.facts.retain(|_| places.next().unwrap_or_default());
        self.places.retain(keep);
    }

    /// Puts the facts in the order of their places.
    fn sort(&mut self) {
        if self.places.is_sorted_by_key(|place| place.home) {
            return;
        }
        let (facts, places) = (std::mem::take(&mut self.facts), std::mem::take(&mut self.places));
        let mut pairs: Vec<_> = facts.into_iter().zip(places).collect();
        pairs.sort_by_key(|(_, place)| place.home);
        (self.facts, self.places) = pairs.into_iter().unzip();
    }

    fn append(&mut self, mut other: Self) {
        if self.is_empty() {
            // The facts of one large file are not copied.
            *self = other;
            return;
        }
        self.facts.append(&mut other.facts);
        self.places.append(&mut other.places);
    }
}

impl<T: Fact> Kind<T> {
    fn each_text(&mut self, call: Call<'_>) {
        self.facts.iter_mut().for_each(|fact| fact.each_text(call));
        self.places.iter_mut().for_each(|place| place.each_text(call));
    }
}

impl<T> Default for Kind<T> {
    fn default() -> Self {
        Self { facts: Vec::new(), places: Vec::new() }
    }
}

/// All facts of a scan, a list for each interface of the contract.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Where TLS is, or should be, spoken.
    pub tls_endpoints: Kind<TlsEndpoint>,
    /// X.509 certificates.
    pub certificates: Kind<Certificate>,
    /// Private and public keys, certificate requests.
    pub keys: Kind<Key>,
    /// Entries of key inventories.
    pub inventory: Kind<InventoryEntry>,
    /// Encrypted files and values.
    pub encrypted_data: Kind<EncryptedItem>,
    /// Certificate revocation lists.
    pub revocation_lists: Kind<RevocationList>,
}

impl Facts {
    /// Adds the facts of `other` behind these.
    pub fn append(&mut self, other: Self) {
        self.tls_endpoints.append(other.tls_endpoints);
        self.certificates.append(other.certificates);
        self.keys.append(other.keys);
        self.inventory.append(other.inventory);
        self.encrypted_data.append(other.encrypted_data);
        self.revocation_lists.append(other.revocation_lists);
    }

    /// Leaves only the facts whose places are kept.
    pub fn retain(&mut self, keep: &dyn Fn(&Place) -> bool) {
        self.tls_endpoints.retain(keep);
        self.certificates.retain(keep);
        self.keys.retain(keep);
        self.inventory.retain(keep);
        self.encrypted_data.retain(keep);
        self.revocation_lists.retain(keep);
    }

    /// Calls with each text of all facts, and of what is known of them beside what rules judge.
    pub fn each_text(&mut self, call: Call<'_>) {
        self.tls_endpoints.each_text(call);
        self.certificates.each_text(call);
        self.keys.each_text(call);
        self.inventory.each_text(call);
        self.encrypted_data.each_text(call);
        self.revocation_lists.each_text(call);
    }

    /// The places alone: more is not needed once all is judged, and the facts take more memory than they do.
    pub fn into_places(self) -> Places {
        let mut places = Places(Default::default());
        let mut put = |kind, list| places.0[kind as usize] = list;
        put(FactKind::TlsEndpoints, self.tls_endpoints.places);
        put(FactKind::Certificates, self.certificates.places);
        put(FactKind::Keys, self.keys.places);
        put(FactKind::Inventory, self.inventory.places);
        put(FactKind::EncryptedData, self.encrypted_data.places);
        put(FactKind::RevocationLists, self.revocation_lists.places);
        places
    }

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
        const RECORD: usize = 512;
        RECORD + self.of(kind).weight(index)
    }

    fn of(&self, kind: FactKind) -> &dyn List {
        match kind {
            FactKind::TlsEndpoints => &self.tls_endpoints,
            FactKind::Certificates => &self.certificates,
            FactKind::Keys => &self.keys,
            FactKind::Inventory => &self.inventory,
            FactKind::EncryptedData => &self.encrypted_data,
            FactKind::RevocationLists => &self.revocation_lists,
        }
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

/// Where a fact comes from and what is known of it beyond what rules judge. A scan can have very many: what grows no more takes no more room
/// than it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The whole fact: the PEM block, the server block, the entry.
    pub home: Location,
    /// How a report calls it, on one line: `certificate for www.example.org`, `server www.example.org`.
    pub label: Box<str>,
    /// Where each field is stated. `(field, position)` as in the contract's `part`; a field that
    /// stands nowhere (a default) is missing here, and a finding about it points to `home`.
    pub parts: Parts,
    /// What is judged, for the fingerprint of a finding.
    pub identity: Identity,
    /// Further names by which an inventory or encrypted data may know the key: [`Self::names`] has all. Of encrypted
    /// data the names of the keys that they are encrypted for, as far as they are exact.
    pub key_names: Box<[KeyName]>,
    /// SHA-256 of the DER SubjectPublicKeyInfo, the identity of a key wherever it turns up.
    pub spki: Option<[u8; 32]>,
    /// The names that only certificates have.
    pub certificate: Option<CertificateNames>,
    /// Which certificates a revocation list revokes, and when it did, in seconds since 1970.
    pub revokes: Box<[([u8; 16], i64)]>,
    /// The DER SubjectPublicKeyInfo itself, until the weaknesses of all keys have been looked for.
    pub public: Option<Box<[u8]>>,
    /// What `keyreeve facts` shows beside the fact: subject, issuer, serial number, digests. Never a private value.
    pub details: Box<[(&'static str, String)]>,
}

impl Place {
    /// Tells the place whose public key it is, by its DER SubjectPublicKeyInfo.
    pub(crate) fn identify(&mut self, public: Option<Vec<u8>>) {
        self.spki = public.as_deref().map(sha256);
        self.public = public.map(Vec::into_boxed_slice);
    }

    fn each_text(&mut self, call: Call<'_>) {
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

/// What was read from one source, or assembled from several.
#[derive(Debug, Default)]
pub struct Reading {
    /// The facts, in the order of their places.
    pub facts: Facts,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Bytes that no frame, report or log may show: private values, and what may be one.
    pub secrets: Vec<(SourceId, Span)>,
}

impl Reading {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        FactKind::ALL.iter().all(|kind| self.facts.count(*kind) == 0)
            && self.problems.is_empty()
            && self.secrets.is_empty()
    }

    /// Adds what `other` holds behind this.
    pub fn append(&mut self, mut other: Self) {
        self.facts.append(other.facts);
        self.problems.append(&mut other.problems);
        self.secrets.append(&mut other.secrets);
    }
}
