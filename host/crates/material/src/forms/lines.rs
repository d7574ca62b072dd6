//! Lines of a text, whatever it is embedded in: escaped in a string, indented, quoted, commented out. Not what the
//! lines mean.

use std::ops::Range;

use super::Sink;
use crate::pem::{Unescaped, decode};

/// The longest line of a key.
const LONGEST: usize = 16 * 1024;

/// One line without the characters around it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: Vec<u8>,
    pub(super) range: Range<usize>,
}

/// The lines from some place on; empty lines are skipped.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    symbols: Unescaped<'a>,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// The lines from `at`, which lies within the first one. Returns `None` if too much has been examined already. A
    /// reader of several lines continues after them, so only the first line can be examined twice.
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

    /// The range after the first colon.
    pub(super) fn value_range(&self) -> Range<usize> {
        let colon = self.text.iter().position(|&byte| byte == b':').map_or(0, |colon| colon + 1);
        (self.range.start + colon).min(self.range.end)..self.range.end
    }

    /// Whether the line consists of base64.
    pub(super) fn is_base64(&self) -> bool {
        self.text.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    }

    /// The decoded line.
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
            // The sign that joins two strings in a program is not a line of the key.
            if !text.is_empty() && text != b"+" {
                return Some(Line { text, range: (start + before).min(end)..end });
            }
        }
        None
    }
}
