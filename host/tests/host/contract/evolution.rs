//! Compares wit/ with the contracts that were frozen: everything in them still exists unchanged, so that a rule that
//! was compiled once keeps running. wit/README.md states these rules for people; here they are checked.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use keyreeve::rules::component::CONTRACT;

use crate::contract::root;
use crate::contract::words::Package;

/// What a rule for `old` would miss in `new`, or find changed: one sentence each.
fn breaking(old: &Package, new: &Package) -> Vec<String> {
    let mut changes = Vec::new();
    let (was, is) = (old.name(), new.name());
    let major = |name: &wit_parser::PackageName| name.version.as_ref().map(|version| version.major);
    if (&was.namespace, &was.name, major(was)) != (&is.namespace, &is.name, major(is)) {
        changes.push(format!("{was} became {is}"));
    }
    let items = new.items();
    for (item, was) in old.items() {
        match items.get(&item) {
            None => changes.push(format!("{item} is gone")),
            Some(is) if *is != was => changes.push(format!("{item} was `{was}` and is `{is}`")),
            Some(_) => {}
        }
    }
    // What the host calls must be there in rules that were compiled before.
    let exported: BTreeSet<String> =
        old.worlds().flat_map(|(_, world)| world.exports.keys()).map(|key| old.key(key)).collect();
    for item in items.keys().filter(|item| !old.items().contains_key(*item)) {
        let interface = item.strip_prefix("function ").and_then(|name| name.split('.').next());
        if interface.is_some_and(|interface| exported.contains(interface)) {
            changes.push(format!("{item} is new in an interface that rules export: those that exist do not have it"));
        }
    }
    changes
}

/// The folders of contracts that were frozen, by their version.
fn frozen() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root().join("testdata/contract")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty(), "no contract is frozen");
    folders
}

#[test]
fn wit_breaks_no_contract_that_was_frozen() {
    let now = Package::read(&root().join("wit"));
    for folder in frozen() {
        let changes = breaking(&Package::read(&folder), &now);
        assert!(changes.is_empty(), "wit/ breaks {}: {changes:#?}\nsee wit/README.md", folder.display());
    }
}

#[test]
fn what_is_new_in_wit_has_a_version_of_its_own() {
    let now = Package::read(&root().join("wit"));
    for folder in frozen() {
        let then = Package::read(&folder);
        let version = |package: &Package| package.name().version.clone().unwrap();
        let (was, is) = (version(&then), version(&now));
        assert!(is >= was, "wit/ is of {is}, and {was} was frozen");
        let same_minor = (was.major, was.minor) == (is.major, is.minor);
        assert!(!same_minor || then.items() == now.items(), "wit/ has more than {was}: raise its minor version");
    }
}

#[test]
fn the_host_speaks_the_contract_in_wit() {
    let package = Package::read(&root().join("wit"));
    assert_eq!(package.name().version.as_ref(), Some(&CONTRACT));
}

/// The frozen files in one text, as WIT allows a package to be written.
fn text() -> String {
    let folder = root().join("testdata/contract/1.0");
    let file = |name: &str| {
        let text = fs::read_to_string(folder.join(name).with_extension("wit")).unwrap();
        text.replace("package keyreeve:policy@1.0.0;", "")
    };
    // The documentation of the package belongs to the statement that is added here.
    let types = file("types");
    let types = types.split_once("/// Types that all kinds of fact share.").unwrap().1;
    format!("package keyreeve:policy@1.0.0;\n{types}{}{}", file("facts"), file("worlds"))
}

/// The changes that `breaking` sees where `from` becomes `to` in the frozen contract.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = text();
    assert_eq!(text.matches(from).count(), 1, "{from:?} is there once");
    breaking(&Package::parse(&text), &Package::parse(&text.replace(from, to)))
}

