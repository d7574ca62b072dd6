//! Reads the few files that belong to a case itself. The files that are judged are read by discovery.

use std::io;
use std::path::Path;

use keyreeve_source::regular;

/// The bytes of a regular file. Returns `None` if there is no such file. A link, which could lead anywhere, a pipe,
/// which could wait forever, and a file that is too long are errors.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_symlink() => Err(io::Error::other("it is not a regular file")),
        Ok(_) => regular::read(path, limit).map(Some),
    }
}
