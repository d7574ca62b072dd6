//! Checks points of the Edwards curves (RFC 8032) and coordinates of the Montgomery curves (RFC 7748): whether they are
//! valid, and whether a shared secret can result from them. Their lengths are checked before.

use std::sync::LazyLock;

use dashu_int::UBig;

use super::curve::is_residue;

/// 2^255 - 19.
static P25519: LazyLock<UBig> = LazyLock::new(|| (UBig::ONE << 255) - 19u8);
/// 2^448 - 2^224 - 1.
static P448: LazyLock<UBig> = LazyLock::new(|| (UBig::ONE << 448) - (UBig::ONE << 224) - 1u8);

// Little-endian coordinates of points of order 8: the y coordinate on edwards25519, whose negative belongs to another
// such point, and both u coordinates on curve25519.
const ORDER_8_Y: &str = "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826";
const ORDER_8_U: [&str; 2] = [
    "00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0",
    "57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f",
];

const SMALL: &str = "the point has a small order, so that every secret agreed with it is known";
const SMALL_EDWARDS: &str = "the point has a small order, so that one signature fits many messages";
const OFF: &str = "the point is not on the curve";

/// What is wrong with a key of the right length. Returns `None` for other algorithms.
pub(super) fn flaw(name: &str, key: &[u8]) -> Option<&'static str> {
    match name {
        "Ed25519" => edwards(key, &P25519, Family::Edwards25519),
        "Ed448" => edwards(key, &P448, Family::Edwards448),
        "X25519" => {
            let number = UBig::from_le_bytes(key) & UBig::ones(255);
            let [one, other] = ORDER_8_U.map(hexadecimal);
            let number = number % &*P25519;
            (is_trivial(&number, &P25519) || number == one || number == other).then_some(SMALL)
        }
        "X448" => is_trivial(&(UBig::from_le_bytes(key) % &*P448), &P448).then_some(SMALL),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// -x² + y² = 1 + dx²y², d = -121665/121666.
    Edwards25519,
    /// x² + y² = 1 + dx²y², d = -39081.
    Edwards448,
}

/// RFC 8032, sections 5.1.3 and 5.2.3: the y coordinate, and in the highest bit the sign of x.
fn edwards(key: &[u8], prime: &UBig, family: Family) -> Option<&'static str> {
    let (last, rest) = key.split_last()?;
    let y = UBig::from_le_bytes(&[rest, &[last & 0x7f]].concat());
    if y >= *prime {
        return Some("the coordinate of the point is not in the curve's field");
    }
    let square = y.sqr() % prime;
    let above = (&square + prime - 1u8) % prime;
    // x² = above / below, both times 121666 on edwards25519; a quotient is a square if the product is.
    let product = match family {
        Family::Edwards25519 => {
            let below = (UBig::from(121_666u32) + (prime - 121_665u32) * &square) % prime;
            above.clone() * 121_666u32 % prime * below % prime
        }
        Family::Edwards448 => {
            let below = ((prime - 39_081u32) * &square + prime - 1u8) % prime;
            above.clone() * below % prime
        }
    };
    if !is_residue(&product, prime) || above.is_zero() && last & 0x80 != 0 {
        return Some(OFF);
    }
    let order_8 = hexadecimal(ORDER_8_Y);
    let is_order_8 = family == Family::Edwards25519 && (y == order_8 || prime - &y == order_8);
    (is_trivial(&y, prime) || is_order_8).then_some(SMALL_EDWARDS)
}

/// Whether a coordinate is 0, 1 or -1: these have order 1, 2 or 4 on each of the four curves.
fn is_trivial(coordinate: &UBig, prime: &UBig) -> bool {
    coordinate.is_zero() || coordinate.is_one() || coordinate + 1u8 == *prime
}

