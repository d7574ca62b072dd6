//! Bytes of an inventory that may be the key or token itself: they are kept out of facts, frames and messages.
//! Not a rule: that a value stands in an inventory is not judged here.

use super::super::tree::{Node, Tree, Value};
use super::field::{Field, normal};
use crate::source::Span;

/// Names of fields that hold a value and nothing else, as [`normal`] spells them.
const VALUE_NAMES: [&str; 20] = [
    "value",
    "secret",
    "secret-value",
    "token-value",
    "key-value",
    "password",
    "passwd",
    "pass",
    "passphrase",
    "private-key",
    "secret-key",
    "secret-access-key",
    "client-secret",
    "auth-token",
    "bearer",
    "bearer-token",
    "credential",
    "credentials",
    "pin",
    "psk",
];

/// Names of fields that hold a value in some inventories and a name in others.
const VALUE_OR_NAME: [&str; 6] = ["token", "access-token", "api-token", "api-key", "access-key", "key"];

/// How the tokens of well-known services begin; in lower case only where the service is indifferent.
const PREFIXES: [&str; 34] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glptt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "xoxe-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "AGE-SECRET-KEY-",
    "eyJ",
    "hvs.",
    "hvb.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "shpss_",
    "AIza",
    "ya29.",
    "sk-ant-",
    "sk-proj-",
];

/// Spans that may hold a private value, in order, none overlapping another.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    spans: Vec<Span>,
}

impl Secrets {
    /// Looks at the names and contents of all scalars, and for well-known tokens and private keys in every byte.
    pub(super) fn find(tree: &Tree, bytes: &[u8]) -> Self {
        let mut spans = Vec::new();
        tree.documents.iter().for_each(|root| in_nodes(root, &mut spans));
        well_known_tokens(bytes, &mut spans);
        private_key_blocks(bytes, &mut spans);
        spans.retain(|span| span.start < span.end);
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.start < last.end => *last = last.cover(span),
                _ => merged.push(span),
            }
        }
        Self { spans: merged }
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether any byte of `span` may belong to a private value.
    pub(super) fn overlap(&self, span: Span) -> bool {
        let next = self.spans.partition_point(|secret| secret.end <= span.start);
        self.spans.get(next).is_some_and(|secret| secret.start < span.end)
    }
}

/// What the name above a scalar says of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// It holds a value.
    Value,
    /// It holds a value, or a name of nothing but words.
    ValueOrWords,
    /// It holds a value if it looks like one.
    Undecided,
    /// It holds what may be long and random without being private.
    Public,
    /// A text for people, or something unknown.
    Other,
}

impl Name {
    fn of(name: &str) -> Self {
        let name = normal(name);
        if VALUE_NAMES.contains(&name.as_str()) {
            Self::Value
        } else if name == "key" {
            Self::Undecided
        } else if VALUE_OR_NAME.contains(&name.as_str()) {
            Self::ValueOrWords
        } else {
            match Field::of(&name) {
                Some(Field::Fingerprint | Field::Path | Field::Id | Field::Created | Field::LastRotated) => {
                    Self::Public
                }
                _ => Self::Other,
            }
        }
    }

    fn hides(self, text: &str) -> bool {
        match self {
            Self::Value => true,
            Self::ValueOrWords => !is_words(text),
            Self::Undecided | Self::Other => looks_random(text),
            Self::Public => false,
        }
    }
}

fn in_nodes(root: &Node, spans: &mut Vec<Span>) {
    let mut open = vec![(root, Name::Other)];
    while let Some((node, name)) = open.pop() {
        match &node.value {
            Value::Scalar(text) if name.hides(text) || begins_like_token(text) => spans.push(node.span),
            Value::List(items) => open.extend(items.iter().map(|item| (item, name))),
            Value::Map(members) => open.extend(members.iter().map(|member| {
                let own = Name::of(&member.key.text);
                // What stands below `password:` is one, unless it says that it is something else.
                let inherited = if name == Name::Value && own == Name::Other { name } else { own };
                (&member.value, inherited)
            })),
            // A value with a tag that is not resolved: `!secret …`, `!vault |`.
            Value::Unknown(_) => spans.push(node.span),
            Value::Scalar(_) | Value::Null => {}
        }
    }
}

