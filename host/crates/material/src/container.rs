//! The content of a container (PKCS#7, PKCS#12, a keystore), item by item, as its reader passes it on. Neither the
//! containers themselves nor the places of the resulting facts are here.

use keyreeve_contract::{Context, EncryptedItem, Encryption, Unknown};

use super::asn1::Malformed;
use super::key::{Found, key_bits};
use super::password::Opened;

/// One thing in a container.
pub(crate) enum Item<'a> {
    /// DER of a certificate.
    Certificate(&'a [u8]),
    /// DER of a certificate revocation list.
    RevocationList(&'a [u8]),
    /// A key, and bytes that identify it if its public half is unknown.
    Key(Found<'a>, &'a [u8]),
    /// A part that cannot be read without a password, and bytes that identify it.
    Encrypted(EncryptedItem, &'a [u8]),
    /// Why something cannot be read.
    Problem(String),
}

/// Receives the items.
pub(crate) type Sink<'s> = dyn FnMut(Item<'_>) + 's;

/// The same part with the reason why its keys and certificates stay hidden.
pub(crate) fn hidden(mut part: EncryptedItem, why: &str) -> EncryptedItem {
    let reason = format!("the keys and certificates in it are encrypted, and {why}");
    part.unknown.push(Unknown { field: "attributes.contents".to_owned(), reason });
    part
}

/// The same part, after the passwords were tried on it; `None` if it is not protected by being encrypted.
pub(crate) fn tried(part: EncryptedItem, opened: &Result<Opened, Malformed>) -> Option<EncryptedItem> {
    match opened {
        Ok(Opened::Unprotected(_)) => None,
        Ok(Opened::Plain(_)) => Some(part),
        _ => Some(hidden(part, "no password of a --password-file opens it")),
    }
}

/// The fact for a part of a container that is encrypted under a passphrase. `mac` is the container's own integrity
/// check, if it has one, with its iterations.
pub(crate) fn encrypted(format: &str, encryption: Encryption, mac: Option<&(String, u64)>) -> EncryptedItem {
    let Encryption { kdf, prf, iterations, cipher, .. } = encryption;
    // Ciphers without a length in their name have keys of 128 bits in PKCS#12 (RFC 7292, appendix C).
    let bits = key_bits(&cipher).or(matches!(cipher.as_str(), "rc4" | "rc2-cbc").then_some(128));
    let is_aead = ["-gcm", "-ccm", "poly1305"].iter().any(|mode| cipher.ends_with(mode));
    let attributes = mac.into_iter().flat_map(|(name, iterations)| {
        [("mac".to_owned(), name.clone()), ("mac-iterations".to_owned(), iterations.to_string())]
    });
    EncryptedItem {
        context: Context::UNSPECIFIED,
        unknown: Vec::new(),
        format: format.to_owned(),
        key_bits: bits.unwrap_or_default(),
        authenticated: is_aead || mac.is_some(),
        cipher,
        kdf,
        prf,
        iterations,
        recipients: vec!["passphrase".to_owned()],
        encrypted_at: None,
        key_created: None,
        openers: Vec::new(),
        attributes: attributes.collect(),
    }
}
