//! Checks whether a point lies on its named elliptic curve. It does no arithmetic on points, which the check does not
//! need.

use std::collections::HashMap;
use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::BitTest as _;
use keyreeve_source::price;

use super::{Weakness, invalid, unexamined};

/// A curve's field and coefficients.
struct Curve {
    field: Field,
    a: UBig,
    b: UBig,
}

/// What kind of numbers the coordinates are.
enum Field {
    /// Numbers modulo a prime: y² = x³ + ax + b.
    Prime(UBig),
    /// Polynomials over GF(2), modulo a polynomial: y² + xy = x³ + ax² + b. Each bit is a coefficient.
    Binary(UBig),
}

/// The curves that OpenSSL has names for.
static CURVES: LazyLock<HashMap<&str, Curve>> = LazyLock::new(|| {
    let lines = include_str!("curves.txt").lines().filter(|line| !line.starts_with('#'));
    let curve = |line: &'static str| {
        let mut words = line.split(' ');
        let (name, kind) = (words.next()?, words.next()?);
        let mut number = || UBig::from_str_radix(words.next()?, 16).ok();
        let field = if kind == "prime" { Field::Prime(number()?) } else { Field::Binary(number()?) };
        Some((name, Curve { field, a: number()?, b: number()? }))
    };
    lines.filter_map(curve).collect()
});

/// What is wrong with a point, encoded as in SEC 1, section 2.3.3.
pub fn weaknesses(curve: &str, point: &[u8]) -> Vec<Weakness> {
    let Some(on) = CURVES.get(curve) else {
        return vec![unexamined(format!("the equation of the curve {curve} is not known"))];
    };
    match on.check(point) {
        Ok(None) => Vec::new(),
        Ok(Some(why)) => vec![unexamined(why)],
        Err(what) => vec![invalid(what)],
    }
}

/// The price of that check: four products in the field, or the power that shows whether a compressed point has a second
/// coordinate. A product of polynomials takes a step for each bit.
pub fn price(curve: &str, point: &[u8]) -> u64 {
    const STEP: u64 = 150;
    let Some(on) = CURVES.get(curve) else { return 0 };
    let bytes = on.field.bits().div_ceil(8);
    match (&on.field, point.first()) {
        (Field::Prime(_), Some(2 | 3)) => price::power(bytes, bytes),
        (Field::Prime(_), _) => 4 * price::product(bytes, bytes),
        (Field::Binary(_), _) => 4 * STEP * on.field.bits() as u64,
    }
}

impl Curve {
    /// What is wrong with the point. Fails with a reason if that is not computed.
    fn check(&self, point: &[u8]) -> Result<Option<&'static str>, &'static str> {
        const LENGTH: &str = "the point is not as long as the curve asks for";
        const OFF: &str = "the point is not on the curve";
        let length = self.field.bits().div_ceil(8);
        let (&form, coordinates) = point.split_first().ok_or("there is no point")?;
        if form == 0 {
            return Err(if coordinates.is_empty() { "the point is the one at infinity" } else { LENGTH });
        }
        let (x, y) = coordinates.split_at_checked(length).ok_or(LENGTH)?;
        let (x, has_y) = (UBig::from_be_bytes(x), !y.is_empty());
        let y_number = UBig::from_be_bytes(y);
        match form {
            2 | 3 if has_y => return Err(LENGTH),
            4 | 6 | 7 if y.len() != length => return Err(LENGTH),
            2..=4 | 6 | 7 => {}
            _ => return Err("the point is in no known form"),
        }
        if !self.field.has(&x) || !self.field.has(&y_number) {
            return Err("a coordinate of the point is not in the curve's field");
        }
        let is_on = match &self.field {
            Field::Prime(prime) if has_y => y_number.sqr() % prime == self.right_side(&x, prime),
            Field::Prime(prime) => is_residue(&self.right_side(&x, prime), prime),
            Field::Binary(polynomial) if has_y => self.is_binary_point(&x, &y_number, polynomial),
            Field::Binary(_) => return Ok(Some("whether a compressed point is on a binary curve is not worked out")),
        };
        if is_on { Ok(None) } else { Err(OFF) }
    }

    /// x³ + ax + b.
    fn right_side(&self, x: &UBig, prime: &UBig) -> UBig {
        ((x.sqr() + &self.a) % prime * x + &self.b) % prime
    }

