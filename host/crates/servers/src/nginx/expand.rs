//! Replaces includes by what they include. The result is the nested directives as nginx sees them, of one main
//! configuration or one fragment. Not what the directives mean.

use std::collections::BTreeSet;
use std::rc::Rc;

use keyreeve_facts::template;
use keyreeve_source::budget::Work;
use keyreeve_source::text::quoted_to;
use keyreeve_source::{Location, SourceId};

use super::files::{FileId, Files};
use super::line::Line;
use super::paths;
use super::paths::{Base, Context, Reach};
use super::settings;
use super::tree::Siblings;
use crate::ledger::{CUT_SHORT, CutShort, Ledger};

/// How deeply nested includes are followed.
const INCLUDE_LIMIT: usize = 32;
/// How deeply nested blocks are followed through includes.
const BLOCK_LIMIT: usize = 128;
/// How many statements of one directive in one block are read.
const STATEMENT_LIMIT: usize = 64;

/// The most characters of a path in a message or reason.
const PATH_QUOTE: usize = 200;
/// What an expanded directive costs besides its text.
const DIRECTIVE: usize = 16;

/// A directive, and the content of its block.
pub(super) struct Item<'f> {
    /// The directive.
    pub(super) line: Line<'f>,
    /// Its block, if it has one.
    pub(super) block: Option<Box<Level<'f>>>,
    /// Whether a condition of a template decides if it is there.
    pub(super) conditional: bool,
}

/// The directives directly in one block, including those of included files.
#[derive(Default)]
pub(super) struct Level<'f> {
    /// All of them, in order.
    pub(super) items: Vec<Item<'f>>,
    /// The few that set something about TLS, by name.
    settings: Vec<(&'static str, Vec<Statement<'f>>)>,
    /// Why something is not read that could set anything here; of several, the first.
    pub(super) missing: Option<Rc<str>>,
    /// Whether something that is not read could contain further blocks.
    pub(super) open: bool,
}

/// A directive that sets something about TLS. Its details are kept, because blocks look up what they inherit again and
/// again, however long the directive is.
#[derive(Clone, Copy)]
pub(super) struct Statement<'f> {
    /// The directive.
    pub(super) line: Line<'f>,
    /// Like [`Line::head`].
    pub(super) head: Location,
    /// Its first value, if that is the value of a switch.
    pub(super) switch: Option<Switch>,
    /// As [`Item::conditional`].
    pub(super) conditional: bool,
}

/// The values of `ssl`, `starttls` and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Only,
}

impl<'f> Statement<'f> {
    fn of(line: Line<'f>, conditional: bool) -> Self {
        let value = line.text(0);
        let is = |word: &str| value.eq_ignore_ascii_case(word);
        let switch = if is("on") { Some(Switch::On) } else { is("only").then_some(Switch::Only) };
        Self { line, head: line.head(), switch, conditional }
    }
}

/// Why nothing is known of what a tag puts there.
const TAG: &str = "a tag of the template stands for lines that may set it";

/// Why an include leaves open what it could set.
fn outside(line: Line<'_>) -> Rc<str> {
    format!("the include {} is outside the scanned tree", quoted_to(&line.text(0), PATH_QUOTE)).into()
}

