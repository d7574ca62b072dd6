//! Reads all sources in every format that they are, in parallel, settles which format a file is, and has each format assemble what
//! spans several files. Not a format itself: it knows none by name.

use std::collections::{BTreeSet, HashSet};

use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{Location, Source, SourceId, Sources, Span};
use rayon::prelude::*;

use crate::format::{AnyPart, names_match};
use crate::inner::{Map, Marks};
use crate::{AnyFormat, Claim, Given, Look, Out, Reading, Text};

/// How deep texts inside texts are followed: an nginx.conf in a Secret in a list in a here-document is three.
const DEPTH: usize = 3;

/// The formats that a scan knows, in the order in which they read a file.
#[derive(Debug)]
pub struct Formats {
    all: Vec<&'static dyn AnyFormat>,
    marks: Marks,
}

impl std::fmt::Debug for dyn AnyFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.row().id)
    }
}

/// What all sources hold, and as what they were read.
#[derive(Debug)]
pub struct Read {
    /// Facts, problems, secrets.
    pub reading: Reading,
    /// As what each source was read, in order.
    pub taken: Vec<Taken>,
    /// What is left of the scan's budget.
    pub budget: Budget,
}

/// As what a source was read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// The source.
    pub source: SourceId,
    /// The format's title.
    pub format: &'static str,
    /// How sure the format is.
    pub claim: Claim,
    /// What a text inside the source is called there; nothing where it is the source itself.
    pub inside: Option<String>,
}

/// Whether a text is a file, or stands inside one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    File,
    Inside,
}

/// A source in each format that it is.
struct Part {
    readings: Vec<(usize, Reading)>,
    parts: Vec<(usize, AnyPart)>,
    taken: Vec<(usize, Claim)>,
    has_paid: bool,
}

/// A text inside a source.
struct Found {
    /// The source that it is in, however deep.
    outer: SourceId,
    /// From its places to that source's, the innermost first.
    maps: Vec<Map>,
}

