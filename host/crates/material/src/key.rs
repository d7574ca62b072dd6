//! Keys as facts: private ones in every form, public ones, and what can be said about encrypted ones. Whether a key is
//! good enough is not decided here, and no private value is kept.

pub(crate) mod derive;
pub(crate) mod encryption;
pub(crate) mod line;
mod numbers;
pub(crate) mod openpgp;
pub(crate) mod openssh;
mod private;
mod public;
mod shape;
pub(crate) mod special;
mod tpm;
pub(crate) mod wire;

use keyreeve_contract::{Context, Encryption, Key, Protection, PublicKey, Role, Unknown};
use keyreeve_facts::KeyName;
use keyreeve_facts::Place;
use keyreeve_source::Location;
use keyreeve_source::budget::Account;
use keyreeve_source::digest::{hex, sha256};

use super::asn1::{Elements, Malformed};
use super::password::{Opened, Opener};

pub(crate) use encryption::{cipher, derivation, key_bits};
pub use numbers::of_spki as numbers_of_spki;
pub(crate) use public::PublicHalf;
pub(crate) use shape::{Shape, is_cut_off};

/// A key that was found, before it has a place.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    role: Role,
    format: &'static str,
    protection: Protection,
    encryption: Option<Encryption>,
    public: Option<PublicHalf<'a>>,
    /// Why there is no public half, if there is none.
    hidden: String,
    /// The algorithm, if only a label states it.
    named: &'static str,
    /// The length in bits of a key without a SubjectPublicKeyInfo; `None` if it is unknown.
    bits: Option<u32>,
    /// Further names of the key, by which inventories and encrypted data refer to it.
    names: Vec<String>,
    /// `created` and `expires`, in seconds since 1970.
    dates: [Option<i64>; 2],
}

/// The algorithm of a key that has no public half.
const SYMMETRIC: &str = "symmetric";

impl<'a> Found<'a> {
    /// A key of that form.
    pub(crate) fn new(
        role: Role,
        format: &'static str,
        protection: Protection,
        public: Option<PublicHalf<'a>>,
    ) -> Self {
        let hidden = "the key is encrypted".to_owned();
        let (names, dates) = (Vec::new(), [None; 2]);
        Self { role, format, protection, encryption: None, public, hidden, named: "", bits: None, names, dates }
    }

    /// A symmetric key in plaintext with that length in bits; 0 if it is unknown.
    pub(crate) fn symmetric(format: &'static str, bits: u32) -> Self {
        Self::new(Role::Private, format, Protection::Plaintext, None).sized(SYMMETRIC, bits)
    }

    /// The same, encrypted under a passphrase in that way.
    pub(crate) fn encrypted(self, encryption: Encryption) -> Self {
        Self { protection: Protection::Passphrase, encryption: Some(encryption), ..self }
    }

    /// The same key with that algorithm and length, if it has no SubjectPublicKeyInfo here: a symmetric key, ElGamal. 0
    /// means that the algorithm has no such length; for a symmetric key, that the length is unknown.
    pub(crate) fn sized(self, algorithm: &'static str, bits: u32) -> Self {
        let is_known = bits > 0 || algorithm != SYMMETRIC;
        Self { named: algorithm, bits: is_known.then_some(bits), ..self }
    }

    /// The same key, with the reason why its public half is unknown.
    pub(crate) fn hidden_since(self, reason: impl Into<String>) -> Self {
        Self { hidden: reason.into(), ..self }
    }

    /// The same, in a container of that format.
    pub(crate) fn in_container(self, format: &'static str) -> Self {
        Self { format, ..self }
    }

    /// The same key, with the public half from a certificate beside it.
    pub(crate) fn certified(self, public: Option<PublicHalf<'a>>) -> Self {
        Self { public, ..self }
    }

    /// The same key with another name: an OpenPGP fingerprint in lower-case hex, an age recipient.
    pub(crate) fn known_as(mut self, name: String) -> Self {
        self.names.push(name);
        self
    }

    /// The same key with the times when it was made and when it expires, in seconds since 1970.
    pub(crate) fn dated(self, created: Option<i64>, expires: Option<i64>) -> Self {
        Self { dates: [created, expires], ..self }
    }

