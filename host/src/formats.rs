//! The formats that keyreeve knows, of all crates that have some, in one list. Not a format itself, and not how they are read.

use std::sync::LazyLock;

use keyreeve_facts::{Formats, Given, Passwords};
use keyreeve_source::Sources;

pub use keyreeve_facts::{Detail, Read};

/// All of them, in the order in which they read a file.
pub static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    Formats::new(&[keyreeve_material::FORMATS, keyreeve_documents::FORMATS, keyreeve_servers::FORMATS])
});

/// Whether a source can hold a fact at all: asked of every file of a tree, so it is cheap.
pub fn matters(name: &str, bytes: &[u8]) -> bool {
    FORMATS.matter(name, bytes)
}

/// Reads all sources in every format that they are. What one of the passwords opens is read, too.
pub fn read(sources: &Sources, detail: Detail, passwords: &Passwords) -> Read {
    FORMATS.read(sources, Given { detail, passwords })
}
