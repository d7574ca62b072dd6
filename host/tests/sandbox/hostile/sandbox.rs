//! An engine with a well-behaved rule and some facts, and the way from a component's bytes to a rule.
//! Not the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyreeve::policy::{Component, OwnRule};
use keyreeve::rules::built_in::BUILT_IN;
use keyreeve::rules::cache::Cache;
use keyreeve::rules::compile::{Compiler, Limits};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::judge::{Judgement, judge};
use keyreeve::rules::load::{LoadError, Loader};
use keyreeve::rules::rule::Rule;
use keyreeve_contract::{
    Context, Data, Environment, Holder, Key, Network, Protection, PublicKey, Purpose, Role, Scan, Value,
};
use keyreeve_facts::{Facts, Place};
use keyreeve_source::{Location, SourceId, Span};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// The program that compiles.
pub(crate) fn compiler() -> PathBuf {
    env!("CARGO_BIN_EXE_keyreeve").into()
}

/// Loads the file as the rule of that name, which must have this SHA-256.
pub(crate) fn load(loader: &Loader<'_>, file: &Path, sha256: &[u8; 32], id: &str) -> Result<Rule, LoadError> {
    let component =
        Component { path: String::new(), address: None, sha256: Some(*sha256), version: None, signer: None };
    loader.load(&OwnRule { id, file: file.to_owned(), component: &component, confined: None })
}

pub(crate) struct Sandbox {
    pub(crate) engine: Engine,
    pub(crate) folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { engine: Engine::new().unwrap(), folder: TempDir::new().unwrap() }
    }

    pub(crate) fn with_deadline(deadline: Duration) -> Self {
        Self { engine: Engine::with_deadline(deadline).unwrap(), ..Self::new() }
    }

    pub(crate) fn loader(&self, cache: Option<Cache>) -> Loader<'_> {
        let compiler = Compiler::new(compiler(), Limits::default());
        Loader { engine: &self.engine, compiler, cache, compiling: |_| {} }
    }

    /// Writes a component to a file.
    pub(crate) fn write(&self, name: &str, component: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name).with_extension("wasm");
        fs::write(&path, component).unwrap();
        path
    }

    /// Loads a component as the rule of that name, the way the program does.
    pub(crate) fn load(&self, name: &str, component: &[u8]) -> Result<Rule, LoadError> {
        load(&self.loader(None), &self.write(name, component), &digest(component), name)
    }

    /// Has a rule judge beside a built-in one, which must say what it says alone.
    pub(crate) fn judge(&self, hostile: &Rule) -> Judgement {
        let built_in = BUILT_IN.iter().find(|rule| rule.id == "key-size").unwrap().rule();
        let settings: Vec<(String, Value)> =
            built_in.info.settings.iter().map(|setting| (setting.name.clone(), setting.default.clone())).collect();
        let (scan, facts) = (Scan { as_of: 1_795_392_000, attributes: Vec::new() }, facts());
        let alone = judge(&self.engine, &[(&built_in, &settings)], &scan, &facts).remove(0);
        let mut both = judge(&self.engine, &[(hostile, &[]), (&built_in, &settings)], &scan, &facts);
        let beside = both.remove(1);
        assert_eq!(beside.answers, alone.answers);
        assert_eq!((beside.examined, beside.fault), (facts.keys.len(), None));
        assert_eq!(alone.answers.len(), 2, "two of the keys are too small");
        both.remove(0)
    }
}

pub(crate) fn digest(component: &[u8]) -> [u8; 32] {
    Sha256::digest(component).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Three keys, two of them too small.
pub(crate) fn facts() -> Facts {
    let mut facts = Facts::default();
    for (index, bits) in [1024, 4096, 512].into_iter().enumerate() {
        let home = Location { source: SourceId(0), span: Span::new(index, index + 1) };
        facts.keys.push(key(bits), Place::new(home, format!("key {index}"), format!("key-{index}")));
    }
    facts
}

fn key(bits: u32) -> Key {
    Key {
        context: Context {
            environment: Environment::Production,
            holder: Holder::Shared,
            network: Network::Untrusted,
            data: Data::Sensitive,
            purpose: Purpose::Live,
        },
        unknown: Vec::new(),
        role: Role::Public,
        format: "SPKI".to_owned(),
        public: PublicKey {
            algorithm: "RSA".to_owned(),
            bits,
            curve: String::new(),
            exponent: vec![1, 0, 1],
            attributes: Vec::new(),
        },
        protection: Protection::NotNeeded,
        encryption: None,
        last_rotated: None,
        inventoried: false,
        attributes: Vec::new(),
    }
}

/// Every name in testdata/hostile, in order.
pub(crate) fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/hostile");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wat = files.filter(|path| path.extension().is_some_and(|extension| extension == "wat"));
    let mut names: Vec<String> = wat.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.retain(|name| name != "contract");
    names.sort();
    names
}
