//! Keys that a TPM wraps, so that only that TPM can use them: TPMKey (draft-bottomley-tpm2-keys), with the public half of TPM 2.0.
//! Not the wrapped private half.

use der::Tag;

use crate::facts::asn1::{Elements, Malformed, encode_oid, significant};
use crate::facts::fields::Fields;
use crate::facts::oid::curves;
use crate::rules::contract::{Protection, Role};

use super::Found;
use super::public::PublicHalf;

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

/// A key in a TPM, with its public half where it is known.
pub(super) fn sealed(half: Option<PublicHalf<'_>>) -> Found<'_> {
    Found::new(Role::Private, "TSS2", Protection::Hardware, half).hidden_since("the TPM's form of it is not known")
}

/// TPM2B_PUBLIC (part 2, 12.2.5) of an RSA or ECC key; none of another one, such as sealed data.
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

/// With zeros before it, up to that length.
fn padded(coordinate: &[u8], width: usize) -> Option<Vec<u8>> {
    let coordinate = significant(coordinate);
    Some([vec![0; width.checked_sub(coordinate.len())?], coordinate.to_vec()].concat())
}

/// Steps over an algorithm, and over so many bytes behind one that is not NULL.
fn skip_unless_null(fields: &mut Fields<'_>, length: usize) -> Result<(), Malformed> {
    if fields.u16()? != NULL {
        fields.take(length)?;
    }
    Ok(())
}
