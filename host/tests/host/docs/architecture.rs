//! docs/architecture.md and the sources agree: what it names is there, what is there is named, and modules use only what its table
//! allows. Not a check of its reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown::{quoted, root};

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

/// Top-level entries that git tracks, the folders in them (of rules only the kit: adding a rule edits no shared file), and
/// every module of the host to the second level.
#[test]
fn everything_that_is_there_is_named() {
    let page = page();
    // `testdata/cases/<rule>/` names testdata/cases.
    let plain = |text: &str| text.split("/<").next().unwrap_or_default().trim_end_matches('/').to_owned();
    let named: BTreeSet<String> = quoted(&page).into_iter().map(plain).collect();
    let mut missing = Vec::new();
    for (name, path) in entries(&root()) {
        let untracked = [".git", "target"].contains(&name.as_str());
        if !untracked && !named.contains(name.as_str()) {
            missing.push(name.clone());
        }
        if path.is_dir() && !untracked && !name.starts_with('.') {
            let is_rule = |inner: &str| name == "plugins" && inner != "sdk";
            let folders = entries(&path).into_iter().filter(|(inner, path)| path.is_dir() && !is_rule(inner));
            missing.extend(
                folders.map(|(inner, _)| format!("{name}/{inner}")).filter(|path| !named.contains(path.as_str())),
            );
        }
    }
    for (module, path) in entries(&root().join("host/src")) {
        let whole = format!("host/src/{module}");
        if path.is_file() {
            missing.extend((!named.contains(whole.as_str())).then_some(whole));
            continue;
        }
        let line = page.lines().find(|line| line.starts_with(&format!("| `{whole}/`")));
        let inner: BTreeSet<&str> = line.map(quoted).into_iter().flatten().collect();
        let modules: BTreeSet<String> =
            entries(&path).into_iter().map(|(name, _)| name.split('.').next().unwrap().to_owned()).collect();
        let unnamed = modules.iter().filter(|name| *name != "mod" && !inner.contains(name.as_str()));
        missing.extend(unnamed.map(|name| format!("{whole}/{name}, on the line of {whole}/")));
    }
    assert!(missing.is_empty(), "docs/architecture.md does not name {missing:#?}");
}

/// The table `| module | may use |`, as modules with what they may use.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let page = page();
    let rows = page.lines().skip_while(|line| *line != "| module | may use |").skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let mut names = quoted(row).into_iter().map(str::to_owned);
        (names.next().unwrap(), names.collect())
    })
    .collect()
}

#[test]
fn modules_use_only_what_the_table_allows_and_the_table_allows_no_more() {
    let (allowed, mut used) = (allowed(), BTreeMap::<String, BTreeSet<String>>::new());
    let modules = entries(&root().join("host/src")).into_iter();
    let modules: BTreeMap<String, PathBuf> = modules
        .map(|(name, path)| (name.trim_end_matches(".rs").to_owned(), path))
        .filter(|(module, _)| !["lib", "main"].contains(&module.as_str()))
        .collect();
    for (module, path) in &modules {
        let uses = files(path).into_iter().flat_map(|file| used_by(&file, module));
        // What is no module stands in lib.rs itself, for all.
        let uses = uses.filter(|used| modules.contains_key(used.split("::").next().unwrap_or(used)));
        used.insert(module.clone(), uses.collect());
    }
    for (module, uses) in &used {
        let row = allowed.get(module).unwrap_or_else(|| panic!("the table has no row for {module}"));
        let beyond: Vec<_> = uses.iter().filter(|&used| !covers(row, used)).collect();
        assert!(beyond.is_empty(), "{module} may not use {beyond:?}: see the table in docs/architecture.md");
        let unused: Vec<_> =
            row.iter().filter(|&may| !uses.iter().any(|used| covers(&BTreeSet::from([may.clone()]), used))).collect();
        assert!(unused.is_empty(), "{module} does not use {unused:?}, which the table allows");
    }
    assert_eq!(allowed.keys().collect::<Vec<_>>(), used.keys().collect::<Vec<_>>(), "rows and modules");
}

/// A row with `rules::contract` allows that alone, one with `rules` all of it.
fn covers(row: &BTreeSet<String>, used: &str) -> bool {
    row.contains(used) || used.split_once("::").is_some_and(|(module, _)| row.contains(module))
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    // What only tests are made of may use anything.
    let is_test = |name: &str| {
        let stem = name.trim_end_matches(".rs");
        ["tests", "fixtures", "sample", "hostile", "oracle"].contains(&stem) || stem.ends_with("_tests")
    };
    let entries =
        entries(path).into_iter().filter(|(name, path)| !is_test(name) && (path.is_dir() || name.ends_with(".rs")));
    entries.flat_map(|(_, path)| files(&path)).collect()
}

/// What a file names of other modules of the crate: `source`, and of `rules` also which part, since its contract is used everywhere.
fn used_by(file: &Path, module: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let root = if module == "cli" { "keyreeve::" } else { "crate::" };
    let word = |text: &str| text.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap().to_owned();
    let mut uses = BTreeSet::new();
    for rest in code.split(root).skip(1) {
        let name = word(rest);
        assert!(!name.is_empty(), "{} groups modules of the crate in one use: {rest:.40}", file.display());
        let inner = rest[name.len()..].strip_prefix("::").map(word).filter(|inner| !inner.is_empty());
        match inner {
            _ if name == module => {}
            Some(inner) if name == "rules" => drop(uses.insert(format!("rules::{inner}"))),
            _ => drop(uses.insert(name)),
        }
    }
    uses
}

/// The table `| limit | value | for |` says what the sources say.
#[test]
fn every_limit_is_the_one_in_the_sources() {
    let sources: String =
        files(&root().join("host/src")).iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let page = page();
    let rows = page.lines().skip_while(|line| *line != "| limit | value | for |").skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).map(quoted).collect();
    assert!(rows.len() > 10, "the table of limits is not found");
    for row in rows {
        let [name, value, ..] = row[..] else { panic!("a row names a limit and its value: {row:?}") };
        let declared =
            |line: &str| line.contains(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"));
        assert!(sources.lines().any(declared), "{name} is not {value} in host/src");
    }
}
