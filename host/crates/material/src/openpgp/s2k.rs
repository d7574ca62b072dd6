//! String-to-key specifiers of OpenPGP (RFC 9580, section 3.7.1), and GnuPG's for secrets that are elsewhere. What is
//! encrypted under the resulting key is not read here.

use crate::asn1::Malformed;
use crate::fields::Fields;

/// How a passphrase becomes a key, or where the key is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Specifier {
    /// By a hash of that number, over so many octets; 1 if passphrase and salt are hashed once.
    Hashed { kdf: &'static str, hash: u8, count: u64 },
    /// By Argon2id (RFC 9106), with the memory in KiB.
    Argon2 { passes: u8, lanes: u8, memory: u64 },
    /// The secret is not in this file: GnuPG's `gnu-dummy`.
    Absent,
    /// The secret is on a smart card: GnuPG's `divert-to-card`.
    OnCard,
    /// Of another number.
    Unknown(u8),
}

const SALT: usize = 8;
const ARGON2_SALT: usize = 16;

/// Reads the next specifier. The length of an unknown specifier is unknown, too.
pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Specifier, Malformed> {
    let number = fields.u8()?;
    Ok(match number {
        0 => Specifier::Hashed { kdf: "S2K-simple", hash: fields.u8()?, count: 1 },
        1 => {
            let hash = fields.u8()?;
            fields.take(SALT)?;
            Specifier::Hashed { kdf: "S2K-salted", hash, count: 1 }
        }
        3 => {
            let hash = fields.u8()?;
            fields.take(SALT)?;
            Specifier::Hashed { kdf: "S2K-iterated", hash, count: octets(fields.u8()?) }
        }
        4 => {
            fields.take(ARGON2_SALT)?;
            let [passes, lanes, memory] = fields.array()?;
            Specifier::Argon2 { passes, lanes, memory: 1_u64.checked_shl(memory.into()).unwrap_or(0) }
        }
        101 => match fields.0 {
            [_, b'G', b'N', b'U', 1, ..] => Specifier::Absent,
            [_, b'G', b'N', b'U', 2, ..] => Specifier::OnCard,
            _ => Specifier::Unknown(number),
        },
        _ => Specifier::Unknown(number),
    })
}

/// How many octets are hashed, from the octet that encodes it (section 3.7.1.3).
pub(crate) fn octets(coded: u8) -> u64 {
    u64::from(16 + (coded & 15)) << ((coded >> 4) + 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_takes_its_octets_and_no_more_and_is_cut_off_without_them() {
        let salted = |number: u8, rest: &[u8]| [&[number, 8][..], &[7; SALT], rest].concat();
        let argon2 = [&[4][..], &[7; ARGON2_SALT], &[3, 4, 16]].concat();
        for (octets, expected) in [
            (vec![0, 2], Specifier::Hashed { kdf: "S2K-simple", hash: 2, count: 1 }),
            (salted(1, &[]), Specifier::Hashed { kdf: "S2K-salted", hash: 8, count: 1 }),
            (salted(3, &[0]), Specifier::Hashed { kdf: "S2K-iterated", hash: 8, count: 1024 }),
            (salted(3, &[255]), Specifier::Hashed { kdf: "S2K-iterated", hash: 8, count: 65_011_712 }),
            (argon2, Specifier::Argon2 { passes: 3, lanes: 4, memory: 65_536 }),
        ] {
            let behind = [&octets[..], &[9, 9]].concat();
            let mut fields = Fields(&behind);
            assert_eq!((read(&mut fields), fields.0), (Ok(expected), &[9, 9][..]));
            for end in 0..octets.len() {
                assert!(read(&mut Fields(&octets[..end])).is_err(), "{expected:?} {end}");
            }
        }
        for (octets, expected) in [
            (&b"\x65\0GNU\x01"[..], Specifier::Absent),
            (b"\x65\0GNU\x02\x04", Specifier::OnCard),
            (b"\x65\0GNU\x03", Specifier::Unknown(101)),
            (b"\x65", Specifier::Unknown(101)),
            (b"\x02", Specifier::Unknown(2)),
        ] {
            assert_eq!(read(&mut Fields(octets)), Ok(expected));
        }
    }
}
