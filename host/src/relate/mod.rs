//! Relates facts that only together show something: a key in several places, what the inventory says of it, what it
//! opens, and what the numbers of all keys show. Not a judgement: it completes facts, so that a rule never needs to see
//! the whole scan.

mod inventory;
mod openers;
mod revoked;
mod weak;

use std::collections::HashSet;

use keyreeve_contract::{Key, Purpose};
use keyreeve_facts::{Facts, Place};
use keyreeve_source::Sources;
use keyreeve_source::budget::Budget;
use keyreeve_source::problem::Problem;
use keyreeve_weak::blocklist::Blocklist;

/// Completes the facts of a scan: which keys the inventory names, when they were last rotated, which entries were
/// found, which fixtures are in live use after all, which certificates are revoked, and what opens encrypted data.
pub fn relate(facts: &mut Facts, sources: &Sources) {
    inventory::link(facts, sources);
    raise_live_keys(facts);
    revoked::mark(facts);
    openers::find(facts, sources);
}

/// Completes the facts of a scan by which keys are weak, as far as its budget pays for; what was not looked for is a
/// problem. This takes no source, but memory and time where the keys are very many.
pub fn weigh(facts: &mut Facts, blocklist: Option<&Blocklist>, budget: &Budget) -> Vec<Problem> {
    weak::find(facts, blocklist, budget)
}

fn is_live(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Live | Purpose::Unspecified)
}

/// A key that stands in a fixture and in live use is live wherever it stands.
fn raise_live_keys(facts: &mut Facts) {
    let in_fixture = |(key, place): (&Key, &Place)| place.spki.filter(|_| key.context.purpose == Purpose::Fixture);
    // Few keys stand in fixtures, and very many may be live.
    let fixtures: HashSet<[u8; 32]> = facts.keys.iter().filter_map(in_fixture).collect();
    let certificates = facts.certificates.iter().map(|(fact, place)| (fact.context.purpose, place.spki));
    let keys = facts.keys.iter().map(|(fact, place)| (fact.context.purpose, place.spki));
    let live = certificates.chain(keys).filter_map(|(purpose, spki)| spki.filter(|_| is_live(purpose)));
    let live: HashSet<[u8; 32]> = live.filter(|spki| fixtures.contains(spki)).collect();
    for (key, place) in facts.keys.iter_mut() {
        if key.context.purpose == Purpose::Fixture && place.spki.is_some_and(|spki| live.contains(&spki)) {
            key.context.purpose = Purpose::Live;
        }
    }
}
