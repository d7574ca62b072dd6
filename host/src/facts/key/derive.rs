//! The public half of a private key that comes without it, computed from the private value, so that the key has the
//! same identity everywhere. Not a library for signing: no secret leaves these functions, and none of them runs in constant time.

use curve25519_dalek::{EdwardsPoint, MontgomeryPoint};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use sha2::{Digest, Sha512};

use crate::budget::{Account, Spent, Work, power as power_cost};
use crate::facts::asn1::{Malformed, bit_length, significant};

mod curve448;

/// A public value, or why there is none.
pub(crate) type Derived = Result<Vec<u8>, NotDerived>;

/// Why a public value is not computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDerived {
    /// The private value is none of its algorithm, or that is one which nothing is computed for.
    Impossible,
    /// It would have cost too much.
    Unpaid(Spent),
}

impl From<Spent> for NotDerived {
    fn from(spent: Spent) -> Self {
        Self::Unpaid(spent)
    }
}

/// The value, unless there can be none: that is an error of the format which holds the private one.
pub(crate) fn possible(value: Derived, otherwise: Malformed) -> Result<Derived, Malformed> {
    if value == Err(NotDerived::Impossible) { Err(otherwise) } else { Ok(value) }
}

/// The public key of an algorithm whose private key is bytes of a fixed number, by the contract's name.
pub(crate) fn fixed(algorithm: &str, private: &[u8], account: &Account<'_>) -> Derived {
    let (cost, derive): (u64, fn(&[u8]) -> Option<Vec<u8>>) = match algorithm {
        "Ed25519" => (20_000, |seed| ed25519(seed).map(Into::into)),
        "X25519" => (20_000, |private| x25519(private).map(Into::into)),
        "Ed448" => (2_500_000, curve448::ed448),
        "X448" => (1_500_000, curve448::x448),
        _ => return Err(NotDerived::Impossible),
    };
    account.pay(Work::Numbers, cost)?;
    derive(private).ok_or(NotDerived::Impossible)
}

/// RFC 8032, section 5.1.5.
pub(crate) fn ed25519(seed: &[u8]) -> Option<[u8; 32]> {
    let seed: &[u8; 32] = seed.try_into().ok()?;
    ed25519_expanded(&Sha512::digest(seed))
}

/// As [`ed25519`], from the hash of the seed. Nobody pays for it: whatever asks for it has more bytes than it costs.
pub(crate) fn ed25519_expanded(hash: &[u8]) -> Option<[u8; 32]> {
    Some(EdwardsPoint::mul_base_clamped(*hash.first_chunk::<32>()?).compress().to_bytes())
}

/// RFC 7748, section 6.1. Nobody pays for it, either.
pub(crate) fn x25519(private: &[u8]) -> Option<[u8; 32]> {
    Some(MontgomeryPoint::mul_base_clamped(private.try_into().ok()?).to_bytes())
}

/// The uncompressed point (SEC 1, section 2.3.3) of a private number on a curve by OpenSSL's short name; impossible for other curves
/// than those of NIST and secp256k1, and for a number out of range.
pub(crate) fn point(curve: &str, private: &[u8], account: &Account<'_>) -> Derived {
    macro_rules! on {
        ($curve:ident, $length:literal, $cost:literal) => {{
            use $curve::elliptic_curve::sec1::ToSec1Point;
            let number = padded::<$length>(private).ok_or(NotDerived::Impossible)?;
            account.pay(Work::Numbers, $cost)?;
            let key = $curve::SecretKey::from_slice(&number).map_err(|_| NotDerived::Impossible)?;
            Ok(key.public_key().to_sec1_point(false).as_bytes().to_vec())
        }};
    }
    match curve {
        "prime256v1" => on!(p256, 32, 250_000),
        "secp384r1" => on!(p384, 48, 800_000),
        "secp521r1" => on!(p521, 66, 800_000),
        "secp256k1" => on!(k256, 32, 100_000),
        _ => Err(NotDerived::Impossible),
    }
}

/// `base` to the power of a private exponent, modulo `modulus`, big-endian: the public value of DSA and Diffie-Hellman.
pub(crate) fn power(base: &[u8], exponent: &[u8], modulus: &[u8], account: &Account<'_>) -> Derived {
    let [base, exponent, modulus] = [base, exponent, modulus].map(significant);
    if modulus.is_empty() {
        return Err(NotDerived::Impossible);
    }
    let words = |number: &[u8]| number.len().div_ceil(8) as u64;
    let division = words(base).saturating_mul(words(modulus));
    account.pay(Work::Numbers, power_cost(bit_length(exponent).into(), words(modulus)).saturating_add(division))?;
    let [base, exponent, modulus] = [base, exponent, modulus].map(UBig::from_be_bytes);
    let ring = ConstDivisor::new(modulus);
    Ok(ring.reduce(base).pow(&exponent).residue().to_be_bytes().into())
}

/// A number in so many bytes.
fn padded<const LENGTH: usize>(number: &[u8]) -> Option<[u8; LENGTH]> {
    let number = significant(number);
    let mut bytes = [0; LENGTH];
    bytes.get_mut(LENGTH.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(bytes)
}