    fn is_binary_point(&self, x: &UBig, y: &UBig, polynomial: &UBig) -> bool {
        let left = multiplied(y, &(x ^ y), polynomial);
        let right = multiplied(&multiplied(x, x, polynomial), &(x ^ &self.a), polynomial) ^ &self.b;
        left == right
    }
}

impl Field {
    /// The length of a coordinate.
    fn bits(&self) -> usize {
        match self {
            Self::Prime(prime) => prime.bit_len(),
            Self::Binary(polynomial) => polynomial.bit_len() - 1,
        }
    }

    fn has(&self, coordinate: &UBig) -> bool {
        match self {
            Self::Prime(prime) => coordinate < prime,
            Self::Binary(_) => coordinate.bit_len() <= self.bits(),
        }
    }
}

/// Whether a number is a square modulo an odd prime, by Euler's criterion.
pub(super) fn is_residue(number: &UBig, prime: &UBig) -> bool {
    let power = ConstDivisor::new(prime.clone()).reduce(number.clone()).pow(&(prime >> 1)).residue();
    power.is_zero() || power.is_one()
}

/// The product of two polynomials over GF(2) modulo a third.
fn multiplied(one: &UBig, other: &UBig, modulus: &UBig) -> UBig {
    let degree = modulus.bit_len() - 1;
    (0..one.bit_len()).rev().fold(UBig::ZERO, |product, bit| {
        let mut product = product << 1;
        if product.bit(degree) {
            product ^= modulus;
        }
        if one.bit(bit) { product ^ other } else { product }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::process::Command;

    /// A point that openssl made, encoded in the form of that name.
    fn made(curve: &str, form: &str) -> Vec<u8> {
        let form = format!("ec_point_format:{form}");
        let key =
            Command::new("openssl").args(["ecparam", "-name", curve, "-genkey", "-noout"]).output().unwrap().stdout;
        let mut child = Command::new("openssl")
            .args(["ec", "-pubout", "-outform", "DER", "-conv_form", form.rsplit(':').next().unwrap()])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &key).unwrap();
        let spki = child.wait_with_output().unwrap().stdout;
        // The output ends with the point: the content of a BIT STRING after its length and the number of unused bits.
        let coordinate = CURVES[curve].field.bits().div_ceil(8);
        let length = 1 + if form.ends_with(":compressed") { coordinate } else { 2 * coordinate };
        spki[spki.len() - length..].to_vec()
    }

    #[test]
    fn points_that_openssl_makes_are_on_their_curves_and_no_others() {
        assert_eq!(CURVES.len(), 80);
        for &name in CURVES.keys() {
            let point = made(name, "uncompressed");
            assert_eq!(weaknesses(name, &point), [], "{name}");
            for bit in [0, 3] {
                let mut off = point.clone();
                *off.last_mut().unwrap() ^= 1 << bit;
                assert_eq!(weaknesses(name, &off), [invalid("the point is not on the curve")], "{name}");
            }
            let shorter = weaknesses(name, &point[..point.len() - 1]);
            assert_eq!(shorter, [invalid("the point is not as long as the curve asks for")], "{name}");
        }
    }

    #[test]
    fn compressed_and_hybrid_points_are_told_from_others() {
        for name in ["prime256v1", "secp384r1", "brainpoolP256r1", "secp224r1"] {
            assert_eq!(weaknesses(name, &made(name, "hybrid")), [], "{name}");
            let point = made(name, "compressed");
            assert_eq!(weaknesses(name, &point), [], "{name}");
            let off = (0..=255).find(|&byte| {
                let mut other = point.clone();
                *other.last_mut().unwrap() = byte;
                weaknesses(name, &other) == [invalid("the point is not on the curve")]
            });
            assert!(off.is_some(), "{name}");
        }
        assert_eq!(weaknesses("sect233k1", &made("sect233k1", "compressed"))[0].0, "unexamined");
    }

    #[test]
    fn what_is_no_point_is_invalid() {
        let far = [&[4][..], &[0xff; 64]].concat();
        for (point, what) in [
            (&[][..], "there is no point"),
            (&[0], "the point is the one at infinity"),
            (&[0, 0], "the point is not as long as the curve asks for"),
            (&[4; 64], "the point is not as long as the curve asks for"),
            (&[2; 65], "the point is not as long as the curve asks for"),
            (&[5; 65], "the point is in no known form"),
            (&far, "a coordinate of the point is not in the curve's field"),
        ] {
            assert_eq!(weaknesses("prime256v1", point), [invalid(what)]);
        }
    }
}
