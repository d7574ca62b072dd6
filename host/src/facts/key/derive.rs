//! The public half of a private key that comes without it, computed from the private value, so that the key has the
//! same identity everywhere. Not a library for signing: no secret leaves these functions, and none of them runs in constant time.

use curve25519_dalek::{EdwardsPoint, MontgomeryPoint};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use sha2::{Digest, Sha512};

use crate::facts::asn1::significant;
use crate::price;

mod curve448;

/// Longest modulus that a power is computed for, in bytes: as much as OpenSSL takes.
const LONGEST_MODULUS: usize = 16_384 / 8;

/// The public key of an algorithm whose private key is bytes of a fixed number, by the contract's name.
pub(crate) fn fixed(algorithm: &str, private: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        "Ed25519" => ed25519(private).map(Into::into),
        "X25519" => x25519(private).map(Into::into),
        "Ed448" => curve448::ed448(private),
        "X448" => curve448::x448(private),
        _ => None,
    }
}

/// RFC 8032, section 5.1.5.
pub(crate) fn ed25519(seed: &[u8]) -> Option<[u8; 32]> {
    let seed: &[u8; 32] = seed.try_into().ok()?;
    ed25519_expanded(&Sha512::digest(seed))
}

/// As [`ed25519`], from the hash of the seed.
pub(crate) fn ed25519_expanded(hash: &[u8]) -> Option<[u8; 32]> {
    Some(EdwardsPoint::mul_base_clamped(*hash.first_chunk::<32>()?).compress().to_bytes())
}

/// RFC 7748, section 6.1.
pub(crate) fn x25519(private: &[u8]) -> Option<[u8; 32]> {
    Some(MontgomeryPoint::mul_base_clamped(private.try_into().ok()?).to_bytes())
}

/// The uncompressed point (SEC 1, section 2.3.3) of a private number on a curve by OpenSSL's short name; none for other curves
/// than those of NIST and secp256k1, and for a number out of range.
pub(crate) fn point(curve: &str, private: &[u8]) -> Option<Vec<u8>> {
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

/// A power that is still to be computed: the public value of DSA and Diffie-Hellman is `base` to the power of a private exponent, modulo
/// `modulus`, all big-endian. A file can ask for very many, so whoever reads it pays first.
#[derive(Clone)]
pub(crate) struct Power {
    base: Box<[u8]>,
    exponent: Box<[u8]>,
    modulus: Box<[u8]>,
}

impl Power {
    /// Of these numbers.
    pub(crate) fn new(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Self {
        let [base, exponent, modulus] = [base, exponent, modulus].map(|number| significant(number).into());
        Self { base, exponent, modulus }
    }

    /// What it costs, in multiplications of two words of 64 bits.
    pub(crate) fn cost(&self) -> u64 {
        price::product(self.base.len(), self.modulus.len()) + price::power(self.exponent.len(), self.modulus.len())
    }

    /// The public value; none of numbers that are longer than OpenSSL takes, and of no modulus.
    pub(crate) fn compute(&self) -> Option<Vec<u8>> {
        let numbers = [&self.base, &self.exponent, &self.modulus];
        if self.modulus.is_empty() || numbers.iter().any(|number| number.len() > LONGEST_MODULUS) {
            return None;
        }
        let [base, exponent, modulus] = numbers.map(|number| UBig::from_be_bytes(number));
        let ring = ConstDivisor::new(modulus);
        Some(ring.reduce(base).pow(&exponent).residue().to_be_bytes().into())
    }
}

/// It holds a private value.
impl std::fmt::Debug for Power {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Power of {} bytes", self.modulus.len())
    }
}

/// A number in so many bytes.
fn padded<const LENGTH: usize>(number: &[u8]) -> Option<[u8; LENGTH]> {
    let number = significant(number);
    let mut bytes = [0; LENGTH];
    bytes.get_mut(LENGTH.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(bytes)
}
