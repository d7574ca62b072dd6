//! Files that sops has encrypted, in YAML, JSON, dotenv, INI, or as binary: recipients, dates and cipher from the
//! metadata. The plaintext values beside the encrypted ones are read by every other format, as in any file.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::Timestamp;
use keyreeve_facts::{KeyName, Text};
use keyreeve_source::Span;
use keyreeve_syntax::tree;
use keyreeve_syntax::tree::{Kept, Node, Value};
use memchr::memmem::Finder;

use super::age;
use super::found::Found;
use super::hit::{Hit, extension};
use crate::asn1::Malformed;

/// The beginning of every encrypted value. sops has no other cipher.
const VALUE: &[u8] = b"ENC[AES256_GCM,data:";

/// The largest file that is read as a tree.
const SIZE_LIMIT: usize = 64 * 1024 * 1024;

/// The most texts in the metadata of a file.
const FIELD_LIMIT: usize = 10_000;

/// A text of the metadata: the path to it below `sops`, and where it stands.
struct Field {
    path: Vec<String>,
    text: String,
    span: Span,
}

/// Metadata, and the range that they span.
struct Metadata {
    fields: Vec<Field>,
    range: Range<usize>,
}

/// Where the first value stands that sops has encrypted.
pub(super) fn mark(bytes: &[u8]) -> Option<usize> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(VALUE));
    FINDER.find(bytes)
}

/// The file's metadata as one find; none if no value in it is encrypted by sops, or somebody writes about it.
pub(super) fn read(text: &Text<'_>) -> Option<Hit> {
    let bytes = text.bytes();
    let first = mark(bytes)?;
    let is_document = ["yaml", "yml", "json", "env", "ini"].contains(&extension(text.name()));
    let metadata = if bytes.len() > SIZE_LIMIT { Ok(None) } else { metadata(text) };
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(cut) => return Some(Hit::new(cut.range(), Err(Malformed(tree::TOO_MANY)))),
    };
    match metadata {
        Some(metadata) if metadata.fields.iter().any(|field| field.path == ["mac"]) => {
            let range = metadata.range.clone();
            Some(Hit::new(range, found(&metadata)))
        }
        _ if is_document => {
            let reason = Malformed("it has encrypted values, and no sound metadata of sops");
            Some(Hit::new(first..first + VALUE.len(), Err(reason)))
        }
        _ => None,
    }
}

/// The metadata. The error is the part from which on the file is not read.
fn metadata(text: &Text<'_>) -> Result<Option<Metadata>, Span> {
    let bytes = text.bytes();
    let has = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    if has(b"\nsops_") || bytes.starts_with(b"sops_") {
        return Ok(flat(bytes, 0, "sops_"));
    }
    if let Some(section) = memchr::memmem::find(bytes, b"\n[sops]") {
        return Ok(flat(bytes, section + b"\n[sops]".len(), ""));
    }
    let tree = match extension(text.name()) {
        "yaml" | "yml" => text.yaml(Kept::Named),
        _ if bytes.trim_ascii_start().starts_with(b"{") => text.json(Kept::Named),
        "md" | "rst" | "txt" | "adoc" | "html" => return Ok(None),
        _ if has(b"\nsops:") => text.yaml(Kept::Named),
        _ => return Ok(None),
    };
    let metadata = |node: &Node| {
        let mut fields = Vec::new();
        flatten(node, &mut fields);
        Metadata { fields, range: node.span.range() }
    };
    let found = tree.documents.iter().find_map(|root| super::values::get(root, "sops")).map(metadata);
    tree.cut.map_or(Ok(found), Err)
}

/// Every scalar below a node. The depth of a tree is limited, so the paths are short.
fn flatten(root: &Node, fields: &mut Vec<Field>) {
    let mut open = vec![(root, Vec::new())];
    while let Some((node, path)) = open.pop() {
        let below = |name: String| path.iter().cloned().chain([name]).collect::<Vec<_>>();
        match &node.value {
            Value::Scalar(text) => fields.push(Field { path, text: text.to_string(), span: node.span }),
            Value::List(items) => {
                open.extend(items.iter().enumerate().rev().map(|(position, item)| (item, below(position.to_string()))));
            }
            Value::Map(members) => {
                open.extend(members.iter().rev().map(|member| (&member.value, below(member.key.text.to_string()))));
            }
            _ => {}
        }
    }
}

