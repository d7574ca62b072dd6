//! Public keys of DNSSEC in a zone file, or in a file of their own: DNSKEY records (RFC 4034, section 2). Nothing else
//! of a zone is read.

use std::borrow::Cow;
use std::ops::Range;

use keyreeve_contract::{Protection, Role};

use super::{Sink, begins_word, run};
use crate::asn1::{Malformed, encode_oid, significant};
use crate::key::{Found, PublicHalf};
use crate::oid;
use crate::oid::curves;
use crate::pem::decode;

/// The type of the record.
pub(super) const MARKS: &[&str] = &["DNSKEY"];
/// The longest record that is read: an RSA key of 4096 bits has some 700 symbols.
const LONGEST: usize = 8 * 1024;
/// Flags of a zone key: secure entry point, revoked (RFC 5011).
const FLAGS: [&str; 4] = ["256", "257", "384", "385"];

/// Whether flags and protocol of a zone key follow the word at `at`.
pub(super) fn announces(text: &[u8], at: usize) -> bool {
    begins_word(text, at) && header(text, at).is_some()
}

/// Reads the record whose type stands at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let (algorithm, start) = header(text, at)?;
    let (key, range) = base64(text, start);
    if key.len() < 40 {
        return None;
    }
    let home = at..range.end;
    let bytes = decode::base64(&key).ok_or(Malformed("its base64 is cut off, or has padding inside"));
    match bytes.and_then(|bytes| half(algorithm, &bytes)) {
        Ok(half) => {
            let found = Found::new(Role::Public, "DNSSEC", Protection::NotNeeded, half);
            let hidden = format!("the DNSSEC algorithm {algorithm} is not known");
            sink.key(found.hidden_since(hidden), &text[range], &home, &home);
        }
        Err(reason) => sink.problem(&home, format!("the DNSKEY record cannot be read: {reason}")),
    }
    Some(home.end)
}

/// The public half in the key field of that algorithm (RFC 3110, 2536, 6605, 8080). Returns `None` for an unknown
/// algorithm.
pub(super) fn half(algorithm: u8, key: &[u8]) -> Result<Option<PublicHalf<'static>>, Malformed> {
    let exact = |length| {
        if key.len() == length { Ok(()) } else { Err(Malformed("its key is not as long as its algorithm asks")) }
    };
    Ok(Some(match algorithm {
        1 | 5 | 7 | 8 | 10 => rsa(key).ok_or(Malformed("its exponent is longer than the key"))?,
        3 | 6 => dsa(key).ok_or(Malformed("its key is not as long as its algorithm asks"))?,
        13 | 14 => {
            let (name, length) = if algorithm == 13 { ("prime256v1", 64) } else { ("secp384r1", 96) };
            exact(length)?;
            on_curve(name, [&[4], key].concat()).ok_or(Malformed("its curve is not known"))?
        }
        15 => exact(32).map(|()| PublicHalf::of_fixed(&oid::ED25519, key.to_vec()))?,
        16 => exact(57).map(|()| PublicHalf::of_fixed(&oid::ED448, key.to_vec()))?,
        _ => return Ok(None),
    }))
}

/// The key at a point of a curve by OpenSSL's name.
pub(super) fn on_curve(name: &str, point: Vec<u8>) -> Option<PublicHalf<'static>> {
    Some(PublicHalf::of_ec(&encode_oid(&curves::by_name(name)?.oid), Some(Cow::from(point))))
}

/// The length of the exponent in one byte, or in two bytes after a zero; then exponent and modulus.
fn rsa(key: &[u8]) -> Option<PublicHalf<'static>> {
    let (length, rest) = match key {
        [0, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => return None,
    };
    let (exponent, modulus) = rest.split_at_checked(length)?;
    (!modulus.is_empty()).then(|| PublicHalf::of_rsa(significant(modulus), significant(exponent)))
}

/// T, then q of 20 bytes, then p, g and y of 64 + 8 T bytes each.
fn dsa(key: &[u8]) -> Option<PublicHalf<'static>> {
    let (&[t], rest) = key.split_first_chunk::<1>()?;
    let (q, rest) = rest.split_at_checked(20)?;
    let length = 64 + 8 * usize::from(t);
    let numbers: Vec<&[u8]> = rest.chunks(length).filter(|chunk| chunk.len() == length).map(significant).collect();
    let [p, g, y] = numbers[..] else { return None };
    Some(PublicHalf::of_dsa([p, significant(q), g], Some(y)))
}

/// The algorithm of a zone key whose type is at `at`, and where its base64 begins.
fn header(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let mut end = at + MARKS[0].len();
    let mut field = || {
        let blank = run(text, end, LONGEST, |byte| b" \t(".contains(&byte));
        let field = run(text, blank.end, LONGEST, |byte| byte.is_ascii_digit());
        end = field.end;
        std::str::from_utf8(&text[field]).ok().filter(|_| !blank.is_empty())
    };
    let (flags, protocol, algorithm) = (field()?, field()?, field()?);
    let algorithm = algorithm.parse().ok().filter(|_| FLAGS.contains(&flags) && protocol == "3")?;
    Some((algorithm, end))
}

/// The base64 from `start` on, on one line, or on several within parentheses; comments are left out.
fn base64(text: &[u8], start: usize) -> (Vec<u8>, Range<usize>) {
    let limit = text.len().min(start + LONGEST);
    let opened = text[..start].iter().rev().take(64).take_while(|&&byte| byte != b'\n').any(|&byte| byte == b'(');
    let (mut key, mut at, mut end, mut in_parentheses) = (Vec::new(), start, start, opened);
    while at < limit {
        match text[at] {
            b'(' => in_parentheses = true,
            b';' => at += run(text, at, LONGEST, |byte| byte != b'\n').len() - 1,
            byte if byte.is_ascii_alphanumeric() || b"+/=".contains(&byte) => {
                key.push(byte);
                end = at + 1;
            }
            b' ' | b'\t' | b'\r' => {}
            b'\n' if in_parentheses => {}
            _ => break,
        }
        at += 1;
    }
    (key, start.min(end)..end)
}
