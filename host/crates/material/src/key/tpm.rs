//! Keys that a TPM wraps, so that only that TPM can use them: TPMKey (draft-bottomley-tpm2-keys), with the public half
//! of TPM 2.0. The wrapped private half is not read.

use der::Tag;
use keyreeve_contract::{Protection, Role};

use super::Found;
use super::public::PublicHalf;
use crate::asn1::{Elements, Malformed, encode_oid, significant};
use crate::fields::Fields;
use crate::oid::curves;

// TPM 2.0 Library, part 2: algorithms (6.3) and curves (6.4).
const RSA: u16 = 0x0001;
const ECC: u16 = 0x0023;
const NULL: u16 = 0x0010;
const CURVES: [(u16, &str); 5] = [
    (0x0001, "prime192v1"),
    (0x0002, "secp224r1"),
    (0x0003, "prime256v1"),
    (0x0004, "secp384r1"),
    (0x0005, "secp521r1"),
];

/// The key in a TPMKey: type, optional fields with tags, parent, public and private half.
pub(super) fn read(der: &[u8]) -> Result<Found<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::ObjectIdentifier)?;
    for number in 0..=5 {
        fields.context(number)?;
    }
    fields.next(Tag::Integer)?;
    let public = fields.next(Tag::OctetString)?.value;
    fields.next(Tag::OctetString)?;
    Ok(sealed(public_half(public)?))
}

/// A key in a TPM, with its public half if that is known.
pub(super) fn sealed(half: Option<PublicHalf<'_>>) -> Found<'_> {
    Found::new(Role::Private, "TSS2", Protection::Hardware, half).hidden_since("the TPM's form of it is not known")
}

/// TPM2B_PUBLIC (part 2, 12.2.5) of an RSA or ECC key. Returns `None` for other objects, such as sealed data.
fn public_half(bytes: &[u8]) -> Result<Option<PublicHalf<'_>>, Malformed> {
    let mut fields = Fields(bytes);
    fields.u16()?;
    let kind = fields.u16()?;
    // The hash of its name, its attributes.
    fields.take(6)?;
    fields.short()?;
    // TPMT_SYM_DEF_OBJECT: algorithm, bits, mode; TPMT_RSA_SCHEME and TPMT_ECC_SCHEME: scheme, hash.
    if kind == RSA || kind == ECC {
        skip_unless_null(&mut fields, 4)?;
        skip_unless_null(&mut fields, 2)?;
    }
    match kind {
        RSA => {
            fields.u16()?;
            let exponent = fields.take(4)?;
            // 0 stands for 65537.
            let exponent: &[u8] = if significant(exponent).is_empty() { &[1, 0, 1] } else { exponent };
            Ok(Some(PublicHalf::of_rsa(fields.short()?, exponent)))
        }
        ECC => {
            let curve = fields.u16()?;
            skip_unless_null(&mut fields, 2)?;
            let (x, y) = (fields.short()?, fields.short()?);
            let name = CURVES.iter().find(|(known, _)| *known == curve).map(|(_, name)| *name);
            let Some(curve) = name.and_then(curves::by_name) else { return Ok(None) };
            let width = curve.bits.div_ceil(8) as usize;
            let (Some(x), Some(y)) = (padded(x, width), padded(y, width)) else {
                return Err(Malformed("a coordinate of its point is too long"));
            };
            let point = [vec![4], x, y].concat();
            Ok(Some(PublicHalf::of_point(&encode_oid(&curve.oid), point)))
        }
        _ => Ok(None),
    }
}

/// A coordinate, padded with zeros to that length. Returns `None` if it is longer.
fn padded(coordinate: &[u8], width: usize) -> Option<Vec<u8>> {
    let coordinate = significant(coordinate);
    Some([vec![0; width.checked_sub(coordinate.len())?], coordinate.to_vec()].concat())
}

