//! Inspects the file of a rule: what it exports, imports and states about itself, what its calls use, and why it would
//! be refused, if so. Its judgement is not tested.

use std::path::Path;

use keyreeve_contract::FactKind;
use keyreeve_contract::Info;
use keyreeve_facts::spelling;
use keyreeve_source::digest::{hex, sha256};
use semver::Version;
use serde_json::{Value, json};
use wasmparser::Parser;

use super::{advice, samples};
use crate::rules::built_in::BUILT_IN;
use crate::rules::component::{CONTRACT, Names, Refusal};
use crate::rules::engine::Engine;
use crate::rules::limits::{Fault, fuel};
use crate::rules::load::{LoadError, Loader, read};
use crate::rules::rule::Rule;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A component, as a rule must be.
    Component,
    /// A core module, which a component can be made of.
    CoreModule,
    /// Something else.
    Other,
}

impl Form {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::CoreModule => "core module",
            Self::Other => "not WebAssembly",
        }
    }

    fn of(bytes: &[u8]) -> Self {
        match bytes {
            bytes if Parser::is_component(bytes) => Self::Component,
            bytes if Parser::is_core_wasm(bytes) => Self::CoreModule,
            _ => Self::Other,
        }
    }
}

/// What calls about one kind of fact use, each in an instance of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// The kind.
    pub kind: FactKind,
    /// Fuel of a call without facts; `None` if it fails, which no scan would notice, since a rule is never called
    /// without facts.
    pub empty: Option<u64>,
    /// Fuel of a call with one typical fact.
    pub typical: u64,
    /// Fuel that a call with one fact may use.
    pub most: u64,
}

/// Why a rule cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whether loading refuses it; otherwise it is loaded, but its calls fail.
    pub refused: bool,
    /// Why, as a clause. It may quote the component.
    pub reason: String,
    /// What its author can do.
    pub advice: &'static str,
}

/// Everything that is known about a file. What comes from the file is hostile text until it is encoded.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Its path, as it was given.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// In hexadecimal digits; `None` for a file that is too large to be read.
    pub sha256: Option<String>,
    /// What kind of file it is; `None` if it was not read.
    pub form: Option<Form>,
    /// The newest version of the contract that its imports and exports name.
    pub contract: Option<Version>,
    /// Its imports, in their order.
    pub imports: Vec<String>,
    /// Its exports, in their order.
    pub exports: Vec<String>,
    /// The kinds of fact that it examines, and its description of itself, if it gets that far.
    pub rule: Option<(Vec<FactKind>, Info)>,
    /// What its calls use, up to the first that fails.
    pub calls: Vec<Calls>,
    /// Why it cannot be used; `None` if it can.
    pub trouble: Option<Trouble>,
}

/// Inspects a file.
///
/// # Errors
/// A [`LoadError`] if there is no file to inspect. If the file is not a rule, that is a result and not an error.
pub fn inspect(loader: &Loader<'_>, path: &Path) -> Result<Inspection, LoadError> {
    let file = path.to_string_lossy().into_owned();
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error @ LoadError::Refused { refusal: Refusal::TooLarge, .. }) => {
            let size = path.metadata().map_or(0, |metadata| metadata.len());
            return Ok(Inspection { trouble: Some(Trouble::of_load(&error)), ..Inspection::of(file, size) });
        }
        Err(error) => return Err(error),
    };
    let (digest, names) = (sha256(&bytes), Names::of(&bytes));
    let text = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let mut inspection = Inspection {
        sha256: Some(hex(&digest)),
        form: Some(Form::of(&bytes)),
        contract: names.imports.iter().chain(&names.exports).filter_map(|name| version(name)).max(),
        imports: text(&names.imports),
        exports: text(&names.exports),
        ..Inspection::of(file, bytes.len() as u64)
    };
    match loader.rule(&inspection.file, &bytes, &digest) {
        Err(error) => inspection.trouble = Some(Trouble::of_load(&error)),
        Ok(rule) => {
            let fault = inspection.call(loader.engine, &rule).err();
            inspection.trouble = Trouble::of_id(&rule).or(fault.map(|fault| Trouble::of_call(&fault)));
            inspection.rule = Some((rule.kinds, rule.info));
        }
    }
    Ok(inspection)
}

/// The version of the contract in the name of an import or export.
fn version(name: &str) -> Option<Version> {
    let (_, version) = name.strip_prefix("keyreeve:policy/")?.split_once('@')?;
    Version::parse(version).ok()
}

/// The settings of a rule if keyreeve.toml sets none.
pub(super) fn defaults(info: &Info) -> Vec<(String, keyreeve_contract::Value)> {
    info.settings.iter().map(|setting| (setting.name.clone(), setting.default.clone())).collect()
}

impl Trouble {
    fn of_load(error: &LoadError) -> Self {
        Self { refused: true, reason: error.to_string(), advice: advice::of_load(error) }
    }

    /// The id of a built-in rule is taken, except for that rule itself.
    fn of_id(rule: &Rule) -> Option<Self> {
        let id = &rule.info.id;
        let taken = BUILT_IN.iter().any(|built_in| built_in.id == id && built_in.sha256 != rule.sha256);
        let reason = format!("it calls itself {id}, which is the id of a built-in rule");
        taken.then_some(Self { refused: true, reason, advice: "give it an id of its own" })
    }

    fn of_call(fault: &Fault) -> Self {
        Self { refused: false, reason: fault.to_string(), advice: advice::of_fault(fault) }
    }
}

impl Inspection {
    fn of(file: String, size: u64) -> Self {
        Self {
            file,
            size,
            sha256: None,
            form: None,
            contract: None,
            imports: Vec::new(),
            exports: Vec::new(),
            rule: None,
            calls: Vec::new(),
            trouble: None,
        }
    }

    /// Calls a rule, for each kind that it examines, with nothing and with a sample.
    fn call(&mut self, engine: &Engine, rule: &Rule) -> Result<(), Fault> {
        let (settings, scan) = (defaults(&rule.info), samples::scan());
        for &kind in &rule.kinds {
            let facts = samples::facts(kind, 1);
            let fuel_of = |count| {
                let answer = rule.measured(engine, &settings, &scan, &facts, kind, 0..count)?;
                Ok(answer.1.fuel)
            };
            self.calls.push(Calls { kind, empty: fuel_of(0).ok(), typical: fuel_of(1)?, most: fuel(1) });
        }
        Ok(())
    }

    /// All of it as JSON.
    ///
    /// # Errors
    /// None for the content of an inspection; the signature is serde's.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        let calls = self.calls.iter().map(
            |calls| json!({ "kind": calls.kind, "empty": calls.empty, "typical": calls.typical, "most": calls.most }),
        );
        let trouble = self
            .trouble
            .as_ref()
            .map(|trouble| json!({ "refused": trouble.refused, "reason": trouble.reason, "advice": trouble.advice }));
        Ok(json!({
            "schema": "keyreeve/inspection/v1",
            "file": self.file,
            "size": self.size,
            "sha256": self.sha256,
            "form": self.form.map(Form::name),
            "contract": self.contract.as_ref().map(Version::to_string),
            "host-contract": CONTRACT.to_string(),
            "imports": self.imports,
            "exports": self.exports,
            "examines": self.rule.as_ref().map(|(kinds, _)| kinds),
            "info": self.rule.as_ref().map(|(_, info)| spelling::to_value(info)).transpose()?,
            "fuel": calls.collect::<Vec<_>>(),
            "trouble": trouble,
        }))
    }
}
