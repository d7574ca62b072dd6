//! Keys of WireGuard in what wg, systemd and NetworkManager read: `PrivateKey = …`. Not what they protect.

use std::ops::Range;

use super::{Sink, begins_word, is_monotonous, run};
use crate::facts::key::{Found, PublicHalf, derive};
use crate::facts::oid;
use crate::facts::pem::decode;
use crate::rules::contract::{Protection, Role};

/// Names, in the cases that people write; wg itself heeds none, and no blanks. With hyphens NetworkManager has them, with underscores OpenWrt.
pub(super) const MARKS: &[&str] = &[
    "PrivateKey",
    "Privatekey",
    "privateKey",
    "privatekey",
    "PRIVATEKEY",
    "PresharedKey",
    "PreSharedKey",
    "Presharedkey",
    "presharedKey",
    "presharedkey",
    "PRESHAREDKEY",
    "PublicKey",
    "Publickey",
    "publicKey",
    "publickey",
    "PUBLICKEY",
    "private-key",
    "preshared-key",
    "private_key",
    "preshared_key",
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
    let stated = run(text, at, LENGTH, in_name);
    let (home, name) = (at..value.end, text[stated.clone()].to_ascii_lowercase());
    let half = |key: Vec<u8>| Some(PublicHalf::of_fixed(&oid::X25519, key));
    let found = match &name[..] {
        b"publickey" => Found::new(Role::Public, "WireGuard", Protection::NotNeeded, half(bytes)),
        b"presharedkey" | b"preshared-key" | b"preshared_key" => Found::symmetric("WireGuard", 256),
        b"privatekey" | b"private-key" | b"private_key" => {
            let public = half(derive::x25519(&bytes)?.into());
            Found::new(Role::Private, "WireGuard", Protection::Plaintext, public)
        }
        // A longer name is another one.
        _ => return None,
    };
    if name != b"publickey" {
        sink.secret(&value);
    }
    sink.key(found, b"", &home, &stated);
    Some(home.end)
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The range of the key behind the name at `at`: behind an equals sign, or in quotes.
fn value(text: &[u8], at: usize) -> Option<Range<usize>> {
    let name = run(text, at, LENGTH, in_name).end;
    let between = run(text, name, LENGTH, |byte| b" \t=\"'".contains(&byte));
    let start = between.end;
    let key = run(text, start, LENGTH + 1, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let sound = text[between].iter().any(|byte| b"=\"'".contains(byte))
        && key.len() == LENGTH
        && matches!(&text[key.clone()], [.., last, b'='] if LAST.contains(last));
    sound.then_some(key)
}
