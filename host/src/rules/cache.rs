//! Native code of compiled rules, kept in the user's cache folder from one run to the next. Native code is trusted: the
//! folder is used only if nobody else can write to it, and an entry only if it is whole. Not the compiling.
//!
//! An entry is native code, as the compiler wrote it, and then its checksum. It is mapped into memory and not copied, and
//! never changed in place: it appears by a rename, and goes by a removal that leaves those alone who have it open.

use std::fs;
use std::hash::{Hash as _, Hasher};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use etcetera::BaseStrategy as _;
use sha2::{Digest as _, Sha256};

use super::engine::Engine;
use crate::digest::{hex, pieces};

/// Folders below the user's cache folder.
const FOLDERS: [&str; 2] = ["keyreeve", "rules"];
/// Entries that are kept; older ones make room.
const ENTRIES: usize = 64;
/// Bytes of an entry that is read: native code, and its checksum behind it.
const ENTRY_BYTES: u64 = (256 << 20) + CHECKSUM as u64;
const CHECKSUM: usize = 4;
/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// Why there is no folder of this user's alone. Without the cache, rules are compiled in each run.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The user has no home, and no cache folder is named.
    #[error("no cache folder is known; set XDG_CACHE_HOME")]
    NoHome,
    /// It cannot be made or looked at.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// Somebody else's, or writable by others.
    #[error("{} {reason}; remove it, or set XDG_CACHE_HOME to a folder of your own", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// The folder of compiled rules, checked.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// When it was written.
    pub written: SystemTime,
    /// Its length.
    pub bytes: u64,
    /// Its file.
    pub file: PathBuf,
}

/// What one entry is of: a component, and everything that decides how it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
}

impl Key {
    /// The key of a component with this SHA-256 for an engine.
    pub fn new(engine: &Engine, component: &[u8; 32]) -> Self {
        let mut compatibility = Digesting(Sha256::new());
        engine.wasmtime().precompile_compatibility_hash().hash(&mut compatibility);
        let compatibility = compatibility.0.finalize();
        Self { name: format!("{}-{}", hex(component), hex(&compatibility[..16])) }
    }
}

impl Cache {
    /// The cache of this user: `keyreeve/rules` in XDG_CACHE_HOME, else in the system's folder for caches.
    ///
    /// # Errors
    /// [`Unusable`] if it cannot be made, or is not this user's alone.
    pub fn of_user() -> Result<Self, Unusable> {
        Self::below(&folder_of_user()?)
    }

    /// The cache below a folder for caches.
    ///
    /// # Errors
    /// As for [`Cache::of_user`].
    pub fn below(caches: &Path) -> Result<Self, Unusable> {
        Ok(Self { folder: private_folder(caches, FOLDERS)? })
    }

    /// The file that holds the native code under a key, and behind it a checksum. None if there is no entry, or if what is there
    /// is not what was written.
    pub fn find(&self, key: &Key) -> Option<PathBuf> {
        let path = self.folder.join(&key.name);
        let file = fs::File::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let bytes = metadata.len();
        if !metadata.is_file() || !(CHECKSUM as u64..=ENTRY_BYTES).contains(&bytes) || !ours(&metadata) {
            return None;
        }
        whole(key, file, bytes - CHECKSUM as u64).unwrap_or(false).then_some(path)
    }

