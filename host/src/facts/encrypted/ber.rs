//! Elements of BER (X.690), which CMS may be written in: lengths that are only told by an end, too. Not DER, which
//! [`asn1`](crate::facts::asn1) reads, and nothing of what the elements mean.

use der::asn1::ObjectIdentifier;

use crate::facts::asn1::Malformed;

const DAMAGED: Malformed = Malformed("its BER is damaged");

/// One element: the tag octet, and what is in it without the end of one whose length is not told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ber<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// All of it as it was encoded.
    pub(super) raw: &'a [u8],
}

/// Elements side by side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Ber<'a> {
    /// What a constructed element consists of.
    pub(super) fn elements(self) -> Elements<'a> {
        Elements::of(self.value)
    }

    /// As an object identifier.
    pub(super) fn oid(self) -> Result<ObjectIdentifier, Malformed> {
        let oid = (self.tag == 6).then(|| ObjectIdentifier::from_bytes(self.value).ok()).flatten();
        oid.ok_or(Malformed("it has no object identifier where one should be"))
    }
}

impl<'a> Elements<'a> {
    /// The elements that follow each other in these bytes.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element.
    pub(super) fn any(&mut self) -> Result<Ber<'a>, Malformed> {
        let (tag, header, length) = header(self.rest)?;
        let (end, behind) = match length {
            Some(length) => {
                let end = header.checked_add(length).filter(|end| *end <= self.rest.len()).ok_or(DAMAGED)?;
                (end, end)
            }
            None => {
                let end = end_of_contents(self.rest, header)?;
                (end, end + 2)
            }
        };
        let element = Ber { tag, value: &self.rest[header..end], raw: &self.rest[..behind] };
        self.rest = &self.rest[behind..];
        Ok(element)
    }

    /// The next element, which must have that tag.
    pub(super) fn next(&mut self, tag: u8) -> Result<Ber<'a>, Malformed> {
        let element = self.any()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed("its BER has another element than it should")) }
    }

    /// The next element if it has that tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Ber<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Whether all have been read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Tag, where the contents begin, and how long they are; none where an end tells that. Tags above 30 are in nothing that is read.
fn header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Malformed> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>().ok_or(DAMAGED)?;
    match first {
        ..0x80 => Ok((tag, 2, Some(usize::from(first)))),
        0x80 if tag & 0x20 != 0 => Ok((tag, 2, None)),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let length = rest.get(..count).ok_or(DAMAGED)?.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
            Ok((tag, 2 + count, Some(length)))
        }
        _ => Err(DAMAGED),
    }
}

/// Where the end-of-contents of an element stands whose contents begin at `at`: one walk over what is in it, without recursion.
fn end_of_contents(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    let mut open = 0usize;
    loop {
        let rest = bytes.get(at..).ok_or(DAMAGED)?;
        if rest.starts_with(&[0, 0]) {
            if open == 0 {
                return Ok(at);
            }
            (open, at) = (open - 1, at + 2);
            continue;
        }
        let (_, header, length) = header(rest)?;
        at += header;
        match length {
            Some(length) => at = at.checked_add(length).ok_or(DAMAGED)?,
            None => open += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_element_without_a_length_ends_at_its_own_end() {
        let nested = [0x30, 0x80, 0x30, 0x80, 2, 1, 5, 0, 0, 4, 1, 9, 0, 0, 7];
        let mut all = Elements::of(&nested);
        let outer = all.any().unwrap();
        assert_eq!((outer.value.len(), all.rest), (10, &[7][..]));
        let mut inner = outer.elements();
        assert_eq!(inner.any().unwrap().value, [2, 1, 5]);
        assert_eq!(inner.any().unwrap().value, [9]);
        assert!(inner.is_empty());
    }

    #[test]
    fn an_element_without_an_end_is_damaged() {
        for bytes in
            [&[0x30, 0x80][..], &[0x30, 0x80, 4, 9, 1], &[0x30, 0x85, 0, 0, 0, 0, 1], &[0x30], &[4, 0x80, 0, 0]]
        {
            assert_eq!(Elements::of(bytes).any().unwrap_err(), DAMAGED);
        }
        assert!(Elements::of(&[0x30, 0x80].repeat(100_000)).any().is_err());
    }
}
