//! Makes components of the texts in testdata/hostile. Not their use.

use std::fs;
use std::path::{Path, PathBuf};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The file of a hostile rule as it stands.
pub(crate) fn text(name: &str) -> String {
    let path = root().join("testdata/hostile").join(name).with_extension("wat");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a file is without the contract's boilerplate: a component, or a core module that stays one.
pub(crate) fn bare(name: &str) -> Vec<u8> {
    wat::parse_str(text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The component of a core module that takes pieces of the contract, and calls itself by its file's name.
pub(crate) fn rule(name: &str) -> Vec<u8> {
    encode(&expand(&text(name), name))
}

/// The component of a core module in text.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("keys-rule")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// Puts the pieces of contract.wat, which can name further ones, in the places of their names.
pub(crate) fn expand(text: &str, id: &str) -> String {
    let contract = self::text("contract");
    let pieces: Vec<(&str, &str)> =
        contract.split("\n;;; ").skip(1).map(|piece| piece.split_once('\n').unwrap()).collect();
    let mut text = text.to_owned();
    for _ in 0..2 {
        for (name, piece) in &pieces {
            text = text.replace(&format!("(;{name};)"), piece.trim());
        }
    }
    text.replace("{id-length}", &id.len().to_string()).replace("{id}", id)
}
