//! What git ignores: the patterns in force in each folder, and the files that are tracked all the same.
//! Not git's index or trees (`git`), and never a reason to leave out what is tracked.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ignore::Match;
use ignore::gitignore::gitconfig_excludes_path;
use keyreeve_source::budget::{Budget, Spent};

use super::dot_git;
use super::git;
use super::git::GitError;
use super::patterns::{Patterns, Weight};

/// Largest file of patterns that is heeded. Compiling them takes time; without them more is scanned, not less.
const PATTERNS_LIMIT: usize = 256 * 1024;

/// At whose expense patterns are heeded, and the files whose patterns are not, each with the reason as a clause.
pub(super) struct Heed<'a> {
    pub(super) budget: &'a Budget,
    pub(super) unheeded: Vec<(PathBuf, String)>,
}

/// The patterns in force in a folder; none outside a repository, as with git.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    repository: Option<Arc<Repository>>,
    innermost: Option<Arc<Layer>>,
}

/// The patterns of one file, and those they go before.
#[derive(Debug)]
struct Layer {
    patterns: Patterns,
    /// Of these patterns and all outer ones.
    in_force: Weight,
    outer: Option<Arc<Layer>>,
}

impl Rules {
    /// What the folders above this one say of it.
    pub(super) fn above(folder: &Path, heed: &mut Heed<'_>) -> Self {
        let Some(parent) = folder.parent() else { return Self::default() };
        let Some(root) = super::git_root(parent) else { return Self::default() };
        let mut folders: Vec<&Path> = parent.ancestors().take_while(|folder| folder.starts_with(&root)).collect();
        folders.reverse();
        folders.iter().fold(Self::default(), |rules, folder| rules.enter(folder, *folder == root, true, heed))
    }

    /// The patterns in force inside a folder, which may hold an entry `.git` or `.gitignore`. The patterns of a
    /// repository end where another one begins.
    pub(super) fn enter(&self, folder: &Path, has_git: bool, has_gitignore: bool, heed: &mut Heed<'_>) -> Self {
        let mut rules = match has_git && super::is_repository(folder) {
            true => Self::of_repository(folder, heed),
            false => self.clone(),
        };
        if has_gitignore && rules.repository.is_some() {
            rules.add(folder, &folder.join(".gitignore"), heed);
        }
        rules
    }

    /// The repository that ignores an entry, if one does. Only patterns that match the entry itself count, not those that match a
    /// folder above: whoever comes here was led into that folder, or named it.
    pub(super) fn ignoring(&self, path: &Path, is_folder: bool) -> Option<&Arc<Repository>> {
        let mut layer = self.innermost.as_ref();
        while let Some(Layer { patterns, outer, .. }) = layer.map(Arc::as_ref) {
            match patterns.compiled.matched(path, is_folder) {
                Match::Ignore(_) => return self.repository.as_ref(),
                Match::Whitelist(_) => return None,
                Match::None => layer = outer.as_ref(),
            }
        }
        None
    }

    /// Pays for asking whether entries of a folder are ignored, whose names have these lengths.
    pub(super) fn pay(&self, folder: &Path, names: impl Iterator<Item = usize>, budget: &Budget) -> Result<(), Spent> {
        let Some((repository, layer)) = self.repository.as_ref().zip(self.innermost.as_ref()) else { return Ok(()) };
        let folder = folder.strip_prefix(&repository.root).unwrap_or(folder).as_os_str().len();
        layer.in_force.pay(names.map(|name| folder + 1 + name), budget)
    }

    /// The same without any pattern so far.
    pub(super) fn without_patterns(&self) -> Self {
        Self { repository: self.repository.clone(), innermost: None }
    }

    /// The user's own patterns, then those of .git/info/exclude.
    fn of_repository(root: &Path, heed: &mut Heed<'_>) -> Self {
        static USER: OnceLock<Option<PathBuf>> = OnceLock::new();
        let mut rules = Self { repository: Some(Arc::new(Repository::new(root))), innermost: None };
        if let Some(file) = USER.get_or_init(gitconfig_excludes_path) {
            rules.add(root, &super::names::resolve(file), heed);
        }
        if let Some([_, common]) = dot_git::folders(root) {
            rules.add(root, &common.join("info/exclude"), heed);
        }
        rules
    }

    /// A file of patterns is as hostile as any other: a link or a FIFO is not read, which git does not do either, and what is huge or
    /// costs too much is not heeded.
    fn add(&mut self, folder: &Path, file: &Path, heed: &mut Heed<'_>) {
        let Some(text) = dot_git::read_text(file) else { return };
        let outer = self.innermost.as_ref().map(|layer| layer.in_force).unwrap_or_default();
        let patterns = match text.len() {
            ..=PATTERNS_LIMIT => Patterns::of(&text, folder, outer, heed.budget),
            _ => Err("they have more than 256 KiB".to_owned()),
        };
        match patterns {
            Ok(patterns) if patterns.compiled.is_empty() => {}
            Ok(patterns) => {
                let in_force = outer.and(patterns.weight);
                self.innermost = Some(Arc::new(Layer { patterns, in_force, outer: self.innermost.take() }));
            }
            Err(reason) => heed.unheeded.push((file.to_owned(), reason)),
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
        let output = git::finish("ls-files", &self.root, child?)?;
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
