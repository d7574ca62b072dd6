//! Reads elements of DER (X.690) one at a time, without recursion, with their raw bytes; and writes the few that are
//! needed. Not what they mean: the modules of certificates and keys know that.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Tag, Tagged};

pub(crate) use keyreeve_weak::{bit_length, significant};

/// Why some DER is malformed. The text never contains a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) &'static str);

/// One element: its tag, its content, and its complete encoding with tag and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

/// Elements in a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

/// An AlgorithmIdentifier (RFC 5280, section 4.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) parameters: Option<Element<'a>>,
}

impl<'a> Elements<'a> {
    /// The elements that follow each other in these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The elements of the SEQUENCE that these bytes begin with; bytes after it are ignored.
    pub(crate) fn of_sequence(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::of(bytes).next(Tag::Sequence)?.elements()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let (any, rest) = AnyRef::from_der_partial(self.rest).map_err(|_| Malformed("its DER is damaged"))?;
        let raw = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        Ok(Element { tag: any.tag(), value: any.value(), raw })
    }

    /// The next element, which must have that tag.
    pub(crate) fn next(&mut self, tag: Tag) -> Result<Element<'a>, Malformed> {
        let element = self.any()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed("its DER has another element than it should")) }
    }

    /// The next element if there is one with that tag.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, Malformed> {
        if Tag::from_der_partial(self.rest).is_ok_and(|(found, _)| found == tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The next element if it is context-specific and constructed, with that number.
    pub(crate) fn context(&mut self, number: u32) -> Result<Option<Element<'a>>, Malformed> {
        self.optional(context_tag(number, true))
    }

    /// Whether all of them have been read.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Element<'a> {
    /// The elements inside a constructed element.
    pub(crate) fn elements(self) -> Result<Elements<'a>, Malformed> {
        if self.tag.is_constructed() {
            Ok(Elements::of(self.value))
        } else {
            Err(Malformed("its DER has a primitive element in the place of a constructed one"))
        }
    }

    /// As an object identifier; one of more than 39 bytes is refused.
    pub(crate) fn oid(self) -> Result<ObjectIdentifier, Malformed> {
        if self.tag != Tag::ObjectIdentifier {
            return Err(Malformed("its DER has no object identifier where one should be"));
        }
        ObjectIdentifier::from_bytes(self.value).map_err(|_| Malformed("it has a malformed object identifier"))
    }

    /// The magnitude of an INTEGER, big-endian without leading zeros. The sign is ignored.
    pub(crate) fn unsigned(self) -> Result<&'a [u8], Malformed> {
        if self.tag != Tag::Integer {
            return Err(Malformed("its DER has no integer where one should be"));
        }
        Ok(significant(self.value))
    }

    /// A small INTEGER.
    pub(crate) fn small(self) -> Result<u64, Malformed> {
        let bytes = self.unsigned()?;
        if bytes.len() > 8 {
            return Err(Malformed("it has an integer that is far too large"));
        }
        Ok(bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
    }

    /// The content of a BIT STRING of whole bytes.
    pub(crate) fn bits(self) -> Result<&'a [u8], Malformed> {
        match (self.tag, self.value.split_first()) {
            (Tag::BitString, Some((0, bits))) => Ok(bits),
            _ => Err(Malformed("its DER has no bit string of whole bytes where one should be")),
        }
    }

    /// As an AlgorithmIdentifier.
    pub(crate) fn algorithm(self) -> Result<Algorithm<'a>, Malformed> {
        let mut fields = self.elements()?;
        let oid = fields.any()?.oid()?;
        let parameters = if fields.is_empty() { None } else { Some(fields.any()?) };
        Ok(Algorithm { oid, parameters })
    }
}

/// The context-specific tag of that number.
pub(crate) fn context_tag(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: der::TagNumber(number) }
}

/// An element of that tag octet around the parts, with the shortest length.
pub(crate) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut der = Vec::with_capacity(length + 6);
    der.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=127) => der.push(short),
        _ => {
            let bytes = (length as u32).to_be_bytes();
            let bytes = significant(&bytes);
            der.push(0x80 | bytes.len() as u8);
            der.extend_from_slice(bytes);
        }
    }
    parts.iter().for_each(|part| der.extend_from_slice(part));
    der
}

/// The INTEGER of a magnitude.
pub(crate) fn encode_unsigned(magnitude: &[u8]) -> Vec<u8> {
    let magnitude = significant(magnitude);
    let sign: &[u8] = if magnitude.first().is_none_or(|&first| first >= 0x80) { &[0] } else { &[] };
    encode(0x02, &[sign, magnitude])
}

/// The OBJECT IDENTIFIER.
pub(crate) fn encode_oid(oid: &ObjectIdentifier) -> Vec<u8> {
    encode(0x06, &[oid.as_bytes()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_536] {
            let value = vec![0xa5; length];
            let written = encode(0x30, &[&encode_unsigned(&value)]);
            let integer = Elements::of_sequence(&written).unwrap().any().unwrap();
            assert_eq!(integer.unsigned().unwrap(), value);
        }
    }

    #[test]
    fn a_length_beyond_the_end_is_malformed() {
        for der in [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x82, 1], &[0x30, 0x80, 0, 0], &[]] {
            assert!(Elements::of(der).any().is_err());
        }
    }

    #[test]
    fn bits_are_counted_from_the_first_that_is_set() {
        assert_eq!(bit_length(&[0, 0x7f, 0xff]), 15);
        assert_eq!(bit_length(&[]), 0);
    }
}
