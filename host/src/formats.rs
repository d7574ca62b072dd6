//! All formats that keyreeve knows, from all crates, in one list. It is not a format itself, and does not read any.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use keyreeve_facts::{Formats, Given, Passwords};
use keyreeve_source::Sources;

use crate::discover::Discovery;

pub use keyreeve_facts::{Detail, Read};

/// All formats, in the order in which they read a file.
pub static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    Formats::new(&[keyreeve_material::FORMATS, keyreeve_documents::FORMATS, keyreeve_servers::FORMATS])
});

/// Whether a source can contain a fact at all. This is asked of every file of a tree, so it is cheap.
pub fn matters(name: &str, bytes: &[u8]) -> bool {
    FORMATS.matter(name, bytes)
}

/// Reads all sources in every format that claims them, including what one of the passwords opens.
pub fn read(sources: &Sources, detail: Detail, passwords: &Passwords) -> Read {
    FORMATS.read(sources, Given { detail, passwords })
}

/// Keeps what `keep` keeps, and these names.
pub fn keeping<'a>(
    named: &'a BTreeSet<String>,
    keep: &'a (dyn Fn(&str, &[u8]) -> bool + Sync),
) -> impl Fn(&str, &[u8]) -> bool + Sync + 'a {
    move |name, bytes| named.contains(name) || keep(name, bytes)
}

/// Discovers in rounds, until no configuration names a file that was not kept: `discover` is given the names to keep in
/// addition, and `of` returns what it found.
///
/// # Errors
/// Those of `discover`.
pub fn in_rounds<T, E>(
    mut discover: impl FnMut(&BTreeSet<String>) -> Result<T, E>,
    of: impl Fn(&T) -> &Discovery,
) -> Result<T, E> {
    let mut named = BTreeSet::new();
    loop {
        let found = discover(&named)?;
        let discovery = of(&found);
        let more = FORMATS.named(&discovery.sources, &discovery.passed);
        let before = named.len();
        named.extend(more);
        if named.len() == before {
            return Ok(found);
        }
    }
}
