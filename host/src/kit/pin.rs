//! The stanza of keyreeve.toml that loads a rule: its file, its accepted versions, and its digest. It is not written
//! here: whoever approves a rule puts it into the file.

use std::path::{Component, Path, PathBuf};

use keyreeve_contract::Info;
use keyreeve_source::digest::{hex, sha256};

use crate::rules::built_in::BUILT_IN;
use crate::rules::load::{LoadError, Loader, read};

/// Why there is no stanza.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The rule would not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A custom rule cannot have the id of a built-in one.
    #[error("{path} calls itself {id}, which is the id of a built-in rule: give it an id of its own")]
    Taken {
        /// The file.
        path: String,
        /// Its id.
        id: String,
    },
    /// keyreeve.toml is UTF-8, and so is every path in it.
    #[error("{0} cannot stand in keyreeve.toml, which is UTF-8: rename the file or its folder")]
    NotUtf8(String),
    /// There is no way from the policy to the file.
    #[error("{path} cannot be found from {}: {cause}", folder.display())]
    Path {
        /// The file.
        path: String,
        /// The folder of the policy.
        folder: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
}

/// A rule as keyreeve.toml names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its id.
    pub id: String,
    /// Its file, relative to the policy's folder, with `/`.
    pub path: String,
    /// Its own version.
    pub version: String,
    /// Hex.
    pub sha256: String,
}

/// Loads the rule in a file, for a policy in this folder.
///
/// # Errors
/// A [`PinError`], above all if the rule would not be loaded.
pub fn pin(loader: &Loader<'_>, file: &Path, folder: &Path) -> Result<Pin, PinError> {
    let name = file.to_string_lossy().into_owned();
    let bytes = read(file)?;
    let digest = sha256(&bytes);
    let rule = loader.rule(&name, &bytes, &digest)?;
    if BUILT_IN.iter().any(|built_in| built_in.id == rule.info.id) {
        return Err(PinError::Taken { path: name, id: rule.info.id });
    }
    let path =
        relative(file, folder).map_err(|cause| PinError::Path { path: name, folder: folder.to_owned(), cause })?;
    let path = path.to_str().ok_or_else(|| PinError::NotUtf8(path.to_string_lossy().into_owned()))?;
    // Windows understands both separators; elsewhere `\` is a letter like any other.
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    Ok(Pin::of(&rule.info, &path, &digest))
}

impl Pin {
    /// The rule at a path or an address, with the SHA-256 of its component.
    pub fn of(info: &Info, path: &str, sha256: &[u8; 32]) -> Self {
        Self { id: info.id.clone(), path: path.to_owned(), version: info.version.clone(), sha256: hex(sha256) }
    }

    /// The stanza, with an empty line before it, so that it can be appended to any file.
    pub fn stanza(&self) -> String {
        let text = |text: &str| toml::Value::from(text).to_string();
        format!(
            "\n[rules.{}]\npath = {}\nversion = {}\nsha256 = {}\n",
            self.id,
            text(&self.path),
            text(&format!("^{}", self.version)),
            text(&self.sha256)
        )
    }
}

/// The relative path from a folder to a file. If the file is a link, the path names the link itself.
fn relative(file: &Path, folder: &Path) -> std::io::Result<PathBuf> {
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (parent, folder) = (parent.canonicalize()?, folder.canonicalize()?);
    let shared = parent.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let mut path: PathBuf = folder.components().skip(shared).map(|_| Component::ParentDir).collect();
    path.extend(parent.components().skip(shared));
    path.extend(file.file_name());
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_way_from_a_folder_to_a_file_is_the_shortest() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::create_dir_all(root.join("rules")).unwrap();
        let way = |file: &str, from: &str| relative(&root.join(file), &root.join(from)).unwrap();
        assert_eq!(way("rules/x.wasm", "."), Path::new("rules/x.wasm"));
        assert_eq!(way("rules/x.wasm", "rules"), Path::new("x.wasm"));
        assert_eq!(way("rules/x.wasm", "a/b"), Path::new("../../rules/x.wasm"));
        assert_eq!(way("a/../rules/x.wasm", "a"), Path::new("../rules/x.wasm"));
        assert!(relative(&root.join("missing/x.wasm"), root).is_err());
    }

    #[test]
    fn a_stanza_is_toml_whatever_the_file_is_called() {
        let pin = Pin {
            id: "owned-keys".to_owned(),
            path: "rules/\"\n[rules.x]\n.wasm".to_owned(),
            version: "1.2.3".to_owned(),
            sha256: "ab".repeat(32),
        };
        let table: toml::Table = pin.stanza().parse().unwrap();
        assert_eq!(table["rules"].as_table().unwrap().len(), 1);
        let rule = table["rules"]["owned-keys"].as_table().unwrap();
        assert_eq!(rule["path"].as_str().unwrap(), pin.path);
        assert_eq!(rule["version"].as_str().unwrap(), "^1.2.3");
        assert_eq!(rule["sha256"].as_str().unwrap(), pin.sha256);
    }
}
