//! The weaknesses of all public keys of a scan, found once for each key and told to every fact that has it, within the scan's budget.
//! Not the arithmetic, which is the module `weak`'s.

use std::collections::{BTreeMap, HashMap};

use dashu_int::ops::BitTest as _;
use rayon::prelude::*;

use super::is_live;
use crate::budget::{Budget, Spent, Work};
use crate::digest::sha256;
use crate::facts::{Facts, Numbers, Place};
use crate::problem::Problem;
use crate::rules::contract::PublicKey;
use crate::source::{Location, SourceId};
use crate::weak::blocklist::Blocklist;
use crate::weak::{self, Weakness, published};

/// Looks for the weaknesses of all keys and certificates, and drops the numbers that they show in. The problems name the keys that were
/// too costly to look at.
pub(super) fn find(facts: &mut Facts, blocklist: Option<&Blocklist>, budget: &Budget) -> Vec<Problem> {
    let mut keys = Keys::take(facts);
    let found = keys.weaknesses(blocklist, budget);
    for (certificate, place) in facts.certificates.iter_mut() {
        keys.tell(&found, "key.shared-factor", &mut certificate.key, place);
    }
    for (key, place) in facts.keys.iter_mut() {
        keys.tell(&found, "public.shared-factor", &mut key.public, place);
    }
    keys.problems(&found)
}

/// A public key, wherever in the scan it stands.
struct Key {
    /// Its DER SubjectPublicKeyInfo; of an RSA key, until its modulus is compared with others.
    public: Box<[u8]>,
    /// The first of its places.
    home: Location,
    /// How many certificates that are in use have it.
    in_use: usize,
}

/// The distinct public keys of a scan.
#[derive(Default)]
struct Keys {
    list: Vec<Key>,
    positions: HashMap<[u8; 32], usize>,
}

/// What was found of one key.
#[derive(Default)]
struct Found {
    weaknesses: Vec<Weakness>,
    /// Keys that it shares a factor with, as many as are named.
    sharing: Vec<Location>,
    /// Why not everything was looked for.
    unpaid: Option<Spent>,
}

impl Keys {
    fn take(facts: &mut Facts) -> Self {
        let mut keys = Self::default();
        for (certificate, place) in facts.certificates.iter_mut() {
            if let Some(key) = keys.add(place) {
                key.in_use += usize::from(is_live(certificate.context.purpose));
            }
        }
        for (_, place) in facts.keys.iter_mut() {
            keys.add(place);
        }
        keys
    }

    fn add(&mut self, place: &mut Place) -> Option<&mut Key> {
        let (hash, public) = (place.spki?, place.public.take()?);
        let position = *self.positions.entry(hash).or_insert(self.list.len());
        if position == self.list.len() {
            self.list.push(Key { public, home: place.home, in_use: 0 });
        }
        self.list.get_mut(position)
    }

    /// What is found of each key. It is paid for in the order of the keys, before any is looked at.
    fn weaknesses(&mut self, blocklist: Option<&Blocklist>, budget: &Budget) -> Vec<Found> {
        let paid: Vec<_> = self.list.iter().map(|key| budget.pay(Work::Numbers, key.cost())).collect();
        let alone = |(key, paid): (&Key, &Result<(), Spent>)| key.alone(blocklist, *paid);
        let mut found: Vec<Found> = self.list.par_iter().zip(&paid).map(alone).collect();
        for (hash, &position) in &self.positions {
            if let Some(source) = published::source(hash) {
                found[position].weaknesses.push(("published", source.to_owned()));
                let in_use = self.list[position].in_use;
                found[position].weaknesses.extend((in_use > 0).then(|| ("in-use", in_use.to_string())));
            }
        }
        self.together(&mut found, budget);
        for found in &mut found {
            let spent = found.unpaid.map(|spent| ("unexamined", spent.to_string()));
            found.weaknesses.extend(spent);
        }
        found
    }

