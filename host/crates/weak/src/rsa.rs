//! Examines a single RSA key: whether its numbers can be those of a key, and whether any known method finds the private
//! half from them. The length of the modulus and an unwise exponent are not judged here: the size of a key shows them.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;
use keyreeve_source::price;

use super::{LONGEST, Weakness, density, fermat, invalid, roca, unexamined, wiener};
use crate::bit_length;

/// How many words the modulus is divided by for Fermat's method and ROCA, and how often its bits are read.
const DIVISIONS: u64 = 32;

/// All weaknesses except common factors, which need all keys of the scan.
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

/// The most that these methods can cost; 0 for a key that they do not examine.
pub(super) fn price(modulus: &[u8], exponent: &[u8]) -> u64 {
    if modulus.len().max(exponent.len()) * 8 > LONGEST {
        return 0;
    }
    let division = price::product(modulus.len(), 8) * DIVISIONS;
    fermat::price(modulus.len()) + division + wiener::price(bit_length(modulus), bit_length(exponent))
}

/// The modulus as a number. Returns `None` if it is too long to be examined.
pub fn examined(modulus: &[u8]) -> Option<UBig> {
    (modulus.len() * 8 <= LONGEST).then(|| UBig::from_be_bytes(modulus))
}

/// Why the numbers cannot be those of a key. An exponent that is 1 or even is not reported here: the rule that judges
/// sizes reports it.
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
