//! Tests of rules in registries: `keyreeve rule pull` and `push` with Debian's docker-registry, and with servers that
//! do everything wrong. Judging files is only tested in that it needs no network.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod chapter;
mod faulty;
mod locked;
mod published;
mod refused;
mod server;
mod signed;
mod slow;
mod told;

use std::path::Path;

use keyreeve_source::digest::{hex, sha256};

use crate::support::{Answer, Tree, make};

/// The component of a rule that finds nothing, called `quiet`.
pub(crate) fn quiet() -> Vec<u8> {
    make::rule("quiet")
}

/// The same rule in other bytes: with a custom section of this size at its end.
pub(crate) fn quiet_with(size: usize) -> Vec<u8> {
    let mut component = quiet();
    component.push(0);
    let mut length = size + 2;
    while length >= 128 {
        component.push((length % 128) as u8 | 128);
        length /= 128;
    }
    component.extend([length as u8, 1, b'x']);
    component.extend(std::iter::repeat_n(7, size));
    component
}

/// Another version of it.
pub(crate) fn quiet_of(version: &str) -> Vec<u8> {
    assert_eq!(version.len(), 5);
    make::encode(&make::expand(&make::text("quiet"), "quiet").replace("\"1.0.0\"", &format!("\"{version}\"")))
}

pub(crate) fn digits(component: &[u8]) -> String {
    hex(&sha256(component))
}

/// A tree with one small key to judge, and a policy with the rule at this address.
pub(crate) fn tree_with(address: &str) -> Tree {
    let tree = Tree::new();
    name(&tree, address, "");
    tree
}

/// Writes the policy.
pub(crate) fn name(tree: &Tree, address: &str, more: &str) {
    tree.write("keyreeve.toml", format!("[rules.quiet]\npath = \"oci://{address}\"\n{more}"));
}

/// What the report says became of the rule, and the exit code.
pub(crate) fn state(tree: &Tree) -> (String, i32) {
    let answer = tree.check(&["--format", "json"]);
    let report = answer.json();
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "quiet").unwrap();
    (rule["state"].as_str().unwrap().to_owned(), answer.code)
}

/// The problem that `check` has with the rule.
pub(crate) fn problem(tree: &Tree) -> String {
    let report = tree.check(&["--format", "json"]).ends_with(3).json();
    report["problems"][0]["message"].as_str().unwrap().to_owned()
}

/// Names of the files in the user's store.
pub(crate) fn stored(tree: &Tree) -> Vec<String> {
    names(&tree.home.join("cache/keyreeve/components"))
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Publishes a component under an address.
pub(crate) fn publish(tree: &Tree, component: &[u8], address: &str) -> Answer {
    tree.write("published.wasm", component);
    let answer = tree.run(&["rule", "push", "published.wasm", address]);
    std::fs::remove_file(tree.path.join("published.wasm")).unwrap();
    answer
}
