//! How the secret part of an OpenPGP key packet is protected (RFC 9580, sections 3.7 and 5.5.3), and what GnuPG writes where there is
//! none. Not the secret part itself.

use super::packet::big_endian;
use crate::facts::asn1::Malformed;
use crate::facts::key::encryption;
use crate::facts::openpgp;
use crate::rules::contract::Encryption;

/// What is in the place of a secret.
pub(super) enum Secret {
    Plaintext,
    /// It is not in this file: GnuPG's `gnu-dummy`.
    Absent,
    /// It is on a smart card: GnuPG's `divert-to-card`.
    OnCard,
    Encrypted(Encryption),
}

/// From the octet of S2K usage on.
pub(super) fn protection(version: u8, secret: &[u8]) -> Result<Secret, Malformed> {
    let (&usage, rest) = secret.split_first().ok_or(CUT_OFF)?;
    if usage == 0 {
        return Ok(Secret::Plaintext);
    }
    // Versions 5 and 6 count the octets of what follows.
    let rest = if version >= 5 { rest.get(1..).ok_or(CUT_OFF)? } else { rest };
    let (cipher, rest) = match usage {
        253..=255 => rest.split_first().ok_or(CUT_OFF)?,
        // The octet is the cipher, and MD5 of the passphrase the key.
        _ => {
            let encryption =
                encryption::of("OpenPGP", "S2K-simple", &format!("{}-cfb", or_unknown(openpgp::cipher(usage))));
            return Ok(Secret::Encrypted(Encryption { prf: "MD5".to_owned(), iterations: 1, ..encryption }));
        }
    };
    let (mode, rest) = match usage {
        253 => rest.split_first().map(|(mode, rest)| (or_unknown(openpgp::mode(*mode)), rest)).ok_or(CUT_OFF)?,
        _ => ("cfb", rest),
    };
    // Version 6 counts the octets of the specifier, too.
    let specifier = if version == 6 { rest.get(1..).ok_or(CUT_OFF)? } else { rest };
    let cipher = if *cipher == 0 { "none" } else { or_unknown(openpgp::cipher(*cipher)) };
    specified(&format!("{cipher}-{mode}"), specifier)
}

const CUT_OFF: Malformed = Malformed("the secret part of a key packet is cut off");

/// The S2K specifier (section 3.7.1).
fn specified(cipher: &str, specifier: &[u8]) -> Result<Secret, Malformed> {
    let under = |kdf: &str, hash: u8, iterations: u64| {
        let prf = or_unknown(openpgp::hash(hash)).to_owned();
        Secret::Encrypted(Encryption { prf, iterations, ..encryption::of("OpenPGP", kdf, cipher) })
    };
    Ok(match specifier {
        [0, hash, ..] => under("S2K-simple", *hash, 1),
        [1, hash, ..] => under("S2K-salted", *hash, 1),
        [3, hash, rest @ ..] => {
            let coded = rest.get(8).ok_or(CUT_OFF)?;
            under("S2K-iterated", *hash, u64::from(16 + (coded & 15)) << ((coded >> 4) + 6))
        }
        [4, rest @ ..] => {
            let (passes, lanes, memory) = match rest.get(16..19) {
                Some(&[passes, lanes, memory]) => (passes, lanes, memory),
                _ => return Err(CUT_OFF),
            };
            let attributes = encryption::argon2_cost(1_u64.checked_shl(memory.into()).unwrap_or(0), lanes.into());
            let encryption = encryption::of("OpenPGP", "Argon2id", cipher);
            Secret::Encrypted(Encryption { iterations: passes.into(), attributes, ..encryption })
        }
        [101, _, b'G', b'N', b'U', 1, ..] => Secret::Absent,
        [101, _, b'G', b'N', b'U', 2, ..] => Secret::OnCard,
        [] => return Err(CUT_OFF),
        // Nothing is known of it but that it protects the key.
        [number, ..] => {
            let encryption = encryption::of(&format!("OpenPGP S2K {}", big_endian(&[*number])), "", cipher);
            Secret::Encrypted(encryption)
        }
    })
}

/// What a registry says of a number; what it does not have is no secret, and protects the key all the same.
fn or_unknown(name: Option<&'static str>) -> &'static str {
    name.unwrap_or("unknown")
}
