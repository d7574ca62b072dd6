//! What arithmetic with large numbers costs, in multiplications of two 64-bit words (about a nanosecond each). These
//! prices were measured once and rounded up; nothing is measured at run time.

/// How many words a number of so many bytes has.
fn words(bytes: usize) -> u64 {
    bytes.div_ceil(8) as u64
}

/// The product of two numbers of so many bytes.
pub fn product(one: usize, other: usize) -> u64 {
    words(one).saturating_mul(words(other))
}

/// The division of one number of so many bytes by another; the order does not matter.
pub fn division(one: usize, other: usize) -> u64 {
    product(one, other).saturating_mul(3)
}

/// A power with an exponent and a modulus of so many bytes: for each bit of the exponent a square, its reduction, and
/// some overhead.
pub fn power(exponent: usize, modulus: usize) -> u64 {
    const STEP: u64 = 50;
    let bits = (exponent as u64).saturating_mul(8);
    bits.saturating_mul(product(modulus, modulus).saturating_mul(3).saturating_add(STEP))
}

/// The greatest common divisor of two numbers of so many bytes: one division of the longer by the shorter, then many
/// short divisions.
pub fn gcd(one: usize, other: usize) -> u64 {
    let short = one.min(other);
    division(one, other).saturating_add(product(short, short).saturating_mul(12)).saturating_add(words(short) * 50)
}

/// The square root of a number of so many bytes, and squaring it to check.
pub fn root(bytes: usize) -> u64 {
    product(bytes, bytes) / 4 + words(bytes) * 60
}

/// The product of two numbers of so many bytes each that are long enough for a number theoretic transform.
pub fn long_product(bytes: usize) -> u64 {
    const EACH: u64 = 64;
    words(bytes).saturating_mul(EACH * levels(bytes))
}

/// How often a number of so many bytes can be halved until a word is left.
pub fn levels(bytes: usize) -> u64 {
    u64::from(words(bytes).max(2).ilog2() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_grow_with_the_numbers_as_the_work_does() {
        // A public value of Diffie-Hellman whose numbers are twice as long: each product costs four times as much, and
        // there are twice as many steps.
        let power = |bits: usize| power(bits / 8, bits / 8);
        assert!((7 * power(2048)..=8 * power(2048)).contains(&power(4096)));
        let (divided, divisor) = (gcd(256, 30_000), division(256, 30_000));
        assert!(divisor < divided && divided < divisor + gcd(256, 256));
        assert!(root(256) < gcd(256, 256));
        assert!(long_product(1 << 20) < 3 * long_product(1 << 19));
        assert_eq!((levels(0), levels(8), levels(16), levels(64)), (2, 2, 2, 4));
    }
}
