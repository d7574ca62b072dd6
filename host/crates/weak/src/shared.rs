//! Finds the factors that moduli of a scan have in common: with each other, with published primes, with small primes.
//! No text here names a factor, because a factor of a modulus is its private key.

use std::collections::HashMap;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;
use keyreeve_source::budget::{Budget, Spent, Work};
use keyreeve_source::price;

use super::{Weakness, batch, known, small, unexamined};

/// If there are fewer moduli than this, the products of known primes are divided by each block of moduli directly:
/// making one product of them would take longer.
const FEW: usize = 256;
/// How many factors that are not prime are compared with each other. Further ones are not told apart, but are still
/// known to be shared.
const COMPARED: usize = 1000;
/// The most other moduli that are named.
const NAMED: usize = 8;

/// The factors that one modulus shares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    /// The smallest factor up to 65537.
    pub small: Option<u32>,
    /// Where one of its factors is published.
    pub known: Option<String>,
    /// How many other moduli share a larger factor with this one.
    pub others: usize,
    /// Positions of the first of those moduli.
    pub with: Vec<usize>,
    /// Why it was not compared with all moduli, or with any.
    pub spent: Option<Spent>,
}

impl Common {
    /// The weaknesses as attributes of a public key. The number of other moduli does not reveal the factor.
    pub fn weaknesses(&self) -> Vec<Weakness> {
        let small = self.small.map(|factor| ("small-factor", factor.to_string()));
        let known = self.known.clone().map(|source| ("known-factor", source));
        let shared = (self.others > 0).then(|| ("shared-factor", self.others.to_string()));
        let spent = self.spent.map(|spent| unexamined(spent.to_string()));
        [small, known, shared, spent].into_iter().flatten().collect()
    }
}

/// The common factors of each modulus, as far as the budget lasts. The moduli must be distinct, and none may be zero.
pub fn commons(moduli: &[UBig], budget: &Budget) -> Vec<Common> {
    let mut commons = vec![Common::default(); moduli.len()];
    if moduli.is_empty() {
        return commons;
    }
    let mut known = vec![&*small::PRIMORIAL];
    match moduli.len() {
        ..FEW => known.extend(known::each()),
        _ => known.push(&known::ALL),
    }
    let (compared, rest) = batch::paid(moduli, &known, budget);
    commons[compared..].iter_mut().for_each(|common| common.spent = rest.err());
    let mut groups: HashMap<UBig, Vec<usize>> = HashMap::new();
    for (index, factor) in batch::common_factors(&moduli[..compared], &known).into_iter().enumerate() {
        if factor.is_one() {
            continue;
        }
        commons[index].small = small::factor(&factor);
        let factor = small::without(factor);
        if !factor.is_one() {
            groups.entry(factor).or_default().push(index);
        }
    }
    for group in related(groups, budget) {
        let published = published(&group.factor, budget);
        for index in &group.members {
            let common = &mut commons[*index];
            common.spent = published.as_ref().err().copied().or(group.spent);
            common.known = published.as_ref().ok().cloned().flatten();
            common.others = group.size - 1;
            common.with = group.first.iter().filter(|other| *other != index).take(NAMED).copied().collect();
        }
    }
    commons
}

/// Where a factor is published.
fn published(factor: &UBig, budget: &Budget) -> Result<Option<String>, Spent> {
    let lengths = known::each().map(batch::bytes);
    budget.pay(Work::Factors, lengths.map(|length| price::gcd(batch::bytes(factor), length)).sum())?;
    Ok(known::source(factor))
}

/// Moduli that share the same factor.
struct Group {
    factor: UBig,
    members: Vec<usize>,
    /// How many moduli have this factor: the members, and if the factor is not prime, those of related groups.
    size: usize,
    /// The first of them, one more than are named.
    first: Vec<usize>,
    /// Why it was not compared with other groups.
    spent: Option<Spent>,
}

impl Group {
    fn of(factor: UBig, members: Vec<usize>) -> Self {
        let first = members.iter().take(NAMED + 1).copied().collect();
        Self { factor, size: members.len(), first, members, spent: None }
    }

    fn relate(&mut self, others: &[usize]) {
        self.size += others.len();
        self.first.extend(others.iter().take(NAMED + 1));
        self.first.sort_unstable();
        self.first.truncate(NAMED + 1);
    }
}

/// Groups the moduli by shared factor, and relates groups whose factors have a factor in common.
fn related(groups: HashMap<UBig, Vec<usize>>, budget: &Budget) -> Vec<Group> {
    let mut groups: Vec<Group> = groups.into_iter().map(|(factor, members)| Group::of(factor, members)).collect();
    groups.sort_by_key(|group| group.members[0]);
    let factors: Vec<UBig> = groups.iter().map(|group| group.factor.clone()).collect();
    if let (_, Err(spent)) = batch::paid(&factors, &[], budget) {
        groups.iter_mut().for_each(|group| group.spent = Some(spent));
        return groups;
    }
    let common = batch::common_factors(&factors, &[]);
    let composite: Vec<usize> = (0..factors.len()).filter(|&index| !common[index].is_one()).collect();
    let (compared, left) = composite.split_at(comparable(&composite, &factors, budget));
    let members: Vec<Vec<usize>> = groups.iter().map(|group| group.members.clone()).collect();
    for (position, &one) in compared.iter().enumerate() {
        for &other in &compared[position + 1..] {
            if !(&factors[one]).gcd(&factors[other]).is_one() {
                groups[one].relate(&members[other]);
                groups[other].relate(&members[one]);
            }
        }
    }
    // At least one more modulus has the factor, whichever it is.
    left.iter().for_each(|&index| groups[index].size += 1);
    groups
}

