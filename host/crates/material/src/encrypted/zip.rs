//! Encrypted entries of ZIP archives (APPNOTE.TXT 6.3.10; WinZip's AE-1 and AE-2): which cipher, and how many entries.
//! The entries themselves are not read, and archives without encryption give no facts.

use std::collections::BTreeMap;

use super::found::Found;
use crate::asn1::Malformed;
use crate::fields::Fields;

/// The beginning of an archive that has entries.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// Length of the end record, and of the longest comment after it.
const END_LENGTH: usize = 22;
const COMMENT_LIMIT: usize = 65_535;
/// The method number whose real method stands in the extra field of AES, and the number of that field.
const AES_METHOD: u16 = 99;
const AES_FIELD: u16 = 0x9901;
/// Flags: encrypted; by the strong encryption of PKWARE.
const ENCRYPTED: u16 = 1;
const STRONG: u16 = 1 << 6;

/// How one entry is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    /// The stream cipher of PKZIP 2.
    Traditional,
    /// WinZip's AES with keys of so many bits.
    Aes(u32),
    /// PKWARE's, whose cipher is stated beside the entry.
    Strong,
}

/// Reads a whole archive: one fact for each scheme in it, and no fact if nothing is encrypted.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let Some(directory) = directory(bytes) else {
        let first = Fields::at(bytes, MAGIC.len() + 2)?.le16()?;
        return if first & ENCRYPTED != 0 {
            Err(Malformed("it has no directory of its entries at its end"))
        } else {
            Ok(vec![])
        };
    };
    let mut schemes: BTreeMap<Scheme, usize> = BTreeMap::new();
    let mut fields = Fields(directory);
    while fields.0.starts_with(&CENTRAL) {
        if let Some(scheme) = entry(&mut fields)? {
            *schemes.entry(scheme).or_default() += 1;
        }
    }
    if !fields.0.starts_with(&END) && !fields.0.starts_with(b"PK") && !schemes.is_empty() {
        return Err(Malformed("the directory of its entries is damaged"));
    }
    Ok(schemes.into_keys().map(found).collect())
}

/// The bytes from the directory to the end of the file. Returns `None` if the end record is missing or its offset lies
/// beyond the file.
fn directory(bytes: &[u8]) -> Option<&[u8]> {
    let floor = bytes.len().saturating_sub(END_LENGTH + COMMENT_LIMIT);
    let end = floor + memchr::memmem::rfind(&bytes[floor..], &END)?;
    let mut fields = Fields::at(bytes, end + 12).ok()?;
    let (length, offset) = (fields.le32().ok()? as usize, fields.le32().ok()? as usize);
    // In a self-extracting archive, and in ZIP64, the offset does not hold: the directory ends directly before its end
    // records.
    let before_end = || memchr::memmem::find(&bytes[..end], &CENTRAL);
    let start = if offset.checked_add(length)? <= end && bytes[offset..].starts_with(&CENTRAL) {
        Some(offset)
    } else if length == 0 {
        Some(end)
    } else {
        before_end()
    };
    bytes.get(start?..)
}

/// One central directory header (APPNOTE.TXT, section 4.3.12).
fn entry(fields: &mut Fields<'_>) -> Result<Option<Scheme>, Malformed> {
    fields.take(4 + 2 + 2)?;
    let (flags, method) = (fields.le16()?, fields.le16()?);
    fields.take(4 + 4 + 4 + 4)?;
    let (name, extra, comment) = (fields.le16()?, fields.le16()?, fields.le16()?);
    fields.take(2 + 2 + 4 + 4)?;
    fields.take(usize::from(name))?;
    let extra = fields.take(usize::from(extra))?;
    fields.take(usize::from(comment))?;
    Ok(match (flags & ENCRYPTED != 0, method) {
        (false, _) => None,
        (true, AES_METHOD) => Some(Scheme::Aes(aes(extra)?)),
        (true, _) if flags & STRONG != 0 => Some(Scheme::Strong),
        (true, _) => Some(Scheme::Traditional),
    })
}

/// Bits of the key by the extra field of AES: version, `AE`, strength 1 to 3, the real method.
fn aes(extra: &[u8]) -> Result<u32, Malformed> {
    let mut fields = Fields(extra);
    loop {
        let (id, length) = (fields.le16()?, fields.le16()?);
        let mut value = Fields(fields.take(usize::from(length))?);
        if id == AES_FIELD {
            value.take(4)?;
            return match value.u8()? {
                strength @ 1..=3 => Ok(64 + 64 * u32::from(strength)),
                _ => Err(Malformed("the strength of its AES is not known")),
            };
        }
    }
}

fn found(scheme: Scheme) -> Found {
    let found = Found::new("ZIP", "ZIP archive").passphrase();
    match scheme {
        // Three keys of 32 bits (APPNOTE.TXT, section 6.1.5).
        Scheme::Traditional => found.cipher("zipcrypto", 96),
        Scheme::Aes(bits) => {
            found.cipher(format!("aes-{bits}-ctr"), bits).authenticated().derived("PBKDF2", "hmacWithSHA1", 1000)
        }
        Scheme::Strong => found.without_cipher("the cipher of PKWARE's strong encryption stands within the entries"),
    }
}
