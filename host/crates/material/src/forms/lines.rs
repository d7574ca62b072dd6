//! Lines of a text in whatever it is embedded: escaped in a string, indented, quoted, commented out. Not what
//! is on them.

use std::ops::Range;

use super::Sink;
use crate::pem::{Unescaped, decode};

/// No line of a key is longer.
const LONGEST: usize = 16 * 1024;

/// One line without what surrounds it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: Vec<u8>,
    pub(super) range: Range<usize>,
}

/// The lines from some place on; those with nothing on them are passed over.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    symbols: Unescaped<'a>,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// From `at`, which is within the first line; none if too much has been looked at already. Who reads more than one
    /// line goes on behind them, so the first is all that can be looked at again.
    pub(super) fn from(text: &'a [u8], at: usize, sink: &mut dyn Sink) -> Option<Self> {
        let rest = &text[at..text.len().min(at + LONGEST)];
        let first = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let lines = Self { symbols: Unescaped::new(text, at..text.len()), ended: false };
        sink.may_spend(first).then_some(lines)
    }
}

impl Line {
    /// Name and value of `name: value`.
    pub(super) fn header(&self) -> Option<(&str, &str)> {
        let (name, value) = std::str::from_utf8(&self.text).ok()?.split_once(':')?;
        Some((name.trim(), value.trim()))
    }

    /// The range of what stands behind the first colon.
    pub(super) fn value_range(&self) -> Range<usize> {
        let colon = self.text.iter().position(|&byte| byte == b':').map_or(0, |colon| colon + 1);
        (self.range.start + colon).min(self.range.end)..self.range.end
    }

    /// Whether there is nothing on it but base64.
    pub(super) fn is_base64(&self) -> bool {
        self.text.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    }

    /// What it decodes to.
    pub(super) fn decoded(&self) -> Option<Vec<u8>> {
        if self.is_base64() { decode::base64(&self.text) } else { None }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while !self.ended {
            let start = self.symbols.position();
            let (mut bytes, mut end) = (Vec::new(), start);
            loop {
                match self.symbols.next() {
                    Some(symbol) if !b"\r\n".contains(&symbol.byte) => {
                        bytes.push(symbol.byte);
                        end = self.symbols.position();
                    }
                    line_end => {
                        self.ended = line_end.is_none();
                        break;
                    }
                }
                if bytes.len() > LONGEST {
                    self.ended = true;
                    return None;
                }
            }
            let kept = bytes.trim_ascii_start().iter().take_while(|byte| b"\"'`#>*| \t".contains(byte)).count();
            let before = bytes.len() - bytes.trim_ascii_start().len() + kept;
            let behind = bytes[before..].iter().rev().take_while(|byte| b"\"'`,;\\) \t".contains(byte)).count();
            let text = bytes[before..bytes.len() - behind].to_vec();
            // What joins two strings in a program is no line of the key.
            if !text.is_empty() && text != b"+" {
                return Some(Line { text, range: (start + before).min(end)..end });
            }
        }
        None
    }
}
