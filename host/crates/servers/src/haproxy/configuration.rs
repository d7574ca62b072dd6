//! Decides which files form one configuration, and makes the facts of each. Not the facts themselves.
//!
//! HAProxy reads the files that it is started with (`-f`), and for a folder the files in it whose names end in `.cfg`,
//! in the order of their names, as if they were one file; there is no include. The files do not say how HAProxy is
//! started, so these are the assumptions:
//!
//! - The files of one folder are one configuration, in the order of their names, if exactly one of them has a `global`
//!   section. A file before that one may have been named after it by `-f`, so what it takes from that section is
//!   unknown.
//! - A folder in which no file has a `global` section belongs to the folder above it, if that is a configuration:
//!   `haproxy.cfg` and `conf.d/`.
//! - If several files have one, each of them is a configuration by itself.
//! - A file with HAProxy's own name, `haproxy.cfg`, is a whole configuration even without that section. Any other file
//!   is a fragment, and what it takes from elsewhere is unknown.

use std::collections::BTreeMap;
use std::rc::Rc;

use keyreeve_facts::Reading;
use keyreeve_source::budget::Budget;
use keyreeve_source::{Location, Sources};

use crate::endpoint::Collector;
use crate::ledger::Ledger;

use super::crt_list::Lists;
use super::file::File;
use super::parse::Parsed;
use super::proxy::Walk;
use super::tls::Reader;

/// Why the settings that a fragment takes from elsewhere are unknown.
const ALONE: &str = "no file beside this one has a global section, so what it takes from one is not known";

/// Files that are read as one.
#[derive(Default)]
struct Configuration<'a> {
    files: Vec<File<'a>>,
    is_fragment: bool,
}

/// Makes the facts of all HAProxy configurations of a scan. The budget pays for the work; where it runs out, that is a
/// problem and the remaining facts are missing.
pub fn assemble(parsed: &[Parsed], sources: &Sources, budget: &Budget) -> Reading {
    let ledger = Ledger::new(budget);
    for parsed in parsed {
        for (span, message) in &parsed.faults {
            ledger.fault(Location { source: parsed.source, span: *span }, *message);
        }
    }
    let (mut reader, mut out) = (Reader::new(&ledger), Collector::new(&ledger));
    let lists = Lists::new(sources);
    for configuration in configurations(parsed, sources) {
        walk(&configuration, &lists, &mut reader, &mut out);
    }
    let facts = out.finish();
    Reading { facts, problems: ledger.into_problems().into_iter().collect(), secrets: Vec::new() }
}

fn walk<'a, 'l>(
    configuration: &Configuration<'a>,
    lists: &Lists<'a>,
    reader: &mut Reader<'l>,
    out: &mut Collector<'l>,
) {
    let files = &configuration.files;
    let mut walk = Walk::new(reader, out, lists);
    if configuration.is_fragment {
        walk = walk.nothing_is_known(&Rc::from(ALONE));
    } else if let Some(global) = files.iter().position(|file| file.parsed.has_global()).filter(|at| *at > 0) {
        walk = walk.perhaps_after(files[global]);
    }
    files.iter().for_each(|file| walk.look_for_verify(*file));
    for file in files {
        if file.parsed.has_global() {
            walk.global_is_read();
        }
        // Once the budget is spent, no further file is read.
        if walk.file(*file).is_err() {
            return;
        }
    }
}

/// The files of one folder: those with a `global` section, and the others.
#[derive(Default)]
struct Folder<'a> {
    with_global: Vec<File<'a>>,
    without: Vec<File<'a>>,
}

fn configurations<'a>(parsed: &'a [Parsed], sources: &'a Sources) -> Vec<Configuration<'a>> {
    let mut folders: BTreeMap<&str, Folder<'a>> = BTreeMap::new();
    for parsed in parsed {
        let source = &sources[parsed.source];
        let file = File { parsed, name: &source.name, bytes: source.bytes() };
        let folder = folders.entry(folder(file.name)).or_default();
        if parsed.has_global() { folder.with_global.push(file) } else { folder.without.push(file) }
    }
    let is_one = |name: &str| folders.get(name).is_some_and(|folder| folder.with_global.len() == 1);
    let mut whole: BTreeMap<&str, Configuration<'a>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (name, Folder { with_global, without }) in &folders {
        if is_one(name) {
            whole.entry(name).or_default().files.extend(with_global.iter().chain(without));
            continue;
        }
        let single = |file: &File<'a>, is_fragment| Configuration { files: vec![*file], is_fragment };
        alone.extend(with_global.iter().map(|file| single(file, false)));
        let above = folder(name.strip_suffix('/').unwrap_or(name));
        if with_global.is_empty() && !name.is_empty() && is_one(above) {
            whole.entry(above).or_default().files.extend(without);
        } else {
            alone.extend(without.iter().map(|file| single(file, !is_whole(file.name))));
        }
    }
    whole.values_mut().for_each(|configuration| configuration.files.sort_by_key(|file| order(file.name)));
    whole.into_values().chain(alone).collect()
}

/// Sorts files of a folder before those in its subfolders, and then by name.
fn order(name: &str) -> (usize, &str) {
    (name.matches('/').count(), name)
}

/// The folder of a file or folder, with its last `/`.
fn folder(name: &str) -> &str {
    &name[..name.rfind('/').map_or(0, |at| at + 1)]
}

/// Whether the name of a file says that it is the whole configuration.
fn is_whole(name: &str) -> bool {
    name[folder(name).len()..].starts_with("haproxy")
}
