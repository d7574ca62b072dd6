//! Java's keystores JKS and JCEKS, those of Bouncy Castle, and GnuPG's keyboxes: their entries, with the certificates
//! for them. Their integrity checks are not verified, and only BCFKS is decrypted.

mod bcfks;
mod bouncy;
mod keybox;
mod serialized;

use keyreeve_contract::{Encryption, Protection, Role};

use super::asn1::{Elements, Malformed};
use super::certificate;
use super::container::{Item, Sink};
use super::fields::Fields;
use super::key::{Found, PublicHalf, encryption};

pub(crate) use bcfks::read as read_bcfks;

const JKS: u32 = 0xfeed_feed;
const JCEKS: u32 = 0xcece_cece;

// Kinds of entries (sun.security.provider.JavaKeyStore).
const KEY: u32 = 1;
const CERTIFICATE: u32 = 2;
const SECRET: u32 = 3;

/// Whether a file is such a keystore, judging by its beginning.
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    java(bytes).is_some() || keybox::recognises(bytes) || bouncy::recognises(bytes)
}

/// Passes on the content of a keystore.
pub(crate) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Malformed> {
    match java(bytes) {
        Some((format, fields)) => read_java(format, fields, sink),
        None if keybox::recognises(bytes) => keybox::read(bytes, sink),
        None => bouncy::read(bytes, sink),
    }
}

/// Which of Java's keystores it is, and the fields after the magic number.
fn java(bytes: &[u8]) -> Option<(&'static str, Fields<'_>)> {
    let mut fields = Fields(bytes);
    let format = match fields.u32().ok()? {
        JKS => "JKS",
        JCEKS => "JCEKS",
        _ => return None,
    };
    Some((format, fields))
}

fn read_java(format: &'static str, mut fields: Fields<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let version = fields.u32()?;
    if version != 1 && version != 2 {
        return Err(Malformed("its version is not known"));
    }
    let count = fields.u32()?;
    for _ in 0..count {
        let kind = fields.u32()?;
        let _alias = fields.short()?;
        let date = fields.u64()?;
        match kind {
            KEY => key_entry(format, version, date, &mut fields, sink)?,
            CERTIFICATE => sink(Item::Certificate(java_certificate(version, &mut fields)?)),
            SECRET => secret_entry(format, date, &mut fields, sink)?,
            _ => return Err(Malformed("it has an entry of a kind that is not known")),
        }
    }
    Ok(())
}

/// A private key in an EncryptedPrivateKeyInfo, and its chain.
fn key_entry(
    format: &'static str,
    version: u32,
    date: u64,
    fields: &mut Fields<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Malformed> {
    let key = fields.long()?;
    let count = fields.u32()?;
    let mut chain = Vec::new();
    for _ in 0..count {
        chain.push(java_certificate(version, fields)?);
    }
    let algorithm = Elements::of_sequence(key)?.any()?.algorithm()?;
    let entry = Entry { format, date: seconds(date), encryption: Some(encryption::of_pkcs8(algorithm)?), key };
    entry.certified_by(&chain, sink);
    Ok(())
}

/// A certificate, preceded by its type, which version 1 leaves out.
fn java_certificate<'a>(version: u32, fields: &mut Fields<'a>) -> Result<&'a [u8], Malformed> {
    if version == 2 {
        fields.short()?;
    }
    fields.long()
}

/// A symmetric key in a serialised SealedObject.
fn secret_entry(
    format: &'static str,
    date: u64,
    fields: &mut Fields<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Malformed> {
    let before = fields.0;
    let parts = serialized::skip(fields)?;
    let object = &before[..before.len() - fields.0.len()];
    // Its field encodedParams contains the parameters of the scheme that Java uses for all of them.
    let parameters = parts.iter().filter_map(|part| Elements::of(part).any().ok());
    let iterations = parameters.filter_map(|parameters| encryption::pbe_iterations(parameters).ok()).next();
    let [scheme, kdf, cipher] = ["JCEKS", "MD5", "des-ede3-cbc"].map(str::to_owned);
    let encryption = Encryption { scheme, kdf, iterations: iterations.unwrap_or(0), cipher, ..encryption::none() };
    let found = Found::symmetric(format, 0).encrypted(encryption).dated(seconds(date), None);
    sink(Item::Key(found.hidden_since("the keystore does not say how long the key is"), object));
    Ok(())
}

/// A private key of a keystore.
struct Entry<'a> {
    format: &'static str,
    /// Seconds since 1970.
    date: Option<i64>,
    encryption: Option<Encryption>,
    /// Bytes that identify the key if it has no certificate.
    key: &'a [u8],
}

impl Entry<'_> {
    /// Passes on the key, with the public half in the first certificate of its chain, and then the chain.
    fn certified_by(self, chain: &[&[u8]], sink: &mut Sink<'_>) {
        let key = self.key;
        sink(Item::Key(self.found(chain), key));
        chain.iter().for_each(|der| sink(Item::Certificate(der)));
    }

    fn found(self, chain: &[&[u8]]) -> Found<'static> {
        let half = chain.first().and_then(|der| certificate::public_half(der).ok());
        let found = Found::new(Role::Private, self.format, Protection::Passphrase, None);
        let found = found.certified(half.map(PublicHalf::into_owned)).dated(self.date, None);
        match self.encryption {
            Some(encryption) => found.encrypted(encryption),
            None => found,
        }
    }
}

/// Converts Java's milliseconds to seconds.
fn seconds(milliseconds: u64) -> Option<i64> {
    Some(milliseconds.cast_signed().div_euclid(1000))
}
