//! Identities and recipients of age (C2SP age, and age's plugins). Files that are encrypted with them are read
//! elsewhere.

use std::ops::Range;

use keyreeve_contract::{Protection, Role};

use super::{Sink, bech32, begins_word, run};
use crate::key::{Found, PublicHalf, derive};
use crate::oid;

/// Marks of identities, of hybrid ones, and of plugins that keep the secret in hardware.
pub(super) const SECRET_MARKS: &[&str] =
    &["AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1", "AGE-PLUGIN-YUBIKEY-1", "AGE-PLUGIN-TPM-1", "AGE-PLUGIN-SE-1"];
/// Recipients.
pub(super) const PUBLIC_MARKS: &[&str] = &["age1"];
/// The hybrid key encapsulation of age: ML-KEM-768 and X25519.
const HYBRID: &str = "ML-KEM-768-X25519";
/// A hybrid recipient has 1216 bytes, in bech32 some 1950 symbols.
const LONGEST: usize = 2048;
/// An X25519 recipient is `age1` and 58 symbols.
const RECIPIENT: usize = 62;

/// Reads the identity that begins at `at`.
pub(super) fn read_secret(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let home = token(text, at)?;
    let token = &text[home.clone()];
    let (prefix, data) = token.split_at(token.iter().rposition(|&byte| byte == b'1')? + 1);
    // Shorter data are a text about identities, not an identity.
    if data.len() < 20 {
        return None;
    }
    let stated = at..at + prefix.len();
    let prefix = String::from_utf8_lossy(&prefix[..prefix.len() - 1]).to_ascii_lowercase();
    let secret = bech32::decode(&prefix, token);
    if secret.is_none() && is_elided(text, home.end) {
        return None;
    }
    sink.secret(&(stated.end..home.end));
    let Some(secret) = secret else {
        sink.problem(&home, "the age identity is not sound bech32: it is cut off or mistyped".to_owned());
        return Some(home.end);
    };
    let private = |protection| Found::new(Role::Private, "age", protection, None);
    match prefix.as_str() {
        "age-secret-key-" => match derive::x25519(&secret) {
            Some(public) => {
                let half = PublicHalf::of_fixed(&oid::X25519, public.to_vec());
                let found = Found::new(Role::Private, "age", Protection::Plaintext, Some(half));
                sink.key(found.known_as(bech32::encode("age", &public)), b"", &home, &stated);
            }
            None => sink.problem(&home, "the age identity does not have 32 bytes".to_owned()),
        },
        "age-secret-key-pq-" => sink.key(private(Protection::Plaintext).sized(HYBRID, 0), b"", &home, &stated),
        _ => {
            let found = private(Protection::Hardware).hidden_since("its public half is with the hardware");
            sink.key(found, token, &home, &stated);
        }
    }
    Some(home.end)
}

/// Whether `age1` begins a word that is long enough.
pub(super) fn announces_public(text: &[u8], at: usize) -> bool {
    begins_word(text, at) && run(text, at + 4, LONGEST, bech32::is_symbol).len() >= RECIPIENT - 4
}

/// Reads the recipient that begins at `at`. If it is not sound bech32, it is an ordinary word and no problem.
pub(super) fn read_public(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let home = token(text, at)?;
    let token = &text[home.clone()];
    let name = std::str::from_utf8(token).ok()?.to_owned();
    let public = |half| Found::new(Role::Public, "age", Protection::NotNeeded, half).known_as(name);
    if token.starts_with(b"age1pq1") {
        bech32::decode("age1pq", token)?;
        sink.key(public(None).sized(HYBRID, 0), token, &home, &home);
    } else {
        let key = bech32::decode("age", token).filter(|key| key.len() == 32)?;
        sink.key(public(Some(PublicHalf::of_fixed(&oid::X25519, key))), b"", &home, &home);
    }
    Some(home.end)
}

fn token(text: &[u8], at: usize) -> Option<Range<usize>> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let token = run(text, at, LONGEST + 1, belongs);
    (token.len() <= LONGEST).then_some(token)
}

fn is_elided(text: &[u8], end: usize) -> bool {
    [&b"..."[..], "…".as_bytes(), b"<", b"["].iter().any(|mark| text[end..].starts_with(mark))
}
