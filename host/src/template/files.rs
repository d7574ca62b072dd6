//! The files of the templates, embedded in the program. What is done with them is decided elsewhere.

use super::Language;

/// Path in the rule's folder, and text.
type Embedded = (&'static str, &'static str);

macro_rules! embed {
    ($folder:literal: $($name:literal)+) => {
        &[$( ($name, include_str!(concat!("../../", $folder, $name))) ),+]
    };
}

const RUST: &[Embedded] = embed!("templates/rust/": ".gitignore" "Cargo.lock" "Cargo.toml" "README.md" "src/lib.rs");
const JAVASCRIPT: &[Embedded] = embed!("templates/javascript/": ".gitignore" "README.md" "package.json" "rule.js");
const TYPESCRIPT: &[Embedded] =
    embed!("templates/typescript/": ".gitignore" "README.md" "contract.d.ts" "package.json" "rule.ts" "tsconfig.json");
const PYTHON: &[Embedded] = embed!("templates/python/": ".gitignore" "README.md" "app.py" "requirements.txt");
const C: &[Embedded] = embed!("templates/c/": ".gitignore" "README.md" "rule.c"
    "bindings/component_type.c" "bindings/tls_endpoints_rule.c" "bindings/tls_endpoints_rule.h"
    "libc/libc.c" "libc/stdlib.h" "libc/string.h");
const CASES: &[Embedded] = embed!("templates/": "cases/as-of"
    "cases/fail-a-foreign-name/expected.json" "cases/fail-a-foreign-name/nginx.conf"
    "cases/pass-a-name-of-ours/expected.json" "cases/pass-a-name-of-ours/nginx.conf"
    "cases/undetermined-no-name/expected.json" "cases/undetermined-no-name/nginx.conf");
const CONTRACT: &[Embedded] = embed!("../": "wit/facts.wit" "wit/types.wit" "wit/worlds.wit");
const KIT: &[Embedded] = embed!("../plugins/sdk/": "Cargo.toml" "derive/Cargo.toml" "derive/src/field.rs" "derive/src/kinds.rs"
    "derive/src/lib.rs"
    "src/bindings.rs" "src/date.rs" "src/fact.rs" "src/findings.rs" "src/guest.rs" "src/iana/group.rs" "src/iana/mod.rs"
    "src/iana/registry.rs" "src/iana/suite.rs" "src/iana/tests.rs" "src/lib.rs" "src/rule.rs" "src/sample.rs"
    "src/settings.rs");

/// The kit's folder in the folder of a rule in Rust.
const KIT_FOLDER: &str = "keyreeve-rule/";

/// The rule and its cases, which the author changes.
pub(super) fn of(language: Language) -> impl Iterator<Item = Embedded> {
    let rule = match language {
        Language::Rust => RUST,
        Language::Javascript => JAVASCRIPT,
        Language::Typescript => TYPESCRIPT,
        Language::Python => PYTHON,
        Language::C => C,
    };
    rule.iter().chain(CASES).copied()
}

/// Files that a rule is built with and that the author does not change: the contract, and for Rust the kit around it.
pub(super) fn along(language: Language) -> impl Iterator<Item = (String, String)> {
    let (folder, kit) = if language == Language::Rust { (KIT_FOLDER, KIT) } else { ("", &[][..]) };
    let kit = kit.iter().map(|(path, text)| match path.ends_with("Cargo.toml") {
        true => (*path, standing_alone(text)),
        // In a standalone rule the contract stands in the kit's own folder.
        false => (*path, text.replace("\"../../wit\"", "\"wit\"")),
    });
    let contract = CONTRACT.iter().map(|(path, text)| (*path, (*text).to_owned()));
    kit.chain(contract).map(move |(path, text)| (format!("{folder}{path}"), text))
}

/// A manifest of the workspace, changed so that it works without the workspace.
fn standing_alone(manifest: &str) -> String {
    let line = |line: &str| match line {
        "version.workspace = true" => Some(format!("version = \"{}\"\n", env!("CARGO_PKG_VERSION"))),
        "license.workspace = true" => Some(format!("license = \"{}\"\n", env!("CARGO_PKG_LICENSE"))),
        "rust-version.workspace = true" => Some(format!("rust-version = \"{}\"\n", env!("CARGO_PKG_RUST_VERSION"))),
        "edition.workspace = true" => Some("edition = \"2024\"\n".to_owned()),
        "publish.workspace = true" => Some("publish = false\n".to_owned()),
        "[lints]" | "workspace = true" => None,
        line => Some(format!("{line}\n")),
    };
    manifest.lines().filter_map(line).collect()
}
