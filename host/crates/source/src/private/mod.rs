//! Keeps the private values of a scan out of every text that leaves the program: recognised values wherever they appear
//! ([`Private`]), and text that merely looks private ([`looks`]). The formats recognise values, not this module, and it
//! encodes nothing for a terminal or a page.

pub mod complaint;
mod decode;
mod lists;
pub mod looks;
mod named;
pub mod words;

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::{SourceId, Sources, Span};

/// Replaces private bytes, however many they are.
pub const HIDDEN: &str = "[hidden]";

/// Bytes of a window: a text that shares so many bytes with a private value contains a part of it.
const WINDOW: usize = 12;
/// A window is kept for every so many bytes of a value, so that any 15 bytes of it are found.
const STRIDE: usize = 4;
/// The least number of different bytes in a window: many values contain padding or words.
const KINDS: u32 = 6;
/// How many layers of encoding are removed from a value, since texts are encoded again for where they go.
const LAYERS: usize = 3;
/// The most values that are kept whole beside the windows: those that are too short or too plain for windows.
const WHOLE_VALUES: usize = 10_000;
const WHOLE_LENGTHS: Range<usize> = 8..256;

/// The private values of a scan, ready to be found in other texts. It takes some four times their size in memory.
#[derive(Debug, Default)]
pub struct Private {
    windows: HashSet<u64, BuildHasherDefault<Plain>>,
    /// Hashes of whole values, and the length of the longest.
    whole: HashSet<u64, BuildHasherDefault<Plain>>,
    longest: usize,
}

impl Private {
    /// The values at these places.
    pub fn of(sources: &Sources, secrets: &[(SourceId, Span)]) -> Self {
        Self::of_values(secrets.iter().map(|(source, span)| &sources[*source].bytes()[span.range()]))
    }

    /// Takes these values.
    pub fn of_values<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut private = Self::default();
        for value in values {
            private.add(value);
            let plain = value.trim_ascii().trim_ascii_start();
            let plain = plain.strip_prefix(b"\"").or(plain.strip_prefix(b"'")).unwrap_or(plain);
            let plain = plain.strip_suffix(b"\"").or(plain.strip_suffix(b"'")).unwrap_or(plain);
            let is_kept = WHOLE_LENGTHS.contains(&plain.len()) && words::is_no_word(plain);
            if is_kept && private.whole.len() < WHOLE_VALUES {
                private.whole.insert(plain.iter().fold(EMPTY, |hash, &byte| and(hash, byte)));
                private.longest = private.longest.max(plain.len());
            }
        }
        private
    }

    /// Whether there are no private values.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty() && self.whole.is_empty()
    }

    fn add(&mut self, value: &[u8]) {
        let mut layers = vec![(value.to_vec(), 0)];
        while let Some((value, depth)) = layers.pop() {
            let text = decode::text(&value);
            // Bytes that are not text are one value; in a text, the values are the runs that are not words.
            let Some(text) = text else {
                self.keep(&value);
                continue;
            };
            for run in words::runs(&text).filter(|run| words::is_no_name(&text[run.clone()])) {
                self.keep(words::behind_prefix(&text[run]));
            }
            decode::each(&text, |bytes| match depth {
                ..LAYERS => layers.push((bytes.to_vec(), depth + 1)),
                _ => self.keep(bytes),
            });
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let windows = bytes.windows(WINDOW).step_by(STRIDE).chain(bytes.last_chunk::<WINDOW>().map(|last| &last[..]));
        self.windows.extend(windows.filter(|window| kinds(window) >= KINDS).map(hash));
    }

    /// Finds where private values, or parts of them, stand in a text, in order and without overlaps. A part is covered
    /// together with all characters that are joined to it.
    pub fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        if self.is_empty() || text.len() < WHOLE_LENGTHS.start {
            return Vec::new();
        }
        let mut found: Vec<Range<usize>> = words::runs(text).filter(|run| self.has_part(&text[run.clone()])).collect();
        if !self.whole.is_empty() {
            found.extend(words_in(text).filter_map(|at| self.longest_at(text, at)));
        }
        merged(found)
    }

    /// The longest whole value that begins at a position and is not followed by a letter or digit.
    fn longest_at(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let (mut hash, mut longest) = (EMPTY, None);
        for end in at + 1..=text.len().min(at + self.longest) {
            hash = and(hash, text[end - 1]);
            let is_apart = !text.get(end).is_some_and(u8::is_ascii_alphanumeric);
            if is_apart && end - at >= WHOLE_LENGTHS.start && self.whole.contains(&hash) {
                longest = Some(at..end);
            }
        }
        longest
    }

    /// Whether a run contains a part of a value, either as it stands or decoded.
    fn has_part(&self, run: &[u8]) -> bool {
        if self.windows.is_empty() || run.len() < WINDOW {
            return false;
        }
        self.has_window(run) || self.has_decoded(run) || run.contains(&b'/') && self.has_joined_part(run)
    }

    /// Like `has_part`, for a value that slashes join to other words, so that its digits or letters may begin anywhere.
    fn has_joined_part(&self, run: &[u8]) -> bool {
        split(run, |byte| *byte == b'/').any(|piece| self.has_part(&run[piece]))
            || (1..4).any(|start| self.has_decoded(&run[start..]))
    }

    fn has_decoded(&self, run: &[u8]) -> bool {
        let mut has = false;
        decode::each(run, |bytes| has |= self.has_window(bytes));
        has
    }

    fn has_window(&self, bytes: &[u8]) -> bool {
        bytes.windows(WINDOW).any(|window| self.windows.contains(&hash(window)))
    }

    /// Hides private values in a text.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, &self.find(text.as_bytes()))
    }

    /// Hides private values in place.
    pub fn hide_in(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden;
        }
    }

    /// The name of a file with its private values hidden; `None` if it has none. In names only random values count: a
    /// value that looks like part of a path must not make findings impossible to locate.
    pub fn hide_in_name(&self, name: &str) -> Option<String> {
        let bytes = name.as_bytes();
        let private = words::runs(bytes).filter(|run| self.has_part(&bytes[run.clone()]));
        let found: Vec<_> = private.flat_map(|run| self.folders_with_a_part(bytes, run)).collect();
        (!found.is_empty()).then(|| without(name, &found).into_owned())
    }

    /// Hides private values in the name of a file, in place.
    pub fn hide_in_path(&self, path: &mut String) {
        if let Some(hidden) = self.hide_in_name(path) {
            *path = hidden;
        }
    }

    /// Of the folders in a run, those that contain a part of a value; all of them, if only all together contain one.
    fn folders_with_a_part(&self, name: &[u8], run: Range<usize>) -> Vec<Range<usize>> {
        let folders = split(&name[run.clone()], |byte| *byte == b'/');
        let folders = folders.map(|folder| run.start + folder.start..run.start + folder.end);
        let with: Vec<_> = folders.filter(|folder| self.has_part(&name[folder.clone()])).collect();
        if with.is_empty() { vec![run] } else { with }
    }
}

