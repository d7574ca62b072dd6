//! The public half of a key, in whatever form it was found, as the two parts of a SubjectPublicKeyInfo (RFC 5280,
//! section 4.1.2.7), so that the same key has one identity everywhere. Not whether it is a good key.

use std::borrow::Cow;

use der::Tag;
use keyreeve_contract::PublicKey;
use keyreeve_facts::KeyName;
use keyreeve_source::budget::{Account, Work};
use keyreeve_source::digest::{md5, sha256};

use super::derive::Owed;
use super::wire;
use crate::asn1::{Algorithm, Element, Elements, Malformed, bit_length, encode, encode_oid, encode_unsigned};
use crate::oid;
use crate::oid::{KeyForm, curves};

/// A public key, or the part of one that a private key's file shows.
#[derive(Debug, Clone)]
pub(crate) struct PublicHalf<'a> {
    /// The AlgorithmIdentifier, DER.
    algorithm: Cow<'a, [u8]>,
    /// The content of subjectPublicKey; `None` if only the algorithm is known.
    key: Option<Cow<'a, [u8]>>,
    /// The key in SSH's format, if it was found like that.
    ssh: Option<Cow<'a, [u8]>>,
    /// The key value, if it has still to be computed.
    owed: Option<Owed>,
}

/// A field of `public-key` that could not be determined, and why.
pub(crate) type Gap = (&'static str, String);

impl<'a> PublicHalf<'a> {
    /// From a DER SubjectPublicKeyInfo.
    pub(crate) fn of_spki(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::of_sequence(der)?;
        let algorithm = fields.next(Tag::Sequence)?;
        let key = fields.any()?.bits()?;
        let half = Self { algorithm: algorithm.raw.into(), key: Some(key.into()), ssh: None, owed: None };
        // RFC 3279 requires a NULL after rsaEncryption; without it the same key would have a second identity.
        let parsed = algorithm.algorithm()?;
        if parsed.oid == oid::RSA && parsed.parameters.is_none() {
            return Ok(Self { algorithm: rsa_algorithm().into(), ..half });
        }
        Ok(half)
    }

    /// Of an RSA key with that modulus and exponent, big-endian.
    pub(crate) fn of_rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let key = encode(0x30, &[&encode_unsigned(modulus), &encode_unsigned(exponent)]);
        Self { algorithm: rsa_algorithm().into(), key: Some(key.into()), ssh: None, owed: None }
    }

    /// Of a DSA key: p, q, g, and the public value y where it is known.
    pub(crate) fn of_dsa(parameters: [&[u8]; 3], y: Option<&[u8]>) -> Self {
        let [p, q, g] = parameters.map(encode_unsigned);
        let algorithm = encode(0x30, &[&encode_oid(&oid::DSA), &encode(0x30, &[&p, &q, &g])]);
        Self { algorithm: algorithm.into(), key: y.map(|y| encode_unsigned(y).into()), ssh: None, owed: None }
    }

    /// Of an EC key: DER parameters, and the point where it is known.
    pub(crate) fn of_ec(parameters: &[u8], point: Option<Cow<'a, [u8]>>) -> Self {
        let algorithm = encode(0x30, &[&encode_oid(&oid::EC), parameters]);
        Self { algorithm: algorithm.into(), key: point, ssh: None, owed: None }
    }

    /// Of an EC key: DER parameters, and the point, which was put together.
    pub(crate) fn of_point(parameters: &[u8], point: Vec<u8>) -> Self {
        Self { key: Some(point.into()), ..Self::of_ec(parameters, None) }
    }

    /// Of a key whose algorithm fixes its whole form, such as Ed25519.
    pub(crate) fn of_fixed(oid: &oid::Oid, key: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { algorithm: encode(0x30, &[&encode_oid(oid)]).into(), key: Some(key.into()), ssh: None, owed: None }
    }

    /// With an AlgorithmIdentifier as it stands in PKCS#8.
    pub(crate) fn of_algorithm(algorithm: Element<'a>, key: Option<Cow<'a, [u8]>>) -> Self {
        Self { algorithm: algorithm.raw.into(), key, ssh: None, owed: None }
    }

    /// Of an algorithm, given by its DER AlgorithmIdentifier, whose value is not known.
    pub(crate) fn without_value(algorithm: Vec<u8>) -> Self {
        Self { algorithm: algorithm.into(), key: None, ssh: None, owed: None }
    }

    /// The same key, independent of the bytes in which it was found.
    pub(crate) fn into_owned(self) -> PublicHalf<'static> {
        let algorithm = Cow::Owned(self.algorithm.into_owned());
        PublicHalf { algorithm, key: self.key.map(|key| Cow::Owned(key.into_owned())), ssh: None, owed: self.owed }
    }

    /// The same, found as this SSH blob.
    pub(crate) fn found_as_ssh(self, blob: Cow<'a, [u8]>) -> Self {
        Self { ssh: Some(blob), ..self }
    }

    /// The same, whose key is still to be computed.
    pub(crate) fn owed(self, owed: Owed) -> Self {
        Self { owed: Some(owed), ..self }
    }

    /// Of a key whose algorithm fixes its whole form, and whose value has still to be computed.
    pub(crate) fn of_fixed_owed(oid: &oid::Oid, owed: Owed) -> Self {
        Self::without_value(encode(0x30, &[&encode_oid(oid)])).owed(owed)
    }

    /// Computes the key if that has still to be done, once it is paid for.
    ///
    /// # Errors
    /// Why it is not computed.
    pub(crate) fn compute(&mut self, account: &Account<'_>) -> Result<(), String> {
        let Some(owed) = self.owed.take() else { return Ok(()) };
        account.pay(Work::Numbers, owed.cost()).map_err(|spent| spent.to_string())?;
        self.key = Some(owed.compute()?.into());
        Ok(())
    }

    /// The same key under another AlgorithmIdentifier, such as PKCS#8 states around a PKCS#1 key.
    pub(crate) fn under(self, algorithm: Element<'a>) -> Self {
        Self { algorithm: algorithm.raw.into(), ..self }
    }

    /// The key as the contract describes it, and the fields that could not be determined.
    pub(crate) fn describe(&self) -> (PublicKey, Vec<Gap>) {
        let mut public = empty();
        let mut gaps = Vec::new();
        if let Err(Malformed(reason)) = self.fill(&mut public, &mut gaps) {
            let missing = if public.algorithm.is_empty() { "algorithm" } else { "bits" };
            gaps.push((missing, format!("the public key cannot be read: {reason}")));
        }
        (public, gaps)
    }

    fn fill(&self, public: &mut PublicKey, gaps: &mut Vec<Gap>) -> Result<(), Malformed> {
        let algorithm = self.parsed_algorithm()?;
        match oid::key_form(&algorithm.oid) {
            None => public.algorithm = algorithm.oid.to_string(),
            Some(KeyForm::Fixed(name, bits)) => (public.algorithm, public.bits) = (name.to_owned(), bits),
            Some(KeyForm::Rsa(name)) => {
                public.algorithm = name.to_owned();
                let (modulus, exponent) = self.rsa()?;
                public.bits = bit_length(modulus);
                public.exponent = exponent.to_vec();
            }
            Some(form @ (KeyForm::Dsa | KeyForm::Dh)) => {
                public.algorithm = if form == KeyForm::Dsa { "DSA" } else { "DH" }.to_owned();
                match algorithm.parameters.filter(|parameters| parameters.tag == Tag::Sequence) {
                    Some(parameters) => public.bits = bit_length(parameters.elements()?.any()?.unsigned()?),
                    None => gaps.push(("bits", "the key has no parameters of its own".to_owned())),
                }
            }
            Some(KeyForm::Ec) => {
                public.algorithm = "EC".to_owned();
                fill_curve(algorithm.parameters, public, gaps)?;
            }
        }
        Ok(())
    }

    /// The whole SubjectPublicKeyInfo, DER.
    pub(crate) fn spki(&self) -> Option<Vec<u8>> {
        let key = self.key.as_ref()?;
        Some(encode(0x30, &[&self.algorithm, &encode(0x03, &[&[0], key])]))
    }

    /// OpenSSH's names for the key: `SHA256:…` and `MD5:…`. Returns `None` for a key that OpenSSH has no form for.
    pub(crate) fn ssh_fingerprints(&self) -> Option<[KeyName; 2]> {
        let known = self.ssh.as_deref().map(Cow::Borrowed);
        let blob = known.or_else(|| self.ssh_blob().map(Cow::Owned))?;
        Some([KeyName::SshSha256(sha256(&blob)), KeyName::SshMd5(md5(&blob))])
    }

    fn ssh_blob(&self) -> Option<Vec<u8>> {
        let key = self.key.as_deref()?;
        let algorithm = self.parsed_algorithm().ok()?;
        match oid::key_form(&algorithm.oid)? {
            KeyForm::Rsa(_) => {
                let (modulus, exponent) = self.rsa().ok()?;
                Some(wire::blob("ssh-rsa", &[&wire::mpint(exponent), &wire::mpint(modulus)]))
            }
            KeyForm::Dsa => {
                let mut parameters = algorithm.parameters?.elements().ok()?;
                let mut number = || Some(wire::mpint(parameters.any().ok()?.unsigned().ok()?));
                let (p, q, g) = (number()?, number()?, number()?);
                let y = Elements::of(key).any().ok()?.unsigned().ok()?;
                Some(wire::blob("ssh-dss", &[&p, &q, &g, &wire::mpint(y)]))
            }
            KeyForm::Ec => {
                let curve = curves::by_oid(&algorithm.parameters?.oid().ok()?)?;
                let name = wire::CURVES.iter().find(|(_, openssl)| *openssl == curve.name)?.0;
                Some(wire::blob(&format!("ecdsa-sha2-{name}"), &[name.as_bytes(), key]))
            }
            KeyForm::Fixed("Ed25519", _) => Some(wire::blob("ssh-ed25519", &[key])),
            KeyForm::Fixed("Ed448", _) => Some(wire::blob("ssh-ed448", &[key])),
            KeyForm::Fixed(..) | KeyForm::Dh => None,
        }
    }

    fn parsed_algorithm(&self) -> Result<Algorithm<'_>, Malformed> {
        Elements::of(&self.algorithm).any()?.algorithm()
    }

    /// Modulus and exponent of an RSAPublicKey (RFC 8017, appendix A.1.1).
    fn rsa(&self) -> Result<(&[u8], &[u8]), Malformed> {
        let key = self.key.as_deref().ok_or(Malformed("it is not in this place"))?;
        let mut fields = Elements::of_sequence(key)?;
        Ok((fields.any()?.unsigned()?, fields.any()?.unsigned()?))
    }
}

