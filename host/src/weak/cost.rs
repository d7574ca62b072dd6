//! What looking at the numbers of keys costs, as `Work::Numbers` counts it, where a file decides that: the lengths of its numbers, and how
//! many moduli there are. Coarse, and never less than half of what it takes.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::{LONGEST, batch, curve, finite_field, wiener};
use crate::budget::{Budget, Spent, Work, power};
use crate::facts::Numbers;

/// 64-bit words of the product of all small primes, and of those of all known ones.
const SMALL: u64 = 1_500;
const KNOWN: u64 = 45_000;
/// What any key costs.
const KEY: u64 = 5_000;

/// Of what a key shows by itself.
pub(crate) fn of(numbers: &Numbers<'_>) -> u64 {
    let of_key = match *numbers {
        Numbers::Rsa { modulus, exponent } => of_rsa(modulus.len(), exponent.len()),
        Numbers::Dsa { p, q, g, y } if finite_field::is_examined(&[p, g, y], q) => {
            2 * power(8 * q.len() as u64, words(p.len().max(g.len()).max(y.len())))
        }
        Numbers::Dsa { .. } | Numbers::Dh { .. } => 0,
        Numbers::Ec { curve, point } => curve::cost(curve, point),
        // A power in the field of the curve.
        Numbers::Fixed { key, .. } if key.len() <= 64 => 2 * power(8 * key.len() as u64, words(key.len())),
        Numbers::Fixed { .. } => 0,
    };
    of_key + KEY
}

fn of_rsa(modulus: usize, exponent: usize) -> u64 {
    if modulus.max(exponent) * 8 > LONGEST {
        return 0;
    }
    let (words, bits) = (words(modulus), 8 * modulus as u64);
    // Roots and squares; and small factors of a modulus with few bits.
    let ordinary = 4 * words * words + SMALL * words;
    // A step of Euclid's algorithm for each few bits of the modulus, with a few multiplications.
    let fractions = if exponent * 8 > wiener::ORDINARY { bits * (words * words / 4 + 200) } else { 0 };
    ordinary + fractions
}

/// Pays for comparing moduli with each other, for as many as there is enough for: the first ones, and how many these are. The price of a
/// tree grows a little faster than its length; with each further block every block is divided once more.
pub(crate) fn affordable(moduli: &[UBig], budget: &Budget) -> usize {
    let most = budget.left(Work::Numbers);
    let (mut total, mut blocks, mut in_block) = (0_u64, 1_u64, 0);
    let mut paid = (0, 0);
    for (index, modulus) in moduli.iter().enumerate() {
        let bits = modulus.bit_len();
        if in_block > 0 && in_block + bits > batch::BLOCK {
            (blocks, in_block) = (blocks + 1, 0);
        }
        in_block += bits;
        total += words(bits.div_ceil(8));
        let levels = u64::from(total.min(batch::BLOCK as u64 / 64).ilog2()) + 1;
        let price = total.saturating_mul(700 * levels + 1_000 * (blocks - 1));
        if price > most {
            break;
        }
        paid = (index + 1, price);
    }
    // Nobody else spends of it meanwhile.
    if budget.pay(Work::Numbers, paid.1).is_ok() { paid.0 } else { 0 }
}

/// Pays for looking where a factor that is no small one is published.
pub(super) fn pay_for_source(factor: &UBig, budget: &Budget) -> Result<(), Spent> {
    budget.pay(Work::Numbers, (KNOWN + 4 * SMALL) * words(factor.bit_len().div_ceil(8)))
}

/// Pays for comparing each of some factors with each other.
pub(super) fn pay_for_pairs(factors: &[&UBig], budget: &Budget) -> Result<(), Spent> {
    let longest = factors.iter().map(|factor| words(factor.bit_len().div_ceil(8))).max().unwrap_or(0);
    let pairs = factors.len() as u64 * factors.len() as u64 / 2;
    budget.pay(Work::Numbers, pairs.saturating_mul(8 * longest * longest + 1_000))
}

/// 64-bit words of a number of so many bytes.
fn words(bytes: usize) -> u64 {
    bytes.div_ceil(8) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_keys_cost_less_than_their_own_bytes_allow_and_ten_thousand_are_compared() {
        let modulus = vec![0xff; 256];
        let rsa = Numbers::Rsa { modulus: &modulus, exponent: &[1, 0, 1] };
        let line = 372;
        let budget = Budget::of(10_000 * line);
        for _ in 0..10_000 {
            assert_eq!(budget.pay(Work::Numbers, of(&rsa)), Ok(()));
        }
        let moduli = vec![UBig::from_be_bytes(&modulus); 10_000];
        assert_eq!(affordable(&moduli, &budget), moduli.len());
    }

    #[test]
    fn what_is_too_much_is_refused_and_the_first_moduli_are_still_compared() {
        let modulus = UBig::ones(LONGEST);
        let moduli = vec![modulus; 4_000];
        let budget = Budget::of_bytes_alone(1 << 20);
        let compared = affordable(&moduli, &budget);
        assert!((100..2_000).contains(&compared), "{compared}");
        assert!(pay_for_pairs(&moduli[..1_000].iter().collect::<Vec<_>>(), &budget).is_err());
    }

    #[test]
    fn a_long_public_exponent_costs_more_the_longer_it_is() {
        let number = vec![0xff; LONGEST / 8];
        let of = |length: usize, exponent: usize| {
            super::of(&Numbers::Rsa { modulus: &number[..length], exponent: &number[..exponent] })
        };
        assert!(of(2048, 2048) > 200_000_000);
        assert!(of(2048, 3) < 1_000_000);
        assert!(of(256, 256) < 2_000_000);
    }
}
