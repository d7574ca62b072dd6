//! Short encrypted values in text: Fernet, Vault transit, dotenvx, `openssl enc`. JOSE is not here, because it has a
//! header of its own.

use super::base64;
use super::found::Found;
use super::hit::{Hit, Text};
use crate::asn1::Malformed;

/// A Fernet token cannot be older than this: the format dates from 2013.
const FERNET_EPOCH: u64 = 1_356_998_400;

/// A Fernet token (github.com/fernet/spec): the version 0x80, the time, IV, blocks of AES-128-CBC, HMAC-SHA256.
pub(super) fn fernet(text: &Text<'_>, at: usize) -> Option<Hit> {
    if !base64::starts(text.bytes, at) {
        return None;
    }
    let range = base64::url_run(text.bytes, at);
    let bytes = base64::decode_url(&text.bytes[range.clone()])?;
    let (time, rest) = bytes.strip_prefix(&[0x80])?.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let is_whole = rest.len() >= 16 + 16 + 32 && rest.len() % 16 == 0;
    if !is_whole || time < FERNET_EPOCH {
        return None;
    }
    let found = Found::new("Fernet", "Fernet token").cipher("aes-128-cbc", 128).authenticated();
    Some(Hit::new(range, Ok(found.encrypted_at(i64::try_from(time).ok()?))))
}

/// A ciphertext of HashiCorp Vault's transit engine: `vault:v3:` and base64. Only Vault knows the cipher of the key.
pub(super) fn transit(text: &Text<'_>, at: usize) -> Option<Hit> {
    let rest = &text.bytes[at + b"vault:v".len()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) || rest.get(digits) != Some(&b':') || !base64::starts(text.bytes, at) {
        return None;
    }
    let body = base64::run(text.bytes, at + b"vault:v".len() + digits + 1);
    // An IV, a tag and at least one byte.
    if base64::decode(&text.bytes[body.clone()])?.len() < 12 + 16 {
        return None;
    }
    let reason = "the type of the transit key is known to Vault alone";
    let found = Found::new("Vault transit", "Vault transit ciphertext").without_cipher(reason);
    // Every type of key that can encrypt authenticates, too.
    let found = found.authenticated().recipient("Vault transit key", None);
    Some(Hit::new(at..body.end, Ok(found)))
}

/// A value of dotenvx: ECIES on secp256k1 with AES-256-GCM. An uncompressed point, nonce, tag, data.
pub(super) fn dotenvx(text: &Text<'_>, at: usize) -> Option<Hit> {
    if at == 0 || !matches!(text.bytes[at - 1], b'=' | b'"' | b'\'' | b' ') {
        return None;
    }
    let body = base64::run(text.bytes, at + b"encrypted:".len());
    let bytes = base64::decode(&text.bytes[body.clone()])?;
    if bytes.len() < 65 + 16 + 16 || bytes[0] != 4 {
        return None;
    }
    let found = Found::new("dotenvx", "dotenvx value").cipher("aes-256-gcm", 256).authenticated();
    let found = match public_key(text.bytes) {
        Some(key) => found.recipient(format!("secp256k1 {key}"), None),
        None => found,
    };
    Some(Hit::new(at..body.end, Ok(found)))
}

/// The value of the first `DOTENV_PUBLIC_KEY…=` at the beginning of the file, where dotenvx writes it.
fn public_key(text: &[u8]) -> Option<&str> {
    let text = &text[..text.len().min(16 * 1024)];
    let name = memchr::memmem::find(text, b"DOTENV_PUBLIC_KEY")?;
    let line = text[name..].split(|byte| *byte == b'\n').next()?;
    let value = &line[memchr::memchr(b'=', line)? + 1..];
    let digits =
        value.iter().skip_while(|byte| matches!(byte, b'"' | b'\'')).take_while(|byte| byte.is_ascii_hexdigit());
    let start = value.iter().position(u8::is_ascii_hexdigit)?;
    let count = digits.count();
    std::str::from_utf8(value.get(start..start + count)?).ok().filter(|key| key.len() == 66)
}

/// Base64 of what `openssl enc -salt -a` writes.
pub(super) fn openssl_base64(text: &Text<'_>, at: usize) -> Option<Hit> {
    let range = base64::folded(text.bytes, at);
    if range.len() < 32 || !base64::starts(text.bytes, at) {
        return None;
    }
    let read = match base64::decode(&text.bytes[range.clone()]) {
        Some(bytes) => openssl(&bytes),
        None => Err(Malformed("its base64 is cut off, or has padding inside")),
    };
    Some(Hit::new(range, read))
}

/// A whole file of `openssl enc`.
pub(super) fn openssl_file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    openssl(bytes).map(|found| vec![found])
}

/// `Salted__`, eight bytes of salt, and data: neither the cipher nor the key derivation is stated (openssl-enc(1)).
fn openssl(bytes: &[u8]) -> Result<Found, Malformed> {
    if bytes.len() <= 16 {
        return Err(Malformed("it is cut off"));
    }
    let reason = "openssl enc states neither the cipher nor how its key is made";
    let found = Found::new("openssl enc", "openssl enc ciphertext").without_cipher(reason).passphrase();
    Ok(found.unknown("kdf", reason).unknown("prf", reason).unknown("iterations", reason))
}
