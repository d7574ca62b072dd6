//! Tests of keyreeve.lock, the user's store, and vendoring: what was pulled is what runs, even without a network. How
//! it is pulled is tested elsewhere.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use crate::registry::server::Registry;
use crate::registry::{digits, name, names, problem, publish, quiet, quiet_of, quiet_with, state, stored, tree_with};
use crate::support::Tree;

fn lock(tree: &Tree) -> String {
    fs::read_to_string(tree.path.join("keyreeve.lock")).unwrap()
}

#[test]
fn what_was_pulled_runs_without_a_network() {
    let Some(registry) = Registry::open() else { return };
    let address = registry.address("rules/quiet:1.0.0");
    let (tree, component) = (tree_with(&address), quiet());
    publish(&tree, &component, &address).ends_with(0);
    assert!(problem(&tree).contains("was never pulled: run `keyreeve rule pull`"), "{}", problem(&tree));
    assert!(tree.run(&["rule", "list"]).ends_with(3).stdout.contains("not pulled"));

    tree.run(&["rule", "pull"]).ends_with(0).complains("pulled quiet 1.0.0 from oci://");
    let text = lock(&tree);
    for part in [
        &format!("reference = \"oci://{address}\""),
        &digits(&component),
        "version = \"1.0.0\"",
        "manifest = \"sha256:",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let folder = tree.home.join("cache/keyreeve/components");
    assert_eq!(stored(&tree), [format!("{}.wasm", digits(&component))]);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);

    let port = registry.port;
    drop(registry);
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
    tree.run(&["rule", "list"]).ends_with(0).says(&format!("oci://{address}"));
    fs::remove_dir_all(&folder).unwrap();
    let said = problem(&tree);
    assert!(said.contains(&format!("oci://{address} is not on this machine: run `keyreeve rule pull`")), "{said}");
    assert!(listener.accept().is_err(), "to check opens no connection");
}

#[test]
fn a_second_pull_changes_nothing() {
    let Some(registry) = Registry::open() else { return };
    let tree = tree_with(&registry.address("quiet:1"));
    publish(&tree, &quiet(), &registry.address("quiet:1")).ends_with(0);
    tree.run(&["rule", "pull", "--locked"]).ends_with(2).complains("quiet is not in it; run `keyreeve rule pull`");
    assert!(!tree.path.join("keyreeve.lock").exists() && stored(&tree).is_empty());
    tree.run(&["rule", "pull"]).ends_with(0);
    let before = crate::support::listing(&tree.path);
    tree.run(&["rule", "pull"]).ends_with(0).complains("unchanged quiet 1.0.0");
    tree.run(&["rule", "pull", "--locked"]).ends_with(0);
    assert_eq!(crate::support::listing(&tree.path), before);
    tree.write("keyreeve.toml", "");
    tree.run(&["rule", "pull", "--locked"]).ends_with(2).complains("quiet is no longer in keyreeve.toml");
    tree.run(&["rule", "pull"]).ends_with(0).complains("names no rule in a registry");
    assert!(!lock(&tree).contains("quiet"));
}

#[test]
fn a_tag_that_was_moved_changes_nothing_unseen() {
    let Some(registry) = Registry::open() else { return };
    let address = registry.address("quiet:1");
    let (tree, first, second) = (tree_with(&address), quiet(), quiet_of("1.1.0"));
    publish(&tree, &first, &address).ends_with(0);
    tree.run(&["rule", "pull"]).ends_with(0);
    let before = lock(&tree);
    publish(&tree, &second, &address).ends_with(0);
    assert_eq!(state(&tree), ("ran".to_owned(), 0), "what was locked still runs");
    tree.run(&["rule", "pull", "--locked"])
        .ends_with(2)
        .complains("stands for another component (version 1.1.0, was 1.0.0)");
    assert_eq!(lock(&tree), before);
    name(&tree, &address, &format!("sha256 = \"{}\"\n", digits(&first)));
    let answer = tree.run(&["rule", "pull"]).ends_with(2);
    answer.complains(&format!("has the SHA-256 {}, and keyreeve.toml names {}", digits(&second), digits(&first)));
    assert_eq!((lock(&tree), stored(&tree).len()), (before, 1));
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
    name(&tree, &address, "");
    tree.run(&["rule", "pull"]).ends_with(0).complains("pulled quiet 1.1.0");
    assert!(lock(&tree).contains(&digits(&second)) && stored(&tree).len() == 2);
    // For another address, the content of the lock file does not count.
    name(&tree, &registry.address("quiet:2"), "");
    assert!(problem(&tree).contains("was never pulled"));
}

