//! Encrypted OpenPGP messages (RFC 9580, RFC 4880; packet 20 as GnuPG writes it): whom they are for, and what they say of their cipher.
//! Not keys and signatures, and nothing of what is encrypted.

use super::found::Found;
use crate::digest::hex;
use crate::facts::asn1::Malformed;
use crate::facts::fields::{CUT_OFF, Fields};
use crate::facts::openpgp;

/// Packets with a session key for somebody, and those with encrypted data (RFC 9580, section 5).
const PKESK: u8 = 1;
const SKESK: u8 = 3;
const SED: u8 = 9;
const SEIPD: u8 = 18;
const AEAD: u8 = 20;
/// Packets without meaning: marker and padding.
const MARKER: u8 = 10;
const PADDING: u8 = 21;

const NOT_STATED: &str = "the cipher of an OpenPGP message stands in its encrypted session key";

/// Whether a file without armor begins with an encrypted message. Messages begin with a byte that others begin with too, so
/// the session keys before the data must be sound; data without one count only in a file with a name of such files.
pub(super) fn is_message(name: &str, bytes: &[u8]) -> bool {
    let mut packets = Packets { rest: bytes };
    let Ok(first) = packets.next() else { return false };
    let named = [".gpg", ".pgp", ".secret", ".asc"].iter().any(|extension| name.ends_with(extension));
    match first.tag {
        PKESK => first.body.len() >= 12 && session_key(new(), first.body).is_ok() && (named || follows(packets)),
        SKESK => first.body.len() >= 4 && passphrase(new(), first.body).is_ok() && (named || follows(packets)),
        SED | SEIPD | AEAD => named,
        _ => false,
    }
}

/// Whether the next packet is one that can follow a session key.
fn follows(mut packets: Packets<'_>) -> bool {
    packets.next().is_ok_and(|packet| matches!(packet.tag, PKESK | SKESK | SED | SEIPD | AEAD | MARKER | PADDING))
}

/// A whole file without armor.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    read(bytes).map(|found| found.into_iter().collect())
}

/// The message that these bytes are; none if they are something else that OpenPGP has, such as a signed message.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Found>, Malformed> {
    let mut packets = Packets { rest: bytes };
    let (mut found, mut has_key) = (new(), false);
    loop {
        let packet = packets.next()?;
        match packet.tag {
            PKESK => found = session_key(found, packet.body)?,
            SKESK => found = passphrase(found, packet.body)?,
            SED | SEIPD | AEAD => return data(found, &packet).map(Some),
            MARKER | PADDING => continue,
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
            // The version of the key stands before its fingerprint; neither for an anonymous recipient.
            if length == 0 { "0".repeat(16) } else { hex(&fields.take(length)?[1..]) }
        }
        _ => return Err(Malformed("the version of one of its session keys is not known")),
    };
    if !matches!(fields.u8()?, 1..=3 | 16..=27 | 35..=36) {
        return Err(Malformed("one of its session keys is encrypted by an algorithm that is not known"));
    }
    Ok(found.recipient(format!("PGP 0x{}", id.to_ascii_uppercase()), None))
}

/// Symmetric-Key Encrypted Session Key (RFC 9580, section 5.3). Without a session key in it the passphrase makes that key
/// itself, and its cipher is that of the data.
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
    found = specifier(found, &mut fields)?.passphrase();
    if version == 4 && fields.0.is_empty() && found.item.cipher.is_empty() {
        return Ok(found.named_cipher(format!("{cipher}-cfb")));
    }
    Ok(found)
}

/// A string-to-key specifier (RFC 9580, section 3.7.1).
fn specifier(found: Found, fields: &mut Fields<'_>) -> Result<Found, Malformed> {
    let kind = fields.u8()?;
    if kind == 4 {
        fields.take(16)?;
        return Ok(found.derived("Argon2id", "", u64::from(fields.u8()?)));
    }
    let hash = openpgp::hash(fields.u8()?).ok_or(Malformed("the hash of its passphrase is not known"))?;
    if kind != 0 {
        fields.take(8)?;
    }
    match kind {
        0 => Ok(found.derived("S2K-simple", hash, 1)),
        1 => Ok(found.derived("S2K-salted", hash, 1)),
        3 => {
            let coded = fields.u8()?;
            let count = (16 + u64::from(coded & 15)) << ((coded >> 4) + 6);
            Ok(found.derived("S2K-iterated", hash, count))
        }
        _ => Err(Malformed("its key is made of a passphrase in a way that is not known")),
    }
}

/// The encrypted data: packets 9, 18 and 20.
fn data(found: Found, packet: &Packet<'_>) -> Result<Found, Malformed> {
    let mut fields = Fields(packet.body);
    let version = if packet.tag == SED { 0 } else { fields.u8()? };
    match (packet.tag, version) {
        (SED, _) => Ok(or_unknown(found)),
        (SEIPD, 1) => Ok(or_unknown(found).authenticated()),
        (SEIPD, 2) | (AEAD, 1) => {
            let cipher = cipher(fields.u8()?)?;
            let mode = openpgp::mode(fields.u8()?).ok_or(Malformed("the mode of its cipher is not known"))?;
            Ok(found.named_cipher(format!("{cipher}-{mode}")).authenticated())
        }
        _ => Err(Malformed("the version of its encrypted data is not known")),
    }
}

/// A passphrase alone states a cipher; with other recipients its packet speaks of the session key only.
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

struct Packet<'a> {
    tag: u8,
    /// Of a packet in parts the first one.
    body: &'a [u8],
}

struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Packets<'a> {
    /// The next packet (RFC 9580, section 4.2).
    fn next(&mut self) -> Result<Packet<'a>, Malformed> {
        let mut fields = Fields(self.rest);
        let first = fields.u8()?;
        if first & 0x80 == 0 {
            return Err(Malformed("it has no packet of OpenPGP where one should be"));
        }
        let (tag, body) = if first & 0x40 == 0 {
            let length = old_length(first & 3, &mut fields)?;
            (first >> 2 & 15, fields.take(length.unwrap_or(fields.0.len()))?)
        } else {
            let (length, mut goes_on) = new_length(&mut fields)?;
            let body = fields.take(length)?;
            while goes_on {
                let (length, more) = new_length(&mut fields)?;
                fields.take(length)?;
                goes_on = more;
            }
            (first & 63, body)
        };
        self.rest = fields.0;
        if body.is_empty() && !matches!(tag, MARKER | PADDING) {
            return Err(CUT_OFF);
        }
        Ok(Packet { tag, body })
    }
}

/// None for a packet that goes on to the end of the file.
fn old_length(kind: u8, fields: &mut Fields<'_>) -> Result<Option<usize>, Malformed> {
    Ok(match kind {
        0 => Some(usize::from(fields.u8()?)),
        1 => Some(usize::from(fields.u16()?)),
        2 => Some(fields.u32()? as usize),
        _ => None,
    })
}

/// The length of a packet or of a part of one, and whether another part follows.
fn new_length(fields: &mut Fields<'_>) -> Result<(usize, bool), Malformed> {
    Ok(match fields.u8()? {
        first @ ..192 => (usize::from(first), false),
        first @ 192..224 => (((usize::from(first) - 192) << 8) + usize::from(fields.u8()?) + 192, false),
        first @ 224..255 => (1 << (first & 31), true),
        255 => (fields.u32()? as usize, false),
    })
}
