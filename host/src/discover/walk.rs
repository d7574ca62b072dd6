//! Walking folders in parallel, and reading what is in them.
//! Not what git ignores (`ignored`) nor how a file is read safely (`read`).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use keyreeve_source::budget::Budget;
use rayon::Scope;

use super::ignored::{Heed, Repository, Rules};
use super::names::{name_of, push_text, resolve};
use super::read::{Content, Reader, kind_name, reason};
use super::{Discovery, Found, Request};
use crate::progress::Progress;

/// So many files of one folder are a piece of work.
const BATCH: usize = 128;

/// Up to so many files named one by one are read without starting threads.
const FEW: usize = 16;

/// Reads what a request names. If heeding all patterns costs too much, it is chance whose were heeded: then everything is read once more
/// by one thread, in the order of the names, so that it is always the same ones.
pub(super) fn walk(request: &Request<'_>, progress: &dyn Progress) -> Discovery {
    let (found, budget) = read(request, progress, false);
    if !budget.is_overdrawn() {
        return found.into();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one) => one.install(|| read(request, progress, true)).0.into(),
        Err(error) => {
            let mut found = found;
            found.problem(".", format!("not everything is read: {error}"));
            found.into()
        }
    }
}

/// Reads what a request names; then, of what git ignores, the files that are tracked. Those can be the folder of a
/// submodule, in which something else is ignored, and so on inwards.
fn read(request: &Request<'_>, progress: &dyn Progress, in_order: bool) -> (Found, Budget) {
    let mut found = Found::default();
    let walk = Walk::new(request, progress, in_order, &mut found);
    let files: Vec<PathBuf> = walk.files.iter().cloned().collect();
    if walk.folders.is_empty() && files.len() <= FEW {
        walk.named_files(&files);
    } else {
        rayon::scope(|scope| walk.start(scope, &files));
    }
    loop {
        let ignored = walk.take_ignored();
        if ignored.is_empty() {
            break;
        }
        let tracked = walk.tracked(ignored, &mut found);
        rayon::scope(|scope| walk.read_tracked(scope, &tracked));
    }
    for worker in walk.idle.into_inner().unwrap_or_else(PoisonError::into_inner) {
        found.merge(worker.found);
    }
    (found, walk.patterns)
}

struct Walk<'a> {
    request: &'a Request<'a>,
    progress: &'a dyn Progress,
    /// `request.root` itself, links resolved.
    root: PathBuf,
    /// The files that are named, which a walk that comes by leaves out, as it does with the folders that are named.
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    /// The workers that have nothing to do just now.
    idle: Mutex<Vec<Worker>>,
    /// What pays for heeding what git ignores.
    patterns: Budget,
    /// Whether one thread alone does all of it.
    in_order: bool,
}

/// What a thread reads with, and what it found.
#[derive(Default)]
struct Worker {
    reader: Reader,
    found: Found,
    /// What git ignores, and in which repository.
    ignored: Vec<(Arc<Repository>, PathBuf)>,
}

/// A folder to walk.
struct Folder {
    path: PathBuf,
    /// What the names of its entries begin with: nothing, or its own name and `/`.
    prefix: String,
    /// In force in it; before it was read, those of the folder above.
    rules: Rules,
}

impl<'a> Walk<'a> {
    fn new(request: &'a Request<'a>, progress: &'a dyn Progress, in_order: bool, found: &mut Found) -> Self {
        let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
        let root = resolve(request.root);
        for path in request.paths {
            match path.canonicalize().and_then(|path| fs::metadata(&path).map(|metadata| (path, metadata.is_dir()))) {
                Ok((path, true)) => folders.insert(path),
                Ok((path, false)) => files.insert(path),
                Err(error) => {
                    found.problem(&name_of(&root, &resolve(path)), format!("cannot be found: {}", reason(&error)));
                    false
                }
            };
        }
        Self { request, progress, root, files, folders, idle: Mutex::default(), patterns: Budget::of(0), in_order }
    }

