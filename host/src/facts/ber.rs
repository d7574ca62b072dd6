//! BER (X.690, section 8) rewritten as DER: lengths that are left open, strings in pieces, as some programs write PKCS#7 and
//! PKCS#12. Not a reader of what is in it, and other liberties of BER are left as they are.

use std::borrow::Cow;

use super::asn1::{Malformed, encode};

/// How deep elements may lie in each other.
const DEPTH: u32 = 32;
const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;

/// The element that these bytes begin with, as DER, without what stands behind it.
pub(crate) fn to_der(ber: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    // What is large is DER mostly, and is not copied then.
    let mut reader = Rewriter { rest: ber };
    if reader.is_der(DEPTH) == Ok(true) {
        return Ok(Cow::Borrowed(&ber[..ber.len() - reader.rest.len()]));
    }
    let mut der = Vec::with_capacity(ber.len());
    Rewriter { rest: ber }.element(&mut der, DEPTH)?;
    Ok(Cow::Owned(der))
}

/// How many bytes the element takes that these begin with, however its length is written.
pub(crate) fn length(ber: &[u8]) -> Result<usize, Malformed> {
    let mut rewriter = Rewriter { rest: ber };
    if rewriter.is_der(DEPTH) != Ok(true) {
        rewriter = Rewriter { rest: ber };
        rewriter.element(&mut Vec::new(), DEPTH)?;
    }
    Ok(ber.len() - rewriter.rest.len())
}

struct Rewriter<'a> {
    rest: &'a [u8],
}

impl<'a> Rewriter<'a> {
    /// Steps over the next element, and says whether it is written as in DER.
    fn is_der(&mut self, depth: u32) -> Result<bool, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("its elements are nested too deeply"))?;
        let before = self.rest.len();
        let tag = self.byte()?;
        let Some(length) = self.length()? else { return Ok(false) };
        let header = before - self.rest.len();
        let (content, rest) = self.rest.split_at_checked(length).ok_or(Malformed("it ends before its length says"))?;
        self.rest = rest;
        let mut is_der = tag & 0x1f != 0x1f && tag != OCTET_STRING | CONSTRUCTED && header == header_length(length);
        let mut inner = Self { rest: if tag & CONSTRUCTED == 0 { &[] } else { content } };
        while is_der && !inner.rest.is_empty() {
            is_der = inner.is_der(depth)?;
        }
        Ok(is_der)
    }

    /// Writes the next element behind `der`.
    fn element(&mut self, der: &mut Vec<u8>, depth: u32) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("its elements are nested too deeply"))?;
        let tag = self.byte()?;
        if tag & 0x1f == 0x1f {
            return Err(Malformed("it has a tag of several bytes"));
        }
        let content = match self.length()? {
            Some(length) => {
                let (content, rest) =
                    self.rest.split_at_checked(length).ok_or(Malformed("it ends before its length says"))?;
                self.rest = rest;
                if tag & CONSTRUCTED == 0 {
                    der.extend_from_slice(&encode(tag, &[content]));
                    return Ok(());
                }
                Self { rest: content }.contents(depth, false)?
            }
            None if tag & CONSTRUCTED == 0 => return Err(Malformed("a string of it has no length")),
            None => self.contents(depth, true)?,
        };
        if tag == OCTET_STRING | CONSTRUCTED {
            der.extend_from_slice(&encode(OCTET_STRING, &[&joined(&content)?]));
        } else {
            der.extend_from_slice(&encode(tag, &[&content]));
        }
        Ok(())
    }

    /// The elements up to the end, or up to the two zeros that end what has no length.
    fn contents(&mut self, depth: u32, open: bool) -> Result<Vec<u8>, Malformed> {
        let mut content = Vec::new();
        loop {
            match self.rest {
                [0, 0, rest @ ..] if open => {
                    self.rest = rest;
                    return Ok(content);
                }
                [] if open => return Err(Malformed("it ends before its end is marked")),
                [] => return Ok(content),
                _ => self.element(&mut content, depth)?,
            }
        }
    }

    /// A length; none for one that is left open.
    fn length(&mut self) -> Result<Option<usize>, Malformed> {
        let first = self.byte()?;
        match first {
            0x80 => Ok(None),
            0..0x80 => Ok(Some(usize::from(first))),
            _ => {
                let mut length = 0_usize;
                for _ in 0..first & 0x7f {
                    length = length.checked_mul(256).ok_or(Malformed("it has a length that is far too large"))?
                        | usize::from(self.byte()?);
                }
                Ok(Some(length))
            }
        }
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or(Malformed("it ends within an element"))?;
        self.rest = rest;
        Ok(first)
    }
}

/// Bytes of a tag and the shortest length.
fn header_length(length: usize) -> usize {
    if length < 0x80 { 2 } else { 2 + length.to_be_bytes().iter().skip_while(|&&byte| byte == 0).count() }
}

/// The strings in the pieces of one, put together.
pub(crate) fn joined(pieces: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut elements = super::asn1::Elements::of(pieces);
    let mut whole = Vec::with_capacity(pieces.len());
    while !elements.is_empty() {
        whole.extend_from_slice(elements.next(der::Tag::OctetString)?.value);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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
            &[0x30, 2, 4],
            &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[4, 0x80, 0, 0],
            &[0x24, 3, 2, 1, 3],
            &[0x3f, 0],
        ] {
            assert!(to_der(ber).is_err(), "{ber:?}");
        }
        assert!(to_der(&[0x30, 0x80].repeat(100_000)).is_err());
    }
}
