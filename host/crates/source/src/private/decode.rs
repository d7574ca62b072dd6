//! Decodes a run of characters, if it is hexadecimal digits or Base64. It reports no errors: a run that is neither
//! gives nothing.

use std::borrow::Cow;

use super::words;

/// A run with fewer characters is not worth decoding.
const LEAST: usize = 20;
/// The most bytes of one value that are decoded. A longer value is found by its first part, or as it stands.
const MOST: usize = 1024 * 1024;

/// Passes on the bytes of each random run of a text that is hexadecimal or Base64. Base64 that is broken into lines
/// counts as one run.
pub(super) fn each(text: &[u8], mut call: impl FnMut(&[u8])) {
    let is_body = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    if text.iter().all(is_body) && text.iter().any(u8::is_ascii_whitespace) && text.len() <= 2 * MOST {
        // Its lines can be so short that they look like words.
        return base64(text).into_iter().for_each(|bytes| call(&bytes));
    }
    let mut lines: Vec<u8> = Vec::new();
    for run in words::runs(text) {
        let run = &text[run];
        let is_random = run.len() >= LEAST && words::is_no_name(run);
        if is_random && run.len() <= 2 * MOST {
            hex(run).into_iter().for_each(|bytes| call(&bytes));
        }
        // The next line of a block may look like words.
        if (is_random || run.len() >= LEAST && !lines.is_empty()) && lines.len() <= MOST {
            lines.extend_from_slice(run);
        } else {
            base64(&std::mem::take(&mut lines)).into_iter().for_each(|bytes| call(&bytes));
        }
    }
    base64(&lines).into_iter().for_each(|bytes| call(&bytes));
}

/// The text that some bytes hold, without the escapes of letters: those of lines (`\n`), of characters (`\u0041`), and
/// the zero bytes of UTF-16. Returns `None` if the bytes are not text.
pub(super) fn text(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    let is_wide = zeros * 5 >= bytes.len() * 2 && bytes.len() >= LEAST;
    let text = match is_wide {
        true => Cow::Owned(bytes.iter().copied().filter(|byte| *byte != 0).collect()),
        false => Cow::Borrowed(bytes),
    };
    std::str::from_utf8(&text).ok()?;
    if memchr::memchr(b'\\', &text).is_none() {
        return Some(text);
    }
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        let escape = (byte == b'\\').then(|| &text[at + 1..]);
        let (byte, length) = match escape {
            Some([b'n' | b'r' | b't', ..]) => (b'\n', 2),
            Some([b'u', digits @ ..]) => match digits.get(..4).and_then(hex).as_deref() {
                Some([0, letter]) => (*letter, 6),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        plain.push(byte);
        at += length;
    }
    Some(Cow::Owned(plain))
}

fn hex(run: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    if !run.len().is_multiple_of(2) {
        return hex(&run[1..]);
    }
    run.chunks(2).map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
}

/// Decodes Base64 of either alphabet, padded or not. The rest of an incomplete group is dropped.
fn base64(run: &[u8]) -> Option<Vec<u8>> {
    if run.len() < LEAST {
        return None;
    }
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in run {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    if count == 3 {
        bytes.extend_from_slice(&(bits << 6).to_be_bytes()[1..3]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        each(text.as_bytes(), |bytes| all.push(bytes.to_vec()));
        all
    }

    #[test]
    fn lines_of_base64_are_one_value_and_hexadecimal_digits_another() {
        let lines = "-----BEGIN X-----\nQUJDREVGR0hJSktMTU5PUFFS\nU1RVVldYWVphYmNkZWZnaGlq\n-----END X-----\n";
        assert!(all(lines).contains(&b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij".to_vec()));
        assert!(all("x=4142434445464748494a4b4c4d;").contains(&b"ABCDEFGHIJKLM".to_vec()));
        assert!(all("only words, and short ones").is_empty());
    }
}
