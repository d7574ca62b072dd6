//! How the places of a text in a YAML or JSON value are places of the file around it: line by line for a block, character by
//! character for a text in quotes. It does not look for such texts.

use keyreeve_source::Span;

use super::found::Map;

/// How the places of a scalar are places of the text that it is written in: line by line for a block, character by character for a text
/// in quotes; all of it where neither can be followed.
pub(super) fn scalar_map(bytes: &[u8], span: Span, scalar: &str) -> Map {
    let raw = &bytes[span.range()];
    let quoted = raw.first() == Some(&b'"');
    let stretches = if quoted { of_quoted(raw, scalar) } else { of_lines(raw, scalar) };
    match stretches {
        Some(mut stretches) => {
            stretches.iter_mut().for_each(|(_, there)| *there += span.start);
            stretches.push((scalar.len() as u32, span.end));
            Map::Stretches(stretches)
        }
        None => Map::Whole(span),
    }
}

/// Each line of the scalar stands at the end of a line there, behind its indentation.
fn of_lines(raw: &[u8], scalar: &str) -> Option<Vec<(u32, u32)>> {
    let (mut stretches, mut here, mut there) = (Vec::new(), 0, 0);
    for line in scalar.split_inclusive('\n') {
        let content = line.trim_end_matches('\n').as_bytes();
        loop {
            let rest = raw.get(there..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let whole = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
            let next = there + length + 1;
            let found = whole.ends_with(content) && whole[..whole.len() - content.len()].trim_ascii().is_empty();
            let position = there + whole.len().saturating_sub(content.len());
            there = next;
            if found {
                stretches.push((here, position as u32));
                break;
            }
            // Only the header of a block stands before its lines.
            if !stretches.is_empty() {
                return None;
            }
        }
        here += line.len() as u32;
    }
    Some(stretches)
}

/// Each character stands there as it is, or behind a backslash.
fn of_quoted(raw: &[u8], scalar: &str) -> Option<Vec<(u32, u32)>> {
    let mut stretches = vec![(0, 1)];
    let (mut here, mut there) = (0, 1);
    let scalar = scalar.as_bytes();
    while here < scalar.len() {
        match raw.get(there)? {
            b'\\' => {
                let (taken, length) = escape(&raw[there..])?;
                if !scalar[here..].starts_with(taken.encode_utf8(&mut [0; 4]).as_bytes()) {
                    return None;
                }
                here += taken.len_utf8();
                there += length;
                stretches.push((here as u32, there as u32));
            }
            byte if *byte == scalar[here] => (here, there) = (here + 1, there + 1),
            _ => return None,
        }
    }
    Some(stretches)
}

/// The character that an escape of JSON stands for, and its length there.
fn escape(raw: &[u8]) -> Option<(char, usize)> {
    let simple = match raw.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'u' => {
            let unit = |at: usize| u32::from_str_radix(std::str::from_utf8(raw.get(at..at + 4)?).ok()?, 16).ok();
            let first = unit(2)?;
            return match char::from_u32(first) {
                Some(character) => Some((character, 6)),
                None if raw.get(6..8) == Some(b"\\u") => {
                    let second = unit(8)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    Some((char::from_u32(0x1_0000 + ((first.checked_sub(0xd800)?) << 10) + second)?, 12))
                }
                None => None,
            };
        }
        _ => return None,
    };
    Some((simple, 2))
}
