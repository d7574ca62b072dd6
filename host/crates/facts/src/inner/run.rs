//! A run of Base64 or base64url in a text, over the ends of lines and of string literals that it is folded by. It is found and
//! freed from what folds it; not what it says.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be missing, and bits may be left over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// So many digits in a row are no word, and the least that a folded line has.
pub(super) const LINE: usize = 40;

/// So many hyphens are no digits of base64url, but those of a line of dashes.
const DASHES: &[u8] = b"----";

/// What stands between two lines is no longer than this.
const FAR: usize = 200;

/// Digits of Base64, and where they stand.
#[derive(Debug)]
pub(super) struct Run {
    /// From the first digit to the last, with what stands between.
    pub(super) range: Range<usize>,
    digits: Vec<u8>,
}

impl Run {
    /// The run around `at`, in `text` from `floor` on. It is folded where the lines before its last one are of one length.
    pub(super) fn around(text: &[u8], at: usize, floor: usize) -> Self {
        let own = token_start(text, at, floor);
        let mut start = own;
        while let Some(above) = line_above(text, start, floor) {
            let folded = Self::folded(text, above, None);
            if !folded.range.contains(&at) {
                break;
            }
            start = above;
        }
        Self::folded(text, start, None)
    }

    /// The run from `start`, as far as it takes for so many bytes. Where no number is given, its lines tell its end: those
    /// before the last one are of one length, and the last one completes it.
    pub(super) fn folded(text: &[u8], start: usize, bytes: Option<usize>) -> Self {
        let needed = bytes.map(|bytes| (bytes * 4).div_ceil(3));
        let mut end = token_end(text, start);
        let mut digits = text[start..end].to_vec();
        let length = end - start;
        while needed.is_none_or(|needed| digits.len() < needed) && length >= LINE && digits.last() != Some(&b'=') {
            let Some(next) = fold(text, end) else { break };
            let next_end = token_end(text, next);
            let size = next_end - next;
            if size == 0 {
                break;
            }
            if needed.is_none() && !continues(text, next_end, size, length, digits.len()) {
                break;
            }
            digits.extend(&text[next..next_end]);
            end = next_end;
            if size < length && needed.is_none() {
                break;
            }
        }
        Self { range: start..end, digits }
    }

    /// What it says; `None` if it is not sound.
    pub(super) fn decode(&self) -> Option<Vec<u8>> {
        let mut digits: Vec<u8> = self.digits.iter().filter(|byte| **byte != b'=').copied().map(standard).collect();
        // A last digit alone is no byte: the run is cut off.
        if digits.len() % 4 == 1 {
            digits.pop();
        }
        LENIENT.decode(digits).ok()
    }
}

/// A digit of base64url as one of Base64.
pub(super) fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }
}

/// Where the lines of digits end that begin there, however long each is.
pub(super) fn lines_end(text: &[u8], start: usize) -> usize {
    let mut end = token_end(text, start);
    while let Some(next) = fold(text, end) {
        match token_end(text, next) {
            empty if empty == next => break,
            further => end = further,
        }
    }
    end
}

/// Whether a line of `size` digits that ends at `end` belongs to a run whose first line has `length` and which has `before`.
fn continues(text: &[u8], end: usize, size: usize, length: usize, before: usize) -> bool {
    let stands_alone = text.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`,\\<".contains(byte));
    stands_alone && (size == length || size < length && (before + size).is_multiple_of(4))
}

/// Whether a byte is a digit of either alphabet. It is asked of most bytes of every file, so the answers are a table.
pub(super) fn is_digit(byte: u8) -> bool {
    const DIGITS: [bool; 256] = {
        let mut digits = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            digits[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'+' | b'/' | b'-' | b'_');
            byte += 1;
        }
        digits
    };
    DIGITS[usize::from(byte)]
}

/// Where the digits before `at` begin: behind a sign of equality, which ends another run or is that of an assignment.
fn token_start(text: &[u8], at: usize, floor: usize) -> usize {
    let digits = text[floor..at].iter().rev().take_while(|&&byte| is_digit(byte)).count();
    let dashes = memchr::memmem::rfind(&text[at - digits..at], DASHES).map_or(0, |position| position + DASHES.len());
    behind_escape(text, at - digits + dashes).min(at)
}

/// Where digits begin that seem to do so at `at`: of a `\n` before them the letter is none.
pub(super) fn behind_escape(text: &[u8], at: usize) -> usize {
    at + usize::from(matches!(text[..at].last(), Some(b'\\')) && matches!(text.get(at), Some(b'n' | b'r' | b't')))
}

/// Where the digits from `at` end, with their padding.
fn token_end(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let digits = rest.iter().take_while(|&&byte| is_digit(byte)).count();
    let digits = memchr::memmem::find(&rest[..digits], DASHES).unwrap_or(digits);
    at + digits + rest[digits..].iter().take(2).take_while(|&&byte| byte == b'=').count()
}

/// Where the line above the digits at `start` begins, if it is nothing but digits and no shorter.
fn line_above(text: &[u8], start: usize, floor: usize) -> Option<usize> {
    let length = token_end(text, start) - start;
    let mut end = start;
    loop {
        match &text[floor..end] {
            [.., b'\\', b'n' | b'r'] => end -= 2,
            [.., b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b',' | b'.' | b'&' | b'\\'] => end -= 1,
            // A sign that joins literals, and no digit.
            [.., b' ' | b'"' | b'\'' | b'`', b'+'] => end -= 1,
            _ => break,
        }
        if start - end > FAR {
            return None;
        }
    }
    let above = token_start(text, end, floor);
    let is_one = end - above >= length.max(LINE) && token_end(text, above) == end && fold(text, end) == Some(start);
    is_one.then_some(above)
}

