//! Reads the few files that a case has of its own. Not the files that are judged, which discovery reads.

use std::io;
use std::path::Path;

use keyreeve_source::regular;

/// The bytes of a regular file; none if there is no such file. A link, which could lead anywhere, and a pipe, which
/// could wait for ever, are errors, and so is a file that is too long.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_symlink() => Err(io::Error::other("it is not a regular file")),
        Ok(_) => regular::read(path, limit).map(Some),
    }
}
