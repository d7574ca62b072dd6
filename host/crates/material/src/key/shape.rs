//! Recognises a structure in DER by its first elements, for files that do not state it and labels that state it
//! wrongly. Whether the rest is sound is not checked.

use der::Tag;

use crate::asn1::{Element, Elements, Malformed, bit_length, context_tag, significant};
use crate::ber;
use crate::parameters;
use crate::parameters::Group;

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
    RevocationList,
    /// A ContentInfo of PKCS#7 or CMS with SignedData.
    Cms,
    Pkcs12,
    /// The ObjectStore of Bouncy Castle's keystore BCFKS, encrypted.
    Bcfks,
    Parameters(Group),
    /// A structure that is signed like a certificate and is none of these.
    Other,
}

/// What a PKCS#12 file begins with inside of its SEQUENCE: version 3.
const PFX: &[u8] = &[2, 1, 3, 0x30];
/// What signed data begin with inside of their SEQUENCE: id-signedData.
const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

impl Shape {
    /// The shape of the SEQUENCE that these bytes begin with. Returns `None` for any other bytes.
    pub(crate) fn of(der: &[u8]) -> Option<Self> {
        let (_, body) = header(der)?;
        if body.starts_with(PFX) {
            return Some(Self::Pkcs12);
        }
        if body.starts_with(SIGNED_DATA) {
            return Some(Self::Cms);
        }
        let mut fields = Elements::of_sequence(der).ok()?;
        let first = fields.any().ok()?;
        let second = fields.any().ok()?;
        match (first.tag, second.tag) {
            (Tag::Integer, Tag::Integer) if let Some(group) = parameters::unambiguous(der) => {
                Some(Self::Parameters(group))
            }
            (Tag::Integer, _) => Self::after_integer(first, second, fields).ok()?,
            (Tag::Sequence, Tag::OctetString) => {
                starts_with(first, Tag::ObjectIdentifier).then_some(Self::EncryptedPkcs8)
            }
            (Tag::Sequence, Tag::BitString) => starts_with(first, Tag::ObjectIdentifier).then_some(Self::Spki),
            (Tag::Sequence, Tag::Sequence) => match fields.any() {
                Ok(third) if third.tag == Tag::BitString => Self::signed(first).ok(),
                Ok(_) => None,
                Err(_) => is_object_store(first, second).then_some(Self::Bcfks),
            },
            (Tag::Sequence, check) if check == context_tag(0, true) => {
                is_object_store(first, second).then_some(Self::Bcfks)
            }
            _ => None,
        }
    }

    /// Whether it contains or may contain a private key, encrypted or not.
    pub(crate) fn is_private(self) -> bool {
        matches!(
            self,
            Self::Pkcs8 | Self::EncryptedPkcs8 | Self::Pkcs1 | Self::Dsa | Self::Sec1 | Self::Pkcs12 | Self::Bcfks
        )
    }

    /// Whether some DER is an unencrypted private key in PKCS#8.
    pub(crate) fn is_pkcs8(der: &[u8]) -> bool {
        Self::of(der) == Some(Self::Pkcs8)
    }

    /// Whether some DER is an unencrypted private key of any form.
    pub(crate) fn is_plain_private(der: &[u8]) -> bool {
        matches!(Self::of(der), Some(Self::Pkcs8 | Self::Pkcs1 | Self::Dsa | Self::Sec1))
    }

    fn after_integer(
        first: Element<'_>,
        second: Element<'_>,
        mut rest: Elements<'_>,
    ) -> Result<Option<Self>, Malformed> {
        let version = significant(first.value);
        Ok(match (second.tag, version) {
            (Tag::Sequence, [] | [1]) if rest.any()?.tag == Tag::OctetString => Some(Self::Pkcs8),
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

    /// Distinguishes Certificate (RFC 5280), CertificationRequest (RFC 2986) and CertificateList by the part that is
    /// signed.
    fn signed(body: Element<'_>) -> Result<Self, Malformed> {
        let mut fields = body.elements()?;
        if fields.context(0)?.is_some() {
            return Ok(Self::Certificate);
        }
        let version_or_serial = fields.optional(Tag::Integer)?;
        let (_, second) = (fields.any()?, fields.any()?);
        Ok(match fields.any() {
            Ok(update) if matches!(update.tag, Tag::UtcTime | Tag::GeneralizedTime) => Self::RevocationList,
            _ if version_or_serial.is_none() => Self::Other,
            Ok(validity) if validity.tag == Tag::Sequence => Self::Certificate,
            _ if starts_with(second, Tag::Sequence) => Self::Request,
            _ => Self::Other,
        })
    }
}

fn starts_with(element: Element<'_>, tag: Tag) -> bool {
    element.elements().and_then(|mut fields| fields.any()).is_ok_and(|first| first.tag == tag)
}

/// EncryptedObjectStoreData and its integrity check, whose MAC or signature has an algorithm, too.
fn is_object_store(store: Element<'_>, check: Element<'_>) -> bool {
    let is_encrypted = || {
        let mut fields = store.elements()?;
        let algorithm = fields.any()?.algorithm()?;
        fields.next(Tag::OctetString).map(|_| algorithm.parameters.is_some())
    };
    is_encrypted() == Ok(true) && starts_with(check, Tag::Sequence)
}

/// Whether these bytes are only the beginning of a DER file of one of these kinds: its length says that more should
/// follow.
pub(crate) fn is_cut_off(bytes: &[u8]) -> bool {
    let Some((Some(declared), body)) = header(bytes) else { return false };
    // The inner SEQUENCE of what is signed, or of what is encrypted.
    let signed = header(body).map_or(&[][..], |(_, inner)| inner);
    let known = body.starts_with(PFX)
        || body.starts_with(SIGNED_DATA)
        // PKCS#1, PKCS#8, SEC 1.
        || body.starts_with(&[2, 1, 0, 2, 0x82])
        || matches!(body, [2, 1, 0 | 1, 0x30, 0..0x80, 6, 3 | 5 | 7 | 9, ..])
        || matches!(body, [2, 1, 1, 4, 20..=66, ..])
        // A certificate of version 3, a revocation list of version 2, a request.
        || signed.starts_with(&[0xa0, 3, 2, 1, 2])
        || matches!(signed, [2, 1, 1, 0x30, 0..0x80, 6, ..])
        || matches!(signed, [2, 1, 0, 0x30, ..])
        // An encrypted PKCS#8, a BCFKS.
        || is_encryption(body)
        || is_encryption(signed);
    known && body.len() < declared
}

/// Whether these bytes begin with an AlgorithmIdentifier of PKCS#5 or PKCS#12.
fn is_encryption(bytes: &[u8]) -> bool {
    let oid = header(bytes).map_or(&[][..], |(_, oid)| oid);
    matches!(oid, [6, 9 | 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5 | 12, ..])
}

/// The length of the SEQUENCE at the start (`None` if it is indefinite), and the bytes after the length.
fn header(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (0x30, start, length) = ber::header(bytes).ok()? else { return None };
    Some((length, &bytes[start..]))
}
