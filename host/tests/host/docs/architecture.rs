//! Tests that docs/architecture.md and the sources agree: what it names exists, all top-level names are in it, and its
//! crates use what it says. Its reasons are not checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown::{quoted, root};

/// The heading of the table of crates.
const CRATES: &str = "| crate | what it knows | uses |";
/// The families of formats, of which none uses another.
const FAMILIES: [&str; 3] = ["material", "servers", "documents"];

fn page() -> String {
    fs::read_to_string(root().join("docs/architecture.md")).unwrap()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<_> =
        entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path)).collect();
    entries.sort();
    entries
}

#[test]
fn every_path_that_is_named_exists() {
    let page = page();
    let paths: Vec<&str> = quoted(&page).into_iter().filter(|quoted| is_path(quoted)).collect();
    assert!(paths.len() > 40, "only {} paths were recognised", paths.len());
    let missing: Vec<&str> = paths.into_iter().filter(|path| !exists(path)).collect();
    assert!(missing.is_empty(), "docs/architecture.md names what is not there: {missing:?}");
}

/// A path of the project: it begins with one of its top-level names, and has no placeholder in it.
fn is_path(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let top = entries(&root()).into_iter().any(|(name, _)| name == first && name != "target");
    top && !text.contains(['<', '*', ' '])
}

fn exists(path: &str) -> bool {
    let at = root().join(path);
    if path.ends_with('/') { at.is_dir() } else { at.exists() }
}

#[test]
fn every_top_level_entry_is_named() {
    let page = page();
    let named: BTreeSet<&str> = quoted(&page).into_iter().map(|text| text.trim_end_matches('/')).collect();
    let entries = entries(&root()).into_iter().map(|(name, _)| name);
    let missing: Vec<String> =
        entries.filter(|name| ![".git", "target"].contains(&name.as_str()) && !named.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/architecture.md does not name {missing:?}");
}

/// The table of crates: each with those that it uses.
fn shown() -> BTreeMap<String, BTreeSet<String>> {
    let page = page();
    let rows = page.lines().skip_while(|line| *line != CRATES).skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        let [_, name, _, uses, _] = cells[..] else { panic!("a row of the table has three cells: {row}") };
        (quoted(name).concat(), quoted(uses).into_iter().map(str::to_owned).collect())
    })
    .collect()
}

/// The manifest of each crate below host/crates.
fn manifests() -> BTreeMap<String, toml::Table> {
    let crates = entries(&root().join("host/crates")).into_iter();
    crates.map(|(name, path)| (name, fs::read_to_string(path.join("Cargo.toml")).unwrap().parse().unwrap())).collect()
}

/// What a manifest says of a crate's dependencies, those that only tests have left out.
fn dependencies(manifest: &toml::Table) -> impl Iterator<Item = (&str, &toml::Value)> {
    let tables = ["dependencies", "build-dependencies"].into_iter().filter_map(|table| manifest.get(table)?.as_table());
    let targets =
        manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(|targets| targets.values());
    let of_targets = targets.filter_map(|target| target.get("dependencies")?.as_table());
    tables.chain(of_targets).flatten().map(|(name, value)| (name.as_str(), value))
}

#[test]
fn crates_use_what_the_table_says_and_nothing_else() {
    let used: BTreeMap<String, BTreeSet<String>> = manifests()
        .iter()
        .map(|(name, manifest)| {
            let uses = dependencies(manifest).filter_map(|(used, _)| used.strip_prefix("keyreeve-"));
            (name.clone(), uses.map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(shown(), used, "left: docs/architecture.md, right: the manifests in host/crates");
    for family in FAMILIES {
        let others: Vec<_> = used[family].iter().filter(|used| FAMILIES.contains(&used.as_str())).collect();
        assert!(others.is_empty(), "{family} uses {others:?}: what both need belongs into facts, syntax or algorithms");
    }
}

/// Whoever works on a format waits for no runtime.
#[test]
fn no_crate_of_formats_compiles_the_runtime() {
    for (name, manifest) in manifests() {
        for (used, value) in dependencies(&manifest) {
            let says = |key: &str| value.get(key).cloned();
            let is_optional = says("optional") == Some(true.into());
            assert!(!used.starts_with("wasmtime") || name == "contract" && is_optional, "{name} depends on {used}");
            assert!(
                used != "keyreeve-contract" || says("features").is_none(),
                "{name} switches on what the sandbox needs"
            );
        }
        let default = manifest.get("features").and_then(|features| features.get("default"));
        assert!(default.is_none(), "{name} switches features on for everybody");
    }
}

#[test]
fn two_commands_open_connections() {
    let host = root().join("host/src");
    let mut asking = BTreeSet::new();
    for file in files(&host).into_iter().filter(|file| !file.starts_with(host.join("registry"))) {
        let text = fs::read_to_string(&file).unwrap();
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let opens = ["reqwest", "tokio::", "TcpStream", "UdpSocket"].into_iter().find(|name| code.contains(name));
        assert_eq!(opens, None, "{}: connections are the affair of host/src/registry", file.display());
        if code.contains("registry::") {
            asking.insert(file.strip_prefix(&host).unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(asking, BTreeSet::from(["cli/rule/pull.rs", "cli/rule/push.rs"].map(str::to_owned)));
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = entries(path).into_iter().filter(|(name, path)| path.is_dir() || name.ends_with(".rs"));
    entries.flat_map(|(_, path)| files(&path)).collect()
}

/// The table `| limit | value | for |` says what the sources say.
#[test]
fn every_limit_is_the_one_in_the_sources() {
    let folders = ["host/src", "host/crates"].map(|folder| files(&root().join(folder)));
    let sources: String = folders.iter().flatten().map(|file| fs::read_to_string(file).unwrap()).collect();
    let page = page();
    let rows = page.lines().skip_while(|line| *line != "| limit | value | for |").skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).map(quoted).collect();
    assert!(rows.len() > 10, "the table of limits is not found");
    for row in rows {
        let [name, value, ..] = row[..] else { panic!("a row names a limit and its value: {row:?}") };
        let declared =
            |line: &str| line.contains(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"));
        assert!(sources.lines().any(declared), "{name} is not {value} in host/src, nor in host/crates");
    }
}
