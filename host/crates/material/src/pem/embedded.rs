//! Base64 whose content is a text with PEM in it, as the data of Kubernetes Secrets and kubeconfig files. The run is
//! found and decoded; the text inside is then scanned like any other.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::body::is_base64;
use super::decode;

/// What of `text` is the same in the base64 of any content with it, for each of the three alignments.
pub(crate) fn forms(text: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let padded = [vec![0; before], text.to_vec()].concat();
        let first = (before * 8).div_ceil(6);
        let whole = padded.len() * 8 / 6;
        STANDARD.encode(&padded)[first..whole].to_owned()
    })
}

/// A run of base64.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) range: Range<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Run {
    /// The run around `at`, in `text` from `floor` on; folded if its lines are of one length.
    pub(crate) fn around(text: &[u8], at: usize, floor: usize) -> Self {
        let own = token_start(text, at, floor);
        let first = first_line(text, own, floor);
        let folded = folded(text, first);
        let range = if folded.contains(&at) { folded } else { own..token_end(text, own) };
        let mut dense: Vec<u8> = text[range.clone()].iter().copied().filter(|&byte| is_base64(byte)).collect();
        // What a cut-off run leaves over is no byte.
        if dense.len() % 4 == 1 {
            dense.pop();
        }
        Self { bytes: decode::base64(&dense).unwrap_or_default(), range }
    }
}

/// The start of the base64 before `at`: behind a sign of equality, which ends another run, or is that of an assignment.
fn token_start(text: &[u8], at: usize, floor: usize) -> usize {
    at - text[floor..at].iter().rev().take_while(|&&byte| is_base64(byte) && byte != b'=').count()
}

/// The end of the base64 from `at`: behind its padding, of which nothing can follow.
fn token_end(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let data = rest.iter().take_while(|&&byte| is_base64(byte) && byte != b'=').count();
    at + data + rest[data..].iter().take(2).take_while(|&&byte| byte == b'=').count()
}

/// The start of the first of the lines above that are nothing but base64 and as long as the one that starts at `own`, or longer.
fn first_line(text: &[u8], own: usize, floor: usize) -> usize {
    let (mut start, length) = (own, token_end(text, own) - own);
    loop {
        let blank = text[floor..start].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        let end = start - blank;
        if !text[end..start].contains(&b'\n') {
            return start;
        }
        let above = token_start(text, end, floor);
        if end - above < length.max(40) || token_end(text, above) != end {
            return start;
        }
        start = above;
    }
}

/// The run from `start` with the lines below it of the same length, and one shorter one that completes it.
fn folded(text: &[u8], start: usize) -> Range<usize> {
    let mut end = token_end(text, start);
    let length = end - start;
    let mut total = length;
    while text[end - 1] != b'=' && length >= 40 {
        let blank = text[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let next = end + blank;
        let next_end = token_end(text, next);
        let size = next_end - next;
        let stands_alone = text.get(next_end).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`,".contains(byte));
        if !text[end..next].contains(&b'\n') || size == 0 || size > length || !stands_alone {
            break;
        }
        if size < length && !(total + size).is_multiple_of(4) {
            break;
        }
        (end, total) = (next_end, total + size);
        if size < length {
            break;
        }
    }
    start..end
}
