//! The tree of one nginx source: directives, their words and blocks, all as byte spans. What the directives mean and
//! what an include brings in is left to `expand` and the modules after it.

use std::borrow::Cow;
use std::ops::Range;

use keyreeve_facts::template::Conditions;
use keyreeve_source::problem::Problem;
use keyreeve_source::{SourceId, Span};

use super::lexer;

/// One parsed source. An ordinary file is one [`File`]; the output of `nginx -T` is as many as it shows.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The source it was read from.
    pub source: SourceId,
    /// Every directive, in the order of the text.
    pub tree: Tree,
    /// The configuration files that the source holds.
    pub files: Vec<File>,
    /// Violations of nginx's grammar.
    pub problems: Vec<Problem>,
    /// Of a template what depends on its conditions.
    pub conditions: Conditions,
}

/// One configuration file in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path that a dump states for it; `None` for an ordinary file.
    pub path: Option<String>,
    /// Its directives at all depths.
    pub directives: Siblings,
}

/// A run of directives in a [`Tree`], with everything nested in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siblings {
    /// The first.
    pub start: u32,
    /// The position after the last one and everything in it.
    pub end: u32,
}

/// Directives in pre-order: those of a block follow the directive that opens it. A file can have very many, so each is
/// small: when its words are needed, it is read from the text again.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// All of equal length except the last. A single list would take three times the memory while it grows.
    chunks: Vec<Vec<Directive>>,
}

/// Directives of a chunk of a [`Tree`].
const CHUNK: usize = 1 << 14;

/// One directive, up to `;` or through the block that it opens.
#[derive(Debug, Clone, Copy)]
struct Directive {
    /// Where its name begins.
    start: u32,
    /// For a block, the position after everything in it; otherwise 0, which cannot be such a position.
    block_end: u32,
}

/// A name or argument as written, with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Which bytes.
    pub span: Span,
}

impl Tree {
    /// Adds a directive without a block that begins there, and returns its position.
    pub(super) fn push(&mut self, start: u32) -> u32 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::new());
        }
        self.chunks.last_mut().expect("one was just added").push(Directive { start, block_end: 0 });
        self.len() as u32 - 1
    }

    /// Turns the directive at a position into a block of all directives that were added since.
    pub(super) fn close(&mut self, at: u32) {
        let end = self.len() as u32;
        self.chunks[at as usize / CHUNK][at as usize % CHUNK].block_end = end;
    }

    fn get(&self, at: u32) -> Option<&Directive> {
        self.chunks.get(at as usize / CHUNK)?.get(at as usize % CHUNK)
    }

    /// Positions of the directives of a run, without those nested in them.
    pub fn siblings(&self, run: Siblings) -> impl Iterator<Item = u32> + '_ {
        let mut next = run.start;
        std::iter::from_fn(move || {
            let at = next;
            if at >= run.end {
                return None;
            }
            next = self.block(at).map_or(at + 1, |block| block.end);
            Some(at)
        })
    }

    /// From the name of a directive to its `;` or `{`, inclusive, in the text that was read.
    pub fn head(&self, at: u32, bytes: &[u8]) -> Span {
        lexer::head(bytes, self.text(at, bytes))
    }

    /// Its words, read again from the text; the first is its name. A block without a name, which is a problem, has no
    /// words.
    pub fn words<'b>(&self, at: u32, bytes: &'b [u8]) -> impl Iterator<Item = Word> + use<'b> {
        lexer::words(bytes, self.text(at, bytes))
    }

    /// The text from the beginning of a directive to the beginning of the next one, or to the end.
    fn text(&self, at: u32, bytes: &[u8]) -> Range<usize> {
        let start = |at: u32| self.get(at).map_or(bytes.len(), |directive| directive.start as usize);
        start(at)..start(at + 1)
    }

    /// The directives in its block, if it has one.
    pub fn block(&self, at: u32) -> Option<Siblings> {
        let end = self.get(at)?.block_end;
        (end > 0).then_some(Siblings { start: at + 1, end })
    }

    /// How many bytes of memory it takes.
    pub(super) fn kept(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<Directive>()).sum()
    }

    /// The number of directives at all depths.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// Whether there are no directives.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }
}

impl Word {
    /// The word as nginx understands it: without quotes, with `\"`, `\'`, `\\`, `\t`, `\r` and `\n` resolved; any other
    /// backslash stays.
    pub fn unquoted(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        let written = bytes.get(self.span.range()).unwrap_or_default();
        let inner = match written {
            [quote @ (b'"' | b'\''), rest @ ..] => rest.strip_suffix(&[*quote]).unwrap_or(rest),
            plain => plain,
        };
        if memchr::memchr(b'\\', inner).is_none() { Cow::Borrowed(inner) } else { Cow::Owned(unescape(inner)) }
    }

    /// The same as text; bytes that are not UTF-8 become U+FFFD.
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
