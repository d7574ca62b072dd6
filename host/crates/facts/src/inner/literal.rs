//! Texts that stand inside another one as they are: in values of YAML and JSON, and in here-documents. What is encoded is found
//! elsewhere.

use aho_corasick::AhoCorasick;
use keyreeve_syntax::tree::{Kept, Member, Node, Value};

use super::found::{Inner, Map, Reached};
use super::places::scalar_map;
use crate::Text;

/// How files are called in which here-documents stand.
const SCRIPTS: [&str; 2] = ["Dockerfile", "Containerfile"];
/// A shorter text inside another is no configuration.
const SHORTEST: usize = 12;

/// What a text is that others stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    Yaml,
    Json,
    Script,
}

impl Carrier {
    /// By its name, of YAML and JSON also by how it begins.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let extension = file.rsplit_once('.').map(|(_, extension)| extension);
        match extension {
            Some("yaml" | "yml") => Some(Self::Yaml),
            Some("tf" | "hcl" | "sh" | "bash" | "tfvars" | "nomad" | "dockerfile") => Some(Self::Script),
            Some("json") => Some(Self::Json),
            _ if SCRIPTS.iter().any(|script| file.starts_with(script)) || bytes.starts_with(b"#!") => {
                Some(Self::Script)
            }
            _ if bytes.starts_with(b"#cloud-config") => Some(Self::Yaml),
            _ if bytes.first() == Some(&b'{') => Some(Self::Json),
            _ => None,
        }
    }
}

/// The texts inside a text that have one of the marks.
pub(super) fn texts(marks: &AhoCorasick, carrier: Carrier, text: &Text<'_>) -> Vec<Inner> {
    match carrier {
        Carrier::Yaml => in_trees(marks, text.bytes(), &text.yaml(Kept::All).documents),
        Carrier::Json => in_trees(marks, text.bytes(), &text.json(Kept::All).documents),
        Carrier::Script => in_scripts(marks, text.bytes()),
    }
}

fn in_trees(marks: &AhoCorasick, bytes: &[u8], roots: &[Node]) -> Vec<Inner> {
    let mut found = Vec::new();
    let mut open: Vec<(&Node, &str)> = roots.iter().map(|root| (root, "")).collect();
    while let Some((node, name)) = open.pop() {
        match &node.value {
            Value::Scalar(scalar) if scalar.len() >= SHORTEST && marks.is_match(scalar.as_bytes()) => {
                let map = scalar_map(bytes, node.span, scalar);
                found.push(Inner {
                    name: name.to_owned(),
                    bytes: scalar.as_bytes().to_vec(),
                    map,
                    how: Reached::Literally,
                });
            }
            Value::List(items) => open.extend(items.iter().rev().map(|item| (item, name))),
            Value::Map(members) => {
                let path = path_beside(members);
                open.extend(members.iter().rev().map(|member| (&member.value, path.unwrap_or(&member.key.text))));
            }
            _ => {}
        }
    }
    found
}

/// Here-documents of shells and of HCL: `<<EOF`, `<<-'EOF'`, `<<~EOT`, to a line of that word alone.
fn in_scripts(marks: &AhoCorasick, bytes: &[u8]) -> Vec<Inner> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(here) = memchr::memmem::find(&bytes[at..], b"<<").map(|offset| at + offset) {
        at = here + 2;
        let line_start = memchr::memrchr(b'\n', &bytes[..here]).map_or(0, |position| position + 1);
        let Some(line_end) = memchr::memchr(b'\n', &bytes[here..]).map(|offset| here + offset) else { break };
        let rest = bytes[here + 2..line_end].trim_ascii_start();
        let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"~")).unwrap_or(rest).trim_ascii_start();
        let quotes = |byte: &u8| matches!(byte, b'\'' | b'"' | b'\\');
        let rest = &rest[rest.iter().take_while(|byte| quotes(byte)).count()..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let word = &rest[..length];
        if word.is_empty() || word[0].is_ascii_digit() {
            continue;
        }
        let Some(end) = line_of(bytes, line_end + 1, word) else { continue };
        let body = line_end + 1..end;
        if marks.is_match(&bytes[body.clone()]) {
            let name = path_in(&bytes[line_start..line_end]);
            found.push(Inner {
                name,
                bytes: bytes[body.clone()].to_vec(),
                map: Map::Shifted(body.start as u32),
                how: Reached::Literally,
            });
        }
        at = end;
    }
    found
}

/// The path that members beside each other state for the one that is the content.
fn path_beside(members: &[Member]) -> Option<&str> {
    const NAMES: [&str; 6] = ["path", "dest", "destination", "target", "filename", "file"];
    members.iter().find(|member| NAMES.contains(&&*member.key.text)).and_then(|member| match &member.value.value {
        Value::Scalar(path) if !path.contains('\n') => Some(&**path),
        _ => None,
    })
}

/// The last word of a line that is a path.
fn path_in(line: &[u8]) -> String {
    let mut words = line.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'\'' | b'"' | b'>' | b'='));
    let path = words.rfind(|word| word.starts_with(b"/") || word.contains(&b'.'));
    String::from_utf8_lossy(path.unwrap_or_default()).into_owned()
}

/// Where the line begins that has this word alone, from an offset on.
fn line_of(bytes: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        let length = memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
        if bytes[at..at + length].trim_ascii() == word {
            return Some(at);
        }
        at += length + 1;
    }
    None
}
