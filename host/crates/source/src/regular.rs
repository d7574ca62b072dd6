//! Regular files that somebody named: opened without waiting, read to a limit, and where the name is not the user's
//! own, by no link and below a folder. Not the files of a scan, which discovery finds.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Component, Path};

/// Opens a regular file. What is none, such as a pipe that nobody writes to, is refused at once.
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

/// As [`open`], for a path that whoever writes to a folder has chosen: it leads to that folder or below, and no part of
/// it is a link. So nobody is shown, by way of another's run, what they cannot read themselves.
///
/// # Errors As for [`open`], or that it lies elsewhere, or that it is a link.
pub fn open_below(folder: &Path, path: &Path) -> io::Result<File> {
    let elsewhere = || io::Error::other(format!("it lies elsewhere than in {}", folder.display()));
    let inner = path.strip_prefix(folder).map_err(|_| elsewhere())?;
    if inner.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(elsewhere());
    }
    without_links(folder, inner)?;
    open(path)
}

/// Nothing, if no part of a path below a folder is a link.
///
/// # Errors
/// That one is, or the system's reason: it is not there.
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

/// The bytes of a regular file.
///
/// # Errors
/// As for [`open`], or that it is longer than `limit` bytes.
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
