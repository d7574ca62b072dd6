//! The public part of an OpenPGP key packet (RFC 9580, sections 5.5.2 and 5.5.5), converted to the public half that
//! other forms have, too. The secret part after it is not read here.

use std::borrow::Cow;

use crate::asn1::{Malformed, encode_oid, significant};
use crate::fields::Fields;
use crate::key::PublicHalf;
use crate::oid;
use crate::oid::{Oid, curves};
use crate::openpgp::{CURVE25519_LEGACY, ED25519_LEGACY};

/// A key packet, divided.
pub(super) struct Material<'a> {
    pub(super) version: u8,
    pub(super) created: i64,
    /// In version 3, for how many days it is valid; 0 means forever.
    pub(super) days: Option<u16>,
    pub(super) algorithm: u8,
    /// The whole public part, from which fingerprints are computed.
    pub(super) public: &'a [u8],
    /// The secret part.
    pub(super) secret: &'a [u8],
    numbers: Numbers<'a>,
}

/// The fields of the algorithm.
enum Numbers<'a> {
    /// Multiprecision integers: n and e for RSA; p, q, g, y for DSA; p, g, y for ElGamal.
    Integers(Vec<&'a [u8]>),
    /// A curve and a point.
    Point(Oid, &'a [u8]),
    /// As many octets as the algorithm has.
    Octets(Oid, &'a [u8]),
    Unknown,
}

impl<'a> Material<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields(body);
        let version = fields.u8()?;
        let created = fields.u32()?.into();
        let days = match version {
            2 | 3 => Some(fields.u16()?),
            4..=6 => None,
            _ => return Err(Malformed("the version of a key packet is not known")),
        };
        let algorithm = fields.u8()?;
        let stated = if version >= 5 { Some(fields.u32()? as usize) } else { None };
        let before = body.len() - fields.0.len();
        let numbers = Numbers::read(algorithm, &mut fields)?;
        let length = match (stated, &numbers) {
            (Some(length), _) => length,
            (None, Numbers::Unknown) => body.len() - before,
            (None, _) => body.len() - before - fields.0.len(),
        };
        let (public, secret) =
            body.split_at_checked(before + length).ok_or(Malformed("a key packet is shorter than it says"))?;
        Ok(Self { version, created, days, algorithm, public, secret, numbers })
    }

    pub(super) fn is_known(&self) -> bool {
        !matches!(self.numbers, Numbers::Unknown)
    }

    /// The public half. Returns `None` for ElGamal, and for an unknown algorithm or curve.
    pub(super) fn half(&self) -> Option<PublicHalf<'a>> {
        match (&self.numbers, self.algorithm) {
            (Numbers::Integers(numbers), 1..=3) => Some(PublicHalf::of_rsa(numbers.first()?, numbers.get(1)?)),
            (Numbers::Integers(numbers), 17) => {
                let [p, q, g, y] = numbers[..] else { return None };
                Some(PublicHalf::of_dsa([p, q, g], Some(y)))
            }
            (Numbers::Point(curve, point), _) => of_point(curve, point),
            (Numbers::Octets(algorithm, key), _) => Some(PublicHalf::of_fixed(algorithm, *key)),
            _ => None,
        }
    }

    /// The prime of an ElGamal key.
    pub(super) fn elgamal(&self) -> Option<&'a [u8]> {
        match &self.numbers {
            Numbers::Integers(numbers) if matches!(self.algorithm, 16 | 20) => numbers.first().copied(),
            _ => None,
        }
    }
}

/// The key at that point of a curve. Points that are a single number have 0x40 before them.
fn of_point<'a>(curve: &Oid, point: &'a [u8]) -> Option<PublicHalf<'a>> {
    let native = point.strip_prefix(&[0x40]).unwrap_or(point);
    let fixed = |oid: Oid| Some(PublicHalf::of_fixed(&oid, native));
    match *curve {
        ED25519_LEGACY => fixed(oid::ED25519),
        CURVE25519_LEGACY => fixed(oid::X25519),
        oid::ED25519 | oid::X25519 | oid::ED448 | oid::X448 => fixed(*curve),
        _ => curves::by_oid(curve).map(|curve| PublicHalf::of_ec(&encode_oid(&curve.oid), Some(Cow::from(point)))),
    }
}

impl<'a> Numbers<'a> {
    fn read(algorithm: u8, fields: &mut Fields<'a>) -> Result<Self, Malformed> {
        let mut integers = |count| (0..count).map(|_| integer(fields)).collect::<Result<_, _>>().map(Self::Integers);
        match algorithm {
            1..=3 => integers(2),
            16 | 20 => integers(3),
            17 => integers(4),
            // ECDH, ECDSA, and EdDSA from before RFC 9580; in ECDH, the key derivation follows the point.
            18 | 19 | 22 => {
                let length = fields.u8()?;
                let curve =
                    Oid::from_bytes(fields.take(length.into())?).map_err(|_| Malformed("its curve is malformed"))?;
                let point = integer(fields)?;
                if algorithm == 18 {
                    let length = fields.u8()?;
                    fields.take(length.into())?;
                }
                Ok(Self::Point(curve, point))
            }
            25 => Ok(Self::Octets(oid::X25519, fields.take(32)?)),
            26 => Ok(Self::Octets(oid::X448, fields.take(56)?)),
            27 => Ok(Self::Octets(oid::ED25519, fields.take(32)?)),
            28 => Ok(Self::Octets(oid::ED448, fields.take(57)?)),
            _ => Ok(Self::Unknown),
        }
    }
}

/// A multiprecision integer (section 3.2) without leading zeros.
fn integer<'a>(fields: &mut Fields<'a>) -> Result<&'a [u8], Malformed> {
    let bits = usize::from(fields.u16()?);
    fields.take(bits.div_ceil(8)).map(significant)
}
