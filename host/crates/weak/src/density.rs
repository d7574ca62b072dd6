//! Moduli with far fewer bits set than chance allows, which two programs once made of primes with as few: the
//! low-density keys that badkeys calls rsapoly. Not moduli that are biased in one half alone, as people make who want
//! their name in a key.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::small;

/// Shorter moduli have too few bits for a percentage to mean anything.
const SHORTEST: usize = 500;
/// Percent of bits that are set, below which chance did not choose them.
const PERCENT: usize = 40;

/// Which program's pattern the modulus has: in the words of badkeys `nautilus` (zero bytes after the first two of each
/// 16) or `completeftp` (ten zero bits in each word), else `unnamed`. None where its bits are as many as they should
/// be, or it has a small factor, which damage explains.
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

/// Whether the bits of the mask are zero in all chunks of so many bytes but the lowest, which the search for a prime
/// has changed. Where a whole chunk is zero, its bits are no program's pattern.
fn has_zeros<const SIZE: usize>(bytes: &[u8], mask: u128) -> bool {
    let chunks = bytes.chunks(SIZE).map(|chunk| chunk.iter().rev().fold(0, |sum, &byte| sum << 8 | u128::from(byte)));
    let chunks: Vec<u128> = chunks.skip(1).collect();
    chunks.iter().all(|chunk| chunk & mask == 0) && chunks.iter().skip(1).all(|&chunk| chunk != 0)
}
