//! The few statements about a key that are read from OpenPGP's signatures (RFC 9580, section 5.2). They are not
//! verified.

use crate::asn1::Malformed;
use crate::fields::Fields;
use crate::openpgp::packet::two_octets;

/// What a signature says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) kind: u8,
    pub(super) created: i64,
    /// How long the key is valid after it was made; `None` means forever.
    pub(super) lifetime: Option<i64>,
}

impl Signature {
    /// From the hashed subpackets of version 4 to 6.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields(body);
        let [version, kind, _algorithm, _hash] = fields.array()?;
        let mut hashed = Fields(match version {
            4 | 5 => fields.short()?,
            6 => fields.long()?,
            _ => return Err(Malformed("the version of a signature is not known")),
        });
        let mut signature = Self { kind, created: 0, lifetime: None };
        while let Ok((number, mut content)) = subpacket(&mut hashed) {
            // The highest bit says that a reader who does not know the subpacket must not trust the signature.
            match number & 0x7f {
                2 => signature.created = content.u32()?.into(),
                9 => signature.lifetime = Some(content.u32()?.into()).filter(|&time| time > 0),
                _ => {}
            }
        }
        Ok(signature)
    }
}

/// The number of the next subpacket and its content (section 5.2.3.7).
fn subpacket<'a>(fields: &mut Fields<'a>) -> Result<(u8, Fields<'a>), Malformed> {
    let length = match fields.u8()? {
        one @ ..192 => one.into(),
        one @ 192..=254 => two_octets(one, fields.u8()?),
        255 => fields.u32()? as usize,
    };
    let mut subpacket = Fields(fields.take(length)?);
    Ok((subpacket.u8()?, subpacket))
}