/// A public key of which nothing is known.
pub(crate) fn empty() -> PublicKey {
    PublicKey { algorithm: String::new(), bits: 0, curve: String::new(), exponent: Vec::new(), attributes: Vec::new() }
}

/// AlgorithmIdentifier of rsaEncryption with its NULL.
fn rsa_algorithm() -> Vec<u8> {
    encode(0x30, &[&encode_oid(&oid::RSA), &[0x05, 0x00]])
}

/// ECParameters (RFC 5480, section 2.1.1; explicit ones SEC 1, appendix C.2).
fn fill_curve(parameters: Option<Element<'_>>, public: &mut PublicKey, gaps: &mut Vec<Gap>) -> Result<(), Malformed> {
    match parameters {
        Some(named) if named.tag == Tag::ObjectIdentifier => {
            let oid = named.oid()?;
            match curves::by_oid(&oid) {
                Some(curve) => (public.curve, public.bits) = (curve.name.to_owned(), curve.bits),
                None => {
                    public.curve = oid.to_string();
                    gaps.push(("bits", format!("the curve {oid} is not known")));
                }
            }
        }
        Some(explicit) if explicit.tag == Tag::Sequence => {
            public.curve = "explicit".to_owned();
            let mut fields = explicit.elements()?;
            for _version_field_curve_base in 0..4 {
                fields.any()?;
            }
            public.bits = bit_length(fields.any()?.unsigned()?);
        }
        _ => {
            let reason = "the key does not say its curve";
            gaps.extend([("curve", reason.to_owned()), ("bits", reason.to_owned())]);
        }
    }
    Ok(())
}
