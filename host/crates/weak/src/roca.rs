//! Recognises the moduli of CVE-2017-15361 (ROCA): they and their factors are powers of 65537 modulo many small primes.
//! It does not compute the factors, which takes Coppersmith's method much work.

use std::sync::LazyLock;

use dashu_int::UBig;

/// The odd primes up to 167. They divide the product that keys of every length were made with (Nemec and others, "The
/// Return of Coppersmith's Attack", 2017, section 2). One random modulus in 2^27 passes the test for all of them.
const PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Primes whose product fits into a word, and that product: one division of the modulus serves all of them.
struct Pack {
    product: u64,
    primes: Vec<(u64, [u128; 2])>,
}

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let mut packs: Vec<Pack> = Vec::new();
    for prime in PRIMES {
        let powers = (prime, powers(prime));
        match packs.last_mut() {
            Some(pack) if let Some(product) = pack.product.checked_mul(prime) => {
                pack.product = product;
                pack.primes.push(powers);
            }
            _ => packs.push(Pack { product: prime, primes: vec![powers] }),
        }
    }
    packs
});

/// Whether a modulus has that form.
pub fn is_vulnerable(modulus: &UBig) -> bool {
    PACKS.iter().all(|pack| {
        let residue = modulus % pack.product;
        pack.primes.iter().all(|(prime, powers)| {
            let residue = residue % prime;
            powers[residue as usize / 128] >> (residue % 128) & 1 == 1
        })
    })
}

/// The powers of 65537 modulo a prime, a bit for each.
const fn powers(prime: u64) -> [u128; 2] {
    let (mut powers, mut power) = ([0; 2], 1);
    while powers[power as usize / 128] >> (power % 128) & 1 == 0 {
        powers[power as usize / 128] |= 1 << (power % 128);
        power = power * 65537 % prime;
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_65537_modulo_the_primorial_are_found_and_their_neighbours_are_not() {
        let primorial: UBig = [2].into_iter().chain(PRIMES).map(UBig::from).product();
        let mut modulus = UBig::from(0x1234_5678_9abc_def1u64) * &primorial * &primorial + 65537u32;
        for _ in 0..100 {
            assert!(is_vulnerable(&modulus));
            assert!(!is_vulnerable(&(&modulus + 2u8)));
            modulus = modulus * 65537u32 % (primorial.clone() << 700);
        }
    }
}
