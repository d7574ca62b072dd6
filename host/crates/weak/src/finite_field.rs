//! Checks DSA and Diffie-Hellman keys: whether their numbers fit together, and whether their prime makes attacks easy.
//! It does not check that numbers are prime, which costs as much as a thousand signatures.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::BitTest as _;
use keyreeve_source::price;

use super::{Weakness, invalid, unexamined};

/// The most bits of a prime or an order that is checked.
const LONGEST: usize = 8192;
const LONGEST_ORDER: usize = 512;

/// What is wrong with a DSA key (FIPS 186-4, appendix A.2 and SP 800-89, section 5.3.1).
pub(super) fn of_dsa(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Vec<Weakness> {
    if p.len().max(g.len()).max(y.len()) * 8 > LONGEST || q.len() * 8 > LONGEST_ORDER {
        let bounds = format!("beyond {LONGEST} bits of p and {LONGEST_ORDER} of q a key is not looked at");
        return vec![unexamined(bounds)];
    }
    let [p, q, g, y] = [p, q, g, y].map(UBig::from_be_bytes);
    let mut found = Vec::new();
    found.extend(impossible(&p, &g, &y).or_else(|| beside_order(&p, &q, &g, &y)).map(invalid));
    found.extend(is_sparse(&p).then(|| ("sparse", "32-bit words with few bits set".to_owned())));
    found
}

/// The price of that check for a prime and an order of so many bytes: a division, and two powers.
pub(super) fn price_of_dsa(p: usize, q: usize) -> u64 {
    if p * 8 > LONGEST || q * 8 > LONGEST_ORDER { 0 } else { price::division(p, q) + 2 * price::power(q, p) }
}

/// What is wrong with a Diffie-Hellman key (SP 800-56A, section 5.6.2.3.1).
pub(super) fn of_dh(p: &[u8], g: &[u8], y: &[u8]) -> Vec<Weakness> {
    if p.len().max(g.len()).max(y.len()) * 8 > LONGEST {
        return vec![unexamined(format!("beyond {LONGEST} bits a prime is not looked at"))];
    }
    let [p, g, y] = [p, g, y].map(UBig::from_be_bytes);
    impossible(&p, &g, &y).map(invalid).into_iter().collect()
}

/// The price of that check for a prime of so many bytes, which is only compared.
pub(super) fn price_of_dh(p: usize) -> u64 {
    price::product(p, 8)
}

fn impossible(p: &UBig, g: &UBig, y: &UBig) -> Option<&'static str> {
    let is_inside = |number: &UBig| *number > UBig::ONE && number + 1u8 < *p;
    if !p.bit(0) || p.bit_len() < 3 {
        Some("the modulus p is no prime")
    } else if !is_inside(g) {
        Some("the generator g is not between 2 and p - 2")
    } else if !is_inside(y) {
        Some("the public value y is not between 2 and p - 2")
    } else {
        None
    }
}

/// What is wrong with the other numbers, given that p is an odd number above 3.
fn beside_order(p: &UBig, q: &UBig, g: &UBig, y: &UBig) -> Option<&'static str> {
    if !q.bit(0) || q.is_one() || !((p - 1u8) % q).is_zero() {
        return Some("the order q does not divide p - 1");
    }
    let field = ConstDivisor::new(p.clone());
    let has_order = |number: &UBig| field.reduce(number.clone()).pow(q).residue().is_one();
    if !has_order(g) {
        Some("the generator g does not have the order q")
    } else if !has_order(y) {
        Some("the public value y is not in the group of the order q")
    } else {
        None
    }
}

/// Whether p is one of the 1024-bit primes that an old library chose with few set bits in each word (dsasparse in
/// badkeys).
fn is_sparse(p: &UBig) -> bool {
    if p.bit_len() != 1024 || p >> 1000 != UBig::from(0x80_0000u32) {
        return false;
    }
    let mut words = (p >> 168) ^ (UBig::ONE << 855);
    while !words.is_zero() {
        if !(&words & UBig::from(0x00ff_fff0u32)).is_zero() {
            return false;
        }
        words >>= 32;
    }
    true
}
