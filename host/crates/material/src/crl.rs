//! Certificate revocation lists (RFC 5280, section 5) as facts, and which certificates they revoke. Their signatures
//! are not verified: whoever can put a list into the tree can also remove the certificate from it.

use der::Tag;
use keyreeve_contract::{Context, RevocationList, Unknown};
use keyreeve_facts::Place;
use keyreeve_source::Location;
use keyreeve_source::digest::sha256;

use super::asn1::{Element, Elements, Malformed, context_tag, significant};
use super::certificate::{common_names, name_text, short, time};
use super::oid;

// Extensions of entries, below id-ce, 2.5.29 (RFC 5280, section 5.3), as the content of their identifiers.
const REASON_CODE: [u8; 3] = [0x55, 0x1d, 21];
const CERTIFICATE_ISSUER: [u8; 3] = [0x55, 0x1d, 29];
/// The reason of an entry that withdraws an earlier one.
const REMOVE_FROM_CRL: u8 = 8;
/// GeneralName: directoryName, an explicit tag.
const DIRECTORY_NAME: u32 = 4;

/// How revocation lists identify a certificate: half of the SHA-256 of issuer and serial number.
pub(crate) type Issued = [u8; 16];

/// A list that was read.
pub(crate) struct Found {
    pub(crate) fact: RevocationList,
    pub(crate) place: Place,
    /// What could not be understood, one sentence each.
    pub(crate) problems: Vec<String>,
}

/// Identifies a certificate by the DER Name of its issuer and the content of its serial number's INTEGER.
pub(crate) fn issued(issuer: &[u8], serial: &[u8]) -> Issued {
    let name = sha256(&[&sha256(issuer), significant(serial)].concat());
    *name.first_chunk().expect("a SHA-256 has 32 bytes")
}

/// The list that this DER begins with.
pub(crate) fn read(der: &[u8], home: Location, detailed: bool) -> Result<Found, Malformed> {
    let whole = Elements::of(der).next(Tag::Sequence)?;
    let mut outer = whole.elements()?;
    let mut body = outer.next(Tag::Sequence)?.elements()?;
    let signature = oid::signature(outer.next(Tag::Sequence)?.algorithm()?);
    let _version = body.optional(Tag::Integer)?;
    body.next(Tag::Sequence)?;
    let issuer = body.next(Tag::Sequence)?.raw;
    let mut unknown = Vec::new();
    let this_update = seconds(body.any()?, "this-update", &mut unknown).unwrap_or_default();
    let next_update = match optional_time(&mut body)? {
        Some(time) => seconds(time, "next-update", &mut unknown),
        None => None,
    };
    let list = body.optional(Tag::Sequence)?;
    let Entries { count, revoked } = entries(issuer, list, &mut unknown);
    let problems = unknown.iter().map(|unknown| unknown.reason.clone()).collect();
    unknown.extend(signature.unknown_hash());
    let issuer_name = issuer_name(issuer);
    let label = format!("revocation list of {}", short(&issuer_name));
    let mut place = Place::new(home, label, sha256(whole.raw));
    place.revokes = revoked.into();
    if detailed {
        place.details = Box::new([("issuer", name_text(issuer)), ("sha256", place.identity.to_string())]);
    }
    let fact = RevocationList {
        context: Context::UNSPECIFIED,
        unknown,
        issuer: issuer_name,
        attributes: signature.attributes(),
        signature_algorithm: signature.name.into_owned(),
        signature_hash: signature.hash.unwrap_or_default().into_owned(),
        this_update,
        next_update,
        revoked: count,
    };
    Ok(Found { fact, place, problems })
}

/// The common name, or else the whole name.
fn issuer_name(issuer: &[u8]) -> String {
    common_names(issuer).ok().and_then(|names| names.into_iter().next()).unwrap_or_else(|| name_text(issuer))
}

fn optional_time<'a>(body: &mut Elements<'a>) -> Result<Option<Element<'a>>, Malformed> {
    match body.optional(Tag::UtcTime)? {
        Some(time) => Ok(Some(time)),
        None => body.optional(Tag::GeneralizedTime),
    }
}

fn seconds(time: Element<'_>, field: &str, unknown: &mut Vec<Unknown>) -> Option<i64> {
    let seconds = time::seconds(time);
    if seconds.is_none() {
        let reason = "a time of the revocation list cannot be read".to_owned();
        unknown.push(Unknown { field: field.to_owned(), reason });
    }
    seconds
}

/// What a list revokes.
#[derive(Default)]
struct Entries {
    count: u32,
    /// The certificates, and since when they are revoked.
    revoked: Vec<(Issued, i64)>,
}

/// The entries of revokedCertificates, up to the first that cannot be read, which is reported.
fn entries(issuer: &[u8], list: Option<Element<'_>>, unknown: &mut Vec<Unknown>) -> Entries {
    let mut entries = Entries::default();
    let Some(Ok(mut list)) = list.map(Element::elements) else { return entries };
    let mut issuer = issuer;
    while !list.is_empty() {
        match entry(&mut list, &mut issuer) {
            Ok(Some(revoked)) => {
                entries.count += 1;
                entries.revoked.push(revoked);
            }
            Ok(None) => {}
            Err(_) => {
                let reason = format!("entry {} of the revocation list cannot be read", entries.count + 1);
                unknown.push(Unknown { field: "revoked".to_owned(), reason });
                break;
            }
        }
    }
    entries
}

/// The next entry. Returns `None` for an entry that revokes nothing. In an indirect list an entry can name another
/// issuer for itself and those after it (RFC 5280, section 5.3.3).
fn entry<'a>(list: &mut Elements<'a>, issuer: &mut &'a [u8]) -> Result<Option<(Issued, i64)>, Malformed> {
    let mut fields = list.next(Tag::Sequence)?.elements()?;
    let serial = fields.next(Tag::Integer)?.value;
    let date = time::seconds(fields.any()?).ok_or(Malformed("its date is none"))?;
    let mut revokes = true;
    if let Some(extensions) = fields.optional(Tag::Sequence)? {
        let mut extensions = extensions.elements()?;
        while !extensions.is_empty() {
            let mut extension = extensions.next(Tag::Sequence)?.elements()?;
            let oid = extension.next(Tag::ObjectIdentifier)?.value;
            let _critical = extension.optional(Tag::Boolean)?;
            let value = extension.next(Tag::OctetString)?.value;
            if oid == CERTIFICATE_ISSUER {
                *issuer = directory_name(value)?;
            }
            revokes &= oid != REASON_CODE || Elements::of(value).any()?.value != [REMOVE_FROM_CRL];
        }
    }
    Ok(revokes.then(|| (issued(issuer, serial), date)))
}

/// The first directoryName of GeneralNames.
fn directory_name(value: &[u8]) -> Result<&[u8], Malformed> {
    let mut names = Elements::of_sequence(value)?;
    while !names.is_empty() {
        let name = names.any()?;
        if name.tag == context_tag(DIRECTORY_NAME, true) {
            return Ok(name.elements()?.next(Tag::Sequence)?.raw);
        }
    }
    Err(Malformed("the issuer that it names has no name"))
}
