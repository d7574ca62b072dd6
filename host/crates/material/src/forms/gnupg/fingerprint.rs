//! The OpenPGP fingerprints of a gpg-agent key (RFC 9580, section 5.5.4.2), by which encrypted data name their
//! recipients. Version 5 is not supported, nor keys whose time is unknown.

use super::Sexp;
use crate::asn1::{bit_length, significant};
use crate::oid::{Oid, curves};
use crate::openpgp::{CURVE25519_LEGACY, ED25519_LEGACY, fingerprint_of_version_4};

/// The fingerprints that the key with these numbers and that time may have: an EC key has one for signing and one for
/// encryption.
pub(super) fn of(algorithm: &str, numbers: &Sexp, created: i64) -> Vec<String> {
    let Ok(created) = u32::try_from(created) else { return Vec::new() };
    let bodies = bodies(algorithm, numbers).unwrap_or_default().into_iter();
    let fingerprints = bodies.filter_map(|(number, material)| {
        fingerprint_of_version_4(&[&[4][..], &created.to_be_bytes(), &[number], &material].concat())
    });
    fingerprints.collect()
}

/// Numbers of algorithms (section 9.1), each with the content that follows in a key packet (section 5.5.5).
fn bodies(algorithm: &str, numbers: &Sexp) -> Option<Vec<(u8, Vec<u8>)>> {
    let integers = |names: &[&str]| {
        let integers = names.iter().map(|name| numbers.value(name).map(integer)).collect::<Option<Vec<_>>>();
        integers.map(|integers| integers.concat())
    };
    Some(match algorithm.strip_prefix("openpgp-").unwrap_or(algorithm) {
        "rsa" => vec![(1, integers(&["n", "e"])?)],
        "elg" | "elg-sig" => vec![(16, integers(&["p", "g", "y"])?)],
        "dsa" => vec![(17, integers(&["p", "q", "g", "y"])?)],
        "ecc" | "ecdsa" | "ecdh" | "eddsa" => {
            let (curve, point) = (std::str::from_utf8(numbers.value("curve")?).ok()?, integers(&["q"])?);
            let on = |oid: &Oid| [&[oid.as_bytes().len() as u8][..], oid.as_bytes(), &point].concat();
            match curve {
                "Ed25519" => vec![(22, on(&ED25519_LEGACY))],
                "Curve25519" | "X25519" => to_encrypt(&on(&CURVE25519_LEGACY), 255),
                _ => {
                    let curve = curves::by_name(super::curve(curve))?;
                    let mut bodies = to_encrypt(&on(&curve.oid), curve.bits);
                    bodies.push((19, on(&curve.oid)));
                    bodies
                }
            }
        }
        _ => return None,
    })
}

/// A key of ECDH on a curve of that size, with the parameters of the key derivation that follow the point (section
/// 5.5.5.5). Hash and key wrap are those that GnuPG chooses; for one curve it has changed its choice.
fn to_encrypt(on: &[u8], bits: u32) -> Vec<(u8, Vec<u8>)> {
    let parameters: &[[u8; 2]] = match bits {
        ..=256 => &[[8, 7]],
        257..=384 => &[[9, 8], [9, 9]],
        _ => &[[10, 9]],
    };
    parameters.iter().map(|parameters| (18, [on, &[3, 1], parameters].concat())).collect()
}

/// A multiprecision integer (section 3.2).
fn integer(magnitude: &[u8]) -> Vec<u8> {
    let magnitude = significant(magnitude);
    [&(bit_length(magnitude) as u16).to_be_bytes()[..], magnitude].concat()
}
