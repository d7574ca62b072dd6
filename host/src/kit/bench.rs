//! Measures what a rule uses: fuel, which is the same everywhere, and time on this machine. It does not judge whether
//! that is much, but shows the limit of a call beside it.

use std::path::Path;
use std::time::{Duration, Instant};

use keyreeve_contract::FactKind;
use keyreeve_source::digest::sha256;

use super::inspect::defaults;
use super::samples;
use crate::rules::engine::Engine;
use crate::rules::limits::{Fault, fuel};
use crate::rules::load::{LoadError, Loader, read};
use crate::rules::rule::{Cost, Rule};

/// How many runs the median is taken of; fewer for a slow rule.
const RUNS: usize = 15;
const FEWEST_RUNS: usize = 3;
/// Time after which no further run begins.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a rule was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loading {
    /// Whether its native code was in the cache; otherwise it was compiled.
    pub cached: bool,
    /// The time until the rule had described itself.
    pub time: Duration,
}

/// What calls about one kind of fact use: the medians of several runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// The kind.
    pub kind: FactKind,
    /// How many facts the full call had.
    pub facts: usize,
    /// A call without facts; `None` if it fails, which no scan would notice, since a rule is never called without
    /// facts.
    pub empty: Option<Cost>,
    /// A call with all of them.
    pub full: Cost,
}

/// Loads a rule, and returns how.
///
/// # Errors
/// Those of [`Loader::rule`].
pub fn load(loader: &Loader<'_>, path: &Path) -> Result<(Rule, Loading), LoadError> {
    let bytes = read(path)?;
    let digest = sha256(&bytes);
    let cached = loader.kept(&digest).is_some();
    let begun = Instant::now();
    let rule = loader.rule(&path.to_string_lossy(), &bytes, &digest)?;
    Ok((rule, Loading { cached, time: begun.elapsed() }))
}

/// Calls a rule with so many samples of each kind that it examines.
///
/// # Errors
/// The [`Fault`] that ended a call.
pub fn measure(engine: &Engine, rule: &Rule, facts: usize) -> Result<Vec<Measurement>, Fault> {
    rule.kinds
        .iter()
        .map(|&kind| {
            let (empty, full) = (median(engine, rule, kind, 0).ok(), median(engine, rule, kind, facts)?);
            Ok(Measurement { kind, facts, empty, full })
        })
        .collect()
}

fn median(engine: &Engine, rule: &Rule, kind: FactKind, count: usize) -> Result<Cost, Fault> {
    let (settings, scan, facts) = (defaults(&rule.info), samples::scan(), samples::facts(kind, count));
    let (mut costs, begun) = (Vec::new(), Instant::now());
    while costs.len() < FEWEST_RUNS || (costs.len() < RUNS && begun.elapsed() < PATIENCE) {
        costs.push(rule.measured(engine, &settings, &scan, &facts, kind, 0..count)?.1);
    }
    let middle = |value: fn(&Cost) -> Duration| {
        let mut all: Vec<Duration> = costs.iter().map(value).collect();
        all.sort();
        all[all.len() / 2]
    };
    Ok(Cost { fuel: costs[0].fuel, instantiating: middle(|cost| cost.instantiating), whole: middle(|cost| cost.whole) })
}

impl Measurement {
    /// Fuel that each fact adds to a call.
    pub fn fuel_per_fact(&self) -> u64 {
        self.full.fuel.saturating_sub(self.empty.map_or(0, |empty| empty.fuel)) / self.facts.max(1) as u64
    }

    /// Time that each fact adds to a call, in nanoseconds.
    pub fn nanoseconds_per_fact(&self) -> u128 {
        let empty = self.empty.map_or(Duration::ZERO, |empty| empty.whole);
        self.full.whole.saturating_sub(empty).as_nanos() / self.facts.max(1) as u128
    }

    /// Fuel that the full call may use.
    pub fn most(&self) -> u64 {
        fuel(self.facts)
    }
}
