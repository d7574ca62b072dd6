//! Key inventories: lists of keys and access tokens in YAML, JSON, TOML or CSV, in which each entry becomes a fact.
//! Ansible's inventories of hosts are not meant, and what an entry lacks is judged by rules.

mod date;
mod entry;
mod field;
mod places;
mod secret;

use std::cell::OnceCell;
use std::sync::LazyLock;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Look, Out, Reading, Row, Text};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Span};
use keyreeve_syntax::csv;
use keyreeve_syntax::tree::{Kept, Node, Tree, Value};
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

    /// The tree of a text: of a table one of its own, since only an inventory knows its columns.
    fn tree<'t>(self, text: &'t Text<'_>, of_table: &'t OnceCell<Tree>) -> &'t Tree {
        match self {
            Self::Yaml => text.yaml(Kept::All),
            Self::Json => text.json(Kept::All),
            Self::Toml => text.toml(),
            Self::Csv => of_table.get_or_init(|| csv::parse(text.bytes(), &HEADER)),
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
        templates: false,
        beginnings: &[],
    };

    type Part = ();

    fn claims(look: &Look<'_>) -> Claim {
        if recognises(look.name, look.bytes) { Claim::Certain } else { Claim::No }
    }

    fn read(text: &Text<'_>, out: &mut Out<'_>) -> Option<()> {
        out.reading = read(text)?;
        Some(())
    }
}

/// Whether a file may be a key inventory: by its name (`key-inventory.yaml`, `prod-keys-inventory.csv`, `inventory/keys.toml`,
/// `token_inventory.json`), by a `key-inventory`, `key_inventory` or `keyreeve-inventory` that may stand at the top level, or by the
/// header of a CSV file with three of the five fields that the policy asks for, one of which can only be of a key. YAML, JSON, TOML
/// and CSV files only.
pub fn recognises(name: &str, bytes: &[u8]) -> bool {
    let Some(format) = Format::of(name) else { return false };
    if is_inventory_name(name) {
        return !is_host_inventory(bytes);
    }
    match format {
        Format::Csv => has_inventory_header(bytes),
        _ => may_have_marker(format, bytes),
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

/// Whether one of the [`MARKERS`] may stand at the top level: of YAML and TOML at the start of a line, of JSON somewhere.
fn may_have_marker(format: Format, bytes: &[u8]) -> bool {
    // One search for what all of them end in, since every file of these formats is asked.
    static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("inventory"));
    let stands = |marker: &[u8]| {
        memchr::memmem::find_iter(bytes, marker).any(|at| {
            let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
            format == Format::Json || bytes[line..at].iter().all(|byte| !byte.is_ascii_alphanumeric())
        })
    };
    bytes.len() <= SIZE_LIMIT && END.find(bytes).is_some() && MARKERS.iter().any(|marker| stands(marker.as_bytes()))
}

/// Whether one of the [`MARKERS`] stands at the top level.
fn has_marker(documents: &[Node]) -> bool {
    documents.iter().flat_map(Node::members).any(|member| MARKERS.contains(&&*member.key.text))
}

/// Reads an inventory; `None` if it turns out to be none. A list of entries, a map of ids and entries, either of them under a name such
/// as `keys`, and groups named after an environment are understood (see [`field::Field`] for the fields). What is no entry is a problem.
pub fn read(text: &Text<'_>) -> Option<Reading> {
    let (id, source) = (text.id, text.source);
    let mut reading = Reading::default();
    let whole = Span::new(0, source.len());
    let Some(format) = Format::of(&source.name) else {
        let message = "is no key inventory: only YAML, JSON, TOML and CSV files can be one";
        reading.problems.push(Problem::parse(Location { source: id, span: whole }, message));
        return Some(reading);
    };
    if source.len() > SIZE_LIMIT {
        let message = format!("is larger than {} MiB and is not read as a key inventory", SIZE_LIMIT >> 20);
        reading.problems.push(Problem::parse(Location { source: id, span: whole }, message));
        // The file is not read, so any byte may belong to a value.
        reading.secrets.push((id, whole));
        return Some(reading);
    }
    let of_table = OnceCell::new();
    let tree = format.tree(text, &of_table);
    if format != Format::Csv && !is_inventory_name(&source.name) && !has_marker(&tree.documents) {
        return None;
    }
    let secrets = secret::Secrets::find(tree, source.bytes());
    let mut faults = tree.faults.clone();
    let found = places::find(&tree.documents, source.len(), &mut faults);
    if found.is_empty() && faults.is_empty() && !tree.documents.iter().any(holds_nothing) {
        faults.add(whole, "no entry of a key inventory is found in it");
    }
    for (ordinal, place) in found.iter().enumerate() {
        let (fact, place) = entry::read(id, place, ordinal, &secrets);
        reading.facts.inventory.push(fact, place);
    }
    reading.problems.extend(faults.into_iter().map(|fault| {
        let hidden = secrets.overlap(fault.span);
        let message = if hidden { without_quotation(&fault.message) } else { fault.message };
        Problem::parse(Location { source: id, span: fault.span }, message)
    }));
    reading.secrets.extend(secrets.spans().iter().map(|&span| (id, span)));
    Some(reading)
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
