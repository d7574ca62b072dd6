//! X.509 certificates (RFC 5280) as facts. They are not validated: no signature is verified and no chain is built.

mod frame;
mod name;
mod revocation;
pub(crate) mod time;

use keyreeve_contract::{Certificate, Context, Unknown};
use keyreeve_facts::{CertificateNames, KeyName, Place};
use keyreeve_source::Location;
use keyreeve_source::digest::{hex, sha1, sha256};
use x509_parser::extensions::{AuthorityKeyIdentifier, BasicConstraints, KeyIdentifier, SubjectAlternativeName};
use x509_parser::prelude::FromDer;

use super::asn1::Malformed;
use super::crl;
use super::key::{PublicHalf, unknown_fields};
use frame::Frame;
pub(crate) use name::{common_names, short, text as name_text};

// Numbers below id-ce, 2.5.29 (RFC 5280, section 4.2.1).
const SUBJECT_KEY_IDENTIFIER: u8 = 14;
const SUBJECT_ALTERNATIVE_NAME: u8 = 17;
const BASIC_CONSTRAINTS: u8 = 19;
const AUTHORITY_KEY_IDENTIFIER: u8 = 35;

/// A certificate that was read.
pub(crate) struct Found {
    pub(crate) fact: Certificate,
    pub(crate) place: Place,
    /// What could not be understood, one sentence each.
    pub(crate) problems: Vec<String>,
}

/// The certificate that this DER begins with; anything after it (such as a TRUSTED CERTIFICATE's trailer) is ignored.
pub(crate) fn read(der: &[u8], home: Location, detailed: bool) -> Result<Found, Malformed> {
    let frame = Frame::read(der)?;
    let mut unknown = Vec::new();
    let mut names = names(&frame, &mut unknown);
    let self_issued = self_issued(&frame, &mut unknown);
    let authority = authority(&frame, self_issued, &mut unknown);
    let not_before = seconds(frame.not_before, "not-before", &mut unknown);
    let not_after = seconds(frame.not_after, "not-after", &mut unknown);
    let mut attributes = attributes(&frame, &mut unknown);
    let problems = unknown.iter().map(|unknown| unknown.reason.clone()).collect();
    let half = PublicHalf::of_spki(frame.spki)?;
    let (key, gaps) = half.describe();
    unknown.extend(unknown_fields("key", gaps));
    unknown.extend(frame.signature.unknown_hash());
    let mut place = place(&frame, &names, half.spki(), home);
    if detailed {
        details(&frame, &mut place);
    }
    // A bundle can hold very many certificates.
    names.shrink_to_fit();
    attributes.shrink_to_fit();
    let fact = Certificate {
        context: Context::UNSPECIFIED,
        unknown,
        names,
        key,
        signature_algorithm: frame.signature.name.into_owned(),
        signature_hash: frame.signature.hash.unwrap_or_default().into_owned(),
        not_before,
        not_after,
        authority,
        self_issued,
        last_rotated: None,
        inventoried: false,
        attributes,
    };
    Ok(Found { fact, place, problems })
}

/// The public key of a certificate in this DER.
pub(crate) fn public_half(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    PublicHalf::of_spki(Frame::read(der)?.spki)
}

fn place(frame: &Frame<'_>, names: &[String], public: Option<Vec<u8>>, home: Location) -> Place {
    let label = match names.first() {
        Some(name) => format!("certificate for {}", short(name::bare(name))),
        None => "certificate without a name".to_owned(),
    };
    let mut place = Place::new(home, label, sha256(frame.der));
    place.identify(public);
    let identifier = match frame.extension(SUBJECT_KEY_IDENTIFIER) {
        Ok(Some(value)) => whole::<KeyIdentifier<'_>>(value).ok(),
        _ => None,
    };
    let key_identifier = match identifier.map(|identifier| KeyName::of_key_identifier(identifier.0)) {
        Some(KeyName::KeyIdentifier(usual)) => Some(usual),
        other => {
            place.key_names = other.into_iter().collect();
            None
        }
    };
    let (issued, sha1) = (crl::issued(frame.issuer, frame.serial), sha1(frame.der));
    place.certificate = Some(CertificateNames { issued, sha1, key_identifier });
    place
}

