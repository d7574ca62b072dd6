//! Bouncy Castle's keystores BKS, whose keys are encrypted one by one, and UBER, which is encrypted as a whole and
//! shows only how. BCFKS is not here, since it is DER.

use keyreeve_contract::Encryption;

use super::{Entry, seconds};
use crate::asn1::Malformed;
use crate::container::{Item, Sink, encrypted, hidden};
use crate::fields::Fields;
use crate::key::{Found, Shape};

/// Bytes of the salt, always (org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi).
const SALT: usize = 20;
/// No store has so many iterations: by default the highest count is 2,047.
const MOST_ITERATIONS: u32 = 100_000_000;
/// Bytes of a block of Twofish.
const BLOCK: usize = 16;

// Kinds of entries.
const END: u8 = 0;
const CERTIFICATE: u8 = 1;
const KEY: u8 = 2;
const SECRET: u8 = 3;
const SEALED: u8 = 4;
// Kinds of keys in an entry of the kind KEY.
const PRIVATE: u8 = 0;
const PUBLIC: u8 = 1;

/// Whether a file begins like one of the two: version, salt, iterations.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    header(bytes).is_ok_and(|(_, body)| is_bks(body) || body.0.len().is_multiple_of(BLOCK) && !body.0.is_empty())
}

/// Passes on the content of the file.
pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let (iterations, mut body) = header(bytes)?;
    if !is_bks(body) {
        let [scheme, kdf, prf, cipher] = ["UBER", "PKCS12-KDF", "SHA1", "twofish-256-cbc"].map(str::to_owned);
        let encryption = Encryption { scheme, kdf, prf, iterations: iterations.into(), cipher, attributes: Vec::new() };
        // It is encrypted together with a SHA-1 of the content.
        let whole = hidden(encrypted("UBER", encryption, None), "this format is not decrypted");
        sink(Item::Encrypted(whole, bytes));
        return Ok(());
    }
    loop {
        let kind = body.u8()?;
        if kind == END {
            return Ok(());
        }
        entry(kind, &mut body, sink)?;
    }
}

/// Iterations, and the fields after the header.
fn header(bytes: &[u8]) -> Result<(u32, Fields<'_>), Malformed> {
    let mut fields = Fields(bytes);
    let version = fields.u32()?;
    let salt = fields.long()?;
    let iterations = fields.u32()?;
    if !(1..=2).contains(&version) || salt.len() != SALT || !(1..=MOST_ITERATIONS).contains(&iterations) {
        return Err(Malformed("its header is that of no keystore"));
    }
    Ok((iterations, fields))
}

/// Whether the entries are in plaintext: either the first has a kind, a name and a date, or there are no entries before
/// the MAC of twenty bytes.
fn is_bks(mut body: Fields<'_>) -> bool {
    let is_first = |fields: &mut Fields<'_>| {
        let kind = fields.u8()?;
        if kind == END {
            return Ok(fields.0.len() == SALT);
        }
        let alias = fields.short()?;
        let date = fields.u64()?;
        Ok::<_, Malformed>(kind <= SEALED && std::str::from_utf8(alias).is_ok() && date >> 48 == 0)
    };
    is_first(&mut body) == Ok(true)
}

fn entry(kind: u8, fields: &mut Fields<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let _alias = fields.short()?;
    let date = fields.u64()?;
    let count = fields.u32()?;
    let mut chain = Vec::new();
    for _ in 0..count {
        chain.push(certificate(fields)?);
    }
    match kind {
        CERTIFICATE => sink(Item::Certificate(certificate(fields)?)),
        KEY => {
            open_key(date, fields, sink)?;
            chain.iter().for_each(|der| sink(Item::Certificate(der)));
        }
        SEALED => {
            let key = fields.long()?;
            let encryption = Some(sealed(key)?);
            Entry { format: "BKS", date: seconds(date), encryption, key }.certified_by(&chain, sink);
        }
        // Bytes that the program protected in its own way before it stored them.
        SECRET => {
            let key = fields.long()?;
            Entry { format: "BKS", date: seconds(date), encryption: None, key }.certified_by(&chain, sink);
        }
        _ => return Err(Malformed("it has an entry of a kind that is not known")),
    }
    Ok(())
}

/// A certificate, preceded by its type.
fn certificate<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], Malformed> {
    fields.short()?;
    fields.long()
}

/// A plaintext key: its kind, its encoding, its algorithm, and its bytes.
fn open_key(date: u64, fields: &mut Fields<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let kind = fields.u8()?;
    let (_encoding, _algorithm) = (fields.short()?, fields.short()?);
    let key = fields.long()?;
    let shape = match kind {
        PRIVATE => Shape::Pkcs8,
        PUBLIC => Shape::Spki,
        _ => {
            let bits = u32::try_from(key.len()).unwrap_or(u32::MAX).saturating_mul(8);
            sink(Item::Key(Found::symmetric("BKS", bits).dated(seconds(date), None), key));
            return Ok(());
        }
    };
    let found = Found::in_der(shape, key)?.ok_or(Malformed("it holds no key"))?;
    sink(Item::Key(found.in_container("BKS").dated(seconds(date), None), key));
    Ok(())
}

/// How an encrypted key is encrypted: with the salt and iterations before it, and always the same scheme.
fn sealed(key: &[u8]) -> Result<Encryption, Malformed> {
    let mut fields = Fields(key);
    let _salt = fields.long()?;
    let iterations = fields.u32()?.into();
    let [scheme, kdf, prf, cipher] = ["BKS", "PKCS12-KDF", "SHA1", "des-ede3-cbc"].map(str::to_owned);
    Ok(Encryption { scheme, kdf, prf, iterations, cipher, attributes: Vec::new() })
}