/// How many of the factors can be compared, each with all before it.
fn comparable(composite: &[usize], factors: &[UBig], budget: &Budget) -> usize {
    let lengths: Vec<usize> = composite.iter().take(COMPARED).map(|&index| batch::bytes(&factors[index])).collect();
    let price = |position: usize| lengths[..position].iter().map(|&other| price::gcd(lengths[position], other)).sum();
    (0..lengths.len()).take_while(|&position| budget.pay(Work::Factors, price(position)).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Primes that are in no list: 2^n - k.
    const PRIMES: [(usize, u64); 6] = [(255, 19), (256, 189), (521, 1), (384, 317), (512, 569), (128, 159)];

    /// The budget of a large scan.
    fn ample() -> Budget {
        Budget::of(1 << 30)
    }

    fn modulus(one: usize, other: usize) -> UBig {
        let prime = |(bits, below): (usize, u64)| (UBig::ONE << bits) - below;
        prime(PRIMES[one]) * prime(PRIMES[other])
    }

    fn others(moduli: &[UBig]) -> Vec<(usize, Vec<usize>)> {
        commons(moduli, &ample()).into_iter().map(|common| (common.others, common.with)).collect()
    }

    #[test]
    fn moduli_with_a_factor_in_common_name_each_other() {
        let moduli = [modulus(0, 1), modulus(2, 3), modulus(0, 4), modulus(0, 5)];
        assert_eq!(others(&moduli), [(2, vec![2, 3]), (0, vec![]), (2, vec![0, 3]), (2, vec![0, 2])]);
    }

    #[test]
    fn moduli_that_share_both_factors_with_different_ones_name_all_of_them() {
        let moduli = [modulus(0, 1), modulus(1, 2), modulus(2, 0), modulus(0, 3), modulus(4, 5)];
        let expected = [(3, vec![1, 2, 3]), (2, vec![0, 2]), (3, vec![0, 1, 3]), (2, vec![0, 2]), (0, vec![])];
        assert_eq!(others(&moduli), expected);
    }

    #[test]
    fn moduli_that_are_not_paid_for_are_said_to_be_unexamined() {
        let moduli = [modulus(0, 1) * 3u8, modulus(0, 2)];
        let spent = Spent(Work::Factors);
        let found = commons(&moduli, &Budget::left_with(Work::Factors, 100));
        assert_eq!(found, vec![Common { spent: Some(spent), ..Common::default() }; 2]);
        assert_eq!(found[0].weaknesses(), [unexamined(spent.to_string())]);
    }

    #[test]
    fn a_factor_that_is_shared_is_told_even_if_nothing_is_left_to_ask_who_published_it() {
        let moduli = [modulus(0, 1), modulus(0, 2)];
        let ample = ample();
        let before = ample.left(Work::Factors);
        assert!(commons(&moduli, &ample).iter().all(|common| common.others == 1 && common.spent.is_none()));
        // Asking that is the last that is paid for.
        let budget = Budget::left_with(Work::Factors, before - ample.left(Work::Factors) - 1);
        let found = commons(&moduli, &budget);
        assert!(found.iter().all(|common| common.others == 1 && common.spent.is_some()), "{found:?}");
    }

    #[test]
    fn small_factors_are_named_and_not_shared() {
        let moduli = [modulus(0, 1) * 3u8, modulus(2, 3) * 3u8 * 5u8, modulus(4, 5)];
        let common = commons(&moduli, &ample());
        assert_eq!(common.iter().map(|common| common.small).collect::<Vec<_>>(), [Some(3), Some(3), None]);
        assert!(common.iter().all(|common| common.others == 0 && common.known.is_none()));
    }

    #[test]
    fn of_many_others_the_first_are_named() {
        let moduli: Vec<UBig> =
            (0..40u64).map(|index| modulus(0, 2) * (UBig::ONE << 600 | UBig::from(2 * index + 1))).collect();
        let common = commons(&moduli, &ample());
        assert!(common.iter().all(|common| common.others == 39 && common.with.len() == NAMED), "{common:?}");
        assert_eq!(common[3].with, [0, 1, 2, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn few_moduli_and_many_are_compared_with_the_same_primes() {
        let weak = [known::ALL.clone() * ((UBig::ONE << 521) - 1u8), modulus(2, 3) * 3u8];
        let own = |index: usize| (UBig::ONE << 600) + 1u8 + (UBig::from(index) << 64);
        let many: Vec<UBig> = weak.iter().cloned().chain((0..FEW).map(own)).collect();
        let of = |common: &Common| (common.small, common.known.clone());
        let (few, many) = (commons(&weak, &ample()), commons(&many, &ample()));
        assert_eq!(few.iter().map(of).collect::<Vec<_>>(), many[..2].iter().map(of).collect::<Vec<_>>());
        assert!(commons(&[], &ample()).is_empty());
    }

    #[test]
    fn a_published_factor_is_known_by_where_it_is_published() {
        let known = known::ALL.clone();
        let large = (UBig::ONE << 521) - 1u8;
        let common = commons(&[known * large], &ample());
        assert_eq!(common[0].known.as_deref(), Some("badkeys 0.0.21, primes512"));
        assert_eq!(common[0].others, 0);
    }
}
