//! Fermat's method: it finds the factors of a modulus that are close to each other. It finds no others.

use dashu_int::UBig;
use dashu_int::ops::SquareRoot as _;
use keyreeve_source::price;

use super::square::{FILTERS, is_square};

/// The number of rounds that the Baseline Requirements of the CA/Browser Forum ask for (section 6.1.1.3).
const ROUNDS: u32 = 100;

/// The highest price of all rounds for a modulus of so many bytes: whoever chooses a modulus can choose one that passes
/// the filters in every round.
pub(super) fn price(bytes: usize) -> u64 {
    u64::from(ROUNDS) * price::root(bytes)
}

/// After how many rounds the method finds both factors of an odd modulus; 0 for a perfect square, whose factors are
/// equal. Returns `None` if it does not find them. Round k tries whether (⌊√n⌋ + k)² - n is a square.
pub fn rounds(modulus: &UBig) -> Option<u32> {
    let root = modulus.sqrt();
    if root.sqr() == *modulus {
        return (!modulus.is_one()).then_some(0);
    }
    let roots = FILTERS.map(|filter| &root % filter.modulus);
    let moduli = FILTERS.map(|filter| modulus % filter.modulus);
    (1..=ROUNDS).find(|&round| {
        let can_be = (0..FILTERS.len()).all(|index| {
            let modulus = FILTERS[index].modulus;
            let sum = roots[index] + u64::from(round);
            FILTERS[index].passes((sum * sum + modulus - moduli[index]) % modulus)
        });
        can_be && splits(modulus, &(&root + round))
    })
}

/// Whether that number is the mean of two factors, neither of which is 1.
fn splits(modulus: &UBig, mean: &UBig) -> bool {
    let square = mean.sqr() - modulus;
    is_square(&square) && mean - square.sqrt() > UBig::ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_factors_are_found_in_the_round_in_which_they_are() {
        // 2^521 - 1 is prime.
        assert_eq!(rounds(&((UBig::ONE << 521) - 1u8).sqr()), Some(0));
        for (distance, expected) in [(1u8, Some(9)), (2, Some(33)), (3, Some(73)), (4, None)] {
            let (mean, distance) = ((UBig::ONE << 200) + 1u8, UBig::from(distance) << 102);
            assert_eq!(rounds(&((&mean - &distance) * (&mean + &distance))), expected);
        }
    }

    #[test]
    fn factors_far_from_each_other_and_primes_are_left() {
        let (p, q) = ((UBig::ONE << 255) - 19u8, (UBig::ONE << 521) - 1u8);
        assert_eq!(rounds(&(&p * &q)), None);
        assert_eq!(rounds(&p), None);
        assert_eq!([1u8, 3, 5, 7, 13].map(|small| rounds(&UBig::from(small))), [None; 5]);
        assert_eq!(rounds(&UBig::from(35u8)), Some(1));
    }

    #[test]
    fn no_number_makes_it_fail() {
        for number in 1u32..20_000 {
            let found = rounds(&UBig::from(2 * number + 1));
            let composite =
                (3..200).step_by(2).any(|factor| (2 * number + 1) % factor == 0 && 2 * number + 1 != factor);
            assert!(composite || found.is_none(), "{}", 2 * number + 1);
        }
    }
}
