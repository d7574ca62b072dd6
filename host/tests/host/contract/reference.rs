//! docs/contract.md: the reference of the contract, written from wit/. BLESS=1 writes the page anew.
//! It says nothing that wit/ does not say, but for how languages spell its names.

use std::fmt::Write as _;
use std::fs;

use wit_parser::{Docs, Field, Function, TypeDef, TypeDefKind, WorldKey};

use crate::contract::root;
use crate::contract::words::Package;

#[test]
fn the_page_of_the_contract_is_what_wit_says() {
    let (page, path) = (page(&Package::read(&root().join("wit"))), root().join("docs/contract.md"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let stale = fs::read_to_string(&path).unwrap_or_default() != page;
    assert!(!stale, "docs/contract.md is stale: run make doc and commit what it writes");
}

const HEAD: &str = "\
This page is written from the files in `wit/`; what may change in them, and what never, stands in `wit/README.md`.
";

/// In the spelling of the generators: wit-bindgen for Rust and C, componentize-qjs, componentize-py.
const NAMES: &str = r#"
## How languages spell it

One name of each sort; the others follow.

| in wit/ | Rust | JavaScript, TypeScript | Python | C |
|---|---|---|---|---|
| function `tls-endpoints.check` | `tls_endpoints::check` | `tlsEndpoints.check` | `TlsEndpoints.check` | `exports_keyreeve_policy_tls_endpoints_check` |
| record `tls-endpoint` | `TlsEndpoint` | `TlsEndpoint` | `TlsEndpoint` | `exports_keyreeve_policy_tls_endpoints_tls_endpoint_t` |
| field `as-of` | `as_of` | `asOf` | `as_of` | `as_of` |
| case `trust-store` | `Purpose::TrustStore` | `"trust-store"` | `Purpose.TRUST_STORE` | `KEYREEVE_POLICY_TYPES_PURPOSE_TRUST_STORE` |
| case `violation(low)` | `Verdict::Violation(Severity::Low)` | `{ tag: "violation", val: "low" }` | `Verdict_Violation(Severity.LOW)` | `KEYREEVE_POLICY_TYPES_VERDICT_VIOLATION` |
"#;

fn page(package: &Package) -> String {
    let mut page = format!("# The contract\n\n{HEAD}\nPackage: `{}`\n\n{}\n", package.name(), package.docs().trim());
    for (name, interface) in package.interfaces() {
        let _ = write!(page, "\n## Interface {name}\n\n{}\n", paragraph(&interface.docs));
        for (function, is) in &interface.functions {
            page += &function_section(package, function, is);
        }
        for (of_interface, definition) in package.definitions(interface) {
            page += &type_section(package, of_interface, definition);
        }
    }
    page + "\n" + &worlds(package) + NAMES
}

fn paragraph(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}

/// Documentation in a cell of a table.
fn cell(docs: &Docs) -> String {
    paragraph(docs).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// What a field is: its own words, else the first sentence about its type.
fn meaning(package: &Package, field: &Field) -> String {
    let own = cell(&field.docs);
    if !own.is_empty() {
        return own;
    }
    let of_type = package.named(&field.ty).map_or_else(String::new, |definition| cell(&definition.docs));
    of_type.split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
}

fn function_section(package: &Package, name: &str, function: &Function) -> String {
    format!("\n### Function {name}\n\n`{}`\n\n{}\n", package.function(function), paragraph(&function.docs))
}

fn type_section(package: &Package, name: &str, definition: &TypeDef) -> String {
    let kind = match definition.kind.as_str() {
        kind @ ("record" | "enum" | "variant") => kind,
        _ => "type",
    };
    let mut section = format!("\n### {} {name}\n\n", [kind[..1].to_uppercase().as_str(), &kind[1..]].concat());
    let docs = paragraph(&definition.docs);
    if !docs.is_empty() {
        section += &format!("{docs}\n\n");
    }
    let mut row = |cells: &[&str]| section += &format!("| {} |\n", cells.join(" | "));
    match &definition.kind {
        TypeDefKind::Record(record) => {
            row(&["field", "type", "meaning"]);
            row(&["---"; 3]);
            for field in &record.fields {
                row(&[
                    &format!("`{}`", field.name),
                    &format!("`{}`", package.spell(&field.ty)),
                    &meaning(package, field),
                ]);
            }
        }
        TypeDefKind::Enum(cases) if cases.cases.iter().all(|case| case.docs.contents.is_none()) => {
            let cases: Vec<String> = cases.cases.iter().map(|case| format!("`{}`", case.name)).collect();
            section += &format!("{}.\n", cases.join(", "));
        }
        TypeDefKind::Enum(cases) => {
            row(&["case", "meaning"]);
            row(&["---"; 2]);
            for case in &cases.cases {
                row(&[&format!("`{}`", case.name), &cell(&case.docs)]);
            }
        }
        TypeDefKind::Variant(variant) => {
            row(&["case", "with", "meaning"]);
            row(&["---"; 3]);
            for case in &variant.cases {
                let payload = case.ty.as_ref().map_or_else(String::new, |ty| format!("`{}`", package.spell(ty)));
                row(&[&format!("`{}`", case.name), &payload, &cell(&case.docs)]);
            }
        }
        _ => section += &format!("`{}`\n", package.definition(definition)),
    }
    section
}

fn worlds(package: &Package) -> String {
    let mut table =
        String::from("## Worlds\n\nA world says what a component imports and exports: a rule picks one by name.\n\n");
    table += "| world | imports | exports | |\n|---|---|---|---|\n";
    for (name, world) in package.worlds() {
        let keys = |keys: &mut dyn Iterator<Item = &WorldKey>| {
            let names = keys.map(|key| package.key(key)).filter(|name| name != "types");
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let (imports, exports) = (keys(&mut world.imports.keys()), keys(&mut world.exports.keys()));
        let _ = writeln!(table, "| `{name}` | {imports} | {exports} | {} |", cell(&world.docs));
    }
    table
}
