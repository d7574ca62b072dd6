//! The fields of a certificate as byte ranges of its DER; x509-parser then reads their content. It does not find the
//! fields, because it refuses times that OpenSSL reads, and drops the rest of a name after an empty set.

use der::Tag;

use crate::asn1::{Elements, Malformed};
use crate::oid;
use crate::oid::Signature;

use super::time;

/// An extension: the content of its identifier, and its value.
type Extension<'a> = (&'a [u8], &'a [u8]);

/// A certificate's fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// The whole certificate, without what follows it.
    pub(super) der: &'a [u8],
    /// 1 to 3.
    pub(super) version: u32,
    /// The content of the serial number's INTEGER.
    pub(super) serial: &'a [u8],
    pub(super) signature: Signature,
    /// DER Name.
    pub(super) issuer: &'a [u8],
    /// DER Name.
    pub(super) subject: &'a [u8],
    /// Seconds since 1970; `None` if the time cannot be read.
    pub(super) not_before: Option<i64>,
    pub(super) not_after: Option<i64>,
    /// DER SubjectPublicKeyInfo.
    pub(super) spki: &'a [u8],
    extensions: Vec<Extension<'a>>,
}

impl<'a> Frame<'a> {
    /// The certificate that these bytes begin with.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let whole = Elements::of(der).next(Tag::Sequence)?;
        let mut outer = whole.elements()?;
        let mut tbs = outer.next(Tag::Sequence)?.elements()?;
        let algorithm = outer.next(Tag::Sequence)?.algorithm()?;
        let version = match tbs.context(0)? {
            Some(field) => field.elements()?.any()?.small()?.saturating_add(1),
            None => 1,
        };
        let serial = tbs.next(Tag::Integer)?.value;
        tbs.next(Tag::Sequence)?;
        let issuer = tbs.next(Tag::Sequence)?.raw;
        let mut validity = tbs.next(Tag::Sequence)?.elements()?;
        let (not_before, not_after) = (validity.any()?, validity.any()?);
        let subject = tbs.next(Tag::Sequence)?.raw;
        let spki = tbs.next(Tag::Sequence)?.raw;
        Ok(Self {
            der: whole.raw,
            version: u32::try_from(version).unwrap_or(u32::MAX),
            serial,
            signature: oid::signature(algorithm),
            issuer,
            subject,
            not_before: time::seconds(not_before),
            not_after: time::seconds(not_after),
            spki,
            extensions: extensions(tbs)?,
        })
    }

    /// The value of the extension with that number in id-ce, 2.5.29. An extension that occurs twice is an error (RFC
    /// 5280, section 4.2).
    pub(super) fn extension(&self, number: u8) -> Result<Option<&'a [u8]>, ()> {
        self.extension_of(&[0x55, 0x1d, number])
    }

    /// Like [`Self::extension`], by the content of the whole identifier.
    pub(super) fn extension_of(&self, oid: &[u8]) -> Result<Option<&'a [u8]>, ()> {
        let mut found = self.extensions.iter().filter(|(known, _)| *known == oid).map(|(_, value)| *value);
        let value = found.next();
        if found.next().is_some() { Err(()) } else { Ok(value) }
    }
}

/// What follows the key in a TBSCertificate: the unique identifiers, then the extensions.
fn extensions(mut rest: Elements<'_>) -> Result<Vec<Extension<'_>>, Malformed> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let Some(field) = rest.context(3)? else {
            rest.any()?;
            continue;
        };
        let mut list = field.elements()?.next(Tag::Sequence)?.elements()?;
        while !list.is_empty() {
            let mut extension = list.next(Tag::Sequence)?.elements()?;
            let oid = extension.next(Tag::ObjectIdentifier)?.value;
            let _critical = extension.optional(Tag::Boolean)?;
            let value = extension.next(Tag::OctetString)?.value;
            found.push((oid, value));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use x509_parser::prelude::{FromDer, X509Certificate};

    #[test]
    fn fields_are_those_of_x509_parser_wherever_that_reads() {
        let Some(corpora) = keyreeve_oracles::corpora() else { return };
        let mut compared = 0;
        for entry in std::fs::read_dir(corpora.join("certificates/zlint")).unwrap() {
            let Ok(pem) = std::fs::read(entry.unwrap().path()) else { continue };
            let Some(der) = crate::pem::decode::first(&pem) else { continue };
            let Ok((_, expected)) = X509Certificate::from_der(&der) else { continue };
            let frame = Frame::read(&der).unwrap();
            assert_eq!(frame.der, expected.as_raw());
            assert_eq!(frame.version, expected.version.0 + 1);
            assert_eq!(frame.serial, expected.raw_serial());
            assert_eq!(frame.spki, expected.subject_pki.raw);
            assert_eq!(frame.not_before, Some(expected.validity.not_before.timestamp()));
            assert_eq!(frame.not_after, Some(expected.validity.not_after.timestamp()));
            assert!(frame.issuer.starts_with(expected.issuer.as_raw()));
            assert!(frame.subject.starts_with(expected.subject.as_raw()));
            let extensions = expected.extensions().iter().map(|extension| (extension.oid.as_bytes(), extension.value));
            assert!(extensions.eq(frame.extensions.iter().copied()));
            compared += 1;
        }
        assert!(compared > 500, "{compared}");
    }
}
