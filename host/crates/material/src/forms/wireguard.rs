//! Keys of WireGuard in the syntax of wg, systemd and NetworkManager: `PrivateKey = …`. Nothing else of a configuration
//! is read.

use std::ops::Range;

use keyreeve_contract::{Protection, Role};

use super::{Sink, begins_word, is_monotonous, run};
use crate::key::{Found, PublicHalf, derive};
use crate::oid;
use crate::pem::decode;

/// Parts of the names, in the spellings that people use; wg itself ignores case. NetworkManager writes them with
/// hyphens, OpenWrt with underscores. Letters that may be capitals are left out to keep the number of marks small: with
/// more than 64 patterns in all, the search for marks is several times slower.
pub(super) const MARKS: &[&str] = &[
    "ivateKey",
    "ivatekey",
    "IVATEKEY",
    "ivate-key",
    "ivate_key",
    "haredKey",
    "haredkey",
    "hared-key",
    "hared_key",
    "blicKey",
    "blickey",
];
/// The names in lower case.
const NAMES: [&[u8]; 7] =
    [b"privatekey", b"private-key", b"private_key", b"presharedkey", b"preshared-key", b"preshared_key", b"publickey"];
/// 32 bytes in base64.
const LENGTH: usize = 44;
/// The possible last symbols before the padding: two of its bits do not belong to the key.
const LAST: &[u8] = b"AEIMQUYcgkosw048";

/// Whether the name around the mark at `at` is followed by 32 bytes in base64.
pub(super) fn announces(text: &[u8], at: usize) -> bool {
    name(text, at).is_some_and(|name| value(text, name.end).is_some())
}

/// Reads the key whose name contains the mark at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let stated = name(text, at)?;
    let value = value(text, stated.end)?;
    let bytes = decode::base64(&text[value.clone()]).filter(|bytes| bytes.len() == 32 && !is_monotonous(bytes))?;
    let (home, name) = (stated.start..value.end, text[stated.clone()].to_ascii_lowercase());
    let half = |key: Vec<u8>| Some(PublicHalf::of_fixed(&oid::X25519, key));
    let found = match &name[..] {
        b"publickey" => Found::new(Role::Public, "WireGuard", Protection::NotNeeded, half(bytes)),
        b"presharedkey" | b"preshared-key" | b"preshared_key" => Found::symmetric("WireGuard", 256),
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

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The whole name around a mark, if the name is not part of a longer word.
fn name(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at.checked_sub(if text[at] == b'h' { "pres".len() } else { "pr".len() })?;
    let name = run(text, start, LENGTH, in_name);
    let is_known = NAMES.iter().any(|known| text[name.clone()].eq_ignore_ascii_case(known));
    let is_apart = begins_word(text, start) && !matches!(&text[..start], [.., b'-' | b'.']);
    (is_known && is_apart).then_some(name)
}

/// The range of the key after a name that ends at `name_end`: after an equals sign, or in quotes.
fn value(text: &[u8], name_end: usize) -> Option<Range<usize>> {
    let between = run(text, name_end, LENGTH, |byte| b" \t=\"'".contains(&byte));
    let start = between.end;
    let key = run(text, start, LENGTH + 1, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let sound = text[between].iter().any(|byte| b"=\"'".contains(byte))
        && key.len() == LENGTH
        && matches!(&text[key.clone()], [.., last, b'='] if LAST.contains(last));
    sound.then_some(key)
}
