//! Parameters of groups and curves on their own: PKCS#3 and X9.42 Diffie-Hellman, DSA, EC. They are not keys, but a key
//! made from them has their size. Not whether a group is sound.

use keyreeve_contract::{Protection, Role};

use super::asn1::{Element, Elements, Malformed, bit_length, encode, encode_oid};
use super::key::{Found, PublicHalf};
use super::oid;
use super::oid::Oid;

/// What the parameters are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// DHParameter: p, g, and perhaps the length of private values (PKCS#3).
    Dh,
    /// DomainParameters: p, g, q and more (RFC 3279, section 2.3.3).
    X942Dh,
    /// Dss-Parms: p, q, g (RFC 3279, section 2.3.2).
    Dsa,
    /// ECParameters: a named curve, or all of one (RFC 5480, section 2.1.1).
    Ec,
}

impl Group {
    fn format(self) -> &'static str {
        match self {
            Self::Dh | Self::X942Dh => "DH parameters",
            Self::Dsa => "DSA parameters",
            Self::Ec => "EC parameters",
        }
    }

    fn oid(self) -> Oid {
        match self {
            Self::Dh => oid::DH,
            Self::X942Dh => oid::X942_DH,
            Self::Dsa => oid::DSA,
            Self::Ec => oid::EC,
        }
    }
}

/// The parameters in this DER, as a public key without a value.
pub(crate) fn read(group: Group, der: &[u8]) -> Result<Found<'static>, Malformed> {
    let parameters = Elements::of(der).any()?;
    if group != Group::Ec {
        numbers(parameters)?;
    }
    let algorithm = encode(0x30, &[&encode_oid(&group.oid()), parameters.raw]);
    let half = PublicHalf::without_value(algorithm);
    Ok(Found::new(Role::Public, group.format(), Protection::NotNeeded, Some(half)))
}

/// The group that a SEQUENCE of integers describes, if only one is possible; for files that do not state it.
///
/// Two integers can also be an RSA public key, whose exponent is odd, so only an even generator decides. Of three
/// integers, one about as long as a hash is the order of the subgroup, and a small one is the length of private values.
pub(crate) fn unambiguous(der: &[u8]) -> Option<Group> {
    let sizes = numbers(Elements::of(der).any().ok()?).ok()?;
    let is_order = |bits: u32| (160..=512).contains(&bits);
    match sizes[..] {
        [prime, 2] if prime >= 256 => is_two(der).then_some(Group::Dh),
        [prime, generator, length] if prime >= 256 && generator <= 8 && length <= 16 => Some(Group::Dh),
        [prime, order, generator] if prime >= 512 && is_order(order) && generator > order => Some(Group::Dsa),
        [prime, generator, order] if prime >= 512 && is_order(order) && generator > order => Some(Group::X942Dh),
        _ => None,
    }
}

fn is_two(der: &[u8]) -> bool {
    let generator = || {
        let mut fields = Elements::of_sequence(der)?;
        fields.any()?;
        fields.any()?.small()
    };
    generator() == Ok(2)
}

/// The lengths in bits of the integers in a SEQUENCE that begins with at least two of them.
fn numbers(parameters: Element<'_>) -> Result<Vec<u32>, Malformed> {
    let mut fields = parameters.elements()?;
    let mut sizes = vec![bit_length(fields.any()?.unsigned()?), bit_length(fields.any()?.unsigned()?)];
    while let Some(number) = fields.optional(der::Tag::Integer)?
        && sizes.len() < 4
    {
        sizes.push(bit_length(number.value));
    }
    Ok(sizes)
}
