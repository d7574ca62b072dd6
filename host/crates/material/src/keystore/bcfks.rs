//! Bouncy Castle's FIPS keystores: how they are encrypted, and their entries if a password is known
//! (org.bouncycastle.asn1.bc). The integrity check at the end is not verified.

use der::Tag;
use keyreeve_contract::EncryptedItem;

use super::Entry;
use crate::asn1::{Element, Elements, Malformed, context_tag};
use crate::certificate::time;
use crate::container::{Item, Sink, encrypted, tried};
use crate::key::{Found, Shape, encryption};
use crate::password::{Opened, Opener};

const FORMAT: &str = "BCFKS";

// The purposes of keys (org.bouncycastle.jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi).
const STORE: &str = "STORE_ENCRYPTION";
const PRIVATE_KEY: &str = "PRIVATE_KEY_ENCRYPTION";
const SECRET_KEY: &str = "SECRET_KEY_ENCRYPTION";

/// Passes on how the store is encrypted, and its content if one of the passwords opens it: EncryptedObjectStoreData.
pub(crate) fn read(der: &[u8], opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    let (mut store, check) = (fields.any()?.elements()?, fields.any()?);
    let algorithm = store.any()?;
    let encryption = encryption::of_pkcs8(algorithm.algorithm()?)?;
    // Every store has an integrity check at its end.
    let whole = EncryptedItem { authenticated: true, ..encrypted(FORMAT, encryption, None) };
    let ciphertext = store.next(Tag::OctetString).map(|ciphertext| ciphertext.value);
    let is_sound = |plain: &[u8]| Elements::of_sequence(plain).is_ok();
    let opened = ciphertext.and_then(|ciphertext| opener.open_bcfks(algorithm, STORE, ciphertext, is_sound));
    if let Some(whole) = tried(whole, &opened) {
        sink(Item::Encrypted(whole, der));
    }
    if check.tag == context_tag(0, true)
        && let Err(reason) = signers(check, sink)
    {
        sink(Item::Problem(format!("the signature of the keystore cannot be read: {reason}")));
    }
    match opened? {
        Opened::NotTried => Ok(()),
        Opened::Wrong => Err(Malformed("none of the passwords opens it")),
        Opened::Plain(plain) | Opened::Unprotected(plain) => objects(&plain, opener, sink),
    }
}

/// SignatureCheck: an algorithm, and optional certificates in plaintext.
fn signers(check: Element<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = check.elements()?.next(Tag::Sequence)?.elements()?;
    fields.any()?;
    if let Some(certificates) = fields.context(0)? {
        let mut certificates = certificates.elements()?.next(Tag::Sequence)?.elements()?;
        while !certificates.is_empty() {
            sink(Item::Certificate(certificates.any()?.raw));
        }
    }
    Ok(())
}

/// ObjectStoreData: version, integrity algorithm, two dates, objects. An object that cannot be read is a problem of its
/// own.
fn objects(plain: &[u8], opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = Elements::of_sequence(plain)?;
    fields.next(Tag::Integer)?;
    fields.next(Tag::Sequence)?;
    let _dates = (fields.any()?, fields.any()?);
    let mut objects = fields.next(Tag::Sequence)?.elements()?;
    while !objects.is_empty() {
        let object = objects.any()?;
        if let Err(reason) = self::object(object, opener, sink) {
            sink(Item::Problem(format!("an entry of the keystore cannot be read: {reason}")));
        }
    }
    Ok(())
}

/// ObjectData: kind, alias, creation date, date of the last change, data.
fn object(object: Element<'_>, opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = object.elements()?;
    let (kind, _alias) = (fields.any()?.small()?, fields.any()?);
    let (_made, changed) = (fields.any()?, fields.any()?);
    let (date, data) = (time::seconds(changed), fields.next(Tag::OctetString)?.value);
    match kind {
        0 => sink(Item::Certificate(data)),
        // Kinds 3 and 4 were protected by the program itself before it stored them.
        1 | 3 => private_key(date, data, opener, sink)?,
        2 | 4 => secret_key(date, data, opener, sink)?,
        _ => return Err(Malformed("it is of a kind that is not known")),
    }
    Ok(())
}

/// EncryptedPrivateKeyData: an EncryptedPrivateKeyInfo and a chain of certificates.
fn private_key(date: Option<i64>, data: &[u8], opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let mut fields = Elements::of_sequence(data)?;
    let (key, mut certificates) = (fields.next(Tag::Sequence)?, fields.next(Tag::Sequence)?.elements()?);
    let mut chain = Vec::new();
    while !certificates.is_empty() {
        chain.push(certificates.any()?.raw);
    }
    let (algorithm, ciphertext) = sealed(key)?;
    let encryption = Some(encryption::of_pkcs8(algorithm.algorithm()?)?);
    let mut found = Entry { format: FORMAT, date, encryption, key: key.raw }.found(&chain);
    if !found.is_known() {
        found = found.opened(opener.open_bcfks(algorithm, PRIVATE_KEY, ciphertext, Shape::is_pkcs8));
    }
    sink(Item::Key(found, key.raw));
    chain.iter().for_each(|der| sink(Item::Certificate(der)));
    Ok(())
}

/// EncryptedSecretKeyData, with SecretKeyData inside: an algorithm, and the key.
fn secret_key(date: Option<i64>, data: &[u8], opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let key = Elements::of(data).next(Tag::Sequence)?;
    let (algorithm, ciphertext) = sealed(key)?;
    let encryption = encryption::of_pkcs8(algorithm.algorithm()?)?;
    let found = |bits| Found::symmetric(FORMAT, bits).encrypted(encryption).dated(date, None);
    let found = match opener.open_bcfks(algorithm, SECRET_KEY, ciphertext, |plain| secret_bits(plain).is_ok()) {
        Ok(Opened::Plain(plain) | Opened::Unprotected(plain)) => found(secret_bits(&plain)?),
        Ok(Opened::NotTried) => found(0).hidden_since("the keystore does not say how long the key is"),
        other => found(0).opened(other),
    };
    sink(Item::Key(found, data));
    Ok(())
}

/// How long the key in a SecretKeyData is.
fn secret_bits(plain: &[u8]) -> Result<u32, Malformed> {
    let mut fields = Elements::of_sequence(plain)?;
    fields.any()?.oid()?;
    let key = fields.next(Tag::OctetString)?.value;
    Ok(u32::try_from(key.len()).unwrap_or(u32::MAX).saturating_mul(8))
}

/// AlgorithmIdentifier and content of an encrypted part.
fn sealed(key: Element<'_>) -> Result<(Element<'_>, &[u8]), Malformed> {
    let mut fields = key.elements()?;
    Ok((fields.next(Tag::Sequence)?, fields.next(Tag::OctetString)?.value))
}
