//! Private keys of forms that only the label of their PEM block names: sealed by a TPM, of OpenVPN, NATS and sigstore, of TLS
//! sessions. What is private in them is stepped over.

use der::Tag;

use crate::facts::asn1::{Elements, Malformed, encode, encode_oid};
use crate::facts::oid;
use crate::facts::pem::Special;
use crate::rules::contract::{Encryption, Protection, Role};

use super::public::PublicHalf;
use super::shape::Shape;
use super::{Found, encryption, tpm};

/// Bytes of an OpenVPN static key: four keys of 512 bits.
const OPENVPN_STATIC: usize = 256;
/// Characters of an NKEY seed: two bytes of prefix, 32 of seed and two of checksum, in base32 without padding.
const NKEY_SEED: usize = 58;

/// The key of that form in the decoded body of a block, or in its text where it is one.
pub(crate) fn read(form: Special, body: &[u8]) -> Result<Found<'_>, Malformed> {
    match form {
        Special::Tss2 => tpm::read(body),
        Special::TssBlob => {
            Elements::of(body).next(Tag::OctetString)?;
            Ok(tpm::sealed(None))
        }
        Special::Piv => Ok(Found::new(Role::Private, "PIV", Protection::Hardware, None)
            .hidden_since("it is in a hardware token, which the file refers to")),
        Special::TlsSession => tls_session(body),
        Special::OpenVpnStatic => match body.trim_ascii() {
            digits if digits.iter().filter(|byte| byte.is_ascii_hexdigit()).count() == OPENVPN_STATIC * 2 => {
                Ok(Found::symmetric("OpenVPN", OPENVPN_STATIC as u32 * 8))
            }
            _ => Err(Malformed("it has not the 512 hexadecimal digits of such a key")),
        },
        Special::OpenVpnCrypt => openvpn_crypt(body),
        Special::Sigstore => sigstore(body),
        Special::NkeySeed => nkey_seed(body.trim_ascii()),
        Special::Ed25519 => ed25519(body),
        Special::DsaPublic => dsa_public(body),
    }
}

/// SSL_SESSION (OpenSSL ssl/ssl_asn1.c): version, TLS version, cipher, session identifier, master key.
fn tls_session(der: &[u8]) -> Result<Found<'_>, Malformed> {
    let mut fields = Elements::of_sequence(der)?;
    fields.next(Tag::Integer)?;
    fields.next(Tag::Integer)?;
    fields.next(Tag::OctetString)?;
    fields.next(Tag::OctetString)?;
    let master_key = fields.next(Tag::OctetString)?.value.len();
    Ok(Found::symmetric("TLS session", bits(master_key)))
}

/// A server's key has 128 bytes; a client's 256, and behind them itself as the server wrapped it (OpenVPN doc/tls-crypt-v2.txt).
fn openvpn_crypt(body: &[u8]) -> Result<Found<'_>, Malformed> {
    match body.len() {
        128 => Ok(Found::symmetric("OpenVPN", 1024)),
        257.. => Ok(Found::symmetric("OpenVPN", 2048)),
        _ => Err(Malformed("it has not the length of such a key")),
    }
}

/// EncryptedKey of sigstore: `{"kdf": {"name": "scrypt", "params": {"N": …}}, "cipher": {"name": "nacl/secretbox"}, …}`.
fn sigstore(json: &[u8]) -> Result<Found<'_>, Malformed> {
    let parsed: serde_json::Value = serde_json::from_slice(json).map_err(|_| Malformed("its JSON cannot be parsed"))?;
    let name = |member: &str| parsed[member]["name"].as_str();
    let (Some(kdf), Some(cipher)) = (name("kdf"), name("cipher")) else {
        return Err(Malformed("its JSON does not say how it is encrypted"));
    };
    let cipher = if cipher == "nacl/secretbox" { "xsalsa20-poly1305" } else { cipher };
    let found = Found::new(Role::Private, "sigstore", Protection::Passphrase, None);
    Ok(found.encrypted(Encryption {
        scheme: "sigstore".to_owned(),
        kdf: kdf.to_owned(),
        iterations: parsed["kdf"]["params"]["N"].as_u64().unwrap_or(0),
        cipher: cipher.to_owned(),
        ..encryption::none()
    }))
}

/// A seed begins with S and a letter for what the key is of; X is a curve key, the others sign (nats-io/nkeys).
fn nkey_seed(text: &[u8]) -> Result<Found<'_>, Malformed> {
    let is_base32 = |byte: &u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte);
    if text.len() != NKEY_SEED || !text.iter().all(is_base32) || text[0] != b'S' {
        return Err(Malformed("it is not the base32 of a seed"));
    }
    let oid = if text[1] == b'X' { oid::X25519 } else { oid::ED25519 };
    Ok(Found::new(Role::Private, "NATS", Protection::Plaintext, Some(without_value(&oid))))
}

/// PKCS#8 under another label; else the seed, or seed and public key as Go keeps them.
fn ed25519(body: &[u8]) -> Result<Found<'_>, Malformed> {
    if let Some(shape) = Shape::of(body) {
        return Found::in_der(shape, body)?.ok_or(Malformed("its DER is that of no key"));
    }
    let half = match body.len() {
        32 => without_value(&oid::ED25519),
        64 => PublicHalf::of_fixed(&oid::ED25519, &body[32..]),
        _ => return Err(Malformed("it has not the length of an Ed25519 key")),
    };
    Ok(Found::new(Role::Private, "raw", Protection::Plaintext, Some(half)))
}

/// DSAPublicKey (OpenSSL d2i_DSAPublicKey), or a SubjectPublicKeyInfo.
fn dsa_public(der: &[u8]) -> Result<Found<'_>, Malformed> {
    if Shape::of(der) == Some(Shape::Spki) {
        return Found::in_der(Shape::Spki, der)?.ok_or(Malformed("its DER is that of no key"));
    }
    let mut fields = Elements::of_sequence(der)?;
    let mut number = || fields.any()?.unsigned();
    let (y, p, q, g) = (number()?, number()?, number()?, number()?);
    let half = PublicHalf::of_dsa([p, q, g], Some(y));
    Ok(Found::new(Role::Public, "DSA", Protection::NotNeeded, Some(half)))
}

/// A key of an algorithm that says all of its form, whose public value is not in sight.
fn without_value(oid: &oid::Oid) -> PublicHalf<'static> {
    PublicHalf::without_value(encode(0x30, &[&encode_oid(oid)]))
}

fn bits(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(8)
}