    /// Adds what moduli have in common: with each other, and with primes that everybody knows.
    fn together(&mut self, found: &mut [Found], budget: &Budget) {
        // Each modulus with the first key that has it, and each key with the position of its modulus.
        let (mut moduli, mut first, mut of_keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        for (position, key) in self.list.iter_mut().enumerate() {
            let Ok(Some(Numbers::Rsa { modulus, .. })) = Numbers::of_spki(&key.public) else { continue };
            let Some(number) = weak::examined(modulus).filter(|number| number.bit(0)) else { continue };
            let index = *known.entry(sha256(modulus)).or_insert(moduli.len());
            if index == moduli.len() {
                moduli.push(number);
                first.push(position);
            }
            of_keys.push((position, index));
            // Nobody asks for it again, and what follows takes much memory.
            key.public = Box::default();
        }
        drop(known);
        moduli.truncate(weak::cost::affordable(&moduli, budget));
        let commons = weak::commons(&moduli, budget);
        for (position, index) in of_keys {
            let (found, spent) = (&mut found[position], Some(Spent(Work::Numbers)));
            let Some(common) = commons.get(index) else {
                found.unpaid = spent;
                continue;
            };
            found.unpaid = found.unpaid.or(spent.filter(|_| common.is_unpaid));
            found.weaknesses.extend(common.weaknesses());
            found.sharing = common.with.iter().map(|&other| self.list[first[other]].home).collect();
        }
    }

    /// One for each source that holds keys which were too costly, at the first of them: there can be very many.
    fn problems(&self, found: &[Found]) -> Vec<Problem> {
        let mut of_sources: BTreeMap<SourceId, (Location, usize, Spent)> = BTreeMap::new();
        for (key, found) in self.list.iter().zip(found) {
            if let Some(spent) = found.unpaid {
                of_sources.entry(key.home.source).or_insert((key.home, 0, spent)).1 += 1;
            }
        }
        let problem = |(home, count, spent): (Location, usize, Spent)| {
            let others = if count > 1 { format!(", and of {} others in this file,", count - 1) } else { String::new() };
            Problem::parse(home, format!("not every weakness of this key{others} is looked for: {spent}"))
        };
        of_sources.into_values().map(problem).collect()
    }

    /// Tells a fact what was found of its key.
    fn tell(&self, found: &[Found], field: &'static str, public: &mut PublicKey, place: &mut Place) {
        let Some(&position) = place.spki.and_then(|hash| self.positions.get(&hash)) else { return };
        let of_key = &found[position];
        let weaknesses = of_key.weaknesses.iter();
        // Exactly so many: a scan can hold very many keys.
        public.attributes.reserve_exact(weaknesses.len());
        public.attributes.extend(weaknesses.map(|(name, value)| ((*name).to_owned(), value.clone())));
        for (index, &location) in of_key.sharing.iter().enumerate() {
            place.parts.insert((field, u32::try_from(index).ok()), location);
        }
    }
}

impl Key {
    /// What it costs to find what the key shows by itself.
    fn cost(&self) -> u64 {
        Numbers::of_spki(&self.public).ok().flatten().map_or(0, |numbers| weak::cost::of(&numbers))
    }

    /// What the key shows by itself, if that was paid for, and whether it is in a list.
    fn alone(&self, blocklist: Option<&Blocklist>, paid: Result<(), Spent>) -> Found {
        let weaknesses = match Numbers::of_spki(&self.public) {
            Ok(Some(numbers)) => {
                let mut weaknesses = if paid.is_ok() { weak::of(&numbers) } else { Vec::new() };
                weaknesses.extend(blocklist.and_then(|list| list.weakness(&numbers)));
                weaknesses.shrink_to_fit();
                weaknesses
            }
            Ok(None) => Vec::new(),
            Err(reason) => vec![("unexamined", format!("its numbers cannot be read: {reason}"))],
        };
        Found { weaknesses, sharing: Vec::new(), unpaid: paid.err() }
    }
}
