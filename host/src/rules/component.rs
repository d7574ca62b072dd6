//! Reads what a component exports and imports before anything compiles it, and refuses what is not a rule of a contract
//! that this host speaks. Types are not checked here: wasmtime does that when a rule is instantiated.

use keyreeve_contract::FactKind;
use semver::Version;
use wasmparser::{Parser, Payload};
use wasmtime::component::Component as Native;

use super::engine::Engine;

/// The version of the contract that this host speaks.
pub const CONTRACT: Version = Version::new(1, 1, 0);

/// The largest component in bytes; one that contains an interpreter has some 18 MB.
pub const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// The most imports and exports of the outermost component; a rule has a handful.
const NAMES: usize = 1000;

/// The most bytes of a name in a message.
const QUOTED: usize = 200;

const PACKAGE: &str = "keyreeve:policy/";

/// What a component declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The kinds of fact that it examines, in the order of [`FactKind::ALL`].
    pub kinds: Vec<FactKind>,
    /// The newest version of the contract among its imports and exports.
    pub contract: Version,
}

/// Why a file is not a rule that can be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Longer than [`SIZE_LIMIT`].
    #[error("it is longer than {SIZE_LIMIT} bytes")]
    TooLarge,
    /// Another kind of file.
    #[error("it is not WebAssembly")]
    NotWasm,
    /// A core module.
    #[error("it is a core module, not a component: make a component of it with `keyreeve rule component`")]
    CoreModule,
    /// It is cut off or malformed.
    #[error("it is malformed or truncated: {0}")]
    Malformed(String),
    /// Components inside it that instantiate one another.
    #[error("the components inside it unfold to more than {0} parts, or are handed around: instantiate fewer of them")]
    Unfolds(u64),
    /// An import that no rule may have.
    #[error(
        "it imports {0}, and a rule may import nothing but keyreeve:policy/diagnostics: no clock, no files, no network, no randomness"
    )]
    Import(String),
    /// No export of the contract at all.
    #[error("it exports nothing of keyreeve:policy: it is a component of another world")]
    OtherWorld,
    /// `rule` is missing.
    #[error("it does not export keyreeve:policy/rule, which says what a rule is")]
    NoRule,
    /// One interface in two versions, so that it is unclear which would be called.
    #[error("it exports {0} in more than one version: leave one")]
    Twice(String),
    /// It examines nothing.
    #[error("it exports no kind of fact, so it would examine nothing")]
    NoKind,
    /// An interface that this host does not know.
    #[error("it exports {0}, which this keyreeve does not know: the rule is newer; upgrade keyreeve")]
    UnknownInterface(String),
    /// A contract newer than the host's.
    #[error("it speaks contract {0}, and this keyreeve speaks {CONTRACT}: upgrade keyreeve")]
    Newer(Version),
    /// A contract before the first.
    #[error("it speaks contract {0}, and this keyreeve speaks {CONTRACT}: build the rule anew for contract 1.0")]
    Older(Version),
}

/// Reads the imports and exports of a component.
///
/// # Errors
/// A [`Refusal`] if it is not a rule that this host can load.
pub fn declared(bytes: &[u8]) -> Result<Declared, Refusal> {
    if bytes.len() > SIZE_LIMIT {
        return Err(Refusal::TooLarge);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Refusal::NotWasm);
    }
    if Parser::is_core_wasm(bytes) {
        return Err(Refusal::CoreModule);
    }
    let mut names = Names::default();
    names.read(bytes).map_err(|error| Refusal::Malformed(error.to_string()))?;
    if names.imports.len() + names.exports.len() > NAMES {
        return Err(Refusal::Malformed(format!("more than {NAMES} imports and exports")));
    }
    let declared = Declared::of(names.imports, names.exports)?;
    super::unfold::check(bytes)?;
    Ok(declared)
}

impl Declared {
    /// What native code declares: the same as the component that it was compiled from, which was checked before that.
    ///
    /// # Errors
    /// A [`Refusal`] if it is not a rule that this host can load.
    pub(super) fn of_native(engine: &Engine, native: &Native) -> Result<Self, Refusal> {
        let (engine, declared) = (engine.wasmtime(), native.component_type());
        Self::of(declared.imports(engine).map(|(name, _)| name), declared.exports(engine).map(|(name, _)| name))
    }

    fn of<'a>(
        imports: impl IntoIterator<Item = &'a str>,
        exports: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Refusal> {
        let mut contract = Version::new(0, 0, 0);
        for import in imports {
            match interface(import)? {
                Some(("diagnostics" | "types", version)) => contract = contract.max(version),
                _ => return Err(Refusal::Import(quote(import))),
            }
        }
        let (mut kinds, mut rule) = (Vec::new(), false);
        for export in exports {
            let Some((name, version)) = interface(export)? else { continue };
            contract = contract.max(version);
            let twice = match FactKind::ALL.into_iter().find(|kind| kind.interface() == name) {
                Some(kind) if kinds.contains(&kind) => true,
                Some(kind) => {
                    kinds.push(kind);
                    false
                }
                None if name == "rule" => std::mem::replace(&mut rule, true),
                None => return Err(Refusal::UnknownInterface(quote(export))),
            };
            if twice {
                return Err(Refusal::Twice(format!("{PACKAGE}{name}")));
            }
        }
        kinds.sort();
        match (rule, kinds.is_empty()) {
            (false, true) => Err(Refusal::OtherWorld),
            (false, false) => Err(Refusal::NoRule),
            (true, true) => Err(Refusal::NoKind),
            (true, false) => Ok(Self { kinds, contract }),
        }
    }
}

/// The names of the outermost component, as far as it can be read, even if the component is refused.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// What it imports.
    pub imports: Vec<&'a str>,
    /// What it exports.
    pub exports: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// The names before the first error; empty for a file that is not a component.
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut names = Self::default();
        if Parser::is_component(bytes) {
            // Errors are ignored here: `declared` reports them.
            let _ = names.read(bytes);
        }
        names
    }

    /// Adds the names, at most one more than [`NAMES`]; those of inner components are skipped.
    fn read(&mut self, bytes: &'a [u8]) -> wasmparser::Result<()> {
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section.into_iter().take(NAMES + 1) {
                        self.imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section.into_iter().take(NAMES + 1) {
                        self.exports.push(export?.name.name);
                    }
                }
                _ => {}
            }
            if self.imports.len() + self.exports.len() > NAMES {
                break;
            }
        }
        Ok(())
    }
}

/// A name, shortened for a message.
fn quote(name: &str) -> String {
    name[..name.floor_char_boundary(QUOTED)].to_owned()
}

/// Interface and version of a name of the contract. Returns `None` for a name of another package.
pub(super) fn interface(name: &str) -> Result<Option<(&str, Version)>, Refusal> {
    let Some(rest) = name.strip_prefix(PACKAGE) else { return Ok(None) };
    let Some((interface, version)) = rest.split_once('@') else {
        return Err(Refusal::UnknownInterface(quote(name)));
    };
    let version = Version::parse(version).map_err(|error| Refusal::Malformed(format!("{}: {error}", quote(name))))?;
    // A pre-release is older than its release.
    if version.major < CONTRACT.major || !version.pre.is_empty() {
        return Err(Refusal::Older(version));
    }
    if (version.major, version.minor) > (CONTRACT.major, CONTRACT.minor) {
        return Err(Refusal::Newer(version));
    }
    Ok(Some((interface, version)))
}
