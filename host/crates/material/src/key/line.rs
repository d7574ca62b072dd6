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
        let mut symbols = Unescaped::new(text, start..text.len());
        let (mut base64, mut end) = (Vec::new(), start);
        while let Some(symbol) = symbols.next()
            && (symbol.byte.is_ascii_alphanumeric() || b"+/=".contains(&symbol.byte))
        {
            base64.push(symbol.byte);
            end = symbols.position();
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

/// Whether the text ends with an escaped line break, whose letter does not belong to a word.
fn is_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'n' | b'r' | b't'])
}
