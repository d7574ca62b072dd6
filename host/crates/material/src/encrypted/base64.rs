//! Finds runs of base64 in a text and decodes those that are sound. Not what they contain.

use std::ops::Range;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The run from `at`: letters, digits, `+`, `/`, then padding.
pub(super) fn run(text: &[u8], at: usize) -> Range<usize> {
    padded(text, at, |byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte))
}

/// The run of the URL-safe alphabet from `at`: letters, digits, `-`, `_`, then padding.
pub(super) fn url_run(text: &[u8], at: usize) -> Range<usize> {
    padded(text, at, |byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
}

/// The run from `at` with the lines below it, as long as only white space is in between.
pub(super) fn folded(text: &[u8], at: usize) -> Range<usize> {
    folded_within(text, at, usize::MAX)
}

/// The same, ending with the line that reaches the limit.
pub(super) fn folded_within(text: &[u8], at: usize, limit: usize) -> Range<usize> {
    let mut end = run(text, at).end;
    loop {
        if end - at >= limit {
            return at..end;
        }
        let blank = text[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let next = run(text, end + blank);
        if text[end - 1] == b'=' || blank == 0 || next.is_empty() || !ends_line(text, next.end) {
            return at..end;
        }
        end = next.end;
    }
}

/// Whether a run starts there, and is not the continuation of an earlier one.
pub(super) fn starts(text: &[u8], at: usize) -> bool {
    at == 0 || !(text[at - 1].is_ascii_alphanumeric() || b"+/-_=.".contains(&text[at - 1])) || opens_value(text, at)
}

/// An equals sign before it belongs to an assignment, if a name precedes the sign.
fn opens_value(text: &[u8], at: usize) -> bool {
    text[at - 1] == b'=' && text.get(at.wrapping_sub(2)).is_some_and(|byte| !b"=+/".contains(byte))
}

fn ends_line(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`,]".contains(byte))
}

fn padded(text: &[u8], at: usize, belongs: impl Fn(&u8) -> bool) -> Range<usize> {
    let data = text[at..].iter().take_while(|byte| belongs(byte)).count();
    let end = at + data;
    at..end + text[end..].iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// Decodes the run, skipping white space. Returns `None` if it is not sound.
pub(super) fn decode(base64: &[u8]) -> Option<Vec<u8>> {
    let dense: Vec<u8> = base64.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    PLAIN.decode(dense).ok()
}

/// Decodes the URL-safe alphabet.
pub(super) fn decode_url(base64: &[u8]) -> Option<Vec<u8>> {
    URL.decode(base64).ok()
}

/// Decodes the beginning of a run: at most so many bytes, from the groups that are complete.
pub(super) fn decode_start(base64: &[u8], length: usize) -> Vec<u8> {
    let wanted = length.div_ceil(3) * 4;
    let mut dense: Vec<u8> = base64.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(wanted).collect();
    if dense.len() % 4 == 1 {
        dense.pop();
    }
    PLAIN.decode(dense).unwrap_or_default()
}
