//! Sources: the bytes that were read, places in them as byte spans, problems with them, and which parts of them must
//! not be shown. Not how sources are found, and not what they mean.

mod aside;
pub mod budget;
pub mod digest;
pub mod price;
pub mod private;
pub mod problem;
pub mod regular;
pub mod text;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aside::Aside;

/// The largest source that is read, in bytes. A larger one is skipped and counted.
pub const SIZE_LIMIT: u64 = 256 * 1024 * 1024;
/// Sources of at least so many bytes are [set aside](Sources::set_aside).
const LARGE: usize = 16 * 1024 * 1024;
/// The most sources that are set aside: each keeps a file open.
const ASIDE: usize = 64;
/// A source with a NUL in its first so many bytes is binary: this is git's rule.
const BINARY_PROBE: usize = 8000;

/// A range of bytes in one source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`. Offsets fit into 32 bits, since [`SIZE_LIMIT`] is far below 4 GiB.
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

/// A position for people: line and column both count from 1, the column in characters (a byte that is not UTF-8 counts
/// as one).
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
    /// Path relative to the root of the report, with `/`; bytes that are not UTF-8 stand as `\xNN`. It may hold control
    /// characters: every output format encodes it for itself.
    pub name: String,
    /// Where it was read from, if it is a file on disk.
    pub file: Option<PathBuf>,
    content: Content,
    /// The line at every [`BLOCK`]th byte, computed when first needed.
    lines: OnceLock<Vec<LineMark>>,
    /// Offsets, each with the number of characters before it, so that finding a column far into a line need not read
    /// the whole line.
    milestones: OnceLock<Vec<(u32, u32)>>,
    binary: OnceLock<bool>,
}

#[derive(Debug)]
enum Content {
    Memory(Arc<[u8]>),
    Aside(Aside),
}

impl Source {
    /// A source with that name and content.
    pub fn new(name: impl Into<String>, file: Option<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Self {
        let content = Content::Memory(bytes.into());
        let (lines, milestones, binary) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { name: name.into(), file, content, lines, milestones, binary }
    }

    /// A second source that shares this one's content.
    ///
    /// # Panics
    /// If the source is set aside.
    #[must_use]
    pub fn again(&self) -> Self {
        let Content::Memory(bytes) = &self.content else { unreachable!("{}: it is set aside", self.name) };
        Self::new(self.name.clone(), self.file.clone(), Arc::clone(bytes))
    }

    /// The whole content. Once the source is set aside, use [`Self::stretch`] instead.
    ///
    /// # Panics
    /// If the source is set aside: an empty answer would look like a file in which nothing was found.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Memory(bytes) => bytes,
            Content::Aside(_) => unreachable!("{}: a source is understood once, and set aside then", self.name),
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Memory(bytes) => bytes.len(),
            Content::Aside(aside) => aside.len(),
        }
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some of its bytes; a range beyond the end is cut.
    pub fn stretch(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        match &self.content {
            Content::Memory(bytes) => Cow::Borrowed(&bytes[range]),
            Content::Aside(aside) => Cow::Owned(aside.stretch(range)),
        }
    }

    /// Whether it is not text, so that lines and columns mean nothing.
    pub fn is_binary(&self) -> bool {
        *self.binary.get_or_init(|| !is_text(&self.stretch(0..BINARY_PROBE)))
    }

    /// Drops the content, if the file that it was read from still has it.
    fn set_aside(&mut self) {
        let (Content::Memory(bytes), Some(file)) = (&self.content, &self.file) else { return };
        if let Ok(Some(aside)) = Aside::of(file, bytes) {
            // These need the whole content, so they are computed while it is still in memory.
            let _ = (self.lines(), self.milestones(), self.is_binary());
            self.content = Content::Aside(aside);
        }
    }

    fn is_altered(&self) -> bool {
        matches!(&self.content, Content::Aside(aside) if !aside.is_unchanged())
    }