/// The number that these hexadecimal digits stand for.
fn hexadecimal(digits: &str) -> UBig {
    UBig::from_str_radix(digits, 16).expect("the constants are hexadecimal")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::process::Command;

    #[test]
    fn keys_that_openssl_makes_are_points_and_most_other_bytes_are_not() {
        for name in ["Ed25519", "Ed448", "X25519", "X448"] {
            let mut rejected = 0;
            for _ in 0..8 {
                let key = Command::new("openssl").args(["genpkey", "-algorithm", name]).output().unwrap().stdout;
                let path = tempfile::NamedTempFile::new().unwrap();
                std::fs::write(path.path(), key).unwrap();
                let arguments = ["pkey", "-pubout", "-outform", "DER", "-in", path.path().to_str().unwrap()];
                let spki = Command::new("openssl").args(arguments).output().unwrap().stdout;
                let mut key = spki
                    [spki.len() - if name.ends_with("25519") { 32 } else { 56 + usize::from(name == "Ed448") }..]
                    .to_vec();
                assert_eq!(flaw(name, &key), None, "{name}");
                for byte in 0..4 {
                    key[1] = byte;
                    rejected += usize::from(flaw(name, &key) == Some(OFF));
                }
            }
            // Half of all coordinates do not belong to a point of an Edwards curve; on a Montgomery curve every one
            // belongs to the curve or its twist.
            assert_eq!(rejected > 6, name.starts_with("Ed"), "{name}");
        }
    }

    /// Doubles a point of edwards25519.
    fn doubled((x, y): (UBig, UBig)) -> (UBig, UBig) {
        let p = &*P25519;
        let inverse = |number: &UBig| {
            dashu_int::fast_div::ConstDivisor::new(p.clone()).reduce(number.clone()).pow(&(p - 2u8)).residue()
        };
        let d = (p - 121_665u32) * inverse(&UBig::from(121_666u32)) % p;
        let product = d * &x % p * &x % p * &y % p * &y % p;
        let (up, down) = ((&product + 1u8) % p, (p + 1u8 - &product) % p);
        (&x * &y * 2u8 % p * inverse(&up) % p, (&x * &x + &y * &y) % p * inverse(&down) % p)
    }

    #[test]
    fn the_points_of_order_8_are_such() {
        let p = &*P25519;
        let power = |number: UBig, exponent: UBig| {
            dashu_int::fast_div::ConstDivisor::new(p.clone()).reduce(number).pow(&exponent).residue()
        };
        let y = hexadecimal(ORDER_8_Y);
        // On the points of order 8, x² = -y² · … is not needed: a square root of above/below is.
        let square = y.sqr() % p;
        let below = (UBig::from(121_666u32) + (p - 121_665u32) * &square) % p;
        let quotient = (&square + p - 1u8) * 121_666u32 % p * power(below, p - 2u8) % p;
        let root = power(quotient.clone(), (p + 3u8) >> 3);
        let root = if root.sqr() % p == quotient { root } else { root * power(UBig::from(2u8), (p - 1u8) >> 2) % p };
        assert_eq!(root.sqr() % p, quotient);
        let twice = doubled((root, y.clone()));
        assert_ne!(twice.1, p - 1u8);
        let four_times = doubled(twice);
        assert_eq!(four_times, (UBig::ZERO, p - 1u8));
        let u = |y: &UBig| (y + 1u8) * power(p + 1u8 - y, p - 2u8) % p;
        assert_eq!([u(&(p - &y)), u(&y)], ORDER_8_U.map(hexadecimal));
    }

    #[test]
    fn small_orders_and_coordinates_beyond_the_field_are_found() {
        let one = |first: u8| [&[first][..], &[0; 31]].concat();
        for key in [one(0), one(1)] {
            assert_eq!(flaw("Ed25519", &key), Some(SMALL_EDWARDS));
            assert_eq!(flaw("X25519", &key), Some(SMALL));
        }
        let minus_one = (&*P25519 - 1u8).to_le_bytes();
        assert_eq!(flaw("Ed25519", &minus_one), Some(SMALL_EDWARDS));
        let prime = P25519.to_le_bytes();
        assert_eq!(flaw("Ed25519", &prime), Some("the coordinate of the point is not in the curve's field"));
        assert_eq!(flaw("X25519", &prime), Some(SMALL));
        let mut order_8 = hexadecimal(ORDER_8_Y).to_le_bytes().to_vec();
        order_8.resize(32, 0);
        assert_eq!(flaw("Ed25519", &order_8), Some(SMALL_EDWARDS));
        let minus_zero = [&[1][..], &[0; 30], &[0x80]].concat();
        assert_eq!(flaw("Ed25519", &minus_zero), Some(OFF));
        assert_eq!(flaw("X448", &[0; 56]), Some(SMALL));
        assert_eq!(flaw("Ed448", &[0; 57]), Some(SMALL_EDWARDS));
    }
}