/// Whether a text is made of words as names are: `ci deploy token`, `github/actions`.
fn is_words(text: &str) -> bool {
    const WORD_LIMIT: usize = 20;
    let allowed = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '/' | '.' | ':');
    text.len() <= 80
        && text.chars().all(allowed)
        && text.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() <= WORD_LIMIT)
}

/// Whether a text looks like key material: no spaces, and a run of 16 or more letters and digits, mixed, of many kinds.
/// A UUID does not.
fn looks_random(text: &str) -> bool {
    const RUN: usize = 16;
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        return true;
    }
    if text.len() < 20 || text.contains(char::is_whitespace) {
        return false;
    }
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '='))).any(|run| {
        let kinds = run.bytes().fold(0u128, |kinds, byte| kinds | 1 << (byte & 0x7f)).count_ones();
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        run.len() >= RUN && kinds >= 8 && digits > 0 && digits < run.len()
    })
}

fn begins_like_token(text: &str) -> bool {
    let text = text.trim_start();
    PREFIXES.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(|rest| token_length(rest.as_bytes()) >= 12))
}

/// How many bytes at the beginning can belong to a token.
fn token_length(bytes: &[u8]) -> usize {
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=');
    bytes.iter().take_while(|byte| of_token(byte)).count()
}

/// Tokens by their prefixes, wherever they stand: also in a comment.
fn well_known_tokens(bytes: &[u8], spans: &mut Vec<Span>) {
    let Ok(prefixes) = aho_corasick::AhoCorasick::new(PREFIXES) else { return };
    let mut done = 0;
    for found in prefixes.find_iter(bytes) {
        let inside_word = found.start() > 0 && bytes[found.start() - 1].is_ascii_alphanumeric();
        if found.start() < done || inside_word {
            continue;
        }
        let length = token_length(&bytes[found.end()..]);
        if length >= 12 {
            done = found.end() + length;
            spans.push(Span::new(found.start(), done));
        }
    }
}

/// PEM blocks of private keys, from BEGIN to the end of END; one without an end reaches to the end of the file.
fn private_key_blocks(bytes: &[u8], spans: &mut Vec<Span>) {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    /// How far a label reaches back from there: `-----BEGIN ENCRYPTED `, with room.
    const LABEL: usize = 40;
    let mut done = 0;
    while let Some(mark) = memchr::memmem::find(&bytes[done..], MARK).map(|found| done + found) {
        let label = mark.saturating_sub(LABEL).max(done);
        let begin = memchr::memmem::rfind(&bytes[label..mark], b"-----").map_or(label, |dashes| label + dashes);
        let inner = mark + MARK.len();
        done = memchr::memmem::find(&bytes[inner..], MARK).map_or(bytes.len(), |end| inner + end + MARK.len());
        spans.push(Span::new(begin, done));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_random_text_is_not() {
        for text in ["ci deploy token", "github/actions", "Stripe"] {
            assert!(is_words(text), "{text}");
        }
        for text in ["hunter2", "correcthorsebatterystaple", "s3cr3t value"] {
            assert!(!is_words(text), "{text}");
        }
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "k/3bX9+vQ2mZ8rT1yU6wP4sD7fG0hJ5l=", "a-Zx81Kq90LmWv72TbRcYeQ"]
        {
            assert!(looks_random(text), "{text}");
        }
        for text in [
            "payments-api-production-2026",
            "https://vault.example.org/v1/secret/data/payments",
            "123e4567-e89b-12d3-a456-426614174000",
            "firstname.lastname@example.org",
            "deploy/production/tls/www.example.org.pem",
            "a key that opens the database of 2026",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }
}
