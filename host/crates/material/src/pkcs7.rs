//! PKCS#7 and CMS (RFC 5652): the certificates and revocation lists in SignedData. Its signatures are not verified, and
//! the signed or encrypted content is not read.

use der::Tag;

use super::asn1::{Element, Elements, Malformed};
use super::ber;
use super::container::{Item, Sink};
use super::oid::{Oid, oid};

/// id-signedData.
pub(crate) const SIGNED_DATA: Oid = oid("1.2.840.113549.1.7.2");

/// Passes on the content of a ContentInfo. An encrypted one, or one that is data alone, shows nothing.
pub(crate) fn read(ber: &[u8], sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let der = ber::to_der(ber)?;
    let mut fields = Elements::of_sequence(&der)?;
    if fields.any()?.oid()? != SIGNED_DATA {
        return Ok(());
    }
    let content = fields.context(0)?.ok_or(Malformed("its signed data is missing"))?;
    signed_data(content.elements()?.next(Tag::Sequence)?, sink).map(drop)
}

/// Passes on certificates and revocation lists of a SignedData (RFC 5652, section 5.1), and returns its
/// encapContentInfo.
pub(crate) fn signed_data<'a>(signed: Element<'a>, sink: &mut Sink<'_>) -> Result<Element<'a>, Malformed> {
    let mut fields = signed.elements()?;
    fields.next(Tag::Integer)?;
    fields.next(Tag::Set)?;
    let content = fields.next(Tag::Sequence)?;
    if let Some(certificates) = fields.context(0)? {
        let mut list = certificates.elements()?;
        while !list.is_empty() {
            // The other choices are attribute certificates and other formats; each of them has a tag of its own.
            let choice = list.any()?;
            if choice.tag == Tag::Sequence {
                sink(Item::Certificate(choice.raw));
            }
        }
    }
    if let Some(lists) = fields.context(1)? {
        let mut list = lists.elements()?;
        while !list.is_empty() {
            let choice = list.any()?;
            if choice.tag == Tag::Sequence {
                sink(Item::RevocationList(choice.raw));
            }
        }
    }
    Ok(content)
}
