//! What git ignores: the patterns in force in each folder, and the files that are tracked all the same.
//! Not git's index or trees (`git`), and never a reason to leave out what is tracked.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

use super::git::{self, GitError};
use super::read::{Content, Reader};
use crate::budget::{Budget, Work};

/// Largest file of patterns that is heeded. Compiling them takes time; without them more is scanned, not less.
const PATTERNS_LIMIT: usize = 256 * 1024;

/// What the patterns of a walk may cost, which all its folders share.
#[derive(Debug)]
pub(super) struct Patterns {
    /// None if patterns are not heeded at all.
    budget: Option<Budget>,
    /// The file that has cost most.
    costliest: Mutex<(u64, PathBuf)>,
}

impl Patterns {
    /// Patterns are heeded as long as the budget lasts.
    pub(super) fn heeded() -> Arc<Self> {
        Arc::new(Self { budget: Some(Budget::of(0)), costliest: Mutex::default() })
    }

    /// No pattern is heeded, so that everything is examined.
    pub(super) fn unheeded() -> Arc<Self> {
        Arc::new(Self { budget: None, costliest: Mutex::default() })
    }

    /// Whether the patterns of a file are heeded.
    fn pay(&self, file: &Path, text: &str) -> bool {
        let Some(budget) = &self.budget else { return false };
        let wildcards = text.bytes().filter(|byte| matches!(byte, b'*' | b'?' | b'[')).count();
        let cost = (wildcards + text.len() / 16) as u64;
        let mut costliest = self.costliest.lock().unwrap_or_else(PoisonError::into_inner);
        if (cost, file) > (costliest.0, &costliest.1) {
            *costliest = (cost, file.to_owned());
        }
        budget.pay(Work::Ignoring, cost).is_ok()
    }

    /// The file that has cost most, if all together cost more than they may. Which of them were heeded is then chance.
    pub(super) fn overdrawn(&self) -> Option<PathBuf> {
        let is_overdrawn = self.budget.as_ref().is_some_and(Budget::is_overdrawn);
        is_overdrawn.then(|| self.costliest.lock().unwrap_or_else(PoisonError::into_inner).1.clone())
    }
}

/// The patterns in force in a folder; none outside a repository, as with git.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    repository: Option<Arc<Repository>>,
    innermost: Option<Arc<Layer>>,
    patterns: Arc<Patterns>,
}

/// The patterns of one file, and those they go before.
#[derive(Debug)]
struct Layer {
    patterns: Gitignore,
    outer: Option<Arc<Layer>>,
}

impl Rules {
    /// What the folders above this one say of it.
    pub(super) fn above(folder: &Path, patterns: &Arc<Patterns>) -> Self {
        let none = Self { repository: None, innermost: None, patterns: patterns.clone() };
        let Some(parent) = folder.parent() else { return none };
        let Some(root) = super::git_root(parent) else { return none };
        let mut folders: Vec<&Path> = parent.ancestors().take_while(|folder| folder.starts_with(&root)).collect();
        folders.reverse();
        folders.iter().fold(none, |rules, folder| rules.enter(folder, *folder == root, true))
    }

    /// The patterns in force inside a folder, which may hold an entry `.git` or `.gitignore`. The patterns of a
    /// repository end where another one begins.
    pub(super) fn enter(&self, folder: &Path, has_git: bool, has_gitignore: bool) -> Self {
        let mut rules = match has_git && super::is_repository(folder) {
            true => Self::of_repository(folder, &self.patterns),
            false => self.clone(),
        };
        if has_gitignore && rules.repository.is_some() {
            rules.add(folder, &folder.join(".gitignore"));
        }
        rules
    }

    /// The repository that ignores an entry, if one does. Only patterns that match the entry itself count, not those that match a
    /// folder above: whoever comes here was led into that folder, or named it.
    pub(super) fn ignoring(&self, path: &Path, is_folder: bool) -> Option<&Arc<Repository>> {
        let mut layer = self.innermost.as_ref();
        while let Some(Layer { patterns, outer }) = layer.map(Arc::as_ref) {
            match patterns.matched(path, is_folder) {
                Match::Ignore(_) => return self.repository.as_ref(),
                Match::Whitelist(_) => return None,
                Match::None => layer = outer.as_ref(),
            }
        }
        None
    }

