//! How facts are identified: the identity behind a finding's fingerprint, and the names by which other files refer to a
//! key. How a report calls a fact is not here: that is the label of its place.

use std::fmt::{self, Display};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyreeve_source::digest::{hex, sha256};

/// Identifies what is judged, as a text that stays the same when lines move. A scan can have very many, so digests are
/// kept as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The SHA-256 of a certificate, or of a key's SubjectPublicKeyInfo; as text in lower-case hexadecimal digits.
    Digest([u8; 32]),
    /// Kind, name and ordinal of a configuration block, unless they are so long that only their digest is kept.
    Text(Box<str>),
}

/// The most bytes of an identity that is kept as text: a server with some hundred names.
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

/// A name by which an inventory or encrypted data refer to exactly one key or certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyName {
    /// SHA-256 of a certificate or of a SubjectPublicKeyInfo; as text 64 lower-case hexadecimal digits.
    Sha256([u8; 32]),
    /// SHA-1 of a certificate; as text 40 lower-case hexadecimal digits.
    Sha1([u8; 20]),
    /// OpenSSH's `SHA256:…`, in base64 without padding.
    SshSha256([u8; 32]),
    /// OpenSSH's older `MD5:…`: pairs of hexadecimal digits separated by colons.
    SshMd5([u8; 16]),
    /// Issuer and serial number of a certificate; [`issued`](super::crl::issued) makes one name of both.
    Issued([u8; 16]),
    /// The subject key identifier of a certificate (RFC 5280, section 4.2.1.2) of the usual length; others are `Text`.
    KeyIdentifier([u8; 20]),
    /// A name that is a text in the file: an OpenPGP fingerprint in lower-case hex, an age recipient.
    Text(Box<str>),
}

/// The names of a certificate, except its SHA-256 and that of its key. They are stored inline because there may be very
/// many certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateNames {
    /// Issuer and serial number, by which revocation lists name it: [`issued`](super::crl::issued).
    pub issued: [u8; 16],
    /// SHA-1.
    pub sha1: [u8; 20],
    /// The subject key identifier, if it has the usual length.
    pub key_identifier: Option<[u8; 20]>,
}

impl KeyName {
    /// The name of the certificate with this subject key identifier.
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
