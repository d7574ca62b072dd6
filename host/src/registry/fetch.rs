//! Fetches every rule that a policy names in registries. Each is checked as `check` will check it; then all are stored
//! and locked, or none. The transfer of one rule is in `pull`, and nothing of this happens while files are judged.

use std::io;
use std::path::{Path, PathBuf};

use keyreeve_source::digest::{hex, sha256};
use semver::Version;

use super::error::RegistryError;
use super::manner::Manner;
use super::pull::{Pulled, pull};
use crate::policy::{Component, Lock, LockError, Locked, OwnRule, Policy, component_name};
use crate::rules::load::{LoadError, Loader};
use crate::rules::signature;
use crate::rules::store::Store;

/// What is fetched, and what is done with it.
pub struct Fetch<'a> {
    /// The policy, without what its lock file says.
    pub policy: &'a Policy,
    /// The policy file.
    pub path: &'a Path,
    /// Checks a rule.
    pub loader: &'a Loader<'a>,
    /// Where components are stored for this user.
    pub store: &'a Store,
    /// Whether they are also stored beside the policy file.
    pub vendor: bool,
    /// Whether the lock file must stay as it is.
    pub locked: bool,
    /// How registries are asked.
    pub manner: Manner,
}

/// A rule that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Its id.
    pub id: String,
    /// What the lock file says of it now.
    pub locked: Locked,
    /// Whether the lock file had something else before.
    pub is_new: bool,
    component: Vec<u8>,
    signature: Option<String>,
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A registry did not deliver a rule.
    #[error("[rules.{id}] {error}")]
    Registry {
        /// The rule.
        id: String,
        /// Why not.
        error: RegistryError,
    },
    /// The tag names another component than when the digest was recorded.
    #[error(
        "[rules.{id}] {address} has the SHA-256 {actual}, and keyreeve.toml names {expected}: the tag was moved; ask who moved it, and if the new rule is the one you mean, put its digest there"
    )]
    Moved {
        /// The rule.
        id: String,
        /// The address.
        address: String,
        /// What it has, hex.
        actual: String,
        /// What it should have, hex.
        expected: String,
    },
    /// The policy requires a signature, and there is none.
    #[error(
        "[rules.{id}] {address} was published without a signature, and keyreeve.toml demands one by {signer}: `minisign -S -m FILE` makes it, and `keyreeve rule push` then publishes both"
    )]
    Unsigned {
        /// The rule.
        id: String,
        /// The address.
        address: String,
        /// Who must have signed.
        signer: String,
    },
    /// It is not a rule, or another rule.
    #[error("[rules.{id}] {error}")]
    Refused {
        /// The rule.
        id: String,
        /// Why not.
        error: LoadError,
    },
    /// The lock file would change, but must not.
    #[error("{} does not fit: {changes}; run `keyreeve rule pull` without --locked, look at what changed, and commit it", path.display())]
    Stale {
        /// The lock file.
        path: PathBuf,
        /// What would change.
        changes: String,
    },
    /// The lock file cannot be read or written.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A component cannot be stored.
    #[error("what was pulled cannot be kept: {cause}")]
    Keep {
        /// The system's reason.
        cause: io::Error,
    },
}

