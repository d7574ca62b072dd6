//! The folder in which git keeps what it knows of a repository: where it is, and whether git may be asked about it. It came with the tree, and
//! anybody may have made it. Not git's answers.

use std::io;
use std::path::{Path, PathBuf};

use super::names;
use super::read::{Content, Reader};

/// What git reads there before it can say anything. Of a FIFO it would wait for ever.
const FILES: [&str; 14] = [
    "HEAD",
    "index",
    "config",
    "config.worktree",
    "commondir",
    "gitdir",
    "shallow",
    "packed-refs",
    "info/exclude",
    "info/attributes",
    "info/grafts",
    "info/sparse-checkout",
    "objects/info/alternates",
    "objects/info/commit-graph",
];

/// Where git keeps what it knows of the repository at this folder: of its own, and what all its worktrees share (gitrepository-layout(5)).
pub(super) fn folders(root: &Path) -> Option<[PathBuf; 2]> {
    let dot_git = root.join(".git");
    let own = match read_line(&dot_git) {
        Some(text) => root.join(text.strip_prefix("gitdir:")?.trim()),
        None => dot_git,
    };
    let common = match read_line(&own.join("commondir")) {
        Some(common) => own.join(common.trim()),
        None => own.clone(),
    };
    Some([own, common])
}

/// Why git is not to be asked about the repository at this folder, as a clause.
pub(super) fn fault(root: &Path) -> Option<String> {
    let Some([own, common]) = folders(root) else { return Some("its .git leads nowhere".to_owned()) };
    let shown = |path: &Path| names::text(path.as_os_str().as_encoded_bytes());
    let paths = [&own, &common].into_iter().flat_map(|folder| FILES.map(|file| folder.join(file)));
    let no_file = paths.into_iter().find(|path| match path.symlink_metadata() {
        Ok(metadata) => !metadata.is_file(),
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    });
    if let Some(path) = no_file {
        return Some(format!("{} is no regular file", shown(&path)));
    }
    (!belongs(root, &own, &common))
        .then(|| format!("{} leads to a repository that does not know this folder", shown(&root.join(".git"))))
}

/// Whether what git would look into is of this folder: it lies in it, or says itself that it is of a worktree, or of a submodule, that lies there.
fn belongs(root: &Path, own: &Path, common: &Path) -> bool {
    let [root, own, common] = [root, own, common].map(names::resolve);
    let is_of_common = own == common || own.starts_with(common.join("worktrees"));
    let is_worktree = || {
        let back = read_line(&own.join("gitdir")).map(|back| names::resolve(&own.join(back.trim())));
        back.is_some_and(|back| back == root.join(".git"))
    };
    let is_submodule = || work_tree(&own).is_some_and(|tree| names::resolve(&own.join(tree)) == root);
    is_of_common && (own.starts_with(&root) || is_worktree() || is_submodule())
}

/// What the configuration of a submodule has as its folder.
fn work_tree(own: &Path) -> Option<String> {
    let text = read_text(&own.join("config"))?;
    let mut values =
        text.lines().filter_map(|line| line.trim().strip_prefix("worktree")?.trim_start().strip_prefix('='));
    values.next_back().map(|value| value.trim().trim_matches('"').to_owned())
}

/// The text of a file of patterns, or of another of git's: a link or a FIFO is not read.
pub(super) fn read_text(file: &Path) -> Option<String> {
    match Reader::default().read(file).ok()? {
        Content::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Content::Unread(_) => None,
    }
}

/// The text of a small file of git's.
fn read_line(file: &Path) -> Option<String> {
    read_text(file).filter(|text| text.len() <= 4096)
}