/// What folds a run, from its end: an end of a line, or one that is written as `\n`, with the ends of string literals around it
/// and a sign that joins these. Where the run goes on, `None` if that is nothing of the kind.
fn fold(text: &[u8], end: usize) -> Option<usize> {
    let rest = &text[end..text.len().min(end + FAR)];
    let (mut at, mut ends) = (0, false);
    let skip = |at: &mut usize, set: &[u8]| {
        let count = rest[*at..].iter().take_while(|byte| set.contains(byte)).count();
        *at += count;
        count > 0
    };
    while let Some(b"\\n" | b"\\r") = rest.get(at..at + 2) {
        (at, ends) = (at + 2, true);
    }
    let is_literal = skip(&mut at, b"\"'`");
    skip(&mut at, b" \t");
    if is_literal {
        skip(&mut at, b"+.,&\\ \t");
    } else {
        skip(&mut at, b"\\");
    }
    let from = at;
    skip(&mut at, b" \t\r\n");
    // An empty line ends a run.
    match rest[from..at].iter().filter(|byte| **byte == b'\n').count() {
        0 => {}
        1 => ends = true,
        _ => return None,
    }
    if is_literal && !skip(&mut at, b"\"'`") {
        return None;
    }
    ends.then_some(end + at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// What stands between BEGIN and END in many ways of writing it, and how it is written.
    fn written(digits: &str) -> Vec<String> {
        let lines: Vec<&str> = digits.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        vec![
            digits.to_owned(),
            lines.join("\n"),
            lines.join("\r\n      "),
            lines.join("\\n"),
            lines.join("\\n\\\n  "),
            lines.join("\"\n    \""),
            lines.join("\\n\" +\n    \""),
            lines.join("' \\\n '"),
            lines.join("\",\n\""),
        ]
    }

    #[test]
    fn a_run_is_found_from_any_of_its_digits_however_it_is_folded() {
        for length in [100, 191, 192, 200, 1000, 1001] {
            let bytes: Vec<u8> = (0..length).map(|number: usize| (number * 7 % 251) as u8).collect();
            for digits in [STANDARD.encode(&bytes), STANDARD.encode(&bytes).replace('+', "-").replace('/', "_")] {
                for run in written(&digits) {
                    for after in ["\nkind: Secret\n", "\nEOF\n", "", "\"\n", "\n\nkind", "\\n\"\nx"] {
                        let text = format!("data:\n  tls.crt: {run}{after}");
                        let at = text.find(&digits[..64]).unwrap();
                        for from in [at, at + 30, at + run.len() * 2 / 3] {
                            if !is_digit(text.as_bytes()[from]) {
                                continue;
                            }
                            let found = Run::around(text.as_bytes(), from, 0);
                            let whole = Run::folded(text.as_bytes(), at, Some(bytes.len()));
                            assert_eq!(
                                &text[whole.range.clone()].trim_end_matches('='),
                                &run.trim_end_matches('='),
                                "{text}"
                            );
                            assert!(whole.decode().unwrap().starts_with(&bytes));
                            assert_eq!(&text[found.range.clone()], run, "{from} {text}");
                            assert_eq!(found.decode().unwrap(), bytes);
                        }
                    }
                }
            }
        }
    }
}
