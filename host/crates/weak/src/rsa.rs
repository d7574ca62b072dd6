//! An RSA key by itself: whether its numbers can be those of a key, and every method that finds the private half from
//! them. Not the length of the modulus nor an unwise exponent, which the size of a key shows.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;
use keyreeve_source::price;

use super::{LONGEST, Weakness, density, fermat, invalid, roca, unexamined, wiener};
use crate::bit_length;

/// By so many words the modulus is divided for Fermat's method and ROCA, and so often its bits are looked at.
const DIVISIONS: u64 = 32;

/// Everything but common factors, which the keys of a scan show together.
pub(super) fn weaknesses(modulus: &[u8], exponent: &[u8]) -> Vec<Weakness> {
    let Some(modulus) = examined(modulus) else {
        let why = format!("its modulus has {} bits, and beyond {LONGEST} it is not looked at", modulus.len() * 8);
        return vec![unexamined(why)];
    };
    if exponent.len() * 8 > LONGEST {
        return vec![invalid("the public exponent is not below the modulus")];
    }
    let exponent = UBig::from_be_bytes(exponent);
    if let Some(what) = impossible(&modulus, &exponent) {
        return vec![invalid(what)];
    }
    let fermat = fermat::rounds(&modulus).map(|rounds| ("fermat", rounds.to_string()));
    let roca = roca::is_vulnerable(&modulus).then(|| ("roca", "CVE-2017-15361".to_owned()));
    let density = density::pattern(&modulus).map(|pattern| ("low-density", pattern.to_owned()));
    let wiener = wiener::private_bits(&modulus, &exponent).map(|bits| ("small-private-exponent", bits.to_string()));
    [fermat, roca, density, wiener].into_iter().flatten().collect()
}

/// What the methods cost at most; nothing for what they do not look at.
pub(super) fn price(modulus: &[u8], exponent: &[u8]) -> u64 {
    if modulus.len().max(exponent.len()) * 8 > LONGEST {
        return 0;
    }
    let division = price::product(modulus.len(), 8) * DIVISIONS;
    fermat::price(modulus.len()) + division + wiener::price(bit_length(modulus), bit_length(exponent))
}

/// The modulus as a number, if it is not too long to be looked at.
pub fn examined(modulus: &[u8]) -> Option<UBig> {
    (modulus.len() * 8 <= LONGEST).then(|| UBig::from_be_bytes(modulus))
}

/// An exponent of 1 and an even one are left to whoever judges sizes.
fn impossible(modulus: &UBig, exponent: &UBig) -> Option<&'static str> {
    if modulus.is_zero() {
        Some("the modulus is zero")
    } else if !modulus.bit(0) {
        Some("the modulus is even")
    } else if exponent.is_zero() {
        Some("the public exponent is zero")
    } else if exponent >= modulus {
        Some("the public exponent is not below the modulus")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_no_key_has_are_invalid() {
        let all = |modulus: &[u8], exponent: &[u8]| weaknesses(modulus, exponent).into_iter().map(|one| one.1);
        for (modulus, exponent, what) in [
            (&[][..], &[3][..], "the modulus is zero"),
            (&[0x80; 256], &[3], "the modulus is even"),
            (&[0x81; 256], &[], "the public exponent is zero"),
            (&[0x81; 256], &[0x81; 256], "the public exponent is not below the modulus"),
            (&[0x81; 256], &[0x81; 4096], "the public exponent is not below the modulus"),
        ] {
            assert_eq!(all(modulus, exponent).collect::<Vec<_>>(), [what]);
        }
    }

    #[test]
    fn a_modulus_beyond_what_is_looked_at_is_said_to_be_so() {
        assert_eq!(weaknesses(&[0x81; 2049], &[3])[0].0, "unexamined");
    }
}
