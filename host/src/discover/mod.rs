//! Discovery: paths, standard input, the git index or a git tree become sources.
//! Not parsing: what a source means is for the formats to say, and whether it can matter is asked of the caller.

mod blobs;
mod dot_git;
mod git;
mod ignored;
mod names;
mod patterns;
mod read;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

pub use git::{GitError, commit, repository, staged, staged_file, tree};
use keyreeve_source::problem::Problem;
use keyreeve_source::{SIZE_LIMIT, Source, Sources, is_text};
pub use names::{name_of, resolve, resolve_folder};

use crate::progress::Progress;
use read::Bytes;

/// Whether a source of that name and content can matter. Asked of every file, from several threads and perhaps twice; only what matters
/// stays in memory.
pub type Keep<'a> = &'a (dyn Fn(&str, &[u8]) -> bool + Sync);

/// What to discover on disk.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The folder that names are relative to ([`name_of`]).
    pub root: &'a Path,
    /// Files and folders to scan. None of them scans nothing.
    pub paths: &'a [PathBuf],
    /// Which sources to keep.
    pub keep: Keep<'a>,
}

/// What was discovered.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The sources that can matter, in the order of their names.
    pub sources: Sources,
    /// What could not be read, in the order of the names.
    pub problems: Vec<Problem>,
    /// How many files were looked at, kept or not.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// Names of small texts that were looked at and not kept, in order: a configuration may name one of them as its own.
    pub passed: Vec<String>,
    /// What was not looked at, by reason: `FIFO`, `larger than 256 MiB`. A folder that git ignores counts once;
    /// what is tracked all the same is looked at, and counts nowhere here.
    pub skipped: BTreeMap<String, usize>,
}

/// The index, and what a commit of it would change.
#[derive(Debug, Default)]
pub struct Staged {
    /// Everything in the index below the root.
    pub discovery: Discovery,
    /// Names of all its entries.
    pub names: BTreeSet<String>,
    /// Names of its files that are not the same in HEAD; all of them before the first commit. What it deletes is not
    /// in it.
    pub changed: BTreeSet<String>,
    /// Names of files that HEAD has and the index has not.
    pub deleted: BTreeSet<String>,
}

/// Reads files and folders on disk.
///
/// In folders, hidden files are read and `.git` is not. What git ignores is skipped unless it is tracked, or named in
/// the request; as with git, `.gitignore` means nothing outside a repository, and the patterns in force above a
/// folder that is named hold in it. A symlink is not followed unless it is named: what it leads to is read where it
/// stands, and goes by the name it has there. FIFOs, sockets and devices are never opened to be read.
pub fn walk(request: &Request<'_>, progress: &dyn Progress) -> Discovery {
    walk::walk(request, progress)
}

/// Reads one source that is always kept, such as standard input, under a name of the caller's choice.
pub fn stdin(name: &str, reader: impl Read) -> Discovery {
    let mut found = Found::default();
    let mut bytes = Vec::new();
    match read::read_to_limit(reader, &mut bytes, SIZE_LIMIT) {
        Ok(true) => found.read(name, None, Bytes::Shared(bytes.into()), &|_, _| true),
        Ok(false) => found.unread_named(name, read::TOO_LARGE),
        Err(error) => found.problem(name, format!("cannot be read: {}", read::reason(&error))),
    }
    found.into()
}

/// The top folder of the git repository that a folder lies in: the nearest one upwards with a `.git`.
pub fn git_root(folder: &Path) -> Option<PathBuf> {
    let folder = names::resolve(folder);
    folder.ancestors().find(|ancestor| is_repository(ancestor)).map(Path::to_owned)
}

/// Whether git would take this for the top folder of a repository, by its `.git`: a folder with a HEAD, or a file that
/// leads to one (a worktree, a submodule).
fn is_repository(folder: &Path) -> bool {
    let dot_git = folder.join(".git");
    dot_git.is_file() || dot_git.join("HEAD").symlink_metadata().is_ok()
}

/// What one thread has found.
#[derive(Debug, Default)]
struct Found {
    sources: Vec<Source>,
    problems: Vec<Problem>,
    files: usize,
    bytes: u64,
    skipped: BTreeMap<&'static str, usize>,
    links: BTreeMap<String, String>,
    passed: Vec<String>,
}

/// Bytes of the longest text that a configuration is expected to include under a name that says nothing.
const INCLUDED: usize = 1 << 20;

impl Found {
    /// Counts content that was read, and keeps it if it can matter.
    fn read(&mut self, name: &str, file: Option<&Path>, bytes: Bytes<'_>, keep: Keep<'_>) {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        if keep(name, &bytes) {
            self.sources.push(Source::new(name, file.map(Path::to_owned), bytes));
        } else if bytes.len() <= INCLUDED && is_text(&bytes) {
            self.passed.push(name.to_owned());
        }
    }

    fn skip(&mut self, reason: &'static str) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push(Problem::path(name, message));
    }

    /// Something that was asked for by its name and is not read for a reason of ours.
    fn unread_named(&mut self, name: &str, reason: &'static str) {
        self.skip(reason);
        self.problem(name, format!("is not read: {reason}"));
    }

    fn merge(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.problems.extend(other.problems);
        self.files += other.files;
        self.bytes += other.bytes;
        self.links.extend(other.links);
        self.passed.extend(other.passed);
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
    }
}

impl From<Found> for Discovery {
    fn from(mut found: Found) -> Self {
        found.sources.sort_unstable_by(|one, other| (&one.name, &one.file).cmp(&(&other.name, &other.file)));
        found.problems.sort_unstable();
        found.passed.sort_unstable();
        Self {
            sources: Sources::linked(found.sources, found.links),
            problems: found.problems,
            files: found.files,
            bytes: found.bytes,
            passed: found.passed,
            skipped: found.skipped.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
        }
    }
}
