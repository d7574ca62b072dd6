//! Reads fields of binary formats in sequence: numbers, runs of bytes, and runs preceded by their length. It does not
//! read ASN.1. Reading beyond the end is an error.

use super::asn1::Malformed;

/// The error for reading beyond the end.
pub(crate) const CUT_OFF: Malformed = Malformed("it is cut off");

/// The bytes that have not been read yet. Numbers are big-endian unless the method's name says otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    /// The fields from an offset on.
    pub(crate) fn at(bytes: &'a [u8], offset: usize) -> Result<Self, Malformed> {
        bytes.get(offset..).map(Self).ok_or(CUT_OFF)
    }

    /// So many bytes.
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// An array.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// A number of 8 bits.
    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array().map(u8::from_be_bytes)
    }

    /// A number of 16 bits.
    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of 32 bits.
    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// A number of 64 bits.
    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// A little-endian number of 16 bits.
    pub(crate) fn le16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// A little-endian number of 32 bits.
    pub(crate) fn le32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// A little-endian number of 64 bits.
    pub(crate) fn le64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// Bytes preceded by their number in 16 bits.
    pub(crate) fn short(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// Bytes preceded by their number in 32 bits; a string of SSH (RFC 4251, section 5) is written like this.
    pub(crate) fn long(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| CUT_OFF)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_field_is_the_bytes_that_are_next_or_nothing_is_taken(bytes in any::<Vec<u8>>(), kinds in proptest::collection::vec(0..10, 0..12)) {
            let big = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
            let little = |bytes: &[u8]| big(&bytes.iter().rev().copied().collect::<Vec<_>>());
            let mut fields = Fields(&bytes);
            for kind in kinds {
                let rest = fields.0;
                let next = |width: usize| rest.get(..width);
                let (read, expected, width) = match kind {
                    0 => (fields.u8().map(u64::from), next(1).map(big), 1),
                    1 => (fields.u16().map(u64::from), next(2).map(big), 2),
                    2 => (fields.u32().map(u64::from), next(4).map(big), 4),
                    3 => (fields.u64(), next(8).map(big), 8),
                    4 => (fields.le16().map(u64::from), next(2).map(little), 2),
                    5 => (fields.le32().map(u64::from), next(4).map(little), 4),
                    6 => (fields.le64(), next(8).map(little), 8),
                    7 => (fields.array::<3>().map(|array| big(&array)), next(3).map(big), 3),
                    _ => (fields.take(5).map(big), next(5).map(big), 5),
                };
                prop_assert_eq!(read.ok(), expected);
                prop_assert_eq!(fields.0, rest.get(width..).unwrap_or(rest));
            }
        }

        #[test]
        fn a_run_is_as_long_as_the_number_before_it_says(run in any::<Vec<u8>>(), behind in any::<Vec<u8>>(), cut in any::<proptest::sample::Index>()) {
            let length = run.len() as u32;
            let short = [&length.to_be_bytes()[2..], &run].concat();
            let long = [&length.to_be_bytes()[..], &run].concat();
            let (short_cut, long_cut) = (cut.index(short.len()), cut.index(long.len()));
            prop_assert_eq!(Fields(&short[..short_cut]).short(), Err(CUT_OFF));
            prop_assert_eq!(Fields(&long[..long_cut]).long(), Err(CUT_OFF));
            let all = [&short[..], &long, &behind].concat();
            let mut fields = Fields(&all);
            prop_assert_eq!(fields.short(), Ok(&run[..]));
            prop_assert_eq!(fields.long(), Ok(&run[..]));
            prop_assert_eq!(fields.0, &behind[..]);
        }

        #[test]
        fn an_offset_beyond_the_end_is_an_error(bytes in any::<Vec<u8>>(), offset in 0_usize..200) {
            prop_assert_eq!(Fields::at(&bytes, offset).map(|fields| fields.0).ok(), bytes.get(offset..));
            prop_assert_eq!(Fields::at(&bytes, usize::MAX).unwrap_err(), CUT_OFF);
        }
    }
}
