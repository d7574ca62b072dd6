//! Blobs of a git repository, read one after the other from one `git cat-file --batch`.
//! Not how the entries were found, which is the index's or a tree's matter (`git`).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use keyreeve_source::SIZE_LIMIT;

use super::git;
use super::git::GitError;
use super::read::{Bytes, TOO_LARGE, read_shared};
use super::{Found, Keep, names};
use crate::progress::Progress;

/// Longest target of a symlink that is looked at, as on Linux (PATH_MAX).
const TARGET_LIMIT: u64 = 4096;

/// How many times git may break down over an object before the rest is given up.
const BREAKDOWNS: usize = 16;

/// After so many files the progress is told.
const TELL: usize = 64;

/// One path of the index or of a tree.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    kind: Kind,
    object: &'a str,
    path: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// A commit of another repository (a submodule): there is nothing of it here.
    Submodule,
    /// One of the sides of a merge that was not resolved.
    Unmerged,
}

impl<'a> Entry<'a> {
    /// From `git ls-files --stage`: mode, object and stage, a tab, the path.
    pub(super) fn of_index(record: &'a [u8]) -> Option<Self> {
        let (head, path) = split(record)?;
        let [mode, object, stage] = head[..] else { return None };
        let kind = if stage == "0" { Kind::of(mode) } else { Kind::Unmerged };
        Some(Self { kind, object, path })
    }

    /// From `git ls-tree`: mode, type and object, a tab, the path.
    pub(super) fn of_tree(record: &'a [u8]) -> Option<Self> {
        let (head, path) = split(record)?;
        let [mode, _, object] = head[..] else { return None };
        Some(Self { kind: Kind::of(mode), object, path })
    }

    /// Its path as the name of a source.
    pub(super) fn name(&self) -> String {
        names::text(self.path)
    }
}

impl Kind {
    fn of(mode: &str) -> Self {
        match mode {
            "120000" => Self::Link,
            "160000" => Self::Submodule,
            _ => Self::File,
        }
    }
}

fn split(record: &[u8]) -> Option<(Vec<&str>, &[u8])> {
    let tab = memchr::memchr(b'\t', record)?;
    let head = std::str::from_utf8(&record[..tab]).ok()?;
    Some((head.split(' ').collect(), &record[tab + 1..]))
}

/// Reads what the entries stand for; they are in the order of their paths' bytes, as git gives them.
pub(super) fn read(
    root: &Path,
    entries: &[Entry<'_>],
    keep: Keep<'_>,
    progress: &dyn Progress,
) -> Result<Found, GitError> {
    let mut blobs = Blobs { found: Found::default(), entries, keep, progress, buffer: Vec::new() };
    let wanted = blobs.wanted();
    let mut rest = &wanted[..];
    for _ in 0..BREAKDOWNS {
        if rest.is_empty() {
            break;
        }
        let done = blobs.read_batch(root, rest)?;
        let broken = rest.get(done);
        rest = rest.get(done + 1..).unwrap_or_default();
        if let Some(broken) = broken {
            blobs.found.problem(&names::text(broken.path), "git cat-file breaks down over this object");
        }
    }
    for entry in rest {
        blobs.found.problem(&names::text(entry.path), "is not read: git cat-file broke down too often");
    }
    Ok(blobs.found)
}

/// Ends git if it does not answer any more: an object can be a file that is never read to its end.
fn watch(ended: mpsc::Receiver<()>, answers: &AtomicUsize, child: &Mutex<Child>) {
    let mut before = None;
    loop {
        let begun = Instant::now();
        if !matches!(ended.recv_timeout(git::WAITING.next()), Err(mpsc::RecvTimeoutError::Timeout)) {
            return;
        }
        let now = Some(answers.load(Ordering::Relaxed));
        if std::mem::replace(&mut before, now) == now {
            git::WAITING.took(begun.elapsed());
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            return;
        }
    }
}

struct Blobs<'a> {
    found: Found,
    entries: &'a [Entry<'a>],
    keep: Keep<'a>,
    progress: &'a dyn Progress,
    buffer: Vec<u8>,
}

impl<'a> Blobs<'a> {
    /// The entries that have a blob; of the others is said what they are.
    fn wanted(&mut self) -> Vec<&'a Entry<'a>> {
        let mut wanted = Vec::with_capacity(self.entries.len());
        let mut unmerged = None;
        for entry in self.entries {
            match entry.kind {
                Kind::File | Kind::Link => wanted.push(entry),
                Kind::Submodule => self.found.skip("submodule"),
                Kind::Unmerged if unmerged != Some(entry.path) => {
                    unmerged = Some(entry.path);
                    self.found.problem(&names::text(entry.path), "is not read: it has an unresolved merge conflict");
                }
                Kind::Unmerged => {}
            }
        }
        wanted
    }

