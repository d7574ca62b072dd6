//! Object identifiers of keys, signatures, digests and ciphers, and what OpenSSL calls them.
//! Not what is good or bad about them.

use std::borrow::Cow;

use der::Tag;
use keyreeve_contract::Unknown;

use super::asn1::{Algorithm, Elements, Malformed};

pub(crate) mod curves;

/// An object identifier of at most 39 bytes.
pub(crate) type Oid = der::asn1::ObjectIdentifier;

/// rsaEncryption (RFC 8017).
pub(crate) const RSA: Oid = oid("1.2.840.113549.1.1.1");
/// id-dsa (RFC 3279).
pub(crate) const DSA: Oid = oid("1.2.840.10040.4.1");
/// id-ecPublicKey (RFC 5480).
pub(crate) const EC: Oid = oid("1.2.840.10045.2.1");
/// dhKeyAgreement (PKCS #3).
pub(crate) const DH: Oid = oid("1.2.840.113549.1.3.1");
/// dhpublicnumber (RFC 3279).
pub(crate) const X942_DH: Oid = oid("1.2.840.10046.2.1");
/// id-Ed25519 (RFC 8410).
pub(crate) const ED25519: Oid = oid("1.3.101.112");
/// id-Ed448 (RFC 8410).
pub(crate) const ED448: Oid = oid("1.3.101.113");
/// id-X25519 (RFC 8410).
pub(crate) const X25519: Oid = oid("1.3.101.110");
/// id-X448 (RFC 8410).
pub(crate) const X448: Oid = oid("1.3.101.111");
const RSASSA_PSS: Oid = oid("1.2.840.113549.1.1.10");
const MGF1: Oid = oid("1.2.840.113549.1.1.8");

/// The form of a key, as its algorithm identifier determines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// Modulus and exponent.
    Rsa(&'static str),
    /// p, q and g in the parameters.
    Dsa,
    /// p and g in the parameters.
    Dh,
    /// A curve in the parameters.
    Ec,
    /// Fixed by the identifier: the name, and the length in bits of the order of a curve, or 0.
    Fixed(&'static str, u32),
}

/// A signature algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    /// OpenSSL's long name, or else the dotted identifier.
    pub(crate) name: Cow<'static, str>,
    /// The hash in the signature, empty if the algorithm includes it; `None` if it is unknown.
    pub(crate) hash: Option<Cow<'static, str>>,
    /// The hash of RSASSA-PSS's mask generation function MGF1, if it is known.
    pub(crate) mgf1: Option<Cow<'static, str>>,
}

impl Signature {
    /// The unknown field of a fact that is signed with it.
    pub(crate) fn unknown_hash(&self) -> Option<Unknown> {
        let reason = format!("the hash of the signature algorithm {} is not known", self.name);
        self.hash.is_none().then(|| Unknown { field: "signature-hash".to_owned(), reason })
    }

    /// The attributes of a fact that is signed with it: `mgf1-hash` if that differs from the signature's own hash.
    pub(crate) fn attributes(&self) -> Vec<(String, String)> {
        let other = self.mgf1.as_ref().filter(|mgf1| self.hash.as_ref() != Some(mgf1));
        other.map(|mgf1| ("mgf1-hash".to_owned(), mgf1.to_string())).into_iter().collect()
    }
}

/// The identifier of that dotted text.
pub(crate) const fn oid(dotted: &'static str) -> Oid {
    Oid::new_unwrap(dotted)
}

/// The form of a key with that algorithm identifier.
pub(crate) fn key_form(oid: &Oid) -> Option<KeyForm> {
    KEYS.iter().find(|(known, _)| known == oid).map(|&(_, form)| form)
}

/// The identifier and name of an algorithm whose keys have one fixed form, by that name.
pub(crate) fn fixed(name: &str) -> Option<(Oid, &'static str)> {
    KEYS.iter().find_map(|(oid, form)| match form {
        KeyForm::Fixed(known, _) if *known == name => Some((*oid, *known)),
        _ => None,
    })
}

