//! The factors that moduli of a scan have in common: with each other, with primes that are published, with small primes. What is
//! said of them names no factor, for a factor of a modulus is its private key.

use std::collections::HashMap;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

use super::{Weakness, batch, cost, known, small};
use crate::budget::Budget;

/// Of fewer moduli the products of known primes are divided by each block of moduli one by one: making one of them takes longer.
const FEW: usize = 256;
/// So many factors that are no prime are compared with each other: more are not told apart, but are still known to be shared.
const COMPARED: usize = 1000;
/// So many other moduli are named.
const NAMED: usize = 8;

/// The factors of one modulus that it does not have for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Common {
    /// The smallest factor up to 65537.
    pub(crate) small: Option<u32>,
    /// Where a factor is published.
    pub(crate) known: Option<String>,
    /// How many other moduli have a larger factor of this one.
    pub(crate) others: usize,
    /// Positions of the first of these.
    pub(crate) with: Vec<usize>,
    /// Whether it was too costly to look where a factor is published.
    pub(crate) is_unpaid: bool,
}

impl Common {
    /// As attributes of a public key. The number of others says nothing of the factor.
    pub(crate) fn weaknesses(&self) -> Vec<Weakness> {
        let small = self.small.map(|factor| ("small-factor", factor.to_string()));
        let known = self.known.clone().map(|source| ("known-factor", source));
        let shared = (self.others > 0).then(|| ("shared-factor", self.others.to_string()));
        [small, known, shared].into_iter().flatten().collect()
    }
}

/// For each modulus its common factors. The moduli are distinct, none is zero, and comparing them has been paid for; what is found is looked
/// at more closely at the expense of that budget.
pub(crate) fn commons(moduli: &[UBig], budget: &Budget) -> Vec<Common> {
    let mut commons = vec![Common::default(); moduli.len()];
    if moduli.is_empty() {
        return commons;
    }
    let mut groups: HashMap<UBig, Vec<usize>> = HashMap::new();
    let mut known = vec![&*small::PRIMORIAL];
    match moduli.len() {
        ..FEW => known.extend(known::each()),
        _ => known.push(&known::ALL),
    }
    for (index, factor) in batch::common_factors(moduli, &known).into_iter().enumerate() {
        if factor.is_one() {
            continue;
        }
        commons[index].small = small::factor(&factor);
        let factor = small::without(factor);
        if !factor.is_one() {
            match cost::pay_for_source(&factor, budget) {
                Ok(()) => commons[index].known = known::source(&factor),
                Err(_) => commons[index].is_unpaid = true,
            }
            groups.entry(factor).or_default().push(index);
        }
    }
    for group in related(groups, budget) {
        for index in &group.members {
            commons[*index].others = group.size - 1;
            commons[*index].with = group.first.iter().filter(|other| *other != index).take(NAMED).copied().collect();
        }
    }
    commons
}

/// Moduli that have the same factor in common with others.
struct Group {
    members: Vec<usize>,
    /// How many moduli have a factor of that one: the members, and those of other groups where it is no prime.
    size: usize,
    /// The first of them, one more than are named.
    first: Vec<usize>,
}

impl Group {
    fn of(members: Vec<usize>) -> Self {
        Self { size: members.len(), first: members.iter().take(NAMED + 1).copied().collect(), members }
    }

    fn relate(&mut self, others: &[usize]) {
        self.size += others.len();
        self.first.extend(others.iter().take(NAMED + 1));
        self.first.sort_unstable();
        self.first.truncate(NAMED + 1);
    }
}

/// The moduli of each shared factor, and which of these groups have a factor in common after all.
fn related(groups: HashMap<UBig, Vec<usize>>, budget: &Budget) -> Vec<Group> {
    let mut groups: Vec<(UBig, Vec<usize>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, members)| members[0]);
    let (factors, members): (Vec<UBig>, Vec<Vec<usize>>) = groups.into_iter().unzip();
    let composite = composite(&factors, &members, budget);
    let mut groups: Vec<Group> = members.iter().cloned().map(Group::of).collect();
    let (mut compared, mut left) = composite.split_at(composite.len().min(COMPARED));
    let longest: Vec<&UBig> = compared.iter().map(|&index| &factors[index]).collect();
    if cost::pay_for_pairs(&longest, budget).is_err() {
        (compared, left) = (&[], &composite);
    }
    for (position, &one) in compared.iter().enumerate() {
        for &other in &compared[position + 1..] {
            if !(&factors[one]).gcd(&factors[other]).is_one() {
                groups[one].relate(&members[other]);
                groups[other].relate(&members[one]);
            }
        }
    }
    // One more at least, whichever it is.
    left.iter().for_each(|&index| groups[index].size += 1);
    groups
}

