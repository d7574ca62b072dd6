//! Components that were pulled from registries, each under its SHA-256: in the repository if it vendors them, or else
//! in the user's store. Nothing is pulled here: this module opens no connection.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keyreeve_source::digest::hex;
use keyreeve_source::regular;

use super::cache::{Base, Unusable};
use super::signature;
use crate::policy::{OwnRule, VENDORED, component_name};
use crate::whole;

/// Folders below the user's cache folder.
const FOLDERS: [&str; 2] = ["keyreeve", "components"];

/// A folder of components.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Why there is no file from which a rule of a registry could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum NotThere {
    /// It is unknown which component is meant.
    #[error("{0} was never pulled: run `keyreeve rule pull`, which also writes keyreeve.lock")]
    Unlocked(String),
    /// It is not on this machine.
    #[error(
        "{address} is not on this machine: run `keyreeve rule pull`, or `keyreeve rule pull --vendor` where there is a network"
    )]
    NotPulled {
        /// The address.
        address: String,
    },
    /// The user's store cannot be used.
    #[error("{address} is not in the repository, and pulled rules cannot be kept: {cause}")]
    NoStore {
        /// The address.
        address: String,
        /// Why not.
        cause: Unusable,
    },
}

impl Store {
    /// The store of this user: `keyreeve/components` in XDG_CACHE_HOME, or else in the system's folder for caches.
    ///
    /// # Errors
    /// [`Unusable`] if it cannot be made, or is not this user's alone.
    pub fn of_user() -> Result<Self, Unusable> {
        Ok(Self { folder: Base::caches()?.private_folder(&FOLDERS)? })
    }

    /// The components that a repository contains itself, in `.keyreeve/rules` beside its keyreeve.toml; the folder is
    /// made if it is missing.
    ///
    /// # Errors
    /// The system's reason, or that one of these folders is a link, so that files would be written elsewhere.
    pub fn vendored(folder: &Path) -> io::Result<Self> {
        let vendored = folder.join(VENDORED);
        fs::create_dir_all(&vendored)?;
        regular::without_links(folder, VENDORED.as_ref())?;
        Ok(Self { folder: vendored })
    }

    /// Where a component lies, or would lie. Whoever reads it verifies it.
    pub fn file(&self, sha256: &[u8; 32]) -> PathBuf {
        self.folder.join(component_name(sha256))
    }

    /// Stores a component, and its signature beside it. Both appear completely or not at all.
    ///
    /// # Errors
    /// The system's reason.
    pub fn write(&self, sha256: &[u8; 32], component: &[u8], signature: Option<&str>) -> io::Result<()> {
        let file = self.file(sha256);
        if let Some(signature) = signature {
            whole::write(&signature::beside(&file), signature.as_bytes())?;
        }
        whole::write(&file, component)
    }

    /// Removes components that are not among these, with their signatures. Files with other kinds of names are kept.
    ///
    /// # Errors
    /// The system's reason.
    pub fn retain(&self, kept: &[[u8; 32]]) -> io::Result<()> {
        let kept: Vec<String> = kept.iter().map(|sha256| hex(sha256)).collect();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some((digits, "wasm" | "wasm.minisig")) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            let is_digest = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_digest && !kept.iter().any(|kept| kept == digits) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// A rule with the file that it is loaded from: its own, or of a rule in a registry the repository's or the user's
/// copy.
///
/// # Errors
/// [`NotThere`], with what to do.
pub fn locate<'a>(own: &OwnRule<'a>) -> Result<OwnRule<'a>, NotThere> {
    let Some(address) = &own.component.address else { return Ok(own.clone()) };
    let address = address.to_string();
    let Some(sha256) = &own.component.sha256 else { return Err(NotThere::Unlocked(address)) };
    if own.file.symlink_metadata().is_ok() {
        return Ok(own.clone());
    }
    match Store::of_user() {
        Err(cause) => Err(NotThere::NoStore { address, cause }),
        Ok(store) => match store.file(sha256) {
            file if file.is_file() => Ok(OwnRule { file, confined: None, ..own.clone() }),
            _ => Err(NotThere::NotPulled { address }),
        },
    }
}
