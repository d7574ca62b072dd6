//! Replaces includes by what they include: the nested directives as nginx sees them, of one main configuration or of
//! one fragment. Not what the directives mean.

use std::collections::{BTreeSet, HashMap};

use super::files::{FileId, Files};
use super::line::Line;
use super::paths::{self, Base, Context, Reach};
use super::settings;
use super::tree::Siblings;
use crate::problem::{Problem, Stage, Subject};
use crate::source::{Location, SourceId};

/// Includes inside includes that are followed.
const INCLUDE_LIMIT: usize = 32;
/// Blocks inside blocks that are followed through includes.
const BLOCK_LIMIT: usize = 128;
/// Statements of one directive in one block that are read.
const STATEMENT_LIMIT: usize = 64;

/// A directive, and what is in its block.
pub(super) struct Item<'f> {
    /// The directive.
    pub(super) line: Line<'f>,
    /// Its block, if it has one.
    pub(super) block: Option<Level<'f>>,
}

/// The directives directly in one block, those of included files among them.
#[derive(Default)]
pub(super) struct Level<'f> {
    /// All of them, in order.
    pub(super) items: Vec<Item<'f>>,
    /// Those that set something of TLS, by name.
    pub(super) settings: HashMap<&'static str, Vec<Line<'f>>>,
    /// The first include that names no file of the tree and could set anything here, as written.
    pub(super) missing: Option<String>,
    /// Whether an include that names no file of the tree could bring further blocks.
    pub(super) open: bool,
}

impl<'f> Level<'f> {
    /// The directives of a name.
    pub(super) fn named(&self, name: &'static str) -> impl Iterator<Item = &Item<'f>> {
        self.items.iter().filter(move |item| *item.line.name() == *name.as_bytes())
    }

    /// The blocks of a name, with what is in them.
    pub(super) fn blocks(&self, name: &'static str) -> impl Iterator<Item = (Line<'f>, &Level<'f>)> {
        self.named(name).filter_map(|item| item.block.as_ref().map(|block| (item.line, block)))
    }
}

/// Follows includes.
pub(super) struct Expander<'e, 'f> {
    files: &'f Files<'f>,
    base: Base<'e>,
    /// The file being read and those that include it, outermost first.
    chain: Vec<FileId>,
    depth: usize,
    reached: &'e mut BTreeSet<FileId>,
    problems: &'e mut BTreeSet<Problem>,
}

impl<'e, 'f> Expander<'e, 'f> {
    /// One that notes in `reached` every file it reads.
    pub(super) fn new(
        files: &'f Files<'f>,
        base: Base<'e>,
        reached: &'e mut BTreeSet<FileId>,
        problems: &'e mut BTreeSet<Problem>,
    ) -> Self {
        Self { files, base, chain: Vec::new(), depth: 0, reached, problems }
    }

    /// The whole of a file, whose outermost directives stand in this context.
    pub(super) fn file(mut self, file: FileId, context: Context) -> Level<'f> {
        let mut level = Level::default();
        self.append_file(file, context, &mut level);
        level
    }

    fn append_file(&mut self, file: FileId, context: Context, level: &mut Level<'f>) {
        self.reached.insert(file);
        self.chain.push(file);
        self.append(file.source, self.files.file(file).directives, context, level);
        self.chain.pop();
    }

    fn append(&mut self, source: SourceId, run: Siblings, context: Context, level: &mut Level<'f>) {
        for line in self.files.lines(source, run) {
            if !self.files.spend(1) {
                self.problem(line.head(), "the files include each other too often; this and what follows is not read");
                return;
            }
            let name = line.name();
            if *name == *b"include" && line.block().is_none() {
                self.include(line, context, level);
                continue;
            }
            if let Some(key) = settings::known(&name) {
                self.state(key, line, level);
            }
            let block = line.block().map(|run| self.block(line, run, inner(context, &name)));
            level.items.push(Item { line, block });
        }
    }

    fn block(&mut self, line: Line<'f>, run: Siblings, context: Context) -> Level<'f> {
        let mut level = Level::default();
        if self.depth == BLOCK_LIMIT {
            self.problem(
                line.head(),
                &format!("blocks are nested more than {BLOCK_LIMIT} deep; what is in this one is not read"),
            );
            return level;
        }
        self.depth += 1;
        self.append(line.source(), run, context, &mut level);
        self.depth -= 1;
        level
    }

    fn include(&mut self, line: Line<'f>, context: Context, level: &mut Level<'f>) {
        let pattern = line.text(0);
        let found = paths::resolve(self.files, self.base, line.source(), &pattern);
        if found.is_empty() {
            if paths::is_known_empty(self.files, self.base, line.source(), &pattern) {
                return;
            }
            match paths::reach(context, &pattern) {
                Reach::Nothing => {}
                Reach::Blocks => level.open = true,
                Reach::Settings => {
                    level.open = true;
                    level.missing.get_or_insert_with(|| pattern.into_owned());
                }
            }
            return;
        }
        for file in found {
            if self.chain.contains(&file) {
                let message = format!("the include of {} leads back to itself", self.files.name(file));
                self.problem(line.head(), &message);
            } else if self.chain.len() > INCLUDE_LIMIT {
                self.problem(
                    line.head(),
                    &format!("includes are nested more than {INCLUDE_LIMIT} deep; this one is not followed"),
                );
            } else {
                self.append_file(file, context, level);
            }
        }
    }

    /// Notes a statement about TLS. nginx refuses most of them twice in one block.
    fn state(&mut self, key: &'static str, line: Line<'f>, level: &mut Level<'f>) {
        let stated = level.settings.entry(key).or_default();
        if !stated.is_empty() && !settings::repeats(key) {
            self.problem(line.head(), &format!("the directive {key} stands twice in one block, which nginx refuses"));
        } else if stated.len() < STATEMENT_LIMIT {
            stated.push(line);
            if stated.len() == STATEMENT_LIMIT {
                let message = format!("{key} stands {STATEMENT_LIMIT} times in one block; any more are not read");
                self.problem(line.head(), &message);
            }
        }
    }

    fn problem(&mut self, location: Location, message: &str) {
        let message = message.to_owned();
        self.problems.insert(Problem { stage: Stage::Assemble, subject: Subject::Place(location), message });
    }
}

/// The context in a block of that name.
fn inner(context: Context, name: &[u8]) -> Context {
    match (context, name) {
        (Context::Main, b"http" | b"stream" | b"mail") => Context::Group,
        (Context::Group, b"server") => Context::Server,
        (Context::Server | Context::Location | Context::Group, b"location" | b"if" | b"limit_except") => {
            Context::Location
        }
        _ => Context::Other,
    }
}
