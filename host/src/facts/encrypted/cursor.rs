//! Reads numbers and runs of bytes one behind the other. Not a parser of any format; what is asked for beyond the end is an error.

use crate::facts::asn1::Malformed;

/// What has not been read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// These bytes from their start.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// These bytes from an offset on.
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Result<Self, Malformed> {
        bytes.get(offset..).map(Self::of).ok_or(CUT_OFF)
    }

    /// So many bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// An array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// One byte.
    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// A big-endian number of two bytes.
    pub(super) fn be16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// A big-endian number of four bytes.
    pub(super) fn be32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// A little-endian number of two bytes.
    pub(super) fn le16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// A little-endian number of four bytes.
    pub(super) fn le32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// A little-endian number of eight bytes.
    pub(super) fn le64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// The error of all of these.
pub(super) const CUT_OFF: Malformed = Malformed("it is cut off");
