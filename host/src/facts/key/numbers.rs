//! The numbers that a public key consists of, read from its SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
//! Not what they show: that is for the module `weak`.

use der::Tag;

use crate::facts::asn1::{Elements, Malformed};
use crate::facts::oid::{self, KeyForm, curves};

/// The numbers of a public key, each big-endian without leading zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers<'a> {
    /// RFC 8017, appendix A.1.1.
    Rsa { modulus: &'a [u8], exponent: &'a [u8] },
    /// RFC 3279, section 2.3.2.
    Dsa { p: &'a [u8], q: &'a [u8], g: &'a [u8], y: &'a [u8] },
    /// PKCS #3, section 9, and RFC 3279, section 2.3.3, which begin alike.
    Dh { p: &'a [u8], g: &'a [u8], y: &'a [u8] },
    /// A curve by OpenSSL's name, and a point as SEC 1, section 2.3.3, encodes it.
    Ec { curve: &'static str, point: &'a [u8] },
    /// An algorithm that says all of the form, by its name in the contract, and the key as it stands.
    Fixed { name: &'static str, key: &'a [u8] },
}

impl<'a> Numbers<'a> {
    /// From a DER SubjectPublicKeyInfo; none of an algorithm or curve that is not known, or without parameters of its own.
    pub(crate) fn of_spki(spki: &'a [u8]) -> Result<Option<Self>, Malformed> {
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
                Some(Self::Rsa { modulus: fields.any()?.unsigned()?, exponent: fields.any()?.unsigned()? })
            }
            Some(KeyForm::Dsa | KeyForm::Dh) if parameters.is_none() => None,
            Some(KeyForm::Dsa) => Some(Self::Dsa { p: parameter()?, q: parameter()?, g: parameter()?, y: value()? }),
            Some(KeyForm::Dh) => Some(Self::Dh { p: parameter()?, g: parameter()?, y: value()? }),
            Some(KeyForm::Ec) => {
                let named = algorithm.parameters.filter(|parameters| parameters.tag == Tag::ObjectIdentifier);
                let oid = named.map(|named| named.oid()).transpose()?;
                let curve = oid.and_then(|oid| curves::by_oid(&oid));
                curve.map(|curve| Self::Ec { curve: curve.name, point: key })
            }
            Some(KeyForm::Fixed(name, _)) => Some(Self::Fixed { name, key }),
            None => None,
        })
    }
}
