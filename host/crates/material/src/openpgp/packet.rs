//! Splits a sequence of OpenPGP packets (RFC 9580, section 4), with headers of both formats. The bodies are not read:
//! nothing is copied, and no stated length is trusted.

use crate::asn1::Malformed;
use crate::fields::Fields;

/// The types of packets that matter here (RFC 9580, section 5; the last one of the encrypted data is LibrePGP's).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Public-Key Encrypted Session Key.
    Pkesk,
    Signature,
    /// Symmetric-Key Encrypted Session Key.
    Skesk,
    SecretKey,
    PublicKey,
    SecretSubkey,
    /// Symmetrically Encrypted Data.
    Sed,
    Marker,
    PublicSubkey,
    /// Symmetrically Encrypted and Integrity Protected Data.
    Seipd,
    /// OCB Encrypted Data.
    Aead,
    Padding,
    Other,
}

impl Tag {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::Pkesk,
            2 => Self::Signature,
            3 => Self::Skesk,
            5 => Self::SecretKey,
            6 => Self::PublicKey,
            7 => Self::SecretSubkey,
            9 => Self::Sed,
            10 => Self::Marker,
            14 => Self::PublicSubkey,
            18 => Self::Seipd,
            20 => Self::Aead,
            21 => Self::Padding,
            _ => Self::Other,
        }
    }

    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::SecretKey | Self::SecretSubkey)
    }

    pub(crate) fn is_primary(self) -> bool {
        matches!(self, Self::SecretKey | Self::PublicKey)
    }
}

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) tag: Tag,
    /// For a packet in parts, the first part.
    pub(crate) body: &'a [u8],
    pub(crate) in_parts: bool,
}

/// A sequence of packets. It ends with the first packet that cannot be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packets<'a>(Fields<'a>);

impl<'a> Packets<'a> {
    /// The packets in these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self(Fields(bytes))
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut fields = std::mem::replace(&mut self.0, Fields(&[]));
        let first = fields.u8().ok()?;
        if first & 0x80 == 0 {
            return Some(Err(Malformed("it has no packet of OpenPGP where one should be")));
        }
        let is_old = first & 0x40 == 0;
        let tag = Tag::of(if is_old { first >> 2 & 15 } else { first & 63 });
        let body = if is_old { old(first, &mut fields) } else { new(&mut fields) };
        let cut_off = if tag.is_secret() { "the packet of a secret key is cut off" } else { "a packet is cut off" };
        let packet = body.map(|(body, in_parts)| Packet { tag, body, in_parts }).map_err(|_| Malformed(cut_off));
        if packet.is_ok() {
            self.0 = fields;
        }
        Some(packet)
    }
}

/// The body of a packet, and whether it is the first of several parts.
type Body<'a> = Result<(&'a [u8], bool), Malformed>;

/// The body after a header in the old format (section 4.2.2); without a length it reaches to the end.
fn old<'a>(first: u8, fields: &mut Fields<'a>) -> Body<'a> {
    let length = match first & 3 {
        0 => fields.u8()?.into(),
        1 => fields.u16()?.into(),
        2 => fields.u32()? as usize,
        _ => fields.0.len(),
    };
    Ok((fields.take(length)?, false))
}

/// The body after a header in the new format (section 4.2.1).
fn new<'a>(fields: &mut Fields<'a>) -> Body<'a> {
    let (length, in_parts) = length(fields)?;
    let body = fields.take(length)?;
    let mut goes_on = in_parts;
    while goes_on {
        let (length, more) = self::length(fields)?;
        fields.take(length)?;
        goes_on = more;
    }
    Ok((body, in_parts))
}

/// The length of a packet or of a part of one, and whether another part follows.
fn length(fields: &mut Fields<'_>) -> Result<(usize, bool), Malformed> {
    Ok(match fields.u8()? {
        one @ ..192 => (one.into(), false),
        one @ 192..224 => (two_octets(one, fields.u8()?), false),
        one @ 224..255 => (1 << (one & 31), true),
        255 => (fields.u32()? as usize, false),
    })
}

/// A length in two octets, of which the first is 192 or more.
pub(crate) fn two_octets(one: u8, two: u8) -> usize {
    ((usize::from(one) - 192) << 8) + usize::from(two) + 192
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// A packet with its length in one of the ways that RFC 9580, section 4.2, gives; the last two are of a packet in
    /// parts, and of one to the end.
    fn written(number: u8, way: usize, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let (two, four) = ((length as u16).to_be_bytes(), (length as u32).to_be_bytes());
        let old = |kind: u8| 0x80 | (number & 15) << 2 | kind;
        let new = 0xc0 | number & 63;
        match way {
            0 if length < 192 => [&[new, length as u8], body].concat(),
            0 => {
                let length = length - 192;
                [&[new, 192 + (length >> 8) as u8, length as u8], body].concat()
            }
            1 => [&[new, 255][..], &four, body].concat(),
            2 if length < 256 => [&[old(0), length as u8], body].concat(),
            2 | 3 => [&[old(1)][..], &two, body].concat(),
            4 => [&[old(2)][..], &four, body].concat(),
            5 => {
                let part = |body: &[u8]| [&[255][..], &(body.len() as u32).to_be_bytes(), body].concat();
                [&[new, 224 + 3][..], &[7; 8], &[224], &[9], &part(body)].concat()
            }
            _ => [&[old(3)], body].concat(),
        }
    }

    fn packet() -> impl Strategy<Value = (u8, usize, Vec<u8>)> {
        (0_u8..16, 0_usize..6, proptest::collection::vec(any::<u8>(), 0..600))
    }

    proptest! {
        #[test]
        fn packets_are_read_however_their_lengths_are_written(packets in proptest::collection::vec(packet(), 0..6), to_end in any::<bool>()) {
            let mut bytes: Vec<u8> = packets.iter().flat_map(|(number, way, body)| written(*number, *way, body)).collect();
            if to_end {
                bytes.extend(written(2, 6, &[1, 2, 3]));
            }
            let mut read = Packets::of(&bytes);
            for (number, way, body) in &packets {
                let in_parts = *way == 5;
                let body = if in_parts { &[7; 8][..] } else { body };
                prop_assert_eq!(read.next(), Some(Ok(Packet { tag: Tag::of(*number), body, in_parts })));
            }
            let last = to_end.then_some(Ok(Packet { tag: Tag::Signature, body: &[1, 2, 3][..], in_parts: false }));
            prop_assert_eq!(read.next(), last);
            prop_assert_eq!(read.next(), None);
        }

        #[test]
        fn a_packet_that_is_cut_off_is_malformed_and_nothing_follows((number, way, body) in packet(), cut in any::<proptest::sample::Index>()) {
            let bytes = written(number, way, &body);
            let mut read = Packets::of(&bytes[..1 + cut.index(bytes.len() - 1)]);
            prop_assert!(read.next().unwrap().is_err());
            prop_assert!(read.next().is_none());
        }

        #[test]
        fn bodies_of_arbitrary_bytes_lie_within_them_and_come_to_an_end(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0x80_u8..], 0..200)) {
            let bodies: usize = Packets::of(&bytes).map(|packet| packet.map_or(0, |packet| packet.body.len() + 1)).sum();
            prop_assert!(bodies <= bytes.len());
        }
    }
}
