//! Reads all sources in every format that they are, in parallel, and assembles what spans several files.
//! Not a format itself, and not a judgement of which sources to read: [`matters`] only passes over what no format knows.

use std::collections::BTreeMap;

use keyreeve_documents::inventory;
use keyreeve_facts::Reading;
use keyreeve_material::password::Passwords;
use keyreeve_material::{encrypted, scan};
use keyreeve_servers::nginx;
use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{Source, SourceId, Sources, Span};
use rayon::prelude::*;

/// How much of the facts is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What rules judge.
    Judged,
    /// Also what only people look at: subject, issuer, serial number, digests.
    Everything,
}

/// What all sources hold, and how many were read in each format.
#[derive(Debug)]
pub struct Facts {
    /// Facts, problems, secrets.
    pub reading: Reading,
    /// Sources by format; one can be of several.
    pub formats: BTreeMap<&'static str, usize>,
    /// What is left of the scan's budget.
    pub budget: Budget,
}

/// Whether a source can hold a fact at all: asked of every file of a tree, so it is cheap.
pub fn matters(name: &str, bytes: &[u8]) -> bool {
    scan::may_hold(bytes)
        || nginx::recognises(name, bytes)
        || inventory::recognises(name, bytes)
        || encrypted::recognises(name, bytes)
}

/// Reads all sources, within the budget that a scan of their size has. What one of the passwords opens is read, too.
pub fn read(sources: &Sources, detail: Detail, passwords: &Passwords) -> Facts {
    let (parts, budget) = parts(sources, |id, source, budget| Part::of(id, source, detail, passwords, budget));
    let mut facts = Facts { reading: Reading::default(), formats: BTreeMap::new(), budget };
    let mut configurations = Vec::new();
    for part in parts {
        let formats =
            [("key material", part.material), ("key inventory", part.inventory), ("encrypted data", part.encrypted)];
        for (format, read) in formats {
            if let Some(reading) = read {
                facts.count(format);
                facts.reading.append(reading);
            }
        }
        if let Some(parsed) = part.nginx {
            facts.count("nginx");
            configurations.push(parsed);
        }
    }
    facts.reading.append(nginx::assemble(&configurations, sources, &facts.budget));
    facts
}

/// What each source gives, in parallel. If the budget is not enough for all, it is chance who was refused: then those that asked for any
/// of it are read once more, one after the other, so that it is always the last ones that go without.
fn parts(sources: &Sources, of: impl Fn(SourceId, &Source, &Budget) -> Part + Sync) -> (Vec<Part>, Budget) {
    let list: Vec<(SourceId, &Source)> = sources.iter().collect();
    let budget = || Budget::of(list.iter().map(|(_, source)| source.len() as u64).sum());
    let shared = budget();
    if list.len() == 1 {
        return (vec![of(list[0].0, list[0].1, &shared)], shared);
    }
    let mut parts: Vec<Part> = list.par_iter().map(|(id, source)| of(*id, source, &shared)).collect();
    if !shared.is_overdrawn() {
        return (parts, shared);
    }
    let ordered = budget();
    for ((id, source), part) in list.iter().zip(&mut parts).filter(|(_, part)| part.has_paid) {
        *part = of(*id, source, &ordered);
    }
    (parts, ordered)
}

impl Facts {
    fn count(&mut self, format: &'static str) {
        *self.formats.entry(format).or_default() += 1;
    }
}

/// One source in each format that it is.
struct Part {
    material: Option<Reading>,
    inventory: Option<Reading>,
    encrypted: Option<Reading>,
    nginx: Option<nginx::Parsed>,
    has_paid: bool,
}

impl Part {
    fn of(id: SourceId, source: &Source, detail: Detail, passwords: &Passwords, budget: &Budget) -> Self {
        let account = Account::new(budget);
        let (name, bytes) = (source.name.as_str(), source.bytes());
        // What is recognised of encrypted data has been read by then.
        let encrypted = Some(encrypted::read(id, source)).filter(|reading| !reading.is_empty());
        let file = scan::File::of(bytes);
        let read_material = || {
            let told = encrypted.iter().flat_map(|reading| &reading.problems).filter_map(span).collect();
            scan::read_file(id, &file, passwords, detail == Detail::Everything, told, &account)
        };
        Self {
            material: file.may_hold().then(read_material),
            inventory: inventory::recognises(name, bytes).then(|| inventory::read(id, source)),
            nginx: nginx::recognises(name, bytes).then(|| nginx::parse(id, source)),
            encrypted,
            has_paid: account.has_paid(),
        }
    }
}

fn span(problem: &Problem) -> Option<Span> {
    match &problem.subject {
        Subject::Place(location) => Some(location.span),
        Subject::Path(_) | Subject::Rule(_) => None,
    }
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
            let material = is_refused.then(Reading::default);
            Part { material, inventory: None, encrypted: None, nginx: None, has_paid: account.has_paid() }
        };
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (parts, budget) = pool.install(|| parts(&sources, of));
            let refused: Vec<usize> = (0..64).filter(|&number| parts[number].material.is_some()).collect();
            assert_eq!(refused, (20..64).step_by(2).collect::<Vec<_>>(), "{threads}");
            assert!(budget.is_overdrawn());
        }
    }
}
