//! The tree of one nginx source: directives, their words and blocks, all as byte spans.
//! Not what the directives mean, nor what an include brings in: that is for `expand` and behind.

use std::borrow::Cow;

use crate::problem::Problem;
use crate::source::{SourceId, Span};

/// One source, read. An ordinary file is one [`File`]; the output of `nginx -T` is as many as it shows.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The source it was read from.
    pub source: SourceId,
    /// Every directive, in the order of the text.
    pub tree: Tree,
    /// The configuration files that the source holds.
    pub files: Vec<File>,
    /// What is not nginx's grammar.
    pub problems: Vec<Problem>,
}

/// One configuration file in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path that a dump states for it; none for a file that stands for itself.
    pub path: Option<String>,
    /// Its directives at all depths.
    pub directives: Siblings,
}

/// A run of directives in a [`Tree`], with all that is nested in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siblings {
    /// The first.
    pub start: u32,
    /// Behind the last one and everything in it.
    pub end: u32,
}

/// Directives in pre-order: those of a block follow the directive that opens it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(super) directives: Vec<Directive>,
    pub(super) words: Vec<Word>,
}

/// One directive: its words, up to `;` or through the block that it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive {
    /// From the name to `;` or `{`, inclusive.
    pub head: Span,
    /// Position of its name among the words of the tree.
    pub(super) words_start: u32,
    /// Behind its last word.
    pub(super) words_end: u32,
    /// Of a block, the position behind everything in it.
    pub(super) block_end: Option<u32>,
}

/// A name or argument as it is written, with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Which bytes.
    pub span: Span,
}

impl Tree {
    /// Positions of the directives of a run, without what is nested in them.
    pub fn siblings(&self, run: Siblings) -> impl Iterator<Item = u32> + '_ {
        let mut next = run.start;
        std::iter::from_fn(move || {
            let at = next;
            if at >= run.end {
                return None;
            }
            next = self.directives[at as usize].block_end.unwrap_or(at + 1);
            Some(at)
        })
    }

    /// The directive at a position.
    pub fn directive(&self, at: u32) -> &Directive {
        &self.directives[at as usize]
    }

    /// Its words; the first is its name. A block without a name, which is a problem, has none.
    pub fn words(&self, at: u32) -> &[Word] {
        let directive = self.directive(at);
        &self.words[directive.words_start as usize..directive.words_end as usize]
    }

    /// The directives in its block, if it has one.
    pub fn block(&self, at: u32) -> Option<Siblings> {
        self.directive(at).block_end.map(|end| Siblings { start: at + 1, end })
    }

    /// How many directives there are, at all depths.
    pub fn len(&self) -> usize {
        self.directives.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.directives.is_empty()
    }
}

impl Word {
    /// What nginx makes of it: without quotes, with `\"`, `\'`, `\\`, `\t`, `\r` and `\n` resolved; any other
    /// backslash stays.
    pub fn unquoted(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        let written = bytes.get(self.span.range()).unwrap_or_default();
        let inner = match written {
            [quote @ (b'"' | b'\''), rest @ ..] => rest.strip_suffix(&[*quote]).unwrap_or(rest),
            plain => plain,
        };
        if memchr::memchr(b'\\', inner).is_none() { Cow::Borrowed(inner) } else { Cow::Owned(unescape(inner)) }
    }

    /// The same as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(self, bytes: &[u8]) -> Cow<'_, str> {
        match self.unquoted(bytes) {
            Cow::Borrowed(inner) => String::from_utf8_lossy(inner),
            Cow::Owned(inner) => Cow::Owned(String::from_utf8_lossy(&inner).into_owned()),
        }
    }
}

fn unescape(inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        let resolved = match (byte, inner.get(at + 1)) {
            (b'\\', Some(&quoted @ (b'"' | b'\'' | b'\\'))) => Some(quoted),
            (b'\\', Some(b't')) => Some(b'\t'),
            (b'\\', Some(b'r')) => Some(b'\r'),
            (b'\\', Some(b'n')) => Some(b'\n'),
            _ => None,
        };
        out.push(resolved.unwrap_or(byte));
        at += if resolved.is_some() { 2 } else { 1 };
    }
    out
}
