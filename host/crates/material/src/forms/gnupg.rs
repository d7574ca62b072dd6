//! Private keys of gpg-agent, in `private-keys-v1.d` (GnuPG agent/keyformat.txt): files of a canonical S-expression,
//! and the text form with `Key:` and `Created:`. Nothing is decrypted, since the public half is stored in plaintext.

mod fingerprint;

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use keyreeve_contract::{Encryption, Protection, Role};

use super::sexp::{ELIDED, Folded, Parser, Sexp};
use super::{Sink, run};
use crate::asn1::{Malformed, bit_length, encode_oid, significant};
use crate::key::{Found, PublicHalf, encryption};
use crate::oid;
use crate::oid::curves;
use crate::openpgp::s2k;
use crate::pem::Symbol;

/// The beginnings of a key in the text form: in plaintext, under a passphrase, on a card.
pub(super) const MARKS: &[&str] = &["(private-key", "(protected-private-key", "(shadowed-private-key"];
/// The same in the canonical form.
const FILES: [&[u8]; 3] = [b"(11:private-key(", b"(21:protected-private-key(", b"(20:shadowed-private-key("];
/// The most bytes of a key.
const REACH: usize = 64 * 1024;
/// How far from a key statements about it may stand.
const NEAR: usize = 4 * 1024;

/// The error if a part of the protection is missing.
const UNPROTECTED: Malformed = Malformed("it does not say how it is protected");

const ALGORITHMS: [&str; 8] = ["rsa", "dsa", "elg", "ecc", "ecdsa", "ecdh", "eddsa", "openpgp-"];

/// Whether a key's list can begin at `at`, and not merely a word with the same beginning.
pub(super) fn announces(text: &[u8], at: usize) -> bool {
    let behind = text.get(kind(text, at).end);
    behind.is_some_and(|byte| byte.is_ascii_whitespace() || b"(\\\"'`".contains(byte))
}

/// Reads the key whose list begins at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    if !is_evident(text, at) {
        return None;
    }
    let mut parser = Parser::new(Folded::new(text, at, REACH));
    let key = parser.list();
    let home = at..parser.end();
    if !sink.may_spend(home.len()) {
        return None;
    }
    let stated = kind(text, at);
    match key.and_then(|key| found(&key, header(text, &home).and_then(time))) {
        Ok(found) => {
            sink.secret(&(stated.end..home.end));
            sink.key(found, b"", &home, &stated);
        }
        Err(ELIDED) => return None,
        Err(reason) => {
            // The end is unknown.
            sink.secret(&(stated.end..text.len().min(at + REACH)));
            sink.problem(&home, format!("the key of GnuPG cannot be read: {reason}"));
        }
    }
    Some(home.end)
}

/// Whether a file contains such keys.
pub(super) fn is_file(bytes: &[u8]) -> bool {
    FILES.iter().any(|begin| bytes.starts_with(begin))
}

/// Reads such a file.
pub(super) fn read_file(bytes: &[u8], sink: &mut dyn Sink) {
    sink.secret(&(0..bytes.len()));
    let mut at = 0;
    while is_file(&bytes[at..]) {
        let symbols = bytes[at..].iter().take(REACH).zip(at..);
        let mut parser = Parser::new(symbols.map(|(&byte, at)| Symbol { byte, at, slashes: 0 }));
        let found = parser.list().and_then(|key| found(&key, None));
        let home = at..parser.end();
        match found {
            Ok(found) => sink.key(found, b"", &home, &home),
            Err(reason) => sink.problem(&home, format!("the key of GnuPG cannot be read: {reason}")),
        }
        at = home.end;
    }
    if !bytes[at..].trim_ascii().is_empty() {
        sink.problem(&(at..bytes.len()), "something that is no key follows on the key of GnuPG".to_owned());
    }
}

/// Whether the list at `at` is the value of a line, or contains a list that begins with an algorithm.
fn is_evident(text: &[u8], at: usize) -> bool {
    if text[at.saturating_sub(8)..at].trim_ascii_end().ends_with(b"Key:") {
        return true;
    }
    let begin: Vec<u8> = Folded::new(text, at, NEAR).take(64).map(|symbol| symbol.byte).collect();
    let inner =
        begin[kind(&begin, 0).end..].trim_ascii_start().strip_prefix(b"(").unwrap_or_default().trim_ascii_start();
    ALGORITHMS.iter().any(|algorithm| inner.starts_with(algorithm.as_bytes()))
}

