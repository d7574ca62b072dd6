//! Elements of BER (X.690, section 8) as they stand, also those whose length only an end tells, and the same elements as DER. Not what they
//! mean; DER is read by [`asn1`](super::asn1).

use std::borrow::Cow;

use der::asn1::ObjectIdentifier;

use super::asn1::{Malformed, encode};

/// How deep elements may lie in each other to become DER.
const DEPTH: u32 = 32;
const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;
/// Of the length that is left open; and what ends an element of such a length.
const OPEN: u8 = 0x80;
const END: &[u8] = &[0, 0];

/// One element: the tag octet, what is in it without the end of an open length, and all of it as it was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

/// Elements side by side. Nothing is copied, and what is in an element is not looked at, but for its end where that is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'a> {
    rest: &'a [u8],
}

/// The element that these bytes begin with, as DER, without what stands behind it.
pub(crate) fn to_der(ber: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    Elements::of(ber).any()?.to_der()
}

/// How many bytes the element takes that these begin with, if everything in it is sound.
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
        // What is large is DER mostly, and is not copied then.
        if self.is_der(DEPTH) == Ok(true) {
            return Ok(Cow::Borrowed(self.raw));
        }
        let mut der = Vec::with_capacity(self.raw.len());
        self.write(&mut der, DEPTH)?;
        Ok(Cow::Owned(der))
    }

    /// Whether it and all that is in it is written as in DER, as far as tags and lengths go.
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

    /// Writes it as DER behind `der`: with the shortest lengths, and strings in one piece.
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

/// The strings in the pieces of one, put together. The pieces are DER.
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

/// The tag octet, where the contents begin, and how long they are; none where an end tells that.
fn header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Malformed> {
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

/// Where the end of an open length stands whose contents begin at `at`: one walk over what is in it, without recursion.
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

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
    fn open_lengths_and_strings_in_pieces_become_der() {
        let ber = [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 0x81, 1, 8, 0, 0, 2, 1, 3, 0, 0, 9];
        assert_eq!(*to_der(&ber).unwrap(), [0x30, 7, 4, 2, 7, 8, 2, 1, 3]);
        assert_eq!(length(&ber).unwrap(), ber.len() - 1);
        assert_eq!(*to_der(&[0x24, 6, 0x24, 4, 4, 2, 7, 8]).unwrap(), [4, 2, 7, 8]);
    }

    #[test]
    fn der_is_left_as_it_is() {
        let der = [0x30, 3, 2, 1, 3, 9];
        assert!(matches!(to_der(&der).unwrap(), Cow::Borrowed([0x30, 3, 2, 1, 3])));
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let der = encode(0x30, &[&encode(4, &[&vec![7; length]])]);
            assert!(matches!(to_der(&der).unwrap(), Cow::Borrowed(same) if same == der), "{length}");
            let long = [&[0x30, 0x84][..], &(der.len() as u32).to_be_bytes(), &der].concat();
            assert_eq!(*to_der(&long).unwrap(), encode(0x30, &[&der]), "{length}");
        }
    }

    #[test]
    fn what_is_no_ber_is_malformed_and_depth_is_bounded() {
        for ber in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 4, 9, 1],
            &[0x30, 0x85, 0, 0, 0, 0, 1],
            &[0x30, 2, 4],
            &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[4, 0x80, 0, 0],
            &[0x24, 3, 2, 1, 3],
            &[0x3f, 0],
        ] {
            assert!(to_der(ber).is_err() && length(ber).is_err(), "{ber:?}");
        }
        let unclosed = [0x30, 0x80].repeat(100_000);
        assert!(to_der(&unclosed).is_err());
        let closed = [unclosed, [0, 0].repeat(100_000)].concat();
        assert_eq!(Elements::of(&closed).any().unwrap().raw.len(), closed.len());
        assert_eq!(to_der(&closed).unwrap_err(), TOO_DEEP);
    }

    /// An element in DER, and written in BER with some of its liberties.
    type Pair = (Vec<u8>, Vec<u8>);

    /// A length in more octets than it needs.
    fn long(tag: u8, octets: usize, content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        [&[tag, 0x80 | octets as u8][..], &vec![0; octets.saturating_sub(8)], &length[8 - octets.min(8)..], content]
            .concat()
    }

    fn element() -> impl Strategy<Value = Pair> {
        let written = |tag: u8, liberty: usize, der: &[u8], ber: &[u8]| {
            let ber = match liberty {
                0 => encode(tag, &[ber]),
                1 if tag & CONSTRUCTED != 0 => [&[tag, OPEN][..], ber, END].concat(),
                liberty => long(tag, 2 + liberty, ber),
            };
            (encode(tag, &[der]), ber)
        };
        let content = proptest::collection::vec(any::<u8>(), 0..200);
        let primitive = (prop_oneof![Just(2_u8), Just(6), Just(0x80), Just(4)], 0_usize..10, content.clone())
            .prop_map(move |(tag, liberty, content)| written(tag, liberty, &content, &content));
        let pieces =
            (0_usize..4, proptest::collection::vec((0_usize..4, content), 0..4)).prop_map(move |(liberty, pieces)| {
                let whole: Vec<u8> = pieces.iter().flat_map(|(_, piece)| piece.clone()).collect();
                let ber: Vec<u8> =
                    pieces.iter().flat_map(|(liberty, piece)| written(4, *liberty, piece, piece).1).collect();
                (encode(4, &[&whole]), written(0x24, liberty, &[], &ber).1)
            });
        prop_oneof![primitive, pieces].prop_recursive(6, 40, 5, move |inner| {
            (prop_oneof![Just(0x30_u8), Just(0x31), Just(0xa0)], 0_usize..4, proptest::collection::vec(inner, 0..5))
                .prop_map(move |(tag, liberty, inner)| {
                    let (der, ber): (Vec<_>, Vec<_>) = inner.into_iter().unzip();
                    written(tag, liberty, &der.concat(), &ber.concat())
                })
        })
    }

    proptest! {
        #[test]
        fn an_element_is_the_same_in_der_however_it_is_written((der, ber) in element(), behind in any::<Vec<u8>>()) {
            let all = [&ber[..], &behind].concat();
            prop_assert_eq!(&*to_der(&all).unwrap(), &der[..]);
            prop_assert_eq!(length(&all), Ok(ber.len()));
            let unchanged = to_der(&der).unwrap();
            prop_assert!(matches!(unchanged, Cow::Borrowed(same) if same == der));
        }

        #[test]
        fn damaged_elements_are_read_as_they_stand_or_are_malformed((_, mut ber) in element(), at in any::<proptest::sample::Index>(), value in any::<u8>(), cut in 0_usize..8) {
            let at = at.index(ber.len());
            ber[at] = value;
            ber.truncate(ber.len().saturating_sub(cut));
            if let Ok(der) = to_der(&ber) {
                prop_assert!(length(&ber).unwrap() <= ber.len());
                prop_assert_eq!(&*to_der(&der).unwrap(), &*der);
            }
            let mut open = vec![Elements::of(&ber)];
            let mut walked = 0;
            while let Some(mut elements) = open.pop() {
                while !elements.is_empty() && let Ok(element) = elements.any() {
                    walked += 1;
                    prop_assert!(element.value.len() + 2 <= element.raw.len() && walked <= ber.len() * ber.len());
                    open.extend((element.tag & CONSTRUCTED != 0).then(|| element.elements()));
                }
            }
        }
    }
}
