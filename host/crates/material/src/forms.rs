//! Forms of keys that are neither PEM nor DER: each is found in a text by its marks and read by a module of its own. A
//! new form is one file and one row here; a binary file that is a key as a whole is one line in `of_file`.

mod age;
pub(super) mod bech32;
mod dnskey;
mod dnssec;
mod gnupg;
mod jwk;
mod lines;
mod minisign;
mod object;
mod putty;
mod sexp;
mod ssh2;
mod tink;
mod tor;
mod wireguard;
mod xml;

use std::ops::Range;

use super::key::Found;

/// A form of key.
pub(crate) struct Form {
    /// Texts that the key begins with, or that occur in it once.
    pub(crate) marks: &'static [&'static str],
    /// Whether a mark at that place can belong to such a key. This is cheap, because it is asked for every file.
    pub(crate) announces: fn(&[u8], usize) -> bool,
    /// Reads the text around a mark and returns where to continue. Returns `None` if there is no such key.
    pub(crate) read: fn(&[u8], usize, &mut dyn Sink) -> Option<usize>,
}

/// Receives what is found in a text. Ranges are within that text.
pub(crate) trait Sink {
    /// A key that stands in `home`; `stated` is where its protection is stated. `body` identifies it if it has no
    /// public half, and contains no secret.
    fn key(&mut self, found: Found<'_>, body: &[u8], home: &Range<usize>, stated: &Range<usize>);
    /// Bytes that must never be shown.
    fn secret(&mut self, range: &Range<usize>);
    /// Why something cannot be read.
    fn problem(&mut self, range: &Range<usize>, message: String);
    /// Whether so many more bytes may be examined. Each text has a budget in proportion to its length; a problem
    /// reports when it is spent.
    fn may_spend(&mut self, bytes: usize) -> bool;
}

/// All forms.
pub(crate) static FORMS: &[Form] = &[
    Form { marks: putty::MARKS, announces: always, read: putty::read },
    Form { marks: ssh2::MARKS, announces: always, read: ssh2::read },
    Form { marks: age::SECRET_MARKS, announces: always, read: age::read_secret },
    Form { marks: age::PUBLIC_MARKS, announces: age::announces_public, read: age::read_public },
    Form { marks: minisign::SECRET_MARKS, announces: minisign::announces_secret, read: minisign::read_secret },
    Form { marks: minisign::PUBLIC_MARKS, announces: always, read: minisign::read_public },
    Form { marks: wireguard::MARKS, announces: wireguard::announces, read: wireguard::read },
    Form { marks: jwk::MARKS, announces: always, read: jwk::read },
    Form { marks: tink::MARKS, announces: always, read: tink::read },
    Form { marks: dnssec::MARKS, announces: always, read: dnssec::read },
    Form { marks: dnskey::MARKS, announces: dnskey::announces, read: dnskey::read },
    Form { marks: tor::MARKS, announces: always, read: tor::read },
    Form { marks: xml::MARKS, announces: always, read: xml::read },
    Form { marks: gnupg::MARKS, announces: gnupg::announces, read: gnupg::read },
];

/// The reader of a binary file that is as a whole a key of one of these forms. Returns `None` for any other file.
pub(crate) fn of_file(bytes: &[u8]) -> Option<fn(&[u8], &mut dyn Sink)> {
    if tor::is_file(bytes) {
        return Some(tor::read_file);
    }
    gnupg::is_file(bytes).then_some(gnupg::read_file)
}

fn always(_: &[u8], _: usize) -> bool {
    true
}

/// Whether it is not a value at all: something that was left out for readers, or that a program fills in.
fn is_placeholder(value: &[u8]) -> bool {
    let elided =
        [&b"..."[..], "…".as_bytes(), b"${", b"{{", b"{}", b"#{", b"%s", b"<", b"***", b"xxxxxxxx", b"XXXXXXXX"];
    value.is_empty() || elided.iter().any(|mark| memchr::memmem::find(value, mark).is_some())
}

/// Whether bytes that should be random obviously are not: fewer than eight different ones among 32 or more.
fn is_monotonous(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    bytes.len() >= 32 && seen.iter().filter(|&&seen| seen).count() < 8
}

/// The run of matching bytes from `at`, at most `most` of them.
fn run(text: &[u8], at: usize, most: usize, belongs: impl Fn(u8) -> bool) -> Range<usize> {
    at..at + text[at..].iter().take(most).take_while(|&&byte| belongs(byte)).count()
}

/// Whether a word can begin at that place: not after a letter, unless that letter belongs to an escape.
fn begins_word(text: &[u8], at: usize) -> bool {
    at == 0 || !is_word(text[at - 1]) || matches!(&text[..at], [.., b'\\', b'n' | b'r' | b't'])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