/// Positions of the factors that have a factor in common with others. If finding out costs too much, those of a single modulus: it shares
/// its factor with another one that has a different factor as well.
fn composite(factors: &[UBig], members: &[Vec<usize>], budget: &Budget) -> Vec<usize> {
    if cost::affordable(factors, budget) < factors.len() {
        return (0..factors.len()).filter(|&index| members[index].len() == 1).collect();
    }
    let common = batch::common_factors(factors, &[]);
    (0..factors.len()).filter(|&index| !common[index].is_one()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Primes that are in no list: 2^n - k.
    const PRIMES: [(usize, u64); 6] = [(255, 19), (256, 189), (521, 1), (384, 317), (512, 569), (128, 159)];

    fn modulus(one: usize, other: usize) -> UBig {
        let prime = |(bits, below): (usize, u64)| (UBig::ONE << bits) - below;
        prime(PRIMES[one]) * prime(PRIMES[other])
    }

    /// With enough to spend.
    fn all(moduli: &[UBig]) -> Vec<Common> {
        commons(moduli, &Budget::of(1 << 20))
    }

    fn others(moduli: &[UBig]) -> Vec<(usize, Vec<usize>)> {
        all(moduli).into_iter().map(|common| (common.others, common.with)).collect()
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
    fn without_anything_to_spend_moduli_are_known_to_share_factors_and_not_with_which() {
        let moduli = [modulus(0, 1), modulus(1, 2), modulus(2, 0), modulus(0, 3), modulus(4, 5)];
        let poor = commons(&moduli, &Budget::of_bytes_alone(0));
        assert_eq!(poor.iter().map(|common| common.others > 0).collect::<Vec<_>>(), [true, true, true, true, false]);
        assert_eq!(poor.iter().map(|common| common.is_unpaid).collect::<Vec<_>>(), [true, true, true, true, false]);
    }

    #[test]
    fn small_factors_are_named_and_not_shared() {
        let moduli = [modulus(0, 1) * 3u8, modulus(2, 3) * 3u8 * 5u8, modulus(4, 5)];
        let common = all(&moduli);
        assert_eq!(common.iter().map(|common| common.small).collect::<Vec<_>>(), [Some(3), Some(3), None]);
        assert!(common.iter().all(|common| common.others == 0 && common.known.is_none()));
    }

    #[test]
    fn of_many_others_the_first_are_named() {
        let moduli: Vec<UBig> =
            (0..40u64).map(|index| modulus(0, 2) * (UBig::ONE << 600 | UBig::from(2 * index + 1))).collect();
        let common = all(&moduli);
        assert!(common.iter().all(|common| common.others == 39 && common.with.len() == NAMED), "{common:?}");
        assert_eq!(common[3].with, [0, 1, 2, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn few_moduli_and_many_are_compared_with_the_same_primes() {
        let weak = [known::ALL.clone() * ((UBig::ONE << 521) - 1u8), modulus(2, 3) * 3u8];
        let own = |index: usize| (UBig::ONE << 600) + 1u8 + (UBig::from(index) << 64);
        let many: Vec<UBig> = weak.iter().cloned().chain((0..FEW).map(own)).collect();
        let of = |common: &Common| (common.small, common.known.clone());
        let (few, many) = (all(&weak), all(&many));
        assert_eq!(few.iter().map(of).collect::<Vec<_>>(), many[..2].iter().map(of).collect::<Vec<_>>());
        assert!(all(&[]).is_empty());
    }

    #[test]
    fn a_published_factor_is_known_by_where_it_is_published() {
        let known = known::ALL.clone();
        let large = (UBig::ONE << 521) - 1u8;
        let common = all(&[known * large]);
        assert_eq!(common[0].known.as_deref(), Some("badkeys 0.0.21, primes512"));
        assert_eq!(common[0].others, 0);
    }
}
