//! Public keys on Curve448 (RFC 7748) and Edwards448 (RFC 8032), which no released crate computes. It only computes
//! multiples of the base points, and no other arithmetic of the curves.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::modular::Reduced;
use dashu_int::ops::BitTest;
use shake::Shake256;
use shake::digest::{ExtendableOutput, Update, XofReader};

/// The base point of Edwards448 (RFC 8032, section 5.2).
const BASE: [&str; 2] = [
    "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e",
    "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
];

/// RFC 8032, section 5.2.5.
pub(super) fn ed448(seed: &[u8]) -> Option<Vec<u8>> {
    let seed: &[u8; 57] = seed.try_into().ok()?;
    let mut hash = [0; 114];
    let mut shake = Shake256::default();
    shake.update(seed);
    shake.finalize_xof().read(&mut hash);
    let mut scalar = *hash.first_chunk::<57>()?;
    (scalar[0], scalar[55], scalar[56]) = (scalar[0] & 0xfc, scalar[55] | 0x80, 0);
    let field = field();
    let mut point = Point::neutral(&field);
    let base = Point::base(&field);
    for bit in bits(&scalar) {
        point = point.plus(&point);
        if bit {
            point = point.plus(&base);
        }
    }
    point.encoded()
}

/// RFC 7748, section 5, with the base point 5.
pub(super) fn x448(private: &[u8]) -> Option<Vec<u8>> {
    let mut scalar: [u8; 56] = private.try_into().ok()?;
    (scalar[0], scalar[55]) = (scalar[0] & 0xfc, scalar[55] | 0x80);
    let field = field();
    let number = |small: u16| field.reduce(UBig::from(small));
    let (base, a24) = (number(5), number(39_081));
    let (mut x2, mut z2, mut x3, mut z3) = (number(1), number(0), base.clone(), number(1));
    let mut swapped = false;
    for bit in bits(&scalar) {
        if swapped != bit {
            std::mem::swap(&mut x2, &mut x3);
            std::mem::swap(&mut z2, &mut z3);
        }
        swapped = bit;
        let (a, b) = (&x2 + &z2, &x2 - &z2);
        let (aa, bb) = (a.sqr(), b.sqr());
        let (da, cb) = ((&x3 - &z3) * &a, (&x3 + &z3) * &b);
        let e = &aa - &bb;
        x3 = (&da + &cb).sqr();
        z3 = &base * (&da - &cb).sqr();
        x2 = &aa * &bb;
        z2 = &e * (&aa + &a24 * &e);
    }
    if swapped {
        std::mem::swap(&mut x2, &mut x3);
        std::mem::swap(&mut z2, &mut z3);
    }
    // Zero is the only number without an inverse modulo the prime.
    let x = x2 * z2.inv()?;
    Some(little_endian::<56>(&x.residue()).into())
}

/// Integers modulo 2^448 - 2^224 - 1.
fn field() -> ConstDivisor {
    ConstDivisor::new((UBig::ONE << 448) - (UBig::ONE << 224) - UBig::ONE)
}

/// The bits of a little-endian number, from the highest.
fn bits(number: &[u8]) -> impl Iterator<Item = bool> {
    number.iter().rev().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
}

fn little_endian<const LENGTH: usize>(number: &UBig) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.iter_mut().zip(number.to_le_bytes().iter()).for_each(|(byte, value)| *byte = *value);
    bytes
}

/// A point of Edwards448 in projective coordinates (RFC 8032, section 5.2.4).
struct Point<'f> {
    x: Reduced<'f>,
    y: Reduced<'f>,
    z: Reduced<'f>,
    /// The curve's constant -39081, negated.
    d: Reduced<'f>,
}

impl<'f> Point<'f> {
    fn new(field: &'f ConstDivisor, [x, y]: [UBig; 2]) -> Self {
        let [z, d] = [1_u16, 39_081].map(|small| field.reduce(UBig::from(small)));
        Self { x: field.reduce(x), y: field.reduce(y), z, d }
    }

    fn neutral(field: &'f ConstDivisor) -> Self {
        Self::new(field, [UBig::ZERO, UBig::ONE])
    }

    fn base(field: &'f ConstDivisor) -> Self {
        Self::new(field, BASE.map(|hex| UBig::from_str_radix(hex, 16).expect("digits of the standard")))
    }

    /// The sum of two points; the formula is complete, so it also works for doubling.
    fn plus(&self, other: &Self) -> Self {
        let a = &self.z * &other.z;
        let b = a.sqr();
        let (c, d) = (&self.x * &other.x, &self.y * &other.y);
        // The constant is negative.
        let e = &self.d * &c * &d;
        let (f, g) = (&b + &e, &b - &e);
        let h = (&self.x + &self.y) * (&other.x + &other.y);
        Self { x: &a * &f * (h - &c - &d), y: &a * &g * (&d - &c), z: f * g, d: self.d.clone() }
    }

    /// RFC 8032, section 5.2.2.
    fn encoded(&self) -> Option<Vec<u8>> {
        let inverse = self.z.clone().inv()?;
        let (x, y) = ((&self.x * &inverse).residue(), (&self.y * &inverse).residue());
        let mut bytes = little_endian::<57>(&y);
        bytes[56] = if x.bit(0) { 0x80 } else { 0 };
        Some(bytes.into())
    }
}
