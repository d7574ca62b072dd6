//! The content of a large file that is dropped from memory once it is understood: a report reads the pages that it
//! shows again from disk. This module does not read files for the first time.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes that are read and checked in one step.
const PAGE: usize = 4096;

/// The file on disk that still held the content when the content was dropped.
#[derive(Debug)]
pub(super) struct Aside {
    length: usize,
    /// CRC-32 of each page: a page that has changed since then is not shown.
    checksums: Vec<u32>,
    open: Mutex<Open>,
}

/// The open file, and the page that was read last.
#[derive(Debug)]
struct Open {
    file: File,
    page: Option<usize>,
    bytes: Vec<u8>,
}

impl Aside {
    /// Takes the content as the file at that path holds it. Returns `None` if the file holds anything else by now.
    pub(super) fn of(path: &Path, content: &[u8]) -> io::Result<Option<Self>> {
        let checksums = content.chunks(PAGE).map(crc32fast::hash).collect();
        let open = Open { file: super::open(path)?, page: None, bytes: Vec::new() };
        let aside = Self { length: content.len(), checksums, open: Mutex::new(open) };
        Ok(aside.is_unchanged().then_some(aside))
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Whether the file still has its length, and every page its content.
    pub(super) fn is_unchanged(&self) -> bool {
        let mut open = self.open();
        open.page = None;
        let is_as_long = open.file.metadata().is_ok_and(|now| now.is_file() && now.len() == self.length as u64);
        is_as_long && (0..self.checksums.len()).all(|page| self.read(page, &mut open).is_ok())
    }

    /// Returns some bytes of the content. Spaces stand for the bytes of a page that has changed.
    pub(super) fn stretch(&self, range: Range<usize>) -> Vec<u8> {
        let mut open = self.open();
        let mut bytes = Vec::with_capacity(range.len());
        let mut at = range.start;
        while at < range.end {
            let (page, within) = (at / PAGE, at % PAGE);
            let end = (range.end - page * PAGE).min(PAGE);
            match self.read(page, &mut open) {
                Ok(()) => bytes.extend_from_slice(&open.bytes[within..end]),
                Err(_) => bytes.resize(bytes.len() + end - within, b' '),
            }
            at = page * PAGE + end;
        }
        bytes
    }

    /// Reads a page, unless it is the current one, and fails if the page has changed.
    fn read(&self, page: usize, open: &mut Open) -> io::Result<()> {
        open.read(page, PAGE.min(self.length - page * PAGE), self.checksums[page])
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        // Every read checks the page, so a reader that panicked did no harm.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Reads a page and makes it the current one.
    fn read(&mut self, page: usize, length: usize, checksum: u32) -> io::Result<()> {
        if self.page == Some(page) {
            return Ok(());
        }
        self.page = None;
        self.bytes.resize(length, 0);
        self.file.seek(SeekFrom::Start((page * PAGE) as u64))?;
        self.file.read_exact(&mut self.bytes)?;
        if crc32fast::hash(&self.bytes) != checksum {
            return Err(io::Error::other("the page has changed"));
        }
        self.page = Some(page);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn written(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_stretch_is_what_was_in_memory(length in 0..3 * PAGE, seed: u8, ends: [prop::sample::Index; 2]) {
            let content: Vec<u8> = (0..length).map(|at| (at * 31 / 7) as u8 ^ seed).collect();
            let (_folder, path) = written(&content);
            let aside = Aside::of(&path, &content).unwrap().unwrap();
            let mut ends = ends.map(|end| end.index(length + 1));
            ends.sort_unstable();
            prop_assert_eq!(aside.stretch(ends[0]..ends[1]), &content[ends[0]..ends[1]]);
            prop_assert_eq!((aside.len(), aside.is_unchanged()), (length, true));
        }
    }

    #[test]
    fn a_page_that_changes_is_neither_shown_nor_passed_over() {
        let mut content = vec![b'a'; 2 * PAGE + 9];
        let (_folder, path) = written(&content);
        let aside = Aside::of(&path, &content).unwrap().unwrap();
        content[PAGE + 1] = b'b';
        std::fs::write(&path, &content).unwrap();
        assert!(!aside.is_unchanged());
        let expected = [&[b'a'; 2][..], &[b' '; PAGE], b"aa"].concat();
        assert_eq!(aside.stretch(PAGE - 2..2 * PAGE + 2), expected);
        std::fs::write(&path, &content[..PAGE]).unwrap();
        assert_eq!(aside.stretch(0..2), b"aa");
        assert_eq!(aside.stretch(2 * PAGE..2 * PAGE + 2), b"  ");
        assert!(Aside::of(&path, &content).unwrap().is_none(), "the file is shorter");
    }

    #[test]
    fn a_file_that_grows_or_whose_page_at_hand_changes_is_no_longer_what_it_was() {
        let content = vec![b'a'; PAGE];
        for later in [vec![b'a'; PAGE + 1], vec![b'b'; PAGE]] {
            let (_folder, path) = written(&content);
            let aside = Aside::of(&path, &content).unwrap().unwrap();
            assert_eq!(aside.stretch(0..1), b"a");
            std::fs::write(&path, later).unwrap();
            assert!(!aside.is_unchanged());
        }
    }
}
