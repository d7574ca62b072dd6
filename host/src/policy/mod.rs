//! The policy: what keyreeve.toml says of rules, scopes and exceptions, with the places where it says so.
//! Not the rules themselves, and not what the command line changes for one run.

pub mod address;
pub mod error;
pub mod exceptions;
mod fields;
pub mod find;
pub mod glob;
mod load;
pub mod lock;
pub mod schema;
pub mod scopes;
pub mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minisign_verify::PublicKey;
use semver::VersionReq;

pub use self::address::{Address, AddressError, is_digest};
pub(crate) use self::error::printable;
pub use self::error::{Fault, Faults, PolicyError};
pub use self::exceptions::{Approval, Exception, Matches, PROBLEM};
pub use self::glob::{GlobError, PathGlob};
pub use self::lock::{Lock, LockError, Locked};
pub use self::scopes::Scope;
pub use self::settings::RawSetting;
use keyreeve_contract::Severity;
use keyreeve_source::digest::{hex, sha256};
use keyreeve_source::regular;
use keyreeve_source::{Source, Span};

use crate::report::FAIL_ON;

/// Name of the policy file.
pub const FILE_NAME: &str = "keyreeve.toml";

/// Folder beside the policy file in which a repository may hold components of registries, each as [`component_name`]
/// says.
pub const VENDORED: &str = ".keyreeve/rules";

/// Largest policy file, in bytes.
pub const SIZE_LIMIT: usize = 1024 * 1024;

/// What a run is held to.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Lowest severity that fails a run; none for `never`.
    pub fail_on: Option<Severity>,
    /// What is said of rules, by their ids. A built-in rule of which nothing is said is missing here.
    pub rules: BTreeMap<String, RulePolicy>,
    /// The scopes, in the order of the file.
    pub scopes: Vec<Scope>,
    /// The exceptions, in the order of the file.
    pub exceptions: Vec<Exception>,
    fail_on_span: Option<Span>,
    path: Option<PathBuf>,
    /// Whether it was found in a tree, so that it speaks for whoever writes to that tree, and not for the user.
    is_found: bool,
    sha256: String,
    /// The file without its byte order mark; every span is one of it.
    source: Arc<Source>,
}

/// What is said of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePolicy {
    /// Whether it runs.
    pub enabled: bool,
    /// The severity of all its violations, whatever the rule says.
    pub severity: Option<Severity>,
    /// The component, of a rule of one's own.
    pub component: Option<Component>,
    /// Its settings as they are written.
    pub settings: BTreeMap<String, RawSetting>,
    /// Where the rule is named.
    pub span: Span,
}

/// The component that a rule of one's own is loaded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its file or address, as written. A file is relative to the policy file's folder.
    pub path: String,
    /// Its address, if it is in a registry.
    pub address: Option<Address>,
    /// SHA-256 that it must have, by keyreeve.toml or else by keyreeve.lock; none only for one in a registry that was
    /// not pulled.
    pub sha256: Option<[u8; 32]>,
    /// The versions of the rule that are accepted; any, if nothing is said.
    pub version: Option<VersionReq>,
    /// Who must have signed the file: a name of `[trust]`.
    pub signer: Option<Signer>,
}

/// Somebody whose minisign signature is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// What `[trust]` calls them.
    pub name: String,
    /// Their public key.
    pub key: PublicKey,
}

/// A rule of one's own, as the policy names it.
#[derive(Debug, Clone)]
pub struct OwnRule<'a> {
    /// The id that it must have.
    pub id: &'a str,
    /// Its file, joined to the policy file's folder; of a rule in a registry the copy that the repository may hold.
    pub file: PathBuf,
    /// What is demanded of it.
    pub component: &'a Component,
    /// The folder that its file must lie in, with no link on the way; none if the user has named the policy, or the
    /// file is of the user's own store.
    pub confined: Option<&'a Path>,
}

