//! Reads elements of BER (X.690, section 8), including those of indefinite length, and converts them to DER. Not what
//! they mean; DER is read by [`asn1`](super::asn1).

use std::borrow::Cow;

use der::asn1::ObjectIdentifier;

use super::asn1::{Malformed, encode};

/// How deeply nested elements may be that are converted to DER.
const DEPTH: u32 = 32;
const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;
/// The octet of an indefinite length, and the octets that end such an element.
const OPEN: u8 = 0x80;
const END: &[u8] = &[0, 0];

/// One element: the tag octet, its content without the end of an indefinite length, and its complete encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

/// Elements in a row. Nothing is copied, and the content of an element is only examined to find the end of an
/// indefinite length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

/// The element that these bytes begin with, as DER; bytes after it are ignored.
pub(crate) fn to_der(ber: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    Elements::of(ber).any()?.to_der()
}

/// The length of the element that these bytes begin with, if everything in it is sound.
pub(crate) fn length(ber: &[u8]) -> Result<usize, Malformed> {
    let element = Elements::of(ber).any()?;
    element.to_der().map(|_| element.raw.len())
}

impl<'a> Element<'a> {
    /// What a constructed element consists of.
    pub(crate) fn elements(self) -> Elements<'a> {
        Elements::of(self.value)
    }

    /// As an object identifier.
    pub(crate) fn oid(self) -> Result<ObjectIdentifier, Malformed> {
        let oid = (self.tag == 6).then(|| ObjectIdentifier::from_bytes(self.value).ok()).flatten();
        oid.ok_or(Malformed("it has no object identifier where one should be"))
    }

    fn to_der(self) -> Result<Cow<'a, [u8]>, Malformed> {
        // Large elements mostly are DER already, and then they are not copied.
        if self.is_der(DEPTH) == Ok(true) {
            return Ok(Cow::Borrowed(self.raw));
        }
        let mut der = Vec::with_capacity(self.raw.len());
        self.write(&mut der, DEPTH)?;
        Ok(Cow::Owned(der))
    }

    /// Whether tags and lengths of the element and everything in it are encoded as in DER.
    fn is_der(self, depth: u32) -> Result<bool, Malformed> {
        let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
        let header = self.raw.len() - self.value.len();
        let mut is_der =
            self.tag != OCTET_STRING | CONSTRUCTED && self.raw[1] != OPEN && header == header_length(self.value.len());
        let mut inner = Elements::of(if self.tag & CONSTRUCTED == 0 { &[] } else { self.value });
        while is_der && !inner.is_empty() {
            is_der = inner.any()?.is_der(depth)?;
        }
        Ok(is_der)
    }

    /// Appends the element to `der` as DER: with the shortest lengths, and strings in one piece.
    fn write(self, der: &mut Vec<u8>, depth: u32) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
        if self.tag & CONSTRUCTED == 0 {
            der.extend_from_slice(&encode(self.tag, &[self.value]));
            return Ok(());
        }
        let mut content = Vec::with_capacity(self.value.len());
        let mut inner = self.elements();
        while !inner.is_empty() {
            inner.any()?.write(&mut content, depth)?;
        }
        if self.tag == OCTET_STRING | CONSTRUCTED {
            der.extend_from_slice(&encode(OCTET_STRING, &[&joined(&content)?]));
        } else {
            der.extend_from_slice(&encode(self.tag, &[&content]));
        }
        Ok(())
    }
}

impl<'a> Elements<'a> {
    /// The elements that follow each other in these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let (tag, header, length) = header(self.rest)?;
        let (end, behind) = match length {
            Some(length) => {
                let end = header.checked_add(length).filter(|end| *end <= self.rest.len()).ok_or(TOO_SHORT)?;
                (end, end)
            }
            None => {
                let end = end_of_contents(self.rest, header)?;
                (end, end + END.len())
            }
        };
        let element = Element { tag, value: &self.rest[header..end], raw: &self.rest[..behind] };
        self.rest = &self.rest[behind..];
        Ok(element)
    }

    /// The next element, which must have that tag.
    pub(crate) fn next(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.any()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed("its BER has another element than it should")) }
    }

    /// The next element if it has that tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Whether all have been read.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Joins the strings in the pieces of one string. The pieces are DER.
pub(crate) fn joined(pieces: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut elements = Elements::of(pieces);
    let mut whole = Vec::with_capacity(pieces.len());
    while !elements.is_empty() {
        whole.extend_from_slice(elements.next(OCTET_STRING)?.value);
    }
    Ok(whole)
}

const TOO_DEEP: Malformed = Malformed("its elements are nested too deeply");
const TOO_SHORT: Malformed = Malformed("it ends before its length says");

/// The tag octet, where the content begins, and how long it is; `None` for an indefinite length.
pub(crate) fn header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Malformed> {
    let (&[tag, first], rest) = bytes.split_first_chunk().ok_or(Malformed("it ends within an element"))?;
    if tag & 0x1f == 0x1f {
        return Err(Malformed("it has a tag of several bytes"));
    }
    match first {
        ..OPEN => Ok((tag, 2, Some(first.into()))),
        OPEN if tag & CONSTRUCTED == 0 => Err(Malformed("a string of it has no length")),
        OPEN => Ok((tag, 2, None)),
        _ => {
            let count = usize::from(first & 0x7f);
            let octets = rest.get(..count).ok_or(Malformed("it ends within an element"))?;
            let length =
                octets.iter().try_fold(0_usize, |sum, &octet| Some(sum.checked_mul(256)? | usize::from(octet)));
            Ok((tag, 2 + count, Some(length.ok_or(Malformed("it has a length that is far too large"))?)))
        }
    }
}

/// Where the end of an indefinite length stands, if the content begins at `at`: one pass over the content, without
/// recursion.
fn end_of_contents(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    let mut open = 0_usize;
    loop {
        let rest = bytes.get(at..).ok_or(TOO_SHORT)?;
        if rest.is_empty() {
            return Err(Malformed("it ends before its end is marked"));
        }
        if rest.starts_with(END) {
            if open == 0 {
                return Ok(at);
            }
            (open, at) = (open - 1, at + END.len());
            continue;
        }
        let (_, header, length) = header(rest)?;
        at += header;
        match length {
            Some(length) => at = at.checked_add(length).ok_or(TOO_SHORT)?,
            None => open += 1,
        }
    }
}

/// Bytes of a tag and the shortest length.
fn header_length(length: usize) -> usize {
    if length < 0x80 { 2 } else { 2 + length.to_be_bytes().iter().skip_while(|&&byte| byte == 0).count() }
}

#[cfg(test)]
mod tests;
