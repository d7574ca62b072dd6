//! Keys as facts: private ones in every form, public ones, and what can be said of those that are encrypted.
//! Not whether a key is good enough, and never a private value.

pub(crate) mod encryption;
pub(crate) mod line;
pub(crate) mod openssh;
mod private;
mod public;
mod shape;
pub(crate) mod special;
mod tpm;
mod wire;

use crate::rules::contract::{Encryption, Key, Protection, Role, Unknown};
use crate::source::Location;

use super::Place;
use super::asn1::{Elements, Malformed};
use super::material::unspecified;
use super::password::{Opened, Opener};
use crate::digest::{hex, sha256};

pub(crate) use public::PublicHalf;
pub(crate) use shape::{Shape, is_cut_off};

/// A key that was found, before it is given a place.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    role: Role,
    format: &'static str,
    protection: Protection,
    encryption: Option<Encryption>,
    public: Option<PublicHalf<'a>>,
    /// Why there is no public half, where there is none.
    hidden: String,
    /// The algorithm, where a label says it and nothing else does.
    named: &'static str,
    /// Length in bits of a symmetric key, which has no public half.
    symmetric_bits: u32,
    /// When it was made, in seconds since 1970, where its format says so.
    created: Option<i64>,
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
        Self { role, format, protection, encryption: None, public, hidden, named: "", symmetric_bits: 0, created: None }
    }

    /// The same, made at that time at the latest.
    pub(crate) fn created(self, seconds: i64) -> Self {
        Self { created: Some(seconds), ..self }
    }

    /// A symmetric key in plaintext, of that length; 0 where it is not known.
    pub(crate) fn symmetric(format: &'static str, bits: u32) -> Self {
        let found = Self::new(Role::Private, format, Protection::Plaintext, None);
        Self { named: SYMMETRIC, symmetric_bits: bits, ..found }
    }

    /// The same, encrypted under a passphrase in this way.
    pub(crate) fn encrypted(self, encryption: Encryption) -> Self {
        Self { protection: Protection::Passphrase, encryption: Some(encryption), ..self }
    }

    /// The same, in a container of that format.
    pub(crate) fn in_container(self, format: &'static str) -> Self {
        Self { format, ..self }
    }

    /// The same, with the public half that a certificate beside it has.
    pub(crate) fn certified(self, public: Option<PublicHalf<'a>>) -> Self {
        Self { public, ..self }
    }

    /// The same, apart from the bytes that it was found in.
    pub(crate) fn into_owned(self) -> Found<'static> {
        let Self { role, format, protection, encryption, public, hidden, named, symmetric_bits, created } = self;
        let public = public.map(PublicHalf::into_owned);
        Found { role, format, protection, encryption, public, hidden, named, symmetric_bits, created }
    }

    /// Whether its public half is known, so that it can be found elsewhere.
    pub(crate) fn is_known(&self) -> bool {
        self.public.as_ref().is_some_and(|half| half.identity().is_some())
    }

    /// The same, with another reason for there being no public half.
    pub(crate) fn hidden_since(self, reason: impl Into<String>) -> Self {
        Self { hidden: reason.into(), ..self }
    }

    /// An EncryptedPrivateKeyInfo, with what one of the passwords makes known of it. It stays as protected as it is.
    pub(crate) fn in_encrypted_der(der: &'a [u8], opener: &mut Opener<'_>) -> Result<Self, Malformed> {
        let found = private::encrypted_pkcs8(der)?;
        let mut fields = Elements::of_sequence(der)?;
        let (algorithm, ciphertext) = (fields.any()?, fields.any()?.value);
        let is_sound = |plain: &[u8]| Shape::of(plain) == Some(Shape::Pkcs8);
        Ok(match opener.open(algorithm, ciphertext, is_sound) {
            Ok(Opened::NotTried) => found,
            Ok(Opened::Wrong) => found.hidden_since("the key is encrypted, and none of the passwords opens it"),
            Ok(Opened::Plain(plain)) => found.certified(Some(private::pkcs8(&plain)?.into_owned())),
            Err(Malformed(reason)) => found.hidden_since(format!("the key is encrypted, and {reason}")),
        })
    }

    /// A key in the PEM encryption of RFC 1421: of what is inside only the label tells something.
    pub(crate) fn under_dek_info(label: &str, dek_info: &str) -> Self {
        let (format, named) = match label {
            "RSA PRIVATE KEY" => ("PKCS#1", "RSA"),
            "EC PRIVATE KEY" => ("SEC1", "EC"),
            "DSA PRIVATE KEY" => ("DSA", "DSA"),
            _ => ("PKCS#8", ""),
        };
        let encryption = Some(encryption::of_dek_info(dek_info));
        Self { encryption, named, ..Self::new(Role::Private, format, Protection::Passphrase, None) }
    }

    /// The key in some DER of that shape; none if the shape is no key's.
    pub(crate) fn in_der(shape: Shape, der: &'a [u8]) -> Result<Option<Self>, Malformed> {
        private::read(shape, der)
    }

    /// The public key of an SSH key line, from its blob.
    pub(crate) fn in_ssh_line(blob: &'a [u8]) -> Result<Self, Malformed> {
        let key = wire::SshKey::read(blob)?;
        let hidden = format!("the SSH key type {} is not known", String::from_utf8_lossy(key.name));
        Ok(Self { hidden, ..Self::new(Role::Public, "OpenSSH", Protection::NotNeeded, key.public) })
    }

    /// The fact and its place. `body` identifies a key whose public half is not known.
    pub(crate) fn into_fact(self, home: Location, body: &[u8], detailed: bool) -> (Key, Place) {
        let (public, unknown) = self.describe();
        let spki = self.public.as_ref().and_then(PublicHalf::identity);
        let identity = hex(&spki.unwrap_or_else(|| sha256(body)));
        let mut place = Place::new(home, self.label(&public.algorithm), identity);
        place.spki = spki;
        place.fingerprints.extend(spki.map(|hash| hex(&hash)));
        if let Some(half) = &self.public {
            place.fingerprints.extend(half.ssh_fingerprints());
        }
        if detailed {
            let names = ["spki-sha256", "ssh-sha256", "ssh-md5"];
            place.details = names.into_iter().zip(place.fingerprints.iter().cloned()).collect();
        }
        let key = Key {
            context: unspecified(),
            unknown,
            role: self.role,
            format: self.format.to_owned(),
            public,
            protection: self.protection,
            encryption: self.encryption,
            last_rotated: None,
            inventoried: false,
            attributes: self.created.map(|time| ("created".to_owned(), time.to_string())).into_iter().collect(),
        };
        (key, place)
    }

    fn describe(&self) -> (crate::rules::contract::PublicKey, Vec<Unknown>) {
        let (public, gaps) = match &self.public {
            Some(half) => half.describe(),
            None => {
                let fields: &[&str] = match self.named {
                    SYMMETRIC if self.symmetric_bits > 0 => &[],
                    "RSA" => &["bits", "exponent"],
                    "DSA" | SYMMETRIC => &["bits"],
                    "EC" => &["curve", "bits"],
                    _ => &["algorithm", "bits", "curve", "exponent"],
                };
                let public = crate::rules::contract::PublicKey {
                    algorithm: self.named.to_owned(),
                    bits: self.symmetric_bits,
                    ..public::empty()
                };
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

/// Gaps in the public half as unknown fields below that one.
pub(crate) fn unknown_fields(field: &str, gaps: Vec<public::Gap>) -> Vec<Unknown> {
    gaps.into_iter().map(|(name, reason)| Unknown { field: format!("{field}.{name}"), reason }).collect()
}

/// Of a scheme that is not known nothing but its name can be told.
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