impl<'f> Level<'f> {
    /// The directives with a name.
    pub(super) fn named(&self, name: &'static str) -> impl Iterator<Item = &Item<'f>> {
        self.items.iter().filter(move |item| *item.line.name() == *name.as_bytes())
    }

    /// The blocks with a name, and their content.
    pub(super) fn blocks(&self, name: &'static str) -> impl Iterator<Item = (Line<'f>, &Level<'f>)> {
        self.named(name).filter_map(|item| item.block.as_deref().map(|block| (item.line, block)))
    }

    /// What the block states under a name that sets something about TLS.
    pub(super) fn stated(&self, name: &str) -> Option<&[Statement<'f>]> {
        self.settings.iter().find(|(key, _)| *key == name).map(|(_, lines)| lines.as_slice())
    }

    /// Records that the rest of the block is not read.
    fn cut_short(&mut self) {
        self.open = true;
        self.missing.get_or_insert_with(|| CUT_SHORT.into());
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
}

impl<'e, 'f> Expander<'e, 'f> {
    /// An expander that adds every file that it reads to `reached`.
    pub(super) fn new(files: &'f Files<'f>, base: Base<'e>, reached: &'e mut BTreeSet<FileId>) -> Self {
        Self { files, base, chain: Vec::new(), depth: 0, reached }
    }

    /// Expands a whole file, whose outermost directives stand in this context.
    pub(super) fn file(mut self, file: FileId, context: Context) -> Level<'f> {
        let mut level = Level::default();
        if self.append_file(file, context, &mut level).is_err() {
            level.cut_short();
        }
        level
    }

    fn append_file(&mut self, file: FileId, context: Context, level: &mut Level<'f>) -> Result<(), CutShort> {
        self.reached.insert(file);
        self.chain.push(file);
        let appended = self.append(file.source, self.files.file(file).directives, context, None, level);
        self.chain.pop();
        appended
    }

    fn append(
        &mut self,
        source: SourceId,
        run: Siblings,
        context: Context,
        block: Option<Line<'f>>,
        level: &mut Level<'f>,
    ) -> Result<(), CutShort> {
        for line in self.files.lines(source, run) {
            let head = line.head();
            let length = (head.span.end - head.span.start) as usize;
            self.ledger().pay_to_follow(Work::Configuration, DIRECTIVE + length, head)?;
            let name = line.name();
            if *name == *b"include" && line.block().is_none() {
                self.include(line, context, level)?;
                continue;
            }
            if std::str::from_utf8(&name).is_ok_and(template::is_value) {
                level.open = true;
                level.missing.get_or_insert_with(|| TAG.into());
                continue;
            }
            let conditional = line.is_conditional(block);
            // A growing list takes up to twice the memory that it needs.
            let inside = line.block().map_or(0, |_| size_of::<Level<'f>>());
            self.ledger().pay_to_follow(Work::Memory, 2 * size_of::<Item<'f>>() + inside, head)?;
            if let Some(key) = settings::known(&name) {
                self.state(key, line, conditional, level);
            }
            let inside = line.block().map(|run| Box::new(self.block(line, run, inner(context, &name))));
            level.items.push(Item { line, block: inside, conditional });
        }
        Ok(())
    }

    fn block(&mut self, line: Line<'f>, run: Siblings, context: Context) -> Level<'f> {
        let mut level = Level::default();
        if self.depth == BLOCK_LIMIT {
            self.ledger().misfit(
                line.head(),
                format!("blocks are nested more than {BLOCK_LIMIT} deep; what is in this one is not read"),
            );
            return level;
        }
        self.depth += 1;
        if self.append(line.source(), run, context, Some(line), &mut level).is_err() {
            level.cut_short();
        }
        self.depth -= 1;
        level
    }

    fn include(&mut self, line: Line<'f>, context: Context, level: &mut Level<'f>) -> Result<(), CutShort> {
        let pattern = line.text(0);
        let found = paths::resolve(self.files, self.base, line.head(), &pattern)?;
        if found.is_empty() {
            if paths::is_known_empty(self.files, self.base, line.source(), &pattern) {
                return Ok(());
            }
            match paths::reach(context, &pattern) {
                Reach::Nothing => {}
                Reach::Blocks => level.open = true,
                Reach::Settings if level.missing.is_some() => level.open = true,
                Reach::Settings => {
                    level.open = true;
                    self.ledger().pay_to_follow(Work::Memory, 2 * PATH_QUOTE, line.head())?;
                    level.missing = Some(outside(line));
                }
            }
            return Ok(());
        }
        for file in found {
            if self.chain.contains(&file) {
                let name = quoted_to(self.files.name(file), PATH_QUOTE);
                self.ledger().misfit(line.head(), format!("the include of {name} leads back to itself"));
            } else if self.chain.len() > INCLUDE_LIMIT {
                self.ledger().misfit(
                    line.head(),
                    format!("includes are nested more than {INCLUDE_LIMIT} deep; this one is not followed"),
                );
            } else {
                self.append_file(file, context, level)?;
            }
        }
        Ok(())
    }

    /// Records a statement about TLS. nginx refuses most of them if they occur twice in one block.
    fn state(&mut self, key: &'static str, line: Line<'f>, conditional: bool, level: &mut Level<'f>) {
        let Some((_, stated)) = level.settings.iter_mut().find(|(known, _)| *known == key) else {
            level.settings.push((key, vec![Statement::of(line, conditional)]));
            return;
        };
        let is_either = conditional || stated.iter().any(|stated| stated.conditional);
        if !settings::repeats(key) && !is_either {
            self.ledger()
                .misfit(line.head(), format!("the directive {key} stands twice in one block, which nginx refuses"));
        } else if stated.len() < STATEMENT_LIMIT {
            stated.push(Statement::of(line, conditional));
            if stated.len() == STATEMENT_LIMIT {
                let message = format!("{key} stands {STATEMENT_LIMIT} times in one block; any more are not read");
                self.ledger().misfit(line.head(), message);
            }
        }
    }

    fn ledger(&self) -> &'f Ledger<'f> {
        &self.files.ledger
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
