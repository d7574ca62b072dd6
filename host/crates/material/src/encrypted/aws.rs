//! Messages of the AWS Encryption SDK, binary and in base64: the algorithm suite, and the keys that wrap the data key.
//! Ciphertexts of AWS KMS itself are not read, because they state nothing.

use super::base64;
use super::found::Found;
use super::hit::{Hit, Text};
use crate::asn1::Malformed;
use crate::fields::Fields;

/// How much base64 is read for a header.
const HEADER: usize = 8 * 1024;

/// Algorithm suites by their identifier (AWS Encryption SDK developer guide, algorithms reference): bits of AES-GCM.
fn suite(id: u16) -> Option<u32> {
    match id {
        0x0014 | 0x0114 | 0x0214 => Some(128),
        0x0046 | 0x0146 | 0x0346 => Some(192),
        0x0078 | 0x0178 | 0x0378 | 0x0478 | 0x0578 => Some(256),
        _ => None,
    }
}

/// Whether a file begins like such a message: version 1 with its type and a suite without key commitment, or version 2
/// with a suite that has it. The latter mark is so short that the rest of the header must be sound, too.
pub(super) fn is_message(bytes: &[u8]) -> bool {
    match *bytes {
        [1, 0x80, high @ ..4, low, ..] => suite(u16::from_be_bytes([high, low])).is_some(),
        [2, 4 | 5, 0x78, ..] => read(bytes).is_ok(),
        _ => false,
    }
}

/// A whole file.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    read(bytes).map(|found| vec![found])
}

/// Reads the base64 that begins at `at`. Returns `None` if it is something else with the same beginning.
pub(super) fn encoded(text: &Text<'_>, at: usize) -> Option<Hit> {
    if !base64::starts(text.bytes, at) {
        return None;
    }
    let start = base64::folded_within(text.bytes, at, HEADER);
    let bytes = base64::decode_start(&text.bytes[start], HEADER);
    let found = read(&bytes).ok().filter(|_| is_message(&bytes))?;
    Some(Hit::new(base64::folded(text.bytes, at), Ok(found)))
}

/// The message header (developer guide, message format).
fn read(bytes: &[u8]) -> Result<Found, Malformed> {
    let mut fields = Fields(bytes);
    let version = fields.u8()?;
    if version == 1 {
        fields.u8()?;
    }
    let bits = suite(fields.u16()?).ok_or(Malformed("its algorithm suite is not known"))?;
    fields.take(if version == 1 { 16 } else { 32 })?;
    let _context = fields.short()?;
    let mut found = Found::new("AWS Encryption SDK", "AWS Encryption SDK message");
    found = found.cipher(format!("aes-{bits}-gcm"), bits).authenticated();
    let keys = fields.u16()?;
    if keys == 0 {
        return Err(Malformed("it names no key"));
    }
    for _ in 0..keys {
        let provider = fields.short()?;
        let information = fields.short()?;
        fields.short()?;
        found = found.recipient(recipient(provider, information)?, None);
    }
    Ok(found)
}

/// `AWS KMS arn:…`; for any other key its provider and its name, after which other data may follow.
fn recipient(provider: &[u8], information: &[u8]) -> Result<String, Malformed> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Malformed("the name of a key in it is no text"));
    let provider = text(provider)?;
    if provider.starts_with("aws-kms") {
        return Ok(format!("AWS KMS {}", text(information)?));
    }
    let printable = information.iter().take_while(|byte| byte.is_ascii_graphic()).count();
    Ok(format!("{provider} {}", text(&information[..printable])?))
}
