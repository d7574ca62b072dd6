//! Keys of WireGuard in what wg, systemd and NetworkManager read: `PrivateKey = …`. Not what they protect.

use std::ops::Range;

use super::{Sink, begins_word, is_monotonous, run};
use crate::facts::key::{Found, PublicHalf, derive};
use crate::facts::oid;
use crate::facts::pem::decode;
use crate::rules::contract::{Protection, Role};

/// Names, in the cases that people write; wg itself heeds none, and no blanks.
pub(super) const MARKS: &[&str] = &[
    "PrivateKey",
    "privatekey",
    "PRIVATEKEY",
    "PresharedKey",
    "presharedkey",
    "PreSharedKey",
    "PRESHAREDKEY",
    "PublicKey",
    "publickey",
    "PUBLICKEY",
    "private-key",
    "preshared-key",
];
/// 32 bytes in base64.
const LENGTH: usize = 44;
/// What the last symbol but the padding can be, where two bits of it are none of a key.
const LAST: &[u8] = b"AEIMQUYcgkosw048";

/// Whether 32 bytes in base64 follow the name at `at`, which no word continues.
pub(super) fn announces(text: &[u8], at: usize) -> bool {
    begins_word(text, at) && !matches!(&text[..at], [.., b'-' | b'.']) && value(text, at).is_some()
}

/// Reads the key whose name begins at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let value = value(text, at)?;
    let bytes = decode::base64(&text[value.clone()]).filter(|bytes| bytes.len() == 32 && !is_monotonous(bytes))?;
    let stated = run(text, at, LENGTH, |byte| byte.is_ascii_alphabetic() || byte == b'-');
    let (home, name) = (at..value.end, text[stated.clone()].to_ascii_lowercase());
    let half = |key: Vec<u8>| Some(PublicHalf::of_fixed(&oid::X25519, key));
    let found = match &name[..] {
        b"publickey" => Found::new(Role::Public, "WireGuard", Protection::NotNeeded, half(bytes)),
        b"presharedkey" | b"preshared-key" => Found::symmetric("WireGuard", 256),
        _ => {
            let public = half(derive::x25519(&bytes)?.into());
            Found::new(Role::Private, "WireGuard", Protection::Plaintext, public)
        }
    };
    if name != b"publickey" {
        sink.secret(&value);
    }
    sink.key(found, b"", &home, &stated);
    Some(home.end)
}

/// The range of the key behind the name at `at`.
fn value(text: &[u8], at: usize) -> Option<Range<usize>> {
    let blank = |byte: u8| b" \t".contains(&byte);
    let name = run(text, at, LENGTH, |byte| byte.is_ascii_alphabetic() || byte == b'-').end;
    let sign = run(text, name, LENGTH, blank).end;
    let start = run(text, (sign + 1).min(text.len()), LENGTH, blank).end;
    let key = run(text, start, LENGTH + 1, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let sound = text.get(sign) == Some(&b'=')
        && key.len() == LENGTH
        && matches!(&text[key.clone()], [.., last, b'='] if LAST.contains(last));
    sound.then_some(key)
}
