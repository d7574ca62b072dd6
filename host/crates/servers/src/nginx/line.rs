//! A directive together with the text that contains it, for the code that interprets directives. It is not a node of a
//! tree: the nesting after includes is in `expand`.

use std::borrow::Cow;

use keyreeve_source::{Location, SourceId};

use crate::tls::Argument;

use super::files::Files;
use super::tree::{Siblings, Word};

/// One directive of one source.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    files: &'a Files<'a>,
    source: SourceId,
    at: u32,
}

impl<'a> Line<'a> {
    /// The directive at a position among those read from a source.
    pub(super) fn new(files: &'a Files<'a>, source: SourceId, at: u32) -> Self {
        Self { files, source, at }
    }

    /// The source that it stands in.
    pub(super) fn source(&self) -> SourceId {
        self.source
    }

    /// Its name.
    pub(super) fn name(&self) -> Cow<'a, [u8]> {
        self.words().next().map_or(Cow::Borrowed(b""), |name| name.unquoted(self.files.bytes(self.source)))
    }

    /// From its name to `;` or `{`.
    pub(super) fn head(&self) -> Location {
        Location {
            source: self.source,
            span: self.files.parsed(self.source).tree.head(self.at, self.files.bytes(self.source)),
        }
    }

    /// Whether a condition of a template decides if it is there, in the block of that directive if it stands in the same source.
    pub(super) fn is_conditional(&self, block: Option<Line<'_>>) -> bool {
        let block = block.filter(|block| block.source == self.source).map(|block| block.head().span.start);
        let conditions = &self.files.parsed(self.source).conditions;
        !conditions.is_empty() && conditions.decide(self.head().span.start, block)
    }

    /// Its block, if it has one.
    pub(super) fn block(&self) -> Option<Siblings> {
        self.files.parsed(self.source).tree.block(self.at)
    }

    /// The words after the name.
    pub(super) fn arguments(&self) -> impl Iterator<Item = Argument<'a>> + use<'a> {
        let (bytes, source) = (self.files.bytes(self.source), self.source);
        self.words()
            .skip(1)
            .map(move |word| Argument { text: word.text(bytes), location: Location { source, span: word.span } })
    }

    /// The argument at a position, from 0.
    pub(super) fn argument(&self, position: usize) -> Option<Argument<'a>> {
        self.arguments().nth(position)
    }

    /// The text of the argument at a position, from 0; empty if there is no such argument.
    pub(super) fn text(&self, position: usize) -> Cow<'a, str> {
        self.argument(position).map_or(Cow::Borrowed(""), |argument| argument.text)
    }

    fn words(&self) -> impl Iterator<Item = Word> + use<'a> {
        self.files.parsed(self.source).tree.words(self.at, self.files.bytes(self.source))
    }
}
