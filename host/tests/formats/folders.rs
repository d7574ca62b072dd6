//! Tests what each format reads from the folders in testdata/formats: each folder is a test. BLESS=1 writes
//! `facts.txt`; blessed files must be read before they are committed. What rules make of the facts is not tested here.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use keyreeve::formats::{self, Detail, FORMATS};
use keyreeve_facts::{Claim, Look, Passwords};
use keyreeve_source::{Source, Sources};

/// The files of a case that are not read.
const ABOUT: [&str; 2] = ["facts.txt", "oracle.txt"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/formats")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(of) else { panic!("{} is missing", of.display()) };
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The files of a case, as a scan of its folder names them.
fn sources(case: &Path) -> Sources {
    let mut list = Vec::new();
    collect(case, case, &mut list);
    list.sort_by(|one: &Source, other| one.name.cmp(&other.name));
    assert!(!list.is_empty(), "{} has no files", case.display());
    Sources::new(list)
}

fn collect(case: &Path, folder: &Path, list: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(case, &path, list);
        } else if folder != case || !ABOUT.contains(&name(&path)) {
            let name = path.strip_prefix(case).unwrap().to_str().unwrap().to_owned();
            list.push(Source::new(name, None, fs::read(&path).unwrap()));
        }
    }
}

/// The folders of all formats, with the id of each.
fn cases() -> Vec<(String, PathBuf)> {
    let formats = folders(&root()).into_iter().filter(|folder| !name(folder).starts_with('_'));
    formats.flat_map(|format| folders(&format).into_iter().map(move |case| (name(&format).to_owned(), case))).collect()
}

fn said(sources: &Sources) -> String {
    keyreeve_facts::lines(&formats::read(sources, Detail::Judged, Passwords::NONE), sources)
}

#[test]
fn every_folder_gives_the_facts_that_it_says() {
    let (bless, mut wrong) = (std::env::var_os("BLESS").is_some(), Vec::new());
    for (_, case) in cases() {
        let (said, path) = (said(&sources(&case)), case.join("facts.txt"));
        if bless {
            fs::write(&path, &said).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if said != expected {
            wrong.push(format!("{}\n--- expected\n{expected}+++ read\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every format has a folder with cases, and every folder is that of a format.
#[test]
fn every_format_has_cases() {
    let ids: BTreeSet<&str> = FORMATS.iter().map(|format| format.row().id).collect();
    let cases = cases();
    let have: BTreeSet<&str> = cases.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(have, ids);
}

/// There is no right reader for a file that two formats claim as certain.
#[test]
fn no_file_is_certain_to_two_formats() {
    for (id, case) in cases() {
        for (_, source) in sources(&case).iter() {
            let look = Look { name: &source.name, bytes: source.bytes() };
            let exclusive = FORMATS.iter().filter(|format| format.row().exclusive);
            let certain: Vec<&str> = exclusive
                .filter(|format| format.claims(&look) == Claim::Certain)
                .map(|format| format.row().id)
                .collect();
            assert!(certain.len() <= 1, "{} of {id} is certain to {certain:?}", source.name);
        }
    }
}

/// Files that look like those of a format, but that no format may claim.
#[test]
fn nobody_claims_what_is_nobodys() {
    let mut all = Vec::new();
    collect(&root().join("_nobody"), &root().join("_nobody"), &mut all);
    assert!(all.len() > 5);
    for source in &all {
        let look = Look { name: &source.name, bytes: source.bytes() };
        let claimed = FORMATS
            .of(&look)
            .into_iter()
            .map(|(index, claim)| (FORMATS.iter().nth(index).map(|format| format.row().id), claim));
        assert_eq!(claimed.collect::<Vec<_>>(), [], "{}", source.name);
    }
}

/// The same meaning in several formats gives the same facts, except for their places and names.
#[test]
fn what_is_the_same_in_several_formats_gives_the_same_facts() {
    let same = root().join("_same");
    for what in folders(&same) {
        let mut by_format = BTreeMap::new();
        for case in folders(&what) {
            let said = said(&sources(&case));
            let facts = said.lines().filter(|line| !line.starts_with("file "));
            let facts: Vec<String> = facts.map(without_places).collect();
            by_format.insert(name(&case).to_owned(), facts);
        }
        let (first, expected) = by_format.first_key_value().unwrap();
        assert!(by_format.len() > 1 && !expected.is_empty(), "{} compares nothing", what.display());
        for (format, facts) in &by_format {
            assert_eq!(facts, expected, "{}: {format} and {first} differ", what.display());
        }
    }
}

/// A line without its place, its label, and where its fields are stated.
fn without_places(line: &str) -> String {
    let kind = line.split(' ').next().unwrap_or_default();
    let fields = line.split(" | ").skip(1).filter(|field| !field.starts_with("stated "));
    [kind].into_iter().chain(fields).collect::<Vec<_>>().join(" | ")
}