    /// The user's own patterns, then those of .git/info/exclude.
    fn of_repository(root: &Path, patterns: &Arc<Patterns>) -> Self {
        static USER: OnceLock<Option<PathBuf>> = OnceLock::new();
        let repository = Some(Arc::new(Repository::new(root)));
        let mut rules = Self { repository, innermost: None, patterns: patterns.clone() };
        if let Some(file) = USER.get_or_init(gitconfig_excludes_path) {
            rules.add(root, &super::names::resolve(file));
        }
        if let Some(folder) = common_folder(root) {
            rules.add(root, &folder.join("info/exclude"));
        }
        rules
    }

    /// A file of patterns is as hostile as any other: a link, a FIFO or a huge one is not read, which git does not
    /// do either. A pattern that cannot be understood matches nothing.
    fn add(&mut self, folder: &Path, file: &Path) {
        let Some(text) = read_text(file, PATTERNS_LIMIT).filter(|text| self.patterns.pay(file, text)) else { return };
        let mut builder = GitignoreBuilder::new(folder);
        builder.allow_unclosed_class(false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(None, line);
        }
        if let Ok(patterns) = builder.build()
            && !patterns.is_empty()
        {
            self.innermost = Some(Arc::new(Layer { patterns, outer: self.innermost.take() }));
        }
    }
}

/// A repository in which something is ignored.
#[derive(Debug)]
pub(super) struct Repository {
    /// Its top folder.
    pub(super) root: PathBuf,
    /// git, listing what is tracked.
    listing: Mutex<Option<Result<Child, GitError>>>,
}

impl Repository {
    fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), listing: Mutex::new(None) }
    }

    /// Lets git list the tracked files while the walk goes on. A repository that ignores nothing never asks.
    pub(super) fn ask(&self) {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        listing.get_or_insert_with(|| git::list_tracked(&self.root));
    }

    /// The tracked files among entries that are ignored: paths below [`Repository::root`].
    pub(super) fn tracked(&self, ignored: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
        self.ask();
        let child = self.listing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(child) = child else { return Ok(Vec::new()) };
        let output = git::finish("ls-files", child?)?;
        let tracked: Vec<&[u8]> = output.split(|&byte| byte == 0).filter(|path| !path.is_empty()).collect();
        let below = ignored.iter().filter_map(|path| path.strip_prefix(&self.root).ok());
        let mut found: Vec<&[u8]> =
            below.flat_map(|entry| below_or_equal(&tracked, entry.as_os_str().as_encoded_bytes())).collect();
        found.sort_unstable();
        found.dedup();
        Ok(found.into_iter().filter_map(|path| git::path(path).map(|path| self.root.join(path))).collect())
    }
}

/// Of paths in the order of their bytes, the one that is `entry`, and those in it if it is a folder.
fn below_or_equal<'a>(sorted: &[&'a [u8]], entry: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    let inside = [entry, b"/"].concat();
    let start = sorted.partition_point(|path| *path < &inside[..]);
    let end = start + sorted[start..].partition_point(|path| path.starts_with(&inside));
    let itself = sorted.binary_search(&entry).ok();
    let found: Vec<&[u8]> = itself.map(|at| sorted[at]).into_iter().chain(sorted[start..end].iter().copied()).collect();
    found.into_iter()
}

/// The folder of a repository that its worktrees share (gitrepository-layout(5)).
fn common_folder(root: &Path) -> Option<PathBuf> {
    let dot_git = root.join(".git");
    let folder = match read_text(&dot_git, 4096) {
        Some(text) => root.join(text.strip_prefix("gitdir:")?.trim()),
        None => dot_git,
    };
    match read_text(&folder.join("commondir"), 4096) {
        Some(common) => Some(folder.join(common.trim())),
        None => Some(folder),
    }
}

fn read_text(file: &Path, limit: usize) -> Option<String> {
    match Reader::default().read(file).ok()? {
        Content::Bytes(bytes) if bytes.len() <= limit => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_folder_holds_what_begins_with_its_path_and_a_slash() {
        let tracked: [&[u8]; 5] = [b"a", b"out", b"out-put", b"out/a", b"out/b/c"];
        let found = |entry: &[u8]| below_or_equal(&tracked, entry).collect::<Vec<_>>();
        assert_eq!(found(b"out"), [&b"out"[..], b"out/a", b"out/b/c"]);
        assert_eq!(found(b"out/b"), [&b"out/b/c"[..]]);
        assert!(found(b"ou").is_empty());
    }
}
