//! Proves that an entry of the cache was written by this user on this machine: a code over its name and its bytes,
//! under a key that is made once and kept apart from the entries. The key protects nothing else.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use sha2::Sha256;

use super::folder::{Base, Unusable, is_ours, mode};

/// Bytes of the key, and of a code: those of SHA-256.
const KEY: usize = 32;
pub(super) const CODE: usize = 32;
/// Folder below the user's folder for state, and the file in it.
const FOLDERS: [&str; 1] = ["keyreeve"];
const FILE: &str = "cache-key";
/// Bytes that one thread takes at a time: as many as fit into a processor's cache.
const PIECE: usize = 256 * 1024;

/// The key of one user on one machine.
#[derive(Clone)]
pub(super) struct Seal([u8; KEY]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seal")
    }
}

impl Seal {
    /// The stored key; it is made if there is none yet.
    pub(super) fn kept(state: &Base) -> Result<Self, Unusable> {
        let path = state.private_folder(&FOLDERS)?.join(FILE);
        let io = |cause| Unusable::Io { path: path.clone(), cause };
        make(&path).map_err(io)?;
        let file = keyreeve_source::open(&path).map_err(io)?;
        if let Some(reason) = file.metadata().map(|metadata| foreign(&metadata)).map_err(io)? {
            return Err(Unusable::NotOurs { path, reason, variable: state.variable });
        }
        let mut bytes = Vec::with_capacity(KEY + 1);
        file.take(KEY as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
        match bytes.try_into() {
            Ok(key) => Ok(Self(key)),
            Err(_) => Err(Unusable::NotOurs { path, reason: "is not a key", variable: state.variable }),
        }
    }

    /// The code of an entry.
    pub(super) fn code(&self, name: &str, native: &[u8]) -> io::Result<[u8; CODE]> {
        let read = |at: usize, piece: &mut [u8]| {
            piece.copy_from_slice(&native[at..at + piece.len()]);
            Ok(())
        };
        Ok(self.over(name, native.len(), &read)?.finalize().into_bytes().into())
    }

    /// Whether a file consists of so many bytes of native code, followed by the code of this entry.
    pub(super) fn is_on(&self, name: &str, file: &File, native: u64) -> io::Result<bool> {
        let mut code = [0; CODE];
        read_at(file, &mut code, native)?;
        let entry = self.over(name, native as usize, &|at, piece| read_at(file, piece, at as u64))?;
        Ok(entry.verify_slice(&code).is_ok())
    }

    /// HMAC-SHA256 (RFC 2104) over the name, the length, and the codes of all pieces, so that several threads can share
    /// the work; the code of a piece covers its position. `read` fills a piece with the bytes at a position.
    fn over(
        &self,
        name: &str,
        length: usize,
        read: &(dyn Fn(usize, &mut [u8]) -> io::Result<()> + Sync),
    ) -> io::Result<Hmac<Sha256>> {
        let code = |buffer: &mut Vec<u8>, position: usize| {
            let at = position * PIECE;
            buffer.resize(PIECE.min(length - at), 0);
            read(at, buffer)?;
            let code = self.hmac().chain_update(b"piece").chain_update((position as u64).to_be_bytes());
            Ok(code.chain_update(buffer).finalize().into_bytes().into())
        };
        let pieces = (0..length.div_ceil(PIECE)).into_par_iter().map_init(Vec::new, code);
        let codes = pieces.collect::<io::Result<Vec<[u8; CODE]>>>()?;
        let lengths = [name.len() as u64, length as u64].map(u64::to_be_bytes);
        let entry = self.hmac().chain_update(b"entry").chain_update(lengths.as_flattened()).chain_update(name);
        Ok(entry.chain_update(codes.as_flattened()))
    }

    fn hmac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length")
    }
}

/// Fills a buffer with what a file has at a position. Several threads can do so at once.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (buffer, at) = (&mut buffer[read..], at + read as u64),
        }
    }
    Ok(())
}

/// Makes the file with a new key, unless it exists. If several runs do so at the same time one wins, and the others use
/// its key.
fn make(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    let mut key = [0; KEY];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// Why somebody else may know a key.
fn foreign(metadata: &Metadata) -> Option<&'static str> {
    if !metadata.is_file() {
        Some("is not a regular file")
    } else if mode(metadata) & 0o077 != 0 {
        Some("can be read by others")
    } else {
        (!is_ours(metadata)).then_some("belongs to another user")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_of_one_key_one_name_and_these_very_bytes() {
        let (seal, other) = (Seal([1; KEY]), Seal([2; KEY]));
        let native: Vec<u8> = (0..3 * PIECE + 5).map(|at| (at * 7 / 3) as u8).collect();
        let code = seal.code("name", &native).unwrap();
        let is_on = |seal: &Seal, name: &str, native: &[u8], code: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(native).and_then(|()| file.write_all(code)).unwrap();
            seal.is_on(name, &file, native.len() as u64).unwrap()
        };
        assert!(is_on(&seal, "name", &native, &code));
        assert!(!is_on(&other, "name", &native, &code) && !is_on(&seal, "nam", &native, &code));
        assert!(!is_on(&seal, "name", &native[1..], &code) && !is_on(&seal, "name", &native[..PIECE], &code));
        let mut changed = native.clone();
        changed.rotate_left(PIECE);
        assert!(!is_on(&seal, "name", &changed, &code), "pieces have their positions");
        *changed.last_mut().unwrap() ^= 1;
        assert!(!is_on(&seal, "name", &changed, &code));
        assert!(!is_on(&seal, "namen", &[], &seal.code("name", b"n").unwrap()));
        assert!(seal.is_on("name", &tempfile::tempfile().unwrap(), 0).is_err(), "a file that ends before its code");
    }

    #[test]
    fn a_key_is_made_once_and_one_that_others_could_know_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let state = Base { path: folder.path().to_owned(), variable: "XDG_STATE_HOME" };
        let first = Seal::kept(&state).unwrap();
        assert_eq!(Seal::kept(&state).unwrap().0, first.0);
        let path = folder.path().join("keyreeve/cache-key");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let error = Seal::kept(&state).unwrap_err().to_string();
            assert!(error.contains("can be read by others; remove it"), "{error}");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, [0; KEY - 1]).unwrap();
        assert!(Seal::kept(&state).unwrap_err().to_string().contains("is not a key"));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(Seal::kept(&state).unwrap_err().to_string().contains("is not a regular file"));
        fs::remove_dir(&path).unwrap();
        assert_ne!(Seal::kept(&state).unwrap().0, first.0);
    }
}
