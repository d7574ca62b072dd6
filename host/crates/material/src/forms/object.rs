//! The object around a mark, in JSON and what looks like it: JSON in a string, literals of programs, flow mappings of YAML; and one whose
//! members are lines. Not a document: what is around the object may be anything.

mod lines;

use std::ops::Range;

use super::{Sink, is_placeholder};
use crate::pem::Unescaped;

/// How far from a mark its object may begin and end: enough for some keys with certificates beside them.
const REACH: usize = 64 * 1024;

/// The members of an object whose values are texts or numbers; the others are skipped.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) range: Range<usize>,
    members: Vec<Member>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Of the value, without quotes.
    pub(super) range: Range<usize>,
    is_quoted: bool,
}

/// An unquoted value that is shorter may be the name of a variable.
const LONGEST_NAME: usize = 40;

impl Member {
    fn is_absent(&self) -> bool {
        self.value.is_empty() || !self.is_quoted && self.value == *b"null"
    }

    /// Whether it is not a value at all: something that was left out for readers, or an expression of a program.
    pub(super) fn is_placeholder(&self) -> bool {
        let is_name = !self.is_quoted && self.value.len() < LONGEST_NAME;
        is_name || self.value.contains(&b'(') || is_placeholder(&self.value)
    }
}

impl Object {
    /// The innermost object around the mark at `at`, and whether it is closed. Returns `None` if there is no object.
    pub(super) fn around(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<(Self, bool)> {
        let start = opening(text, at, sink)?;
        let mut parser =
            Parser { symbols: Unescaped::new(text, start..text.len().min(start + REACH)), members: vec![] };
        let end = parser.object();
        let position = parser.symbols.position();
        let is_allowed = sink.may_spend(position - start);
        let range = start..end.unwrap_or(position);
        (is_allowed && range.end > at).then_some((Self { range, members: parser.members }, end.is_some()))
    }

    /// The member with that name. Some libraries write every member, as null or as an empty text if the key does not
    /// have it.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name.as_bytes()).filter(|member| !member.is_absent())
    }

    /// The value of the member of that name, as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(&self.member(name)?.value).ok()
    }
}

/// The position of the innermost brace that is open at `at`.
fn opening(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let floor = at.saturating_sub(REACH);
    let (mut closed, mut end) = (0_usize, at);
    let opening = loop {
        let Some(found) = memchr::memrchr2(b'{', b'}', &text[floor..end]) else { break None };
        end = floor + found;
        match (text[end], closed) {
            (b'}', _) => closed += 1,
            (_, 0) => break Some(end),
            _ => closed -= 1,
        }
    };
    let looked_at = at - opening.unwrap_or(floor);
    if sink.may_spend(looked_at) { opening } else { None }
}

struct Parser<'a> {
    symbols: Unescaped<'a>,
    members: Vec<Member>,
}

impl Parser<'_> {
    /// Reads an object and returns where it ends.
    fn object(&mut self) -> Option<usize> {
        let (mut depth, mut name, mut is_value) = (0_usize, None, false);
        // Whether the last that was read is a value in quotes, which one in quotes behind it goes on with.
        let mut goes_on = false;
        while let Some(symbol) = self.symbols.next() {
            match symbol.byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(self.symbols.position());
                    }
                }
                b':' | b'=' => is_value = name.is_some(),
                b',' | b';' => (name, is_value, goes_on) = (None, false, false),
                byte if byte == b'"' || byte == b'\'' || is_bare(byte) => {
                    let (text, range) = self.text(byte, symbol.at, symbol.slashes)?;
                    if depth != 1 || goes_on && text == b"+" {
                        continue;
                    }
                    let is_quoted = !is_bare(byte);
                    let continues = goes_on && is_quoted && !self.is_name();
                    if let Some(last) = self.members.last_mut().filter(|_| continues) {
                        last.value.extend(text);
                        last.range.end = range.end;
                    } else if !is_value {
                        (name, goes_on) = (Some(text), false);
                    } else if let Some(name) = name.take() {
                        self.members.push(Member { name, value: text, range, is_quoted });
                        (is_value, goes_on) = (false, is_quoted);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether what was just read is the name of a member.
    fn is_name(&self) -> bool {
        let mut next = self.symbols.clone().map(|symbol| symbol.byte).skip_while(u8::is_ascii_whitespace);
        matches!(next.next(), Some(b':' | b'='))
    }

    /// The rest of a text that begins with that symbol: a quoted one to the same quote, another one as far as the word goes.
    fn text(&mut self, first: u8, at: usize, slashes: usize) -> Option<(Vec<u8>, Range<usize>)> {
        let quoted = !is_bare(first);
        let mut text = if quoted { vec![] } else { vec![first] };
        let start = if quoted { self.symbols.position() } else { at };
        loop {
            let mut ahead = self.symbols.clone();
            match ahead.next() {
                Some(next) if quoted && (next.byte, next.slashes) == (first, slashes) => {
                    self.symbols = ahead;
                    return Some((text, start..next.at));
                }
                Some(next) if quoted || is_bare(next.byte) => text.push(next.byte),
                Some(_) => return Some((text, start..self.symbols.position())),
                // The text is cut off, and everything that is left of it may be private.
                None => return Some((text, start..self.symbols.position())),
            }
            self.symbols = ahead;
        }
    }
}

/// Whether the byte can belong to an unquoted name or value.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+./$".contains(&byte)
}
