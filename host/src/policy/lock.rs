//! keyreeve.lock: the component that each address of keyreeve.toml stood for when it was last pulled. Neither the
//! components themselves nor the requirements for them, which keyreeve.toml states.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use keyreeve_source::digest::hex;
use keyreeve_source::private::complaint::without_values;
use keyreeve_source::regular;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::address::{Address, digest, is_digest};

/// Name of the file, which lies beside keyreeve.toml.
pub const LOCK_NAME: &str = "keyreeve.lock";
/// The largest file, in bytes.
const SIZE_LIMIT: u64 = 1024 * 1024;
/// The version of the file's structure that this keyreeve writes and reads.
const SHAPE: u32 = 1;
const HEADING: &str =
    "# Written by `keyreeve rule pull`. Commit it: `keyreeve check` runs exactly these components.\n\n";

/// What was pulled, by the ids of rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// By the ids of rules.
    pub rules: BTreeMap<String, Locked>,
}

/// What an address stood for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The address, as keyreeve.toml has it.
    pub address: Address,
    /// Digest of the manifest, `sha256:` and digits.
    pub manifest: String,
    /// SHA-256 of the component.
    pub sha256: [u8; 32],
    /// The version that the rule states.
    pub version: Version,
}

/// Why a lock file is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It exists but cannot be read, or it cannot be written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// It is not a file that keyreeve writes.
    #[error("{} is not a lock file: {reason}; remove it, and `keyreeve rule pull` writes it anew", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A newer keyreeve wrote it.
    #[error("{} has the shape {shape}, and this keyreeve reads {SHAPE}: upgrade keyreeve", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its shape.
        shape: u32,
    },
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    rules: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    reference: String,
    manifest: String,
    sha256: String,
    version: String,
}

impl Lock {
    /// Where the lock file of a policy file lies.
    pub fn beside(policy: &Path) -> PathBuf {
        policy.with_file_name(LOCK_NAME)
    }

    /// Reads a lock file. A missing file is an empty one.
    ///
    /// # Errors
    /// A [`LockError`] if what exists is not a lock file.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let io = |cause| LockError::Io { path: path.to_owned(), cause };
        match regular::read(path, SIZE_LIMIT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            bytes => Self::load(path, &bytes.map_err(io)?),
        }
    }

    /// Reads the bytes of a lock file.
    ///
    /// # Errors
    /// A [`LockError`] if they are not a lock file.
    pub fn load(path: &Path, bytes: &[u8]) -> Result<Self, LockError> {
        let malformed = |reason: String| LockError::Malformed { path: path.to_owned(), reason };
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(malformed(format!("it is longer than {SIZE_LIMIT} bytes")));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8".to_owned()))?;
        let read = keyreeve_syntax::toml::on_deep_stack(|| toml::from_str::<toml::Table>(text));
        let table = match read {
            Some(Ok(table)) => table,
            Some(Err(error)) => return Err(malformed(without_values(error.message()))),
            None => return Err(malformed("the TOML reader failed".to_owned())),
        };
        // This comes first, because a newer version may state the rest differently.
        match table.get("version").and_then(toml::Value::as_integer).and_then(|shape| u32::try_from(shape).ok()) {
            Some(shape) if shape > SHAPE => return Err(LockError::Newer { path: path.to_owned(), shape }),
            Some(SHAPE) => {}
            _ => return Err(malformed(format!("its `version` is not {SHAPE}"))),
        }
        let document: Document =
            table.try_into().map_err(|error: toml::de::Error| malformed(without_values(error.message())))?;
        let rules = document.rules.into_iter().map(|(id, entry)| match entry.read() {
            Ok(locked) => Ok((id, locked)),
            Err(reason) => Err(malformed(format!("of one of its rules, {reason}"))),
        });
        rules.collect::<Result<_, _>>().map(|rules| Self { rules })
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let rules = self.rules.iter().map(|(id, locked)| (id.clone(), Entry::of(locked))).collect();
        let document = Document { version: SHAPE, rules };
        HEADING.to_owned() + &toml::to_string(&document).expect("its keys and values are texts")
    }

    /// Writes the file, completely or not at all.
    ///
    /// # Errors
    /// A [`LockError`] with the system's reason.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let written = crate::whole::write(path, self.text().as_bytes());
        written.map_err(|cause| LockError::Io { path: path.to_owned(), cause })
    }
}

impl Entry {
    fn of(locked: &Locked) -> Self {
        Self {
            reference: locked.address.to_string(),
            manifest: locked.manifest.clone(),
            sha256: hex(&locked.sha256),
            version: locked.version.to_string(),
        }
    }

    fn read(self) -> Result<Locked, String> {
        let address = Address::parse(&self.reference).map_err(|_| "`reference` is no address of a rule")?;
        if !is_digest(&self.manifest) {
            return Err("`manifest` is not a digest".to_owned());
        }
        let sha256 = digest(&self.sha256).ok_or("`sha256` is not 64 hexadecimal digits")?;
        let version = Version::parse(&self.version).map_err(|_| "`version` is no version")?;
        Ok(Locked { address, manifest: self.manifest, sha256, version })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lock() -> Lock {
        let locked = Locked {
            address: Address::parse("oci://127.0.0.1:5000/rules/a:1").unwrap(),
            manifest: format!("sha256:{}", "ab".repeat(32)),
            sha256: [7; 32],
            version: Version::new(1, 2, 3),
        };
        Lock { rules: BTreeMap::from([("a".to_owned(), locked)]) }
    }

    fn load(text: &str) -> Result<Lock, LockError> {
        Lock::load(Path::new("keyreeve.lock"), text.as_bytes())
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK_NAME);
        assert_eq!(Lock::read(&path).unwrap(), Lock::default());
        lock().write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        assert_eq!(load(&Lock::default().text()).unwrap(), Lock::default());
    }

    #[test]
    fn what_is_no_lock_file_says_why() {
        let good = lock().text();
        let (sha256, manifest) = ("07".repeat(32), "ab".repeat(32));
        for (text, why) in [
            (String::new(), "its `version` is not 1"),
            ("version = ".to_owned(), "is not a lock file"),
            ("version = 0".to_owned(), "its `version` is not 1"),
            ("version = 2\nx = 1".to_owned(), "upgrade keyreeve"),
            (good.clone() + "more = 1", "expected one of `reference`, `manifest`, `sha256`, `version`"),
            (good.replace(&sha256, "07"), "`sha256` is not 64"),
            (good.replace(&manifest, "AB"), "`manifest` is not a digest"),
            (good.replace("1.2.3", "1.2"), "`version` is no version"),
            (good.replace("127.0.0.1:5000/", ""), "`reference` is no address of a rule"),
            ("[".repeat(100_000), "is not a lock file"),
            ("x".repeat(2 << 20), "longer than"),
        ] {
            let message = load(&text).unwrap_err().to_string();
            assert!(message.contains(why) && message.starts_with("keyreeve.lock"), "{message}");
        }
        assert!(Lock::load(Path::new("x"), b"\xff").unwrap_err().to_string().contains("UTF-8"));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_is_refused_and_never_panics(text in "\\PC{0,200}") {
            proptest::prop_assert!(load(&text).is_err());
        }
    }
}