    /// Keeps native code under a key. Others that do the same at the same time do no harm: an entry appears whole or not at all.
    ///
    /// # Errors
    /// The system's reason. A run without its cache is slower, and nothing else.
    pub fn write(&self, key: &Key, native: &[u8]) -> io::Result<()> {
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(native)?;
        let mut checksum = Checksum::new(key);
        checksum.update(native);
        file.write_all(&checksum.finish())?;
        file.persist(self.folder.join(&key.name)).map_err(|error| error.error)?;
        self.make_room()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything in it, the oldest first: when it was written, its bytes, its file.
    ///
    /// # Errors
    /// The system's reason for not listing it.
    pub fn entries(&self) -> io::Result<Vec<Kept>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Another run may have removed it since.
            let Ok(metadata) = entry.metadata() else { continue };
            entries.push(Kept { written: metadata.modified()?, bytes: metadata.len(), file: entry.path() });
        }
        entries.sort();
        Ok(entries)
    }

    /// Removes every entry, and says how many there were. Runs that use one at this moment have it in memory.
    ///
    /// # Errors
    /// The system's reason for the first that cannot be removed.
    pub fn clear(&self) -> io::Result<usize> {
        let entries = self.entries()?;
        entries.iter().try_for_each(Kept::remove).map(|()| entries.len())
    }

    /// Removes the oldest entries beyond [`ENTRIES`], and with them what interrupted runs have left.
    fn make_room(&self) -> io::Result<()> {
        let entries = self.entries()?;
        let surplus = entries.len().saturating_sub(ENTRIES);
        entries[..surplus].iter().try_for_each(Kept::remove)
    }
}

impl Kept {
    /// SHA-256 of the component that it is of, hex; none for what an interrupted run has left.
    pub fn component(&self) -> Option<&str> {
        let (component, _) = self.file.file_name()?.to_str()?.split_once('-')?;
        (component.len() == DIGITS).then_some(component)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.file) {
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }
}

/// Whether a file has so many bytes of native code, and behind them their checksum.
fn whole(key: &Key, mut file: fs::File, bytes: u64) -> io::Result<bool> {
    let (mut checksum, mut expected) = (Checksum::new(key), [0; CHECKSUM]);
    let read = pieces((&mut file).take(bytes), |piece| checksum.update(piece))?;
    file.read_exact(&mut expected)?;
    Ok(read == bytes && expected == checksum.finish())
}

/// CRC-32 over the key, too: native code of another component under this name is not what was written, nor is a file of
/// zeros. It finds what a disk or an interrupted run has done to an entry; against people, the folder is this user's alone.
struct Checksum(crc32fast::Hasher);

impl Checksum {
    fn new(key: &Key) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(key.name.as_bytes());
        Self(hasher)
    }

    fn update(&mut self, native: &[u8]) {
        self.0.update(native);
    }

    fn finish(self) -> [u8; CHECKSUM] {
        self.0.finalize().to_le_bytes()
    }
}

/// The user's folder for caches: XDG_CACHE_HOME, else the system's.
pub(super) fn folder_of_user() -> Result<PathBuf, Unusable> {
    let base = etcetera::choose_base_strategy().map_err(|_| Unusable::NoHome)?;
    Ok(base.cache_dir())
}

/// A folder below another that is, with those between, this user's alone; what is missing is made.
pub(super) fn private_folder(below: &Path, names: [&str; 2]) -> Result<PathBuf, Unusable> {
    let mut folder = below.to_owned();
    let io = |path: &Path, cause| Unusable::Io { path: path.to_owned(), cause };
    fs::create_dir_all(&folder).map_err(|cause| io(&folder, cause))?;
    for name in names {
        folder.push(name);
        match create(&folder) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(io(&folder, cause)),
            _ => {}
        }
        let metadata = fs::symlink_metadata(&folder).map_err(|cause| io(&folder, cause))?;
        if let Some(reason) = foreign(&metadata) {
            return Err(Unusable::NotOurs { path: folder, reason });
        }
    }
    Ok(folder)
}

/// Makes a folder that only this user can enter.
fn create(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Why a folder is not this user's alone; a symlink is none, wherever it leads.
fn foreign(metadata: &fs::Metadata) -> Option<&'static str> {
    if !metadata.is_dir() {
        return Some("is not a folder");
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o022 != 0 {
        return Some("can be written to by others");
    }
    (!ours(metadata)).then_some("belongs to another user")
}

#[cfg(unix)]
fn ours(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

/// Where there are no owners to compare, the cache lies in the user's own profile.
#[cfg(not(unix))]
fn ours(_: &fs::Metadata) -> bool {
    true
}

/// SHA-256 of what a value hashes: the same in every run, which the standard library's own hasher does not promise.
struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not what the digest is taken from; the first half of it all the same.
    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