    fn start<'s>(&'s self, scope: &Scope<'s>, files: &'s [PathBuf]) {
        for folder in &self.folders {
            scope.spawn(|scope| self.folder(scope, self.base(folder)));
        }
        for batch in files.chunks(FEW) {
            scope.spawn(|_| self.named_files(batch));
        }
    }

    /// A folder where walking begins.
    fn base(&self, path: &Path) -> Folder {
        let prefix = match name_of(&self.root, path) {
            name if name == "." => String::new(),
            name if name.ends_with('/') => name,
            name => name + "/",
        };
        let mut heed = Heed { budget: &self.patterns, unheeded: Vec::new() };
        let rules = Rules::above(path, &mut heed);
        self.work(|worker| self.tell(&mut worker.found, heed));
        Folder { path: path.to_owned(), prefix, rules }
    }

    /// The files of patterns that were not heeded.
    fn tell(&self, found: &mut Found, heed: Heed<'_>) {
        for (file, reason) in heed.unheeded {
            let message = format!("its patterns are not heeded, and what git ignores by them is read: {reason}");
            found.problem(&name_of(&self.root, &file), message);
        }
    }

    /// Puts the patterns in force that hold in a folder with these entries.
    fn enter(&self, folder: &mut Folder, entries: &[(OsString, FileType)], found: &mut Found) {
        let has = |wanted: &str| entries.iter().any(|(name, _)| name == wanted);
        let mut heed = Heed { budget: &self.patterns, unheeded: Vec::new() };
        folder.rules = folder.rules.enter(&folder.path, has(".git"), has(".gitignore"), &mut heed);
        self.tell(found, heed);
        let lengths = entries.iter().map(|(name, _)| name.len());
        if let Err(spent) = folder.rules.pay(&folder.path, lengths, &self.patterns) {
            folder.rules = folder.rules.without_patterns();
            found.problem(folder.name(), format!("what git ignores in this folder is read all the same: {spent}"));
        }
    }

    /// Reads a folder's files; its folders, and its files beyond the first batch, are left to whoever has time. What will be read once more
    /// is not read to its end.
    fn folder<'s>(&'s self, scope: &Scope<'s>, mut folder: Folder) {
        if !self.in_order && self.patterns.is_overdrawn() {
            return;
        }
        let files = self.work(|worker| {
            let mut entries = list(&folder, &mut worker.found);
            if self.in_order {
                // What is left for later last is done first.
                entries.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
            }
            self.enter(&mut folder, &entries, &mut worker.found);
            let mut path = folder.path.clone();
            let mut files = Vec::new();
            for (name, kind) in entries.into_iter().filter(|(name, _)| name != ".git") {
                path.push(&name);
                if self.is_wanted(worker, &folder, &path, kind) {
                    if kind.is_file() {
                        files.push(name);
                    } else if kind.is_dir() {
                        self.spawn(scope, folder.child(&path, &name));
                    } else {
                        self.special(&mut worker.found, &path, &folder.name_of(&name), kind);
                    }
                }
                path.pop();
            }
            files
        });
        let folder = Arc::new(folder);
        let (first, rest) = files.split_at(files.len().min(BATCH));
        for batch in rest.chunks(BATCH) {
            let (folder, batch) = (Arc::clone(&folder), batch.to_vec());
            scope.spawn(move |_| self.batch(&folder, &batch));
        }
        self.batch(&folder, first);
    }

    fn spawn<'s>(&'s self, scope: &Scope<'s>, folder: Folder) {
        scope.spawn(|scope| self.folder(scope, folder));
    }

    /// Whether an entry is neither read elsewhere nor ignored.
    fn is_wanted(&self, worker: &mut Worker, folder: &Folder, path: &Path, kind: FileType) -> bool {
        let named = if kind.is_dir() { &self.folders } else { &self.files };
        if !named.is_empty() && named.contains(path) {
            return false;
        }
        let Some(repository) = folder.rules.ignoring(path, kind.is_dir()) else { return true };
        repository.ask();
        worker.ignored.push((Arc::clone(repository), path.to_owned()));
        false
    }

    /// A symlink, or what no program would want read. A link to something that is read is told as such.
    fn special(&self, found: &mut Found, path: &Path, name: &str, kind: FileType) {
        let target = if kind.is_symlink() { path.canonicalize().ok() } else { None };
        match target.filter(|target| self.covers(target)) {
            Some(target) => drop(found.links.insert(name.to_owned(), name_of(&self.root, &target))),
            None => found.skip(kind_name(kind)),
        }
    }

    /// Whether a path is one that is named, or lies in one.
    fn covers(&self, path: &Path) -> bool {
        self.files.contains(path) || path.ancestors().any(|ancestor| self.folders.contains(ancestor))
    }

    /// Reads files of one folder.
    fn batch(&self, folder: &Folder, files: &[OsString]) {
        self.work(|worker| {
            let mut path = folder.path.clone();
            let mut name = folder.prefix.clone();
            for file in files {
                path.push(file);
                push_text(&mut name, file.as_encoded_bytes());
                self.read(worker, &path, &name, false);
                name.truncate(folder.prefix.len());
                path.pop();
            }
        });
    }

    /// Reads files that were named one by one: of these, everything that stands in the way is a problem.
    fn named_files(&self, files: &[PathBuf]) {
        self.work(|worker| {
            for path in files {
                self.read(worker, path, &name_of(&self.root, path), true);
            }
        });
    }

    fn read(&self, worker: &mut Worker, path: &Path, name: &str, is_named: bool) {
        let found = &mut worker.found;
        match worker.reader.read(path) {
            Ok(Content::Bytes(bytes)) => found.read(name, Some(path), bytes, self.request.keep),
            Ok(Content::Unread(reason)) if is_named => found.unread_named(name, reason),
            Ok(Content::Unread(reason)) => found.skip(reason),
            Err(error) if error.kind() == ErrorKind::NotFound && !is_named => found.skip("gone before it was read"),
            Err(error) => found.problem(name, cannot_be_read(&error)),
        }
    }

    /// Does a piece of work with a worker that is idle, and tells the progress.
    fn work<T>(&self, work: impl FnOnce(&mut Worker) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut worker = idle().pop().unwrap_or_default();
        let before = (worker.found.files, worker.found.bytes);
        let result = work(&mut worker);
        let files = worker.found.files - before.0;
        if files > 0 {
            self.progress.advance(files, worker.found.bytes - before.1);
        }
        idle().push(worker);
        result
    }

    /// What was ignored since this was last asked, by repository.
    fn take_ignored(&self) -> BTreeMap<PathBuf, (Arc<Repository>, Vec<PathBuf>)> {
        let mut all = BTreeMap::new();
        for worker in self.idle.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            for (repository, path) in worker.ignored.drain(..) {
                let (_, paths) = all.entry(repository.root.clone()).or_insert_with(|| (repository, Vec::new()));
                paths.push(path);
            }
        }
        all
    }

    /// The files that are tracked although git ignores them, and not read already because they, or a folder around them, are
    /// named; what else is ignored is counted as skipped. Where git cannot tell, that is a problem: one of them could
    /// matter.
    fn tracked(&self, ignored: BTreeMap<PathBuf, (Arc<Repository>, Vec<PathBuf>)>, found: &mut Found) -> Vec<PathBuf> {
        let mut tracked = Vec::new();
        for (root, (repository, entries)) in ignored {
            let known: HashSet<&Path> = entries.iter().map(PathBuf::as_path).collect();
            let is_unread = |path: &PathBuf| {
                let mut around = path.ancestors();
                let nearest = around.find(|it| known.contains(it) || self.folders.contains(*it));
                nearest.is_some_and(|it| known.contains(it)) && !self.files.contains(path)
            };
            match repository.tracked(&entries) {
                Ok(paths) => {
                    let read: BTreeSet<&Path> = paths.iter().map(PathBuf::as_path).collect();
                    let skipped = entries.iter().filter(|entry| !is_all_tracked(entry, &read));
                    skipped.for_each(|_| found.skip("ignored by git"));
                    tracked.extend(paths.into_iter().filter(is_unread));
                }
                Err(error) => {
                    entries.iter().for_each(|_| found.skip("ignored by git"));
                    let message =
                        format!("what git ignores here is not read, and may be tracked all the same: {error}");
                    found.problem(&name_of(&self.root, &root), message);
                }
            }
        }
        tracked
    }

    /// Reads tracked files where they still are themselves: a folder above can have become a link to elsewhere.
    fn read_tracked<'s>(&'s self, scope: &Scope<'s>, paths: &'s [PathBuf]) {
        let is_there =
            |path: &Path| path.parent().is_some_and(|parent| parent.canonicalize().is_ok_and(|it| it == parent));
        for path in paths.iter().filter(|path| is_there(path)) {
            match path.symlink_metadata().map(|metadata| metadata.file_type()) {
                Ok(kind) if kind.is_dir() => self.spawn(scope, self.base(path)),
                Ok(kind) if kind.is_file() => scope.spawn(|_| {
                    self.work(|worker| self.read(worker, path, &name_of(&self.root, path), false));
                }),
                Ok(kind) => self.work(|worker| self.special(&mut worker.found, path, &name_of(&self.root, path), kind)),
                Err(_) => {}
            }
        }
    }
}

