//! Text as the program that reads a file would see it: the escapes of JSON, YAML, shell and source strings
//! undone, one byte at a time, with its offset. Only those that occur in PEM and base64.

use std::ops::Range;

/// A byte of the content, and where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) byte: u8,
    /// Offset of its first byte in the text.
    pub(crate) at: usize,
    /// How many backslashes stand before it.
    pub(crate) slashes: usize,
}

/// The content of a range of text.
#[derive(Debug, Clone)]
pub(crate) struct Unescaped<'a> {
    text: &'a [u8],
    range: Range<usize>,
}

impl<'a> Unescaped<'a> {
    /// The content of that range.
    pub(crate) fn new(text: &'a [u8], range: Range<usize>) -> Self {
        Self { text, range }
    }

    /// Offset of the first byte that has not been read.
    pub(crate) fn position(&self) -> usize {
        self.range.start
    }

    /// What is written behind `slashes` backslashes: the byte it stands for, and how many bytes it takes.
    fn escaped(rest: &[u8]) -> Option<(u8, usize)> {
        let hex = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
            u8::from_str_radix(digits, 16).ok()
        };
        match rest.first()? {
            b'n' => Some((b'\n', 1)),
            b'r' => Some((b'\r', 1)),
            b't' => Some((b'\t', 1)),
            b'u' if rest.get(1..3) == Some(b"00") => Some((hex(rest.get(3..5)?)?, 5)),
            b'x' => Some((hex(rest.get(1..3)?)?, 3)),
            &byte @ (b'/' | b'"' | b'\'' | b'`' | b'\n' | b'\r' | b' ') => Some((byte, 1)),
            _ => None,
        }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = Symbol;

    fn next(&mut self) -> Option<Symbol> {
        let at = self.range.next()?;
        let byte = self.text[at];
        if byte != b'\\' {
            return Some(Symbol { byte, at, slashes: 0 });
        }
        let rest = &self.text[self.range.clone()];
        let more = rest.iter().take_while(|&&byte| byte == b'\\').count();
        match Self::escaped(&rest[more..]) {
            Some((byte, length)) => {
                self.range.start += more + length;
                Some(Symbol { byte, at, slashes: more + 1 })
            }
            None => {
                self.range.start += more;
                Some(Symbol { byte, at, slashes: 0 })
            }
        }
    }
}
