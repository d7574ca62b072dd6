//! The configuration files that an include can reach: those that were read, and any other source of the scan. Which of
//! them a pattern means on the target machine is decided in `paths`.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use keyreeve_source::budget::{Budget, Work};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, SourceId, Sources, Span};

use crate::ledger::{CutShort, Ledger};

use super::glob;
use super::glob::Glob;
use super::line::Line;
use super::parse::parse;
use super::tree::{File, Parsed, Siblings};

/// One configuration file: a source, and which of the files in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FileId {
    /// The source.
    pub(super) source: SourceId,
    /// Position among the files of a dump; 0 for a source that is not a dump.
    pub(super) part: u32,
}

/// All files, by name.
pub(super) struct Files<'a> {
    sources: &'a Sources,
    given: HashMap<SourceId, &'a Parsed>,
    /// Sources that were not given as nginx, but that an include names; they are read when that is discovered.
    late: Vec<OnceCell<Box<Parsed>>>,
    /// Every source by each of its names, and the files of each dump, sorted by name.
    names: Vec<(&'a str, FileId)>,
    dumps: HashMap<SourceId, Vec<(&'a str, FileId)>>,
    /// The account of their costs.
    pub(super) ledger: Ledger<'a>,
}

/// The longest path that a system opens, in bytes (Linux: PATH_MAX). A longer path names no file.
pub(super) const LONGEST_PATH: usize = 4096;

impl<'a> Files<'a> {
    /// A table of the files that were read and of all sources, and what may be spent on them.
    pub(super) fn new(parsed: &'a [Parsed], sources: &'a Sources, budget: &'a Budget) -> Self {
        let mut names: Vec<_> = sources.names().map(|(name, source)| (name, FileId { source, part: 0 })).collect();
        names.sort_unstable();
        let dumps = parsed.iter().filter(|parsed| parsed.files.iter().any(|file| file.path.is_some()));
        Self {
            sources,
            given: parsed.iter().map(|parsed| (parsed.source, parsed)).collect(),
            late: std::iter::repeat_with(OnceCell::new).take(sources.len()).collect(),
            names,
            dumps: dumps.map(|dump| (dump.source, names_in(dump))).collect(),
            ledger: Ledger::new(budget),
        }
    }

    /// The text of a source.
    pub(super) fn bytes(&self, source: SourceId) -> &[u8] {
        self.sources[source].bytes()
    }

    /// What was read from a source.
    pub(super) fn parsed(&self, source: SourceId) -> &Parsed {
        match self.given.get(&source) {
            Some(parsed) => parsed,
            None => self.late[source.0 as usize].get_or_init(|| Box::new(parse(source, &self.sources[source]))),
        }
    }

    /// Sources that belong to nginx only because an include names them.
    pub(super) fn late(&self) -> impl Iterator<Item = &Parsed> {
        self.late.iter().filter_map(|cell| cell.get().map(Box::as_ref))
    }

    /// The file itself.
    pub(super) fn file(&self, id: FileId) -> &File {
        &self.parsed(id.source).files[id.part as usize]
    }

    /// Its path in the tree; for a file in a dump, the path that the dump states.
    pub(super) fn name(&self, id: FileId) -> &str {
        match &self.file(id).path {
            Some(path) => path,
            None => &self.sources[id.source].name,
        }
    }

    /// The absolute path of the folder that names of sources are relative to, if a source shows it.
    pub(super) fn root_of(&self, id: SourceId) -> Option<&str> {
        let source = &self.sources[id];
        source.file.as_deref()?.to_str()?.strip_suffix(source.name.as_str())?.strip_suffix('/')
    }

    /// Pays for the directives of all files, which are in memory already: they take at most half of what their bytes
    /// allow.
    pub(super) fn pay_for_trees(&self, parsed: &[Parsed]) {
        for parsed in parsed {
            let at = Location { source: parsed.source, span: Span::new(0, 0) };
            let _ = self.ledger.pay(Work::Memory, parsed.tree.kept(), at);
        }
    }

    /// All problems that were found in assembling the files.
    pub(super) fn into_problems(self) -> BTreeSet<Problem> {
        self.ledger.into_problems()
    }

    /// The directives of a run in a source.
    pub(super) fn lines(&'a self, source: SourceId, run: Siblings) -> impl Iterator<Item = Line<'a>> {
        self.parsed(source).tree.siblings(run).map(move |at| Line::new(self, source, at))
    }

    /// Whether a source lies in a folder of the tree, or below it.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        let inside = format!("{folder}/");
        let start = self.names.partition_point(|(name, _)| *name < inside.as_str());
        self.names.get(start).is_some_and(|(name, _)| name.starts_with(&inside))
    }

    /// The sources that a path relative to the tree names, sorted by name; `*`, `?` and `[…]` are understood as in
    /// glob(3).
    pub(super) fn matching(&self, pattern: &str, at: Location) -> Result<Vec<FileId>, CutShort> {
        let mut found = self.named(&self.names, pattern, at)?;
        found.retain(|&id| self.file(id).path.is_none());
        Ok(found)
    }

    /// The files of a dump that an absolute path names, sorted by name.
    pub(super) fn matching_in_dump(
        &self,
        source: SourceId,
        pattern: &str,
        at: Location,
    ) -> Result<Vec<FileId>, CutShort> {
        self.dumps.get(&source).map_or_else(|| Ok(Vec::new()), |names| self.named(names, pattern, at))
    }

    /// The names among some sorted names that a pattern matches.
    fn named(&self, names: &[(&str, FileId)], pattern: &str, at: Location) -> Result<Vec<FileId>, CutShort> {
        self.ledger.pay_to_follow(Work::Configuration, pattern.len(), at)?;
        if pattern.len() >= LONGEST_PATH {
            return Ok(Vec::new());
        }
        let fixed = glob::literal_prefix(pattern);
        let start = names.partition_point(|(name, _)| *name < fixed);
        let candidates = names[start..].iter().take_while(|(name, _)| name.starts_with(fixed));
        if fixed.len() == pattern.len() {
            return Ok(candidates.take_while(|(name, _)| name.len() == fixed.len()).map(|&(_, id)| id).collect());
        }
        let glob = Glob::new(pattern);
        let mut found = Vec::new();
        for &(name, id) in candidates.filter(|(name, _)| name.len() < LONGEST_PATH) {
            let (is_match, steps) = glob.matches(name);
            self.ledger.pay_to_follow(Work::Configuration, steps as usize + fixed.len(), at)?;
            found.extend(is_match.then_some(id));
        }
        Ok(found)
    }
}

/// The files of a dump by the paths that it states, sorted.
fn names_in(dump: &Parsed) -> Vec<(&str, FileId)> {
    let parts = (0..).map(|part| FileId { source: dump.source, part });
    let mut names: Vec<_> =
        dump.files.iter().zip(parts).filter_map(|(file, id)| Some((file.path.as_deref()?, id))).collect();
    names.sort_unstable();
    names
}
