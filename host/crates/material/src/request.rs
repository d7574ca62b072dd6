//! Certificate signing requests (PKCS #10, RFC 2986) as facts: the public key for which a certificate is requested. The
//! attributes of the certificate are not read, since its issuer decides on them.

use der::Tag;
use keyreeve_contract::{Context, Key, Protection, Role};
use keyreeve_facts::Place;
use keyreeve_source::Location;
use keyreeve_source::digest::{hex, sha256};

use super::asn1::{Elements, Malformed};
use super::certificate::common_names;
use super::certificate::short;
use super::key::{PublicHalf, unknown_fields};

/// The request in this DER.
pub(crate) fn read(der: &[u8], home: Location, detailed: bool) -> Result<(Key, Place), Malformed> {
    let mut body = Elements::of_sequence(der)?.next(Tag::Sequence)?.elements()?;
    body.next(Tag::Integer)?;
    let subject = body.next(Tag::Sequence)?;
    let half = PublicHalf::of_spki(body.next(Tag::Sequence)?.raw)?;
    let (public, gaps) = half.describe();
    let label = match common_names(subject.raw).unwrap_or_default().first() {
        Some(name) => format!("certificate request for {}", short(name)),
        None => "certificate request".to_owned(),
    };
    let mut place = Place::new(home, label, "");
    place.identify(half.spki());
    place.identity = place.spki.unwrap_or_else(|| sha256(der)).into();
    place.key_names = half.ssh_fingerprints().into_iter().flatten().collect();
    if detailed {
        let subject = ("subject", super::certificate::name_text(subject.raw));
        let key = place.spki.map(|hash| ("spki-sha256", hex(&hash)));
        place.details = [subject].into_iter().chain(key).collect();
    }
    let key = Key {
        context: Context::UNSPECIFIED,
        unknown: unknown_fields("public", gaps),
        role: Role::Request,
        format: "PKCS#10".to_owned(),
        public,
        protection: Protection::NotNeeded,
        encryption: None,
        last_rotated: None,
        inventoried: false,
        attributes: Vec::new(),
    };
    Ok((key, place))
}