impl Folder {
    fn child(&self, path: &Path, name: &OsStr) -> Self {
        Self { path: path.to_owned(), prefix: self.name_of(name) + "/", rules: self.rules.clone() }
    }

    /// What problems call it.
    fn name(&self) -> &str {
        match self.prefix.trim_end_matches('/') {
            "" => ".",
            name => name,
        }
    }

    fn name_of(&self, entry: &OsStr) -> String {
        let mut name = self.prefix.clone();
        push_text(&mut name, entry.as_encoded_bytes());
        name
    }
}

/// Whether an entry is tracked, or a folder in which there is something tracked and nothing else.
fn is_all_tracked(entry: &Path, tracked: &BTreeSet<&Path>) -> bool {
    if tracked.contains(entry) {
        return true;
    }
    let is_above = tracked.range(entry..).next().is_some_and(|first| first.starts_with(entry));
    let entries = if is_above { fs::read_dir(entry).ok() } else { None };
    entries.is_some_and(|mut entries| entries.all(|it| it.is_ok_and(|it| is_all_tracked(&it.path(), tracked))))
}

/// The entries of a folder, as far as they can be listed.
fn list(folder: &Folder, found: &mut Found) -> Vec<(OsString, FileType)> {
    let mut entries = Vec::new();
    let result = fs::read_dir(&folder.path).and_then(|listing| {
        for entry in listing {
            let entry = entry?;
            match entry.file_type() {
                Ok(kind) => entries.push((entry.file_name(), kind)),
                Err(error) => found.problem(&folder.name_of(&entry.file_name()), cannot_be_read(&error)),
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        found.problem(folder.name(), cannot_be_read(&error));
    }
    entries
}

fn cannot_be_read(error: &io::Error) -> String {
    format!("cannot be read: {}", reason(error))
}
