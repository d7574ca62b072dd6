//! Reads all sources in every format that they are, in parallel, settles which format a file is, and has each format assemble what
//! spans several files. Not a format itself: it knows none by name.

use std::collections::{BTreeSet, HashSet};

use keyreeve_contract::FactKind;
use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Source, SourceId, Sources, Span};
use rayon::prelude::*;

use crate::format::{AnyPart, names_match};
use crate::inner::{Inner, Inside, Map, Marks, Reached};
use crate::said::Said;
use crate::template;
use crate::{AnyFormat, Claim, Given, Look, Out, Place, Reading, Text};

/// How deep texts inside texts are followed: an nginx.conf in a Secret in a list in a here-document is three. Of a template
/// the text without tags is one more.
const DEPTH: usize = 4;

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

/// A source in each format that it is.
struct Part {
    readings: Vec<(usize, Reading)>,
    parts: Vec<(usize, AnyPart)>,
    taken: Vec<(usize, Claim)>,
    has_paid: bool,
}

/// A text inside a source.
struct Found {
    /// The text around it.
    parent: SourceId,
    /// The source that it is in, however deep.
    outer: SourceId,
    /// From its places to that source's, the innermost first.
    maps: Vec<Map>,
    reached: Reached,
}

/// The texts inside some texts, and what there is to say of those that are left out.
type Nested = (Vec<(Source, Found)>, Vec<Problem>);