impl Fetch<'_> {
    /// Fetches, checks, stores and locks. The lock file is written last, and only if it changes.
    ///
    /// # Errors
    /// A [`FetchError`]. Lock file, store and repository are then unchanged, unless the error is that one of them
    /// cannot be written.
    pub fn run(&self) -> Result<Vec<Fetched>, FetchError> {
        let path = Lock::beside(self.path);
        let before = Lock::read(&path)?;
        let remote = self.policy.own_rules().filter(|own| own.component.address.is_some());
        let fetched = remote.map(|own| self.one(&own, &before)).collect::<Result<Vec<_>, _>>()?;
        let after = Lock { rules: fetched.iter().map(|rule| (rule.id.clone(), rule.locked.clone())).collect() };
        if self.locked && after != before {
            return Err(FetchError::Stale { path, changes: changes(&before, &after) });
        }
        self.keep(&fetched)?;
        if after != before {
            after.write(&path)?;
        }
        Ok(fetched)
    }

    fn one(&self, own: &OwnRule<'_>, before: &Lock) -> Result<Fetched, FetchError> {
        let id = own.id.to_owned();
        let address = own.component.address.as_ref().expect("only rules in registries are fetched");
        let pulled = pull(address, self.manner);
        let pulled = pulled.map_err(|error| FetchError::Registry { id: id.clone(), error })?;
        let actual = sha256(&pulled.component);
        if let Some(expected) = own.component.sha256.filter(|expected| *expected != actual) {
            let (address, actual, expected) = (address.to_string(), hex(&actual), hex(&expected));
            return Err(FetchError::Moved { id, address, actual, expected });
        }
        if let (Some(signer), None) = (&own.component.signer, &pulled.signature) {
            let (address, signer) = (address.to_string(), signer.name.clone());
            return Err(FetchError::Unsigned { id, address, signer });
        }
        let version = self.check(own, &pulled, actual)?;
        let locked = Locked { address: address.clone(), manifest: pulled.manifest, sha256: actual, version };
        let is_new = before.rules.get(&id) != Some(&locked);
        Ok(Fetched { id, locked, is_new, component: pulled.component, signature: pulled.signature })
    }

    /// Loads the rule as `check` will, and returns the version that it states.
    fn check(&self, own: &OwnRule<'_>, pulled: &Pulled, sha256: [u8; 32]) -> Result<Version, FetchError> {
        let keep = |cause| FetchError::Keep { cause };
        let folder = tempfile::tempdir().map_err(keep)?;
        let file = folder.path().join(component_name(&sha256));
        std::fs::write(&file, &pulled.component).map_err(keep)?;
        if let Some(signature) = &pulled.signature {
            std::fs::write(signature::beside(&file), signature).map_err(keep)?;
        }
        let component = Component { sha256: Some(sha256), ..own.component.clone() };
        let rule = self.loader.load(&OwnRule { id: own.id, file, component: &component, confined: None });
        let rule = rule.map_err(|error| FetchError::Refused { id: own.id.to_owned(), error })?;
        Ok(Version::parse(&rule.info.version).expect("a rule that is loaded has a semantic version"))
    }

    fn keep(&self, fetched: &[Fetched]) -> Result<(), FetchError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let cannot = |cause| FetchError::Keep { cause };
        let vendored = self.vendor.then(|| Store::vendored(folder)).transpose().map_err(cannot)?;
        for store in [Some(self.store), vendored.as_ref()].into_iter().flatten() {
            for rule in fetched {
                let kept = store.write(&rule.locked.sha256, &rule.component, rule.signature.as_deref());
                kept.map_err(cannot)?;
            }
        }
        let digests: Vec<[u8; 32]> = fetched.iter().map(|rule| rule.locked.sha256).collect();
        // The user's store also serves other repositories, so nothing is removed from it.
        vendored.map_or(Ok(()), |vendored| vendored.retain(&digests)).map_err(cannot)
    }
}

/// What differs between two lock files, in a few words for each rule.
fn changes(before: &Lock, after: &Lock) -> String {
    let ids: std::collections::BTreeSet<&String> = before.rules.keys().chain(after.rules.keys()).collect();
    let change = |id: &&String| match (before.rules.get(*id), after.rules.get(*id)) {
        (None, Some(_)) => Some(format!("{id} is not in it")),
        (Some(_), None) => Some(format!("{id} is no longer in keyreeve.toml")),
        (Some(old), Some(new)) if old.address != new.address => Some(format!("{id} has another address")),
        (Some(old), Some(new)) if old.sha256 != new.sha256 => Some(format!(
            "{} now stands for another component (version {}, was {})",
            new.address, new.version, old.version
        )),
        (old, new) => (old != new).then(|| format!("{id} was published anew")),
    };
    ids.iter().filter_map(change).collect::<Vec<_>>().join("; ")
}
