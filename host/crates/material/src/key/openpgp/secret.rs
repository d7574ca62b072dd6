//! How the secret part of an OpenPGP key packet is protected (RFC 9580, section 5.5.3), and what GnuPG writes if there
//! is no secret part. The secret part itself is not read.

use keyreeve_contract::Encryption;

use crate::asn1::Malformed;
use crate::fields::Fields;
use crate::key::encryption;
use crate::openpgp;
use crate::openpgp::s2k;
use crate::openpgp::s2k::Specifier;

/// What stands in the place of a secret.
pub(super) enum Secret {
    Plaintext,
    /// It is not in this file.
    Absent,
    /// It is on a smart card.
    OnCard,
    Encrypted(Encryption),
}

/// From the octet of S2K usage on.
pub(super) fn protection(version: u8, secret: &[u8]) -> Result<Secret, Malformed> {
    of_usage(version, Fields(secret)).map_err(|_| Malformed("the secret part of a key packet is cut off"))
}

fn of_usage(version: u8, mut fields: Fields<'_>) -> Result<Secret, Malformed> {
    let usage = fields.u8()?;
    if usage == 0 {
        return Ok(Secret::Plaintext);
    }
    if version >= 5 {
        let _length_of_what_follows = fields.u8()?;
    }
    if usage < 253 {
        // The octet is the cipher, and the MD5 of the passphrase is the key.
        let cipher = format!("{}-cfb", or_unknown(openpgp::cipher(usage)));
        let encryption = encryption::of("OpenPGP", "S2K-simple", &cipher);
        return Ok(Secret::Encrypted(Encryption { prf: "MD5".to_owned(), iterations: 1, ..encryption }));
    }
    let cipher = match fields.u8()? {
        0 => "none",
        cipher => or_unknown(openpgp::cipher(cipher)),
    };
    let mode = if usage == 253 { or_unknown(openpgp::mode(fields.u8()?)) } else { "cfb" };
    if version == 6 {
        let _length_of_the_specifier = fields.u8()?;
    }
    s2k::read(&mut fields).map(|specifier| specified(&format!("{cipher}-{mode}"), specifier))
}

fn specified(cipher: &str, specifier: Specifier) -> Secret {
    let of = |kdf| encryption::of("OpenPGP", kdf, cipher);
    Secret::Encrypted(match specifier {
        Specifier::Absent => return Secret::Absent,
        Specifier::OnCard => return Secret::OnCard,
        Specifier::Hashed { kdf, hash, count } => {
            let prf = or_unknown(openpgp::hash(hash)).to_owned();
            Encryption { prf, iterations: count, ..of(kdf) }
        }
        Specifier::Argon2 { passes, lanes, memory } => {
            let attributes = encryption::argon2_cost(memory, lanes.into());
            Encryption { iterations: passes.into(), attributes, ..of("Argon2id") }
        }
        // Only its existence is known: it protects the key.
        Specifier::Unknown(number) => encryption::of(&format!("OpenPGP S2K {number}"), "", cipher),
    })
}

/// The registry's name for a number. An unregistered number is named unknown: it protects the key all the same.
fn or_unknown(name: Option<&'static str>) -> &'static str {
    name.unwrap_or("unknown")
}
