//! Finds what merely looks private in a line: random characters, lists of bytes, values of names such as `password`,
//! the password in a URL. A frame hides it, but it is not a finding: public values that look private are hidden as
//! well, except for the forms that people read.

use std::ops::Range;

use super::{lists, merged, named, words};

/// Names of values that are long, random and public. A name that ends with one of these counts as well.
const PUBLIC: [&str; 17] = [
    "sha256",
    "sha1",
    "sha384",
    "sha512",
    "md5",
    "fingerprint",
    "digest",
    "checksum",
    "integrity",
    "thumbprint",
    "commit",
    "revision",
    "sha",
    "hash",
    "etag",
    "keyidentifier",
    "keyid",
];
/// How those public keys begin that people recognise by sight: SSH's, and age's.
const PUBLIC_FORMS: [&str; 5] = ["AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAG", "age1"];

/// Where something in a line looks private, in order and without overlaps.
pub fn spans(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = words::tokens(line);
    random(line, &mut found);
    let mut rows = Vec::new();
    lists::spans(line, &mut rows);
    found.extend(rows.into_iter().filter(|row| !is_named_public(&line[..row.start])));
    named::spans(line, &mut found);
    user_information(line, &mut found);
    merged(found)
}

/// Hides what looks private in a text of several lines.
pub fn hide(text: &str) -> std::borrow::Cow<'_, str> {
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        all.extend(spans(line.as_bytes()).into_iter().map(|span| span.start + at..span.end + at));
        at += line.len();
    }
    super::without(text, &all)
}

fn random(line: &[u8], found: &mut Vec<Range<usize>>) {
    for run in words::runs(line) {
        let text = &line[run.clone()];
        let is_public =
            PUBLIC_FORMS.iter().any(|form| text.starts_with(form.as_bytes())) || is_named_public(&line[..run.start]);
        if words::is_random(text) && !is_public {
            found.push(run);
        }
    }
}

/// Whether the text before a value names the value as public: `fingerprint: SHA256:`.
fn is_named_public(before: &[u8]) -> bool {
    let end = before.iter().rposition(|byte| byte.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let is_near = before.len() - end <= 4;
    let word: Vec<u8> = letters(&before[..end]);
    is_near && PUBLIC.iter().any(|name| word.ends_with(name.as_bytes()))
}

/// The letters and digits of the name at the end of a text, in lower case. Hyphens and underscores join the words
/// of a name.
fn letters(text: &[u8]) -> Vec<u8> {
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let start = text.iter().rposition(|byte| !joins(byte)).map_or(0, |at| at + 1);
    text[start..].iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// Name and password in a URL.
fn user_information(line: &[u8], found: &mut Vec<Range<usize>>) {
    let ends =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'<' | b'>' | b'?' | b'#');
    let mut ends = Ends::of(line, ends);
    for scheme in memchr::memmem::find_iter(line, b"://") {
        let start = scheme + 3;
        let at = line[start..ends.behind(start)].iter().rposition(|byte| *byte == b'@');
        let user = at.map_or(start..start, |at| start..start + at);
        if line[user.clone()].contains(&b':') {
            found.push(user);
        }
    }
}

/// Finds where something in a line ends: at the next of certain bytes. If asked from left to right, it reads the line
/// only once.
pub(super) struct Ends<'l, F> {
    line: &'l [u8],
    is_end: F,
    last: usize,
}

impl<'l, F: Fn(&u8) -> bool> Ends<'l, F> {
    pub(super) fn of(line: &'l [u8], is_end: F) -> Self {
        Self { line, is_end, last: 0 }
    }

    /// The end of what begins at a position, or the end of the line.
    pub(super) fn behind(&mut self, start: usize) -> usize {
        if start >= self.last || self.last == 0 {
            let end = self.line[start..].iter().position(&self.is_end);
            self.last = end.map_or(self.line.len(), |length| start + length);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_private_is_hidden() {
        for (line, shown) in [
            ("JWT_KEY=MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v2VpEfkmxLWJ8", "JWT_KEY=[hidden]"),
            ("wg set wg0 private-key yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", "wg set wg0 private-key [hidden]"),
            ("<D>kXbRzr9v2Qm3bPqT0YwLsD7Q==</D>", "<D>[hidden]</D>"),
            ("  \"key\": [48, 46, 2, 1, 0, 48, 5, 6, 3, 43]", "  \"key\": [[hidden]]"),
            ("0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06", "[hidden]"),
            ("    3f:9a:00:12", "    [hidden]"),
            ("# 9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015", "# [hidden]"),
            ("proxy_set_header Authorization \"Bearer some words\";", "proxy_set_header Authorization \"[hidden]\";"),
            ("url = https://ada:pa55word@example.org/x", "url = https://[hidden]@example.org/x"),
            ("DB_PASSWORD=hunter two", "DB_PASSWORD=[hidden] two"),
            ("password: correct", "password: [hidden]"),
            ("api_key = 'abc1'", "api_key = '[hidden]'"),
            ("# ghp_abcdefghijklmnop", "# [hidden]"),
        ] {
            assert_eq!(hide(line), shown);
        }
    }

    #[test]
    fn what_people_read_is_shown() {
        for line in [
            "ssl_certificate_key /etc/nginx/tls/www.example.org.key;",
            "ssl_password_file /etc/nginx/passwords;",
            "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-CHACHA20-POLY1305;",
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 ada@example.org",
            "server_name www.example.org 2001:db8::1 10.0.0.1;",
            "fingerprint: SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "sha256 = \"9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015\"",
            "id: 123e4567-e89b-12d3-a456-426614174000",
            "password: ${DB_PASSWORD}",
            "token: ci deploy token",
            "ssl_protocols TLSv1.2 TLSv1.3;",
            "-----BEGIN CERTIFICATE-----",
            "key-type: rsa",
            "listen 443 ssl; # 1, 2, 3",
            "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq",
            "rotated 2026-11-23T12:00:00Z",
            "54:13:0a:ff:01:02 is a card",
        ] {
            assert_eq!(hide(line), line);
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_looked_at(line: Vec<u8>) {
            let spans = spans(&line);
            prop_assert!(spans.iter().all(|span| span.start < span.end && span.end <= line.len()));
        }

        #[test]
        fn no_key_is_shown_in_any_common_spelling(seed: [u8; 8]) {
            use base64::Engine as _;
            let key = crate::digest::sha256(&seed);
            // One key in a thousand has no digit in Base64; without padding, nothing then distinguishes it from a name.
            prop_assume!(base64::engine::general_purpose::STANDARD.encode(key).contains(|c: char| c.is_ascii_digit()));
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            let base64 = base64::engine::general_purpose::STANDARD.encode(key);
            let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key);
            let decimal: Vec<String> = key.iter().map(u8::to_string).collect();
            let colons: Vec<String> = key.iter().map(|byte| format!("{byte:02x}")).collect();
            for text in [hex, base64, url, decimal.join(", "), decimal.join(","), colons.join(":")] {
                let line = format!("a = {text} # b");
                prop_assert_eq!(hide(&line), "a = [hidden] # b");
            }
        }
    }
}
