//! The types for TypeScript say what the contract does: every declaration is written anew from wit/ and compared. Not the
//! tools that hand these shapes over, which the other tests run.

use std::collections::BTreeSet;
use std::fs;

use wit_parser::{Case, Resolve, Type, TypeDef, TypeDefKind};

use crate::contract::root;
use crate::contract::words::Package;

/// The two interfaces with functions, which TypeScript names as it likes.
const FUNCTIONS: [&str; 2] = [
    "interface Rule { describe(): Info; configure(settings: [string, Value][]): void; }",
    "interface Judge<Fact> { check(scan: Scan, facts: Fact[]): Finding[]; }",
];

#[test]
fn the_types_for_typescript_are_those_of_the_contract() {
    let package = Package::read(&root().join("wit"));
    let definitions = package.interfaces().flat_map(|(_, interface)| package.definitions(interface));
    let mut expected: BTreeSet<String> =
        definitions.map(|(name, definition)| declaration(&package.resolve, name, definition)).collect();
    expected.extend(FUNCTIONS.map(str::to_owned));
    let text = fs::read_to_string(root().join("host/templates/typescript/contract.d.ts")).unwrap();
    assert_eq!(declarations(&text), expected);
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
    let expected = [
        "check(scan: Scan, facts: Certificate[])",
        "check(scan: Scan, facts: EncryptedItem[])",
        "check(scan: Scan, facts: InventoryEntry[])",
        "check(scan: Scan, facts: Key[])",
        "check(scan: Scan, facts: RevocationList[])",
        "check(scan: Scan, facts: TlsEndpoint[])",
        "configure(settings: [string, Value][])",
        "describe()",
        "panic(message: string)",
    ];
    assert_eq!(functions, expected.map(str::to_owned).into());
}

/// Declarations of a module without `export`, comments and line breaks.
fn declarations(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(str::trim).filter(|line| !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)));
    let text = lines.collect::<Vec<_>>().join(" ");
    let declarations = text.split("export ").map(str::trim).filter(|declaration| !declaration.is_empty());
    declarations.map(|declaration| declaration.trim_end_matches(';').replace("= | ", "= ")).collect()
}

/// What a type of the contract is in TypeScript.
fn declaration(resolve: &Resolve, name: &str, definition: &TypeDef) -> String {
    let name = camel(name, true);
    match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields: String = fields
                .map(|field| format!("{}: {}; ", camel(&field.name, false), written(resolve, &field.ty)))
                .collect();
            format!("interface {name} {{ {fields}}}")
        }
        TypeDefKind::Enum(cases) => {
            let cases: Vec<String> = cases.cases.iter().map(|case| format!("{:?}", case.name)).collect();
            format!("type {name} = {}", cases.join(" | "))
        }
        TypeDefKind::Variant(variant) => {
            let case = |case: &Case| match &case.ty {
                Some(of) => format!("{{ tag: {:?}; val: {} }}", case.name, written(resolve, of)),
                None => format!("{{ tag: {:?} }}", case.name),
            };
            format!("type {name} = {}", variant.cases.iter().map(case).collect::<Vec<_>>().join(" | "))
        }
        other => format!("type {name} = {}", kind(resolve, other)),
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