    /// Line and column of a byte offset. An offset past the end gives the position of the end.
    pub fn position(&self, offset: u32) -> LineColumn {
        let end = (offset as usize).min(self.len());
        let marks = self.lines();
        let index = (end / BLOCK).min(marks.len() - 1);
        let mark = marks[index];
        let before = &*self.stretch(index * BLOCK..end);
        let line = mark.breaks + memchr::memchr_iter(b'\n', before).count() as u32;
        let start = memchr::memrchr(b'\n', before).map_or(mark.start as usize, |at| index * BLOCK + at + 1);
        let column = if end - start > MILESTONE {
            // The difference is negative only if the file was changed since it was read.
            self.characters_before(end).saturating_sub(self.characters_before(start))
        } else {
            count_characters(&self.stretch(start..end))
        };
        LineColumn { line: line + 1, column: column as u32 + 1 }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let milestones = self.milestones();
        let (at, characters) = milestones[milestones.partition_point(|&(at, _)| at as usize <= offset) - 1];
        characters as usize + count_characters(&self.stretch(at as usize..offset))
    }

    fn milestones(&self) -> &[(u32, u32)] {
        self.milestones.get_or_init(|| milestones(self.bytes()))
    }

    fn lines(&self) -> &[LineMark] {
        self.lines.get_or_init(|| line_marks(self.bytes()))
    }
}

/// Bytes from one [`LineMark`] to the next. A table of all lines of a large file would take a tenth of its memory.
const BLOCK: usize = 1024;

/// The line in which a block of bytes begins.
#[derive(Debug, Clone, Copy, Default)]
struct LineMark {
    /// Line breaks before the block.
    breaks: u32,
    /// Where that line starts.
    start: u32,
}

fn line_marks(bytes: &[u8]) -> Vec<LineMark> {
    let mut mark = LineMark::default();
    let mut marks = Vec::with_capacity(bytes.len() / BLOCK + 1);
    for (index, block) in bytes.chunks(BLOCK).enumerate() {
        marks.push(mark);
        mark.breaks += memchr::memchr_iter(b'\n', block).count() as u32;
        mark.start = memchr::memrchr(b'\n', block).map_or(mark.start, |at| (index * BLOCK + at) as u32 + 1);
    }
    if marks.is_empty() {
        marks.push(mark);
    }
    marks
}

/// The least number of bytes from one milestone to the next.
const MILESTONE: usize = 4 * 1024;

fn count_characters(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// Opens a file for reading, however hostile its path is: it does not follow a symlink in the last component, and does
/// not wait for a FIFO.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
        options.custom_flags(flags.bits() as i32);
    }
    options.open(path)
}

/// Whether git would call these bytes a text.
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE)]).is_none()
}