/// Where a value can begin: at the start, and after every byte that is neither a letter nor a digit.
fn words_in(text: &[u8]) -> impl Iterator<Item = usize> {
    (0..text.len()).filter(|&at| at == 0 || !text[at - 1].is_ascii_alphanumeric())
}

/// The ranges of a text's parts between separators, as [`slice::split`] yields them.
fn split(text: &[u8], separates: impl Fn(&u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(separates).map(move |part| {
        let range = start..start + part.len();
        start = range.end + 1;
        range
    })
}

/// The hash of no bytes (FNV-1a).
const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of bytes with one more byte at the end. Case is ignored.
fn and(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
}

/// Replaces these places of a text with [`HIDDEN`].
pub fn without<'t>(text: &'t str, places: &[Range<usize>]) -> Cow<'t, str> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for place in places {
        let (start, end) = (text.floor_char_boundary(place.start).max(at), text.ceil_char_boundary(place.end));
        out.push_str(&text[at..start]);
        out.push_str(HIDDEN);
        at = end.max(at);
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// Sorts places and merges those that overlap.
pub fn merged(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}

/// How many different bytes there are.
fn kinds(bytes: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    bytes.iter().for_each(|byte| seen[usize::from(byte >> 6)] |= 1 << (byte & 63));
    seen.iter().map(|bits| bits.count_ones()).sum()
}

/// The hash of a window. Two texts of equal hash are taken for equal; at worst something is hidden that is not private.
/// Case is ignored, since formats respell names.
fn hash(window: &[u8]) -> u64 {
    let number =
        |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(byte.to_ascii_lowercase()));
    let (low, high) = window.split_at(window.len().min(8));
    let (low, high) = (number(low), number(high));
    let mixed =
        (low ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xff51_afd7_ed55_8ccd) ^ high.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (mixed ^ mixed >> 33).wrapping_mul(0x2545_f491_4f6c_dd1d)
}

