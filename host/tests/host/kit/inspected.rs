//! The page and the JSON of `keyreeve rule inspect`. Not the advice for each kind of fault: see `refused`.

use std::fs;

use serde_json::json;

use crate::kit::{built_in, rule};
use crate::support::{Tree, finish, make};

#[test]
fn a_rule_that_is_right_is_shown_with_all_that_it_says_of_itself() {
    let tree = Tree::new();
    built_in(&tree, "key-size");
    let page = rule(&tree, &["inspect", "key-size.wasm"]).ends_with(0);
    let explained = tree.run(&["explain", "key-size"]).ends_with(0).stdout;
    let why = explained.split("Why\n\n").nth(1).unwrap().split('\n').next().unwrap();
    for text in [
        "key-size 0.1.0",
        "1.1.0 (this keyreeve speaks 1.1.0)",
        "keyreeve:policy/diagnostics@1.1.0",
        "keyreeve:policy/certificates@1.1.0",
        "S5 (keys are generated securely)",
        "rsa-minimum = 2048: ",
        "keys.public",
        why,
    ] {
        assert!(page.stdout.contains(text), "{text:?} is not in {}", page.stdout);
    }
    assert!(page.stdout.ends_with("\nit would be loaded\n"));
    assert_eq!(rule(&tree, &["inspect", "key-size.wasm"]), page, "fuel is the same in every run");
}

#[test]
fn size_and_digest_are_those_of_other_programs() {
    let tree = Tree::new();
    let path = built_in(&tree, "tls-version");
    let shown = rule(&tree, &["inspect", "tls-version.wasm", "--json"]).ends_with(0).json();
    let sum = finish(tree.command("sha256sum").arg(&path)).stdout;
    assert_eq!(shown["sha256"].as_str().unwrap(), sum.split(' ').next().unwrap());
    let size = finish(tree.command("wc").arg("-c").arg(&path)).stdout;
    assert_eq!(shown["size"].to_string(), size.split(' ').next().unwrap());
    assert_eq!(shown["examines"], json!(["tls-endpoints"]));
    assert_eq!(shown["info"]["id"], "tls-version");
    assert_eq!(shown["info"]["reads"][0], "tls-endpoints.versions");
    assert_eq!((&shown["contract"], &shown["form"]), (&json!("1.1.0"), &json!("component")));
    let fuel = &shown["fuel"][0];
    assert!(fuel["empty"].as_u64().unwrap() < fuel["typical"].as_u64().unwrap(), "{fuel}");
    assert_eq!(shown["trouble"], json!(null));
}

#[test]
fn what_is_refused_ends_with_1_and_shows_what_can_be_shown() {
    let tree = Tree::new();
    tree.write("wasi.wasm", make::bare("wasi-import"));
    rule(&tree, &["inspect", "wasi.wasm"])
        .ends_with(1)
        .says("imports      wasi:clocks/monotonic-clock@0.2.0\n")
        .says("\nit would be refused: wasi.wasm is not a rule that can be loaded: it imports wasi:clocks")
        .says("\nwhat to do: build it without WASI");
    let shown = rule(&tree, &["inspect", "wasi.wasm", "--json"]).ends_with(1).json();
    assert_eq!(shown["imports"], json!(["wasi:clocks/monotonic-clock@0.2.0"]));
    assert_eq!((&shown["info"], &shown["trouble"]["refused"]), (&json!(null), &json!(true)));
}

#[test]
fn a_core_module_is_told_how_it_becomes_a_component() {
    let tree = Tree::new();
    tree.write("core.wasm", make::bare("core-module"));
    rule(&tree, &["inspect", "core.wasm"])
        .ends_with(1)
        .says("form         core module\n")
        .says("what to do: `keyreeve rule component` makes a component of a core module\n");
}

#[test]
fn a_file_cut_short_anywhere_is_inspected_all_the_same() {
    let tree = Tree::new();
    let whole = fs::read(built_in(&tree, "tls-version")).unwrap();
    for end in [0, 3, 8, whole.len() / 3, whole.len() - 1] {
        tree.write("cut.wasm", &whole[..end]);
        rule(&tree, &["inspect", "cut.wasm"]).ends_with(1).says("SHA-256 ").says("\nwhat to do: ");
    }
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let tree = Tree::new();
    let path = tree.write("large.wasm", b"\0asm");
    fs::File::options().write(true).open(path).unwrap().set_len(200 << 20).unwrap();
    rule(&tree, &["inspect", "large.wasm"])
        .ends_with(1)
        .says("size         209,715,200 bytes\n")
        .says("it is longer than 67108864 bytes\n")
        .says("what to do: leave out what the rule does not need");
}

#[test]
fn without_a_file_there_is_nothing_to_inspect() {
    let tree = Tree::with(&[("folder/a", "")]);
    rule(&tree, &["inspect", "missing.wasm"]).ends_with(2).complains("missing.wasm cannot be read");
    rule(&tree, &["inspect", "folder"]).ends_with(2).complains("folder is not a regular file");
    assert!(finish(tree.command("mkfifo").arg("pipe")).stderr.is_empty());
    rule(&tree, &["inspect", "pipe"]).ends_with(2).complains("pipe is not a regular file");
}

#[test]
fn what_a_component_calls_its_exports_controls_no_terminal_and_looks_like_no_verdict() {
    let tree = Tree::new();
    let text = r#"(component (instance) (export "a\1b[2J\0d\0ait would be loaded\e2\80\ae" (instance 0)))"#;
    tree.write("names.wasm", wat::parse_str(text).unwrap());
    for format in [&["inspect", "names.wasm"][..], &["inspect", "names.wasm", "--json"]] {
        let shown = rule(&tree, format).ends_with(1).stdout;
        assert!(shown.contains("[2J"), "{shown:?}");
        assert!(!shown.contains(['\u{1b}', '\r', '\u{202e}']), "{shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with("it would be loaded")), "{shown}");
    }
}

#[test]
fn the_help_teaches() {
    for command in ["inspect", "pin", "test", "bench"] {
        rule(&Tree::new(), &[command, "--help"])
            .ends_with(0)
            .says("Example")
            .says(&format!("keyreeve rule {command} "));
    }
}
