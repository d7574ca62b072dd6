//! The types for TypeScript say what the contract does: the file is written from wit/. BLESS=1 writes it anew. Not the
//! tools that hand these shapes over, which the other tests run.

use std::collections::BTreeSet;
use std::fs;

use wit_parser::{Case, Resolve, Type, TypeDef, TypeDefKind};

use crate::contract::root;
use crate::contract::words::Package;

const HEAD: &str = "\
// The contract in wit/ as types, in the shapes that componentize-qjs hands over. The manual is in wit/: this has the names alone.
// Written by a test of keyreeve from wit/.
";

/// The two interfaces with functions, which TypeScript names as it likes.
const FUNCTIONS: &str = "
export interface Rule {
  describe(): Info;
  configure(settings: [string, Value][]): void;
}

export interface Judge<Fact> {
  check(scan: Scan, facts: Fact[]): Finding[];
}
";

#[test]
fn the_types_for_typescript_are_those_of_the_contract() {
    let package = Package::read(&root().join("wit"));
    let mut written = HEAD.to_owned();
    for (_, interface) in package.interfaces() {
        for (name, definition) in package.definitions(interface) {
            written += &declaration(&package.resolve, name, definition);
        }
    }
    written += FUNCTIONS;
    let path = root().join("host/templates/typescript/contract.d.ts");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text == written, "{} is stale: run this test with BLESS=1", path.display());
}

/// The functions of the contract are those that [`FUNCTIONS`] has.
#[test]
fn the_contract_has_the_functions_that_typescript_knows() {
    let package = Package::read(&root().join("wit"));
    let mut functions = BTreeSet::new();
    for (_, interface) in package.interfaces() {
        for function in interface.functions.values() {
            let parameters: Vec<String> = function
                .params
                .iter()
                .map(|parameter| {
                    format!("{}: {}", camel(&parameter.name, false), written(&package.resolve, &parameter.ty))
                })
                .collect();
            functions.insert(format!("{}({})", function.name, parameters.join(", ")));
        }
    }
    let judged: Vec<_> = functions.iter().filter(|function| function.starts_with("check(")).cloned().collect();
    assert!(judged.iter().all(|check| check.starts_with("check(scan: Scan, facts: ") && check.ends_with("[])")));
    functions.retain(|function| !function.starts_with("check("));
    let others = ["configure(settings: [string, Value][])", "describe()", "panic(message: string)"];
    assert_eq!(functions, others.map(str::to_owned).into());
}

/// What a type of the contract is in TypeScript.
fn declaration(resolve: &Resolve, name: &str, definition: &TypeDef) -> String {
    let name = camel(name, true);
    match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields: String = fields
                .map(|field| format!("  {}: {};\n", camel(&field.name, false), written(resolve, &field.ty)))
                .collect();
            format!("\nexport interface {name} {{\n{fields}}}\n")
        }
        TypeDefKind::Enum(cases) => {
            let cases: Vec<String> = cases.cases.iter().map(|case| format!("{:?}", case.name)).collect();
            format!("\nexport type {name} = {};\n", cases.join(" | "))
        }
        TypeDefKind::Variant(variant) => {
            let case = |case: &Case| match &case.ty {
                Some(of) => format!("{{ tag: {:?}; val: {} }}", case.name, written(resolve, of)),
                None => format!("{{ tag: {:?} }}", case.name),
            };
            let cases: Vec<_> = variant.cases.iter().map(case).collect();
            format!("\nexport type {name} = {};\n", cases.join(" | "))
        }
        other => format!("\nexport type {name} = {};\n", kind(resolve, other)),
    }
}

fn written(resolve: &Resolve, of: &Type) -> String {
    match of {
        Type::Bool => "boolean".to_owned(),
        Type::String => "string".to_owned(),
        Type::Id(id) => match &resolve.types[*id] {
            TypeDef { name: Some(name), .. } => camel(name, true),
            TypeDef { kind: inner, .. } => kind(resolve, inner),
        },
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::S64 => "number".to_owned(),
        other => panic!("{other:?} is new in the contract"),
    }
}

fn kind(resolve: &Resolve, of: &TypeDefKind) -> String {
    match of {
        TypeDefKind::Type(inner) => written(resolve, inner),
        TypeDefKind::List(Type::U8) => "Uint8Array".to_owned(),
        TypeDefKind::List(inner) => format!("{}[]", written(resolve, inner)),
        TypeDefKind::Option(inner) => format!("{} | null", written(resolve, inner)),
        TypeDefKind::Tuple(tuple) => {
            format!("[{}]", tuple.types.iter().map(|inner| written(resolve, inner)).collect::<Vec<_>>().join(", "))
        }
        other => panic!("{other:?} is new in the contract"),
    }
}

/// A name of the contract as TypeScript writes it.
fn camel(name: &str, type_name: bool) -> String {
    let word = |(at, word): (usize, &str)| match at > 0 || type_name {
        true => word[..1].to_ascii_uppercase() + &word[1..],
        false => word.to_owned(),
    };
    name.split('-').enumerate().map(word).collect()
}
