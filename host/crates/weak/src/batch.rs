//! Finds the common factors of many moduli at once, with a product tree and a scaled remainder tree down it (Bernstein,
//! "Scaled remainder trees", 2004). Which moduli share a factor with which is worked out elsewhere, for the few that
//! share any.

use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, Gcd as _};
use keyreeve_source::budget::{Budget, Spent, Work};
use keyreeve_source::price;

/// Bits of the product of a block. Memory grows with this number, and time with the square of the number of blocks. It
/// lies a little below a power of two, where the number theoretic transform of long products doubles in length.
const BLOCK: usize = (1 << 22) - (1 << 12);
/// How many moduli a leaf of a tree has.
const LEAF: usize = 16;
/// Extra bits of a fraction beyond those of its denominator. Each level of a tree costs one or two of them.
const SLACK: usize = 64;

/// How many of the moduli, counted from the first, can be compared with each other and with `known` primes, and why not
/// all of them. The budget pays for whole blocks.
pub(super) fn paid(moduli: &[UBig], known: &[&UBig], budget: &Budget) -> (usize, Result<(), Spent>) {
    let known: usize = known.iter().map(|known| bytes(known)).sum();
    let mut paid = 0;
    for (index, block) in blocks(moduli).into_iter().enumerate() {
        if let Err(spent) = budget.pay(Work::Factors, price(block, index, known)) {
            return (paid, Err(spent));
        }
        paid += block.len();
    }
    (paid, Ok(()))
}

/// The price of a block after so many others: its tree, reducing in both directions with each of the others, and known
/// primes of so many bytes.
fn price(block: &[UBig], others: usize, known: usize) -> u64 {
    let block: usize = block.iter().map(bytes).sum();
    let tree = price::long_product(block) * price::levels(block);
    let reduction = 3 * price::long_product(BLOCK / 8);
    let known = price::division(block, known).min(reduction + price::long_product(known));
    tree + known + 2 * reduction * others as u64
}

pub(super) fn bytes(number: &UBig) -> usize {
    number.bit_len().div_ceil(8)
}

/// For each modulus, its greatest common divisor with the product of all other moduli and of `known`. No number may be
/// zero.
pub fn common_factors(moduli: &[UBig], known: &[&UBig]) -> Vec<UBig> {
    let blocks = blocks(moduli);
    let products: Vec<UBig> =
        if blocks.len() > 1 { blocks.iter().map(|block| product(block)).collect() } else { Vec::new() };
    let mut common = Vec::with_capacity(moduli.len());
    for (index, block) in blocks.iter().enumerate() {
        let others = products.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, product)| product);
        common.extend(of_block(block, others.chain(known.iter().copied())));
    }
    common
}

fn blocks(moduli: &[UBig]) -> Vec<&[UBig]> {
    let (mut blocks, mut start, mut bits) = (Vec::new(), 0, 0);
    for (index, modulus) in moduli.iter().enumerate() {
        if bits + modulus.bit_len() > BLOCK && index > start {
            blocks.push(&moduli[start..index]);
            (start, bits) = (index, 0);
        }
        bits += modulus.bit_len();
    }
    blocks.extend((start < moduli.len()).then(|| &moduli[start..]));
    blocks
}

fn product(numbers: &[UBig]) -> UBig {
    match numbers {
        [] => UBig::ONE,
        [one] => one.clone(),
        _ => {
            let (left, right) = numbers.split_at(numbers.len() / 2);
            let (left, right) = rayon::join(|| product(left), || product(right));
            left * right
        }
    }
}

fn of_block<'a>(moduli: &[UBig], others: impl Iterator<Item = &'a UBig>) -> Vec<UBig> {
    let (root, sum) = Node::over(moduli);
    let reducer = Reducer::new(&root.product);
    let sum = others.fold(sum % &root.product, |sum, other| reducer.rest(sum * (other % &root.product)));
    root.common(moduli, reducer.fraction(&sum))
}

/// Divides by the same number repeatedly, by multiplying with its reciprocal (Barrett; Menezes and others, "Handbook of
/// Applied Cryptography", algorithm 14.42).
struct Reducer<'a> {
    divisor: &'a UBig,
    bits: usize,
    /// 2^(2 bits + SLACK) / divisor.
    reciprocal: UBig,
}

impl<'a> Reducer<'a> {
    fn new(divisor: &'a UBig) -> Self {
        let bits = divisor.bit_len();
        Self { divisor, bits, reciprocal: (UBig::ONE << (2 * bits + SLACK)) / divisor }
    }

    /// The remainder of a number with at most twice as many bits.
    fn rest(&self, number: UBig) -> UBig {
        let quotient = ((&number >> (self.bits - 1)) * &self.reciprocal) >> (self.bits + 1 + SLACK);
        let mut rest = number - quotient * self.divisor;
        while rest >= *self.divisor {
            rest -= self.divisor;
        }
        rest
    }

    /// number/divisor, with as many bits after the binary point as a node of that product has.
    fn fraction(&self, number: &UBig) -> UBig {
        (number * &self.reciprocal) >> self.bits
    }
}