#[test]
fn a_repository_can_hold_its_rules_itself() {
    let Some(registry) = Registry::open() else { return };
    let address = registry.address("quiet:1");
    let (tree, component) = (tree_with(&address), quiet());
    publish(&tree, &component, &address).ends_with(0);
    tree.run(&["rule", "pull", "--vendor"]).ends_with(0);
    let vendored = tree.path.join(".keyreeve/rules");
    assert_eq!(names(&vendored), [format!("{}.wasm", digits(&component))]);
    fs::remove_dir_all(tree.home.join("cache")).unwrap();
    publish(&tree, &quiet_with(9), &address).ends_with(0);
    drop(registry);
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
    fs::write(vendored.join(format!("{}.wasm", digits(&component))), quiet_with(9)).unwrap();
    let said = problem(&tree);
    assert!(said.contains("was changed or damaged: remove that file, and run `keyreeve rule pull`"), "{said}");
}

#[test]
fn what_is_no_longer_needed_is_no_longer_vendored() {
    let Some(registry) = Registry::open() else { return };
    let (one, two) = (registry.address("quiet:1"), registry.address("quiet:2"));
    let tree = tree_with(&one);
    publish(&tree, &quiet(), &one).ends_with(0);
    publish(&tree, &quiet_of("2.0.0"), &two).ends_with(0);
    tree.run(&["rule", "pull", "--vendor"]).ends_with(0);
    tree.write(".keyreeve/rules/notes.txt", "ours");
    name(&tree, &two, "");
    tree.run(&["rule", "pull", "--vendor"]).ends_with(0);
    let expected = [format!("{}.wasm", digits(&quiet_of("2.0.0"))), "notes.txt".to_owned()];
    assert_eq!(names(&tree.path.join(".keyreeve/rules")), expected);
}

#[test]
fn a_stored_component_that_was_damaged_never_runs() {
    let Some(registry) = Registry::open() else { return };
    let tree = tree_with(&registry.address("quiet:1"));
    publish(&tree, &quiet(), &registry.address("quiet:1")).ends_with(0);
    tree.run(&["rule", "pull"]).ends_with(0);
    let file = tree.home.join("cache/keyreeve/components").join(format!("{}.wasm", digits(&quiet())));
    for damage in [quiet_with(1), Vec::new()] {
        fs::write(&file, damage).unwrap();
        assert!(problem(&tree).contains("was changed or damaged"), "{}", problem(&tree));
    }
    tree.run(&["rule", "pull"]).ends_with(0);
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
}

#[test]
fn what_is_staged_counts_for_the_lock_file_too() {
    let Some(registry) = Registry::open() else { return };
    let tree = Tree::repository();
    name(&tree, &registry.address("quiet:1"), "");
    publish(&tree, &quiet(), &registry.address("quiet:1")).ends_with(0);
    tree.run(&["rule", "pull"]).ends_with(0);
    tree.git(&["add", "--all"]);
    tree.write("keyreeve.lock", "version = 9\n");
    tree.check(&["--staged"]).ends_with(0);
    tree.check(&[])
        .ends_with(2)
        .complains("keyreeve.lock has the shape 9, and this keyreeve reads 1: upgrade keyreeve");
}

#[test]
fn a_rule_that_is_switched_off_is_not_asked_for() {
    let tree = tree_with("127.0.0.1:1/quiet:1");
    name(&tree, "127.0.0.1:1/quiet:1", "enabled = false\n");
    tree.check(&[]).ends_with(0);
}

#[test]
fn of_several_rules_all_are_kept_or_none() {
    let Some(registry) = Registry::open() else { return };
    let (tree, address) = (Tree::new(), registry.address("quiet:1"));
    publish(&tree, &quiet(), &address).ends_with(0);
    let missing = registry.address("missing:1");
    tree.write(
        "keyreeve.toml",
        format!("[rules.quiet]\npath = 'oci://{address}'\n[rules.x]\npath = 'oci://{missing}'\n"),
    );
    tree.run(&["rule", "pull", "--vendor"]).ends_with(2).complains(&format!("[rules.x] oci://{missing}: "));
    assert_eq!((names(&tree.path), stored(&tree)), (vec!["keyreeve.toml".to_owned()], Vec::new()));
}