#[test]
fn an_addition_breaks_nothing() {
    assert!(breaking(&Package::read(&root().join("testdata/contract/1.0")), &Package::parse(&text())).is_empty());
    for (from, to) in [
        ("/// One certificate.", "/// One certificate, in other words."),
        ("interface diagnostics {", "interface secrets { record secret { name: string } }\ninterface diagnostics {"),
        ("world keys-rule {", "world secrets-rule { import diagnostics; export rule; }\nworld keys-rule {"),
        ("panic: func(message: string);", "panic: func(message: string);\nnote: func(message: string);"),
        (
            "/// The date that the facts",
            "/// A date.\n        // no documentation\n        /// The date that the facts",
        ),
        (
            "    /// One answer to one fact.",
            "    record further { attributes: attributes }\n    /// One answer to one fact.",
        ),
        ("use types.{attributes, severity};", "use types.{attributes, part, severity};"),
        ("package keyreeve:policy@1.0.0;", "package keyreeve:policy@1.7.3;"),
    ] {
        assert_eq!(changed(from, to), Vec::<String>::new(), "{to}");
    }
}

#[test]
fn whatever_a_rule_relies_on_is_missed() {
    for (from, to, missed) in [
        (
            "package keyreeve:policy@1.0.0;",
            "package keyreeve:policy@2.0.0;",
            "keyreeve:policy@1.0.0 became keyreeve:policy@2.0.0",
        ),
        (
            "package keyreeve:policy@1.0.0;",
            "package other:policy@1.0.0;",
            "keyreeve:policy@1.0.0 became other:policy@1.0.0",
        ),
        ("panic: func(message: string);", "", "function diagnostics.panic is gone"),
        (
            "panic: func(message: string);",
            "panic: func(text: string);",
            "function diagnostics.panic was `func(message: string)`",
        ),
        (
            "describe: func() -> info;",
            "describe: func() -> info;\nrename: func() -> info;",
            "function rule.rename is new in an interface",
        ),
        ("        self-issued: bool,\n", "", "type certificates.certificate was"),
        (
            "        self-issued: bool,",
            "        self-issued: bool,\n        serial: string,",
            "type certificates.certificate was",
        ),
        ("        self-issued: bool,", "        self-issued: option<bool>,", "type certificates.certificate was"),
        ("        not-before: timestamp,", "        not-before: u64,", "type certificates.certificate was"),
        ("type timestamp = s64;", "type timestamp = u64;", "type types.timestamp was `s64` and is `u64`"),
        (
            "enum side { server, client }",
            "enum side { client, server }",
            "type tls-endpoints.side was `enum { server, client }`",
        ),
        ("enum side { server, client }", "enum side { server, client, both }", "type tls-endpoints.side was"),
        ("days(u32)", "days(u64)", "type rule.value was"),
        ("        undetermined,\n    }", "        undetermined,\n        passed,\n    }", "type types.verdict was"),
        ("world keys-rule {\n    import diagnostics;\n", "world keys-rule {\n", "world keys-rule was"),
        (
            "world inventory-rule {\n    import diagnostics;",
            "world inventory-rule {\n    import diagnostics;\n    import other: func();",
            "world inventory-rule was",
        ),
        ("world tls-endpoints-rule {", "world endpoints-rule {", "world tls-endpoints-rule is gone"),
    ] {
        let changes = changed(from, to);
        assert!(changes.iter().any(|change| change.starts_with(missed)), "{from:?} to {to:?}: {changes:#?}");
    }
}

#[test]
fn a_type_under_another_name_and_an_interface_that_went_are_missed() {
    let (was, text) = (Package::parse(&text()), text());
    let renamed =
        text.replace("record encryption {", "record sealing {").replace("option<encryption>", "option<sealing>");
    let changes = breaking(&was, &Package::parse(&renamed));
    assert_eq!(changes[0], "type keys.encryption is gone");
    assert!(changes[1].starts_with("type keys.key was"), "{changes:#?}");
    let (start, end) = (
        text.find("/// Entries of a key inventory.").unwrap(),
        text.find("/// A rule that examines TLS endpoints.").unwrap(),
    );
    let without = format!("{}{}", &text[..start], &text[end..]).replace("    export inventory;\n", "");
    let changes = breaking(&was, &Package::parse(&without));
    for missed in
        ["function inventory.check is gone", "interface inventory is gone", "type inventory.inventory-entry is gone"]
    {
        assert!(changes.iter().any(|change| change == missed), "{missed}: {changes:#?}");
    }
}