/// A hasher for values that are hashes already.
#[derive(Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |number, byte| number << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn of(value: &str) -> Private {
        Private::of_values(std::iter::once(value.as_bytes()))
    }

    const AGE: &str = "AGE-SECRET-KEY-1Q9X2T0W8S3J5N4KHC6MU7AELYZR0GF2VD9X8P3TW5SJ4NKHE6CMUA7LQ0Z";

    #[test]
    fn a_value_is_hidden_wherever_it_turns_up() {
        let private = of(AGE);
        assert_eq!(private.hide(&format!("server {AGE} is wrong")), "server [hidden] is wrong");
        assert_eq!(private.hide(&format!("`{}`…", &AGE[20..40])), "`[hidden]`…");
        assert_eq!(private.hide(&AGE.to_lowercase()), "[hidden]", "as a format spells a name");
        assert_eq!(private.hide("AGE-SECRET-KEY-1 is how they begin"), "AGE-SECRET-KEY-1 is how they begin");
        assert_eq!(private.hide_in_name(&format!("a/{AGE}.conf")).as_deref(), Some("a/[hidden].conf"));
    }

    #[test]
    fn a_password_is_hidden_as_a_whole_and_words_are_not() {
        let private = of("\"s3cr3t-Pa55\"");
        assert_eq!(private.hide("the token s3cr3t-Pa55 of x"), "the token [hidden] of x");
        assert_eq!(private.hide("xs3cr3t-Pa55 of x"), "xs3cr3t-Pa55 of x");
        for value in ["two words and a 7", "no!digit?at-all", "31415926", "Winter2025x"] {
            let private = Private::of_values([&b"Winter20"[..], value.as_bytes()].into_iter());
            assert_eq!(private.hide(&format!("server {value} x")), "server [hidden] x");
            assert_eq!(private.hide(&value.to_uppercase()), "[hidden]");
        }
        for word in ["production", "deploy/production/web-frontend", "nginx.conf", "a b c"] {
            assert!(of(word).is_empty(), "{word}");
        }
        assert_eq!(
            of("web-01.example").hide_in_name("web-01.example/a.conf"),
            None,
            "no value makes a file unfindable"
        );
    }

    #[test]
    fn a_value_is_known_under_what_it_was_wrapped_in() {
        let key = crate::digest::sha256(b"a key");
        let der = [&b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &key].concat();
        let body = STANDARD.encode(&der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let wide: String = body.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
        let wrapped = [
            pem.replace('\n', "\\n"),
            STANDARD.encode(&pem),
            STANDARD.encode(STANDARD.encode(&pem)),
            pem.bytes().flat_map(|byte| ['\0', char::from(byte)]).collect(),
            pem.bytes().flat_map(|byte| [char::from(byte), '\0']).collect(),
            wide,
            body.as_bytes().chunks(10).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect(),
        ];
        for value in wrapped {
            let private = of(&value);
            for spelling in [crate::digest::hex(&key), body[24..].to_owned()] {
                for text in [spelling.clone(), format!("https://{spelling}/a"), format!("deploy/{spelling}/app.pem")] {
                    assert!(!private.hide(&text).contains(&spelling), "{value}: {text}");
                }
            }
        }
    }

    #[test]
    fn a_key_that_is_short_is_known_by_its_parts() {
        let private = of("jtVPBEGf-zBSJTcKvauoLQ");
        assert_eq!(private.hide("server jtVPBEGf-zBSJTcKvauoLQ"), "server [hidden]");
        assert_eq!(private.hide("server xVPBEGf-zBSJTcKvx"), "server [hidden]");
    }

    proptest! {
        #[test]
        fn no_part_of_a_key_is_left_in_any_of_its_spellings(key: [u8; 48], start in 0..30_usize, around in "[ a-z:]{0,9}") {
            let text = STANDARD.encode(key);
            let private = of(&text);
            let part = &text[start..start + 30];
            let [wrapped, last] = [part, &text].map(|value| format!("{around} {value} {around}"));
            prop_assert!(!private.hide(&wrapped).contains(&part[8..24]));
            prop_assert!(!private.hide(&last).contains(&text[8..]));
            let hex: String = key[start / 2..].iter().map(|byte| format!("{byte:02x}")).collect();
            let spelt = format!("{around} {hex}");
            prop_assert!(!private.hide(&spelt).contains(&hex[..]));
            let binary = Private::of_values(std::iter::once(&[&[0xff][..], &key].concat()[..]));
            prop_assert!(!binary.hide(&spelt).contains(&hex[..]));
        }

        #[test]
        fn any_text_can_be_looked_at(value: Vec<u8>, text: String) {
            let private = Private::of_values(std::iter::once(&value[..]));
            prop_assert!(private.find(text.as_bytes()).is_sorted_by_key(|place| place.start));
            let _ = private.hide(&text);
        }
    }
}
