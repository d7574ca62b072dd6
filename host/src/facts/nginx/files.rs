//! The configuration files an include can reach: those that were read, and any other source of the scan.
//! Not which of them a pattern means on the machine that the configuration is for: that is `paths`.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use super::glob;
use super::line::Line;
use super::parse::parse;
use super::tree::{File, Parsed, Siblings};
use crate::source::{SourceId, Sources};

/// One configuration file: a source, and which of the files in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FileId {
    /// The source.
    pub(super) source: SourceId,
    /// Position among the files of a dump; 0 for a source that is no dump.
    pub(super) part: u32,
}

/// All files, by name.
pub(super) struct Files<'a> {
    sources: &'a Sources,
    given: HashMap<SourceId, &'a Parsed>,
    /// Sources that were not given as nginx but that an include names, read when that is found out.
    late: Vec<OnceCell<Box<Parsed>>>,
    names: Vec<(&'a str, SourceId)>,
    /// What may still be spent on comparing names and expanding includes; see [`Files::spend`].
    budget: Cell<usize>,
}

/// Work that any set of files is granted, in names compared and directives expanded.
const BUDGET: usize = 1_000_000;

impl<'a> Files<'a> {
    /// A table of the files that were read and of all sources.
    pub(super) fn new(parsed: &'a [Parsed], sources: &'a Sources) -> Self {
        let mut names: Vec<_> = sources.names().collect();
        names.sort_unstable();
        let directives: usize = parsed.iter().map(|parsed| parsed.tree.len()).sum();
        Self {
            sources,
            given: parsed.iter().map(|parsed| (parsed.source, parsed)).collect(),
            late: std::iter::repeat_with(OnceCell::new).take(sources.len()).collect(),
            budget: Cell::new(BUDGET + 8 * (directives + names.len())),
            names,
        }
    }

    /// What was read from a source.
    pub(super) fn parsed(&self, source: SourceId) -> &Parsed {
        match self.given.get(&source) {
            Some(parsed) => parsed,
            None => self.late[source.0 as usize].get_or_init(|| Box::new(parse(source, &self.sources[source]))),
        }
    }

    /// Sources that only an include made nginx's.
    pub(super) fn late(&self) -> impl Iterator<Item = &Parsed> {
        self.late.iter().filter_map(|cell| cell.get().map(Box::as_ref))
    }

    /// The file itself.
    pub(super) fn file(&self, id: FileId) -> &File {
        &self.parsed(id.source).files[id.part as usize]
    }

    /// Its path in the tree; of a file in a dump the path that the dump states.
    pub(super) fn name(&self, id: FileId) -> &str {
        match &self.file(id).path {
            Some(path) => path,
            None => &self.sources[id.source].name,
        }
    }

    /// The absolute path of the folder that source names are relative to, as far as a source shows it.
    pub(super) fn root_of(&self, id: SourceId) -> Option<&str> {
        let source = &self.sources[id];
        source.file.as_deref()?.to_str()?.strip_suffix(source.name.as_str())?.strip_suffix('/')
    }

    /// The directives of a run in a source.
    pub(super) fn lines(&self, source: SourceId, run: Siblings) -> impl Iterator<Item = Line<'_>> {
        let parsed = self.parsed(source);
        let bytes = self.sources[source].bytes();
        parsed.tree.siblings(run).map(move |at| Line::new(parsed, bytes, at))
    }

    /// Takes from the budget. False once it is spent: then includes are no longer followed, so that files which include
    /// each other many times over cannot blow up.
    pub(super) fn spend(&self, amount: usize) -> bool {
        let left = self.budget.get().checked_sub(amount);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether a source lies in a folder of the tree, or below it.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        let start = self.names.partition_point(|(name, _)| *name < folder);
        let beyond = self.names[start..].iter().take_while(|(name, _)| name.starts_with(folder));
        beyond.take_while(|_| self.spend(1)).any(|(name, _)| name[folder.len()..].starts_with('/'))
    }

    /// The sources that a path relative to the tree names, with `*`, `?` and `[…]` as in glob(3), in the order of their names.
    pub(super) fn matching(&self, pattern: &str) -> Vec<FileId> {
        let fixed = glob::literal_prefix(pattern);
        let start = self.names.partition_point(|(name, _)| *name < fixed);
        let candidates = self.names[start..].iter().take_while(|(name, _)| name.starts_with(fixed));
        candidates
            .take_while(|_| self.spend(1))
            .take_while(|(name, _)| fixed.len() < pattern.len() || name.len() == fixed.len())
            .filter(|(name, _)| glob::matches(pattern, name))
            .map(|&(_, source)| FileId { source, part: 0 })
            .filter(|&id| self.file(id).path.is_none())
            .collect()
    }

    /// The files of a dump that an absolute path names.
    pub(super) fn matching_in_dump(&self, source: SourceId, pattern: &str) -> Vec<FileId> {
        let parts = self.parsed(source).files.iter().enumerate();
        let found = parts
            .filter(|(_, file)| self.spend(1) && file.path.as_deref().is_some_and(|path| glob::matches(pattern, path)));
        found.map(|(part, _)| FileId { source, part: part as u32 }).collect()
    }
}
