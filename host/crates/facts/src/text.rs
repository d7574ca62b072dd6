//! A text that formats read: a source, or a text inside one. Each of its trees is parsed once, however many formats
//! need it. Not what a tree means.

use std::cell::OnceCell;

use keyreeve_source::{Source, SourceId};
use keyreeve_syntax::tree::{Kept, Tree};
use keyreeve_syntax::{json, toml, yaml};

/// A text.
#[derive(Debug)]
pub struct Text<'a> {
    /// The source, for the places that formats state.
    pub id: SourceId,
    /// Its name and bytes.
    pub source: &'a Source,
    trees: [OnceCell<Tree>; 5],
}

/// The trees that a text can have.
#[derive(Clone, Copy)]
enum Which {
    Yaml,
    YamlNamed,
    Json,
    JsonNamed,
    Toml,
}

impl<'a> Text<'a> {
    /// A text of which nothing is parsed yet.
    pub fn new(id: SourceId, source: &'a Source) -> Self {
        Self { id, source, trees: Default::default() }
    }

    /// Its name, with `/` between folders.
    pub fn name(&self) -> &'a str {
        &self.source.name
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.source.bytes()
    }

    /// As YAML.
    pub fn yaml(&self, kept: Kept) -> &Tree {
        match kept {
            Kept::All => self.tree(Which::Yaml, None, yaml::parse),
            Kept::Named => self.tree(Which::YamlNamed, Some(Which::Yaml), |bytes| yaml::parse_kept(bytes, kept)),
        }
    }

    /// As JSON.
    pub fn json(&self, kept: Kept) -> &Tree {
        match kept {
            Kept::All => self.tree(Which::Json, None, json::parse),
            Kept::Named => self.tree(Which::JsonNamed, Some(Which::Json), |bytes| json::parse_kept(bytes, kept)),
        }
    }

    /// As TOML.
    pub fn toml(&self) -> &Tree {
        self.tree(Which::Toml, None, toml::parse)
    }

    /// Returns a tree, or a fuller one that was parsed before and contains all of it.
    fn tree(&self, which: Which, fuller: Option<Which>, parse: impl FnOnce(&[u8]) -> Tree) -> &Tree {
        let there = fuller.and_then(|fuller| self.trees[fuller as usize].get());
        there.unwrap_or_else(|| self.trees[which as usize].get_or_init(|| parse(self.bytes())))
    }
}
