//! Key inventories: lists of keys and access tokens in YAML, JSON, TOML or CSV, in which each entry becomes a fact.
//! Ansible's inventories of hosts are not meant, and what an entry lacks is judged by rules.

mod date;
mod entry;
mod field;
mod places;
mod secret;

use std::sync::LazyLock;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Look, Out, Reading, Row};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Source, SourceId, Span};
use keyreeve_syntax::tree::{Node, Tree, Value};
use keyreeve_syntax::{csv, json, toml, yaml};
use memchr::memmem::Finder;

use field::{Field, normal};

/// The largest inventory that is read, in bytes.
const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// Top-level names that make a file an inventory, whatever its own name is.
const MARKERS: [&str; 3] = ["keyreeve-inventory", "key-inventory", "key_inventory"];

/// A syntax of inventories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Yaml,
    Json,
    Toml,
    Csv,
}

impl Format {
    /// The syntax, by the extension of a file's name.
    fn of(name: &str) -> Option<Self> {
        let extension = name.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
        match extension.as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" | "jsonc" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "csv" | "tsv" => Some(Self::Csv),
            _ => None,
        }
    }

    fn parse(self, bytes: &[u8]) -> Tree {
        match self {
            Self::Yaml => yaml::parse(bytes),
            Self::Json => json::parse(bytes),
            Self::Toml => toml::parse(bytes),
            Self::Csv => csv::parse(bytes, &HEADER),
        }
    }
}

/// Key inventories.
#[derive(Debug)]
pub struct Inventory;

impl keyreeve_facts::Format for Inventory {
    const ROW: Row = Row {
        id: "inventory",
        title: "key inventory",
        makes: &[FactKind::Inventory],
        exclusive: true,
        names: &["*.yaml", "*.yml", "*.json", "*.jsonc", "*.toml", "*.csv", "*.tsv"],
        marks: &[],
    };

    type Part = ();

    fn claims(look: &Look<'_>) -> Claim {
        if recognises(look.name, look.bytes) { Claim::Certain } else { Claim::No }
    }

    fn read(text: &keyreeve_facts::Text<'_>, out: &mut Out<'_>) -> Option<()> {
        out.reading = read(text.id, text.source);
        Some(())
    }
}

/// Whether a file is a key inventory. It is one by its name (`key-inventory.yaml`, `prod-keys-inventory.csv`,
/// `inventory/keys.toml`, `token_inventory.json`), by a top-level `key-inventory`, `key_inventory` or
/// `keyreeve-inventory`, or by a CSV header with three of the five fields that the policy asks for, at least one of
/// which only a key has. Only YAML, JSON, TOML and CSV files are recognised.
pub fn recognises(name: &str, bytes: &[u8]) -> bool {
    let Some(format) = Format::of(name) else { return false };
    if is_inventory_name(name) {
        return !is_host_inventory(bytes);
    }
    match format {
        Format::Csv => has_inventory_header(bytes),
        _ => has_marker(format, bytes),
    }
}

/// How the header of a table of keys is recognised.
const HEADER: csv::Header = csv::Header {
    normal,
    refused: |names| {
        let names_none = names.iter().all(|name| Field::of(name).is_none());
        names_none.then_some("the first line names no field of a key inventory")
    },
};

/// Whether the first record names three of the five fields that the policy asks for, and one that only a key has.
fn has_inventory_header(bytes: &[u8]) -> bool {
    let Some(names) = csv::header(bytes, normal) else { return false };
    let fields: Vec<Field> = names.iter().filter_map(|name| Field::of(name)).collect();
    let of_policy = Field::POLICY.iter().filter(|field| fields.contains(field)).count();
    let of_key = |name: &String| name.split('-').any(|word| matches!(word, "key" | "token" | "credential"));
    of_policy >= 3
        && (names.iter().any(of_key)
            || fields.iter().any(|field| matches!(field, Field::LastRotated | Field::Fingerprint)))
}

