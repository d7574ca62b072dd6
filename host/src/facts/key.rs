//! Keys as facts: private ones in every form, public ones, and what can be said of those that are encrypted.
//! Not whether a key is good enough, and never a private value.

mod encryption;
pub(crate) mod line;
mod numbers;
pub(crate) mod openssh;
mod private;
mod public;
mod shape;
mod wire;

use crate::rules::contract::{Encryption, Key, Protection, Role, Unknown};
use crate::source::Location;

use super::Place;
use super::asn1::Malformed;
use super::material::unspecified;
use crate::digest::{hex, sha256};

pub(crate) use numbers::Numbers;
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
}

impl<'a> Found<'a> {
    /// A key of that form.
    pub(crate) fn new(
        role: Role,
        format: &'static str,
        protection: Protection,
        public: Option<PublicHalf<'a>>,
    ) -> Self {
        let hidden = "the key is encrypted".to_owned();
        Self { role, format, protection, encryption: None, public, hidden, named: "" }
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
        let mut place = Place::new(home, self.label(&public.algorithm), String::new());
        place.identify(self.public.as_ref().and_then(PublicHalf::spki));
        place.identity = hex(&place.spki.unwrap_or_else(|| sha256(body)));
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
            attributes: Vec::new(),
        };
        (key, place)
    }

    fn describe(&self) -> (crate::rules::contract::PublicKey, Vec<Unknown>) {
        let (public, gaps) = match &self.public {
            Some(half) => half.describe(),
            None => {
                let fields: &[&str] = match self.named {
                    "RSA" => &["bits", "exponent"],
                    "DSA" => &["bits"],
                    "EC" => &["curve", "bits"],
                    _ => &["algorithm", "bits", "curve", "exponent"],
                };
                let public = crate::rules::contract::PublicKey { algorithm: self.named.to_owned(), ..public::empty() };
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
        let what = if self.role == Role::Private { "private key" } else { "public key" };
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
