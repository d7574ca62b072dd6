//! Private keys in forms that only the label of their PEM block names: sealed by a TPM, of OpenVPN, NATS and sigstore,
//! of TLS sessions. Private values are skipped.

use der::Tag;
use keyreeve_contract::{Encryption, Protection, Role};

use super::public::PublicHalf;
use super::shape::Shape;
use super::{Found, encryption, tpm};
use crate::asn1::{Elements, Malformed, encode, encode_oid};
use crate::oid;
use crate::pem::Special;

/// Bytes of an OpenVPN static key: four keys of 512 bits.
const OPENVPN_STATIC: usize = 256;
/// Characters of an NKEY seed: two bytes of prefix, 32 of seed and two of checksum, in base32 without padding.
const NKEY_SEED: usize = 58;

/// The key of that form in the decoded body of a block, or in its text if the body is a text.
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

/// A server's key has 128 bytes; a client's 256, and behind them itself as the server wrapped it (OpenVPN
/// doc/tls-crypt-v2.txt).
fn openvpn_crypt(body: &[u8]) -> Result<Found<'_>, Malformed> {
    match body.len() {
        128 => Ok(Found::symmetric("OpenVPN", 1024)),
        257.. => Ok(Found::symmetric("OpenVPN", 2048)),
        _ => Err(Malformed("it has not the length of such a key")),
    }
}

/// EncryptedKey of sigstore: `{"kdf": {"name": "scrypt", "params": {"N": …}}, "cipher": {"name": "nacl/secretbox"},
/// …}`.
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

/// A seed begins with S and a letter for the key's purpose; X is a curve key, the others sign (nats-io/nkeys).
fn nkey_seed(text: &[u8]) -> Result<Found<'_>, Malformed> {
    let is_base32 = |byte: &u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte);
    if text.len() != NKEY_SEED || !text.iter().all(is_base32) || text[0] != b'S' {
        return Err(Malformed("it is not the base32 of a seed"));
    }
    let oid = if text[1] == b'X' { oid::X25519 } else { oid::ED25519 };
    Ok(Found::new(Role::Private, "NATS", Protection::Plaintext, Some(without_value(&oid))))
}

/// PKCS#8 under another label; or else the seed, alone or with the public key, as Go keeps it.
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

/// A key whose algorithm fixes its whole form, and whose public value is unknown.
fn without_value(oid: &oid::Oid) -> PublicHalf<'static> {
    PublicHalf::without_value(encode(0x30, &[&encode_oid(oid)]))
}

fn bits(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::asn1::encode_unsigned;

    const FORMS: [Special; 10] = [
        Special::Tss2,
        Special::TssBlob,
        Special::Piv,
        Special::TlsSession,
        Special::OpenVpnStatic,
        Special::OpenVpnCrypt,
        Special::Sigstore,
        Special::NkeySeed,
        Special::Ed25519,
        Special::DsaPublic,
    ];

    /// A sound body of a form, and how many bits its key has; 0 if its public half states that.
    fn body() -> impl Strategy<Value = (Special, Vec<u8>, u32)> {
        let bytes = |length| vec(any::<u8>(), length);
        let session = bytes(0..100).prop_map(|master_key| {
            let octets = |bytes: &[u8]| encode(4, &[bytes]);
            let numbers = [encode_unsigned(&[1]), encode_unsigned(&[3, 4])].concat();
            let der = encode(0x30, &[&numbers, &octets(&[0x13, 2]), &octets(&[7; 32]), &octets(&master_key)]);
            (Special::TlsSession, der, 8 * master_key.len() as u32)
        });
        let openvpn = bytes(256..257).prop_map(|key| {
            let lines = key.chunks(16).map(|line| format!("{}\n", keyreeve_source::digest::hex(line)));
            (Special::OpenVpnStatic, lines.collect::<String>().into_bytes(), 2048)
        });
        let client = bytes(257..400).prop_map(|body| (Special::OpenVpnCrypt, body, 2048));
        let server = bytes(128..129).prop_map(|body| (Special::OpenVpnCrypt, body, 1024));
        let seed = "S[OUAX][A-Z2-7]{56}\n?".prop_map(|text| (Special::NkeySeed, text.into_bytes(), 0));
        let raw = prop_oneof![bytes(32..33), bytes(64..65)].prop_map(|body| (Special::Ed25519, body, 0));
        let dsa = vec(bytes(1..60), 4).prop_map(|numbers| {
            let numbers: Vec<u8> = numbers.iter().flat_map(|number| encode_unsigned(number)).collect();
            (Special::DsaPublic, encode(0x30, &[&numbers]), 0)
        });
        let blob = bytes(0..60).prop_map(|blob| (Special::TssBlob, encode(4, &[&blob]), 0));
        let sigstore = Just((
            Special::Sigstore,
            br#"{"kdf":{"name":"scrypt","params":{"N":65536}},"cipher":{"name":"nacl/secretbox"}}"#.to_vec(),
            0,
        ));
        prop_oneof![session, openvpn, client, server, seed, raw, dsa, blob, sigstore]
    }

    #[test]
    fn an_ed25519_key_with_its_public_half_is_known_by_it() {
        let body = [[1; 32], [2; 32]].concat();
        let found = read(Special::Ed25519, &body).unwrap();
        assert_eq!(found.public.unwrap().spki(), PublicHalf::of_fixed(&oid::ED25519, vec![2; 32]).spki());
    }

    proptest! {
        #[test]
        fn a_sound_body_is_a_key_of_its_length((form, body, bits) in body()) {
            let found = read(form, &body).map_err(|reason| TestCaseError::fail(reason.0))?;
            prop_assert_eq!(found.bits.unwrap_or(0), bits);
            prop_assert_eq!(found.role == Role::Public, form == Special::DsaPublic);
        }

        #[test]
        fn damaged_bodies_are_keys_or_malformed((form, mut body, _) in body(), at in any::<Index>(), value in any::<u8>(), cut in 0_usize..4) {
            let at = at.index(body.len());
            body[at] = value;
            body.truncate(body.len().saturating_sub(cut));
            for form in [form].into_iter().chain(FORMS) {
                let _ = read(form, &body);
            }
        }

        #[test]
        fn arbitrary_bodies_never_panic(form in select(&FORMS[..]), body in any::<Vec<u8>>()) {
            let _ = read(form, &body);
        }

        #[test]
        fn lengths_that_no_key_has_are_refused(body in vec(any::<u8>(), 0..257)) {
            prop_assert_eq!(read(Special::OpenVpnCrypt, &body).is_ok(), body.len() == 128);
            let is_raw = matches!(body.len(), 32 | 64);
            prop_assert_eq!(read(Special::Ed25519, &body).is_ok(), is_raw || Shape::of(&body).is_some());
        }
    }
}
