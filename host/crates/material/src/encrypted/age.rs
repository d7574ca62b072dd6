//! Headers of age files (age-encryption.org/v1), binary and armored: their recipients, and the cost of scrypt.
//! Identities are keys, and are read elsewhere.

use std::ops::Range;

use keyreeve_source::Span;
use keyreeve_source::digest::sha256;

use super::found::Found;
use crate::asn1::Malformed;
use crate::forms::bech32;
use crate::key::PublicHalf;
use crate::oid::X25519;

/// The longest line of a header that is read; a stanza's arguments have about a hundred bytes.
const LINE_LIMIT: usize = 4096;

/// Whether a file begins with the first line of age, in any version.
pub(super) fn is_file(bytes: &[u8]) -> bool {
    let version = bytes.strip_prefix(b"age-encryption.org/v").unwrap_or_default();
    let digits = version.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && version.get(digits) == Some(&b'\n')
}

/// Reads a whole file, in which the stanzas have places.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    read(bytes, |range| Some(Span::new(range.start, range.end))).map(|found| vec![found])
}

/// Reads the header that these bytes begin with, after they were decoded.
pub(super) fn decoded(bytes: &[u8]) -> Result<Found, Malformed> {
    read(bytes, |_| None)
}

fn read(bytes: &[u8], place: impl Fn(&Range<usize>) -> Option<Span>) -> Result<Found, Malformed> {
    let mut lines = Lines { bytes, at: 0 };
    if lines.next()?.1 != b"age-encryption.org/v1" {
        return Err(Malformed("its version of the age format is not known"));
    }
    // The file key has 128 bits, whatever is derived from it.
    let mut found = Found::new("age", "age file").cipher("chacha20-poly1305", 128).authenticated();
    let mut has_stanza = false;
    loop {
        let (range, line) = lines.next()?;
        if let Some(mac) = line.strip_prefix(b"--- ") {
            return match (has_stanza, mac.len()) {
                (true, 43) => Ok(found),
                (true, _) => Err(Malformed("the MAC of its header is damaged")),
                (false, _) => Err(Malformed("its header names no recipient")),
            };
        }
        if let Some(stanza) = line.strip_prefix(b"-> ") {
            found = stanza_of(found, stanza, place(&range))?;
            has_stanza = true;
        } else if !has_stanza || !line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)) {
            return Err(Malformed("its header has a line that is none of a recipient"));
        }
    }
}

/// Adds one recipient, by the type of its stanza and those of its arguments that identify somebody.
fn stanza_of(found: Found, stanza: &[u8], span: Option<Span>) -> Result<Found, Malformed> {
    let text = std::str::from_utf8(stanza).map_err(|_| Malformed("a recipient in its header is no text"))?;
    let mut words = text.split(' ');
    let (kind, first, second) = (words.next().unwrap_or_default(), words.next(), words.next());
    Ok(match (kind, first) {
        ("scrypt", Some(_)) => {
            let cost = second.and_then(|log| log.parse().ok()).and_then(|log: u32| 1u64.checked_shl(log));
            let cost = cost.ok_or(Malformed("its cost of scrypt is out of range"))?;
            found.recipient("passphrase", span).derived("scrypt", "", cost)
        }
        ("ssh-ed25519" | "ssh-rsa" | "piv-p256" | "p256tag", Some(tag)) => {
            found.recipient(format!("{kind} {tag}"), span)
        }
        _ if kind.ends_with("-grease") => found,
        _ => found.recipient(kind, span),
    })
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<(Range<usize>, &'a [u8]), Malformed> {
        let rest = &self.bytes[self.at..];
        let length = memchr::memchr(b'\n', &rest[..rest.len().min(LINE_LIMIT)]);
        let length = length.ok_or(Malformed("its header is cut off"))?;
        let range = self.at..self.at + length;
        self.at += length + 1;
        Ok((range, &rest[..length]))
    }
}

/// SHA-256 of the SubjectPublicKeyInfo of a recipient `age1…`: Bech32 (BIP 173) of an X25519 key. Returns `None` for a
/// recipient of another kind.
pub(super) fn recipient_key(recipient: &str) -> Option<[u8; 32]> {
    let key = bech32::decode("age", recipient.as_bytes()).filter(|key| key.len() == 32)?;
    PublicHalf::of_fixed(&X25519, key).spki().as_deref().map(sha256)
}

#[cfg(test)]
mod tests {
    use keyreeve_source::digest::hex;

    use super::*;

    #[test]
    fn a_recipient_is_the_key_that_openssl_derives() {
        // The identity of 32 times 0x42: `age-keygen -y`, and `openssl pkey -pubout -outform DER | sha256sum`.
        let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
        let spki = "5e60568588df62602e996e1e9ce1815150ebf404375ce975b622ba484f60506b";
        assert_eq!(recipient_key(recipient).map(|digest| hex(&digest)).as_deref(), Some(spki));
        for damaged in [recipient.replace("jwj", "jwq"), recipient.replace("zvk", "bvk"), "age1pq1x".to_owned()] {
            assert_eq!(recipient_key(&damaged), None, "{damaged}");
        }
    }
}
