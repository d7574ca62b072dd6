//! Finds the bytes of an inventory that may be a key or token, so that facts, frames and messages do not show them. It
//! is not a rule: a value in an inventory is not judged here.

use keyreeve_source::Span;
use keyreeve_source::private::words::{begins_like_token, is_words, looks_random, tokens};
use keyreeve_syntax::tree::{Node, Tree, Value};

use super::field::{Field, normal};

/// Names of fields that always hold a value, normalised by [`normal`].
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

/// Spans that may hold a private value, in order and without overlaps.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    spans: Vec<Span>,
}

impl Secrets {
    /// Examines the names and contents of all scalars, and searches every byte for well-known tokens and private keys.
    pub(super) fn find(tree: &Tree, bytes: &[u8]) -> Self {
        let mut spans = Vec::new();
        tree.documents.iter().for_each(|root| in_nodes(root, &mut spans));
        spans.extend(tokens(bytes).into_iter().map(|token| Span::new(token.start, token.end)));
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

/// What the name of a scalar says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// It holds a value.
    Value,
    /// It holds a value, or a name that consists of words.
    ValueOrWords,
    /// It holds a value if it looks like one.
    Undecided,
    /// It holds something that may be long and random without being private.
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
                // Everything below `password:` is a value, unless its own name says otherwise.
                let inherited = if name == Name::Value && own == Name::Other { name } else { own };
                (&member.value, inherited)
            })),
            // A value with a tag that is not resolved: `!secret …`, `!vault |`.
            Value::Unknown(_) => spans.push(node.span),
            Value::Scalar(_) | Value::Null => {}
        }
    }
}

/// Blocks of PEM with private keys, from BEGIN to the end of END. A block without an end reaches to the end of the
/// file.
fn private_key_blocks(bytes: &[u8], spans: &mut Vec<Span>) {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    /// How far back a label can begin: `-----BEGIN ENCRYPTED `, with some room.
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
