//! The fields of a certificate as byte ranges of its DER. x509-parser reads them; what it refuses and OpenSSL
//! does not (a time it does not know, an odd version) is walked here. Not what the fields mean.

use der::Tag;
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;

use crate::facts::asn1::{Elements, Malformed};
use crate::facts::oid::{self, Oid, Signature};

use super::time;

/// A certificate's fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// All of it, without what stands behind it.
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
    /// Seconds since 1970; none if the time cannot be read.
    pub(super) not_before: Option<i64>,
    pub(super) not_after: Option<i64>,
    /// DER SubjectPublicKeyInfo.
    pub(super) spki: &'a [u8],
    /// The extensions of the arc id-ce by their last number, and their values.
    extensions: Vec<(u8, &'a [u8])>,
}

impl<'a> Frame<'a> {
    /// The certificate that these bytes begin with.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        Self::by_x509_parser(der).map_or_else(|| Self::by_walk(der), Ok)
    }

    /// The value of the extension with that number in id-ce. One that is there twice has none (RFC 5280, section 4.2).
    pub(super) fn extension(&self, number: u8) -> Result<Option<&'a [u8]>, ()> {
        let mut found = self.extensions.iter().filter(|(known, _)| *known == number).map(|(_, value)| *value);
        let value = found.next();
        if found.next().is_some() { Err(()) } else { Ok(value) }
    }

    fn by_x509_parser(der: &'a [u8]) -> Option<Self> {
        let (_, certificate) = X509CertificateParser::new().with_deep_parse_extensions(false).parse(der).ok()?;
        let tbs = &certificate.tbs_certificate;
        let algorithm = &certificate.signature_algorithm;
        let parameters = algorithm.parameters.as_ref().filter(|parameters| parameters.tag().0 == 16);
        Some(Self {
            der: certificate.as_raw(),
            version: tbs.version.0.saturating_add(1),
            serial: tbs.raw_serial(),
            signature: oid::signature(
                &Oid::from_bytes(algorithm.algorithm.as_bytes()).ok()?,
                parameters.map(|parameters| parameters.data),
            ),
            issuer: tbs.issuer.as_raw(),
            subject: tbs.subject.as_raw(),
            not_before: Some(tbs.validity.not_before.timestamp()),
            not_after: Some(tbs.validity.not_after.timestamp()),
            spki: tbs.subject_pki.raw,
            extensions: tbs
                .extensions()
                .iter()
                .filter_map(|extension| Some((id_ce(extension.oid.as_bytes())?, extension.value)))
                .collect(),
        })
    }

    fn by_walk(der: &'a [u8]) -> Result<Self, Malformed> {
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
        let parameters = algorithm.parameters.filter(|parameters| parameters.tag == Tag::Sequence);
        Ok(Self {
            der: whole.raw,
            version: u32::try_from(version).unwrap_or(u32::MAX),
            serial,
            signature: oid::signature(&algorithm.oid, parameters.map(|parameters| parameters.value)),
            issuer,
            subject,
            not_before: time::seconds(not_before),
            not_after: time::seconds(not_after),
            spki,
            extensions: extensions(tbs)?,
        })
    }
}

/// What follows the key in a TBSCertificate: the unique identifiers, then the extensions.
fn extensions(mut rest: Elements<'_>) -> Result<Vec<(u8, &[u8])>, Malformed> {
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
            found.extend(id_ce(oid).map(|number| (number, value)));
        }
    }
    Ok(found)
}

/// The last number of an identifier 2.5.29.x.
fn id_ce(oid: &[u8]) -> Option<u8> {
    match oid {
        &[0x55, 0x1d, number] => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_walk_agrees_with_x509_parser_wherever_that_reads() {
        let Ok(corpora) = std::env::var("KEYREEVE_CORPORA") else {
            #[allow(clippy::print_stderr)]
            return eprintln!("skipped: KEYREEVE_CORPORA is not set");
        };
        let mut compared = 0;
        for entry in std::fs::read_dir(format!("{corpora}/certificates/zlint")).unwrap() {
            let pem = std::fs::read(entry.unwrap().path()).unwrap();
            let Ok(Some((rustls_pemfile_item, _))) = crate::facts::pem::decode::first(&pem) else { continue };
            let Some(by_parser) = Frame::by_x509_parser(&rustls_pemfile_item) else { continue };
            assert_eq!(Frame::by_walk(&rustls_pemfile_item), Ok(by_parser));
            compared += 1;
        }
        assert!(compared > 500, "{compared}");
    }
}