/// The parenthesis at `at` and the word after it.
fn kind(text: &[u8], at: usize) -> Range<usize> {
    at..run(text, at + 1, NEAR, |byte| byte.is_ascii_alphabetic() || byte == b'-').end
}

/// The key in a list: its kind, its algorithm with the numbers, and other statements about it. `created` is the time
/// that a line beside it states.
fn found(key: &Sexp, created: Option<i64>) -> Result<Found<'static>, Malformed> {
    let Sexp::List(parts) = key else { return Err(Malformed("it is no list")) };
    let [kind, numbers @ Sexp::List(of_algorithm), ..] = &parts[..] else {
        return Err(Malformed("it has no list of an algorithm"));
    };
    let algorithm = of_algorithm.first().and_then(Sexp::text).ok_or(Malformed("it names no algorithm"))?;
    if numbers.is_elided() {
        return Err(ELIDED);
    }
    let half = half(algorithm, numbers)?;
    let private = |protection| Found::new(Role::Private, "GnuPG", protection, half);
    let found = match kind.text() {
        Some("shadowed-private-key") => private(Protection::Hardware),
        Some("protected-private-key") => match protection(numbers)? {
            Some(encryption) => private(Protection::Passphrase).encrypted(encryption),
            None => private(Protection::Plaintext),
        },
        _ => private(Protection::Plaintext),
    };
    let found = match numbers.value("p").filter(|_| algorithm.contains("elg")) {
        Some(prime) => found.sized("ElGamal", bit_length(prime)),
        None => found.hidden_since("the algorithm of the GnuPG key or its curve is not known"),
    };
    let stated =
        || std::str::from_utf8(key.value("created-at")?).ok().and_then(|text| text.parse().ok().or_else(|| time(text)));
    let created = created.or_else(stated);
    let names = created.map(|created| fingerprint::of(algorithm, numbers, created)).unwrap_or_default();
    Ok(names.into_iter().fold(found, Found::known_as).dated(created, None))
}

/// The public half. Returns `None` for ElGamal, and for an unknown algorithm or curve.
fn half(algorithm: &str, numbers: &Sexp) -> Result<Option<PublicHalf<'static>>, Malformed> {
    let number = |name| numbers.value(name).map(significant).ok_or(Malformed("a number of its public half is missing"));
    Ok(match algorithm.strip_prefix("openpgp-").unwrap_or(algorithm) {
        "rsa" => Some(PublicHalf::of_rsa(number("n")?, number("e")?)),
        "dsa" => Some(PublicHalf::of_dsa([number("p")?, number("q")?, number("g")?], Some(number("y")?))),
        "ecc" | "ecdsa" | "ecdh" | "eddsa" => {
            match numbers.value("curve").and_then(|name| std::str::from_utf8(name).ok()) {
                Some(curve) => point(curve, numbers.value("q").ok_or(Malformed("its point is missing"))?)?,
                None => None,
            }
        }
        _ => None,
    })
}

/// The key at that point of a curve, given libgcrypt's name of the curve. A point that is a single number may have 0x40
/// before it.
fn point(curve: &str, point: &[u8]) -> Result<Option<PublicHalf<'static>>, Malformed> {
    let fixed = |oid, length| match point {
        [0x40, native @ ..] if native.len() == length => Ok(Some(PublicHalf::of_fixed(&oid, native.to_vec()))),
        native if native.len() == length => Ok(Some(PublicHalf::of_fixed(&oid, native.to_vec()))),
        _ => Err(Malformed("its point does not fit its curve")),
    };
    match curve {
        "Ed25519" => fixed(oid::ED25519, 32),
        "Curve25519" | "X25519" => fixed(oid::X25519, 32),
        "Ed448" => fixed(oid::ED448, 57),
        "X448" => fixed(oid::X448, 56),
        _ => {
            let curve = curves::by_name(self::curve(curve));
            Ok(curve.map(|curve| PublicHalf::of_point(&encode_oid(&curve.oid), point.to_vec())))
        }
    }
}

/// OpenSSL's name of a curve that libgcrypt names differently.
fn curve(name: &str) -> &str {
    match name {
        "NIST P-192" => "prime192v1",
        "NIST P-224" => "secp224r1",
        "NIST P-256" => "prime256v1",
        "NIST P-384" => "secp384r1",
        "NIST P-521" => "secp521r1",
        other => other,
    }
}

