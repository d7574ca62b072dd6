//! What keys and encrypted data of OpenPGP (RFC 9580) share: packets, string-to-key specifiers, and the contract's
//! names for the numbers in the registries (section 9). Not the content of the packets.

pub(crate) mod packet;
pub(crate) mod s2k;

use keyreeve_source::digest::{hex, sha1};

use super::oid::{Oid, oid};

/// Curves that keys of version 4 name in OpenPGP's own way (section 9.2).
pub(crate) const ED25519_LEGACY: Oid = oid("1.3.6.1.4.1.11591.15.1");
/// As [`ED25519_LEGACY`].
pub(crate) const CURVE25519_LEGACY: Oid = oid("1.3.6.1.4.1.3029.1.5.1");

/// The fingerprint of a key of version 4 with that public part, in lower-case hex (section 5.5.4.2). Returns `None` if
/// the part is too long.
pub(crate) fn fingerprint_of_version_4(public: &[u8]) -> Option<String> {
    let length = u16::try_from(public.len()).ok()?.to_be_bytes();
    Some(hex(&sha1(&[&[0x99], &length[..], public].concat())))
}

/// Symmetric ciphers (section 9.3) by OpenSSL's name without the mode.
pub(crate) fn cipher(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "idea",
        2 => "des-ede3",
        3 => "cast5",
        4 => "bf",
        7 => "aes-128",
        8 => "aes-192",
        9 => "aes-256",
        10 => "twofish-256",
        11 => "camellia-128",
        12 => "camellia-192",
        13 => "camellia-256",
        _ => return None,
    })
}

/// Hashes (section 9.5).
pub(crate) fn hash(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "MD5",
        2 => "SHA1",
        3 => "RIPEMD160",
        8 => "SHA256",
        9 => "SHA384",
        10 => "SHA512",
        11 => "SHA224",
        12 => "SHA3-256",
        14 => "SHA3-512",
        _ => return None,
    })
}

/// Modes that authenticate (section 9.6).
pub(crate) fn mode(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "eax",
        2 => "ocb",
        3 => "gcm",
        _ => return None,
    })
}
