//! Public keys and certificates of SSH, on a line of their own or within one: `ssh-ed25519 AAAA… comment` (sshd(8),
//! AUTHORIZED_KEYS). The options before them and the comments after them are not read.

use std::ops::Range;

use crate::pem::{Unescaped, decode};

/// The key types that are looked for.
pub(crate) const TYPES: [&str; 12] = [
    "ssh-rsa ",
    "ssh-dss ",
    "ssh-ed25519 ",
    "ssh-ed448 ",
    "ecdsa-sha2-nistp",
    "sk-ssh-ed25519@openssh.com ",
    "sk-ecdsa-sha2-nistp256@openssh.com ",
    "ssh-rsa-cert-v01@openssh.com ",
    "ssh-dss-cert-v01@openssh.com ",
    "ssh-ed25519-cert-v01@openssh.com ",
    "sk-ssh-ed25519-cert-v01@openssh.com ",
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com ",
];

/// A key that is written in this way.
#[derive(Debug)]
pub(crate) struct Line {
    /// From the key type to the end of the base64.
    pub(crate) range: Range<usize>,
    /// The decoded blob; `None` if the base64 is not sound or its type differs from the one before it.
    pub(crate) blob: Option<Vec<u8>>,
}

impl Line {
    /// The key whose type starts at `at`. Returns `None` if the text only mentions the type, or leaves the key out.
    pub(crate) fn read(text: &[u8], at: usize) -> Option<Self> {
        let continues = |byte: &u8| byte.is_ascii_alphanumeric() || b"-@_.".contains(byte);
        if at > 0 && continues(&text[at - 1]) && !is_escape(&text[..at]) {
            return None;
        }
        let name = text[at..].iter().take(64).take_while(|byte| continues(byte)).count();
        let blank = text[at + name..].iter().take_while(|byte| b" \t".contains(byte)).count();
        let start = at + name + blank;
        if blank == 0 || !text[start..].starts_with(b"AAAA") {
            return None;
        }
        let (mut base64, mut end) = (Vec::new(), start);
        let mut next = Some(start);
        while let Some(from) = next {
            let mut symbols = Unescaped::new(text, from..text.len());
            while let Some(symbol) = symbols.next()
                && (symbol.byte.is_ascii_alphanumeric() || b"+/=".contains(&symbol.byte))
            {
                base64.push(symbol.byte);
                end = symbols.position();
            }
            // A program joins the literals that a key is cut over.
            next = joined(text, end).filter(|from| *from > end && !is_whole(&base64));
        }
        let rest = &text[end..];
        let is_elided = [&b"..."[..], b"[", b"<", "…".as_bytes()].iter().any(|mark| rest.starts_with(mark));
        if base64.len() < 40 || is_elided {
            return None;
        }
        let blob = decode::base64(&base64).filter(|blob| blob.get(4..4 + name) == Some(&text[at..at + name]));
        Some(Self { range: at..end, blob })
    }
}

/// Where the string literal goes on that ends at that place, if it is joined with one on the next line.
fn joined(text: &[u8], at: usize) -> Option<usize> {
    const FAR: usize = 200;
    let rest = &text[at..text.len().min(at + FAR)];
    let quote = *rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let between = rest[1..].iter().take_while(|byte| byte.is_ascii_whitespace() || b"+\\.".contains(byte)).count();
    let is_one = rest[1..=between].contains(&b'\n') && rest.get(between + 1) == Some(&quote);
    is_one.then_some(at + between + 2)
}

/// Whether a blob ends where its last field does (RFC 4253, section 6.6).
fn is_whole(base64: &[u8]) -> bool {
    let Some(blob) = decode::base64(base64) else { return false };
    let mut rest = &blob[..];
    while let Some((length, fields)) = rest.split_first_chunk() {
        match fields.get(u32::from_be_bytes(*length) as usize..) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

/// Whether the text ends with an escaped line break, whose letter does not belong to a word.
fn is_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'n' | b'r' | b't'])
}
