//! Tells whether numbers are perfect squares: checking their residues first excludes nearly all others. It does not
//! return the root, which nothing here needs.

use dashu_int::UBig;
use dashu_int::ops::SquareRoot as _;

/// Moduli, each with the residues that squares can have, one bit for each. One random number in 1,600 passes all of
/// them.
pub(super) const FILTERS: [Filter; 8] =
    [filter(64), filter(63), filter(65), filter(11), filter(17), filter(19), filter(23), filter(31)];

/// A modulus below 128, and the residues of squares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter {
    /// The modulus.
    pub(super) modulus: u64,
    squares: u128,
}

impl Filter {
    /// Whether a square can have that residue.
    pub(super) const fn passes(self, residue: u64) -> bool {
        self.squares >> residue & 1 == 1
    }
}

const fn filter(modulus: u64) -> Filter {
    let (mut squares, mut root) = (0, 0);
    while root < modulus {
        squares |= 1 << (root * root % modulus);
        root += 1;
    }
    Filter { modulus, squares }
}

/// Whether a number is a perfect square.
pub(super) fn is_square(number: &UBig) -> bool {
    FILTERS.iter().all(|filter| filter.passes(number % filter.modulus)) && number.sqrt().sqr() == *number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_and_only_squares_are_found() {
        let squares: Vec<u32> = (0..5000).filter(|&number| is_square(&UBig::from(number))).collect();
        assert_eq!(squares, (0..71).map(|root| root * root).collect::<Vec<_>>());
    }
}
