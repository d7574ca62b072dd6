//! Encrypted CMS (RFC 5652 EnvelopedData, RFC 5083 AuthEnvelopedData) in DER, BER, PEM and S/MIME: cipher and
//! recipients. Signed or compressed data are not read here, nor certificates, which `material` reads.

use der::asn1::ObjectIdentifier;
use keyreeve_facts::KeyName;
use keyreeve_source::digest::hex;

use super::base64;
use super::found::Found;
use super::hit::{BROKEN, Hit, Text};
use crate::asn1;
use crate::asn1::{Malformed, significant};
use crate::ber::{Element, Elements};
use crate::certificate;
use crate::crl;
use crate::key;
use crate::oid::{Oid, oid};

const ENVELOPED: Oid = oid("1.2.840.113549.1.7.3");
const AUTH_ENVELOPED: Oid = oid("1.2.840.113549.1.9.16.1.23");
/// id-alg-AEADChaCha20Poly1305 (RFC 8103).
const CHACHA20_POLY1305: Oid = oid("1.2.840.113549.1.9.16.3.18");
/// id-alg-PWRI-KEK (RFC 3211).
const PASSWORD_WRAP: Oid = oid("1.2.840.113549.1.9.16.3.9");

/// Bits of the key that wraps another one (RFC 3394, RFC 3217).
static WRAPS: [(Oid, u32); 4] = [
    (oid("2.16.840.1.101.3.4.1.5"), 128),
    (oid("2.16.840.1.101.3.4.1.25"), 192),
    (oid("2.16.840.1.101.3.4.1.45"), 256),
    (oid("1.2.840.113549.1.9.16.3.6"), 168),
];

/// How far the blank line after the header of a message may be.
const HEADER_FIELDS: usize = 4096;

/// Whether a file begins like such data: a SEQUENCE with one of the two content types.
pub(super) fn is_enveloped(bytes: &[u8]) -> bool {
    let Some((0x30, rest)) = bytes.split_first() else { return false };
    let start = &rest[..rest.len().min(24)];
    [ENVELOPED, AUTH_ENVELOPED].iter().any(|kind| {
        let oid = asn1::encode_oid(kind);
        // The content type follows one to five bytes of length.
        (1..=5).any(|at| start.get(at..).is_some_and(|rest| rest.starts_with(&oid)))
    })
}

/// A whole file.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    read(bytes).map(|found| vec![found])
}

/// Reads a PEM block with a label of CMS. Returns `None` for signed data.
pub(super) fn armored(text: &Text<'_>, at: usize) -> Option<Hit> {
    let armor = text.armor(at)?;
    let read = match &armor.body {
        Ok(bytes) if is_enveloped(bytes) => read(bytes),
        Err(_) if is_enveloped(&base64::decode_start(&text.bytes[armor.start..], 32)) => Err(BROKEN),
        _ => return None,
    };
    Some(Hit::new(armor.whole, read))
}

/// The body of a message whose header field says `smime-type=enveloped-data` or `authEnveloped-data` (RFC 8551).
pub(super) fn mime(text: &Text<'_>, at: usize) -> Option<Hit> {
    let rest = &text.bytes[at..text.bytes.len().min(at + HEADER_FIELDS)];
    let blank = [&b"\n\n"[..], b"\r\n\r\n"]
        .iter()
        .filter_map(|end| Some(memchr::memmem::find(rest, end)? + end.len()))
        .min()?;
    let start = base64::run(text.bytes, at + blank);
    if !is_enveloped(&base64::decode_start(&text.bytes[start], 32)) {
        return None;
    }
    let body = base64::folded(text.bytes, at + blank);
    let bytes = base64::decode(&text.bytes[body.clone()]);
    let read = bytes.ok_or(Malformed("its base64 is cut off, or has padding inside")).and_then(|bytes| read(&bytes));
    Some(Hit::new(body, read))
}

/// The ContentInfo that these bytes begin with.
pub(super) fn read(bytes: &[u8]) -> Result<Found, Malformed> {
    let mut info = Elements::of(bytes).next(0x30)?.elements();
    let kind = info.any()?.oid()?;
    let mut fields = info.next(0xa0)?.elements().next(0x30)?.elements();
    fields.next(2)?;
    fields.optional(0xa0)?;
    let recipients = fields.next(0x31)?;
    let mut content = fields.next(0x30)?.elements();
    content.any()?;
    let algorithm = content.next(0x30)?;
    let found = cipher(Found::new("CMS", "CMS message"), algorithm, kind == AUTH_ENVELOPED)?;
    with_recipients(found, recipients)
}