impl OwnRule<'_> {
    /// Opens its file or one beside it, where it may lie.
    ///
    /// # Errors
    /// The system's reason, or that it is not a regular file, or not where it may be.
    pub fn open(&self, path: &Path) -> std::io::Result<std::fs::File> {
        match self.confined {
            Some(folder) => regular::open_below(folder, path),
            None => regular::open(path),
        }
    }

    /// How messages and reports call what it is loaded from: its address, else its file.
    pub fn name(&self) -> String {
        match &self.component.address {
            Some(address) => address.to_string(),
            None => self.file.to_string_lossy().into_owned(),
        }
    }
}

/// Name of the file of a component that is kept under its SHA-256.
pub fn component_name(sha256: &[u8; 32]) -> String {
    format!("{}.wasm", hex(sha256))
}

impl Policy {
    /// The policy where there is no file: every built-in rule with its defaults, no scope, no exception.
    pub fn built_in() -> Self {
        Self {
            fail_on: Some(FAIL_ON),
            fail_on_span: None,
            rules: BTreeMap::new(),
            scopes: Vec::new(),
            exceptions: Vec::new(),
            path: None,
            is_found: false,
            sha256: hex(&sha256(&[])),
            source: Arc::new(Source::new("", None, Vec::new())),
        }
    }

    /// Reads a policy file. A file above [`SIZE_LIMIT`] is not read to its end.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => Self::load(path, &bytes),
            Err(cause) => Err(PolicyError::Unreadable { path: error::printable(&path.to_string_lossy()), cause }),
        }
    }

    /// Understands the bytes of a policy file. The error holds everything that is wrong with it; where the syntax of
    /// TOML is broken, only that, since what follows from it would be noise.
    pub fn load(path: &Path, bytes: &[u8]) -> Result<Self, PolicyError> {
        keyreeve_syntax::toml::on_deep_stack(|| load::policy(path, bytes)).unwrap_or_else(|| {
            let path = error::printable(&path.to_string_lossy());
            Err(PolicyError::Unreadable { path, cause: std::io::Error::other("the TOML reader failed") })
        })
    }

    /// The same as one that was found in a tree: the files that it names lie in its own folder and below.
    #[must_use]
    pub fn found(self) -> Self {
        Self { is_found: true, ..self }
    }

    /// The policy file; none for the built-in policy.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// SHA-256 of the file's bytes in hex; of the built-in policy that of nothing.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Line of the policy file, from 1, in which a span of it starts.
    pub fn line(&self, span: Span) -> u32 {
        self.source.position(span.start).line
    }

    /// Line of the policy file that says which severity fails a run, if one does.
    pub fn fail_on_line(&self) -> Option<u32> {
        self.fail_on_span.map(|span| self.line(span))
    }

    /// Line of the policy file that names a rule, if one does.
    pub fn line_of_rule(&self, rule: &str) -> Option<u32> {
        self.rules.get(rule).map(|rule| self.line(rule.span))
    }

    /// Whether a rule runs.
    pub fn enables(&self, rule: &str) -> bool {
        self.rules.get(rule).is_none_or(|rule| rule.enabled)
    }

    /// The severity that all violations of a rule have, if the policy sets one.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.rules.get(rule)?.severity
    }

    /// The rules of one's own that are named.
    pub fn own_rules(&self) -> impl Iterator<Item = OwnRule<'_>> {
        let folder = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let confined = self.is_found.then_some(folder);
        self.rules.iter().filter_map(move |(id, rule)| {
            let component = rule.component.as_ref()?;
            let file = match (&component.address, &component.sha256) {
                (None, _) => folder.join(&component.path),
                (Some(_), sha256) => {
                    folder.join(VENDORED).join(sha256.as_ref().map(component_name).unwrap_or_default())
                }
            };
            Some(OwnRule { id, file, component, confined })
        })
    }

    /// Fills in what was pulled for addresses without a digest of their own. An entry for another address than the one
    /// that is written now says nothing.
    pub fn apply(&mut self, lock: &Lock) {
        for (id, rule) in &mut self.rules {
            let (Some(component), Some(locked)) = (rule.component.as_mut(), lock.rules.get(id)) else { continue };
            if component.sha256.is_none() && component.address.as_ref() == Some(&locked.address) {
                component.sha256 = Some(locked.sha256);
            }
        }
    }
}