/// An offset at which a character starts, about every [`MILESTONE`] bytes, each with the number of characters before
/// it.
fn milestones(bytes: &[u8]) -> Vec<(u32, u32)> {
    let mut milestones = vec![(0, 0)];
    let (mut last, mut characters) = (0, 0);
    while last < bytes.len() {
        let limit = bytes.len().min(last + MILESTONE);
        // A character's remaining bytes, at most three, stay with the characters before the milestone.
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
    /// A table of these sources.
    pub fn new(list: Vec<Source>) -> Self {
        Self { list, links: Vec::new() }
    }

    /// A table of these sources, with symlinks that lead to them: each link's name with the name of its target. Links
    /// to anything else are ignored.
    pub fn linked(list: Vec<Source>, links: BTreeMap<String, String>) -> Self {
        let names: HashMap<&str, SourceId> =
            list.iter().enumerate().map(|(index, source)| (source.name.as_str(), SourceId(index as u32))).collect();
        let links = links.into_iter().filter_map(|(link, target)| Some((link, *names.get(target.as_str())?))).collect();
        Self { list, links }
    }

    /// Every name of every source: its own, and those of symlinks that lead to it.
    pub fn names(&self) -> impl Iterator<Item = (&str, SourceId)> {
        let links = self.links.iter().map(|(name, id)| (name.as_str(), *id));
        self.iter().map(|(id, source)| (source.name.as_str(), id)).chain(links)
    }

    /// Renames the sources whose names reveal what must stay hidden. Such a source forgets its file, since the path
    /// would reveal the same.
    pub fn rename(&mut self, mut other: impl FnMut(&str) -> Option<String>) {
        for source in &mut self.list {
            if let Some(name) = other(&source.name) {
                (source.name, source.file) = (name, None);
            }
        }
    }

    /// Drops the content of large files once it is understood. A report reads again the parts that it shows.
    pub fn set_aside(&mut self) {
        self.list.iter_mut().filter(|source| source.len() >= LARGE).take(ASIDE).for_each(Source::set_aside);
    }

    /// The sources that were set aside and whose files have been changed since.
    pub fn altered(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().filter(|source| source.is_altered())
    }

    /// Every source with its id.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source))
    }

    /// The number of sources.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no sources.
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
    fn positions_count_characters_and_lines_end_in_lf() {
        let source = Source::new("a", None, "é x\r\ny\n".as_bytes());
        assert_eq!(source.position(3), LineColumn { line: 1, column: 3 });
        assert_eq!(source.position(6), LineColumn { line: 2, column: 1 });
        assert_eq!(source.position(99), LineColumn { line: 3, column: 1 });
    }

    #[test]
    fn a_large_file_is_set_aside_and_one_that_changes_then_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut bytes = b"grad\xc3\xb6 1\n".repeat(LARGE / 8);
        std::fs::write(&file, &bytes).expect("it can be written");
        let path = || Some(file.path().to_owned());
        let list = vec![
            Source::new("large", path(), bytes.clone()),
            Source::new("nowhere", None, bytes.clone()),
            Source::new("other", path(), vec![b'a'; bytes.len()]),
            Source::new("small", path(), b"small".as_slice()),
        ];
        let (mut sources, kept) = (Sources::new(list), Source::new("kept", None, bytes.clone()));
        sources.set_aside();
        let in_memory: Vec<_> =
            sources.iter().map(|(_, source)| matches!(source.content, Content::Memory(_))).collect();
        assert_eq!(in_memory, [false, true, true, true], "what is not on disk is kept");
        let large = &sources[SourceId(0)];
        assert_eq!((large.len(), large.is_binary()), (bytes.len(), false));
        for offset in (0..bytes.len() as u32 + 9).step_by(99_991) {
            assert_eq!(large.position(offset), kept.position(offset), "{offset}");
        }
        assert_eq!(sources.altered().count(), 0);
        bytes[LARGE / 2] ^= 1;
        std::fs::write(&file, &bytes).expect("it can be written");
        assert_eq!(sources.altered().map(|source| source.name.as_str()).collect::<Vec<_>>(), ["large"]);
    }

    proptest::proptest! {
        #[test]
        fn positions_are_those_of_a_count(pieces in proptest::collection::vec("[a-c]{0,900}\r?\n?", 0..12)) {
            let text = pieces.concat();
            let source = Source::new("a", None, text.as_bytes());
            for offset in (0..=text.len()).step_by(7) {
                let before = &text[..offset];
                let line = before.matches('\n').count() as u32 + 1;
                let column = before.rsplit('\n').next().map_or(0, str::len) as u32 + 1;
                proptest::prop_assert_eq!(source.position(offset as u32), LineColumn { line, column });
            }
        }
    }

    #[test]
    fn a_column_far_into_a_line_is_that_of_a_walk_over_the_line() {
        let mut bytes = b"first\n".to_vec();
        for repeat in 0..40_000 {
            bytes.extend("aé漢🔑".as_bytes());
            bytes.extend(&b"\x80\xe2\x82\xff\xbf\xbf\xbf\xbf\xbf"[..repeat % 10]);
        }
        let source = Source::new("a", None, bytes);
        for offset in (6..source.len()).step_by(9_973) {
            let walked = count_characters(&source.bytes()[6..offset]) as u32 + 1;
            assert_eq!(source.position(offset as u32), LineColumn { line: 2, column: walked }, "{offset}");
        }
    }
}
