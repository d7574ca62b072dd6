//! Native code of compiled rules, kept in the user's cache folder from one run to the next. Native code is trusted: an
//! entry is used only if this user wrote it on this machine, which its code proves, and never from a tree that is
//! examined. Compiling is not done here.
//!
//! An entry consists of native code, as the compiler wrote it, followed by a code that authenticates it. Entries appear
//! by a rename, and disappear by a removal.

mod folder;
mod seal;

use std::fs::{self, File};
use std::hash::{Hash as _, Hasher};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::engine::Engine;
pub(super) use folder::Base;
pub use folder::Unusable;
use keyreeve_source::digest::hex;

use folder::{CACHES, STATE, is_ours_alone};
use seal::{CODE, Seal};

/// Folders below the user's cache folder.
const FOLDERS: [&str; 2] = ["keyreeve", "rules"];
/// The most entries; older ones are removed for new ones.
const ENTRIES: usize = 64;
/// The most bytes of native code that are read.
const NATIVE_BYTES: u64 = 256 << 20;
/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The folder of compiled rules, checked.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    seal: Seal,
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

/// An entry that this user wrote on this machine, held open: whatever its name refers to by now, this is the file that
/// was verified, and nobody else can write to it.
#[derive(Debug)]
pub struct Entry {
    path: PathBuf,
    _held: File,
}

impl Entry {
    /// A path by which the file can be read as long as it is held open: native code, and then its code.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What identifies an entry: a component, and everything that decides how it is compiled.
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
    /// The cache of this user: `keyreeve/rules` in XDG_CACHE_HOME, and in XDG_STATE_HOME the key that authenticates its
    /// entries; if these are not set, the system's folders for both. `trees` are the trees that are examined: whoever
    /// writes to them must not be able to write what is run.
    ///
    /// # Errors
    /// [`Unusable`] if it cannot be made, is not this user's alone, or lies in one of the trees.
    pub fn of_user(trees: &[PathBuf]) -> Result<Self, Unusable> {
        let (caches, state) = (Base::caches()?, Base::state()?);
        caches.outside(trees)?;
        state.outside(trees)?;
        Self::within(&caches, &state)
    }

    /// The cache below a folder for caches, with its key below a folder for state. These are separate: whoever copies
    /// the entries to other machines, as pipelines do, would otherwise copy the key with them.
    ///
    /// # Errors
    /// Those of [`Cache::of_user`].
    pub fn below(caches: &Path, state: &Path) -> Result<Self, Unusable> {
        let base = |path: &Path, variable| Base { path: path.to_owned(), variable };
        Self::within(&base(caches, CACHES), &base(state, STATE))
    }

    fn within(caches: &Base, state: &Base) -> Result<Self, Unusable> {
        let folder = caches.private_folder(&FOLDERS)?;
        let seal = Seal::kept(state)?;
        let real = |base: &Base| fs::canonicalize(&base.path).unwrap_or_else(|_| base.path.clone());
        if real(state).starts_with(real(caches)) {
            return Err(Unusable::Together { path: caches.path.clone() });
        }
        Ok(Self { folder, seal })
    }

    /// The entry under a key. Returns `None` if there is no entry, or if this user did not write it on this machine.
    pub fn find(&self, key: &Key) -> Option<Entry> {
        let path = self.folder.join(&key.name);
        let file = keyreeve_source::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let native = metadata.len().checked_sub(CODE as u64)?;
        if !metadata.is_file() || native > NATIVE_BYTES || !is_ours_alone(&metadata) {
            return None;
        }
        self.seal
            .is_on(&key.name, &file, native)
            .unwrap_or(false)
            .then(|| Entry { path: held(&file, path), _held: file })
    }

    /// Stores native code under a key. Other processes may do the same at the same time: an entry appears completely or
    /// not at all.
    ///
    /// # Errors
    /// The system's reason. Without its cache a run is slower, but otherwise the same.
    pub fn write(&self, key: &Key, native: &[u8]) -> io::Result<()> {
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(native)?;
        file.write_all(&self.seal.code(&key.name, native)?)?;
        file.persist(self.folder.join(&key.name)).map_err(|error| error.error)?;
        self.make_room()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All entries, the oldest first.
    ///
    /// # Errors
    /// The system's reason for not listing the folder.
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

    /// Removes every entry, and returns how many there were. A run that is using one has it in memory.
    ///
    /// # Errors
    /// The system's reason for the first that cannot be removed.
    pub fn clear(&self) -> io::Result<usize> {
        let entries = self.entries()?;
        entries.iter().try_for_each(Kept::remove).map(|()| entries.len())
    }

    /// Removes the oldest entries beyond [`ENTRIES`], and what interrupted runs have left behind.
    fn make_room(&self) -> io::Result<()> {
        let entries = self.entries()?;
        let surplus = entries.len().saturating_sub(ENTRIES);
        entries[..surplus].iter().try_for_each(Kept::remove)
    }
}

impl Kept {
    /// SHA-256 of the entry's component in hexadecimal digits; `None` for what an interrupted run has left behind.
    pub fn component(&self) -> Option<&str> {
        let (component, _) = self.file.file_name()?.to_str()?.split_once('-')?;
        (component.len() == DIGITS).then_some(component)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.file) {
            // Another process removed it first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }
}

/// A name that refers to this open file and no other, whoever renames files.
#[cfg(target_os = "linux")]
fn held(file: &File, _: PathBuf) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(file)))
}

/// On other systems it only has the name that it was opened under, in a folder that is this user's alone.
#[cfg(not(target_os = "linux"))]
fn held(_: &File, path: PathBuf) -> PathBuf {
    path
}

/// SHA-256 of what a value hashes. It is the same in every run, which the standard library's own hasher does not
/// guarantee.
struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest is not taken from this; it returns its first half all the same.
    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
