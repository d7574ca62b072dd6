//! Measures the rules: how long until they are loaded, what a fact costs each of them, and all of them beside reading and
//! parsing. Figures are printed, never asserted; the program as a whole is measured by `programs`.

#![allow(clippy::print_stdout, reason = "printing figures is what it is for")]

mod facts;
mod loading;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use jiff::civil::Date;
use keyreeve::discover;
use keyreeve::discover::Request;
use keyreeve::formats::{Detail, matters};
use keyreeve::policy::Policy;
use keyreeve::progress::Silent;
use keyreeve::rules::built_in::{BUILT_IN, BuiltIn};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::judge::judge;
use keyreeve::rules::set::{Entry, RuleSet, Selection};
use keyreeve::scan;
use keyreeve::scan::Given;
use keyreeve_bench::generate;
use keyreeve_bench::measure::{interleaved, ratio, time};
use keyreeve_contract::FactKind;
use keyreeve_contract::Scan;

/// The day that everything is judged at: the certificates to measure with were issued then.
const AS_OF: Date = Date::constant(2026, 11, 23);
/// Facts of each kind that are judged in one go.
const FACTS: usize = 8 * 1024;

fn main() -> Result<()> {
    let engine = Engine::new().map_err(|error| anyhow!("{error:#}"))?;
    let policy = Policy::built_in();
    let rules = load(&policy)?;
    start_up(&engine, &policy, &rules);
    loading::loading(&engine)?;
    beside_parsing(&engine, &policy, &rules)?;
    each_fact(&engine, &rules);
    Ok(())
}

fn load(policy: &Policy) -> Result<RuleSet> {
    Ok(RuleSet::load(policy, &Selection::default(), &|_| Err("there is none".to_owned()))?)
}

/// What happens besides looking at files: a rule's code is loaded when the rule is first called.
fn start_up(engine: &Engine, policy: &Policy, rules: &RuleSet) {
    let fresh = |entry: &Entry| BUILT_IN.iter().find(|rule| rule.id == entry.rule.info.id).map(BuiltIn::rule);
    let [start, set, first, next] = interleaved(
        50,
        [
            &mut || drop(black_box(Engine::new())),
            &mut || drop(black_box(load(policy))),
            &mut || {
                for entry in &rules.entries {
                    drop(black_box(fresh(entry).map(|rule| rule.try_settings(engine, &entry.settings))));
                }
            },
            &mut || {
                for entry in &rules.entries {
                    drop(black_box(entry.rule.try_settings(engine, &entry.settings)));
                }
            },
        ],
    );
    println!("\nstart-up with {} rules", BUILT_IN.len());
    for (what, taken) in [
        ("the engine, with its clock", start),
        ("what all rules say of themselves, and the policy", set),
        ("code, an instance and a first call of each rule", first),
        ("  of this, an instance and the call", next),
    ] {
        println!("{what:<48}{:>11}", time(taken));
    }
}

/// All rules over ten thousand certificates, beside reading and parsing these.
fn beside_parsing(engine: &Engine, policy: &Policy, rules: &RuleSet) -> Result<()> {
    let folder = tempfile::tempdir()?;
    generate::certificates(folder.path(), 100, 100)?;
    let root = folder.path().canonicalize()?;
    let paths: [PathBuf; 1] = [root.clone()];
    let walk = || discover::walk(&Request { root: &root, paths: &paths, keep: &matters }, &Silent);
    let mut discovery = walk();
    let facts = scan::understand(&mut discovery.sources, policy, Detail::Judged, &Given::default()).facts;
    const REPETITIONS: usize = 11;
    let count = facts.count(FactKind::Certificates);
    // One for each run, and for the one before them.
    let mut copies = vec![facts; REPETITIONS + 1];
    let mut one = || copies.pop().unwrap_or_else(|| unreachable!("there is one for each run"));
    let [parse, judge] = interleaved(
        REPETITIONS,
        [
            &mut || drop(black_box(scan::understand(&mut walk().sources, policy, Detail::Judged, &Given::default()))),
            &mut || drop(black_box(scan::judged(engine, rules, one(), &discovery.sources, AS_OF))),
        ],
    );
    println!("\n{count} certificates");
    println!("{:<48}{:>11}", "reading and parsing", time(parse));
    println!("{:<48}{:>11}", "all rules, findings included", time(judge));
    println!("{:<48}{:>11}   (aim: below 1 ×)", "ratio", ratio(judge, parse));
    Ok(())
}

/// What a fact costs each rule: in the sandbox, with instances and settings, and natively.
fn each_fact(engine: &Engine, rules: &RuleSet) {
    let facts = facts::host::all(FACTS);
    println!("\n{:<48}{:>11}{:>11}{:>10}   (aim: 1 µs a fact)", "a fact costs", "sandbox", "native", "ratio");
    for entry in &rules.entries {
        for &kind in &entry.rule.kinds {
            let name = format!("{} of {}", entry.rule.info.id, kind.interface());
            let sandbox = &mut || in_sandbox(engine, entry, &facts[&kind]);
            let each = |whole: Duration| whole / FACTS as u32;
            match facts::native::judged(&entry.rule.info.id, kind, FACTS) {
                Some(mut native) => {
                    let [sandbox, native] = interleaved(21, [sandbox, &mut native]).map(each);
                    println!("{name:<48}{:>11}{:>11}{:>10}", time(sandbox), time(native), ratio(sandbox, native));
                }
                None => {
                    let [sandbox] = interleaved(21, [sandbox]).map(each);
                    println!("{name:<48}{:>11}{:>11}{:>10}", time(sandbox), "-", "-");
                }
            }
        }
    }
}

fn in_sandbox(engine: &Engine, entry: &Entry, facts: &keyreeve_facts::Facts) {
    let scan = Scan { as_of: facts::AS_OF, attributes: Vec::new() };
    drop(black_box(judge(engine, &[(&entry.rule, &entry.settings)], &scan, facts)));
}
