//! PEM blocks (RFC 7468, RFC 1421) in any text: several in a file, indented, quoted, escaped, commented out, or without
//! a separator. They are found and decoded here; the modules of certificates and keys read their content.

use crate::ber;
use std::ops::Range;

use memchr::memmem;

mod body;
pub(crate) mod decode;
mod escape;
mod label;

pub(crate) use body::Setting;
pub(crate) use escape::{Symbol, Unescaped};
pub(crate) use label::{Kind, Special};

/// The beginning of every BEGIN line.
pub(crate) const BEGIN: &[u8] = b"-----BEGIN ";
/// The beginning of every END line.
pub(crate) const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
const LONGEST_LABEL: usize = 64;
/// How far after a BEGIN line without an END line an ellipsis still belongs to it.
const NEAR: usize = 512;

/// A block, from its BEGIN line on.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    /// The BEGIN line, from dash to dash.
    pub(crate) begin: Range<usize>,
    /// From the BEGIN line to the end of the END line; for a block without one, to the end of its possible body.
    pub(crate) whole: Range<usize>,
    /// What is between the two lines.
    pub(crate) inner: Range<usize>,
    pub(crate) content: Content,
}

/// What a block holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// It has nothing like base64, or has an ellipsis: the text only writes about PEM.
    Mention,
    /// It has a label that is not read.
    Passed,
    /// The decoded body, and the header DEK-Info if it is encrypted under one.
    Body { bytes: Vec<u8>, dek_info: Option<String> },
    /// Why there is no body, and where.
    Broken { at: Range<usize>, reason: String },
}

impl<'a> Block<'a> {
    /// The block whose BEGIN line starts at `at`. Returns `None` if there is no BEGIN line. `setting` is what surrounds
    /// it.
    pub(crate) fn read(text: &'a [u8], at: usize, setting: &Setting<'_>) -> Option<Self> {
        Self::of(text, at, setting, |label| label::kind(label) == Kind::Passed)
    }

    /// The same, even for a label that is normally not read, for a format that reads it.
    pub(crate) fn whichever(text: &'a [u8], at: usize, setting: &Setting<'_>) -> Option<Self> {
        Self::of(text, at, setting, |_| false)
    }

    fn of(text: &'a [u8], at: usize, setting: &Setting<'_>, is_passed: impl Fn(&str) -> bool) -> Option<Self> {
        let (label, begin) = begin_line(text, at)?;
        let dashes = memmem::find(&text[begin.end..], DASHES).map(|found| begin.end + found);
        let inner = begin.end..dashes.unwrap_or(text.len());
        let end = dashes.and_then(|dashes| end_line(text, dashes, label));
        let whole = at..end.unwrap_or(inner.end);
        let raw = &text[inner.clone()];
        let content = match end {
            _ if is_passed(label) => Content::Passed,
            Some(_) => closed(text, label, inner.clone(), setting),
            None if !body::begins(raw, label::line(label)) || body::is_elided(&raw[..raw.len().min(NEAR)]) => {
                Content::Mention
            }
            None => Content::Broken { at: begin.clone(), reason: unclosed(text, dashes, label) },
        };
        Some(Self { label, begin, whole, inner, content })
    }

    /// What the block is by its label.
    pub(crate) fn kind(&self) -> Kind {
        label::kind(self.label)
    }

    /// Where to search for the next block: after this one, or after the BEGIN line if the block does not end.
    pub(crate) fn resume(&self) -> usize {
        if self.whole.end > self.inner.end { self.whole.end } else { self.begin.end }
    }

    /// The bytes that may be a private value, judging by the label, whether or not they could be decoded.
    pub(crate) fn secret(&self, text: &[u8]) -> Option<Range<usize>> {
        let closed = self.whole.end > self.inner.end;
        let private = label::is_private(self.label)
            && (closed || body::begins(&text[self.inner.clone()], label::line(self.label)));
        private.then(|| self.inner.clone())
    }
}

/// The body between a BEGIN line and its END line.
fn closed(text: &[u8], label: &str, inner: Range<usize>, setting: &Setting<'_>) -> Content {
    let raw = &text[inner.clone()];
    if body::is_elided(raw) || body::is_placeholder(raw) {
        return Content::Mention;
    }
    let collected = body::collect(text, inner.clone(), setting);
    if !body::is_evident(raw, label::line(label)) && !collected.as_ref().is_ok_and(|body| is_short_der(&body.base64)) {
        return Content::Mention;
    }
    let collected = match collected {
        Ok(collected) => collected,
        Err(at) => {
            let reason = format!("the body of the block {label} is not base64 here");
            return Content::Broken { at: at..at + 1, reason };
        }
    };
    match decode::body(label, &collected.base64) {
        Some(bytes) if body::is_monotonous(raw) && !is_sound(label, &bytes) => Content::Mention,
        Some(bytes) => Content::Body { bytes, dek_info: collected.dek_info },
        None => {
            let reason = format!("the base64 of the block {label} is cut off, or has padding inside");
            Content::Broken { at: inner, reason }
        }
    }
}

/// Whether a body is as a whole what some program wrote, as far as that can be told.
fn is_sound(label: &str, bytes: &[u8]) -> bool {
    label.starts_with("PGP ")
        || bytes.starts_with(b"openssh-key-v1")
        || bytes.first() == Some(&0x30) && ber::length(bytes).is_ok()
}

/// Whether a body that is too short for anything else is a whole structure of DER.
fn is_short_der(base64: &[u8]) -> bool {
    matches!(decode::base64(base64).as_deref(), Some([0x30, length, rest @ ..]) if rest.len() == usize::from(*length))
}

fn unclosed(text: &[u8], dashes: Option<usize>, label: &str) -> String {
    let other = dashes.and_then(|at| text[at..].strip_prefix(END)).and_then(until_dashes);
    match other {
        Some(other) => format!("the block {label} ends with the label {other}"),
        None => format!("the block {label} has no END line"),
    }
}

/// Label and range of the BEGIN line at `at`.
fn begin_line(text: &[u8], at: usize) -> Option<(&str, Range<usize>)> {
    let label = until_dashes(text.get(at..)?.strip_prefix(BEGIN)?)?;
    Some((label, at..at + BEGIN.len() + label.len() + DASHES.len()))
}

/// The end of the END line at `at`, if it has that label. NATS writes it with a sixth dash.
fn end_line(text: &[u8], at: usize, label: &str) -> Option<usize> {
    let at = if text[at..].starts_with(b"------") { at + 1 } else { at };
    let found = until_dashes(text[at..].strip_prefix(END)?)?;
    (found == label).then_some(at + END.len() + label.len() + DASHES.len())
}

/// A label, which must be followed by five dashes; it may contain single ones.
fn until_dashes(text: &[u8]) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" #._/".contains(&byte);
    let dash = |at: usize| text[at] == b'-' && text.get(at + 1).is_some_and(|&next| allowed(next));
    let end = text.len().min(LONGEST_LABEL);
    let length = (0..end).take_while(|&at| allowed(text[at]) || dash(at)).count();
    let (label, rest) = text.split_at(length);
    if label.is_empty() || !rest.starts_with(DASHES) {
        return None;
    }
    std::str::from_utf8(label).ok()
}
