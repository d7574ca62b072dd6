//! Texts that stand inside another one encoded: in UTF-16, in Base64 or base64url, percent-encoded. What stands in it as it is, is
//! found elsewhere.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyreeve_source::{Span, is_text};

use super::found::{Inner, Map, Reached};
use super::run::{Run, behind_escape, is_digit, lines_end, standard};
use super::searcher;

/// Fewer digits are a word, or the name of something.
const SHORTEST: usize = 24;
/// So many bytes tell what begins with them.
const HEAD: usize = 12;

/// What texts inside others look like where they are encoded.
#[derive(Debug)]
pub(super) struct Encodings {
    /// The marks as they are.
    marks: AhoCorasick,
    /// The marks in Base64, and in Base64 of Base64.
    digits: AhoCorasick,
    /// The marks percent-encoded.
    percent: AhoCorasick,
    beginnings: Vec<&'static [u8]>,
}

impl Encodings {
    /// Of texts that have one of the marks, or one of the beginnings.
    pub(super) fn new(marks: &[&'static str], beginnings: Vec<&'static [u8]>) -> Self {
        let once: Vec<String> = marks.iter().flat_map(|mark| in_base64(mark.as_bytes())).collect();
        let twice: Vec<String> = once.iter().flat_map(|digits| in_base64(digits.as_bytes())).collect();
        Self {
            marks: searcher(marks),
            digits: searcher(once.iter().chain(&twice)),
            percent: searcher(marks.iter().flat_map(|mark| percent(mark))),
            beginnings,
        }
    }

    /// Whether such a text may stand in these bytes: cheap, since it is asked of every file.
    pub(super) fn announce(&self, bytes: &[u8]) -> bool {
        self.has_percent(bytes)
            || runs(bytes).any(|run| self.begins(bytes, &run).is_some() || self.has_mark(bytes, &run))
    }

    /// The texts inside these bytes.
    pub(super) fn texts(&self, bytes: &[u8]) -> Vec<Inner> {
        let (mut found, mut floor) = (Vec::new(), 0);
        for run in runs(bytes) {
            if run.start < floor {
                continue;
            }
            let (inner, end) = match self.begins(bytes, &run) {
                Some(start) => self.begun(bytes, start),
                None if self.has_mark(bytes, &run) => self.marked(bytes, &run, floor),
                None => continue,
            };
            found.extend(inner);
            floor = end;
        }
        let mut floor = 0;
        let is_asked = self.has_percent(bytes) && is_text(bytes);
        for hit in self.percent.find_iter(if is_asked { bytes } else { &[] }) {
            if hit.start() >= floor {
                let (inner, end) = self.percent_encoded(bytes, &hit.range(), floor);
                found.extend(inner);
                floor = end;
            }
        }
        found
    }

    fn has_percent(&self, bytes: &[u8]) -> bool {
        memchr::memchr(b'%', bytes).is_some() && self.percent.is_match(bytes)
    }

    fn has_mark(&self, bytes: &[u8], run: &Range<usize>) -> bool {
        self.digits.is_match(&bytes[run.clone()])
    }

    /// Where in a run something begins that is no text: at its start, or behind the signs there that other syntax puts before it.
    fn begins(&self, bytes: &[u8], run: &Range<usize>) -> Option<usize> {
        let signs = bytes[run.clone()].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let is_one = |start: &usize| {
            let mut head = [0; HEAD];
            let digits = bytes[*start..].first_chunk::<{ HEAD / 3 * 4 }>().map(|digits| digits.map(standard));
            let length = digits.and_then(|digits| STANDARD_NO_PAD.decode_slice(digits, &mut head).ok());
            length.is_some() && self.beginnings.iter().any(|beginning| head.starts_with(beginning))
        };
        [run.start, run.start + signs].into_iter().find(is_one)
    }

    /// The text in Base64 around a run with a mark, and where it ends.
    fn marked(&self, bytes: &[u8], hit: &Range<usize>, floor: usize) -> (Option<Inner>, usize) {
        let run = Run::around(bytes, hit.start, floor);
        let text = run.decode().filter(|text| self.marks.is_match(text) || self.announce(text));
        let end = run.range.end;
        (text.map(|text| inner(bytes, &run, text)), end)
    }

    /// What is no text in Base64 from a beginning on. Of DER its first bytes tell how long it is.
    fn begun(&self, bytes: &[u8], start: usize) -> (Option<Inner>, usize) {
        let head = Run::folded(bytes, start, Some(HEAD)).decode().unwrap_or_default();
        let length = der_length(&head);
        let run = Run::folded(bytes, start, length);
        let Some(mut content) = run.decode() else { return (None, run.range.end) };
        let is_whole = length.is_none_or(|length| content.len() >= length);
        if !is_whole && is_elided(&bytes[run.range.end..]) {
            return (None, run.range.end);
        }
        content.truncate(length.unwrap_or(usize::MAX));
        let end = run.range.end;
        (Some(inner(bytes, &run, content)), end)
    }

    /// The percent-encoded text around a mark.
    fn percent_encoded(&self, bytes: &[u8], hit: &Range<usize>, floor: usize) -> (Option<Inner>, usize) {
        let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"%-_.~+*!()/=:;,@$".contains(byte);
        let start = hit.start - bytes[floor..hit.start].iter().rev().take_while(|byte| belongs(byte)).count();
        let end = hit.end + bytes[hit.end..].iter().take_while(|byte| belongs(byte)).count();
        let (mut text, mut stretches, mut at) = (Vec::new(), Vec::new(), start);
        while at < end {
            let hex = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = hex.filter(|_| bytes[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
            if stretches.is_empty() || byte.is_some() {
                stretches.push((text.len() as u32, at as u32));
            }
            text.push(byte.unwrap_or(bytes[at]));
            at += if byte.is_some() { 3 } else { 1 };
            if byte.is_some() {
                stretches.push((text.len() as u32, at as u32));
            }
        }
        let name = key_before(bytes, start);
        let is_text = self.marks.is_match(&text);
        (is_text.then_some(Inner { name, bytes: text, map: Map::Stretches(stretches), how: Reached::Decoded }), end)
    }
}

fn inner(bytes: &[u8], run: &Run, text: Vec<u8>) -> Inner {
    let map = Map::Whole(Span::new(run.range.start, run.range.end));
    Inner { name: key_before(bytes, run.range.start), bytes: text, map, how: Reached::Decoded }
}

/// The runs of Base64 that are longer than any word, but for the bodies of PEM blocks.
fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at + SHORTEST <= bytes.len() {
            // Whatever stands before the last byte in a row of so many that is no digit is too short.
            if let Some(other) = bytes[at..at + SHORTEST].iter().rposition(|byte| !is_digit(*byte)) {
                at += other + 1;
                continue;
            }
            let end = at + SHORTEST + bytes[at + SHORTEST..].iter().take_while(|byte| is_digit(**byte)).count();
            let run = behind_escape(bytes, at)..end;
            at = end;
            if !is_armored(bytes, run.start) {
                return Some(run);
            }
            at = lines_end(bytes, run.start).max(end);
        }
        None
    })
}

