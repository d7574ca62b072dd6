//! Reads the numbers that a public key consists of from its SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). The crate
//! `keyreeve-weak` examines them.

use der::Tag;
use keyreeve_weak::Numbers;

use crate::asn1::{Elements, Malformed};
use crate::oid::{self, KeyForm, curves};

/// The numbers in a DER SubjectPublicKeyInfo. Returns `None` for an unknown algorithm or curve, or a key without
/// parameters of its own.
pub fn of_spki(spki: &[u8]) -> Result<Option<Numbers<'_>>, Malformed> {
    let mut fields = Elements::of_sequence(spki)?;
    let algorithm = fields.next(Tag::Sequence)?.algorithm()?;
    let key = fields.any()?.bits()?;
    let parameters = algorithm.parameters.filter(|parameters| parameters.tag == Tag::Sequence);
    let mut numbers = match parameters {
        Some(parameters) => parameters.elements()?,
        None => Elements::of(&[]),
    };
    let mut parameter = || numbers.any()?.unsigned();
    let value = || Elements::of(key).any()?.unsigned();
    Ok(match oid::key_form(&algorithm.oid) {
        Some(KeyForm::Rsa(_)) => {
            let mut fields = Elements::of_sequence(key)?;
            Some(Numbers::Rsa { modulus: fields.any()?.unsigned()?, exponent: fields.any()?.unsigned()? })
        }
        Some(KeyForm::Dsa | KeyForm::Dh) if parameters.is_none() => None,
        Some(KeyForm::Dsa) => Some(Numbers::Dsa { p: parameter()?, q: parameter()?, g: parameter()?, y: value()? }),
        Some(KeyForm::Dh) => Some(Numbers::Dh { p: parameter()?, g: parameter()?, y: value()? }),
        Some(KeyForm::Ec) => {
            let named = algorithm.parameters.filter(|parameters| parameters.tag == Tag::ObjectIdentifier);
            let oid = named.map(|named| named.oid()).transpose()?;
            let curve = oid.and_then(|oid| curves::by_oid(&oid));
            curve.map(|curve| Numbers::Ec { curve: curve.name, point: key })
        }
        Some(KeyForm::Fixed(name, _)) => Some(Numbers::Fixed { name, key }),
        None => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::asn1::{encode, encode_oid, encode_unsigned};
    use crate::key::PublicHalf;

    /// Big-endian without leading zeros.
    fn magnitude() -> impl Strategy<Value = Vec<u8>> {
        (1_u8.., vec(any::<u8>(), 0..40)).prop_map(|(first, rest)| [vec![first], rest].concat())
    }

    /// A SubjectPublicKeyInfo of some numbers, whose kind says what they are.
    fn key() -> impl Strategy<Value = (usize, Vec<Vec<u8>>, Vec<u8>)> {
        (0_usize..5, vec(magnitude(), 4)).prop_map(|(kind, numbers)| {
            let [a, b, c, d] = &numbers[..] else { unreachable!("there are four") };
            let half = match kind {
                0 => PublicHalf::of_rsa(a, b),
                1 => PublicHalf::of_dsa([a, b, c], Some(d)),
                2 => PublicHalf::of_ec(&encode_oid(&curves::by_name("secp384r1").unwrap().oid), Some(a.into())),
                3 => PublicHalf::of_fixed(&oid::ED25519, a),
                _ => {
                    let group = encode(0x30, &[&encode_unsigned(a), &encode_unsigned(b)]);
                    let algorithm = encode(0x30, &[&encode_oid(&oid::DH), &group]);
                    let value = encode(3, &[&[0], &encode_unsigned(c)]);
                    return (kind, numbers.clone(), encode(0x30, &[&algorithm, &value]));
                }
            };
            (kind, numbers.clone(), half.spki().unwrap())
        })
    }

    fn expected(kind: usize, numbers: &[Vec<u8>]) -> Numbers<'_> {
        let [a, b, c, d] = numbers else { unreachable!("there are four") };
        match kind {
            0 => Numbers::Rsa { modulus: a, exponent: b },
            1 => Numbers::Dsa { p: a, q: b, g: c, y: d },
            2 => Numbers::Ec { curve: "secp384r1", point: a },
            3 => Numbers::Fixed { name: "Ed25519", key: a },
            _ => Numbers::Dh { p: a, g: b, y: c },
        }
    }

    /// Whatever is read is a number without leading zeros.
    fn is_sound(spki: &[u8]) -> bool {
        let is_number = |number: &[u8]| number.first() != Some(&0);
        match of_spki(spki) {
            Ok(Some(Numbers::Rsa { modulus, exponent })) => is_number(modulus) && is_number(exponent),
            Ok(Some(Numbers::Dsa { p, q, g, y })) => [p, q, g, y].into_iter().all(is_number),
            Ok(Some(Numbers::Dh { p, g, y })) => [p, g, y].into_iter().all(is_number),
            Ok(Some(Numbers::Ec { .. } | Numbers::Fixed { .. }) | None) | Err(_) => true,
        }
    }

    proptest! {
        #[test]
        fn the_numbers_are_those_that_the_key_was_made_of((kind, numbers, spki) in key()) {
            prop_assert_eq!(of_spki(&spki), Ok(Some(expected(kind, &numbers))));
        }

        #[test]
        fn a_key_that_is_cut_off_is_malformed((_, _, spki) in key(), cut in any::<Index>()) {
            prop_assert!(of_spki(&spki[..cut.index(spki.len())]).is_err());
        }

        #[test]
        fn damaged_keys_have_sound_numbers_or_none((_, _, mut spki) in key(), at in vec(any::<Index>(), 1..4), values in vec(prop_oneof![any::<u8>(), select(&[0_u8, 2, 3, 0x30, 0x80, 0x84, 0xff][..])], 4)) {
            for (at, value) in at.iter().zip(values) {
                let at = at.index(spki.len());
                spki[at] = value;
            }
            prop_assert!(is_sound(&spki));
        }

        #[test]
        fn arbitrary_bytes_have_sound_numbers_or_none(bytes in any::<Vec<u8>>(), algorithm in select(&[oid::RSA, oid::DSA, oid::DH, oid::EC][..])) {
            prop_assert!(is_sound(&bytes));
            let algorithm = encode(0x30, &[&encode_oid(&algorithm), &bytes]);
            prop_assert!(is_sound(&encode(0x30, &[&algorithm, &encode(3, &[&[0], &bytes])])));
        }
    }
}
