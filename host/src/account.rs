//! An account of every file that was examined: as what it was understood, or why not, and which named paths gave
//! nothing. Not the reading, and not how kinds of file are told (unread.rs).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use keyreeve_source::{SourceId, Sources};

use crate::formats::matters;
use crate::report::{Account, ProblemReport, RuleReport, Statement, StatementState, sum};
use crate::scan::Understood;
use crate::unread::{Unread, makes, reads, unread};

/// What is noted of files that are not kept, while a tree is walked.
#[derive(Debug, Default)]
pub struct Notes(Mutex<BTreeMap<String, Unread>>);

impl Notes {
    /// Whether a file can hold a fact; if not, what it is instead is noted.
    pub fn matters(&self, name: &str, bytes: &[u8]) -> bool {
        let matters = matters(name, bytes);
        if let Some(unread) = (!matters).then(|| unread(name, bytes)).flatten() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), unread);
        }
        matters
    }

    /// All of them, by name.
    pub fn take(&self) -> BTreeMap<String, Unread> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Of what the account is.
#[derive(Debug)]
pub struct Examined<'a> {
    /// How many files.
    pub files: usize,
    /// Those that were kept.
    pub sources: &'a Sources,
    /// What was noted of the others.
    pub noted: BTreeMap<String, Unread>,
    /// The names that count; all, if there are none.
    pub judged: Option<&'a BTreeSet<String>>,
    /// Names that were given on the command line.
    pub named: Vec<String>,
}

impl Examined<'_> {
    /// The account; `is_ours` are files of keyreeve itself.
    pub fn account(
        mut self,
        understood: &Understood,
        problems: &[ProblemReport],
        is_ours: &dyn Fn(&str) -> bool,
    ) -> Account {
        let broken: BTreeSet<&str> = problems.iter().filter_map(|entry| entry.problem.file(self.sources)).collect();
        let mut account = self.read(understood, &broken, is_ours);
        for (_, unread) in self.noted.iter().filter(|(name, _)| self.counts(name)) {
            match unread {
                Unread::Kind(kind) => *account.unread.entry(kind).or_default() += 1,
                Unread::Template(of) => *account.templates.entry(of.unwrap_or_default()).or_default() += 1,
            }
        }
        let told = account.understood + account.broken + sum(&account.unread) + sum(&account.templates);
        account.others = self.files.saturating_sub(told);
        account.fruitless = self.fruitless(understood, &broken);
        account
    }

    /// What became of the files that were kept; those in which nothing was found are noted with the others.
    fn read(&mut self, understood: &Understood, broken: &BTreeSet<&str>, is_ours: &dyn Fn(&str) -> bool) -> Account {
        let mut account = Account::default();
        let mut taken: BTreeMap<SourceId, BTreeSet<&'static str>> = BTreeMap::new();
        for as_what in &understood.taken {
            taken.entry(as_what.source).or_default().insert(as_what.format);
        }
        for (id, source) in self.sources.iter() {
            if !self.counts(&source.name) {
                continue;
            }
            // What an include names is read, whatever it was taken for before.
            self.noted.remove(&source.name);
            let (formats, is_broken) = (taken.get(&id), broken.contains(source.name.as_str()));
            if is_broken && !understood.telling.contains(&id) {
                account.broken += 1;
            } else if formats.is_some() || is_ours(&source.name) {
                account.understood += 1;
                formats.into_iter().flatten().for_each(|format| *account.formats.entry(format).or_default() += 1);
            } else if let Some(unread) = unread(&source.name, source.bytes()) {
                self.noted.insert(source.name.clone(), unread);
            }
        }
        account
    }

    fn counts(&self, name: &str) -> bool {
        self.judged.is_none_or(|judged| judged.contains(name))
    }

    /// The named paths in which there is neither a fact nor a problem.
    fn fruitless(&self, understood: &Understood, broken: &BTreeSet<&str>) -> Vec<(String, String)> {
        let telling = understood.telling.iter().map(|id| self.sources[*id].name.as_str());
        let telling: BTreeSet<&str> = telling.chain(broken.iter().copied()).collect();
        let is_in = |path: &str, name: &str| path == "." || name == path || name.starts_with(&format!("{path}/"));
        let silent = self.named.iter().filter(|path| !telling.iter().any(|name| is_in(path, name)));
        let formats = understood.taken.iter().map(|taken| (self.sources[taken.source].name.as_str(), taken.format));
        let formats: BTreeMap<&str, &str> = formats.collect();
        let why = |path: &str| match (self.noted.get(path), formats.get(path)) {
            (Some(unread), _) => words(*unread),
            (None, Some(format)) => format!("it is read as {format}"),
            (None, None) => String::new(),
        };
        silent.map(|path| (path.clone(), why(path))).collect()
    }
}

/// Says of each statement of which nothing was examined why that is so.
pub fn explain(statements: &mut [Statement], rules: &[RuleReport], account: &Account) {
    for statement in statements.iter_mut().filter(|it| it.state == StatementState::NothingExamined) {
        let of = |rule: &&RuleReport| statement.rules.contains(&rule.id);
        let kinds: Vec<_> = rules.iter().filter(of).flat_map(|rule| rule.kinds.iter().copied()).collect();
        if !kinds.is_empty() {
            statement.read = of_titles(&account.formats, |title| reads(title, &kinds));
            statement.templates = of_titles(&account.templates, |title| reads(title, &kinds));
            statement.unread = of_titles(&account.unread, |title| makes(title, &kinds));
        }
    }
}

fn of_titles(all: &BTreeMap<&'static str, usize>, is_of: impl Fn(&str) -> bool) -> BTreeMap<&'static str, usize> {
    all.iter().filter(|(title, _)| is_of(title)).map(|(title, number)| (*title, *number)).collect()
}

/// What a file looks like, as a clause.
fn words(unread: Unread) -> String {
    match unread {
        Unread::Kind(kind) => format!("it looks like {kind}, which is not read"),
        Unread::Template(Some(of)) => format!("it looks like a template of {of}, and its templates are not read"),
        Unread::Template(None) => "it looks like a template, which is not read".to_owned(),
    }
}
