//! Keys between lines with four dashes: public ones of RFC 4716, and private ones of ssh.com, whose format only its
//! readers document (PuTTY, import.c). Of the private ones only the parts that are not secret are read.

use keyreeve_contract::{Encryption, Protection, Role};

use super::Sink;
use super::lines::{Line, Lines};
use crate::asn1::{Malformed, significant};
use crate::fields::Fields;
use crate::key::{Found, PublicHalf, encryption};
use crate::pem::decode;

/// What the first line begins with.
pub(super) const MARKS: &[&str] = &["---- BEGIN SSH2 "];
const MAGIC: u32 = 0x3f6f_f9eb;
const PUBLIC: &[u8] = b"---- BEGIN SSH2 PUBLIC KEY ----";
const PRIVATE: &[u8] = b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----";

/// Reads the key that begins at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let mut lines = Lines::from(text, at, sink)?;
    let first = lines.next()?;
    let is_private = first.text.starts_with(PRIVATE);
    if !is_private && !first.text.starts_with(PUBLIC) {
        return None;
    }
    let (mut base64, mut end, mut is_closed) = (Vec::new(), first.range.end, false);
    for line in lines {
        if line.text.starts_with(b"---- END SSH2 ") {
            (end, is_closed) = (line.range.end, true);
            break;
        }
        if line.is_base64() && (!base64.is_empty() || is_body(&line)) {
            base64.extend(&line.text);
        } else if !base64.is_empty() || line.text.starts_with(b"-") {
            // Headers come before the body.
            break;
        }
        end = line.range.end;
    }
    if base64.is_empty() {
        return None;
    }
    let home = at..end;
    if is_private {
        sink.secret(&(first.range.end..end));
    }
    if !is_closed {
        sink.problem(&home, "the SSH2 key has no END line, or something else than base64 before it".to_owned());
        return Some(end);
    }
    let body = decode::base64(&base64).unwrap_or_default();
    let found = if is_private { private(&body) } else { public(&body) };
    match found {
        Ok(found) => sink.key(found, &body, &home, &first.range),
        Err(reason) => sink.problem(&home, format!("the SSH2 key cannot be read: {reason}")),
    }
    Some(end)
}

/// Whether a line can be the first line of a body: it is long, or has as much base64 as a short key.
fn is_body(line: &Line) -> bool {
    line.text.len() >= 40
}

fn public(blob: &[u8]) -> Result<Found<'_>, Malformed> {
    Found::in_ssh_blob("SSH2", blob)
}

/// Magic number, length, key type, cipher, and the encrypted part.
fn private(body: &[u8]) -> Result<Found<'_>, Malformed> {
    let mut fields = Fields(body);
    if fields.u32()? != MAGIC {
        return Err(Malformed("it does not begin as the private keys of ssh.com do"));
    }
    let (_length, kind, cipher) = (fields.u32()?, fields.long()?, fields.long()?);
    let payload = fields.long()?;
    if cipher != b"none" {
        let cipher = encryption::ssh_cipher(&String::from_utf8_lossy(cipher));
        let encryption = Encryption { iterations: 1, ..encryption::of("SSH2", "MD5", &cipher) };
        return Ok(Found::new(Role::Private, "SSH2", Protection::Passphrase, None).encrypted(encryption));
    }
    let half = half(kind, Fields(Fields(payload).long()?))?;
    Ok(Found::new(Role::Private, "SSH2", Protection::Plaintext, Some(half)))
}

/// The public numbers among those of a private key.
fn half<'a>(kind: &[u8], mut numbers: Fields<'a>) -> Result<PublicHalf<'a>, Malformed> {
    if kind.starts_with(b"if-modn{sign{rsa") {
        let (exponent, _private) = (number(&mut numbers)?, number(&mut numbers)?);
        return Ok(PublicHalf::of_rsa(number(&mut numbers)?, exponent));
    }
    if kind.starts_with(b"dl-modp{sign{dsa") {
        let _predefined = numbers.u32()?;
        let (p, g, q) = (number(&mut numbers)?, number(&mut numbers)?, number(&mut numbers)?);
        return Ok(PublicHalf::of_dsa([p, q, g], Some(number(&mut numbers)?)));
    }
    Err(Malformed("its key type is not one that is known"))
}

/// A number preceded by its length in bits.
fn number<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], Malformed> {
    let bits = fields.u32()? as usize;
    Ok(significant(fields.take(bits.div_ceil(8))?))
}
