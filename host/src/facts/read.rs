//! Reads all sources in every format that they are, in parallel, and assembles what spans several files.
//! Not a format itself, and not a judgement of which sources to read: [`matters`] only passes over what no format knows.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::password::Passwords;
use super::{Reading, encrypted, inventory, material, nginx};
use crate::problem::{Problem, Subject};
use crate::source::{Source, SourceId, Sources, Span};

/// How much of the facts is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What rules judge.
    Judged,
    /// Also what only people look at: subject, issuer, serial number, digests.
    Everything,
}

/// What all sources hold, and how many were read in each format.
#[derive(Debug, Default)]
pub struct Facts {
    /// Facts, problems, secrets.
    pub reading: Reading,
    /// Sources by format; one can be of several.
    pub formats: BTreeMap<&'static str, usize>,
}

/// Whether a source can hold a fact at all: asked of every file of a tree, so it is cheap.
pub fn matters(name: &str, bytes: &[u8]) -> bool {
    material::may_hold(bytes)
        || nginx::recognises(name, bytes)
        || inventory::recognises(name, bytes)
        || encrypted::recognises(name, bytes)
}

/// Reads all sources. What one of the passwords opens is read, too.
pub fn read(sources: &Sources, detail: Detail, passwords: &Passwords) -> Facts {
    let list: Vec<(SourceId, &Source)> = sources.iter().collect();
    let parts: Vec<Part> = if list.len() > 1 {
        list.par_iter().map(|(id, source)| Part::of(*id, source, detail, passwords)).collect()
    } else {
        list.iter().map(|(id, source)| Part::of(*id, source, detail, passwords)).collect()
    };
    let mut facts = Facts::default();
    let mut configurations = Vec::new();
    for part in parts {
        let formats =
            [("key material", part.material), ("key inventory", part.inventory), ("encrypted data", part.encrypted)];
        for (format, read) in formats {
            if let Some(reading) = read {
                facts.count(format);
                facts.reading.append(reading);
            }
        }
        if let Some(parsed) = part.nginx {
            facts.count("nginx");
            configurations.push(parsed);
        }
    }
    facts.reading.append(nginx::assemble(&configurations, sources));
    facts
}

impl Facts {
    fn count(&mut self, format: &'static str) {
        *self.formats.entry(format).or_default() += 1;
    }
}

/// One source in each format that it is.
struct Part {
    material: Option<Reading>,
    inventory: Option<Reading>,
    encrypted: Option<Reading>,
    nginx: Option<nginx::Parsed>,
}

impl Part {
    fn of(id: SourceId, source: &Source, detail: Detail, passwords: &Passwords) -> Self {
        let (name, bytes) = (source.name.as_str(), source.bytes());
        // What is recognised of encrypted data has been read by then.
        let encrypted = Some(encrypted::read(id, source)).filter(|reading| !reading.is_empty());
        let file = material::File::of(bytes);
        let read_material = || {
            let told = encrypted.iter().flat_map(|reading| &reading.problems).filter_map(span).collect();
            material::read_file(id, &file, passwords, detail == Detail::Everything, told)
        };
        Self {
            material: file.may_hold().then(read_material),
            inventory: inventory::recognises(name, bytes).then(|| inventory::read(id, source)),
            nginx: nginx::recognises(name, bytes).then(|| nginx::parse(id, source)),
            encrypted,
        }
    }
}

fn span(problem: &Problem) -> Option<Span> {
    match &problem.subject {
        Subject::Place(location) => Some(location.span),
        Subject::Path(_) | Subject::Rule(_) => None,
    }
}
