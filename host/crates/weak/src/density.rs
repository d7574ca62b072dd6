//! Finds moduli with far fewer set bits than chance allows: two programs once made them from primes with few set bits,
//! and badkeys calls these low-density keys rsapoly. Moduli that are biased in one half alone, as people make who want
//! their name in a key, are not meant.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::small;

/// A shorter modulus has too few bits for a percentage to mean anything.
const SHORTEST: usize = 500;
/// A lower percentage of set bits is not due to chance.
const PERCENT: usize = 40;

/// The pattern of the program that made the modulus, in the words of badkeys: `nautilus` (zero bytes after the first
/// two of each 16), `completeftp` (ten zero bits in each word), or else `unnamed`. Returns `None` if the modulus has as
/// many set bits as expected, or a small factor, which a damaged file would explain.
pub fn pattern(modulus: &UBig) -> Option<&'static str> {
    let bits = modulus.bit_len();
    if bits < SHORTEST || percent(modulus) >= PERCENT {
        return None;
    }
    let lower = modulus & UBig::ones(bits / 2);
    if percent(&lower) >= PERCENT || small::factor(modulus).is_some() {
        return None;
    }
    let bytes = modulus.to_le_bytes();
    Some(if has_zeros::<16>(&bytes, 0xffff_ffff_ffff_0000) {
        "nautilus"
    } else if has_zeros::<4>(&bytes, 0x3ff0_0000) {
        "completeftp"
    } else {
        "unnamed"
    })
}

fn percent(number: &UBig) -> usize {
    number.count_ones() * 100 / number.bit_len().max(1)
}

/// Whether the bits of the mask are zero in all chunks of so many bytes, except the lowest chunk, which the search for
/// a prime has changed. If a whole chunk is zero, its bits are no program's pattern.
fn has_zeros<const SIZE: usize>(bytes: &[u8], mask: u128) -> bool {
    let chunks = bytes.chunks(SIZE).map(|chunk| chunk.iter().rev().fold(0, |sum, &byte| sum << 8 | u128::from(byte)));
    let chunks: Vec<u128> = chunks.skip(1).collect();
    chunks.iter().all(|chunk| chunk & mask == 0) && chunks.iter().skip(1).all(|&chunk| chunk != 0)
}
