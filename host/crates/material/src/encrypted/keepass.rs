//! Headers of KeePass databases, KDB and KDBX 3 and 4: cipher and key derivation. Not what is in them.

use super::found::Found;
use crate::asn1::Malformed;
use crate::fields::Fields;

/// The first signature of all of them.
pub(super) const MAGIC: &[u8] = b"\x03\xd9\xa2\x9a";
const KDB: [u8; 4] = *b"\x65\xfb\x4b\xb5";
const KDBX: [u8; 4] = *b"\x67\xfb\x4b\xb5";

/// Cipher identifiers of KDBX (keepass.info, KDBX 4 and KeePassLib).
const AES_256: [u8; 16] = *b"\x31\xc1\xf2\xe6\xbf\x71\x43\x50\xbe\x58\x05\x21\x6a\xfc\x5a\xff";
const CHACHA20: [u8; 16] = *b"\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a";
const TWOFISH: [u8; 16] = *b"\xad\x68\xf2\x9f\x57\x6f\x4b\xb9\xa3\x6a\xd4\x7a\xf9\x65\x34\x6c";

/// Identifiers of key derivations.
const AES_KDF: [u8; 16] = *b"\xc9\xd9\xf3\x9a\x62\x8a\x44\x60\xbf\x74\x0d\x08\xc1\x8a\x4f\xea";
const AES_KDF_4: [u8; 16] = *b"\x7c\x02\xbb\x82\x79\xa7\x4a\xc0\x92\x7d\x11\x4a\x00\x64\x82\x38";
const ARGON2D: [u8; 16] = *b"\xef\x63\x6d\xdf\x8c\x29\x44\x4b\x91\xf7\xa9\xa4\x03\xe3\x0a\x0c";
const ARGON2ID: [u8; 16] = *b"\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6";

/// Numbers of the header's fields.
const END: u8 = 0;
const CIPHER: u8 = 2;
const ROUNDS: u8 = 6;
const KDF: u8 = 11;

/// A whole database.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let mut fields = Fields::at(bytes, MAGIC.len())?;
    let found = Found::new("KeePass", "KeePass database").passphrase();
    match fields.array()? {
        KDB => kdb(found, fields),
        KDBX => kdbx(found, fields),
        _ => Err(Malformed("its version of KeePass is not known")),
    }
    .map(|found| vec![found])
}

/// Version 1: flags say the cipher.
fn kdb(found: Found, mut fields: Fields<'_>) -> Result<Found, Malformed> {
    let flags = fields.le32()?;
    fields.take(4 + 16 + 16 + 4 + 4 + 32 + 32)?;
    let found = found.derived("AES-KDF", "", u64::from(fields.le32()?));
    match flags {
        _ if flags & 2 != 0 => Ok(found.cipher("aes-256-cbc", 256)),
        _ if flags & 8 != 0 => Ok(found.cipher("twofish-256-cbc", 256)),
        _ => Err(Malformed("its cipher is not known")),
    }
}

fn kdbx(mut found: Found, mut fields: Fields<'_>) -> Result<Found, Malformed> {
    let (_minor, major) = (fields.le16()?, fields.le16()?);
    if !matches!(major, 2..=4) {
        return Err(Malformed("its version of KeePass is not known"));
    }
    loop {
        let kind = fields.u8()?;
        let length = if major == 4 { fields.le32()? as usize } else { usize::from(fields.le16()?) };
        let value = fields.take(length)?;
        found = match kind {
            END => break,
            CIPHER => match <[u8; 16]>::try_from(value) {
                Ok(AES_256) => found.cipher("aes-256-cbc", 256),
                Ok(CHACHA20) => found.cipher("chacha20", 256),
                Ok(TWOFISH) => found.cipher("twofish-256-cbc", 256),
                _ => found.without_cipher("the identifier of its cipher is not known"),
            },
            ROUNDS => found.derived("AES-KDF", "", Fields(value).le64()?),
            KDF => derivation(found, value)?,
            _ => found,
        };
    }
    let has_cipher = !found.item.cipher.is_empty() || !found.item.unknown.is_empty();
    if !has_cipher || found.item.kdf.is_empty() {
        return Err(Malformed("its header states no cipher or no key derivation"));
    }
    // Blocks have an HMAC from version 4 on; before that a hash that stands within the encrypted data.
    Ok(if major == 4 { found.authenticated() } else { found })
}

/// A variant dictionary (KDBX 4): a version, then entries of type, name and value up to the type 0.
fn derivation(found: Found, value: &[u8]) -> Result<Found, Malformed> {
    let mut fields = Fields(value);
    fields.le16()?;
    let (mut id, mut rounds, mut iterations) = (None, None, None);
    loop {
        let kind = fields.u8()?;
        if kind == 0 {
            break;
        }
        let length = fields.le32()? as usize;
        let name = fields.take(length)?;
        let length = fields.le32()? as usize;
        let mut value = Fields(fields.take(length)?);
        match name {
            b"$UUID" => id = Some(value.array::<16>()?),
            b"R" => rounds = Some(value.le64()?),
            b"I" => iterations = Some(value.le64()?),
            _ => {}
        }
    }
    let (kdf, count) = match id {
        Some(AES_KDF | AES_KDF_4) => ("AES-KDF", rounds),
        Some(ARGON2D) => ("Argon2d", iterations),
        Some(ARGON2ID) => ("Argon2id", iterations),
        _ => return Err(Malformed("its key derivation is not known")),
    };
    let count = count.ok_or(Malformed("it does not state the cost of its key derivation"))?;
    Ok(found.derived(kdf, "", count))
}