impl Formats {
    /// A table of these.
    pub fn new(lists: &[&[&'static dyn AnyFormat]]) -> Self {
        let all: Vec<_> = lists.iter().flat_map(|list| list.iter().copied()).collect();
        let marks: Vec<&str> = all.iter().flat_map(|format| format.row().marks).copied().collect();
        Self { all, marks: Marks::new(&marks) }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn AnyFormat> {
        self.all.iter().copied()
    }

    /// Whether a source can hold a fact at all: asked of every file of a tree, so it is cheap.
    pub fn matter(&self, name: &str, bytes: &[u8]) -> bool {
        let look = Look { name, bytes };
        self.all.iter().any(|format| claim(*format, &look) > Claim::No) || self.marks.announce(name, bytes)
    }

    /// The formats that read a text, with their claims: all that are looked for within any file, and of the others the one that
    /// claims it most.
    pub fn of(&self, look: &Look<'_>) -> Vec<(usize, Claim)> {
        let winner = self.winner(look);
        let claims = self.all.iter().enumerate().map(|(index, format)| match format.row().exclusive {
            true => winner.filter(|(winner, _)| *winner == index).unwrap_or((index, Claim::No)),
            false => (index, claim(*format, look)),
        });
        claims.filter(|(_, claim)| *claim > Claim::No).collect()
    }

    /// The title of the format that a file is of as a whole, if it is of one.
    pub fn as_whole(&self, look: &Look<'_>) -> Option<&'static str> {
        self.winner(look).map(|(index, _)| self.all[index].row().title)
    }

    /// Of the formats that a file is of as a whole the one that claims it most, of equals the first.
    fn winner(&self, look: &Look<'_>) -> Option<(usize, Claim)> {
        let mut winner: Option<(usize, Claim)> = None;
        for (index, format) in self.all.iter().enumerate().filter(|(_, format)| format.row().exclusive) {
            let claim = claim(*format, look);
            if claim > winner.map_or(Claim::No, |(_, strongest)| strongest) {
                winner = Some((index, claim));
            }
        }
        winner
    }

    /// Reads all sources, within the budget that a scan of their size has.
    pub fn read(&self, sources: &Sources, given: Given<'_>) -> Read {
        let bytes = sources.iter().map(|(_, source)| source.len() as u64).sum();
        let mut all = self.stage(sources, given, Budget::of(bytes), Depth::File);
        let mut found = self.inside(sources, |source| Found { outer: source, maps: Vec::new() });
        for _ in 0..DEPTH {
            if found.is_empty() {
                break;
            }
            let (inner, texts): (Vec<Source>, Vec<Found>) = found.into_iter().unzip();
            let inner = Sources::new(inner);
            let read = self.stage(&inner, given, std::mem::replace(&mut all.budget, Budget::of(0)), Depth::Inside);
            all.budget = read.budget;
            all.add_inner(read.reading, read.taken, &inner, &texts);
            found = self.inside(&inner, |source| {
                let around = &texts[source.0 as usize];
                Found { outer: around.outer, maps: around.maps.clone() }
            });
        }
        all.taken.sort();
        all
    }

    /// Which of some files, that no format has claimed, the sources name as theirs: what an include names is a source whatever it looks
    /// like.
    pub fn named(&self, sources: &Sources, others: &[String]) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        if others.is_empty() {
            return named;
        }
        let known = sources.len();
        let placeholders = others.iter().map(|name| Source::new(name.as_str(), None, Vec::new()));
        let all = Sources::new(sources.iter().map(|(_, source)| source.again()).chain(placeholders).collect());
        let budget = Budget::of(sources.iter().map(|(_, source)| source.len() as u64).sum());
        let mut parts: Vec<Vec<AnyPart>> = self.all.iter().map(|_| Vec::new()).collect();
        for (id, source) in sources.iter() {
            let look = Look { name: &source.name, bytes: source.bytes() };
            let Some((format, _)) = self.winner(&look) else { continue };
            let (account, reading) = (Account::new(&budget), Reading::default());
            let mut out = Out { reading, given: Given::NOTHING, account: &account, told: HashSet::new() };
            parts[format].extend(self.all[format].read(&Text::new(id, source), &mut out));
        }
        for (format, parts) in self.all.iter().zip(parts).filter(|(_, parts)| !parts.is_empty()) {
            let ids = format.names(parts, &all, known).into_iter().filter(|id| id.0 as usize >= known);
            named.extend(ids.map(|id| all[id].name.clone()));
        }
        named
    }

    /// The texts inside some texts that a format claims.
    fn inside(&self, sources: &Sources, around: impl Fn(SourceId) -> Found + Sync) -> Vec<(Source, Found)> {
        let list: Vec<(SourceId, &Source)> = sources.iter().collect();
        let of = |(id, source): &(SourceId, &Source)| {
            let texts = self.marks.texts(&Text::new(*id, source));
            let texts = texts.into_iter().map(|inner| {
                let mut found = around(*id);
                found.maps.insert(0, inner.map);
                // A text without a name of its own is called as the one around it.
                let name = if inner.name.is_empty() { source.name.clone() } else { inner.name };
                (Source::new(name, None, inner.bytes), found)
            });
            texts.collect::<Vec<_>>()
        };
        list.par_iter().flat_map_iter(of).collect()
    }

    /// Reads texts that stand beside each other, and assembles them.
    fn stage(&self, sources: &Sources, given: Given<'_>, budget: Budget, depth: Depth) -> Read {
        let (parts, budget) = parts(sources, budget, |id, source, budget| self.part(id, source, given, budget, depth));
        let mut read = Read { reading: Reading::default(), taken: Vec::new(), budget };
        let mut to_assemble: Vec<Vec<AnyPart>> = self.all.iter().map(|_| Vec::new()).collect();
        for ((id, _), part) in sources.iter().zip(parts) {
            part.readings.into_iter().for_each(|(_, reading)| read.reading.append(reading));
            part.parts.into_iter().for_each(|(format, part)| to_assemble[format].push(part));
            let taken = part.taken.into_iter().map(|(format, claim)| {
                let format = self.all[format].row().title;
                Taken { source: id, format, claim, inside: None }
            });
            read.taken.extend(taken);
        }
        for (format, parts) in self.all.iter().zip(to_assemble).filter(|(_, parts)| !parts.is_empty()) {
            read.reading.append(format.assemble(parts, sources, &read.budget));
        }
        read
    }

    /// One text in each format that it is.
    fn part(&self, id: SourceId, source: &Source, given: Given<'_>, budget: &Budget, depth: Depth) -> Part {
        let (account, text) = (Account::new(budget), Text::new(id, source));
        let mut part = Part { readings: Vec::new(), parts: Vec::new(), taken: Vec::new(), has_paid: false };
        let mut told = HashSet::new();
        for (index, claim) in self.of(&Look { name: text.name(), bytes: text.bytes() }) {
            // What is looked for within any file is found in the file itself.
            if depth == Depth::Inside && !self.all[index].row().exclusive {
                continue;
            }
            let mut out = Out { reading: Reading::default(), given, account: &account, told };
            if let Some(read) = self.all[index].read(&text, &mut out) {
                part.parts.push((index, read));
                part.taken.push((index, claim));
            }
            told = out.told;
            told.extend(out.reading.problems.iter().filter_map(span));
            part.readings.push((index, out.reading));
        }
        part.has_paid = account.has_paid();
        part
    }
}

impl Read {
    /// Adds what stands in texts inside sources, with places in these.
    fn add_inner(&mut self, mut reading: Reading, taken: Vec<Taken>, inner: &Sources, texts: &[Found]) {
        reading.relocate(&|location: Location| {
            let text = &texts[location.source.0 as usize];
            Location { source: text.outer, span: text.maps.iter().fold(location.span, |span, map| map.span(span)) }
        });
        // What another format said of the same bytes is not said again.
        let said: BTreeSet<&Problem> = self.reading.problems.iter().collect();
        reading.problems.retain(|problem| !said.contains(problem));
        self.reading.append(reading);
        self.taken.extend(taken.into_iter().map(|taken| Taken {
            source: texts[taken.source.0 as usize].outer,
            inside: Some(inner[taken.source].name.clone()),
            ..taken
        }));
    }
}

/// What a format claims of a file, if its names agree.
fn claim(format: &dyn AnyFormat, look: &Look<'_>) -> Claim {
    if names_match(format.row().names, look.name) { format.claims(look) } else { Claim::No }
}

fn span(problem: &Problem) -> Option<Span> {
    match &problem.subject {
        Subject::Place(location) => Some(location.span),
        Subject::Path(_) | Subject::Rule(_) => None,
    }
}

/// What each source gives, in parallel. If the budget is not enough for all, it is chance who was refused: then those that asked for any
/// of it are read once more, one after the other, so that it is always the last ones that go without.
fn parts(
    sources: &Sources,
    budget: Budget,
    of: impl Fn(SourceId, &Source, &Budget) -> Part + Sync,
) -> (Vec<Part>, Budget) {
    let list: Vec<(SourceId, &Source)> = sources.iter().collect();
    if list.len() == 1 {
        return (vec![of(list[0].0, list[0].1, &budget)], budget);
    }
    let ordered = budget.copy();
    let mut parts: Vec<Part> = list.par_iter().map(|(id, source)| of(*id, source, &budget)).collect();
    if !budget.is_overdrawn() {
        return (parts, budget);
    }
    for ((id, source), part) in list.iter().zip(&mut parts).filter(|(_, part)| part.has_paid) {
        *part = of(*id, source, &ordered);
    }
    (parts, ordered)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keyreeve_source::budget::Work;

    use super::*;

    #[test]
    fn of_sources_that_overdraw_the_budget_together_it_is_always_the_last_ones_that_go_without() {
        let sources = Sources::new((0..64).map(|number| Source::new(format!("{number:02}"), None, *b"abc")).collect());
        let each = Work::Numbers.allowance(64 * 3) / 10;
        let of = |id: SourceId, _: &Source, budget: &Budget| {
            let account = Account::new(budget);
            // Every second one asks for nothing, and is read once.
            let is_refused = id.0.is_multiple_of(2) && account.pay(Work::Numbers, each).is_err();
            let readings = if is_refused { vec![(0, Reading::default())] } else { Vec::new() };
            Part { readings, parts: Vec::new(), taken: Vec::new(), has_paid: account.has_paid() }
        };
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (parts, budget) = pool.install(|| parts(&sources, Budget::of(64 * 3), of));
            let refused: Vec<usize> = (0..64).filter(|&number| !parts[number].readings.is_empty()).collect();
            assert_eq!(refused, (20..64).step_by(2).collect::<Vec<_>>(), "{threads}");
            assert!(budget.is_overdrawn());
        }
    }
}
