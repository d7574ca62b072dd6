//! Keys of Tor's onion services: `hs_ed25519_secret_key` and its public half (rend-spec-v3), and `ED25519-V3:…` of the
//! control port. The descriptors of such services are not read.

use keyreeve_contract::{Protection, Role};

use super::{Sink, run};
use crate::key::{Found, PublicHalf, derive};
use crate::oid;
use crate::pem::decode;

const SECRET: &[u8] = b"== ed25519v1-secret: type0 ==\0\0\0";
const PUBLIC: &[u8] = b"== ed25519v1-public: type0 ==\0\0\0";
/// The key in the commands of the control port (ADD_ONION).
pub(super) const MARKS: &[&str] = &["ED25519-V3:"];
/// A private key is the hash of a seed.
const EXPANDED: usize = 64;

/// Whether a file is such a key.
pub(super) fn is_file(bytes: &[u8]) -> bool {
    bytes.starts_with(SECRET) || bytes.starts_with(PUBLIC)
}

/// Reads such a file.
pub(super) fn read_file(bytes: &[u8], sink: &mut dyn Sink) {
    let (home, header) = (0..bytes.len(), 0..SECRET.len());
    let body = &bytes[SECRET.len()..];
    if bytes.starts_with(SECRET) {
        sink.secret(&(header.end..home.end));
        secret(body, &home, &header, sink);
    } else if body.len() == 32 {
        let half = PublicHalf::of_fixed(&oid::ED25519, body);
        sink.key(Found::new(Role::Public, "Tor", Protection::NotNeeded, Some(half)), b"", &home, &header);
    } else {
        sink.problem(&home, "the public key of Tor does not have 32 bytes".to_owned());
    }
}

/// Reads the key of the control port at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let stated = at..at + MARKS[0].len();
    let value = run(text, stated.end, EXPANDED * 2, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    if value.len() < 80 {
        return None;
    }
    sink.secret(&value);
    let bytes = decode::base64(&text[value.clone()]).unwrap_or_default();
    secret(&bytes, &(at..value.end), &stated, sink);
    Some(value.end)
}

fn secret(expanded: &[u8], home: &std::ops::Range<usize>, stated: &std::ops::Range<usize>, sink: &mut dyn Sink) {
    match derive::ed25519_expanded(expanded).filter(|_| expanded.len() == EXPANDED) {
        Some(public) => {
            let half = PublicHalf::of_fixed(&oid::ED25519, public.to_vec());
            sink.key(Found::new(Role::Private, "Tor", Protection::Plaintext, Some(half)), b"", home, stated);
        }
        None => sink.problem(home, "the private key of Tor does not have 64 bytes".to_owned()),
    }
}