/// A product of moduli, and its factors.
struct Node {
    product: UBig,
    /// `None` in a leaf.
    halves: Option<Box<[Node; 2]>>,
}

impl Node {
    /// The tree over some moduli, and the sum of all products that leave out one of them. Modulo each modulus this sum
    /// is the product of the others.
    fn over(moduli: &[UBig]) -> (Self, UBig) {
        if moduli.len() <= LEAF {
            let (mut product, mut sum) = (UBig::ONE, UBig::ZERO);
            for modulus in moduli {
                sum = sum * modulus + &product;
                product *= modulus;
            }
            return (Self { product, halves: None }, sum);
        }
        let (left, right) = moduli.split_at(moduli.len() / 2);
        let ((left, left_sum), (right, right_sum)) = rayon::join(|| Self::over(left), || Self::over(right));
        let sum = left_sum * &right.product + right_sum * &left.product;
        (Self { product: &left.product * &right.product, halves: Some(Box::new([left, right])) }, sum)
    }

    /// Bits after the binary point of a fraction with this denominator.
    fn precision(&self) -> usize {
        self.product.bit_len() + SLACK
    }

    /// The common factors of the moduli below this node, computed from a number modulo their product: `fraction` is
    /// number/product.
    fn common(&self, moduli: &[UBig], fraction: UBig) -> Vec<UBig> {
        let Some(halves) = &self.halves else {
            let half = UBig::ONE << (self.precision() - 1);
            let number = (fraction * &self.product + half) >> self.precision();
            return moduli.iter().map(|modulus| modulus.gcd(&number % modulus)).collect();
        };
        let [left, right] = &**halves;
        let (first, second) = moduli.split_at(moduli.len() / 2);
        let (mut first, mut second) = rayon::join(
            || left.common(first, self.part(&fraction, left, right)),
            || right.common(second, self.part(&fraction, right, left)),
        );
        first.append(&mut second);
        first
    }

    /// The fraction for one half, whose denominator lacks the product of the other half.
    fn part(&self, fraction: &UBig, half: &Self, other: &Self) -> UBig {
        let mut part = fraction * &other.product;
        part.clear_high_bits(self.precision());
        part >> (self.precision() - half.precision())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, computed literally.
    fn one_by_one(moduli: &[UBig], known: &[&UBig]) -> Vec<UBig> {
        let of = |index: usize| {
            let others = moduli.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, modulus)| modulus);
            let product = others.chain(known.iter().copied()).fold(UBig::ONE, |product, other| product * other);
            (&moduli[index]).gcd(product)
        };
        (0..moduli.len()).map(of).collect()
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_definition(
            moduli in proptest::collection::vec((1u64.., 1u64.., 1u64..1000), 0..200),
            known in 1u64..,
        ) {
            let moduli: Vec<UBig> =
                moduli.into_iter().map(|(a, b, c)| UBig::from(a) * b * UBig::from(c)).collect();
            let known = UBig::from(known);
            prop_assert_eq!(common_factors(&moduli, &[&known]), one_by_one(&moduli, &[&known]));
        }
    }

    #[test]
    fn moduli_are_paid_for_by_blocks_and_the_last_go_without() {
        // Three to a block, whatever they are.
        let moduli: Vec<UBig> = (0..7).map(|_| UBig::ONE << (BLOCK / 3 - 40)).collect();
        let all = Budget::of(1 << 20);
        assert_eq!(paid(&moduli, &[], &all), (7, Ok(())));
        let [first, second] = [price(&moduli[..3], 0, 0), price(&moduli[3..6], 1, 0)];
        let budget = Budget::left_with(Work::Factors, first + second - 1);
        assert_eq!(paid(&moduli, &[], &budget), (3, Err(Spent(Work::Factors))));
        assert!(second > first && price(&moduli[..3], 0, 350_000) > first);
    }

    #[test]
    fn ten_thousand_keys_of_an_ordinary_length_can_be_compared_in_their_shortest_form() {
        let moduli = vec![UBig::ONE << 2047; 10_000];
        let in_der = 294 * moduli.len() as u64;
        assert_eq!(paid(&moduli, &[&UBig::ONE], &Budget::of(in_der)), (10_000, Ok(())));
    }

    #[test]
    fn several_blocks_give_what_one_gives() {
        // Each modulus is a third of a block, so five of them make two blocks. Each has a factor of its own, and some
        // share another's.
        let own = |index: usize| (UBig::ONE << (BLOCK / 3 - 40)) + 1u8 + (UBig::from(index) << 20);
        let primes = [1_000_003u32, 1_000_033, 1_000_003, 1_000_037, 1_000_033];
        let moduli: Vec<UBig> = primes.iter().enumerate().map(|(index, prime)| own(index) * *prime).collect();
        assert_eq!(blocks(&moduli).len(), 2);
        let common = common_factors(&moduli, &[]);
        for (common, prime) in common.iter().zip(primes) {
            assert_eq!(common % prime == 0, prime != 1_000_037, "{prime}");
        }
    }
}
