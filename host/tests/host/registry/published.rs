//! What is published is what others read: the registry's own content by curl, and everything that is not published.

use serde_json::Value;

use crate::registry::server::Registry;
use crate::registry::{digits, publish, quiet, quiet_with, state};
use crate::support::{Tree, make};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

#[test]
fn a_published_rule_is_an_artifact_that_other_programs_read() {
    let Some(registry) = Registry::open() else { return };
    let (tree, component) = (Tree::new(), quiet());
    let answer = publish(&tree, &component, &registry.address("rules/quiet:1.0.0")).ends_with(0);
    let bytes = registry.curl("rules/quiet/manifests/1.0.0", MANIFEST);
    let manifest: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(manifest["mediaType"], MANIFEST);
    assert_eq!(manifest["annotations"]["org.opencontainers.image.title"], "quiet");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.0.0");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let layer = &manifest["layers"][0];
    assert_eq!(layer["mediaType"], "application/wasm");
    let blob = |descriptor: &Value| {
        registry.curl(&format!("rules/quiet/blobs/{}", descriptor["digest"].as_str().unwrap()), "*/*")
    };
    assert_eq!(blob(layer), component);
    let config: Value = serde_json::from_slice(&blob(&manifest["config"])).unwrap();
    assert_eq!((&config["architecture"], &config["layerDigests"][0]), (&Value::from("wasm"), &layer["digest"]));
    let exports = config["component"]["exports"].as_array().unwrap();
    assert!(exports.contains(&Value::from("keyreeve:policy/rule@1.1.0")), "{exports:?}");
    let answer = answer.complains(&format!("which is sha256:{}", digits(&bytes)));
    assert!(answer.stdout.contains(&format!("sha256 = \"{}\"", digits(&component))), "{}", answer.stdout);
    let again = publish(&tree, &component, &registry.address("rules/quiet:1.0.0")).ends_with(0);
    assert_eq!(again, answer, "the same file gives the same digest");
}

#[test]
fn the_stanza_that_is_printed_is_all_that_a_policy_needs() {
    let Some(registry) = Registry::open() else { return };
    let tree = Tree::new();
    let stanza = publish(&tree, &quiet(), &registry.address("quiet:1")).ends_with(0).stdout;
    tree.write("keyreeve.toml", stanza);
    tree.run(&["rule", "pull"]).ends_with(0).complains("pulled quiet 1.0.0 from oci://127.0.0.1:");
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
    let stanza = tree.run(&["rule", "pull", &registry.address("quiet:1"), "-o", "own.wasm"]).ends_with(0).stdout;
    assert_eq!(std::fs::read(tree.path.join("own.wasm")).unwrap(), quiet());
    tree.write("keyreeve.toml", stanza);
    drop(registry);
    assert_eq!(state(&tree), ("ran".to_owned(), 0));
}

#[test]
fn a_rule_of_many_megabytes_comes_back_as_it_was() {
    let Some(registry) = Registry::open() else { return };
    let (tree, component) = (Tree::new(), quiet_with(20 << 20));
    publish(&tree, &component, &registry.address("large:1")).ends_with(0);
    tree.run(&["rule", "pull", &registry.address("large:1"), "-o", "large.wasm"]).ends_with(0);
    assert!(std::fs::read(tree.path.join("large.wasm")).unwrap() == component);
}

#[test]
fn what_would_be_refused_is_not_published() {
    let Some(registry) = Registry::open() else { return };
    let (tree, address) = (Tree::new(), registry.address("rules/bad:1"));
    publish(&tree, b"text", &address).ends_with(2).complains("it is not WebAssembly");
    publish(&tree, &make::bare("wasi-import"), &address).ends_with(2).complains("it imports wasi:clocks");
    publish(&tree, &make::rule("bad-id"), &address).ends_with(2).complains("its id is");
    publish(&tree, &make::rule("taken-id"), &address).ends_with(2).complains("key-size is the id of a built-in rule");
    let digest = registry.address(&format!("rules/bad@sha256:{}", "0".repeat(64)));
    publish(&tree, &quiet(), &digest).ends_with(2).complains("a rule is published under a tag");
    tree.run(&["rule", "push", "missing.wasm", &address]).ends_with(2).complains("missing.wasm cannot be read");
    let list: Value = serde_json::from_slice(&registry.curl("_catalog", "*/*")).unwrap();
    assert_eq!(list["repositories"], Value::Array(Vec::new()));
}

#[test]
fn a_file_is_not_written_through_a_link_or_over_a_folder() {
    let Some(registry) = Registry::open() else { return };
    let (tree, address) = (Tree::new(), registry.address("quiet:1"));
    publish(&tree, &quiet(), &address).ends_with(0);
    std::fs::create_dir(tree.path.join("folder")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", tree.path.join("link")).unwrap();
    tree.run(&["rule", "pull", &address, "-o", "folder"]).ends_with(2).complains("is a folder");
    tree.run(&["rule", "pull", &address, "-o", "link"]).ends_with(2).complains("is a link");
    tree.run(&["rule", "pull", &address, "-o", "no/x.wasm"]).ends_with(2).complains("make the folder no first");
}