/// The signature algorithm of an AlgorithmIdentifier.
pub(crate) fn signature(algorithm: Algorithm<'_>) -> Signature {
    let oid = &algorithm.oid;
    if *oid == RSASSA_PSS {
        let parameters = algorithm.parameters.filter(|parameters| parameters.tag == Tag::Sequence);
        let hashes = parameters.and_then(|parameters| pss_hashes(parameters.value).ok());
        let (hash, mgf1) = hashes.map_or((None, None), |(hash, mgf1)| (Some(hash), mgf1));
        return Signature { name: "rsassaPss".into(), hash, mgf1 };
    }
    let (name, hash) = match SIGNATURES.iter().find(|(known, ..)| known == oid) {
        Some(&(_, name, hash)) => (name.into(), Some(hash.into())),
        None => match key_form(oid) {
            Some(KeyForm::Fixed(name, 0)) => (name.into(), Some("".into())),
            _ => (oid.to_string().into(), None),
        },
    };
    Signature { name, hash, mgf1: None }
}

/// A hash of RSASSA-PSS-params.
type Hash = Cow<'static, str>;

/// hashAlgorithm (tag 0) and the hash of maskGenAlgorithm (tag 1) of RSASSA-PSS-params (RFC 4055, section 3.1); both
/// are SHA-1 by default. Only for MGF1 the second hash is known.
fn pss_hashes(parameters: &[u8]) -> Result<(Hash, Option<Hash>), Malformed> {
    let mut fields = Elements::of(parameters);
    let hash = match fields.context(0)? {
        None => "SHA1".into(),
        Some(field) => digest(&field.elements()?.any()?.algorithm()?.oid),
    };
    let mgf1 = match fields.context(1)? {
        None => Some("SHA1".into()),
        Some(field) => {
            let function = field.elements()?.any()?.algorithm()?;
            let hash = function.parameters.filter(|_| function.oid == MGF1).map(|hash| hash.algorithm());
            hash.transpose()?.map(|hash| digest(&hash.oid))
        }
    };
    Ok((hash, mgf1))
}

/// The digest in the contract's spelling, or else its dotted identifier.
pub(crate) fn digest(oid: &Oid) -> Cow<'static, str> {
    named(DIGESTS, oid)
}

/// The pseudorandom function of PBKDF2 by OpenSSL's long name, or else its dotted identifier.
pub(crate) fn prf(oid: &Oid) -> Cow<'static, str> {
    named(PRFS, oid)
}

/// The cipher by OpenSSL's long name, or else its dotted identifier.
pub(crate) fn cipher(oid: &Oid) -> Cow<'static, str> {
    named(CIPHERS, oid)
}

