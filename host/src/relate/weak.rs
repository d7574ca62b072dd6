//! Finds the weaknesses of all public keys of a scan, once for each key, and records them in every fact with that key.
//! The arithmetic is not here but in the crate `keyreeve-weak`.

use std::collections::HashMap;

use dashu_int::ops::BitTest as _;
use keyreeve_contract::PublicKey;
use keyreeve_facts::{Facts, Place};
use keyreeve_material::numbers_of_spki;
use keyreeve_source::Location;
use keyreeve_source::budget::{Budget, Spent, Work};
use keyreeve_source::digest::sha256;
use keyreeve_source::problem::Problem;
use keyreeve_weak as weak;
use keyreeve_weak::Numbers;
use keyreeve_weak::blocklist::Blocklist;
use keyreeve_weak::{Weakness, published};
use rayon::prelude::*;

use super::is_live;

/// Finds the weaknesses of all keys and certificates, as far as the budget lasts, and then drops the keys' numbers.
/// Returns a problem for each key that was not examined, or not compared with others.
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

/// A public key, wherever it stands in the scan.
struct Key {
    /// Its DER SubjectPublicKeyInfo; for an RSA key, only until its modulus is compared with others.
    public: Box<[u8]>,
    /// The first of its places.
    home: Location,
    /// How many certificates in use have it.
    in_use: usize,
}

/// The distinct public keys of a scan.
#[derive(Default)]
struct Keys {
    list: Vec<Key>,
    positions: HashMap<[u8; 32], usize>,
}

/// What was found about one key.
#[derive(Default)]
struct Found {
    weaknesses: Vec<Weakness>,
    /// Keys with which it shares a factor; only those that are named.
    sharing: Vec<Location>,
    /// Why something was not examined.
    spent: Option<Spent>,
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

    /// What is found of each key.
    fn weaknesses(&mut self, blocklist: Option<&Blocklist>, budget: &Budget) -> Vec<Found> {
        // The budget pays for one key after the other, so that on every machine the same keys are left out.
        let paid: Vec<Result<(), Spent>> = self.list.iter().map(|key| key.pay(budget)).collect();
        let alone = |(key, paid): (&Key, Result<(), Spent>)| Found {
            weaknesses: key.alone(blocklist, paid),
            spent: paid.err(),
            ..Found::default()
        };
        let mut found: Vec<Found> = self.list.par_iter().zip(paid).map(alone).collect();
        for (hash, &position) in &self.positions {
            if let Some(source) = published::source(hash) {
                found[position].weaknesses.push(("published", source.to_owned()));
                let in_use = self.list[position].in_use;
                found[position].weaknesses.extend((in_use > 0).then(|| ("in-use", in_use.to_string())));
            }
        }
        self.together(&mut found, budget);
        found
    }

    /// Adds the factors that moduli share: with each other, and with publicly known primes.
    fn together(&mut self, found: &mut [Found], budget: &Budget) {
        // Each modulus with the first key that has it, and each key with the position of its modulus.
        let (mut moduli, mut first, mut of_keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: HashMap<[u8; 32], usize> = HashMap::new();
        for (position, key) in self.list.iter_mut().enumerate() {
            let Ok(Some(Numbers::Rsa { modulus, .. })) = numbers_of_spki(&key.public) else { continue };
            let Some(number) = weak::examined(modulus).filter(|number| number.bit(0)) else { continue };
            let index = *known.entry(sha256(modulus)).or_insert(moduli.len());
            if index == moduli.len() {
                moduli.push(number);
                first.push(position);
            }
            of_keys.push((position, index));
            // It is not needed again, and the next steps take much memory.
            key.public = Box::default();
        }
        drop(known);
        let commons = weak::commons(&moduli, budget);
        for (position, index) in of_keys {
            let common = &commons[index];
            found[position].weaknesses.extend(common.weaknesses());
            found[position].spent = found[position].spent.or(common.spent);
            found[position].sharing = common.with.iter().map(|&other| self.list[first[other]].home).collect();
        }
    }

    /// A problem at the first place of each key that was not fully examined.
    fn problems(&self, found: &[Found]) -> Vec<Problem> {
        let keys = self.list.iter().zip(found);
        let spent = keys.filter_map(|(key, found)| Some((key.home, found.spent?)));
        spent
            .map(|(home, spent)| Problem::parse(home, format!("whether the key is weak is not known: {spent}")))
            .collect()
    }

    /// Records in a fact what was found about its key.
    fn tell(&self, found: &[Found], field: &'static str, public: &mut PublicKey, place: &mut Place) {
        let Some(&position) = place.spki.and_then(|hash| self.positions.get(&hash)) else { return };
        let of_key = &found[position];
        let weaknesses = of_key.weaknesses.iter();
        // No spare room: a scan can have very many keys.
        public.attributes.reserve_exact(weaknesses.len());
        public.attributes.extend(weaknesses.map(|(name, value)| ((*name).to_owned(), value.clone())));
        for (index, &location) in of_key.sharing.iter().enumerate() {
            place.parts.insert((field, u32::try_from(index).ok()), location);
        }
    }
}

impl Key {
    /// Pays for examining the key by itself.
    fn pay(&self, budget: &Budget) -> Result<(), Spent> {
        let price = numbers_of_spki(&self.public).ok().flatten().map(|numbers| weak::price(&numbers));
        budget.pay(Work::Numbers, price.unwrap_or_default())
    }

    /// What the key shows by itself, if that was paid for.
    fn alone(&self, blocklist: Option<&Blocklist>, paid: Result<(), Spent>) -> Vec<Weakness> {
        match numbers_of_spki(&self.public) {
            Ok(Some(numbers)) => {
                let mut weaknesses = match paid {
                    Ok(()) => weak::of(&numbers),
                    Err(spent) => vec![weak::unexamined(spent.to_string())],
                };
                weaknesses.extend(blocklist.and_then(|list| list.weakness(&numbers)));
                weaknesses.shrink_to_fit();
                weaknesses
            }
            Ok(None) => Vec::new(),
            Err(reason) => vec![("unexamined", format!("its numbers cannot be read: {reason}"))],
        }
    }
}
