//! Keys whose private half is printed: in standards, in documentation, in the source of well-known programs. Whoever uses one of them
//! has no private key. Not lists of millions, which `--blocklist` takes.

/// Where the private half of the key with that SHA-256 of its SubjectPublicKeyInfo is printed.
pub(crate) fn source(_spki: &[u8; 32]) -> Option<&'static str> {
    None
}
