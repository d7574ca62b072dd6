//! Which texts of a server may be shown: a short part, on one line, without any secret that was sent there, in whatever
//! encoding it comes back. What is sent, and to whom, is decided by the client.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyreeve_source::digest::hex;

use crate::report::escape::visible_lines;
use crate::rules::limits::clip;

/// The most bytes of a text that a message quotes.
const QUOTED: usize = 200;
/// How many bytes of a text are examined for that.
const READ: usize = 4096;
/// So many letters of a secret in a row reveal it: the word around them is hidden. Fewer are hidden only if they are
/// the whole secret.
const TELLING: usize = 6;
/// How many layers of escapes are removed: a form in a URL in JSON.
const LAYERS: usize = 3;
/// Bytes of the longest escape of a letter, `&#x0041;`.
const ESCAPE: usize = 8;

/// A text from a server, in the form that a message may show. Only [`Sent::quote`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Said(String);

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl Said {
    /// `: ` and the text; empty if there is no text.
    pub(super) fn behind_colon(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!(": {self}") }
    }
}

/// The secrets that were or will be sent to servers.
#[derive(Default)]
pub(super) struct Sent(Vec<String>);

impl Sent {
    /// Starts with the users and passwords of proxies in HTTPS_PROXY and the like.
    pub(super) fn with_proxies() -> Self {
        let mut sent = Self::default();
        for (name, value) in std::env::vars_os() {
            let (name, value) = (name.to_string_lossy().to_lowercase(), value.to_string_lossy());
            if let Some((account, _)) = value.rsplit_once('@').filter(|_| name.ends_with("_proxy")) {
                let account = account.rsplit('/').next().unwrap_or_default();
                sent.add_account(&percent_decoded(account));
            }
        }
        sent
    }

    /// A token.
    pub(super) fn add(&mut self, secret: &str) {
        self.0.extend(Some(secret.to_owned()).filter(|secret| !secret.is_empty()));
    }

    /// Adds user and password, separated by a colon, as Basic encodes them. The user's name alone is not secret.
    pub(super) fn add_account(&mut self, account: &str) {
        self.add(account.split_once(':').map_or(account, |(_, password)| password));
        self.add(&STANDARD.encode(account));
    }

    /// The only way for a server's text into a message.
    pub(super) fn quote(&self, text: &str) -> Said {
        let hidden = self.hide(text);
        let line = hidden.split_whitespace().collect::<Vec<_>>().join(" ");
        Said(clip(&visible_lines(&line), QUOTED).to_owned())
    }

    /// The beginning of a text, with `[hidden]` for each word that contains a part of a secret.
    fn hide(&self, text: &str) -> String {
        let read = clip(text, READ);
        let mut told = vec![false; read.len()];
        if read.len() < text.len() {
            // A secret could begin here and be too short to be recognised.
            let end = read.len().saturating_sub(TELLING * ESCAPE);
            told[end..].fill(true);
        }
        let pieces: HashSet<Vec<u8>> = self.0.iter().flat_map(|secret| pieces(secret)).collect();
        let lengths: BTreeSet<usize> = pieces.iter().map(Vec::len).collect();
        let mut reading = Reading::of(read);
        for _ in 0..=LAYERS {
            for &length in &lengths {
                let found = reading.bytes.windows(length).enumerate().filter(|(_, window)| pieces.contains(*window));
                found.for_each(|(at, _)| told[reading.places[at]..reading.places[at + length]].fill(true));
            }
            reading = reading.unescaped();
        }
        let mut out = String::new();
        let words = read.split_inclusive(is_between).scan(0, |end, word| {
            let begin = std::mem::replace(end, *end + word.len());
            Some((word, &told[begin..*end]))
        });
        for (word, told) in words {
            let mark = if out.ends_with(HIDDEN) { "" } else { HIDDEN };
            let letters = word.trim_end_matches(is_between);
            let (of_letters, of_gap) = told.split_at(letters.len());
            out += if of_letters.contains(&true) { mark } else { letters };
            out += if of_gap.contains(&true) { "" } else { &word[letters.len()..] };
        }
        out
    }
}

