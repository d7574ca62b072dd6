//! Relates facts that show something only together: a key in several places, what the inventory says about it, what it
//! opens, and what the numbers of all keys show. It does not judge: it completes facts, so that no rule needs to see
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

/// Completes the facts of a scan by which keys are weak, as far as the budget lasts; keys that were not examined are
/// reported as problems. This needs no source, but much memory and time if there are very many keys.
pub fn weigh(facts: &mut Facts, blocklist: Option<&Blocklist>, budget: &Budget) -> Vec<Problem> {
    weak::find(facts, blocklist, budget)
}

fn is_live(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Live | Purpose::Unspecified)
}

/// A key that is both in a fixture and in live use is live everywhere.
fn raise_live_keys(facts: &mut Facts) {
    let in_fixture = |(key, place): (&Key, &Place)| place.spki.filter(|_| key.context.purpose == Purpose::Fixture);
    // Only few keys are in fixtures, but very many may be live.
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
