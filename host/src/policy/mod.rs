//! The policy: what keyreeve.toml says about rules, scopes and exceptions, and where it says so. Neither the rules
//! themselves nor what the command line changes for one run.

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

/// Folder beside the policy file in which a repository may keep components from registries, each under the name given
/// by [`component_name`].
pub const VENDORED: &str = ".keyreeve/rules";

/// The largest policy file, in bytes.
pub const SIZE_LIMIT: usize = 1024 * 1024;

/// The rules, scopes and exceptions of a run.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The lowest severity that fails a run; `None` for `never`.
    pub fail_on: Option<Severity>,
    /// What the policy says about rules, by id. Built-in rules that it does not mention are missing here.
    pub rules: BTreeMap<String, RulePolicy>,
    /// The scopes, in the order of the file.
    pub scopes: Vec<Scope>,
    /// The exceptions, in the order of the file.
    pub exceptions: Vec<Exception>,
    fail_on_span: Option<Span>,
    path: Option<PathBuf>,
    /// Whether it was found in a tree: then it speaks for whoever writes to that tree, and not for the user.
    is_found: bool,
    sha256: String,
    /// The file without its byte order mark; all spans refer to it.
    source: Arc<Source>,
}

/// What the policy says about one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RulePolicy {
    /// Whether it runs.
    pub enabled: bool,
    /// The severity of all its violations, whatever the rule says.
    pub severity: Option<Severity>,
    /// The component of a custom rule.
    pub component: Option<Component>,
    /// Its settings as they are written.
    pub settings: BTreeMap<String, RawSetting>,
    /// Where the rule is named.
    pub span: Span,
}

/// The component that a custom rule is loaded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its file or address, as written. A file is relative to the policy file's folder.
    pub path: String,
    /// Its address, if it is in a registry.
    pub address: Option<Address>,
    /// The required SHA-256, from keyreeve.toml or else from keyreeve.lock; `None` only for a rule in a registry that
    /// was not pulled.
    pub sha256: Option<[u8; 32]>,
    /// The accepted versions of the rule; `None` means any version.
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

/// A custom rule, as the policy names it.
#[derive(Debug, Clone)]
pub struct OwnRule<'a> {
    /// The required id.
    pub id: &'a str,
    /// Its file, joined to the policy file's folder; for a rule in a registry, the copy that the repository may have.
    pub file: PathBuf,
    /// The requirements for it.
    pub component: &'a Component,
    /// The folder that must contain its file, with no link on the way; `None` if the user has named the policy, or the
    /// file belongs to the user's own store.
    pub confined: Option<&'a Path>,
}

impl OwnRule<'_> {
    /// Opens its file, or one beside it, if the file lies where it may.
    ///
    /// # Errors
    /// The system's reason, or that it is not a regular file, or that it lies elsewhere.
    pub fn open(&self, path: &Path) -> std::io::Result<std::fs::File> {
        match self.confined {
            Some(folder) => regular::open_below(folder, path),
            None => regular::open(path),
        }
    }

    /// The name of its origin in messages and reports: its address, or else its file.
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
    /// The policy if there is no file: every built-in rule with its defaults, no scope, no exception.
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

    /// Reads the bytes of a policy file. The error lists everything that is wrong; if the syntax of TOML is broken,
    /// only that, since all other faults would result from it.
    pub fn load(path: &Path, bytes: &[u8]) -> Result<Self, PolicyError> {
        keyreeve_syntax::toml::on_deep_stack(|| load::policy(path, bytes)).unwrap_or_else(|| {
            let path = error::printable(&path.to_string_lossy());
            Err(PolicyError::Unreadable { path, cause: std::io::Error::other("the TOML reader failed") })
        })
    }

    /// The same policy as one that was found in a tree: the files that it names must lie in its own folder or below.
    #[must_use]
    pub fn found(self) -> Self {
        Self { is_found: true, ..self }
    }

    /// The policy file; `None` for the built-in policy.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// SHA-256 of the file's bytes in hexadecimal digits; for the built-in policy, that of no bytes.
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

    /// The severity of all violations of a rule, if the policy sets one.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.rules.get(rule)?.severity
    }

    /// The custom rules that the policy names.
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

    /// Fills in what was pulled for addresses without a digest of their own. An entry for a different address than the
    /// current one is ignored.
    pub fn apply(&mut self, lock: &Lock) {
        for (id, rule) in &mut self.rules {
            let (Some(component), Some(locked)) = (rule.component.as_mut(), lock.rules.get(id)) else { continue };
            if component.sha256.is_none() && component.address.as_ref() == Some(&locked.address) {
                component.sha256 = Some(locked.sha256);
            }
        }
    }
}
