//! The folder in which git keeps what it knows of a repository: where it is, and whether git may be asked about it. It came with the tree, and
//! anybody may have made it. Not git's answers.

use std::io;
use std::path::{Path, PathBuf};

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

/// What git would have to open there and is no file.
pub(super) fn no_file(root: &Path) -> Option<PathBuf> {
    let folders = folders(root).into_iter().flatten();
    let paths = folders.flat_map(|folder| FILES.map(|file| folder.join(file)));
    paths.into_iter().find(|path| match path.metadata() {
        Ok(metadata) => !metadata.is_file(),
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    })
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
