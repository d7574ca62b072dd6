//! Regular files that somebody named. They are opened without waiting and read up to a limit; if the user did not
//! choose the name, the file must lie below a folder and be reached by no link. The files of a scan are not opened
//! here: discovery finds them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Component, Path};

/// Opens a regular file. Anything else, such as a pipe that nobody writes to, is refused at once.
///
/// # Errors
/// The system's reason; [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    let is_regular = file.metadata()?.is_file();
    let other = || io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
    is_regular.then_some(file).ok_or_else(other)
}

/// Like [`open`], for a path that was chosen by whoever writes to a folder: the file must lie in that folder or below,
/// and no part of the path may be a link. So nobody can use another user's run to see what they cannot read themselves.
///
/// # Errors
/// Those of [`open`]; and if the file lies elsewhere, or a part of its path is a link.
pub fn open_below(folder: &Path, path: &Path) -> io::Result<File> {
    let elsewhere = || io::Error::other(format!("it lies elsewhere than in {}", folder.display()));
    let inner = path.strip_prefix(folder).map_err(|_| elsewhere())?;
    if inner.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(elsewhere());
    }
    without_links(folder, inner)?;
    open(path)
}

/// Checks that no part of a path below a folder is a link.
///
/// # Errors
/// If a part is a link, or the system's reason, such as that the path does not exist.
pub fn without_links(folder: &Path, inner: &Path) -> io::Result<()> {
    let mut at = folder.to_owned();
    for part in inner.components() {
        at.push(part);
        if at.symlink_metadata()?.is_symlink() {
            return Err(io::Error::other("it is a link, or behind one"));
        }
    }
    Ok(())
}

/// Reads a regular file.
///
/// # Errors
/// Those of [`open`], and if the file is longer than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is longer than {limit} bytes")));
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, folder.path(), Path::new("/dev/zero")] {
            assert_eq!(read(path, 9).unwrap_err().to_string(), "it is not a regular file", "{}", path.display());
        }
        let file = folder.path().join("file");
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert_eq!(read(&file, 4).unwrap_err().to_string(), "it is longer than 4 bytes");
    }

    #[test]
    fn a_path_of_others_leads_nowhere_else() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("tree");
        fs::create_dir_all(folder.join("below")).unwrap();
        fs::write(folder.join("below/file"), "").unwrap();
        fs::write(root.path().join("outside"), "").unwrap();
        symlink("below/file", folder.join("link")).unwrap();
        symlink("below", folder.join("linked")).unwrap();
        let error = |path: &str| open_below(&folder, &folder.join(path)).map(drop).map_err(|error| error.to_string());
        assert_eq!(error("below/file"), Ok(()));
        assert_eq!(error("./below/./file"), Ok(()));
        for path in ["../outside", "below/../../outside", "below/../below/file", "/etc/passwd"] {
            assert!(error(path).unwrap_err().starts_with("it lies elsewhere than in "), "{path}");
        }
        for path in ["link", "linked/file"] {
            assert_eq!(error(path), Err("it is a link, or behind one".to_owned()), "{path}");
        }
    }
}
