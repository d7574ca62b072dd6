//! Finds the policy file that governs a folder. It does not read the file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::FILE_NAME;

/// The policy file that governs `start`: the nearest one in the folder or above, up to the folder that contains `.git`.
/// Outside of a repository the search goes up to `here`, the user's current folder, or only to `start` itself if that
/// lies elsewhere: a file in a shared folder above, such as /tmp, could be anybody's.
///
/// Anything with the name counts, even if it cannot be accessed: reading it then fails, whereas ignoring it would
/// silently put the built-in policy in its place.
///
/// `also` says which further files count as existing, besides those on disk.
pub fn find(start: &Path, here: &Path, also: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let canonical = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (start, here) = (canonical(start), canonical(here));
    let start = if start.is_file() { start.parent()? } else { &start };
    let repository = start.ancestors().find(|folder| stands(&folder.join(".git")));
    let root = repository.unwrap_or(if start.starts_with(&here) { &here } else { start });
    let governed = start.ancestors().take_while(|folder| folder.starts_with(root));
    governed.map(|folder| folder.join(FILE_NAME)).find(|file| stands(file) || also(file))
}

fn stands(path: &Path) -> bool {
    match path.symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn none(_: &Path) -> bool {
        false
    }

    #[test]
    fn the_nearest_policy_up_to_the_git_root_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let deep = root.join("repository/a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(root.join(FILE_NAME), "").unwrap();
        let nearest = |start: &Path| find(start, Path::new("/nowhere"), none);
        assert_eq!(nearest(&deep), None, "outside of a repository nothing above counts");
        assert_eq!(find(&deep, &root.join("repository"), none), None, "nothing above the folder one is in");
        assert_eq!(find(&deep, &root, none), Some(root.join(FILE_NAME)), "but up to it");
        fs::create_dir(root.join("repository/.git")).unwrap();
        assert_eq!(find(&deep, &root, none), None, "nothing above the git root counts");
        fs::write(root.join("repository").join(FILE_NAME), "").unwrap();
        assert_eq!(nearest(&deep), Some(root.join("repository").join(FILE_NAME)));
        fs::write(root.join("repository/a").join(FILE_NAME), "").unwrap();
        assert_eq!(nearest(&deep), Some(root.join("repository/a").join(FILE_NAME)));
        fs::write(deep.join("x.conf"), "").unwrap();
        assert_eq!(nearest(&deep.join("x.conf")), Some(root.join("repository/a").join(FILE_NAME)));
    }

    #[test]
    fn a_git_file_of_a_worktree_is_a_root_and_a_dangling_policy_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join(".git"), "gitdir: /elsewhere").unwrap();
        fs::create_dir(root.join(FILE_NAME)).unwrap();
        assert_eq!(find(&root.join("a"), Path::new("/nowhere"), none), Some(root.join(FILE_NAME)));
        assert!(super::super::Policy::read(&root.join(FILE_NAME)).is_err());
    }
}
