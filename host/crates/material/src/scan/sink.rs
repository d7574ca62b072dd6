//! Takes what the readers of forms find, as facts at their places, and counts what they look at more than once. Not the reading of forms.

use std::borrow::Cow;
use std::ops::Range;

use keyreeve_source::digest::sha256;

use super::{Reader, span};
use crate::forms::Sink;
use crate::key;

/// How many bytes may still be looked at more than once in a text.
pub(super) struct Again {
    left: usize,
    pub(super) is_told: bool,
    /// Where the text ends.
    end: usize,
}

impl Again {
    pub(super) fn of(text: &[u8]) -> Self {
        Self { left: (1 << 20) + 16 * text.len(), is_told: false, end: text.len() }
    }
}

/// Takes what the reader of a form finds around the mark at `at`.
pub(super) struct Found<'r, 'o> {
    pub(super) reader: &'r mut Reader<'o>,
    pub(super) again: &'r mut Again,
    pub(super) at: Range<usize>,
}

impl Sink for Found<'_, '_> {
    fn key(&mut self, found: key::Found<'_>, body: &[u8], home: &Range<usize>, stated: &Range<usize>) {
        let (home, stated) = (span(home), span(stated));
        // What does not tell two keys of a file apart is counted.
        let count = self.reader.bodies.entry(sha256(body)).or_default();
        let body = if *count == 0 { Cow::Borrowed(body) } else { [body, &count.to_be_bytes()].concat().into() };
        *count += 1;
        self.reader.key(found, &body, home, stated);
    }

    fn secret(&mut self, range: &Range<usize>) {
        self.reader.keep_secret(Some(span(range)));
    }

    fn problem(&mut self, range: &Range<usize>, message: String) {
        self.reader.problem(span(range), message);
    }

    fn may_spend(&mut self, bytes: usize) -> bool {
        let left = self.again.left.checked_sub(bytes);
        self.again.left = left.unwrap_or(0);
        if left.is_none() && !std::mem::replace(&mut self.again.is_told, true) {
            // Nobody knows what is private from here on.
            self.reader.keep_secret(Some(span(&(self.at.start..self.again.end))));
            let at = span(&self.at);
            self.reader.problem(
                at,
                "from here on not every key is looked for: too much of the file looks like the beginning of one",
            );
        }
        left.is_some()
    }
}
