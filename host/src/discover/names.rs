//! Names of sources: a path as the report writes it, relative to its root.
//! Not paths to open: a name cannot be turned back into one, so a source keeps its file beside its name.

use std::path::{Path, PathBuf};

/// The name of a path below `root`: relative to it, parted by `/`; the root itself is `.`. What lies elsewhere keeps its
/// absolute path, so that a name never begins with `..` and a glob over the root's folders never matches it by accident.
/// Both paths are to be as [`resolve`] gives them. Bytes that are not UTF-8 stand as `\xNN`; a name that holds
/// these four characters itself looks the same.
pub fn name_of(root: &Path, path: &Path) -> String {
    let mut name = String::new();
    match path.strip_prefix(root) {
        Ok(below) if below.as_os_str().is_empty() => name.push('.'),
        Ok(below) => push_path(&mut name, below),
        Err(_) => push_path(&mut name, path),
    }
    name
}

/// The absolute path of a file itself: links that lead to it are followed. Of a file that does not exist, the path it
/// would have in its folder.
pub fn resolve(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = absolute.parent().and_then(|parent| parent.canonicalize().ok());
        match (folder, absolute.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => absolute,
        }
    })
}

/// The absolute path of an entry of a folder: links that lead to the folder are followed, and the entry can be one.
pub fn resolve_folder(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => {
            resolve(if folder.as_os_str().is_empty() { ".".as_ref() } else { folder }).join(name)
        }
        _ => resolve(path),
    }
}

/// Appends bytes of a file name as text.
pub(super) fn push_text(name: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        name.push_str(chunk.valid());
        name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
}

/// Bytes of a file name as text.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(bytes.len());
    push_text(&mut name, bytes);
    name
}

fn push_path(name: &mut String, path: &Path) {
    let start = name.len();
    push_text(name, path.as_os_str().as_encoded_bytes());
    if cfg!(windows) {
        let slashes = name.split_off(start).replace('\\', "/");
        name.push_str(&slashes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_relative_below_the_root_and_absolute_elsewhere() {
        let root = Path::new("/srv/repo");
        assert_eq!(name_of(root, Path::new("/srv/repo/a/b.conf")), "a/b.conf");
        assert_eq!(name_of(root, Path::new("/srv/repo")), ".");
        assert_eq!(name_of(root, Path::new("/srv/repository/x")), "/srv/repository/x");
    }

    #[test]
    fn what_is_not_utf_8_is_spelt_and_the_rest_stays_raw() {
        assert_eq!(text(b"a\xff\n\xc3\xa9\xe2\x82"), "a\\xff\né\\xe2\\x82");
    }

    #[test]
    #[cfg(unix)]
    fn links_and_dots_are_resolved_even_to_what_does_not_exist() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("real")).unwrap();
        std::os::unix::fs::symlink("real", folder.join("link")).unwrap();
        assert_eq!(resolve(&folder.join("link/../link/./absent")), folder.join("real/absent"));
        assert_eq!(resolve(&folder.join("link")), folder.join("real"));
        assert_eq!(resolve_folder(&folder.join("link")), folder.join("link"));
        assert_eq!(resolve_folder(&folder.join("link/..")), folder);
        assert_eq!(resolve_folder(&folder.join("link/x")), folder.join("real/x"));
    }
}
