//! Reading one file whole, however hostile: only regular files, at most [`SIZE_LIMIT`] bytes, never blocking.
//! Not the choice of files, and no interpretation of what they hold.

use std::fs::{File, FileType};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use keyreeve_source::{SIZE_LIMIT, open};

/// The reason that stands in the report for a file beyond [`SIZE_LIMIT`].
pub(super) const TOO_LARGE: &str = "larger than 256 MiB";

/// Files below this many bytes are read into a buffer that the next file uses again.
const BUFFER: usize = 64 * 1024;

/// What reading a file gave.
#[derive(Debug)]
pub(super) enum Content<'b> {
    /// The whole content.
    Bytes(Bytes<'b>),
    /// It was not read, for this reason: `FIFO`, [`TOO_LARGE`].
    Unread(&'static str),
}

/// Content, in the reader's buffer or in memory of its own.
#[derive(Debug)]
pub(super) enum Bytes<'b> {
    /// Valid until the next file is read.
    Borrowed(&'b [u8]),
    /// To be kept without another copy.
    Shared(Arc<[u8]>),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl From<Bytes<'_>> for Arc<[u8]> {
    fn from(bytes: Bytes<'_>) -> Self {
        match bytes {
            Bytes::Borrowed(bytes) => bytes.into(),
            Bytes::Shared(bytes) => bytes,
        }
    }
}

/// Reads files one after the other.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads a file. A symlink in the last place of the path is not followed. What the path leads to is looked at again
    /// once it is open, since it can have changed since it was listed; opening a FIFO does not wait for a writer.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Content<'_>> {
        let file = match open(path) {
            Ok(file) => file,
            Err(error) => return what_is_no_file(path).map(Content::Unread).ok_or(error),
        };
        let metadata = file.metadata()?;
        match metadata.len() {
            _ if !metadata.is_file() => Ok(Content::Unread(kind_name(metadata.file_type()))),
            size if size > SIZE_LIMIT => Ok(Content::Unread(TOO_LARGE)),
            size if size < BUFFER as u64 => self.read_small(file, size as usize),
            size => read_shared(file, size as usize).map(|bytes| Content::Bytes(Bytes::Shared(bytes))),
        }
    }

    /// Files of /proc and the like say that they are empty and are not: only the end of the file ends those.
    fn read_small(&mut self, mut file: File, size: usize) -> io::Result<Content<'_>> {
        self.buffer.resize(BUFFER, 0);
        let mut filled = 0;
        while filled < self.buffer.len() && (size == 0 || filled < size) {
            match read_some(&mut file, &mut self.buffer[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        if filled < self.buffer.len() {
            return Ok(Content::Bytes(Bytes::Borrowed(&self.buffer[..filled])));
        }
        let mut whole = self.buffer.clone();
        Ok(match read_to_limit(file, &mut whole, SIZE_LIMIT)? {
            true => Content::Bytes(Bytes::Shared(whole.into())),
            false => Content::Unread(TOO_LARGE),
        })
    }
}

/// Appends what a reader gives, to a total of `limit` bytes; false if there is more.
pub(super) fn read_to_limit(reader: impl Read, whole: &mut Vec<u8>, limit: u64) -> io::Result<bool> {
    let room = limit.saturating_add(1).saturating_sub(whole.len() as u64);
    reader.take(room).read_to_end(whole)?;
    Ok(whole.len() as u64 <= limit)
}

/// What a file is called that is none.
pub(super) fn kind_name(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "FIFO";
        } else if kind.is_socket() {
            return "socket";
        } else if kind.is_block_device() || kind.is_char_device() {
            return "device";
        }
    }
    if kind.is_symlink() {
        "symlink"
    } else if kind.is_dir() {
        "folder"
    } else {
        "special file"
    }
}

/// The operating system's reason as a clause: `permission denied`.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Reads so many bytes, or what there is if that is less, straight into the memory that is kept: a large file is never
/// in memory twice.
pub(super) fn read_shared(mut reader: impl Read, size: usize) -> io::Result<Arc<[u8]>> {
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, size).collect();
    let space = Arc::get_mut(&mut bytes).expect("nobody else has seen it yet");
    let mut filled = 0;
    while filled < size {
        match read_some(&mut reader, &mut space[filled..])? {
            0 => return Ok(bytes[..filled].into()),
            read => filled += read,
        }
    }
    Ok(bytes)
}

fn read_some(reader: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// What stands at a path that could not be opened, if it is no file: sockets and links are refused by the system itself.
fn what_is_no_file(path: &Path) -> Option<&'static str> {
    let kind = path.symlink_metadata().ok()?.file_type();
    (!kind.is_file()).then(|| kind_name(kind))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read_back(content: &[u8]) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        match Reader::default().read(file.path()).unwrap() {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Unread(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn files_of_every_size_around_the_buffer_come_back_whole() {
        for size in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER] {
            let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            assert_eq!(read_back(&content), content, "{size}");
        }
    }

    #[test]
    fn the_buffer_holds_nothing_of_the_file_before() {
        let folder = tempfile::tempdir().unwrap();
        let (long, short) = (folder.path().join("long"), folder.path().join("short"));
        std::fs::write(&long, "a long secret").unwrap();
        std::fs::write(&short, "b").unwrap();
        let mut reader = Reader::default();
        reader.read(&long).unwrap();
        assert!(matches!(reader.read(&short).unwrap(), Content::Bytes(bytes) if *bytes == *b"b"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_says_it_is_empty_is_read_to_its_end() {
        let mut reader = Reader::default();
        let Content::Bytes(bytes) = reader.read(Path::new("/proc/self/status")).unwrap() else { panic!() };
        assert!(bytes.starts_with(b"Name:") && bytes.ends_with(b"\n"));
    }

    #[test]
    #[cfg(unix)]
    fn what_is_no_regular_file_is_told_apart_without_being_read() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let mut reader = Reader::default();
        assert!(matches!(reader.read(&link).unwrap(), Content::Unread("symlink")));
        assert!(matches!(reader.read(Path::new("/dev/zero")).unwrap(), Content::Unread("device")));
        assert!(matches!(reader.read(folder.path()).unwrap(), Content::Unread("folder")));
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(matches!(reader.read(&socket).unwrap(), Content::Unread("socket")));
        assert!(reader.read(&folder.path().join("absent")).is_err());
    }

    #[test]
    fn the_words_for_the_limit_say_what_the_limit_is() {
        assert_eq!(TOO_LARGE, format!("larger than {} MiB", SIZE_LIMIT >> 20));
    }

    #[test]
    fn a_stream_without_end_is_left_one_byte_past_the_limit() {
        let mut whole = b"ab".to_vec();
        assert!(read_to_limit(&b"c"[..], &mut whole, 3).unwrap());
        assert!(!read_to_limit(io::repeat(0), &mut whole, 3).unwrap());
        assert_eq!(whole.len(), 4);
    }

    #[test]
    fn reasons_are_clauses() {
        assert_eq!(reason(&io::Error::from_raw_os_error(13)), "permission denied");
    }
}