/// How the secret numbers are encrypted. Returns `None` if they are not, which the form allows that OpenPGP keys are
/// imported in. Unknown names are not repeated: in a damaged file they may be anything.
fn protection(numbers: &Sexp) -> Result<Option<Encryption>, Malformed> {
    let [mode, parameters, ..] = numbers.list("protected").ok_or(UNPROTECTED)? else { return Err(UNPROTECTED) };
    let cipher = match mode.text().ok_or(UNPROTECTED)? {
        "openpgp-s2k3-sha1-aes-cbc" => "aes-128-cbc",
        "openpgp-s2k3-sha1-aes256-cbc" => "aes-256-cbc",
        "openpgp-s2k3-ocb-aes" => "aes-128-ocb",
        "openpgp-native" => return native(parameters),
        _ => return Ok(Some(encryption::of("GnuPG", "", ""))),
    };
    let Sexp::List(parameters) = parameters else { return Err(UNPROTECTED) };
    let Some(Sexp::List(derivation)) = parameters.first() else { return Err(UNPROTECTED) };
    let [hash, _salt, count, ..] = &derivation[..] else { return Err(UNPROTECTED) };
    let count: Option<u64> = count.text().and_then(|count| count.parse().ok());
    // A small number is OpenPGP's one octet, which agents wrote before they measured the count.
    let iterations = count.map_or(0, |count| u8::try_from(count).map_or(count, s2k::octets));
    Ok(Some(under("S2K-iterated", hash, iterations, cipher)))
}

/// `(protection PROTTYPE PROTALGO IV S2KMODE S2KHASH S2KSALT S2KCOUNT)`, with the count in OpenPGP's one octet.
fn native(key: &Sexp) -> Result<Option<Encryption>, Malformed> {
    let fields = key.list("protection").ok_or(UNPROTECTED)?;
    if fields.first().and_then(Sexp::text) == Some("none") {
        return Ok(None);
    }
    let [_kind, cipher, _iv, mode, hash, _salt, count, ..] = fields else { return Err(UNPROTECTED) };
    let cipher = match cipher.text().unwrap_or_default().to_ascii_lowercase().as_str() {
        "aes" | "aes128" => "aes-128-cfb",
        "aes192" => "aes-192-cfb",
        "aes256" => "aes-256-cfb",
        "3des" => "des-ede3-cfb",
        "cast5" => "cast5-cfb",
        "idea" => "idea-cfb",
        "blowfish" => "bf-cfb",
        "twofish" => "twofish-256-cfb",
        "camellia128" => "camellia-128-cfb",
        "camellia192" => "camellia-192-cfb",
        "camellia256" => "camellia-256-cfb",
        _ => "unknown-cfb",
    };
    let octets = count.text().and_then(|count| count.parse().ok()).map_or(0, s2k::octets);
    Ok(Some(match mode.text() {
        Some("3") => under("S2K-iterated", hash, octets, cipher),
        Some("1") => under("S2K-salted", hash, 1, cipher),
        _ => under("S2K-simple", hash, 1, cipher),
    }))
}

fn under(kdf: &str, hash: &Sexp, iterations: u64, cipher: &str) -> Encryption {
    let known = ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512"];
    let hash = hash.text().unwrap_or_default();
    let prf = known.into_iter().find(|known| known.eq_ignore_ascii_case(hash)).unwrap_or("unknown").to_owned();
    Encryption { prf, iterations, ..encryption::of("OpenPGP", kdf, cipher) }
}

/// The value of the line `Created:` that belongs to the key in that range.
fn header<'t>(text: &'t [u8], home: &Range<usize>) -> Option<&'t str> {
    const NAME: &[u8] = b"Created:";
    // No other key may stand between the two.
    let is_beside = |between: &[u8]| !between.contains(&b'(') && memchr::memmem::find(between, b"\n\n").is_none();
    let before = &text[home.start.saturating_sub(NEAR)..home.start];
    let behind = &text[home.end..text.len().min(home.end + NEAR)];
    let above = memchr::memmem::rfind(before, NAME).map(|at| &before[at..]).filter(|line| is_beside(line));
    let below = || memchr::memmem::find(behind, NAME).filter(|&at| is_beside(&behind[..at])).map(|at| &behind[at..]);
    let value = above.or_else(below)?[NAME.len()..].trim_ascii_start();
    std::str::from_utf8(value.get(..15)?).ok()
}

/// `20260102T030405`, in UTC, in seconds since 1970.
fn time(text: &str) -> Option<i64> {
    let time = DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}
