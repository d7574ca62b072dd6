//! `keyreeve rule pin`: what it prints loads the rule. Not what the policy makes of versions.

use std::fmt::Write as _;
use std::fs;

use crate::kit::{built_in, rule};
use crate::support::{Tree, finish, make};

fn stanza(tree: &Tree, file: &str) -> toml::Table {
    rule(tree, &["pin", file]).ends_with(0).stdout.parse().unwrap()
}

#[test]
fn what_is_pinned_is_loaded_by_its_path_and_digest() {
    let tree = Tree::repository();
    tree.write("keyreeve.toml", "fail-on = \"low\"");
    tree.write("rules/quiet.wasm", make::rule("quiet"));
    let table = stanza(&tree, "rules/quiet.wasm");
    let pinned = table["rules"]["quiet"].as_table().unwrap();
    assert_eq!(pinned.keys().collect::<Vec<_>>(), ["path", "sha256", "version"]);
    assert_eq!((pinned["path"].as_str(), pinned["version"].as_str()), (Some("rules/quiet.wasm"), Some("^1.0.0")));
    let mut policy = String::from("[rules.quiet]\n");
    for key in ["path", "sha256"] {
        writeln!(policy, "{key} = {}", pinned[key]).unwrap();
    }
    tree.write("keyreeve.toml", policy);
    rule(&tree, &["list"]).ends_with(0).says("quiet ");
    fs::write(tree.path.join("rules/quiet.wasm"), make::rule("trap")).unwrap();
    rule(&tree, &["list"]).ends_with(3).complains("has the SHA-256");
}

#[test]
fn the_path_is_relative_to_the_policy_wherever_one_stands() {
    let tree = Tree::repository();
    tree.write("keyreeve.toml", "");
    tree.write("a/rules/quiet.wasm", make::rule("quiet"));
    tree.write("b/c/x", "");
    let path = |folder: &str, file: &str| {
        let mut command = tree.keyreeve(&["rule", "pin", file]);
        let answer = finish(command.current_dir(tree.path.join(folder))).ends_with(0);
        answer.stdout.parse::<toml::Table>().unwrap()["rules"]["quiet"]["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(path(".", "a/rules/quiet.wasm"), "a/rules/quiet.wasm");
    assert_eq!(path("a/rules", "quiet.wasm"), "a/rules/quiet.wasm");
    assert_eq!(path("b/c", "../../a/rules/quiet.wasm"), "a/rules/quiet.wasm");
    fs::rename(tree.path.join("keyreeve.toml"), tree.path.join("b/keyreeve.toml")).unwrap();
    assert_eq!(path("b/c", "../../a/rules/quiet.wasm"), "../a/rules/quiet.wasm");
    fs::remove_file(tree.path.join("b/keyreeve.toml")).unwrap();
    assert_eq!(path("a", "rules/quiet.wasm"), "rules/quiet.wasm", "without a policy, to the folder one is in");
}

#[test]
fn a_stanza_can_be_appended_to_any_file() {
    let tree = Tree::with(&[("keyreeve.toml", "fail-on = \"low\" # no line break at the end")]);
    tree.write("quiet.wasm", make::rule("quiet"));
    let script = format!("'{}' rule pin quiet.wasm >> keyreeve.toml", env!("CARGO_BIN_EXE_keyreeve"));
    finish(tree.command("sh").args(["-c", &script])).ends_with(0);
    let policy: toml::Table = fs::read_to_string(tree.path.join("keyreeve.toml")).unwrap().parse().unwrap();
    assert!(policy["fail-on"].is_str() && policy["rules"]["quiet"].is_table());
}

#[test]
fn a_rule_that_is_there_already_is_said_to_be() {
    let tree = Tree::with(&[("keyreeve.toml", "[rules.quiet.settings]\na = 1\n")]);
    tree.write("quiet.wasm", make::rule("quiet"));
    rule(&tree, &["pin", "quiet.wasm"])
        .ends_with(0)
        .says("[rules.quiet]")
        .complains("has [rules.quiet] already: put these lines in its place");
}

#[test]
fn a_rule_that_would_not_be_loaded_is_not_pinned() {
    let tree = Tree::new();
    tree.write("core.wasm", make::bare("core-module"));
    tree.write("wrong.wasm", make::bare("wrong-types"));
    built_in(&tree, "key-size");
    for (file, reason) in [
        ("core.wasm", "it is a core module"),
        ("wrong.wasm", "its exports do not have the types of contract 1.1.0"),
        ("missing.wasm", "missing.wasm cannot be read"),
        ("key-size.wasm", "calls itself key-size, which is the id of a built-in rule: give it an id of its own"),
    ] {
        let answer = rule(&tree, &["pin", file]).ends_with(2).complains(reason);
        assert_eq!(answer.stdout, "", "nothing is appended to a policy");
    }
}