impl Formats {
    /// A table of these.
    pub fn new(lists: &[&[&'static dyn AnyFormat]]) -> Self {
        let all: Vec<_> = lists.iter().flat_map(|list| list.iter().copied()).collect();
        let marks = Marks::new(all.iter().map(|format| format.row()));
        Self { all, marks }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn AnyFormat> {
        self.all.iter().copied()
    }

    /// Whether a source can hold a fact at all: asked of every file of a tree, so it is cheap.
    pub fn matter(&self, name: &str, bytes: &[u8]) -> bool {
        if let Some(whole) = Marks::whole(bytes) {
            return self.matter(name, &whole.bytes);
        }
        let look = Look { name, bytes };
        self.all.iter().any(|format| claim(*format, &look) > Claim::No)
            || self.marks.announce(name, bytes)
            || self.template(&look).is_some()
    }

    /// The formats that read a text, with their claims: all that are looked for within any file, and of the others the one that
    /// claims it most.
    pub fn of(&self, look: &Look<'_>) -> Vec<(usize, Claim)> {
        // What is encoded as a whole is read once it is decoded.
        if Marks::is_whole(look.bytes) {
            return Vec::new();
        }
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
            // As a template it is given to a format that knows of these without its tags.
            let is_masked = || format.row().templates && template::is_one(look.name, look.bytes);
            if claim > winner.map_or(Claim::No, |(_, strongest)| strongest) && !is_masked() {
                winner = Some((index, claim));
            }
        }
        winner
    }

    /// The text without tags of a template that a format claims, or in which texts stand that one may.
    fn template(&self, look: &Look<'_>) -> Option<Inner> {
        let masked = Some(look).filter(|look| template::may_be(look.name, look.bytes));
        let template::Masked { name, bytes } = masked.and_then(|look| template::masked(look.name, look.bytes))?;
        let look = Look { name: &name, bytes: &bytes };
        let mut formats = self.all.iter().filter(|format| format.row().exclusive && format.row().templates);
        let is_one = formats.any(|format| claim(*format, &look) > Claim::No) || self.marks.carries(&name, &bytes);
        is_one.then_some(Inner { name, bytes, map: Map::Shifted(0), how: Reached::Masked })
    }

    /// Reads all sources, within the budget that a scan of their size has.
    pub fn read(&self, sources: &Sources, given: Given<'_>) -> Read {
        let bytes = sources.iter().map(|(_, source)| source.len() as u64).sum();
        let mut all = self.stage(sources, given, Budget::of(bytes), |_| Reached::File);
        let (mut found, left_out) = self.nested(sources, |id| (Reached::File, id, &[]));
        let mut said = Said::of(&all.reading, &parents(&found));
        all.reading.problems.extend(left_out);
        for _ in 0..DEPTH {
            if found.is_empty() {
                break;
            }
            let (inner, texts): (Vec<Source>, Vec<Found>) = found.into_iter().unzip();
            let inner = Sources::new(inner);
            let budget = std::mem::replace(&mut all.budget, Budget::of(0));
            let Read { mut reading, taken, budget } =
                self.stage(&inner, given, budget, |id| texts[id.0 as usize].reached);
            all.budget = budget;
            let (next, left_out) = self.nested(&inner, |id| {
                let Found { reached, outer, maps, .. } = &texts[id.0 as usize];
                (*reached, *outer, maps)
            });
            let said_inside = Said::of(&reading, &parents(&next));
            reading.problems.extend(left_out);
            all.add_inner(reading, taken, &inner, &texts, &said);
            (found, said) = (next, said_inside);
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

    /// The texts inside some texts; of each of these is asked how it was reached, in which source it is, and how its places are
    /// places there.
    fn nested<'t>(
        &self,
        sources: &Sources,
        around: impl Fn(SourceId) -> (Reached, SourceId, &'t [Map]) + Sync,
    ) -> Nested {
        let list: Vec<(SourceId, &Source)> = sources.iter().collect();
        let inside = |(id, source): &(SourceId, &Source)| {
            let text = Text::new(*id, source);
            let is_masked = around(*id).0 == Reached::Masked;
            let look = Look { name: text.name(), bytes: text.bytes() };
            let template = Some(look).filter(|_| !is_masked).and_then(|look| self.template(&look));
            let mut inside = self.marks.inside(&text, !is_masked, template.is_none());
            inside.texts.extend(template);
            inside
        };
        let all: Vec<Inside> = list.par_iter().map(inside).collect();
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for ((parent, source), Inside { texts, left_out }) in list.into_iter().zip(all) {
            let (_, outer, maps) = around(parent);
            for inner in texts {
                // A text without a name of its own is called as the one around it.
                let name = if inner.name.is_empty() { source.name.clone() } else { inner.name };
                let maps = std::iter::once(inner.map).chain(maps.iter().cloned()).collect();
                found.push((Source::new(name, None, inner.bytes), Found { parent, outer, maps, reached: inner.how }));
            }
            if left_out > 0 {
                let message =
                    format!("{left_out} texts inside it were not read: they are too many, or too long together");
                problems.push(Problem::parse(Location { source: parent, span: Span::new(0, 0) }, message));
            }
        }
        (found, problems)
    }

    /// Reads texts that stand beside each other, and assembles them.
    fn stage(
        &self,
        sources: &Sources,
        given: Given<'_>,
        budget: Budget,
        reached: impl Fn(SourceId) -> Reached + Sync,
    ) -> Read {
        let of = |id, source: &Source, budget: &Budget| self.part(id, source, given, budget, reached(id));
        let (parts, budget) = parts(sources, budget, of);
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
    fn part(&self, id: SourceId, source: &Source, given: Given<'_>, budget: &Budget, reached: Reached) -> Part {
        let (account, text) = (Account::new(budget), Text::new(id, source));
        let mut part = Part { readings: Vec::new(), parts: Vec::new(), taken: Vec::new(), has_paid: false };
        let mut told = HashSet::new();
        for (index, claim) in self.of(&Look { name: text.name(), bytes: text.bytes() }) {
            let row = self.all[index].row();
            let is_asked = match reached {
                Reached::File | Reached::Decoded => true,
                Reached::Literally => row.exclusive,
                Reached::Masked => row.exclusive && row.templates,
            };
            if !is_asked {
                continue;
            }
            let mut out = Out { reading: Reading::default(), given, account: &account, told };
            if let Some(read) = self.all[index].read(&text, &mut out) {
                part.parts.push((index, read));
                part.taken.push((index, claim));
            }
            told = out.told;
            told.extend(out.reading.problems.iter().filter_map(Problem::place).map(|location| location.span));
            part.readings.push((index, out.reading));
        }
        part.has_paid = account.has_paid();
        part
    }
}

impl Read {
    /// Adds what stands in texts inside sources, with places in these, but for what was said of the texts around them.
    fn add_inner(&mut self, mut reading: Reading, taken: Vec<Taken>, inner: &Sources, texts: &[Found], said: &Said) {
        let in_parent = |location: Location| {
            let Found { parent, maps, reached, .. } = &texts[location.source.0 as usize];
            (*reached == Reached::Decoded).then(|| Location { source: *parent, span: maps[0].span(location.span) })
        };
        let is_new = |kind: FactKind, place: &Place| !in_parent(place.home).is_some_and(|at| said.has_fact(kind, at));
        reading.facts.retain(&is_new);
        let is_told = |problem: &Problem| problem.place().and_then(in_parent).is_some_and(|at| said.has_any(at));
        reading.problems.retain(|problem| !is_told(problem));
        reading.relocate(&|location: Location| {
            let text = &texts[location.source.0 as usize];
            Location { source: text.outer, span: text.maps.iter().fold(location.span, |span, map| map.span(span)) }
        });
        // What another format said of the same bytes is not said again.
        let told: BTreeSet<&Problem> = self.reading.problems.iter().collect();
        reading.problems.retain(|problem| !told.contains(problem));
        self.reading.append(reading);
        self.taken.extend(taken.into_iter().map(|taken| Taken {
            source: texts[taken.source.0 as usize].outer,
            inside: Some(inner[taken.source].name.clone()),
            ..taken
        }));
    }
}

/// Which texts others stand in.
fn parents(found: &[(Source, Found)]) -> HashSet<SourceId> {
    found.iter().map(|(_, found)| found.parent).collect()
}

/// What a format claims of a file, if its names agree.
fn claim(format: &dyn AnyFormat, look: &Look<'_>) -> Claim {
    if names_match(format.row().names, look.name) { format.claims(look) } else { Claim::No }
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