/// Whether a name (without its extension, and with `-` for `_` and spaces) is that of an inventory of keys.
fn is_inventory_name(name: &str) -> bool {
    const KEYS: [&str; 8] = ["key", "keys", "token", "tokens", "credential", "credentials", "secret", "secrets"];
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem.ends_with(".schema") || stem.ends_with("-schema") {
        return false;
    }
    let mut words = stem.split(['-', '.']).peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied();
        if KEYS.contains(&word) && next == Some("inventory")
            || word.strip_suffix("inventory").is_some_and(|start| KEYS.contains(&start))
        {
            return true;
        }
    }
    let in_inventory = folder.rsplit('/').next() == Some("inventory");
    in_inventory && KEYS.contains(&stem)
}

/// Whether it is an inventory of hosts (Ansible), whose name may be similar.
fn is_host_inventory(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).any(|line| {
        let line = line.strip_prefix(b"\"").unwrap_or(line);
        matches!(line, b"hosts:" | b"children:" | b"hosts\": {" | b"children\": {")
            || [&b"ansible_"[..], b"_meta\"", b"hostvars\""].iter().any(|name| line.starts_with(name))
    })
}

/// Whether one of the [`MARKERS`] stands at the top level.
fn has_marker(format: Format, bytes: &[u8]) -> bool {
    // Every file of these formats is checked, so one search looks for the common ending of all markers.
    static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("inventory"));
    let possible = END.find(bytes).is_some()
        && MARKERS.iter().any(|marker| memchr::memmem::find(bytes, marker.as_bytes()).is_some());
    possible && bytes.len() <= SIZE_LIMIT && {
        let documents = format.parse(bytes).documents;
        documents.iter().flat_map(Node::members).any(|member| MARKERS.contains(&&*member.key.text))
    }
}

/// Reads an inventory. It may be a list of entries or a map of ids to entries, either of them under a name such as
/// `keys`, and may have groups that are named after an environment ([`field::Field`] lists the fields). Anything else
/// in the place of an entry is a problem.
pub fn read(id: SourceId, source: &Source) -> Reading {
    let mut reading = Reading::default();
    let whole = Span::new(0, source.len());
    let Some(format) = Format::of(&source.name) else {
        let message = "is no key inventory: only YAML, JSON, TOML and CSV files can be one";
        reading.problems.push(Problem::parse(Location { source: id, span: whole }, message));
        return reading;
    };
    if source.len() > SIZE_LIMIT {
        let message = format!("is larger than {} MiB and is not read as a key inventory", SIZE_LIMIT >> 20);
        reading.problems.push(Problem::parse(Location { source: id, span: whole }, message));
        // The file is not read, so any byte may belong to a value.
        reading.secrets.push((id, whole));
        return reading;
    }
    let mut tree = format.parse(source.bytes());
    let secrets = secret::Secrets::find(&tree, source.bytes());
    let documents = std::mem::take(&mut tree.documents);
    let found = places::find(&documents, source.len(), &mut tree);
    if found.is_empty() && tree.faults.is_empty() && !documents.iter().any(holds_nothing) {
        tree.fault(whole, "no entry of a key inventory is found in it");
    }
    for (ordinal, place) in found.iter().enumerate() {
        let (fact, place) = entry::read(id, place, ordinal, &secrets);
        reading.facts.inventory.push(fact, place);
    }
    reading.problems.extend(tree.faults.into_iter().map(|fault| {
        let hidden = secrets.overlap(fault.span);
        let message = if hidden { without_quotation(&fault.message) } else { fault.message };
        Problem::parse(Location { source: id, span: fault.span }, message)
    }));
    reading.secrets.extend(secrets.spans().iter().map(|&span| (id, span)));
    reading
}

/// A message without its quotation from the source.
fn without_quotation(message: &str) -> String {
    match (message.find('`'), message.rfind('`')) {
        (Some(start), Some(end)) if start < end => format!("{}`…{}", &message[..start], &message[end..]),
        _ => message.to_owned(),
    }
}

/// Whether a document explicitly has no entries: it is an empty list, or has one under a name.
fn holds_nothing(root: &Node) -> bool {
    let empty = |node: &Node| matches!(&node.value, Value::List(items) if items.is_empty());
    empty(root) || root.members().iter().any(|member| empty(&member.value))
}

#[cfg(test)]
mod tests;
