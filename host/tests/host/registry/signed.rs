//! Tests that signatures, made by the minisign program, are published and pulled with their rules. Whether a signature
//! is right is tested with hostile rules.

use std::process::Command;

use keyreeve_oracles::has;

use crate::registry::server::Registry;
use crate::registry::{name, names, problem, publish, quiet, state, stored};
use crate::support::{Tree, finish};

#[test]
fn a_signature_is_published_and_pulled_with_its_rule() {
    let Some(registry) = Registry::open() else { return };
    let (tree, address) = (Tree::new(), registry.address("quiet:1"));
    // Not in the tree, where keyreeve would find it.
    let secret = tree.home.join("key").display().to_string();
    if !has("minisign") {
        return;
    }
    finish(tree.command("minisign").args(["-G", "-W", "-p", "key.pub", "-s", &secret])).ends_with(0);
    let key = std::fs::read_to_string(tree.path.join("key.pub")).unwrap().lines().nth(1).unwrap().to_owned();
    let demand = format!("signed-by = \"town\"\n\n[trust]\ntown = \"{key}\"\n");
    publish(&tree, &quiet(), &address).ends_with(0);
    name(&tree, &address, &demand);
    tree.run(&["rule", "pull"]).ends_with(2).complains("was published without a signature").complains("by town");

    tree.write("quiet.wasm", quiet());
    let sign = |folder: &Tree| {
        let mut command: Command = folder.command("minisign");
        assert!(command.args(["-S", "-s", &secret, "-m", "quiet.wasm"]).output().unwrap().status.success());
    };
    sign(&tree);
    tree.run(&["rule", "push", "quiet.wasm", &address]).ends_with(0);
    tree.run(&["rule", "pull", "--vendor"]).ends_with(0);
    assert_eq!(stored(&tree).len(), 2);
    assert_eq!(names(&tree.path.join(".keyreeve/rules")).len(), 2);
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
    tree.run(&["rule", "pull", &address, "-o", "copy.wasm"]).ends_with(0);
    let read = |name: &str| std::fs::read(tree.path.join(name)).unwrap();
    assert_eq!(read("copy.wasm.minisig"), read("quiet.wasm.minisig"));

    // Of other bytes.
    tree.write("quiet.wasm", crate::registry::quiet_with(3));
    sign(&tree);
    tree.write("quiet.wasm", quiet());
    tree.run(&["rule", "push", "quiet.wasm", &address]).ends_with(0);
    tree.run(&["rule", "pull"]).ends_with(2).complains("is not a signature of these bytes by town");
    for signature in names(&tree.path.join(".keyreeve/rules")).iter().filter(|name| name.ends_with(".minisig")) {
        tree.write(&format!(".keyreeve/rules/{signature}"), "none");
    }
    assert!(problem(&tree).contains("is not a minisign signature"), "{}", problem(&tree));
}
