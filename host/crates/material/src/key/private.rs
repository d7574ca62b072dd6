//! Private and public keys in DER: PKCS#8, PKCS#1, SEC 1, OpenSSL's DSA, SubjectPublicKeyInfo. Private values are
//! skipped, unless they are the only source of the public half.

use std::borrow::Cow;

use der::Tag;
use keyreeve_contract::{Protection, Role};

use super::derive::Owed;
use super::public::PublicHalf;
use super::shape::Shape;
use super::{Found, encryption};
use crate::asn1::{Algorithm, Element, Elements, Malformed, context_tag};
use crate::oid;
use crate::oid::{KeyForm, curves};

/// The key of that shape in this DER. Returns `None` for a shape that is not a key.
pub(crate) fn read(shape: Shape, der: &[u8]) -> Result<Option<Found<'_>>, Malformed> {
    let plaintext = |format, public| Found::new(Role::Private, format, Protection::Plaintext, Some(public));
    let public = |half| Found::new(Role::Public, "SPKI", Protection::NotNeeded, Some(half));
    Ok(Some(match shape {
        Shape::Pkcs8 => plaintext("PKCS#8", pkcs8(der)?),
        Shape::EncryptedPkcs8 => encrypted_pkcs8(der)?,
        Shape::Pkcs1 => plaintext("PKCS#1", pkcs1(der)?),
        Shape::Dsa => plaintext("DSA", dsa(der)?),
        Shape::Sec1 => plaintext("SEC1", sec1(der)?),
        Shape::Spki => public(PublicHalf::of_spki(der)?),
        Shape::RsaPublic => Found { format: "PKCS#1", ..public(rsa_public(der)?) },
        Shape::Certificate
        | Shape::Request
        | Shape::RevocationList
        | Shape::Cms
        | Shape::Pkcs12
        | Shape::Bcfks
        | Shape::Parameters(_)
        | Shape::Other => return Ok(None),
    }))
}

/// PrivateKeyInfo, OneAsymmetricKey (RFC 5958, section 2).
pub(super) fn pkcs8(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::Integer)?;
    let identifier = fields.next(Tag::Sequence)?;
    let algorithm = identifier.algorithm()?;
    let private = fields.next(Tag::OctetString)?.value;
    let _attributes = fields.context(0)?;
    let outer = fields.optional(context_tag(1, false))?.and_then(|bits| bits.value.strip_prefix(&[0]));
    match oid::key_form(&algorithm.oid) {
        Some(KeyForm::Rsa(_)) => {
            let half = pkcs1(private)?;
            let plain = algorithm.oid == oid::RSA;
            Ok(if plain { half } else { half.under(identifier) })
        }
        Some(KeyForm::Ec) => {
            let inner = ec_private(private)?;
            let parameters = algorithm.parameters.or(inner.parameters);
            Ok(EcPrivate { parameters, point: inner.point.or(outer), ..inner }.public(|parameters, point| {
                match parameters {
                    Some(parameters) => PublicHalf::of_ec(parameters.raw, point),
                    None => PublicHalf::of_algorithm(identifier, point),
                }
            }))
        }
        form => {
            let half = PublicHalf::of_algorithm(identifier, outer.map(Cow::from));
            Ok(match form.filter(|_| outer.is_none()).and_then(|form| owed(form, algorithm, private)) {
                Some(owed) => half.owed(owed),
                None => half,
            })
        }
    }
}

/// The public value of a private key in PKCS#8 that does not state it. Returns `None` if that cannot be computed.
fn owed(form: KeyForm, algorithm: Algorithm<'_>, private: &[u8]) -> Option<Owed> {
    let value = Elements::of(private).any().ok()?;
    if let KeyForm::Fixed(name, _) = form {
        let value = Some(value).filter(|value| value.tag == Tag::OctetString)?.value;
        return Owed::fixed(name, value);
    }
    let mut parameters = algorithm.parameters?.elements().ok()?;
    let mut number = || parameters.any().ok()?.unsigned().ok();
    let (modulus, second) = (number()?, number()?);
    // DSA (RFC 3279, section 2.3.2) and X9.42 have p, g and q in different orders; PKCS#3 has no q.
    let base = match form {
        KeyForm::Dsa => number()?,
        _ => second,
    };
    Some(Owed::power(base, value.unsigned().ok()?, modulus))
}

/// EncryptedPrivateKeyInfo (RFC 5958, section 3).
pub(super) fn encrypted_pkcs8(der: &[u8]) -> Result<Found<'_>, Malformed> {
    let algorithm: Algorithm<'_> = Elements::of_sequence(der)?.any()?.algorithm()?;
    let mut found = Found::new(Role::Private, "PKCS#8", Protection::Passphrase, None);
    found.encryption = Some(encryption::of_pkcs8(algorithm)?);
    Ok(found)
}

/// RSAPrivateKey (RFC 8017, appendix A.1.2).
fn pkcs1(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::Integer)?;
    let modulus = fields.any()?.unsigned()?;
    Ok(PublicHalf::of_rsa(modulus, fields.any()?.unsigned()?))
}

/// RSAPublicKey (RFC 8017, appendix A.1.1).
fn rsa_public(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    let modulus = fields.any()?.unsigned()?;
    Ok(PublicHalf::of_rsa(modulus, fields.any()?.unsigned()?))
}

/// OpenSSL's DSAPrivateKey: version, p, q, g, y, x.
fn dsa(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::Integer)?;
    let mut number = || fields.any()?.unsigned();
    let parameters = [number()?, number()?, number()?];
    Ok(PublicHalf::of_dsa(parameters, Some(number()?)))
}

/// ECPrivateKey by itself.
fn sec1(der: &[u8]) -> Result<PublicHalf<'_>, Malformed> {
    let key = ec_private(der)?;
    Ok(key.public(|parameters, point| PublicHalf::of_ec(parameters.map_or(&[], |parameters| parameters.raw), point)))
}

struct EcPrivate<'a> {
    private: &'a [u8],
    parameters: Option<Element<'a>>,
    point: Option<&'a [u8]>,
}

/// ECPrivateKey (RFC 5915, section 3).
fn ec_private(der: &[u8]) -> Result<EcPrivate<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::Integer)?;
    let private = fields.next(Tag::OctetString)?.value;
    let parameters = fields.context(0)?.map(|field| field.elements()?.any()).transpose()?;
    let point = fields.context(1)?.map(|field| field.elements()?.any()?.bits()).transpose()?;
    Ok(EcPrivate { private, parameters, point })
}

impl<'a> EcPrivate<'a> {
    /// The public half that its parameters and its point make. If the point is not stated, it is computed, for the
    /// curves that allow that.
    fn public(
        &self,
        half: impl FnOnce(Option<Element<'a>>, Option<Cow<'a, [u8]>>) -> PublicHalf<'a>,
    ) -> PublicHalf<'a> {
        let half = half(self.parameters, self.point.map(Cow::from));
        let curve = || curves::by_oid(&self.parameters?.oid().ok()?);
        let owed = || Owed::point(curve()?.name, self.private);
        match if self.point.is_none() { owed() } else { None } {
            Some(owed) => half.owed(owed),
            None => half,
        }
    }
}