fn details(frame: &Frame<'_>, place: &mut Place) {
    let details = [
        ("subject", name_text(frame.subject)),
        ("issuer", name_text(frame.issuer)),
        ("serial-number", hex(frame.serial)),
        ("sha256", place.identity.to_string()),
        ("sha1", hex(&sha1(frame.der))),
    ];
    let key = place.spki.map(|hash| ("spki-sha256", hex(&hash)));
    place.details = details.into_iter().chain(key).collect();
}

/// Subject alternative names, or else the common names of the subject.
fn names(frame: &Frame<'_>, unknown: &mut Vec<Unknown>) -> Vec<String> {
    let alternative = match frame.extension(SUBJECT_ALTERNATIVE_NAME) {
        Ok(Some(value)) => whole::<SubjectAlternativeName<'_>>(value).map(Some),
        Ok(None) => Ok(None),
        Err(()) => Err(()),
    };
    match alternative {
        Ok(Some(alternative)) => alternative.general_names.iter().map(name::general).collect(),
        Ok(None) => match common_names(frame.subject) {
            Ok(names) => names.into_iter().map(|name| format!("CN:{name}")).collect(),
            Err(_) => {
                damaged("names", "the subject of the certificate cannot be read", unknown);
                Vec::new()
            }
        },
        Err(()) => {
            damaged("names", "the extension subjectAltName of the certificate cannot be read", unknown);
            Vec::new()
        }
    }
}

/// Whether basicConstraints says so; a certificate without extensions is an authority if it is self-issued.
fn authority(frame: &Frame<'_>, self_issued: bool, unknown: &mut Vec<Unknown>) -> bool {
    match frame.extension(BASIC_CONSTRAINTS) {
        Ok(None) => frame.version < 3 && self_issued,
        Ok(Some(value)) if let Ok(constraints) = whole::<BasicConstraints>(value) => constraints.ca,
        _ => {
            damaged("authority", "the extension basicConstraints of the certificate cannot be read", unknown);
            false
        }
    }
}

/// Whether issuer and subject are the same bytes and the key identifiers do not contradict that.
fn self_issued(frame: &Frame<'_>, unknown: &mut Vec<Unknown>) -> bool {
    if frame.issuer != frame.subject {
        return false;
    }
    let authority = match frame.extension(AUTHORITY_KEY_IDENTIFIER) {
        Ok(None) => return true,
        Ok(Some(value)) => whole::<AuthorityKeyIdentifier<'_>>(value),
        Err(()) => Err(()),
    };
    let subject = match frame.extension(SUBJECT_KEY_IDENTIFIER) {
        Ok(value) => value.map(whole::<KeyIdentifier<'_>>).transpose(),
        Err(()) => Err(()),
    };
    match (authority, subject) {
        (Ok(authority), Ok(subject)) => authority.key_identifier.is_none() || authority.key_identifier == subject,
        _ => {
            damaged("self-issued", "a key identifier extension of the certificate cannot be read", unknown);
            false
        }
    }
}

/// The contract's attributes, as far as the signature and the extensions state them.
fn attributes(frame: &Frame<'_>, unknown: &mut Vec<Unknown>) -> Vec<(String, String)> {
    let mut attributes = frame.signature.attributes();
    match revocation::words(frame) {
        Ok(words) if words.is_empty() => {}
        Ok(words) => attributes.push(("revocation".to_owned(), words.join(" "))),
        Err(()) => {
            let reason = "an extension of the certificate that tells how its revocation can be learnt cannot be read";
            damaged("attributes.revocation", reason, unknown);
        }
    }
    attributes
}

fn seconds(time: Option<i64>, field: &str, unknown: &mut Vec<Unknown>) -> i64 {
    if time.is_none() {
        damaged(field, "a time of the certificate's validity cannot be read", unknown);
    }
    time.unwrap_or_default()
}

fn damaged(field: &str, reason: &str, unknown: &mut Vec<Unknown>) {
    unknown.push(Unknown { field: field.to_owned(), reason: reason.to_owned() });
}

/// The extension's value, if nothing follows it.
fn whole<'a, T: FromDer<'a, x509_parser::error::X509Error>>(value: &'a [u8]) -> Result<T, ()> {
    match T::from_der(value) {
        Ok(([], parsed)) => Ok(parsed),
        _ => Err(()),
    }
}
