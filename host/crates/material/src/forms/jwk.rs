//! JSON Web Keys (RFC 7517, 7518, 8037; AKP RFC 9964), each by itself wherever its object stands: in a set, in a file of another kind, in a
//! string, or with its members written as a block of YAML, TOML or HCL. Not keys that are wrapped in a JWE.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use keyreeve_contract::{Protection, Role};

use super::Sink;
use super::object::{Member, Object};
use crate::asn1::{Malformed, encode_oid, significant};
use crate::key::derive::Owed;
use crate::key::{Found, PublicHalf};
use crate::oid;
use crate::oid::curves;

/// The member that every key has, in its spellings: quoted, quoted in a string, bare.
pub(super) const MARKS: &[&str] = &["kty\"", "kty'", "kty\\", "kty:", "kty=", "kty "];
/// Members that only private and secret keys have (RFC 7518, section 6; RFC 9964).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "k", "priv"];
/// Members that say what the public key is.
const PUBLIC: [&str; 4] = ["n", "x", "y", "pub"];
/// As lenient as the programs that read these keys: padding is optional.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// Names of curves, and OpenSSL's names for them, with the bytes of a coordinate.
const CURVES: [(&str, &str, usize); 4] = [
    ("P-256", "prime256v1", 32),
    ("P-384", "secp384r1", 48),
    ("P-521", "secp521r1", 66),
    ("secp256k1", "secp256k1", 32),
];

/// Reads the key whose member `kty` is at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let has_kind = |object: &Object| object.member("kty").is_some_and(|kind| (at..at + 64).contains(&kind.range.start));
    let around = Object::around(text, at, sink).filter(|(object, _)| has_kind(object));
    let block = || Object::of_lines(text, at, sink).filter(has_kind).map(|object| (object, true));
    let (object, is_closed) = around.or_else(block)?;
    let kind = object.member("kty")?;
    if !["RSA", "EC", "OKP", "oct", "AKP"].map(str::as_bytes).contains(&kind.value.as_slice()) {
        return None;
    }
    let members = |names: &[&str]| -> Vec<&Member> { names.iter().filter_map(|name| object.member(name)).collect() };
    // If one member is left out for readers, the others may still be secret.
    let (elided, secrets): (Vec<&Member>, Vec<&Member>) = members(&PRIVATE)
        .into_iter()
        .partition(|member| member.is_placeholder() || is_closed && is_too_short(member, &kind.value));
    let is_public = elided.is_empty() && secrets.is_empty();
    let shows_nothing =
        if is_public { members(&PUBLIC).into_iter().any(Member::is_placeholder) } else { secrets.is_empty() };
    if shows_nothing {
        return Some(kind.range.end);
    }
    if !is_closed && is_public {
        return None;
    }
    secrets.iter().for_each(|member| sink.secret(&member.range));
    if !is_closed {
        sink.problem(&kind.range, "the JSON Web Key is cut off, or is longer than 64 KiB".to_owned());
        return Some(kind.range.end);
    }
    let key = Key { object: &object, is_private: !is_public };
    match key.found() {
        Ok(found) => {
            let time = |name: &str| object.text(name)?.parse().ok();
            let found = found.dated(time("iat").or_else(|| time("nbf")), time("exp"));
            sink.key(found, object.text("kid").unwrap_or_default().as_bytes(), &object.range, &kind.range);
        }
        Err(Malformed(reason)) => sink.problem(&object.range, format!("the JSON Web Key cannot be read: {reason}")),
    }
    Some(kind.range.end)
}

/// Whether a private member is too short for any key: examples have a word there. Symmetric keys may have any length.
fn is_too_short(member: &Member, kind: &[u8]) -> bool {
    const LEAST: usize = 20;
    member.value.len() < LEAST && kind != b"oct" || member.value == b"string"
}

struct Key<'o> {
    object: &'o Object,
    is_private: bool,
}

