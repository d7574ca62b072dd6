//! Wiener's attack: it finds private exponents so small that a continued fraction reveals them. Lattice attacks, which
//! find somewhat larger ones, are not implemented.

use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, DivRem as _};
use keyreeve_source::price;

use super::square::is_square;

/// Public exponents up to this many bits are safe: a private exponent is small only if the public one is large.
const ORDINARY: usize = 32;

/// The most that the attack can cost for a modulus and an exponent of so many bits. The first denominator is about as
/// long as the modulus is longer than the exponent, and each step makes it 1.7 bits longer, until it has a quarter of
/// the bits of the modulus.
pub(super) fn price(modulus: u32, exponent: u32) -> u64 {
    const STEP: u64 = 1_500;
    let [modulus, exponent] = [modulus, exponent].map(|bits| bits as usize);
    if exponent <= ORDINARY {
        return 0;
    }
    let bits = (modulus / 4).saturating_sub(modulus.saturating_sub(exponent));
    let step = price::product(modulus.div_ceil(8), modulus.div_ceil(8)) * 3 / 2 + STEP;
    (bits as u64 * 10 / 17 + 2) * step
}

/// The length of the private exponent in bits. Returns `None` if the attack does not find it: it finds those below
/// about a quarter of the modulus's length.
pub fn private_bits(modulus: &UBig, exponent: &UBig) -> Option<usize> {
    if exponent.bit_len() <= ORDINARY {
        return None;
    }
    // Convergents k/d of exponent/modulus, by Euclid's algorithm.
    let (mut dividend, mut divisor) = (exponent.clone(), modulus.clone());
    let (mut k, mut k_before) = (UBig::ONE, UBig::ZERO);
    let (mut d, mut d_before) = (UBig::ZERO, UBig::ONE);
    let longest = modulus.bit_len() / 4 + 2;
    let mut position = 0;
    while !divisor.is_zero() && d.bit_len() <= longest {
        let (quotient, rest) = dividend.div_rem(&divisor);
        (dividend, divisor) = (divisor, rest);
        let next = (&quotient * &k + &k_before, &quotient * &d + &d_before);
        // The odd convergents lie below the fraction. The one that is sought lies above it, so one more is added to
        // these.
        let tried = if position % 2 == 0 { (&next.0 + &k, &next.1 + &d) } else { next.clone() };
        (k_before, d_before) = (std::mem::replace(&mut k, next.0), std::mem::replace(&mut d, next.1));
        position += 1;
        if let Some(private) = private(modulus, exponent, &tried.0, &tried.1) {
            return Some(private.bit_len());
        }
    }
    None
}

/// The private exponent, if this fraction reveals it: φ = ⌊e·d / k⌋ then gives the sum of both factors.
fn private(modulus: &UBig, exponent: &UBig, k: &UBig, d: &UBig) -> Option<UBig> {
    let product = exponent * d;
    if k.is_zero() {
        return None;
    }
    let (phi, rest) = (&product).div_rem(k);
    if phi.is_zero() || phi > *modulus || rest.is_zero() {
        return None;
    }
    let sum = modulus - phi + 1u8;
    let half = &sum >> 1;
    let square = half.sqr();
    (!sum.bit(0) && square >= *modulus && is_square(&(square - modulus))).then(|| d / rest)
}