/// Lines of `name=value`, in which `__list_0__map_` stands for the nesting (sops, stores/flatten.go).
fn flat(bytes: &[u8], start: usize, prefix: &str) -> Option<Metadata> {
    let mut fields = Vec::new();
    let (mut at, mut range) = (start, None::<Range<usize>>);
    for line in bytes[start..].split_inclusive(|byte| *byte == b'\n') {
        let (begin, end) = (at, at + line.len());
        at = end;
        let Ok(text) = std::str::from_utf8(line) else { continue };
        if prefix.is_empty() && text.starts_with('[') {
            break;
        }
        let Some((name, value)) = text.split_once('=') else { continue };
        let Some(name) = name.trim().strip_prefix(prefix) else { continue };
        let name = name.replace("__list_", "\0").replace("__map_", "\0");
        let value_start = begin + text.len() - value.len() + (value.len() - value.trim_start().len());
        let value = value.trim();
        let span = Span::new(value_start.min(end), (value_start + value.len()).min(end));
        range = Some(range.map_or(begin..end, |range| range.start..end));
        fields.push(Field { path: name.split('\0').map(str::to_owned).collect(), text: value.to_owned(), span });
    }
    Some(Metadata { fields, range: range? })
}

fn found(metadata: &Metadata) -> Result<Found, Malformed> {
    if metadata.fields.len() > FIELD_LIMIT {
        return Err(Malformed("its metadata are far too long"));
    }
    let mut found = Found::new("sops", "sops file").cipher("aes-256-gcm", 256).authenticated();
    for (position, field) in metadata.fields.iter().enumerate() {
        let path: Vec<&str> = field.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["lastmodified"] => {
                found = match field.text.parse::<Timestamp>() {
                    Ok(time) => found.encrypted_at(time.as_second()).stated("encrypted-at", field.span),
                    Err(_) => found.unknown("encrypted-at", "the time of lastmodified cannot be read"),
                };
            }
            [.., _, "created_at"] => {
                found = match field.text.parse::<Timestamp>() {
                    Ok(time) => found.key_created(time.as_second(), field.span),
                    Err(_) => found.unknown("key-created", "a time of created_at cannot be read"),
                };
            }
            [.., kind, _, name] => found = recipient(found, kind, name, &metadata.fields, position),
            _ => {}
        }
    }
    if found.item.recipients.is_empty() {
        return Err(Malformed("its metadata name no recipient"));
    }
    Ok(found)
}

/// A recipient, if the field is the one that names it (sops, stores/stores.go).
fn recipient(found: Found, kind: &str, name: &str, fields: &[Field], position: usize) -> Found {
    let Field { path, text, span } = &fields[position];
    let beside = |name: &str| {
        let own = |field: &&Field| field.path[..field.path.len() - 1] == path[..path.len() - 1];
        fields
            .iter()
            .filter(|field| !field.path.is_empty())
            .filter(own)
            .find(|field| field.path.last().is_some_and(|last| last == name))
    };
    let other = |name: &str| beside(name).map_or("", |field| field.text.as_str());
    let recipient = match (kind, name) {
        ("age", "recipient") => {
            let key = age::recipient_key(text);
            let found = found.recipient(text.clone(), Some(*span));
            return match key {
                Some(spki) => found.opened_by(KeyName::Sha256(spki)),
                None => found,
            };
        }
        ("pgp", "fp") => format!("PGP 0x{}", text.to_ascii_uppercase()),
        ("kms", "arn") => format!("AWS KMS {text}"),
        ("gcp_kms", "resource_id") => format!("GCP KMS {text}"),
        ("azure_kv", "vault_url" | "vaultUrl") => format!("Azure Key Vault {text}/keys/{}", other("name")),
        ("hc_vault", "vault_address") => {
            format!("Vault transit {text} {}/{}", other("engine_path"), other("key_name"))
        }
        ("hckms", "key_id") => format!("Huawei KMS {text}"),
        _ => return found,
    };
    found.recipient(recipient, Some(*span))
}
