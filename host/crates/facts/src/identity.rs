//! By what a fact is known: the identity that the fingerprint of a finding rests on, and the names by which others know
//! a key. Not how a report calls it, which is the label of its place.

use std::fmt::{self, Display};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyreeve_source::digest::{hex, sha256};

/// What is judged, as a text that stays when lines move. A scan can hold very many, so a digest is kept as its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Of a certificate its SHA-256, of a key that of its SubjectPublicKeyInfo; in a text lower-case hexadecimal
    /// digits.
    Digest([u8; 32]),
    /// Of a block of a configuration its kind, name and ordinal, unless they are so long that a digest of them is kept.
    Text(Box<str>),
}

/// Bytes of an identity that is kept as a text: a server with some hundred names.
const LONGEST: usize = 8192;

impl Identity {
    fn of(text: Box<str>) -> Self {
        if text.len() <= LONGEST { Self::Text(text) } else { Self::Digest(sha256(text.as_bytes())) }
    }
}

impl From<[u8; 32]> for Identity {
    fn from(digest: [u8; 32]) -> Self {
        Self::Digest(digest)
    }
}

impl From<String> for Identity {
    fn from(text: String) -> Self {
        Self::of(text.into())
    }
}

impl From<&str> for Identity {
    fn from(text: &str) -> Self {
        Self::of(text.into())
    }
}

impl Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => out.write_str(&hex(digest)),
            Self::Text(text) => out.write_str(text),
        }
    }
}

/// A name by which inventories and encrypted data know a key or a certificate exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyName {
    /// SHA-256 of a certificate or of a SubjectPublicKeyInfo; in a text 64 lower-case hexadecimal digits.
    Sha256([u8; 32]),
    /// SHA-1 of a certificate; in a text 40 lower-case hexadecimal digits.
    Sha1([u8; 20]),
    /// OpenSSH's `SHA256:…`, in base64 without padding.
    SshSha256([u8; 32]),
    /// OpenSSH's older `MD5:…`, pairs of hexadecimal digits with colons between.
    SshMd5([u8; 16]),
    /// A certificate by its issuer and serial number, as [`issued`](super::crl::issued) makes one name of both.
    Issued([u8; 16]),
    /// The subject key identifier of a certificate (RFC 5280, section 4.2.1.2), of the usual length; others are a text.
    KeyIdentifier([u8; 20]),
    /// What is a text where it comes from: an OpenPGP fingerprint in lower-case hex, an age recipient.
    Text(Box<str>),
}

/// The names of a certificate, but for its SHA-256 and that of its key. There may be very many certificates, so they
/// are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateNames {
    /// Issuer and serial number, as revocation lists name it: [`issued`](super::crl::issued).
    pub issued: [u8; 16],
    /// SHA-1.
    pub sha1: [u8; 20],
    /// The subject key identifier, if it is of the usual length.
    pub key_identifier: Option<[u8; 20]>,
}

impl KeyName {
    /// That of the certificate with this subject key identifier.
    pub fn of_key_identifier(identifier: &[u8]) -> Self {
        let text = || Self::Text(format!("key identifier {}", hex(identifier)).into());
        identifier.try_into().map_or_else(|_| text(), Self::KeyIdentifier)
    }
}

impl Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digest) => out.write_str(&hex(digest)),
            Self::Sha1(digest) => out.write_str(&hex(digest)),
            Self::SshSha256(digest) => write!(out, "SHA256:{}", STANDARD_NO_PAD.encode(digest)),
            Self::SshMd5(digest) => {
                out.write_str("MD5")?;
                digest.iter().try_for_each(|byte| write!(out, ":{byte:02x}"))
            }
            Self::Issued(name) => write!(out, "issued {}", hex(name)),
            Self::KeyIdentifier(identifier) => write!(out, "key identifier {}", hex(identifier)),
            Self::Text(text) => out.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_identities_that_differ_at_their_ends_differ() {
        let of = |end: &str| Identity::from(format!("http/server {}{end}", "a".repeat(LONGEST)));
        assert_eq!(Identity::from("http/server a"), Identity::Text("http/server a".into()));
        assert_ne!(of("a"), of("b"));
        assert_eq!(of("a").to_string().len(), 64);
    }
}