fn cipher(found: Found, algorithm: Element<'_>, authenticated: bool) -> Result<Found, Malformed> {
    let algorithm = asn1::Elements::of(algorithm.raw).any()?.algorithm()?;
    let name =
        if algorithm.oid == CHACHA20_POLY1305 { "chacha20-poly1305".to_owned() } else { key::cipher(algorithm)? };
    let found = if name.starts_with(|first: char| first.is_ascii_digit()) {
        found.without_cipher(&format!("the cipher {name} is not known"))
    } else {
        found.named_cipher(name)
    };
    Ok(if authenticated { found.authenticated() } else { found })
}

/// RecipientInfos (RFC 5652, section 6.2). If a key is wrapped in a shorter one, the shorter one decides.
fn with_recipients(mut found: Found, recipients: Element<'_>) -> Result<Found, Malformed> {
    let mut recipients = recipients.elements();
    while !recipients.is_empty() {
        let recipient = recipients.any()?;
        let mut fields = recipient.elements();
        match recipient.tag {
            0x30 => {
                fields.next(2)?;
                found = certificate(found, fields.any()?)?;
            }
            0xa1 => found = agreement(found, fields)?,
            0xa2 => {
                fields.next(2)?;
                let id = fields.next(0x30)?.elements().next(4)?.value;
                found = wrapped(found.recipient(format!("key {}", hex(id)), None), fields.next(0x30)?)?;
            }
            0xa3 => found = password(found, fields)?,
            0xa4 => found = found.recipient(format!("type {}", fields.any()?.oid()?), None),
            _ => return Err(Malformed("it has a recipient of a kind that is not known")),
        }
    }
    Ok(found)
}

/// RecipientIdentifier: an issuer with a serial number, or a key identifier.
fn certificate(found: Found, id: Element<'_>) -> Result<Found, Malformed> {
    if id.tag == 0x30 {
        let mut fields = id.elements();
        let (issuer, serial) = (fields.next(0x30)?.raw, significant(fields.next(2)?.value));
        let issuer_name = Some(certificate::name_text(issuer)).filter(|name| !name.is_empty());
        let issuer_name = issuer_name.as_deref().unwrap_or("an issuer without a name");
        let recipient = format!("certificate {} of {issuer_name}", hex(serial));
        return Ok(found.recipient(recipient, None).opened_by(KeyName::Issued(crl::issued(issuer, serial))));
    }
    let identifier = match id.tag {
        0x80 => id.value,
        // RecipientKeyIdentifier of a key agreement.
        0xa0 => id.elements().next(4)?.value,
        _ => return Err(Malformed("it has a recipient that is named in a way that is not known")),
    };
    let named = found.recipient(format!("certificate with the key identifier {}", hex(identifier)), None);
    Ok(named.opened_by(KeyName::of_key_identifier(identifier)))
}

/// KeyAgreeRecipientInfo: one agreement for several recipients.
fn agreement(mut found: Found, mut fields: Elements<'_>) -> Result<Found, Malformed> {
    fields.next(2)?;
    fields.next(0xa0)?;
    fields.optional(0xa1)?;
    let scheme = fields.next(0x30)?;
    let mut recipients = fields.next(0x30)?.elements();
    while !recipients.is_empty() {
        found = certificate(found, recipients.any()?.elements().any()?)?;
    }
    let mut scheme = scheme.elements();
    scheme.any()?;
    match scheme.optional(0x30)? {
        Some(wrap) => wrapped(found, wrap),
        None => Ok(found),
    }
}

/// PasswordRecipientInfo.
fn password(mut found: Found, mut fields: Elements<'_>) -> Result<Found, Malformed> {
    fields.next(2)?;
    found = found.passphrase();
    if let Some(derivation) = fields.optional(0xa0)? {
        // The tag is IMPLICIT: it contains the fields of the AlgorithmIdentifier directly.
        let sequence = asn1::encode(0x30, &[derivation.value]);
        let algorithm = asn1::Elements::of(&sequence).any()?.algorithm()?;
        let (kdf, prf, iterations) = key::derivation(algorithm)?;
        found = found.derived(&kdf, prf, iterations);
    }
    let mut algorithm = fields.next(0x30)?.elements();
    if algorithm.any()?.oid()? == PASSWORD_WRAP {
        return wrapped(found, algorithm.next(0x30)?);
    }
    Ok(found)
}

/// Records the algorithm that encrypts the data key.
fn wrapped(mut found: Found, algorithm: Element<'_>) -> Result<Found, Malformed> {
    let oid = algorithm.elements().any()?.oid()?;
    if let Some(bits) = wrap_bits(&oid) {
        found.item.key_bits = found.item.key_bits.min(bits);
    }
    Ok(found)
}

fn wrap_bits(algorithm: &ObjectIdentifier) -> Option<u32> {
    let wrap = WRAPS.iter().find(|(known, _)| known == algorithm).map(|(_, bits)| *bits);
    wrap.or_else(|| key::key_bits(&crate::oid::cipher(algorithm)))
}
