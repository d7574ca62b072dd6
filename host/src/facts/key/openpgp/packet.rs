//! Packets of OpenPGP (RFC 9580, section 4) and the few things that signatures say (section 5.2). Nothing is copied, and no length is
//! believed.

use crate::facts::asn1::Malformed;

/// The packets that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    SecretKey,
    PublicKey,
    SecretSubkey,
    PublicSubkey,
    Signature,
}

/// A packet: none of these, or one of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) tag: Option<Tag>,
    pub(super) body: &'a [u8],
}

/// Packets behind each other.
#[derive(Debug)]
pub(super) struct Packets<'a> {
    rest: &'a [u8],
}

/// What a signature says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) kind: u8,
    pub(super) created: i64,
    /// How long the key is valid after it was made; none for ever.
    pub(super) lifetime: Option<i64>,
}

impl Tag {
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::SecretKey | Self::SecretSubkey)
    }

    pub(super) fn is_primary(self) -> bool {
        matches!(self, Self::SecretKey | Self::PublicKey)
    }

    fn of(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::Signature),
            5 => Some(Self::SecretKey),
            6 => Some(Self::PublicKey),
            7 => Some(Self::SecretSubkey),
            14 => Some(Self::PublicSubkey),
            _ => None,
        }
    }
}

impl<'a> Packets<'a> {
    /// The packets in these bytes.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn packet(&mut self) -> Result<Packet<'a>, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or(Malformed("a packet has no length"))?;
        if first & 0x80 == 0 {
            return Err(Malformed("something that is no packet follows"));
        }
        let (number, length, rest) = if first & 0x40 == 0 { old(first, rest) } else { new(first, rest) }?;
        let tag = Tag::of(number);
        let cut_off = if tag.is_some_and(Tag::is_secret) {
            Malformed("the packet of a secret key is cut off")
        } else {
            Malformed("a packet is cut off")
        };
        let (body, rest) = rest.split_at_checked(length).ok_or(cut_off)?;
        self.rest = rest;
        Ok(Packet { tag, body })
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let packet = self.packet();
        if packet.is_err() {
            self.rest = &[];
        }
        Some(packet)
    }
}

type Header<'a> = Result<(u8, usize, &'a [u8]), Malformed>;

/// Number and length of a packet in the old format (section 4.2.2); without a length it goes to the end.
fn old(first: u8, rest: &[u8]) -> Header<'_> {
    let number = first >> 2 & 15;
    let octets = match first & 3 {
        0 => 1,
        1 => 2,
        2 => 4,
        _ => return Ok((number, rest.len(), rest)),
    };
    let (length, rest) = rest.split_at_checked(octets).ok_or(Malformed("a packet has no length"))?;
    Ok((number, big_endian(length) as usize, rest))
}

/// Number and length of a packet in the new format (section 4.2.1); a key is never in parts.
fn new(first: u8, rest: &[u8]) -> Header<'_> {
    let missing = Malformed("a packet has no length");
    let (length, rest) = match rest {
        [one @ ..192, rest @ ..] => (usize::from(*one), rest),
        [one @ 192..224, two, rest @ ..] => (two_octets(*one, *two), rest),
        [255, rest @ ..] => {
            let (length, rest) = rest.split_at_checked(4).ok_or(missing)?;
            (big_endian(length) as usize, rest)
        }
        [224..=254, ..] => return Err(Malformed("a packet in parts is none of a key")),
        _ => return Err(missing),
    };
    Ok((first & 0x3f, length, rest))
}

/// A length in two octets, of which the first is 192 or more.
fn two_octets(one: u8, two: u8) -> usize {
    ((usize::from(one) - 192) << 8) + usize::from(two) + 192
}

/// A number of up to four octets.
pub(super) fn big_endian(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |number, octet| number << 8 | u32::from(*octet))
}

impl Signature {
    /// From the hashed subpackets of version 4 to 6.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let (&[version, kind, _, _], rest) = body.split_first_chunk::<4>()?;
        let octets = match version {
            4 | 5 => 2,
            6 => 4,
            _ => return None,
        };
        let (length, rest) = rest.split_at_checked(octets)?;
        let mut hashed = rest.get(..big_endian(length) as usize)?;
        let mut signature = Self { kind, created: 0, lifetime: None };
        while let Some((number, content)) = subpacket(&mut hashed) {
            // The highest bit says that whoever does not know the subpacket must not trust the signature.
            match number & 0x7f {
                2 => signature.created = i64::from(big_endian(content.get(..4)?)),
                9 => signature.lifetime = Some(i64::from(big_endian(content.get(..4)?))).filter(|&time| time > 0),
                _ => {}
            }
        }
        Some(signature)
    }
}

/// The next subpacket (section 5.2.3.7).
fn subpacket<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (length, behind) = match *rest {
        [one @ ..192, behind @ ..] => (usize::from(*one), behind),
        [one @ 192..=254, two, behind @ ..] => (two_octets(*one, *two), behind),
        [255, behind @ ..] => (big_endian(behind.get(..4)?) as usize, &behind[4..]),
        _ => return None,
    };
    let (subpacket, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    subpacket.split_first().map(|(number, content)| (*number, content))
}
