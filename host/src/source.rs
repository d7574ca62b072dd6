//! Sources: the bytes that were read, and places in them as byte spans.
//! Not how they are found (`discover`) nor what they mean (`facts`).

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Largest source that is read, in bytes. What is larger is skipped and counted.
pub const SIZE_LIMIT: u64 = 256 * 1024 * 1024;

/// A range of bytes in one source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`; offsets fit, since [`SIZE_LIMIT`] is far below 4 GiB.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start: start as u32, end: end as u32 }
    }

    /// As a range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Position of a source in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A place: a span of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Which source.
    pub source: SourceId,
    /// Which bytes of it.
    pub span: Span,
}

/// A position for people: both numbers from 1, the column in characters (a byte that is not UTF-8 counts as one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// One file, standard input, or one entry of the index.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the root of the report, with `/`; what is not UTF-8 in it stands as `\xNN`.
    /// It may hold control characters: every format encodes it for itself.
    pub name: String,
    /// Where it was read from, if it is a file on disk.
    pub file: Option<PathBuf>,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// Offsets at which lines start, found when first asked for.
    lines: OnceLock<Vec<u32>>,
    /// Offsets and the number of characters before them, so that a column far into a line is found without a walk over all of the line.
    milestones: OnceLock<Vec<(u32, u32)>>,
}

impl Source {
    /// A source of that name and content.
    pub fn new(name: impl Into<String>, file: Option<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name: name.into(), file, bytes: bytes.into(), lines: OnceLock::new(), milestones: OnceLock::new() }
    }

    /// Line and column of a byte offset; of one past the end, those of the end.
    pub fn position(&self, offset: u32) -> LineColumn {
        let lines = self.lines();
        let line = lines.partition_point(|&start| start <= offset) - 1;
        let start = lines[line] as usize;
        let end = (offset as usize).clamp(start, self.bytes.len());
        let column = if end - start > MILESTONE {
            self.characters_before(end) - self.characters_before(start)
        } else {
            count_characters(&self.bytes[start..end])
        };
        LineColumn { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// Bytes of a line (from 1) without its line break; empty past the end.
    pub fn line(&self, line: u32) -> &[u8] {
        let lines = self.lines();
        let Some(&start) = (line as usize).checked_sub(1).and_then(|index| lines.get(index)) else { return &[] };
        let end = lines.get(line as usize).map_or(self.bytes.len(), |&next| next as usize);
        let text = &self.bytes[start as usize..end];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        text.strip_suffix(b"\r").unwrap_or(text)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let milestones = self.milestones.get_or_init(|| milestones(&self.bytes));
        let (at, characters) = milestones[milestones.partition_point(|&(at, _)| at as usize <= offset) - 1];
        characters as usize + count_characters(&self.bytes[at as usize..offset])
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', &self.bytes).map(|at| at as u32 + 1)).collect()
        })
    }
}

/// Bytes from one milestone to the next, at least.
const MILESTONE: usize = 64 * 1024;

fn count_characters(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// Every some bytes an offset at which a character starts, and how many are before it.
fn milestones(bytes: &[u8]) -> Vec<(u32, u32)> {
    let mut milestones = vec![(0, 0)];
    let (mut last, mut characters) = (0, 0);
    while last < bytes.len() {
        let limit = bytes.len().min(last + MILESTONE);
        // What may be the middle of a character goes with the characters before it: at most three bytes.
        let next = (limit..bytes.len()).find(|&at| bytes[at] & 0xc0 != 0x80 || at == limit + 3).unwrap_or(bytes.len());
        characters += count_characters(&bytes[last..next]);
        last = next;
        milestones.push((last as u32, characters as u32));
    }
    milestones
}

/// All sources of a scan, in the order of their names.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
    /// Names of symlinks that lead to a source.
    links: Vec<(String, SourceId)>,
}

impl Sources {
    /// A table of these.
    pub fn new(list: Vec<Source>) -> Self {
        Self { list, links: Vec::new() }
    }

    /// A table of these, which symlinks lead to as well: from the link's name to the name of what it leads to. A link to
    /// something else means nothing here.
    pub fn linked(list: Vec<Source>, links: BTreeMap<String, String>) -> Self {
        let names: HashMap<&str, SourceId> =
            list.iter().enumerate().map(|(index, source)| (source.name.as_str(), SourceId(index as u32))).collect();
        let links = links.into_iter().filter_map(|(link, target)| Some((link, *names.get(target.as_str())?))).collect();
        Self { list, links }
    }

    /// Every name that a source goes by: its own, and those of symlinks that lead to it.
    pub fn names(&self) -> impl Iterator<Item = (&str, SourceId)> {
        let links = self.links.iter().map(|(name, id)| (name.as_str(), *id));
        self.iter().map(|(id, source)| (source.name.as_str(), id)).chain(links)
    }

    /// Every source with its position.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl std::ops::Index<SourceId> for Sources {
    type Output = Source;

    fn index(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_end_in_lf_or_crlf() {
        let source = Source::new("a", None, "é x\r\ny\n".as_bytes());
        assert_eq!(source.position(3), LineColumn { line: 1, column: 3 });
        assert_eq!(source.position(6), LineColumn { line: 2, column: 1 });
        assert_eq!(source.position(99), LineColumn { line: 3, column: 1 });
        assert_eq!(source.line(1), "é x".as_bytes());
        assert_eq!(source.line(2), b"y");
        assert_eq!(source.line(3), b"");
        assert_eq!(source.line(9), b"");
    }

    #[test]
    fn a_column_far_into_a_line_is_that_of_a_walk_over_the_line() {
        let mut bytes = b"first\n".to_vec();
        for repeat in 0..40_000 {
            bytes.extend("aé漢🔑".as_bytes());
            bytes.extend(&b"\x80\xe2\x82\xff\xbf\xbf\xbf\xbf\xbf"[..repeat % 10]);
        }
        let source = Source::new("a", None, bytes);
        for offset in (6..source.bytes.len()).step_by(9_973) {
            let walked = count_characters(&source.bytes[6..offset]) as u32 + 1;
            assert_eq!(source.position(offset as u32), LineColumn { line: 2, column: walked }, "{offset}");
        }
    }
}