/// Whether nothing but signs, and ends of lines that are written as `\n`, stands between a line `-----BEGIN …-----` and this.
fn is_armored(bytes: &[u8], at: usize) -> bool {
    const FAR: usize = 200;
    let mut before = &bytes[at.saturating_sub(FAR)..at];
    loop {
        match before {
            [rest @ .., b'\\', b'n' | b'r' | b't'] => before = rest,
            [.., b'-', b'-', b'-', b'-', b'-'] => break,
            [rest @ .., byte] if !byte.is_ascii_alphanumeric() => before = rest,
            _ => return false,
        }
    }
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]);
    memchr::memmem::find(line, b"-BEGIN ").is_some()
}

/// Whether what follows says that the rest was left out for the reader.
fn is_elided(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.starts_with("…".as_bytes()) || rest.first().is_some_and(|byte| b".[<{*$(".contains(byte))
}

/// The length that DER states in its first bytes, with these.
fn der_length(head: &[u8]) -> Option<usize> {
    match head {
        [0x30, length @ ..=0x7f, ..] => Some(2 + usize::from(*length)),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(*length)),
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

/// The digits that a text has in Base64 in all three positions that it can stand in, without those that its neighbours share.
fn in_base64(text: &[u8]) -> Vec<String> {
    let encoded = |before: usize| {
        let padded = [&vec![0; before][..], text].concat();
        let digits = STANDARD_NO_PAD.encode(&padded);
        let (first, last) = ((before * 4).div_ceil(3), padded.len() * 4 / 3);
        digits[first..last].to_owned()
    };
    (0..3).map(encoded).collect()
}

/// A mark percent-encoded, with either spelling of the digits; nothing if it has no byte that would be.
fn percent(mark: &str) -> Vec<String> {
    let encode = |is_upper: bool| -> String {
        let one = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => char::from(byte).to_string(),
            byte if is_upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        };
        mark.bytes().map(one).collect()
    };
    let mut encoded = vec![encode(true), encode(false)];
    encoded.dedup();
    encoded.retain(|encoded| encoded != mark);
    encoded
}

/// Whether a text begins with a byte order mark of UTF-16.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// A text in UTF-16, which begins with its byte order mark.
pub(super) fn utf16(bytes: &[u8]) -> Option<Inner> {
    if !is_utf16(bytes) {
        return None;
    }
    let is_little = bytes[0] == 0xff;
    let unit = |unit: &[u8; 2]| if is_little { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) };
    let units = bytes[2..].as_chunks::<2>().0.iter().map(unit);
    let (mut text, mut stretches, mut there) = (String::new(), Vec::new(), 2_u32);
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        stretches.push((text.len() as u32, there));
        there += 2 * character.len_utf16() as u32;
        text.push(character);
    }
    stretches.push((text.len() as u32, there));
    Some(Inner { name: String::new(), bytes: text.into_bytes(), map: Map::Stretches(stretches), how: Reached::Decoded })
}

/// The name before a value: `nginx.conf: ` or `"nginx.conf": "`.
fn key_before(bytes: &[u8], at: usize) -> String {
    let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |position| position + 1);
    let before = bytes[line..at].trim_ascii_end();
    let before = before.strip_suffix(b"\"").unwrap_or(before).trim_ascii_end();
    let Some(before) = before.strip_suffix(b":") else { return String::new() };
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'{' | b',');
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let start = before.iter().rposition(ends).map_or(0, |position| position + 1);
    String::from_utf8_lossy(&before[start..]).into_owned()
}