/// Skips an algorithm and, unless it is NULL, so many bytes after it.
fn skip_unless_null(fields: &mut Fields<'_>, length: usize) -> Result<(), Malformed> {
    if fields.u16()? != NULL {
        fields.take(length)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::asn1::{encode, encode_unsigned};

    /// Bytes preceded by their number in 16 bits: TPM2B.
    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
    }

    /// An algorithm with so many bytes of details, or NULL.
    fn algorithm(is_null: bool, details: usize) -> Vec<u8> {
        if is_null { NULL.to_be_bytes().to_vec() } else { [vec![0, 6], vec![0x80; details]].concat() }
    }

    /// A TPMKey (draft-bottomley-tpm2-keys, section 3.1) around a TPMT_PUBLIC, with the optional fields whose bits are
    /// set.
    fn key(public: &[u8], options: u8) -> Vec<u8> {
        let options = (0..6)
            .filter(|option| options >> option & 1 == 1)
            .flat_map(|option| encode(0xa0 | option, &[&[1, 1, 0xff]]));
        let loadable = encode_oid(&crate::oid::oid("2.23.133.10.1.3"));
        let parent = encode_unsigned(&[0x40, 0, 0, 1]);
        encode(
            0x30,
            &[&loadable, &options.collect::<Vec<_>>(), &parent, &encode(4, &[&sized(public)]), &encode(4, &[&[0; 40]])],
        )
    }

    /// The beginning of a TPMT_PUBLIC: type, hash of the name, attributes, policy; then the symmetric algorithm and the
    /// scheme.
    fn begin(kind: u16, policy: &[u8], nulls: [bool; 2]) -> Vec<u8> {
        [
            &kind.to_be_bytes()[..],
            &[0, 11, 0, 6, 4, 0x72],
            &sized(policy),
            &algorithm(nulls[0], 4),
            &algorithm(nulls[1], 2),
        ]
        .concat()
    }

    fn rsa() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let modulus = (0x80_u8.., vec(any::<u8>(), 20..80)).prop_map(|(first, rest)| [vec![first], rest].concat());
        (modulus, any::<u32>(), vec(any::<u8>(), 0..40), any::<[bool; 2]>(), any::<u8>()).prop_map(
            |(modulus, exponent, policy, nulls, options)| {
                let parameters = [&[8, 0][..], &exponent.to_be_bytes(), &sized(&modulus)].concat();
                let exponent = if exponent == 0 { 65_537 } else { exponent };
                let expected = PublicHalf::of_rsa(&modulus, &exponent.to_be_bytes()).spki().unwrap();
                (key(&[begin(RSA, &policy, nulls), parameters].concat(), options), expected)
            },
        )
    }

    fn ecc() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let coordinates = (vec(any::<u8>(), 0..=32), vec(any::<u8>(), 0..=32));
        (coordinates, any::<[bool; 3]>(), any::<u8>()).prop_map(|((x, y), nulls, options)| {
            let begin = begin(ECC, &[], [nulls[0], nulls[1]]);
            let parameters = [&[0, 3][..], &algorithm(nulls[2], 2), &sized(&x), &sized(&y)].concat();
            let padded = |number: &[u8]| [vec![0; 32 - number.len()], number.to_vec()].concat();
            let point = [vec![4], padded(&x), padded(&y)].concat();
            let curve = curves::by_name("prime256v1").unwrap();
            let expected = PublicHalf::of_point(&encode_oid(&curve.oid), point).spki().unwrap();
            (key(&[begin, parameters].concat(), options), expected)
        })
    }

    proptest! {
        #[test]
        fn the_public_half_is_that_of_the_numbers((der, expected) in prop_oneof![rsa(), ecc()]) {
            let found = read(&der).map_err(|reason| TestCaseError::fail(reason.0))?;
            prop_assert_eq!(found.public.and_then(|half| half.spki()), Some(expected));
            prop_assert!((found.role, found.protection) == (Role::Private, Protection::Hardware));
        }

        #[test]
        fn a_key_that_is_cut_off_is_malformed((der, _) in prop_oneof![rsa(), ecc()], cut in any::<Index>()) {
            prop_assert!(read(&der[..cut.index(der.len())]).is_err());
        }

        #[test]
        fn damaged_keys_are_still_in_hardware_or_malformed((mut der, _) in prop_oneof![rsa(), ecc()], at in any::<Index>(), value in any::<u8>()) {
            let at = at.index(der.len());
            der[at] = value;
            prop_assert!(!read(&der).is_ok_and(|found| found.protection != Protection::Hardware));
        }

        #[test]
        fn arbitrary_public_areas_never_panic(public in any::<Vec<u8>>(), kind in any::<bool>(), options in any::<u8>()) {
            let kind: u16 = if kind { RSA } else { ECC };
            let _ = read(&key(&[&kind.to_be_bytes()[..], &public].concat(), options));
        }
    }
}
