//! How languages spell the contract, as docs/contract.md says: every name of its last table is in what the generators
//! made, or in code that goes by it and is built. Not how a rule uses them.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use keyreeve::template::Language;

use super::workshop::built;
use crate::support::markdown::root;

/// The columns of the table behind the first, and where their names are, from the folder of a rule that was built: what
/// generators made, or the types that its author is given and its code. A new rule in Rust has them in the bindings of
/// its author's kit, which a macro makes: there it is the code of the built-in rules.
const COLUMNS: [(Language, &[&str]); 4] = [
    (Language::Rust, &[concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins")]),
    (Language::Typescript, &["contract.d.ts", "rule.ts"]),
    (Language::Python, &["wit_world/exports", "wit_world/imports"]),
    (Language::C, &["bindings"]),
];

#[test]
fn names_are_spelled_as_the_generators_spell_them() {
    let page = fs::read_to_string(root().join("docs/contract.md")).unwrap();
    let (_, table) = page.split_once("| in wit/ |").expect("the table of spellings");
    let rows: Vec<Vec<&str>> = table.lines().skip(2).map(|row| row.split('|').skip(2).collect()).collect();
    assert!(rows.len() >= 5, "{rows:?}");
    for (column, (language, places)) in COLUMNS.iter().enumerate() {
        let Some(rule) = built(*language) else { continue };
        let made: String = places.iter().map(|place| texts(&rule.join(place))).collect();
        let made: HashSet<&str> = identifiers(&made).collect();
        for name in rows.iter().flat_map(|row| identifiers(row[column])) {
            assert!(made.contains(name), "{name} is nowhere in {language:?}");
        }
    }
}

/// Everything in a file, or in the files of a folder.
fn texts(place: &Path) -> String {
    match fs::read_dir(place) {
        Ok(entries) => entries.map(|entry| texts(&entry.unwrap().path())).collect(),
        // What is compiled is not text.
        Err(_) => String::from_utf8_lossy(&fs::read(place).unwrap()).into_owned() + "\n",
    }
}

/// Words with the hyphens of WIT within.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let within = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    text.split(move |letter| !within(letter)).filter(|word| !word.is_empty())
}