const HIDDEN: &str = "[hidden]";

/// A part of an address, percent-decoded.
fn percent_decoded(text: &str) -> String {
    let (mut decoded, mut rest) = (Vec::new(), text.as_bytes());
    while let [byte, ..] = rest {
        let (meant, length) = escape(rest).filter(|_| *byte == b'%').unwrap_or((vec![*byte], 1));
        decoded.extend(meant);
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Whether a character separates words of a message, of JSON or of HTML.
fn is_between(character: char) -> bool {
    character.is_ascii_whitespace() || "\"'<>(){}[],;".contains(character)
}

/// Every piece of a secret that reveals it, as a [`Reading`] has it: of the secret itself, of its Base64 (at any
/// position in the encoded text) and of its hexadecimal digits.
fn pieces(secret: &str) -> HashSet<Vec<u8>> {
    let encoded = |before: usize| {
        let whole = STANDARD.encode([&vec![0; before], secret.as_bytes()].concat());
        // The digits that depend only on the secret.
        whole[(before * 8).div_ceil(6)..(before + secret.len()) * 8 / 6].to_owned()
    };
    let digits = [STANDARD.encode(secret), encoded(0), encoded(1), encoded(2), hex(secret.as_bytes())];
    let digits = digits.iter().filter(|digits| digits.len() >= 4).map(|digits| Reading::of(digits).bytes);
    let itself = [Reading::of(secret).bytes, Reading::of(secret).to_the_end().bytes];
    let forms = itself.into_iter().chain(digits).filter(|form| !form.is_empty());
    forms.flat_map(|form| form.windows(TELLING.min(form.len())).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
}

/// A normalised text for comparison: without the differences between upper and lower case, between the alphabets of
/// Base64, and between the blank and the plus of a form.
struct Reading {
    bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the last one ends.
    places: Vec<usize>,
}

impl Reading {
    fn of(text: &str) -> Self {
        Self { bytes: text.bytes().map(alike).collect(), places: (0..=text.len()).collect() }
    }

    /// The same text with one layer of escapes removed.
    fn unescaped(&self) -> Self {
        let mut next = Self { bytes: Vec::new(), places: Vec::new() };
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let (meant, length) = escape(&self.bytes[at..]).unwrap_or((vec![byte], 1));
            next.places.extend(std::iter::repeat_n(self.places[at], meant.len()));
            next.bytes.extend(meant.into_iter().map(alike));
            at += length;
        }
        next.places.extend(self.places.last());
        next
    }

    /// The same text without any escapes.
    fn to_the_end(&self) -> Self {
        (1..LAYERS).fold(self.unescaped(), |reading, _| reading.unescaped())
    }
}

fn alike(byte: u8) -> u8 {
    match byte {
        b'-' | b' ' => b'+',
        b'_' => b'/',
        _ => byte.to_ascii_lowercase(),
    }
}

/// The escape at the beginning of a text, as URLs, JSON and HTML have them: its meaning, and its length.
fn escape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let number = |digits: &[u8], radix| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    let letter = |number| char::from_u32(number).map(|letter| letter.to_string().into_bytes());
    match text {
        [b'%', high, low, ..] => Some((vec![number(&[*high, *low], 16)?.to_le_bytes()[0]], 3)),
        [b'\\', b'u', digits @ ..] => Some((letter(number(digits.get(..4)?, 16)?)?, 6)),
        [b'\\', b'x', digits @ ..] => Some((letter(number(digits.get(..2)?, 16)?)?, 4)),
        [b'\\', escaped, ..] => Some((vec![*escaped], 2)),
        [b'&', rest @ ..] => {
            let end = rest.iter().take(ESCAPE).position(|&byte| byte == b';')?;
            let meant = match &rest[..end] {
                b"amp" => vec![b'&'],
                b"lt" => vec![b'<'],
                b"gt" => vec![b'>'],
                b"quot" => vec![b'"'],
                b"apos" => vec![b'\''],
                [b'#', b'x', digits @ ..] => letter(number(digits, 16)?)?,
                [b'#', digits @ ..] => letter(number(digits, 10)?)?,
                _ => return None,
            };
            Some((meant, end + 2))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PASSWORD: &str = "Tr4ub&dor/3 \"x\"";

    fn quote(text: &str) -> String {
        let mut sent = Sent::default();
        sent.add_account(&format!("ada:{PASSWORD}"));
        sent.quote(text).to_string()
    }

    #[test]
    fn what_was_sent_is_hidden_in_whatever_spelling_it_comes_back() {
        let form = "Tr4ub%26dor%2F3+%22x%22";
        let basic = STANDARD.encode(format!("ada:{PASSWORD}"));
        let every: String = PASSWORD.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let spellings = [
            PASSWORD.to_owned(),
            PASSWORD.to_uppercase(),
            form.to_owned(),
            form.replace('%', "%25"),
            every,
            serde_json::to_string(PASSWORD).unwrap(),
            PASSWORD.chars().map(|letter| format!("\\u{:04x}", letter as u32)).collect(),
            PASSWORD.chars().map(|letter| format!("&#{};", letter as u32)).collect(),
            PASSWORD.replace('&', "&amp;").replace('"', "&quot;"),
            hex(PASSWORD.as_bytes()),
            STANDARD.encode(PASSWORD),
            basic.replace('=', "%3D"),
            basic.replace('+', "-").replace('/', "_"),
            STANDARD.encode(&basic),
            basic.clone(),
        ];
        for spelling in &spellings {
            for before in ["", "%", "Authorization:", "Authorization: Basic ", "x="] {
                let said = quote(&format!("no: {before}{spelling} here"));
                let rest = said.replace(HIDDEN, "").replace(before.trim(), "");
                assert!(said.contains(HIDDEN) && said.ends_with(" here"), "{spelling}: {said}");
                assert!(rest.chars().filter(|letter| letter.is_alphanumeric()).count() <= 6, "{spelling}: {said}");
            }
        }
        for sent in [PASSWORD, &spellings[5], &basic] {
            let framed = STANDARD.encode(format!("{{\"sent\": \"{sent}\"}}"));
            assert_eq!(quote(&framed), HIDDEN, "{sent}");
        }
    }

    #[test]
    fn what_an_address_tells_is_what_it_means() {
        assert_eq!(percent_decoded("Ada:a%2Fb%C3%A9+%zz%"), "Ada:a/bé+%zz%");
    }

    #[test]
    fn a_piece_of_what_was_sent_is_hidden_and_other_texts_are_left() {
        assert_eq!(quote("the password Tr4ub&d… is wrong"), "the password [hidden] is wrong");
        assert_eq!(quote("unknown: manifest a/b:1 (sha256:00ff)"), "unknown: manifest a/b:1 (sha256:00ff)");
        assert_eq!(Sent::default().quote("a\n\u{1b}[31m\tb").to_string(), "a \\x1b[31m b");
        let mut short = Sent::default();
        short.add("ok");
        short.add("");
        assert_eq!(short.quote("it is ok or b2s= or 6f6b").to_string(), "it is [hidden] or [hidden] or [hidden]");
    }

    #[test]
    fn a_text_is_clipped_and_no_secret_with_it() {
        assert_eq!(quote(&"x".repeat(1 << 20)).len(), 8, "it is one word that has no end");
        assert_eq!(quote(&"word ".repeat(1 << 18)).len(), QUOTED);
        let secrets = format!("{PASSWORD} ").repeat(READ);
        for shift in 0..PASSWORD.len() {
            let said = quote(&format!("{}{secrets}", "-".repeat(shift)));
            assert!(said.split(' ').all(|word| HIDDEN.starts_with(word)), "{shift}: {said}");
        }
    }
}
