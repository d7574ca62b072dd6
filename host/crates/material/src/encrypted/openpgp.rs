//! Encrypted OpenPGP messages (RFC 9580, RFC 4880; packet 20 as GnuPG writes it): their recipients, and what they state
//! about their cipher. Not keys and signatures, and nothing is decrypted.

use keyreeve_source::digest::hex;

use super::found::Found;
use crate::asn1::Malformed;
use crate::fields::{CUT_OFF, Fields};
use crate::openpgp;
use crate::openpgp::packet::{Packet, Packets, Tag};
use crate::openpgp::s2k;
use crate::openpgp::s2k::Specifier;

const NOT_STATED: &str = "the cipher of an OpenPGP message stands in its encrypted session key";

/// Whether a file without armor begins with an encrypted message. Other files begin with the same byte, so the session
/// keys before the data must be sound; data without a session key count only if the file has a name of such files.
pub(super) fn is_message(name: &str, bytes: &[u8]) -> bool {
    let mut packets = Packets::of(bytes);
    let Ok(first) = next(&mut packets) else { return false };
    let named = [".gpg", ".pgp", ".secret", ".asc"].iter().any(|extension| name.ends_with(extension));
    match first.tag {
        Tag::Pkesk => first.body.len() >= 12 && session_key(new(), first.body).is_ok() && (named || follows(packets)),
        Tag::Skesk => first.body.len() >= 4 && passphrase(new(), first.body).is_ok() && (named || follows(packets)),
        Tag::Sed | Tag::Seipd | Tag::Aead => named,
        _ => false,
    }
}

/// Whether the next packet can follow a session key.
fn follows(mut packets: Packets<'_>) -> bool {
    next(&mut packets).is_ok_and(|packet| {
        matches!(packet.tag, Tag::Pkesk | Tag::Skesk | Tag::Sed | Tag::Seipd | Tag::Aead | Tag::Marker | Tag::Padding)
    })
}

/// A whole file without armor.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    read(bytes).map(|found| found.into_iter().collect())
}

/// Reads the message. Returns `None` if the bytes are another structure of OpenPGP, such as a signed message.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Found>, Malformed> {
    let mut packets = Packets::of(bytes);
    let (mut found, mut has_key) = (new(), false);
    loop {
        let packet = next(&mut packets)?;
        match packet.tag {
            Tag::Pkesk => found = session_key(found, packet.body)?,
            Tag::Skesk => found = passphrase(found, packet.body)?,
            Tag::Sed | Tag::Seipd | Tag::Aead => return data(found, &packet).map(Some),
            Tag::Marker | Tag::Padding => continue,
            _ if has_key => return Err(Malformed("no encrypted data follow its session keys")),
            _ => return Ok(None),
        }
        has_key = true;
    }
}

fn new() -> Found {
    Found::new("OpenPGP", "PGP message")
}

/// Public-Key Encrypted Session Key (RFC 9580, section 5.1).
fn session_key(found: Found, body: &[u8]) -> Result<Found, Malformed> {
    let mut fields = Fields(body);
    let id = match fields.u8()? {
        2 | 3 => hex(fields.take(8)?),
        6 => {
            let length = usize::from(fields.u8()?);
            // The version of the key stands before its fingerprint; both are missing for an anonymous recipient.
            if length == 0 { "0".repeat(16) } else { hex(&fields.take(length)?[1..]) }
        }
        _ => return Err(Malformed("the version of one of its session keys is not known")),
    };
    if !matches!(fields.u8()?, 1..=3 | 16..=27 | 35..=36) {
        return Err(Malformed("one of its session keys is encrypted by an algorithm that is not known"));
    }
    Ok(found.recipient(format!("PGP 0x{}", id.to_ascii_uppercase()), None))
}

/// Symmetric-Key Encrypted Session Key (RFC 9580, section 5.3). If it contains no session key, the passphrase yields
/// that key directly, and the stated cipher is that of the data.
fn passphrase(found: Found, body: &[u8]) -> Result<Found, Malformed> {
    let mut fields = Fields(body);
    let version = fields.u8()?;
    if version == 6 {
        fields.u8()?;
    }
    let cipher = cipher(fields.u8()?)?;
    let mut found = match version {
        4 => found,
        5 | 6 => {
            fields.u8()?;
            if version == 6 {
                fields.u8()?;
            }
            found
        }
        _ => return Err(Malformed("the version of one of its session keys is not known")),
    };
    found = specified(found, s2k::read(&mut fields)?)?.passphrase();
    if version == 4 && fields.0.is_empty() && found.item.cipher.is_empty() {
        return Ok(found.named_cipher(format!("{cipher}-cfb")));
    }
    Ok(found)
}

/// What the specifier of a passphrase says.
fn specified(found: Found, specifier: Specifier) -> Result<Found, Malformed> {
    match specifier {
        Specifier::Hashed { kdf, hash, count } => {
            let hash = openpgp::hash(hash).ok_or(Malformed("the hash of its passphrase is not known"))?;
            Ok(found.derived(kdf, hash, count))
        }
        Specifier::Argon2 { passes, .. } => Ok(found.derived("Argon2id", "", passes.into())),
        _ => Err(Malformed("its key is made of a passphrase in a way that is not known")),
    }
}

/// The encrypted data: packets 9, 18 and 20.
fn data(found: Found, packet: &Packet<'_>) -> Result<Found, Malformed> {
    let mut fields = Fields(packet.body);
    let version = if packet.tag == Tag::Sed { 0 } else { fields.u8()? };
    match (packet.tag, version) {
        (Tag::Sed, _) => Ok(or_unknown(found)),
        (Tag::Seipd, 1) => Ok(or_unknown(found).authenticated()),
        (Tag::Seipd, 2) | (Tag::Aead, 1) => {
            let cipher = cipher(fields.u8()?)?;
            let mode = openpgp::mode(fields.u8()?).ok_or(Malformed("the mode of its cipher is not known"))?;
            Ok(found.named_cipher(format!("{cipher}-{mode}")).authenticated())
        }
        _ => Err(Malformed("the version of its encrypted data is not known")),
    }
}

/// The cipher is known only if the passphrase is the only recipient; with others, the packet's cipher is that of the
/// session key.
fn or_unknown(mut found: Found) -> Found {
    if found.item.recipients != ["passphrase"] {
        (found.item.cipher, found.item.key_bits) = (String::new(), 0);
        found.item.unknown.retain(|unknown| unknown.field != "key-bits");
    }
    if found.item.cipher.is_empty() { found.without_cipher(NOT_STATED) } else { found }
}

fn cipher(number: u8) -> Result<&'static str, Malformed> {
    openpgp::cipher(number).ok_or(Malformed("its cipher is not known"))
}

/// The next packet; only those without meaning are empty.
fn next<'a>(packets: &mut Packets<'a>) -> Result<Packet<'a>, Malformed> {
    let packet = packets.next().ok_or(CUT_OFF)??;
    let is_cut_off = packet.body.is_empty() && !matches!(packet.tag, Tag::Marker | Tag::Padding);
    if is_cut_off { Err(CUT_OFF) } else { Ok(packet) }
}
