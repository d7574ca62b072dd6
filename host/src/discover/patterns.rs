//! The patterns of one file for git, compiled at a price. Not what those of several files mean together (`ignored`).

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use keyreeve_source::budget::{Budget, Spent, Work};

/// Weight of the patterns that can be in force in one folder: they take some 50 MiB.
const MOST_IN_FORCE: u64 = 1 << 20;
/// What a pattern weighs beside its bytes, and how much more these weigh where there is a wildcard among them: such patterns become an
/// automaton.
const LINE: u64 = 16;
const WILD: u64 = 16;
/// For each entry of a folder so much is compared without being paid for: what some twenty patterns with wildcards take. So many
/// bytes of wild patterns and of names, multiplied, cost as much as compiling a byte of a plain one.
const FREE: u64 = 128;
const PRODUCTS: u64 = 512;
/// Asking one file of patterns about one entry: no tree has as many folders in each other as are free.
const FILE: u64 = 8;

/// Patterns in the folder that they are for.
#[derive(Debug)]
pub(super) struct Patterns {
    pub(super) compiled: Gitignore,
    pub(super) weight: Weight,
}

/// What patterns cost, as [`Work::Ignoring`] counts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Of all of them.
    all: u64,
    /// Of the bytes of those with wildcards.
    wild: u64,
    /// Files that they are in, each of which is asked by itself.
    files: u64,
}

impl Patterns {
    /// Those of some text, where others are in force already.
    ///
    /// # Errors
    /// Why they are not compiled, as a clause.
    pub(super) fn of(text: &str, folder: &Path, in_force: Weight, budget: &Budget) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let one = Weight { files: 1, ..Weight::default() };
        let weight = text.lines().fold(one, |sum, line| sum.and(Weight::of(line)));
        if in_force.and(weight).all > MOST_IN_FORCE {
            return Err("with those of the folders above they take too much memory".to_owned());
        }
        budget.pay(Work::Ignoring, weight.all).map_err(|spent| spent.to_string())?;
        let mut builder = GitignoreBuilder::new(folder);
        builder.allow_unclosed_class(false);
        for line in text.lines() {
            // One that cannot be understood matches nothing, as with git.
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(compiled) => Ok(Self { compiled, weight }),
            Err(_) => Err("together they are too large to be compiled".to_owned()),
        }
    }
}

impl Weight {
    fn of(line: &str) -> Self {
        let length = line.len() as u64;
        if line.trim().is_empty() || line.starts_with('#') {
            return Self::default();
        }
        let wild = if is_wild(line) { length * WILD } else { 0 };
        Self { all: LINE + length + wild, wild, files: 0 }
    }

    /// Of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            wild: self.wild.saturating_add(other.wild),
            files: self.files + other.files,
        }
    }

    /// Pays for comparing names with these patterns: as many as there are lengths of them.
    pub(super) fn pay(self, lengths: impl Iterator<Item = usize>, budget: &Budget) -> Result<(), Spent> {
        let wild = |length: usize| (self.wild / WILD).saturating_mul(length as u64) / PRODUCTS;
        let cost = |length: usize| wild(length).saturating_add(self.files * FILE);
        let beyond: u64 = lengths.map(|length| cost(length).saturating_sub(FREE)).sum();
        if beyond == 0 { Ok(()) } else { budget.pay(Work::Ignoring, beyond) }
    }
}

/// Whether a pattern is more than a name, a path, or an extension such as `*.o`, all of which are looked up.
fn is_wild(line: &str) -> bool {
    let pattern = line.trim_start_matches('!');
    let rest = pattern.strip_prefix("*.").filter(|rest| !rest.contains(['.', '/'])).unwrap_or(pattern);
    rest.contains(['*', '?', '[', '{', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_paths_and_extensions_are_plain_and_all_else_is_wild() {
        for plain in ["a", "/a/b", "build/", "!*.o", "*.log"] {
            assert!(!is_wild(plain), "{plain}");
        }
        for wild in ["a*", "*.tar.gz*", "[Dd]ebug/", "*.o/*", "**/a", "*", "\\#a", "{a,b}"] {
            assert!(is_wild(wild), "{wild}");
        }
        assert_eq!(Weight::of("# a*"), Weight::default());
        assert_eq!(Weight::of("  "), Weight::default());
    }

    #[test]
    fn ordinary_patterns_are_compared_with_any_number_of_names_for_nothing() {
        let text = "*.o\n*.log\nbuild/\n*~\n.#*\n[Bb]in/\n/out*/\n";
        let weight = text.lines().fold(Weight::default(), |sum, line| sum.and(Weight::of(line)));
        let nothing = Budget::left_with(Work::Ignoring, 0);
        assert_eq!(weight.pay(std::iter::repeat_n(200, 1_000_000), &nothing), Ok(()));
        let below_many = Weight { files: 1_000, ..weight };
        assert_eq!(below_many.pay(std::iter::once(1), &nothing), Err(Spent(Work::Ignoring)), "each file is asked");
        assert_eq!(Weight { files: 15, ..weight }.pay(std::iter::once(200), &nothing), Ok(()));
        let wild = Weight::of(&"*a".repeat(1000));
        assert_eq!(wild.pay(std::iter::once(200), &nothing), Err(Spent(Work::Ignoring)));
    }
}
