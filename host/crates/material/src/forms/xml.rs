//! RSA keys in XML, as .NET writes them and XML Signature has them: RSAKeyValue (XML Signature, section 4.5.2.2), with the private
//! numbers that `ToXmlString(true)` adds. Not certificates in XML, which are Base64 like any other.

use std::ops::Range;

use keyreeve_contract::{Protection, Role};

use super::{Sink, is_placeholder};
use crate::asn1::significant;
use crate::key::{Found, PublicHalf};
use crate::pem::decode;

pub(super) const MARKS: &[&str] = &["RSAKeyValue>"];
/// Elements of a private key.
const PRIVATE: [&str; 6] = ["D", "P", "Q", "DP", "DQ", "InverseQ"];
/// The longest that is looked at: a key of 16,384 bits with white space.
const REACH: usize = 32 * 1024;

/// Reads the key whose element is opened at `at`, with or without a prefix of a namespace.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let start = text[..at].iter().rposition(|byte| *byte == b'<').filter(|start| at - start < 32)?;
    if text[start + 1..].starts_with(b"/") || text.get(start + 1..at)?.contains(&b'>') {
        return None;
    }
    let begin = at + MARKS[0].len();
    let near = &text[begin..text.len().min(begin + REACH)];
    let length = memchr::memmem::find(near, MARKS[0].as_bytes());
    let inner = begin..begin + length.unwrap_or(near.len());
    if !sink.may_spend(inner.len()) {
        return None;
    }
    let element = |name: &str| element(text, &inner, name).filter(|value| !is_placeholder(&text[value.clone()]));
    let number = |name: &str| Some(significant(&decode::base64(&text[element(name)?])?).to_vec());
    let secrets: Vec<Range<usize>> = PRIVATE.iter().filter_map(|name| element(name)).collect();
    secrets.iter().for_each(|secret| sink.secret(secret));
    let home = start..inner.end + if length.is_some() { MARKS[0].len() } else { 0 };
    match (number("Modulus"), number("Exponent")) {
        (Some(modulus), Some(exponent)) => {
            let half = PublicHalf::of_rsa(&modulus, &exponent);
            let (role, protection) = match secrets.is_empty() {
                true => (Role::Public, Protection::NotNeeded),
                false => (Role::Private, Protection::Plaintext),
            };
            let found = Found::new(role, "RSAKeyValue", protection, Some(half));
            sink.key(found, &text[element("Modulus")?], &home, &home);
        }
        _ if secrets.is_empty() => return None,
        _ => sink.problem(
            &home,
            "the RSAKeyValue cannot be read: its Modulus or Exponent is missing or no Base64".to_owned(),
        ),
    }
    Some(home.end)
}

/// What stands in the element of that name, whatever its prefix is.
fn element(text: &[u8], inner: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let open = format!("{name}>");
    let found = memchr::memmem::find_iter(&text[inner.clone()], open.as_bytes()).find(|found| {
        let before = inner.start + found;
        matches!(text[before - 1], b'<' | b':')
    })?;
    let start = inner.start + found + open.len();
    let length = memchr::memchr(b'<', &text[start..inner.end])?;
    Some(start..start + length)
}
