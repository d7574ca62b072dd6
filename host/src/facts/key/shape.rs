//! Which structure some DER is, told by its first elements, for files that do not say it and labels that
//! say it wrong. Not whether the rest of it is sound.

use der::Tag;

use crate::facts::asn1::{Element, Elements, Malformed, bit_length, significant};

/// What a SEQUENCE is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Certificate,
    Request,
    Pkcs8,
    EncryptedPkcs8,
    Pkcs1,
    Dsa,
    Sec1,
    Spki,
    RsaPublic,
    /// A structure that is known and is none of these: a CRL, PKCS#12.
    Other,
}

impl Shape {
    /// The shape of the SEQUENCE that these bytes begin with; none for any other.
    pub(crate) fn of(der: &[u8]) -> Option<Self> {
        let mut fields = Elements::of_sequence(der).ok()?;
        let first = fields.any().ok()?;
        let second = fields.any().ok()?;
        match (first.tag, second.tag) {
            (Tag::Integer, _) => Self::after_integer(first, second, fields).ok()?,
            (Tag::Sequence, Tag::OctetString) => {
                starts_with(first, Tag::ObjectIdentifier).then_some(Self::EncryptedPkcs8)
            }
            (Tag::Sequence, Tag::BitString) => starts_with(first, Tag::ObjectIdentifier).then_some(Self::Spki),
            (Tag::Sequence, Tag::Sequence) if fields.any().ok()?.tag == Tag::BitString => Self::signed(first).ok(),
            _ => None,
        }
    }

    /// Whether it holds a private key, encrypted or not.
    pub(crate) fn is_private(self) -> bool {
        matches!(self, Self::Pkcs8 | Self::EncryptedPkcs8 | Self::Pkcs1 | Self::Dsa | Self::Sec1)
    }

    fn after_integer(
        first: Element<'_>,
        second: Element<'_>,
        mut rest: Elements<'_>,
    ) -> Result<Option<Self>, Malformed> {
        let version = significant(first.value);
        Ok(match (second.tag, version) {
            (Tag::Sequence, [] | [1]) if rest.any()?.tag == Tag::OctetString => Some(Self::Pkcs8),
            (Tag::Sequence, [3]) => Some(Self::Other),
            (Tag::OctetString, [1]) => Some(Self::Sec1),
            (Tag::Integer, _) => {
                let mut count = 2;
                while count < 9 && rest.optional(Tag::Integer)?.is_some() {
                    count += 1;
                }
                match (count, version) {
                    (9, [] | [1]) => Some(Self::Pkcs1),
                    (6, []) => Some(Self::Dsa),
                    (2, modulus) if bit_length(modulus) >= 256 => Some(Self::RsaPublic),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// Certificate (RFC 5280), CertificationRequest (RFC 2986) or CertificateList by what is to be signed.
    fn signed(body: Element<'_>) -> Result<Self, Malformed> {
        let mut fields = body.elements()?;
        if fields.context(0)?.is_some() {
            return Ok(Self::Certificate);
        }
        let Some(_version_or_serial) = fields.optional(Tag::Integer)? else { return Ok(Self::Other) };
        let (_, second) = (fields.any()?, fields.any()?);
        Ok(match fields.any() {
            Ok(validity) if validity.tag == Tag::Sequence => Self::Certificate,
            Ok(update) if matches!(update.tag, Tag::UtcTime | Tag::GeneralizedTime) => Self::Other,
            _ if starts_with(second, Tag::Sequence) => Self::Request,
            _ => Self::Other,
        })
    }
}

fn starts_with(element: Element<'_>, tag: Tag) -> bool {
    element.elements().and_then(|mut fields| fields.any()).is_ok_and(|first| first.tag == tag)
}

/// What a DER file of these kinds begins with, so that one that is cut off can be told: PKCS#1, PKCS#8, a version 3 certificate.
pub(crate) fn is_cut_off(bytes: &[u8]) -> bool {
    let Some((&[0x30, 0x82, high, low], body)) = bytes.split_first_chunk::<4>() else { return false };
    let declared = usize::from(high) << 8 | usize::from(low);
    let known = body.starts_with(&[2, 1, 0, 2, 0x82])
        || body.starts_with(&[2, 1, 0, 0x30, 0x0d, 6, 9])
        || (body.starts_with(&[0x30, 0x82]) && body.get(4..9) == Some(&[0xa0, 3, 2, 1, 2]));
    known && body.len() < declared
}
