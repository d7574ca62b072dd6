//! Writes the types of wit/ as Rust, and the list of the kinds of fact: the interfaces that the newest world exports
//! beside `rule`. The only thing decided here is who chose the words of each text, which wit/ cannot say.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use wit_parser::{Field, Interface, Resolve, Type, TypeDef, TypeDefKind, WorldItem, WorldKey};

/// The world that exports every kind of fact.
const WORLD: &str = "every-fact-rule-v2";

/// Fields whose words a standard or keyreeve chose: names of algorithms and of forms. Rules judge by them, and they
/// contain nothing from a file.
const STANDARD: &[&str] = &[
    "certificate.signature-algorithm",
    "certificate.signature-hash",
    "encrypted-item.cipher",
    "encrypted-item.format",
    "encrypted-item.kdf",
    "encrypted-item.prf",
    "encryption.cipher",
    "encryption.kdf",
    "encryption.prf",
    "encryption.scheme",
    "key.format",
    "public-key.algorithm",
    "public-key.curve",
    "revocation-list.signature-algorithm",
    "revocation-list.signature-hash",
];

/// Fields whose words the author of a file chose. The build fails for a text that is in neither list.
const THEIRS: &[&str] = &[
    "certificate.names",
    "encrypted-item.recipients",
    "inventory-entry.creator",
    "inventory-entry.fingerprint",
    "inventory-entry.id",
    "inventory-entry.kind",
    "inventory-entry.owner",
    "inventory-entry.path",
    "inventory-entry.service",
    "opener.label",
    "revocation-list.issuer",
    "tls-endpoint.names",
    "unknown.reason",
];

/// Fields that hold one of the contract's own names.
const NAMES: &[&str] = &["unknown.field"];

/// Bytes that a record in a list takes besides its texts.
const RECORD: usize = 64;

fn main() -> Result<()> {
    let manifest = env::var("CARGO_MANIFEST_DIR")?;
    let wit = Path::new(&manifest).join("../../../wit");
    println!("cargo::rerun-if-changed={}", wit.display());
    let contract = Contract::read(&wit)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("kinds.rs"), contract.kinds()?)?;
    fs::write(Path::new(&out).join("contract.rs"), contract.rust()?)?;
    Ok(())
}

/// The package in wit/.
struct Contract {
    resolve: Resolve,
    version: String,
    /// Name of the interface, and of the record that is a fact of it.
    kinds: Vec<(String, String)>,
    /// Records that facts are made of, facts included.
    in_facts: BTreeSet<String>,
}

