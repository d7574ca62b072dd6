//! Folders that belong to this user alone, in the system's places for caches and for state, and outside of every tree
//! that is examined. What they contain is decided elsewhere.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use etcetera::BaseStrategy as _;

/// The environment variables that set the user's folders for caches and for state.
pub(super) const CACHES: &str = "XDG_CACHE_HOME";
pub(super) const STATE: &str = "XDG_STATE_HOME";

/// The most links that are followed on the way to a folder; the system follows no more.
const MOST_LINKS: usize = 40;

/// Why there is no folder that belongs to this user alone.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The user has no home, and no cache folder is named.
    #[error("no cache folder is known; set XDG_CACHE_HOME")]
    NoHome,
    /// It cannot be made or examined.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// It belongs to somebody else, or others can write to it.
    #[error("{} {reason}; remove it, or set {variable} to a folder of your own", path.display())]
    NotOurs {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
        /// The variable that sets its place.
        variable: &'static str,
    },
    /// Whoever can write to a tree that is examined could put anything into it.
    #[error(
        "{} lies in {}, or a link there leads to it, so that whoever writes to that tree could put code into it; \
         set {variable} to a folder of your own outside of it", path.display(), tree.display()
    )]
    InTree {
        /// The folder.
        path: PathBuf,
        /// The tree.
        tree: PathBuf,
        /// The variable that sets its place.
        variable: &'static str,
    },
    /// The folder of the key, which must be separate from the entries, lies beside them and would be copied with them.
    #[error("{} holds both the entries and the key that shows whose they are; set XDG_STATE_HOME to another folder", path.display())]
    Together {
        /// The folder.
        path: PathBuf,
    },
}

/// One of the system's places for files of one user.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// The folder.
    pub(super) path: PathBuf,
    /// The environment variable that moves it.
    pub(super) variable: &'static str,
}

impl Base {
    /// For what can be made again: XDG_CACHE_HOME, or else the system's folder.
    ///
    /// # Errors
    /// [`Unusable::NoHome`].
    pub(crate) fn caches() -> Result<Self, Unusable> {
        let base = etcetera::choose_base_strategy().map_err(|_| Unusable::NoHome)?;
        Ok(Self { path: base.cache_dir(), variable: CACHES })
    }

    /// For what stays on the machine and needs no backup: XDG_STATE_HOME, or else the system's folder.
    ///
    /// # Errors
    /// [`Unusable::NoHome`].
    pub(crate) fn state() -> Result<Self, Unusable> {
        let base = etcetera::choose_base_strategy().map_err(|_| Unusable::NoHome)?;
        let path = base.state_dir().unwrap_or_else(|| base.data_dir().join("state"));
        Ok(Self { path, variable: STATE })
    }

    /// Checks that it lies outside of all trees, and so does everything on the way to it.
    ///
    /// # Errors
    /// [`Unusable::InTree`].
    pub(crate) fn outside(&self, trees: &[PathBuf]) -> Result<(), Unusable> {
        let trail = trail(&self.path);
        let trees = trees.iter().map(|tree| fs::canonicalize(tree).unwrap_or_else(|_| tree.clone()));
        match trees.into_iter().find(|tree| trail.iter().any(|step| step.starts_with(tree))) {
            Some(tree) => Err(Unusable::InTree { path: self.path.clone(), tree, variable: self.variable }),
            None => Ok(()),
        }
    }

    /// A folder below it that is this user's alone, like all folders in between. Missing folders are made.
    ///
    /// # Errors
    /// [`Unusable`] if it cannot be made, or is not this user's alone.
    pub(crate) fn private_folder(&self, names: &[&str]) -> Result<PathBuf, Unusable> {
        let mut folder = self.path.clone();
        let io = |path: &Path, cause| Unusable::Io { path: path.to_owned(), cause };
        fs::create_dir_all(&folder).map_err(|cause| io(&folder, cause))?;
        for name in names {
            folder.push(name);
            match create(&folder) {
                Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(io(&folder, cause)),
                _ => {}
            }
            let metadata = fs::symlink_metadata(&folder).map_err(|cause| io(&folder, cause))?;
            if let Some(reason) = foreign(&metadata) {
                return Err(Unusable::NotOurs { path: folder, reason, variable: self.variable });
            }
        }
        Ok(folder)
    }
}

/// Every path that is looked up on the way to a path, each free of links except for its last name. The part of a path
/// that does not exist is left as written.
fn trail(path: &Path) -> Vec<PathBuf> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut ahead: VecDeque<OsString> = names(&absolute);
    let (mut at, mut trail, mut links) = (PathBuf::new(), Vec::new(), 0);
    while let Some(name) = ahead.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        // An absolute name is the root, or the target of a link: it replaces the path so far.
        let next = at.join(&name);
        trail.push(next.clone());
        match fs::read_link(&next) {
            Ok(target) if links < MOST_LINKS => {
                links += 1;
                names(&target).into_iter().rev().for_each(|name| ahead.push_front(name));
            }
            _ => at = next,
        }
    }
    trail
}

fn names(path: &Path) -> VecDeque<OsString> {
    let steps = path.components().filter(|step| *step != Component::CurDir);
    steps.map(|step| step.as_os_str().to_owned()).collect()
}

/// Makes a folder that only this user can enter.
fn create(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Why a folder is not this user's alone. A symlink never is, wherever it leads.
fn foreign(metadata: &fs::Metadata) -> Option<&'static str> {
    if !metadata.is_dir() {
        return Some("is not a folder");
    }
    if is_writable_by_others(metadata) {
        return Some("can be written to by others");
    }
    (!is_ours(metadata)).then_some("belongs to another user")
}

/// Whether nobody but this user can write to something.
pub(super) fn is_ours_alone(metadata: &fs::Metadata) -> bool {
    is_ours(metadata) && !is_writable_by_others(metadata)
}

fn is_writable_by_others(metadata: &fs::Metadata) -> bool {
    mode(metadata) & 0o022 != 0
}

/// The permissions of a file; on systems without them, those that exclude everybody else.
#[cfg(unix)]
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions())
}

#[cfg(not(unix))]
pub(super) fn mode(_: &fs::Metadata) -> u32 {
    0
}

/// Whether a file belongs to this user.
#[cfg(unix)]
pub(super) fn is_ours(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

/// Without owners to compare, the folders lie in the user's own profile.
#[cfg(not(unix))]
pub(super) fn is_ours(_: &fs::Metadata) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_in_a_tree_is_told_by_whatever_way_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let [tree, home, elsewhere] = ["tree", "home", "elsewhere"].map(|name| root.join(name));
        [&tree, &home, &elsewhere].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
        symlink(&elsewhere, tree.join("out")).unwrap();
        symlink("../tree", home.join("in")).unwrap();
        symlink(tree.join("out"), home.join("through")).unwrap();
        symlink("loop", home.join("loop")).unwrap();
        let is_outside = |path: PathBuf| Base { path, variable: "V" }.outside(std::slice::from_ref(&tree)).is_ok();
        for inside in ["tree", "tree/a/b", "tree/out/cache", "home/in/a", "home/through/a", "home/../tree", "home/./in"]
        {
            assert!(!is_outside(root.join(inside)), "{inside}");
        }
        for outside in ["home/cache", "elsewhere", "tree2", "tree/../home/a", "home/loop/a", "home/../treeless"] {
            let passes_the_tree = outside.starts_with("tree/");
            assert_eq!(is_outside(root.join(outside)), !passes_the_tree, "{outside}");
        }
    }
}
