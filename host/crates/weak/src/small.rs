//! Finds factors up to 65537, by one greatest common divisor with the product of all small primes. It finds no larger
//! ones.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

/// Every prime up to this limit is tried; SP 800-89 and the Baseline Requirements ask for those below 752.
const LIMIT: u32 = 65_537;

static PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut composite = vec![false; LIMIT as usize + 1];
    let mut primes = Vec::new();
    for number in 2..=LIMIT {
        if !composite[number as usize] {
            primes.push(number);
            let multiples = (number as usize * number as usize..composite.len()).step_by(number as usize);
            multiples.for_each(|multiple| composite[multiple] = true);
        }
    }
    primes
});

/// The product of all small primes.
pub(super) static PRIMORIAL: LazyLock<UBig> = LazyLock::new(|| product(&PRIMES));

fn product(primes: &[u32]) -> UBig {
    match primes {
        [] => UBig::ONE,
        [one] => UBig::from(*one),
        _ => {
            let (left, right) = primes.split_at(primes.len() / 2);
            product(left) * product(right)
        }
    }
}

/// The smallest factor of a number, if that is a small prime.
pub fn factor(number: &UBig) -> Option<u32> {
    if number.is_zero() {
        return None;
    }
    let common = number.gcd(&*PRIMORIAL);
    if common.is_one() {
        return None;
    }
    PRIMES.iter().copied().find(|&prime| (&common % prime) == 0)
}

/// A number without its small factors.
pub(super) fn without(number: UBig) -> UBig {
    let mut rest = number;
    loop {
        let common = (&rest).gcd(&*PRIMORIAL);
        if common.is_one() {
            return rest;
        }
        rest /= common;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_factor_is_named() {
        let large = (UBig::ONE << 521) - 1u8;
        assert_eq!(factor(&(&large * 65_537u32 * 65_521u32)), Some(65_521));
        assert_eq!(factor(&(&large * 3u8 * 3u8)), Some(3));
        assert_eq!(factor(&large), None);
        assert_eq!(factor(&UBig::ZERO), None);
        assert_eq!(without(&large * 9u8 * 65_537u32), large);
    }
}