fn named(table: &[(Oid, &'static str)], oid: &Oid) -> Cow<'static, str> {
    let found = table.iter().find(|(known, _)| known == oid);
    found.map_or_else(|| oid.to_string().into(), |&(_, name)| name.into())
}

/// RFC 8017, 3279, 5480, 8410, 9814, 9881 and 9935.
static KEYS: &[(Oid, KeyForm)] = &[
    (RSA, KeyForm::Rsa("RSA")),
    (EC, KeyForm::Ec),
    (RSASSA_PSS, KeyForm::Rsa("RSASSA-PSS")),
    (ED25519, KeyForm::Fixed("Ed25519", 253)),
    (ED448, KeyForm::Fixed("Ed448", 446)),
    (X25519, KeyForm::Fixed("X25519", 253)),
    (X448, KeyForm::Fixed("X448", 446)),
    (DSA, KeyForm::Dsa),
    (oid("1.3.14.3.2.12"), KeyForm::Dsa),
    (oid("2.5.8.1.1"), KeyForm::Rsa("RSA")),
    (DH, KeyForm::Dh),
    (X942_DH, KeyForm::Dh),
    (oid("2.16.840.1.101.3.4.3.17"), KeyForm::Fixed("ML-DSA-44", 0)),
    (oid("2.16.840.1.101.3.4.3.18"), KeyForm::Fixed("ML-DSA-65", 0)),
    (oid("2.16.840.1.101.3.4.3.19"), KeyForm::Fixed("ML-DSA-87", 0)),
    (oid("2.16.840.1.101.3.4.3.20"), KeyForm::Fixed("SLH-DSA-SHA2-128s", 0)),
    (oid("2.16.840.1.101.3.4.3.21"), KeyForm::Fixed("SLH-DSA-SHA2-128f", 0)),
    (oid("2.16.840.1.101.3.4.3.22"), KeyForm::Fixed("SLH-DSA-SHA2-192s", 0)),
    (oid("2.16.840.1.101.3.4.3.23"), KeyForm::Fixed("SLH-DSA-SHA2-192f", 0)),
    (oid("2.16.840.1.101.3.4.3.24"), KeyForm::Fixed("SLH-DSA-SHA2-256s", 0)),
    (oid("2.16.840.1.101.3.4.3.25"), KeyForm::Fixed("SLH-DSA-SHA2-256f", 0)),
    (oid("2.16.840.1.101.3.4.3.26"), KeyForm::Fixed("SLH-DSA-SHAKE-128s", 0)),
    (oid("2.16.840.1.101.3.4.3.27"), KeyForm::Fixed("SLH-DSA-SHAKE-128f", 0)),
    (oid("2.16.840.1.101.3.4.3.28"), KeyForm::Fixed("SLH-DSA-SHAKE-192s", 0)),
    (oid("2.16.840.1.101.3.4.3.29"), KeyForm::Fixed("SLH-DSA-SHAKE-192f", 0)),
    (oid("2.16.840.1.101.3.4.3.30"), KeyForm::Fixed("SLH-DSA-SHAKE-256s", 0)),
    (oid("2.16.840.1.101.3.4.3.31"), KeyForm::Fixed("SLH-DSA-SHAKE-256f", 0)),
    (oid("2.16.840.1.101.3.4.4.1"), KeyForm::Fixed("ML-KEM-512", 0)),
    (oid("2.16.840.1.101.3.4.4.2"), KeyForm::Fixed("ML-KEM-768", 0)),
    (oid("2.16.840.1.101.3.4.4.3"), KeyForm::Fixed("ML-KEM-1024", 0)),
];

/// Identifier, OpenSSL's long name, hash (empty if the algorithm includes it); the common ones first.
static SIGNATURES: &[(Oid, &str, &str)] = &[
    (oid("1.2.840.113549.1.1.11"), "sha256WithRSAEncryption", "SHA256"),
    (oid("1.2.840.10045.4.3.2"), "ecdsa-with-SHA256", "SHA256"),
    (oid("1.2.840.10045.4.3.3"), "ecdsa-with-SHA384", "SHA384"),
    (oid("1.2.840.113549.1.1.12"), "sha384WithRSAEncryption", "SHA384"),
    (oid("1.2.840.113549.1.1.13"), "sha512WithRSAEncryption", "SHA512"),
    (oid("1.2.840.113549.1.1.5"), "sha1WithRSAEncryption", "SHA1"),
    (oid("1.2.840.113549.1.1.14"), "sha224WithRSAEncryption", "SHA224"),
    (oid("1.2.840.113549.1.1.15"), "sha512-224WithRSAEncryption", "SHA512-224"),
    (oid("1.2.840.113549.1.1.16"), "sha512-256WithRSAEncryption", "SHA512-256"),
    (oid("1.2.840.113549.1.1.2"), "md2WithRSAEncryption", "MD2"),
    (oid("1.2.840.113549.1.1.3"), "md4WithRSAEncryption", "MD4"),
    (oid("1.2.840.113549.1.1.4"), "md5WithRSAEncryption", "MD5"),
    (oid("1.3.14.3.2.3"), "md5WithRSA", "MD5"),
    (oid("1.3.14.3.2.15"), "shaWithRSAEncryption", "SHA"),
    (oid("1.3.14.3.2.29"), "sha1WithRSA", "SHA1"),
    (oid("2.5.8.3.100"), "mdc2WithRSA", "MDC2"),
    (oid("1.3.36.3.3.1.2"), "ripemd160WithRSA", "RIPEMD160"),
    (oid("1.2.156.10197.1.504"), "sm3WithRSAEncryption", "SM3"),
    (oid("2.16.840.1.101.3.4.3.13"), "RSA-SHA3-224", "SHA3-224"),
    (oid("2.16.840.1.101.3.4.3.14"), "RSA-SHA3-256", "SHA3-256"),
    (oid("2.16.840.1.101.3.4.3.15"), "RSA-SHA3-384", "SHA3-384"),
    (oid("2.16.840.1.101.3.4.3.16"), "RSA-SHA3-512", "SHA3-512"),
    (oid("1.2.840.10045.4.1"), "ecdsa-with-SHA1", "SHA1"),
    (oid("1.2.840.10045.4.3.1"), "ecdsa-with-SHA224", "SHA224"),
    (oid("1.2.840.10045.4.3.4"), "ecdsa-with-SHA512", "SHA512"),
    (oid("2.16.840.1.101.3.4.3.9"), "ecdsa_with_SHA3-224", "SHA3-224"),
    (oid("2.16.840.1.101.3.4.3.10"), "ecdsa_with_SHA3-256", "SHA3-256"),
    (oid("2.16.840.1.101.3.4.3.11"), "ecdsa_with_SHA3-384", "SHA3-384"),
    (oid("2.16.840.1.101.3.4.3.12"), "ecdsa_with_SHA3-512", "SHA3-512"),
    (oid("1.2.840.10040.4.3"), "dsaWithSHA1", "SHA1"),
    (oid("1.3.14.3.2.13"), "dsaWithSHA", "SHA"),
    (oid("1.3.14.3.2.27"), "dsaWithSHA1-old", "SHA1"),
    (oid("2.16.840.1.101.3.4.3.1"), "dsa_with_SHA224", "SHA224"),
    (oid("2.16.840.1.101.3.4.3.2"), "dsa_with_SHA256", "SHA256"),
    (oid("2.16.840.1.101.3.4.3.3"), "dsa_with_SHA384", "SHA384"),
    (oid("2.16.840.1.101.3.4.3.4"), "dsa_with_SHA512", "SHA512"),
    (oid("2.16.840.1.101.3.4.3.5"), "dsa_with_SHA3-224", "SHA3-224"),
    (oid("2.16.840.1.101.3.4.3.6"), "dsa_with_SHA3-256", "SHA3-256"),
    (oid("2.16.840.1.101.3.4.3.7"), "dsa_with_SHA3-384", "SHA3-384"),
    (oid("2.16.840.1.101.3.4.3.8"), "dsa_with_SHA3-512", "SHA3-512"),
    (oid("1.2.156.10197.1.501"), "SM2-with-SM3", "SM3"),
    (oid("1.2.643.2.2.3"), "GOST R 34.11-94 with GOST R 34.10-2001", "GOST R 34.11-94"),
    (oid("1.2.643.2.2.4"), "GOST R 34.11-94 with GOST R 34.10-94", "GOST R 34.11-94"),
    (
        oid("1.2.643.7.1.1.3.2"),
        "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)",
        "GOST R 34.11-2012 with 256 bit hash",
    ),
    (
        oid("1.2.643.7.1.1.3.3"),
        "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)",
        "GOST R 34.11-2012 with 512 bit hash",
    ),
    (oid("1.3.101.112"), "ED25519", ""),
    (oid("1.3.101.113"), "ED448", ""),
];

/// Digests, as the contract spells them.
static DIGESTS: &[(Oid, &str)] = &[
    (oid("2.16.840.1.101.3.4.2.1"), "SHA256"),
    (oid("2.16.840.1.101.3.4.2.2"), "SHA384"),
    (oid("2.16.840.1.101.3.4.2.3"), "SHA512"),
    (oid("2.16.840.1.101.3.4.2.4"), "SHA224"),
    (oid("2.16.840.1.101.3.4.2.5"), "SHA512-224"),
    (oid("2.16.840.1.101.3.4.2.6"), "SHA512-256"),
    (oid("2.16.840.1.101.3.4.2.7"), "SHA3-224"),
    (oid("2.16.840.1.101.3.4.2.8"), "SHA3-256"),
    (oid("2.16.840.1.101.3.4.2.9"), "SHA3-384"),
    (oid("2.16.840.1.101.3.4.2.10"), "SHA3-512"),
    (oid("2.16.840.1.101.3.4.2.11"), "SHAKE128"),
    (oid("2.16.840.1.101.3.4.2.12"), "SHAKE256"),
    (oid("1.3.14.3.2.26"), "SHA1"),
    (oid("1.2.840.113549.2.2"), "MD2"),
    (oid("1.2.840.113549.2.4"), "MD4"),
    (oid("1.2.840.113549.2.5"), "MD5"),
    (oid("1.3.36.3.2.1"), "RIPEMD160"),
    (oid("1.2.156.10197.1.401"), "SM3"),
];

/// Pseudorandom functions of PBKDF2.
static PRFS: &[(Oid, &str)] = &[
    (oid("1.2.840.113549.2.6"), "hmacWithMD5"),
    (oid("1.2.840.113549.2.7"), "hmacWithSHA1"),
    (oid("1.2.840.113549.2.8"), "hmacWithSHA224"),
    (oid("1.2.840.113549.2.9"), "hmacWithSHA256"),
    (oid("1.2.840.113549.2.10"), "hmacWithSHA384"),
    (oid("1.2.840.113549.2.11"), "hmacWithSHA512"),
    (oid("1.2.840.113549.2.12"), "hmacWithSHA512-224"),
    (oid("1.2.840.113549.2.13"), "hmacWithSHA512-256"),
    (oid("2.16.840.1.101.3.4.2.13"), "hmac-sha3-224"),
    (oid("2.16.840.1.101.3.4.2.14"), "hmac-sha3-256"),
    (oid("2.16.840.1.101.3.4.2.15"), "hmac-sha3-384"),
    (oid("2.16.840.1.101.3.4.2.16"), "hmac-sha3-512"),
    (oid("1.2.643.7.1.1.4.1"), "HMAC GOST 34.11-2012 256 bit"),
    (oid("1.2.643.7.1.1.4.2"), "HMAC GOST 34.11-2012 512 bit"),
];

/// Ciphers that encrypt keys.
static CIPHERS: &[(Oid, &str)] = &[
    (oid("1.2.840.113549.3.4"), "rc4"),
    (oid("1.3.14.3.2.7"), "des-cbc"),
    (oid("1.2.840.113549.3.2"), "rc2-cbc"),
    (oid("1.2.840.113549.3.7"), "des-ede3-cbc"),
    (oid("1.2.840.113549.3.8"), "rc5-cbc"),
    (oid("1.2.840.113533.7.66.10"), "cast5-cbc"),
    (oid("1.3.6.1.4.1.188.7.1.1.2"), "idea-cbc"),
    (oid("2.16.840.1.101.3.4.1.1"), "aes-128-ecb"),
    (oid("2.16.840.1.101.3.4.1.2"), "aes-128-cbc"),
    (oid("2.16.840.1.101.3.4.1.3"), "aes-128-ofb"),
    (oid("2.16.840.1.101.3.4.1.4"), "aes-128-cfb"),
    (oid("2.16.840.1.101.3.4.1.21"), "aes-192-ecb"),
    (oid("2.16.840.1.101.3.4.1.22"), "aes-192-cbc"),
    (oid("2.16.840.1.101.3.4.1.23"), "aes-192-ofb"),
    (oid("2.16.840.1.101.3.4.1.24"), "aes-192-cfb"),
    (oid("2.16.840.1.101.3.4.1.41"), "aes-256-ecb"),
    (oid("2.16.840.1.101.3.4.1.42"), "aes-256-cbc"),
    (oid("2.16.840.1.101.3.4.1.43"), "aes-256-ofb"),
    (oid("2.16.840.1.101.3.4.1.44"), "aes-256-cfb"),
    (oid("1.2.392.200011.61.1.1.1.2"), "camellia-128-cbc"),
    (oid("1.2.392.200011.61.1.1.1.3"), "camellia-192-cbc"),
    (oid("1.2.392.200011.61.1.1.1.4"), "camellia-256-cbc"),
    (oid("1.2.410.200004.1.4"), "seed-cbc"),
    (oid("2.16.840.1.101.3.4.1.6"), "aes-128-gcm"),
    (oid("2.16.840.1.101.3.4.1.7"), "aes-128-ccm"),
    (oid("2.16.840.1.101.3.4.1.26"), "aes-192-gcm"),
    (oid("2.16.840.1.101.3.4.1.27"), "aes-192-ccm"),
    (oid("2.16.840.1.101.3.4.1.46"), "aes-256-gcm"),
    (oid("2.16.840.1.101.3.4.1.47"), "aes-256-ccm"),
    (oid("2.16.840.1.101.3.4.1.48"), "id-aes256-wrap-pad"),
    (oid("1.2.410.200046.1.1.1"), "aria-128-ecb"),
    (oid("1.2.410.200046.1.1.2"), "aria-128-cbc"),
    (oid("1.2.410.200046.1.1.3"), "aria-128-cfb"),
    (oid("1.2.410.200046.1.1.4"), "aria-128-ofb"),
    (oid("1.2.410.200046.1.1.5"), "aria-128-ctr"),
    (oid("1.2.410.200046.1.1.6"), "aria-192-ecb"),
    (oid("1.2.410.200046.1.1.7"), "aria-192-cbc"),
    (oid("1.2.410.200046.1.1.8"), "aria-192-cfb"),
    (oid("1.2.410.200046.1.1.9"), "aria-192-ofb"),
    (oid("1.2.410.200046.1.1.10"), "aria-192-ctr"),
    (oid("1.2.410.200046.1.1.11"), "aria-256-ecb"),
    (oid("1.2.410.200046.1.1.12"), "aria-256-cbc"),
    (oid("1.2.410.200046.1.1.13"), "aria-256-cfb"),
    (oid("1.2.410.200046.1.1.14"), "aria-256-ofb"),
    (oid("1.2.410.200046.1.1.15"), "aria-256-ctr"),
    (oid("1.2.410.200046.1.1.37"), "aria-128-ccm"),
    (oid("1.2.410.200046.1.1.38"), "aria-192-ccm"),
    (oid("1.2.410.200046.1.1.39"), "aria-256-ccm"),
    (oid("1.2.410.200046.1.1.34"), "aria-128-gcm"),
    (oid("1.2.410.200046.1.1.35"), "aria-192-gcm"),
    (oid("1.2.410.200046.1.1.36"), "aria-256-gcm"),
    (oid("1.2.156.10197.1.104.1"), "sm4-ecb"),
    (oid("1.2.156.10197.1.104.2"), "sm4-cbc"),
    (oid("1.2.156.10197.1.104.3"), "sm4-ofb"),
    (oid("1.2.156.10197.1.104.5"), "sm4-cfb1"),
    (oid("1.2.156.10197.1.104.4"), "sm4-cfb"),
    (oid("1.2.156.10197.1.104.6"), "sm4-cfb8"),
    (oid("1.2.156.10197.1.104.7"), "sm4-ctr"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::collections::HashMap;
    use std::process::Command;

    fn long_names() -> HashMap<String, String> {
        let listed = Command::new("openssl").args(["list", "-objects"]).output().unwrap().stdout;
        let listed = String::from_utf8(listed).unwrap();
        let pairs = listed.lines().filter_map(|line| {
            let (short, rest) = line.split_once(" = ")?;
            let (name, dotted) = rest.rsplit_once(", ").unwrap_or((short, rest));
            Some((dotted.to_owned(), name.to_owned()))
        });
        pairs.collect()
    }

    #[test]
    fn names_are_those_of_openssl() {
        let names = long_names();
        let signatures = SIGNATURES.iter().map(|&(oid, name, _)| (oid, name));
        for (oid, name) in signatures.chain(PRFS.iter().copied()).chain(CIPHERS.iter().copied()) {
            assert_eq!(names[&oid.to_string()], name, "{oid}");
        }
        for (oid, name) in DIGESTS {
            assert_eq!(names[&oid.to_string()].to_uppercase(), *name, "{oid}");
        }
    }

    #[test]
    fn the_hash_is_the_one_in_the_name() {
        for (oid, name, hash) in SIGNATURES {
            let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "");
            assert!(hash.starts_with("GOST R 34.11-2012") || plain(name).contains(&plain(hash)), "{oid}");
        }
    }

    #[test]
    fn a_post_quantum_identifier_has_its_name_as_key_and_as_signature() {
        // https://csrc.nist.gov/projects/computer-security-objects-register/algorithm-registration
        let arc = |number: u32| {
            Oid::new(&format!(
                "2.16.840.1.101.3.4.{}",
                if number < 100 { format!("3.{number}") } else { format!("4.{}", number - 100) }
            ))
            .unwrap()
        };
        for (number, name) in [
            (17, "ML-DSA-44"),
            (19, "ML-DSA-87"),
            (20, "SLH-DSA-SHA2-128s"),
            (31, "SLH-DSA-SHAKE-256f"),
            (103, "ML-KEM-1024"),
        ] {
            assert_eq!(key_form(&arc(number)), Some(KeyForm::Fixed(name, 0)));
        }
        let signature = |number| {
            let Signature { name, hash, .. } = signature(Algorithm { oid: arc(number), parameters: None });
            (name, hash)
        };
        assert_eq!(signature(18), ("ML-DSA-65".into(), Some("".into())));
        assert_eq!(signature(99), ("2.16.840.1.101.3.4.3.99".into(), None));
    }
}
