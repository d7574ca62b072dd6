//! Compares a cipher with its mode and key to AES-256. Ciphers that somebody allows by name are not considered here.

use keyreeve_rule::{EncryptedItem, Severity};

/// The result for a cipher.
pub(crate) enum Standing {
    /// AES-256 or its equivalent.
    Recognised,
    /// It is weaker, for this reason.
    Weak(Severity, String),
    /// It is unknown.
    Unheard,
}

/// Families that are weak with any length of key.
const BROKEN: [&str; 14] = [
    "des",
    "des-ede",
    "des-ede3",
    "rc2",
    "rc4",
    "rc5",
    "idea",
    "cast5",
    "bf",
    "blowfish",
    "seed",
    "sm4",
    "zipcrypto",
    "gost89",
];

/// Modes that authenticate, and the mode for disks, which has no room for a MAC.
const SOUND_MODES: [&str; 8] = ["gcm", "ccm", "siv", "gcm-siv", "ocb", "eax", "xts", "wrap"];

/// The standing of the item's cipher. `key_bits` is `None` if the key's length is unknown.
pub(crate) fn standing(item: &EncryptedItem, key_bits: Option<u32>) -> Standing {
    let cipher = item.cipher.as_str();
    if BROKEN.iter().any(|name| is_of(cipher, name)) {
        return Standing::Weak(Severity::High, format!("the cipher {cipher} is broken or deprecated"));
    }
    if cipher.ends_with("-ecb") {
        return Standing::Weak(Severity::High, format!("the mode of {cipher} shows which blocks are equal"));
    }
    match family(cipher) {
        Some((Family::Block, bits, mode)) => block(item, key_bits, bits, mode),
        Some((Family::Stream, ..)) => authenticated(item, key_bits, cipher.ends_with("-poly1305")),
        Some((Family::Candidate, bits, _)) if bits >= 256 => Standing::Weak(
            Severity::Low,
            format!("the cipher {cipher} has the strength of AES-256, and no standard that recognises it"),
        ),
        Some((Family::Candidate, ..)) => short(cipher, key_bits),
        None => Standing::Unheard,
    }
}

enum Family {
    /// AES, Camellia and ARIA.
    Block,
    /// ChaCha20 and the like, with keys of 256 bits.
    Stream,
    /// Candidates of the contest that AES won.
    Candidate,
}

/// The family of a cipher, the bits in its name, and its mode.
fn family(cipher: &str) -> Option<(Family, u32, &str)> {
    if ["chacha20", "xchacha20", "xsalsa20"].iter().any(|name| is_of(cipher, name)) {
        return Some((Family::Stream, 256, ""));
    }
    if is_of(cipher, "id-aes256-wrap") {
        return Some((Family::Block, 256, "wrap"));
    }
    let mut words = cipher.splitn(3, '-');
    let (name, bits, mode) = (words.next()?, words.next()?.parse().ok()?, words.next().unwrap_or_default());
    match name {
        "aes" | "camellia" | "aria" => Some((Family::Block, bits, mode)),
        "twofish" | "serpent" => Some((Family::Candidate, bits, mode)),
        _ => None,
    }
}

fn block(item: &EncryptedItem, key_bits: Option<u32>, bits: u32, mode: &str) -> Standing {
    let cipher = &item.cipher;
    match (bits, mode) {
        (256.., "xts") if key_bits.is_none_or(|bits| bits >= 512) => Standing::Recognised,
        (_, "xts") if key_bits == Some(256) => {
            Standing::Weak(Severity::Low, "XTS halves its key of 256 bits, which leaves AES-128".to_owned())
        }
        (256.., mode) if mode != "xts" => authenticated(item, key_bits, SOUND_MODES.contains(&mode)),
        _ => short(cipher, key_bits.or(Some(bits))),
    }
}

/// A cipher of 256 bits: its key must have as many bits, and changes must be detected.
fn authenticated(item: &EncryptedItem, key_bits: Option<u32>, by_mode: bool) -> Standing {
    let cipher = &item.cipher;
    match key_bits {
        // The length of the file key is fixed by the format (age-encryption.org/v1).
        Some(bits @ 128..256) if item.format == "age" => Standing::Weak(
            Severity::Low,
            format!("the file key of age, from which the key of {cipher} is derived, has {bits} bits"),
        ),
        Some(bits @ ..256) => Standing::Weak(
            Severity::High,
            format!("the key of {cipher} rests on another one of {bits} bits, fewer than 256"),
        ),
        _ if by_mode || item.authenticated => Standing::Recognised,
        _ => Standing::Weak(Severity::Low, format!("nothing notices a change of what {cipher} has encrypted")),
    }
}

fn short(cipher: &str, key_bits: Option<u32>) -> Standing {
    let bits = key_bits.map_or(String::new(), |bits| format!(" of {bits} bits"));
    Standing::Weak(Severity::High, format!("the key{bits} of {cipher} is less than the 256 of AES-256"))
}

/// Whether a cipher is of a family, whatever its mode.
fn is_of(cipher: &str, family: &str) -> bool {
    cipher.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
