//! Keys of OpenPGP (RFC 9580; versions 3 of RFC 4880 and 5 of LibrePGP as well): primary keys and subkeys, how their
//! secrets are protected, and how long they are valid. Signatures are not verified, and nothing is decrypted.

use keyreeve_contract::{Protection, Role};
use keyreeve_source::digest::{hex, sha256};

use super::Found;
use crate::asn1::{Malformed, bit_length};
use crate::openpgp::fingerprint_of_version_4;
use crate::openpgp::packet::{Packet, Packets, Tag};

mod material;
mod secret;
mod signature;

use material::Material;
use signature::Signature;

/// The keys in some packets, and why the packets cannot be read to their end.
pub(crate) struct Keys<'a> {
    pub(crate) found: Vec<Found<'a>>,
    pub(crate) problems: Vec<Malformed>,
}

/// A key packet, with the statements of the signatures after it.
struct Key<'a> {
    tag: Tag,
    created: i64,
    /// In version 3, stated in the key itself.
    lifetime: Option<i64>,
    /// When the newest signature about it was made.
    signed: i64,
    found: Found<'a>,
}

/// Whether a file begins with a key packet.
pub(crate) fn is_file(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&first| first >= 0x80)
        && Packets::of(bytes).next().is_some_and(|packet| {
            packet.is_ok_and(|packet| {
                packet.tag.is_primary()
                    && !packet.in_parts
                    && Material::read(packet.body).is_ok_and(|material| material.is_known())
            })
        })
}

/// Whether these are only signatures: a revocation certificate, which has the same armor as a public key.
pub(crate) fn is_of_signatures(bytes: &[u8]) -> bool {
    let mut packets = Packets::of(bytes).peekable();
    packets.peek().is_some() && packets.all(|packet| packet.is_ok_and(|packet| packet.tag == Tag::Signature))
}

/// The keys in a sequence of packets. After a packet that cannot be read, reading continues with the next one.
pub(crate) fn read(bytes: &[u8]) -> Keys<'_> {
    let mut keys = Keys { found: Vec::new(), problems: Vec::new() };
    let mut last: Option<Key<'_>> = None;
    for packet in Packets::of(bytes) {
        let result = packet.and_then(|packet| match packet.tag {
            _ if packet.in_parts => Err(Malformed("a packet in parts is none of a key")),
            Tag::Signature => {
                if let Some(key) = &mut last {
                    key.sign(packet.body);
                }
                Ok(())
            }
            Tag::SecretKey | Tag::PublicKey | Tag::SecretSubkey | Tag::PublicSubkey => {
                keys.found.extend(last.take().map(Key::into_found));
                last = Some(Key::read(packet)?);
                Ok(())
            }
            _ => Ok(()),
        });
        keys.problems.extend(result.err());
    }
    keys.found.extend(last.map(Key::into_found));
    keys
}

impl<'a> Key<'a> {
    fn read(packet: Packet<'a>) -> Result<Self, Malformed> {
        let tag = packet.tag;
        let material = Material::read(packet.body)?;
        if tag.is_secret() && !material.is_known() {
            return Err(Malformed("the algorithm of a secret key is not known, and so not how it is protected"));
        }
        let encryption =
            if tag.is_secret() { Some(secret::protection(material.version, material.secret)?) } else { None };
        let (role, protection) = match &encryption {
            None | Some(secret::Secret::Absent) => (Role::Public, Protection::NotNeeded),
            Some(secret::Secret::Plaintext) => (Role::Private, Protection::Plaintext),
            Some(secret::Secret::OnCard) => (Role::Private, Protection::Hardware),
            Some(secret::Secret::Encrypted(_)) => (Role::Private, Protection::Passphrase),
        };
        let hidden = format!("the OpenPGP algorithm {} is not known", material.algorithm);
        let mut found = Found::new(role, "OpenPGP", protection, material.half()).hidden_since(hidden);
        if let Some(secret::Secret::Encrypted(encryption)) = encryption {
            found = found.encrypted(encryption);
        }
        if let Some(prime) = material.elgamal() {
            found = found.sized("ElGamal", bit_length(prime));
        }
        if let Some(name) = fingerprint(&material) {
            found = found.known_as(name);
        }
        let lifetime = material.days.filter(|&days| days > 0).map(|days| i64::from(days) * 86_400);
        Ok(Self { tag, created: material.created, lifetime, signed: i64::MIN, found })
    }

    /// Takes the expiry that a signature after the key states, if the signature is newer.
    fn sign(&mut self, body: &[u8]) {
        let about = if self.tag.is_primary() { &[0x10, 0x11, 0x12, 0x13, 0x1f][..] } else { &[0x18] };
        if let Some(signature) = Signature::read(body).ok().filter(|signature| about.contains(&signature.kind))
            && signature.created >= self.signed
        {
            self.signed = signature.created;
            self.lifetime = signature.lifetime;
        }
    }

    fn into_found(self) -> Found<'a> {
        let expires = self.lifetime.and_then(|lifetime| self.created.checked_add(lifetime));
        self.found.dated(Some(self.created), expires)
    }
}

/// RFC 9580, section 5.5.4: SHA-1 for version 4, SHA-256 for versions 5 and 6, over an octet, the length, and the
/// public part.
fn fingerprint(material: &Material<'_>) -> Option<String> {
    let length = u32::try_from(material.public.len()).ok()?.to_be_bytes();
    match material.version {
        4 => fingerprint_of_version_4(material.public),
        5 => Some(hex(&sha256(&[&[0x9a], &length[..], material.public].concat()))),
        6 => Some(hex(&sha256(&[&[0x9b], &length[..], material.public].concat()))),
        _ => None,
    }
}
