//! `keyreeve rule bench`: what it prints can be held against what a rule takes. Not how fast that should be.

use crate::kit::{built_in, rule};
use crate::support::{Tree, make};

/// The fuel in a row of the table.
fn fuel(table: &str, row: &str) -> Vec<u64> {
    let rows = table.lines().filter(|line| line.trim_start().starts_with(row));
    rows.map(|line| line.split_whitespace().last().unwrap().replace(',', "").parse().unwrap()).collect()
}

#[test]
fn each_kind_that_a_rule_examines_is_measured() {
    let tree = Tree::new();
    built_in(&tree, "key-size");
    let answer = rule(&tree, &["bench", "key-size.wasm", "--facts", "50"]).ends_with(0);
    let table = &answer.stdout;
    assert!(table.contains("\ncertificates ") && table.contains("\nkeys "), "{table}");
    let (empty, full, each) =
        (fuel(table, "a call without facts"), fuel(table, "a call with 50"), fuel(table, "each fact"));
    let added: Vec<u64> = full.iter().zip(&empty).map(|(full, empty)| (full - empty) / 50).collect();
    assert_eq!(added, each, "{table}");
    assert!(each.len() == 2 && each.iter().all(|&fuel| fuel > 100), "{table}");
    assert_eq!(fuel(table, "at most"), [600_000_000; 2]);
    let inspected = rule(&tree, &["inspect", "key-size.wasm", "--json"]).json();
    assert_eq!(inspected["fuel"][0]["empty"], empty[0], "both count the same");
}

#[test]
fn a_rule_is_compiled_once_and_that_is_said() {
    let tree = Tree::new();
    tree.write("quiet.wasm", make::rule("quiet"));
    let bench = || tree.run(&["rule", "bench", "quiet.wasm", "--facts", "1"]).ends_with(0);
    bench().says(": compiled now, and kept in the cache for the next run\n");
    bench().says(": its native code was in the cache\n");
    std::fs::remove_dir_all(tree.home.join("cache/keyreeve")).unwrap();
    std::fs::write(tree.home.join("cache/keyreeve"), "").unwrap();
    bench().says(": compiled now, and there is no cache to keep it in\n");
}

#[test]
fn a_call_has_as_many_facts_as_a_scan_hands_over() {
    let tree = Tree::new();
    tree.write("quiet.wasm", make::rule("quiet"));
    for facts in ["0", "1025", "1.5", "many"] {
        rule(&tree, &["bench", "quiet.wasm", "--facts", facts]).ends_with(2).complains("--facts");
    }
    built_in(&tree, "tls-version");
    rule(&tree, &["bench", "tls-version.wasm"]).ends_with(0).says("  a call with 1024 ");
}

#[test]
fn a_rule_that_fails_cannot_be_measured() {
    let tree = Tree::new();
    tree.write("panic.wasm", make::rule("panic"));
    rule(&tree, &["bench", "panic.wasm", "--facts", "2"]).ends_with(2).complains("it panicked: the list was not empty");
    rule(&tree, &["bench", "missing.wasm"]).ends_with(2).complains("missing.wasm cannot be read");
}
