//! Checks keys whose length their algorithm fixes: Edwards and Montgomery curves, and the post-quantum algorithms. Of
//! the latter only the length is checked.

use keyreeve_source::price;

use super::{Weakness, edwards, invalid};

/// Bytes of a key by the contract's name of its algorithm: RFC 8032, RFC 7748, FIPS 203, table 3; FIPS 204, table 2;
/// FIPS 205, table 2.
static LENGTHS: &[(&str, usize)] = &[
    ("Ed25519", 32),
    ("Ed448", 57),
    ("X25519", 32),
    ("X448", 56),
    ("ML-KEM-512", 800),
    ("ML-KEM-768", 1184),
    ("ML-KEM-1024", 1568),
    ("ML-DSA-44", 1312),
    ("ML-DSA-65", 1952),
    ("ML-DSA-87", 2592),
];

/// What is wrong with such a key.
pub fn weaknesses(name: &str, key: &[u8]) -> Vec<Weakness> {
    let length = LENGTHS.iter().find(|(known, _)| *known == name).map(|&(_, length)| length);
    match length.or_else(|| slh_dsa(name)) {
        Some(length) if key.len() != length => {
            vec![invalid(format!("the key has {} bytes, and one of {name} has {length}", key.len()))]
        }
        _ => edwards::flaw(name, key).map(invalid).into_iter().collect(),
    }
}

/// The price of that check for a key of so many bytes: at most a power in the largest field.
pub(super) fn price(length: usize) -> u64 {
    const LARGEST: usize = 57;
    price::power(length.min(LARGEST), length.min(LARGEST))
}

/// The key length of `SLH-DSA-SHAKE-128s` and the like: the number in the name is the security level in bits, and a key
/// has four times as many.
fn slh_dsa(name: &str) -> Option<usize> {
    let set = name.strip_prefix("SLH-DSA-")?.rsplit('-').next()?;
    set.trim_end_matches(['s', 'f']).parse().ok().map(|bits: usize| bits / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_length_are_invalid() {
        let what = "the key has 31 bytes, and one of Ed25519 has 32";
        assert_eq!(weaknesses("Ed25519", &[2; 31]), [invalid(what)]);
        assert_eq!(weaknesses("ML-DSA-65", &[2; 1952]), []);
        assert_eq!(weaknesses("ML-DSA-65", &[2; 1953]).len(), 1);
        for (name, length) in [("SLH-DSA-SHA2-128s", 32), ("SLH-DSA-SHAKE-192f", 48), ("SLH-DSA-SHA2-256f", 64)] {
            assert_eq!(weaknesses(name, &vec![2; length]), [], "{name}");
            assert_eq!(weaknesses(name, &vec![2; length + 1]).len(), 1, "{name}");
        }
    }
}
