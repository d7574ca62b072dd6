//! Addresses: where a shared rule lies, in the form `oci://registry/name:tag`. No connection is opened here.

use std::fmt;
use std::net::Ipv4Addr;

use oci_client::Reference;

/// The beginning of a registry's address in keyreeve.toml.
pub const SCHEME: &str = "oci://";

/// The most bytes of an address; a name has at most 255, a tag 128.
const LENGTH: usize = 1024;

/// Registry, name, and tag or digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Reference);

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not have the required form.
    #[error("it is not of the form registry/name:tag: {0}")]
    Form(String),
    /// It leaves out where to look.
    #[error("it names no registry: write registry.example.org/{0}")]
    NoRegistry(String),
    /// It leaves out which one is meant.
    #[error("it names no tag: write {0}:1.0.0, or the digest, as {0}@sha256:…")]
    NoTag(String),
    /// A digest other than SHA-256.
    #[error("its digest is not a SHA-256: write @sha256: and 64 hexadecimal digits")]
    Digest,
}

impl Address {
    /// Reads an address, with or without `oci://`. Nothing is filled in: neither a registry nor the tag `latest`.
    ///
    /// # Errors
    /// [`AddressError`], as a clause whose subject is the text.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.strip_prefix(SCHEME).unwrap_or(text);
        if text.len() > LENGTH {
            return Err(AddressError::Form(format!("it is longer than {LENGTH} bytes")));
        }
        let reference: Reference =
            text.parse().map_err(|error: oci_client::ParseError| AddressError::Form(error.to_string()))?;
        let (registry, name) = text.split_once('/').unwrap_or(("", text));
        if !(registry.contains(['.', ':']) || registry == "localhost") {
            return Err(AddressError::NoRegistry(text.to_owned()));
        }
        if !name.contains([':', '@']) {
            return Err(AddressError::NoTag(text.to_owned()));
        }
        match reference.digest() {
            Some(digest) if !is_digest(digest) => Err(AddressError::Digest),
            _ => Ok(Self(reference)),
        }
    }

    /// Host of the registry, with its port if one is named.
    pub fn registry(&self) -> &str {
        self.0.resolve_registry()
    }

    /// Name of the rule in the registry.
    pub fn name(&self) -> &str {
        self.0.repository()
    }

    /// The tag, if one is named.
    pub fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    /// The digest of the manifest, `sha256:` and digits, if one is named.
    pub fn digest(&self) -> Option<&str> {
        self.0.digest()
    }

    /// Whether the registry is on this machine: localhost or 127.0.0.0/8.
    pub fn is_loopback(&self) -> bool {
        let host = self.registry().split(':').next().unwrap_or_default();
        host == "localhost" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{SCHEME}{}", self.0)
    }
}

/// Whether a text is `sha256:` and 64 lower-case hexadecimal digits, as registries write a digest.
pub fn is_digest(text: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(digit))
}

/// The digest that 64 hexadecimal digits of either case stand for.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_names_registry_name_and_tag_or_digest() {
        let address = Address::parse("oci://127.0.0.1:5000/rules/key-names:1.2.0").unwrap();
        assert_eq!((address.registry(), address.name()), ("127.0.0.1:5000", "rules/key-names"));
        assert_eq!((address.tag(), address.digest()), (Some("1.2.0"), None));
        assert_eq!(address.to_string(), "oci://127.0.0.1:5000/rules/key-names:1.2.0");
        let digest = format!("sha256:{}", "0a".repeat(32));
        let address = Address::parse(&format!("registry.example.org/a@{digest}")).unwrap();
        assert_eq!(address.digest(), Some(digest.as_str()));
    }

    #[test]
    fn nothing_is_filled_in() {
        let error = |text: &str| Address::parse(text).unwrap_err();
        assert_eq!(error("rules/key-names:1"), AddressError::NoRegistry("rules/key-names:1".to_owned()));
        assert_eq!(error("key-names"), AddressError::NoRegistry("key-names".to_owned()));
        assert_eq!(error("localhost:5000/a"), AddressError::NoTag("localhost:5000/a".to_owned()));
        let sha512 = format!("localhost/a@sha512:{}", "0".repeat(128));
        assert_eq!(error(&sha512), AddressError::Digest);
        assert_eq!(error(&format!("localhost/a@sha256:{}", "A".repeat(64))), AddressError::Digest);
        for wrong in ["", "oci://", "https://a.b/c:1", "a.b/C:1", "a.b/../c:1", "a.b/c:1 ", "a.b/c:-1", "a.b/c:1?x=y"] {
            assert!(matches!(error(wrong), AddressError::Form(_)), "{wrong}");
        }
        assert!(matches!(error(&"a".repeat(5000)), AddressError::Form(_)));
    }

    #[test]
    fn only_addresses_of_this_machine_are_loopback() {
        let is_loopback = |registry: &str| Address::parse(&format!("{registry}/a:1")).unwrap().is_loopback();
        for registry in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9"] {
            assert!(is_loopback(registry), "{registry}");
        }
        for registry in ["localhost.example.org", "127.0.0.1.example.org", "128.0.0.1", "127.1:80", "a.b:127"] {
            assert!(!is_loopback(registry), "{registry}");
        }
    }
}
