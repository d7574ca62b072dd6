//! Keys of Tink's unencrypted JSON keysets, each by itself (tink.proto and the protocol buffers of its key types).
//! Encrypted keysets are read elsewhere.

use keyreeve_contract::{Protection, Role};

use super::object::Object;
use super::{Sink, dnskey};
use crate::asn1::{Malformed, significant};
use crate::key::{Found, PublicHalf};
use crate::oid;
use crate::pem::decode;

/// The member that the data of every key has.
pub(super) const MARKS: &[&str] = &["keyMaterialType"];
const PREFIX: &str = "type.googleapis.com/google.crypto.tink.";

/// Symmetric key types, and the number of the field that holds the key.
const SYMMETRIC: [(&str, u32); 9] = [
    ("AesGcmKey", 3),
    ("AesGcmSivKey", 3),
    ("AesEaxKey", 3),
    ("ChaCha20Poly1305Key", 2),
    ("XChaCha20Poly1305Key", 3),
    ("AesSivKey", 2),
    ("AesCmacKey", 2),
    ("HmacKey", 3),
    ("HmacPrfKey", 3),
];

/// Reads the key whose member `keyMaterialType` is at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let (object, _) = Object::around(text, at, sink)?;
    let kind = object.text("typeUrl")?.strip_prefix(PREFIX)?;
    let value = object.member("value")?;
    let material = object.member("keyMaterialType")?;
    let is_private = match object.text("keyMaterialType")? {
        "SYMMETRIC" | "ASYMMETRIC_PRIVATE" => true,
        "ASYMMETRIC_PUBLIC" => false,
        // A remote key is only named here, not contained.
        _ => return None,
    };
    if is_private {
        sink.secret(&value.range);
    }
    if value.is_placeholder() {
        return None;
    }
    match found(kind, is_private, &value.value) {
        Ok(found) => sink.key(found, kind.as_bytes(), &object.range, &material.range),
        Err(reason) => sink.problem(&object.range, format!("the Tink key cannot be read: {reason}")),
    }
    Some(material.range.end)
}

fn found(kind: &str, is_private: bool, base64: &[u8]) -> Result<Found<'static>, Malformed> {
    let bytes = decode::base64(base64).ok_or(Malformed("its value is not base64"))?;
    let message = Message(&bytes);
    let hidden = format!("the Tink key type {kind} is not known");
    let found = |half| {
        let (role, protection) =
            if is_private { (Role::Private, Protection::Plaintext) } else { (Role::Public, Protection::NotNeeded) };
        Found::new(role, "Tink", protection, half).hidden_since(hidden)
    };
    if let Some((_, field)) = SYMMETRIC.iter().find(|(known, _)| *known == kind) {
        return Ok(Found::symmetric("Tink", message.bytes(*field)?.len() as u32 * 8));
    }
    let Some(algorithm) = kind.strip_suffix(if is_private { "PrivateKey" } else { "PublicKey" }) else {
        return Ok(found(None));
    };
    // The public message is the second field of a private one, except for Ed25519, where it is the third.
    let public = match (is_private, algorithm) {
        (false, _) => message,
        (true, "Ed25519") => Message(message.bytes(3)?),
        (true, _) => Message(message.bytes(2)?),
    };
    Ok(found(half(algorithm, public)?))
}

fn half(algorithm: &str, public: Message<'_>) -> Result<Option<PublicHalf<'static>>, Malformed> {
    Ok(match algorithm {
        "Ed25519" => Some(PublicHalf::of_fixed(&oid::ED25519, public.bytes(2)?.to_vec())),
        "RsaSsaPkcs1" | "RsaSsaPss" => {
            Some(PublicHalf::of_rsa(significant(public.bytes(3)?), significant(public.bytes(4)?)))
        }
        "Ecdsa" => {
            let curve = Message(public.bytes(2)?).number(2)?;
            point(curve, public)?
        }
        "EciesAeadHkdf" => {
            let curve = Message(Message(public.bytes(2)?).bytes(1)?).number(1)?;
            point(curve, public)?
        }
        _ => None,
    })
}

/// The coordinates in fields 3 and 4, which may have a leading zero.
fn point(curve: u64, public: Message<'_>) -> Result<Option<PublicHalf<'static>>, Malformed> {
    let (name, length) = match curve {
        2 => ("prime256v1", 32),
        3 => ("secp384r1", 48),
        4 => ("secp521r1", 66),
        _ => return Ok(None),
    };
    let mut point = vec![4];
    for field in [3, 4] {
        let number = significant(public.bytes(field)?);
        let zeros = usize::checked_sub(length, number.len()).ok_or(Malformed("its point does not fit its curve"))?;
        point.extend(std::iter::repeat_n(0, zeros).chain(number.iter().copied()));
    }
    Ok(dnskey::on_curve(name, point))
}

/// A message of protocol buffers, of which only some fields are read.
#[derive(Clone, Copy)]
struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// The field of that number, which holds bytes or a message.
    fn bytes(self, number: u32) -> Result<&'a [u8], Malformed> {
        self.field(number, 2).map(|(_, bytes)| bytes)
    }

    /// The field of that number, which holds a number.
    fn number(self, number: u32) -> Result<u64, Malformed> {
        self.field(number, 0).map(|(value, _)| value)
    }

    fn field(self, number: u32, kind: u64) -> Result<(u64, &'a [u8]), Malformed> {
        let damaged = Malformed("its protocol buffer is damaged, or lacks a field");
        let mut rest = self.0;
        loop {
            let key = varint(&mut rest).ok_or(damaged)?;
            let value = match key & 7 {
                0 => (varint(&mut rest).ok_or(damaged)?, &[][..]),
                2 => {
                    let length = varint(&mut rest).and_then(|length| usize::try_from(length).ok()).ok_or(damaged)?;
                    let (bytes, behind) = rest.split_at_checked(length).ok_or(damaged)?;
                    rest = behind;
                    (0, bytes)
                }
                _ => return Err(damaged),
            };
            if key == u64::from(number) << 3 | kind {
                return Ok(value);
            }
        }
    }
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let length = rest.iter().take(10).position(|byte| *byte < 0x80)? + 1;
    let (bytes, behind) = rest.split_at(length);
    *rest = behind;
    Some(bytes.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f)))
}