    /// Reads until git ends; how many entries were read. git is asked by a thread of its own, so that neither side waits
    /// for the other with full pipes.
    fn read_batch(&mut self, root: &Path, wanted: &[&Entry<'_>]) -> Result<usize, GitError> {
        let mut command = git::command(root, "cat-file");
        command.arg("--batch").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| git::absent(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(git::failed("cat-file", &io::ErrorKind::BrokenPipe.into()));
        };
        let (child, answers) = (Mutex::new(child), AtomicUsize::new(0));
        let (end, ended) = mpsc::channel();
        let done = std::thread::scope(|scope| {
            scope.spawn(move || ask(input, wanted));
            scope.spawn(|| watch(ended, &answers, &child));
            let done = self.read_answers(BufReader::with_capacity(1 << 16, output), wanted, &answers);
            drop(end);
            done
        });
        let mut child = child.into_inner().unwrap_or_else(PoisonError::into_inner);
        child.wait().map_err(|error| git::failed("cat-file", &error))?;
        Ok(done)
    }

    /// The output is closed on return, which ends git and with it the thread that asks.
    fn read_answers(
        &mut self,
        mut output: BufReader<ChildStdout>,
        wanted: &[&Entry<'_>],
        answers: &AtomicUsize,
    ) -> usize {
        let mut told = (self.found.files, self.found.bytes);
        for (done, entry) in wanted.iter().enumerate() {
            if self.read_answer(&mut output, entry).is_err() {
                return done;
            }
            answers.fetch_add(1, Ordering::Relaxed);
            if done % TELL == TELL - 1 || done + 1 == wanted.len() {
                self.progress.advance(self.found.files - told.0, self.found.bytes - told.1);
                told = (self.found.files, self.found.bytes);
            }
        }
        wanted.len()
    }

    /// One answer: object, type and size on a line, the content, a line break. A missing object has a line alone.
    fn read_answer(&mut self, output: &mut BufReader<ChildStdout>, entry: &Entry<'_>) -> io::Result<()> {
        let mut line = String::new();
        output.by_ref().take(256).read_line(&mut line)?;
        let name = names::text(entry.path);
        let mut words = line.trim_end().split(' ');
        let size = match (words.next(), words.next(), words.next()) {
            (Some(_), Some("missing"), None) => {
                self.found.problem(&name, format!("is not read: object {} is not in this clone", entry.object));
                return Ok(());
            }
            (Some(_), Some("blob"), Some(size)) => size.parse::<u64>().map_err(io::Error::other)?,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        match entry.kind {
            Kind::Link if size <= TARGET_LIMIT => self.read_link(output, size, entry.path)?,
            Kind::File if size <= SIZE_LIMIT => self.read_file(output, size as usize, &name)?,
            _ => {
                self.found.skip(if entry.kind == Kind::Link { "symlink" } else { TOO_LARGE });
                io::copy(&mut output.by_ref().take(size), &mut io::sink())?;
            }
        }
        output.read_exact(&mut [0])
    }

    fn read_file(&mut self, output: &mut BufReader<ChildStdout>, size: usize, name: &str) -> io::Result<()> {
        if size > 1 << 20 {
            let bytes = read_shared(output, size)?;
            if bytes.len() < size {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.found.read(name, None, Bytes::Shared(bytes), self.keep);
            return Ok(());
        }
        self.buffer.resize(size, 0);
        output.read_exact(&mut self.buffer)?;
        self.found.read(name, None, Bytes::Borrowed(&self.buffer), self.keep);
        Ok(())
    }

    /// A symlink's blob is its target.
    fn read_link(&mut self, output: &mut BufReader<ChildStdout>, size: u64, path: &[u8]) -> io::Result<()> {
        let mut target = Vec::new();
        output.take(size).read_to_end(&mut target)?;
        match follow(path, &target).filter(|target| self.has(target)) {
            Some(target) => {
                self.found.links.insert(names::text(path), names::text(&target));
            }
            None => self.found.skip("symlink"),
        }
        Ok(())
    }

    /// Whether there is an entry of that path, or one in it.
    fn has(&self, path: &[u8]) -> bool {
        let inside = [path, b"/"].concat();
        let at = self.entries.partition_point(|entry| entry.path < &inside[..]);
        self.entries.get(at).is_some_and(|entry| entry.path.starts_with(&inside))
            || self.entries.binary_search_by(|entry| entry.path.cmp(path)).is_ok()
    }
}

/// Writes the questions. git ending early is noticed where its answers are read.
fn ask(input: ChildStdin, wanted: &[&Entry<'_>]) {
    let mut input = io::BufWriter::new(input);
    let _ = wanted.iter().try_for_each(|entry| writeln!(input, "{}", entry.object)).and_then(|()| input.flush());
}

/// Where a link at `path` leads, by the spelling of both; none if that is outside.
fn follow(path: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    parts.pop();
    if target.starts_with(b"/") {
        return None;
    }
    for part in target.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_by_their_spelling_and_not_outside() {
        assert_eq!(follow(b"sites/enabled/a", b"../available/./a").as_deref(), Some(&b"sites/available/a"[..]));
        assert_eq!(follow(b"a", b"b/").as_deref(), Some(&b"b"[..]));
        assert_eq!(follow(b"a/b", b"../../etc/passwd"), None);
        assert_eq!(follow(b"a", b"/etc/passwd"), None);
    }

    #[test]
    fn records_of_git_are_understood() {
        let entry = Entry::of_index(b"100755 e69de29b 0\ta\tb").map(|entry| (entry.kind, entry.object, entry.path));
        assert_eq!(entry, Some((Kind::File, "e69de29b", &b"a\tb"[..])));
        let entry = Entry::of_tree(b"160000 commit e69de29b\tlib").map(|entry| (entry.kind, entry.object, entry.path));
        assert_eq!(entry, Some((Kind::Submodule, "e69de29b", &b"lib"[..])));
        assert!(Entry::of_index(b"100644 e69de29b\ta").is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_record_of_any_bytes_never_panics(record: Vec<u8>) {
            let _ = (Entry::of_index(&record), Entry::of_tree(&record));
        }

        #[test]
        fn a_link_leads_nowhere_outside(path in "[ab]{1,2}(/[ab]{1,2}){0,3}", target in "[ab./]{0,12}") {
            let followed = String::from_utf8(follow(path.as_bytes(), target.as_bytes()).unwrap_or_default());
            let followed = followed.map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
            proptest::prop_assert!(!followed.starts_with('/'));
            proptest::prop_assert!(followed.split('/').all(|part| part != ".." && part != "."));
        }
    }
}