    /// The same key, independent of the bytes in which it was found.
    pub(crate) fn into_owned(self) -> Found<'static> {
        let Self { role, format, protection, encryption, public, hidden, named, bits, names, dates } = self;
        let public = public.map(PublicHalf::into_owned);
        Found { role, format, protection, encryption, public, hidden, named, bits, names, dates }
    }

    /// Whether its public half is known, so that it can be found elsewhere.
    pub(crate) fn is_known(&self) -> bool {
        self.public.as_ref().is_some_and(|half| half.spki().is_some())
    }

    /// An EncryptedPrivateKeyInfo, with what a password reveals about it. Its protection stays the same.
    pub(crate) fn in_encrypted_der(der: &'a [u8], opener: &mut Opener<'_>) -> Result<Self, Malformed> {
        let mut fields = Elements::of_sequence(der)?;
        let (algorithm, ciphertext) = (fields.any()?, fields.any()?.value);
        Ok(private::encrypted_pkcs8(der)?.opened(opener.open(algorithm, ciphertext, Shape::is_pkcs8)))
    }

    /// A key in the PEM encryption of RFC 1421. Unless one of the passwords opens it, only the label says anything
    /// about its content.
    pub(crate) fn under_dek_info(label: &str, dek_info: &str, body: &[u8], opener: &mut Opener<'_>) -> Self {
        let (format, named) = match label {
            "RSA PRIVATE KEY" => ("PKCS#1", "RSA"),
            "EC PRIVATE KEY" => ("SEC1", "EC"),
            "DSA PRIVATE KEY" => ("DSA", "DSA"),
            _ => ("PKCS#8", ""),
        };
        let encryption = Some(encryption::of_dek_info(dek_info));
        let found = Self { encryption, named, ..Self::new(Role::Private, format, Protection::Passphrase, None) };
        found.opened(opener.open_pem(dek_info, body, Shape::is_plain_private))
    }

    /// The same key with the public half of the decrypted content, or the reason why it was not decrypted.
    pub(crate) fn opened(self, opened: Result<Opened, Malformed>) -> Self {
        let half = |plain: &[u8]| {
            let inside = Shape::of(plain).map(|shape| private::read(shape, plain)).transpose()?.flatten();
            Ok(inside.and_then(|found| found.public).map(PublicHalf::into_owned))
        };
        match opened {
            Ok(Opened::NotTried) => self,
            Ok(Opened::Wrong) => self.hidden_since("the key is encrypted, and none of the passwords opens it"),
            // What encrypts it says nothing any more.
            Ok(Opened::Unprotected(plain)) => {
                let open = Self { protection: Protection::Plaintext, encryption: None, ..self };
                open.opened(Ok(Opened::Plain(plain)))
            }
            Ok(Opened::Plain(plain)) => match half(&plain) {
                Ok(half) => self.certified(half),
                Err(Malformed(reason)) => {
                    self.hidden_since(format!("the key is encrypted, and what is inside is damaged: {reason}"))
                }
            },
            Err(Malformed(reason)) => self.hidden_since(format!("the key is encrypted, and {reason}")),
        }
    }

    /// The key in DER of that shape. Returns `None` if the shape is not that of a key.
    pub(crate) fn in_der(shape: Shape, der: &'a [u8]) -> Result<Option<Self>, Malformed> {
        private::read(shape, der)
    }

    /// Whether its private half is in this place.
    pub(crate) fn is_private(&self) -> bool {
        self.role == Role::Private
    }

    /// The public key in a blob of SSH.
    pub(crate) fn in_ssh_blob(format: &'static str, blob: &'a [u8]) -> Result<Self, Malformed> {
        let key = wire::SshKey::read(blob)?;
        let hidden = format!("the SSH key type {} is not known", String::from_utf8_lossy(key.name));
        let [from, until] = key.validity.unwrap_or_default();
        Ok(Self::new(Role::Public, format, Protection::NotNeeded, key.public).hidden_since(hidden).dated(from, until))
    }

    /// Computes the public half, if that has still to be computed.
    ///
    /// # Errors
    /// Why it is not computed.
    pub(crate) fn compute(&mut self, account: &Account<'_>) -> Result<(), String> {
        self.public.as_mut().map_or(Ok(()), |half| half.compute(account))
    }

    /// The fact and its place. `body` identifies a key whose public half is unknown, unless the key has a name.
    pub(crate) fn into_fact(self, home: Location, body: &[u8], detailed: bool) -> (Key, Place) {
        let (public, unknown) = self.describe();
        let mut place = Place::new(home, self.label(&public.algorithm), "");
        place.identify(self.public.as_ref().and_then(PublicHalf::spki));
        let otherwise = || sha256(self.names.first().map_or(body, String::as_bytes));
        place.identity = place.spki.unwrap_or_else(otherwise).into();
        let ssh = self.public.as_ref().and_then(PublicHalf::ssh_fingerprints);
        if detailed {
            let known = place.spki.map(|hash| ("spki-sha256", hex(&hash)));
            let ssh = ["ssh-sha256", "ssh-md5"].into_iter().zip(ssh.iter().flatten());
            let ssh = ssh.map(|(name, fingerprint)| (name, fingerprint.to_string()));
            place.details = known.into_iter().chain(ssh).collect();
        }
        let names = self.names.into_iter().map(|name| KeyName::Text(name.into()));
        place.key_names = ssh.into_iter().flatten().chain(names).collect();
        let dates = ["created", "expires"].into_iter().zip(self.dates);
        let attributes = dates.filter_map(|(name, time)| Some((name.to_owned(), time?.to_string()))).collect();
        let key = Key {
            context: Context::UNSPECIFIED,
            unknown,
            role: self.role,
            format: self.format.to_owned(),
            public,
            protection: self.protection,
            encryption: self.encryption,
            last_rotated: None,
            inventoried: false,
            attributes,
        };
        (key, place)
    }

    fn describe(&self) -> (PublicKey, Vec<Unknown>) {
        let (public, gaps) = match &self.public {
            Some(half) => half.describe(),
            None => {
                let fields: &[&str] = match self.named {
                    _ if self.bits.is_some() => &[],
                    "RSA" => &["bits", "exponent"],
                    "DSA" | SYMMETRIC => &["bits"],
                    "EC" => &["curve", "bits"],
                    _ => &["algorithm", "bits", "curve", "exponent"],
                };
                let (algorithm, bits) = (self.named.to_owned(), self.bits.unwrap_or_default());
                let public = PublicKey { algorithm, bits, ..public::empty() };
                (public, fields.iter().map(|&field| (field, self.hidden.clone())).collect())
            }
        };
        let mut unknown = unknown_fields("public", gaps);
        if let Some(encryption) = &self.encryption {
            unknown.extend(unknown_encryption(encryption));
        }
        (public, unknown)
    }

    fn label(&self, algorithm: &str) -> String {
        let how = match (self.role, self.protection) {
            (Role::Private, Protection::Passphrase) => "encrypted ",
            (Role::Private, Protection::Hardware) => "hardware-held ",
            _ => "",
        };
        let what = match self.role {
            _ if self.format.ends_with("parameters") => return self.format.to_owned(),
            Role::Private if algorithm == SYMMETRIC => "key",
            Role::Private => "private key",
            Role::Public | Role::Request => "public key",
        };
        let space = if algorithm.is_empty() { "" } else { " " };
        format!("{how}{algorithm}{space}{what}")
    }
}

/// The gaps in the public half, as unknown fields below that field.
pub(crate) fn unknown_fields(field: &str, gaps: Vec<public::Gap>) -> Vec<Unknown> {
    gaps.into_iter().map(|(name, reason)| Unknown { field: format!("{field}.{name}"), reason }).collect()
}

/// The unknown fields of an encryption: for an unknown scheme, everything except its name.
fn unknown_encryption(encryption: &Encryption) -> Vec<Unknown> {
    let missing = |field: &str, what: &str| Unknown { field: field.to_owned(), reason: what.to_owned() };
    if encryption.kdf.is_empty() {
        let reason = format!("the encryption scheme {} is not known", encryption.scheme);
        return ["encryption.kdf", "encryption.prf", "encryption.iterations", "encryption.cipher"]
            .map(|field| missing(field, &reason))
            .into();
    }
    if encryption.iterations == 0 {
        let reason = format!("the parameters of the key derivation {} cannot be read", encryption.kdf);
        return vec![missing("encryption.iterations", &reason)];
    }
    Vec::new()
}