impl Key<'_> {
    fn found(&self) -> Result<Found<'static>, Malformed> {
        match self.object.text("kty") {
            Some("RSA") => Ok(self.with(Some(PublicHalf::of_rsa(&self.number("n")?, &self.number("e")?)))),
            Some("EC") => self.on_curve(),
            Some("OKP") => self.fixed(),
            Some("oct") => {
                let bits = self.bytes("k")?.len() as u32 * 8;
                Ok(Found::symmetric("JWK", bits))
            }
            _ => self.post_quantum(),
        }
    }

    fn with(&self, half: Option<PublicHalf<'static>>) -> Found<'static> {
        if self.is_private {
            Found::new(Role::Private, "JWK", Protection::Plaintext, half)
        } else {
            Found::new(Role::Public, "JWK", Protection::NotNeeded, half)
        }
    }

    /// RFC 7518, section 6.2.
    fn on_curve(&self) -> Result<Found<'static>, Malformed> {
        let curve = self.object.text("crv").unwrap_or_default();
        let Some((_, name, length)) = CURVES.iter().find(|(known, ..)| *known == curve) else {
            return Ok(self.with(None).hidden_since("the curve of the JSON Web Key is not known"));
        };
        let curve = encode_oid(&curves::by_name(name).ok_or(Malformed("its curve is not known"))?.oid);
        let half = match (self.number("x"), self.number("y")) {
            (Ok(x), Ok(y)) if x.len() <= *length && y.len() <= *length => {
                let padded = |number: Vec<u8>| [vec![0; length - number.len()], number].concat();
                PublicHalf::of_ec(&curve, Some(Cow::from([vec![4], padded(x), padded(y)].concat())))
            }
            _ => {
                let owed = Owed::point(name, &self.number("d")?);
                PublicHalf::of_ec(&curve, None).owed(owed.ok_or(Malformed("its private number is out of range"))?)
            }
        };
        Ok(self.with(Some(half)))
    }

    /// RFC 8037, section 2.
    fn fixed(&self) -> Result<Found<'static>, Malformed> {
        let curve = self.object.text("crv").unwrap_or_default();
        let oid = match curve {
            "Ed25519" => oid::ED25519,
            "Ed448" => oid::ED448,
            "X25519" => oid::X25519,
            "X448" => oid::X448,
            _ => return Ok(self.with(None).hidden_since("the curve of the JSON Web Key is not known")),
        };
        let half = match self.bytes("x") {
            Ok(key) => PublicHalf::of_fixed(&oid, key),
            Err(_) => {
                let owed = Owed::fixed(curve, &self.bytes("d")?);
                let wrong = Malformed("its private key does not have the length that it should");
                PublicHalf::of_fixed_owed(&oid, owed.ok_or(wrong)?)
            }
        };
        Ok(self.with(Some(half)))
    }

    /// RFC 9964, section 3: the algorithm is stated, and the private key is a seed.
    fn post_quantum(&self) -> Result<Found<'static>, Malformed> {
        let algorithm = self.object.text("alg").unwrap_or_default();
        match (oid::fixed(algorithm), self.bytes("pub")) {
            (Some((oid, _)), Ok(key)) => Ok(self.with(Some(PublicHalf::of_fixed(&oid, key)))),
            (Some((_, name)), Err(_)) if self.is_private => Ok(self.with(None).sized(name, 0)),
            (Some(_), Err(reason)) => Err(reason),
            (None, _) => Ok(self.with(None).hidden_since("the algorithm of the JSON Web Key is not known")),
        }
    }

    fn number(&self, name: &str) -> Result<Vec<u8>, Malformed> {
        Ok(significant(&self.bytes(name)?).to_vec())
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, Malformed> {
        let member = self.object.member(name).ok_or(Malformed("it lacks a member that its kty asks for"))?;
        let standard = |byte: &u8| match byte {
            b'+' => b'-',
            b'/' => b'_',
            byte => *byte,
        };
        let url_safe: Vec<u8> = member.value.iter().map(standard).collect();
        LENIENT.decode(url_safe).map_err(|_| Malformed("a member of it is not base64url"))
    }
}
