//! Finds encrypted values in a text by the marks that they begin with, in one pass. How each is read is not here.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::hit::{Armor, BROKEN, Hit, Text};
use super::{age, ansible, aws, cms, documents, eyaml, jwe, openpgp, sops, tokens};

/// Reads what begins at a place. Returns `None` if it only looks like it.
type Reader = fn(&Text<'_>, usize) -> Option<Hit>;

/// The marks, each with its reader.
const MARKS: [(&str, Reader); 19] = [
    ("-----BEGIN AGE ENCRYPTED FILE-----", armored_age),
    ("-----BEGIN PGP MESSAGE-----", armored_openpgp),
    ("-----BEGIN CMS-----", cms::armored),
    ("-----BEGIN PKCS7-----", cms::armored),
    ("-----BEGIN PKCS #7 ", cms::armored),
    ("smime-type=enveloped-data", cms::mime),
    ("smime-type=\"enveloped-data", cms::mime),
    ("smime-type=authEnveloped-data", cms::mime),
    (ansible::MARK, ansible::read),
    ("ENC[PKCS7,", eyaml::read),
    ("ENC[GPG,", eyaml::read),
    ("vault:v", tokens::transit),
    ("encrypted:", tokens::dotenvx),
    ("gAAAAA", tokens::fernet),
    ("U2FsdGVkX1", tokens::openssl_base64),
    ("eyJ", jwe::compact),
    ("AYA", aws::encoded),
    ("AgR4", aws::encoded),
    ("AgV4", aws::encoded),
];

static SEARCHER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut searcher = AhoCorasick::builder();
    let searcher = searcher.match_kind(MatchKind::LeftmostFirst).build(MARKS.iter().map(|(mark, _)| mark));
    searcher.expect("a few short marks")
});

/// Whether a text may hold any of it: what takes a tree to be found counts by its mark.
pub(super) fn is_announced(name: &str, bytes: &[u8]) -> bool {
    let mut any = sops::mark(bytes).is_some() || documents::mark(name, bytes).is_some();
    if !any {
        values(&Text { bytes }, &(0..0), |_| {
            any = true;
            false
        });
    }
    any
}

/// Everything that is found, in the order of its kinds.
pub(super) fn scan(text: &keyreeve_facts::Text<'_>) -> Vec<Hit> {
    let sops = sops::read(text);
    // What stands in the metadata of sops is the key of the file, encrypted for each recipient.
    let covered = sops.as_ref().map_or(0..0, |hit| hit.span.clone());
    let mut hits: Vec<Hit> = sops.into_iter().chain(documents::read(text)).collect();
    values(&Text { bytes: text.bytes() }, &covered, |hit| {
        hits.push(hit);
        true
    });
    hits
}

/// Hands over the values that are found by their marks, outside of a range, until it is enough.
fn values(text: &Text<'_>, covered: &Range<usize>, mut take: impl FnMut(Hit) -> bool) {
    let mut at = 0;
    for mark in SEARCHER.find_iter(text.bytes) {
        if mark.start() < at || covered.contains(&mark.start()) {
            continue;
        }
        let (_, read) = MARKS[mark.pattern()];
        if let Some(hit) = read(text, mark.start()) {
            at = hit.span.end;
            if !take(hit) {
                return;
            }
        }
    }
}

fn armored_age(text: &Text<'_>, at: usize) -> Option<Hit> {
    let Armor { whole, body, .. } = text.armor(at)?;
    Some(Hit::new(whole, body.map_err(|_| BROKEN).and_then(|bytes| age::decoded(&bytes))))
}

/// A message that is only signed or compressed is not encrypted.
fn armored_openpgp(text: &Text<'_>, at: usize) -> Option<Hit> {
    let Armor { whole, body, .. } = text.armor(at)?;
    let read = body.map_err(|_| BROKEN).and_then(|bytes| openpgp::read(&bytes)).transpose()?;
    Some(Hit::new(whole, read))
}
