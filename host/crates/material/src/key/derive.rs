//! Computes the public half of a private key that comes without it, so that the key has the same identity everywhere.
//! This is not a library for signing: no secret leaves these functions, and none of them runs in constant time.

use curve25519_dalek::{EdwardsPoint, MontgomeryPoint};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use keyreeve_source::price;
use sha2::{Digest, Sha512};

use crate::asn1::{encode_unsigned, significant};

mod curve448;

/// The longest modulus that a power is computed for, in bytes: the same as OpenSSL's.
const LONGEST_MODULUS: usize = 16_384 / 8;

/// A subjectPublicKey that has still to be computed. A file can ask for very many, so the reader pays first.
#[derive(Clone)]
pub(crate) enum Owed {
    /// The public value of DSA and Diffie-Hellman: `base` to the power of a private exponent, modulo `modulus`, all
    /// big-endian.
    Power { base: Box<[u8]>, exponent: Box<[u8]>, modulus: Box<[u8]> },
    /// The key of an algorithm whose private keys have a fixed length, by the contract's name.
    Fixed(&'static str, Box<[u8]>),
    /// The uncompressed point (SEC 1, section 2.3.3) of a private number on a curve by OpenSSL's short name.
    Point(&'static str, Box<[u8]>),
}

/// Algorithms and curves for which public values are computed: how many bytes their private values have, and the price
/// of one computation, in multiplications of two 64-bit words.
static KNOWN: [(&str, usize, u64); 8] = [
    ("Ed25519", 32, 20_000),
    ("X25519", 32, 20_000),
    ("Ed448", 57, 2_500_000),
    ("X448", 56, 1_500_000),
    ("prime256v1", 32, 250_000),
    ("secp384r1", 48, 800_000),
    ("secp521r1", 66, 800_000),
    ("secp256k1", 32, 100_000),
];

impl Owed {
    /// A power of these numbers.
    pub(crate) fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Self {
        let [base, exponent, modulus] = [base, exponent, modulus].map(|number| significant(number).into());
        Self::Power { base, exponent, modulus }
    }

    /// The key of such an algorithm. Returns `None` for other algorithms, and for a private key of another length.
    pub(crate) fn fixed(algorithm: &str, private: &[u8]) -> Option<Self> {
        let &(name, length, _) = KNOWN.iter().find(|(known, ..)| *known == algorithm)?;
        (private.len() == length).then(|| Self::Fixed(name, private.into()))
    }

    /// The point on such a curve. Returns `None` for curves other than NIST's and secp256k1, and for a number that is
    /// too long.
    pub(crate) fn point(curve: &str, private: &[u8]) -> Option<Self> {
        let &(name, length, _) = KNOWN.iter().find(|(known, ..)| *known == curve)?;
        (significant(private).len() <= length).then(|| Self::Point(name, private.into()))
    }

    /// The price, in multiplications of two words of 64 bits.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Power { base, exponent, modulus } => {
                price::product(base.len(), modulus.len()) + price::power(exponent.len(), modulus.len())
            }
            Self::Fixed(name, _) | Self::Point(name, _) => {
                KNOWN.iter().find(|(known, ..)| known == name).map_or(0, |(.., cost)| *cost)
            }
        }
    }

    /// Computes the value.
    ///
    /// # Errors
    /// Why it cannot be computed, as a clause.
    pub(crate) fn compute(&self) -> Result<Vec<u8>, &'static str> {
        match self {
            Self::Power { base, exponent, modulus } => {
                let y = power([base, exponent, modulus]).ok_or("its numbers are longer than any program takes")?;
                Ok(encode_unsigned(&y))
            }
            Self::Fixed(name, private) => {
                fixed(name, private).ok_or("its private key does not have the length that it should")
            }
            Self::Point(curve, private) => point(curve, private).ok_or("its private number is out of range"),
        }
    }
}

/// It holds a private value.
impl std::fmt::Debug for Owed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "a public value for {}", self.cost())
    }
}

fn fixed(algorithm: &str, private: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        "Ed25519" => ed25519(private).map(Into::into),
        "X25519" => x25519(private).map(Into::into),
        "Ed448" => curve448::ed448(private),
        "X448" => curve448::x448(private),
        _ => None,
    }
}

/// RFC 8032, section 5.1.5.
fn ed25519(seed: &[u8]) -> Option<[u8; 32]> {
    let seed: &[u8; 32] = seed.try_into().ok()?;
    ed25519_expanded(&Sha512::digest(seed))
}

/// RFC 8032, section 5.1.5, from the hash of the seed. This is not paid for: it takes no longer than reading the bytes
/// of other files.
pub(crate) fn ed25519_expanded(hash: &[u8]) -> Option<[u8; 32]> {
    Some(EdwardsPoint::mul_base_clamped(*hash.first_chunk::<32>()?).compress().to_bytes())
}

/// RFC 7748, section 6.1. This is not paid for, either.
pub(crate) fn x25519(private: &[u8]) -> Option<[u8; 32]> {
    Some(MontgomeryPoint::mul_base_clamped(private.try_into().ok()?).to_bytes())
}

fn point(curve: &str, private: &[u8]) -> Option<Vec<u8>> {
    macro_rules! on {
        ($curve:ident, $length:literal) => {{
            use $curve::elliptic_curve::sec1::ToSec1Point;
            let key = $curve::SecretKey::from_slice(&padded::<$length>(private)?).ok()?;
            Some(key.public_key().to_sec1_point(false).as_bytes().to_vec())
        }};
    }
    match curve {
        "prime256v1" => on!(p256, 32),
        "secp384r1" => on!(p384, 48),
        "secp521r1" => on!(p521, 66),
        "secp256k1" => on!(k256, 32),
        _ => None,
    }
}

/// A power of base, exponent and modulus. Returns `None` for numbers that are longer than OpenSSL accepts, and without
/// a modulus.
fn power(numbers: [&[u8]; 3]) -> Option<Vec<u8>> {
    if numbers[2].is_empty() || numbers.iter().any(|number| number.len() > LONGEST_MODULUS) {
        return None;
    }
    let [base, exponent, modulus] = numbers.map(UBig::from_be_bytes);
    let ring = ConstDivisor::new(modulus);
    Some(ring.reduce(base).pow(&exponent).residue().to_be_bytes().into())
}

/// A number, padded to so many bytes.
fn padded<const LENGTH: usize>(number: &[u8]) -> Option<[u8; LENGTH]> {
    let number = significant(number);
    let mut bytes = [0; LENGTH];
    bytes.get_mut(LENGTH.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(bytes)
}