impl Contract {
    fn read(folder: &Path) -> Result<Self> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder).map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let package = &resolve.packages[package];
        let version = package.name.version.as_ref().context("the package in wit/ has no version")?.to_string();
        let world = package.worlds.get(WORLD).with_context(|| format!("wit/ has no world {WORLD}"))?;
        let mut kinds = Vec::new();
        for (key, item) in &resolve.worlds[*world].exports {
            let (WorldKey::Interface(id), WorldItem::Interface { .. }) = (key, item) else {
                bail!("{WORLD} exports what is no interface");
            };
            let interface = &resolve.interfaces[*id];
            let name = interface.name.clone().context("an interface has no name")?;
            if name != "rule" {
                let fact = fact(&resolve, interface).with_context(|| format!("{name} judges no list of facts"))?;
                kinds.push((name, fact));
            }
        }
        let mut contract = Self { resolve, version, kinds, in_facts: BTreeSet::new() };
        for (_, fact) in contract.kinds.clone() {
            contract.reach(&fact);
        }
        Ok(contract)
    }

    fn definitions(&self) -> impl Iterator<Item = (&str, &TypeDef)> {
        let definitions = self.resolve.types.iter().map(|(_, definition)| definition);
        let named = definitions.filter_map(|definition| Some((definition.name.as_deref()?, definition)));
        // A type that an interface uses from another one appears there as an alias of the same name.
        named.filter(|(name, definition)| match &definition.kind {
            TypeDefKind::Type(Type::Id(id)) => self.resolve.types[*id].name.as_deref() != Some(name),
            _ => true,
        })
    }

    fn definition(&self, wanted: &str) -> &TypeDef {
        let mut found = self.definitions().filter(|(name, _)| *name == wanted);
        found.next().unwrap_or_else(|| panic!("wit/ has no type {wanted}")).1
    }

    fn fields(&self, record: &str) -> Option<&[Field]> {
        match &self.definition(record).kind {
            TypeDefKind::Record(record) => Some(&record.fields),
            _ => None,
        }
    }

    /// Adds a record and the records in it.
    fn reach(&mut self, record: &str) {
        if !self.in_facts.insert(record.to_owned()) {
            return;
        }
        let fields = self.fields(record).unwrap_or_default();
        let inner: Vec<String> = fields.iter().filter_map(|field| self.record_in(&field.ty)).collect();
        inner.iter().for_each(|inner| self.reach(inner));
    }

    /// The record that a type is, or that it is a list or an option of.
    fn record_in(&self, of: &Type) -> Option<String> {
        let Type::Id(id) = of else { return None };
        let definition = &self.resolve.types[*id];
        match &definition.kind {
            TypeDefKind::Record(_) => definition.name.clone(),
            TypeDefKind::List(inner) | TypeDefKind::Option(inner) | TypeDefKind::Type(inner) => self.record_in(inner),
            _ => None,
        }
    }

    /// The fields of a fact by name, including those of the records in it: `key.bits`.
    fn paths(&self, record: &str, before: &str, paths: &mut Vec<String>) {
        for field in self.fields(record).unwrap_or_default() {
            let path = format!("{before}{}", field.name);
            paths.push(path.clone());
            if let Some(inner) = self.record_in(&field.ty).filter(|_| field.name != "unknown") {
                self.paths(&inner, &format!("{path}."), paths);
            }
        }
    }

    fn rust(&self) -> Result<String> {
        let mut text = format!("/// The version of the contract.\npub const VERSION: &str = {:?};\n", self.version);
        for (name, definition) in self.definitions() {
            self.item(&mut text, name, definition)?;
        }
        self.facts(&mut text)?;
        Ok(text)
    }

    /// Writes one type.
    fn item(&self, text: &mut String, name: &str, definition: &TypeDef) -> Result<()> {
        let rust = camel(name);
        docs(text, "", definition.docs.contents.as_deref(), name);
        let (shape, derives) = match &definition.kind {
            TypeDefKind::Record(_) => ("record", if self.is_plain(definition) { "Copy, Eq, " } else { "" }),
            TypeDefKind::Enum(_) => ("enum", "Copy, Eq, Hash, PartialOrd, Ord, "),
            TypeDefKind::Variant(_) => ("variant", ""),
            other => {
                writeln!(text, "pub type {rust} = {};", self.kind(other))?;
                return Ok(());
            }
        };
        writeln!(text, "#[derive({derives}Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]")?;
        writeln!(
            text,
            "#[cfg_attr(feature = \"sandbox\", derive(wasmtime::component::ComponentType, wasmtime::component::Lift, \
             wasmtime::component::Lower), component({shape}))]"
        )?;
        match &definition.kind {
            TypeDefKind::Record(record) => {
                writeln!(text, "pub struct {rust} {{")?;
                for field in &record.fields {
                    docs(text, "    ", field.docs.contents.as_deref(), &field.name);
                    named(text, &field.name)?;
                    writeln!(text, "    pub {}: {},", snake(&field.name), self.written(&field.ty))?;
                }
                writeln!(text, "}}")?;
                if self.in_facts.contains(name) {
                    self.texts(text, name, &record.fields)?;
                }
            }
            TypeDefKind::Enum(cases) => {
                writeln!(text, "#[repr(u8)]\npub enum {rust} {{")?;
                for case in &cases.cases {
                    docs(text, "    ", case.docs.contents.as_deref(), &case.name);
                    named(text, &case.name)?;
                    writeln!(text, "    {},", camel(&case.name))?;
                }
                writeln!(text, "}}")?;
            }
            TypeDefKind::Variant(variant) => {
                writeln!(text, "pub enum {rust} {{")?;
                for case in &variant.cases {
                    docs(text, "    ", case.docs.contents.as_deref(), &case.name);
                    named(text, &case.name)?;
                    let of = case.ty.as_ref().map(|of| format!("({})", self.written(of))).unwrap_or_default();
                    writeln!(text, "    {}{of},", camel(&case.name))?;
                }
                writeln!(text, "}}")?;
            }
            _ => unreachable!("an alias has returned"),
        }
        Ok(())
    }

    /// Writes how the texts of a record are visited, and how long they are.
    fn texts(&self, text: &mut String, record: &str, fields: &[Field]) -> Result<()> {
        let (mut visits, mut weights, mut names) = (String::new(), Vec::new(), String::new());
        for field in fields {
            let (is, path) = (snake(&field.name), format!("{record}.{}", field.name));
            let whose = [(STANDARD, Some("Standard")), (THEIRS, Some("Theirs")), (NAMES, None)];
            let whose = whose.into_iter().find(|(list, _)| list.contains(&path.as_str())).map(|(_, whose)| whose);
            let holds = match (self.written(&field.ty).as_str(), whose) {
                ("String", Some(Some(whose))) => format!("call(Words::{whose}, {is});"),
                ("Vec<String>", Some(Some(whose))) => {
                    format!("{is}.iter_mut().for_each(|text| call(Words::{whose}, text));")
                }
                ("String", Some(None)) => String::new(),
                ("String" | "Vec<String>", None) => {
                    bail!("{path}: host/crates/contract/build.rs must say whose words it has, STANDARD or THEIRS")
                }
                (_, Some(_)) => bail!("{path} is no text: take it out of the lists in host/crates/contract/build.rs"),
                ("Attributes", None) => format!("{is}.each_text(call);"),
                (_, None) => match self.record_in(&field.ty) {
                    Some(_) => format!("{is}.each_text(call);"),
                    None => String::new(),
                },
            };
            write!(names, "{is}{}, ", if holds.is_empty() { ": _" } else { "" })?;
            visits += &holds;
            if let Some(weight) = self.weight(&field.ty) {
                weights.push(format!("self.{is}{weight}"));
            }
        }
        let rust = camel(record);
        writeln!(
            text,
            "impl Texts for {rust} {{\n    fn each_text(&mut self, call: Call<'_>) {{\n        let Self {{ {names} }} = self;\n        \
             {}\n    }}\n    fn weight(&self) -> usize {{ let parts: &[usize] = &[{}]; parts.iter().sum() }}\n}}",
            if visits.is_empty() { "let _ = call;" } else { &visits },
            weights.join(", ")
        )?;
        Ok(())
    }

    /// The expression for the length of a field, if it can vary.
    fn weight(&self, of: &Type) -> Option<String> {
        match self.written(of).as_str() {
            "String" => Some(".len()".to_owned()),
            "Vec<String>" => Some(".iter().map(|text| text.len() + 8).sum::<usize>()".to_owned()),
            "Vec<u8>" => Some(".len()".to_owned()),
            "Vec<u16>" => Some(".len() * 2".to_owned()),
            "Attributes" => Some(".weight()".to_owned()),
            list if list.starts_with("Vec<") => {
                Some(format!(".iter().map(|one| {RECORD} + one.weight()).sum::<usize>()"))
            }
            option if option.starts_with("Option<") => {
                self.record_in(of).map(|_| ".as_ref().map_or(0, |one| one.weight())".to_owned())
            }
            _ => self.record_in(of).map(|_| ".weight()".to_owned()),
        }
    }

    /// Writes the kinds of fact, for all code that needs a list of them.
    fn kinds(&self) -> Result<String> {
        let mut text = String::from(
            "/// Calls a macro with every kind of fact: its list, its name in Rust, its record, its interface.\n\
             #[macro_export]\nmacro_rules! kinds {\n    ($each:ident) => {\n        $each! {\n",
        );
        for (interface, fact) in &self.kinds {
            writeln!(text, "            {} {} {} {interface:?};", snake(interface), camel(interface), camel(fact))?;
        }
        text += "        }\n    };\n}\n";
        Ok(text)
    }

    /// Writes what is the same for every kind of fact.
    fn facts(&self, text: &mut String) -> Result<()> {
        for (interface, fact) in &self.kinds {
            let mut paths = Vec::new();
            self.paths(fact, "", &mut paths);
            paths.sort();
            let (fact, kind) = (camel(fact), camel(interface));
            writeln!(
                text,
                "impl Fact for {fact} {{\n    const KIND: FactKind = FactKind::{kind};\n    const FIELDS: &'static [&'static str] = &{paths:?};\n    \
                 fn unknown(&self) -> &[Unknown] {{ &self.unknown }}\n    \
                 fn unknown_mut(&mut self) -> &mut [Unknown] {{ &mut self.unknown }}\n    \
                 fn context_mut(&mut self) -> (&mut Context, &mut Vec<Unknown>) {{ (&mut self.context, &mut self.unknown) }}\n}}"
            )?;
        }
        Ok(())
    }

    fn is_plain(&self, definition: &TypeDef) -> bool {
        let TypeDefKind::Record(record) = &definition.kind else { return false };
        let is_enum = |of: &Type| match of {
            Type::Id(id) => {
                let TypeDefKind::Type(Type::Id(id)) = self.resolve.types[*id].kind else {
                    return matches!(self.resolve.types[*id].kind, TypeDefKind::Enum(_));
                };
                matches!(self.resolve.types[id].kind, TypeDefKind::Enum(_))
            }
            _ => false,
        };
        record.fields.iter().all(|field| is_enum(&field.ty))
    }

    /// A type in Rust.
    fn written(&self, of: &Type) -> String {
        match of {
            Type::Bool => "bool".to_owned(),
            Type::U8 => "u8".to_owned(),
            Type::U16 => "u16".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::S64 => "i64".to_owned(),
            Type::String => "String".to_owned(),
            Type::Id(id) => match &self.resolve.types[*id] {
                TypeDef { name: Some(name), .. } => camel(name),
                TypeDef { kind, .. } => self.kind(kind),
            },
            other => {
                panic!("{other:?} is new in the contract: say in host/crates/contract/build.rs what it is in Rust")
            }
        }
    }

    fn kind(&self, of: &TypeDefKind) -> String {
        match of {
            TypeDefKind::Type(inner) => self.written(inner),
            TypeDefKind::List(inner) => format!("Vec<{}>", self.written(inner)),
            TypeDefKind::Option(inner) => format!("Option<{}>", self.written(inner)),
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<_> = tuple.types.iter().map(|inner| self.written(inner)).collect();
                format!("({})", types.join(", "))
            }
            other => {
                panic!("{other:?} is new in the contract: say in host/crates/contract/build.rs what it is in Rust")
            }
        }
    }
}

/// The record of the facts that an interface judges.
fn fact(resolve: &Resolve, interface: &Interface) -> Result<String> {
    let check = interface.functions.get("check").context("it has no function check")?;
    ensure!(check.params.len() == 2, "check takes other things than a scan and facts");
    let Type::Id(list) = check.params[1].ty else { bail!("its facts are no list") };
    let TypeDefKind::List(Type::Id(fact)) = resolve.types[list].kind else { bail!("its facts are no list of records") };
    resolve.types[fact].name.clone().context("its facts have no name")
}

/// Writes the contract's comment on an item, or the item's name if it has no comment.
fn docs(text: &mut String, indent: &str, docs: Option<&str>, name: &str) {
    let own = format!("`{name}`.");
    for line in docs.unwrap_or(&own).lines() {
        *text += &format!("{indent}/// {line}\n");
    }
}

/// Writes the contract's spelling of a field or case, for the sandbox.
fn named(text: &mut String, name: &str) -> Result<()> {
    writeln!(text, "    #[cfg_attr(feature = \"sandbox\", component(name = {name:?}))]")?;
    Ok(())
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn camel(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
