//! Values of hiera-eyaml: `ENC[PKCS7,…]` contains CMS, `ENC[GPG,…]` an OpenPGP message. They are found in text of any
//! kind, not only in YAML.

use super::found::Found;
use super::hit::{Hit, Text};
use super::{base64, cms, openpgp};
use crate::asn1::Malformed;

/// Reads the value that begins at `at`. Returns `None` if the text only mentions the format.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<Hit> {
    let comma = at + memchr::memchr(b',', &text.bytes[at..])?;
    let body = base64::folded(text.bytes, comma + 1);
    if body.len() < 64 {
        return None;
    }
    let is_closed = text.bytes[body.end..].trim_ascii_start().starts_with(b"]");
    let bytes = base64::decode(&text.bytes[body.clone()]).filter(|_| is_closed);
    let read = bytes.ok_or(Malformed("its base64 is cut off, or has padding inside"));
    let read =
        read.and_then(|bytes| if text.bytes[at..].starts_with(b"ENC[PKCS7") { pkcs7(&bytes) } else { gpg(&bytes) });
    Some(Hit::new(at..body.end + 1, read))
}

fn pkcs7(bytes: &[u8]) -> Result<Found, Malformed> {
    cms::read(bytes).map(|found| found.called("eyaml", "eyaml value"))
}

fn gpg(bytes: &[u8]) -> Result<Found, Malformed> {
    let found = openpgp::read(bytes)?.ok_or(Malformed("it holds no encrypted OpenPGP message"))?;
    Ok(found.called("eyaml", "eyaml value"))
}
