//! Encrypted data: whole files and values in files that nobody can read without a key; and the secret files that open
//! them, if no other format knows those. Nothing is decrypted, and rules judge whether a cipher is good enough.

mod age;
mod ansible;
mod aws;
mod base64;
mod bitlocker;
mod cms;
mod documents;
mod eyaml;
mod folders;
mod found;
mod hit;
mod jwe;
mod keepass;
mod luks;
mod openpgp;
mod secrets;
mod seven_zip;
mod sops;
mod text;
mod tokens;
mod values;
mod zip;

use keyreeve_contract::FactKind;
use keyreeve_facts::{Claim, Format, Look, Out, Reading, Row, Text};
use keyreeve_source::problem::Problem;
use keyreeve_source::{Location, Span, is_text};

use super::asn1::Malformed;
use super::fields::CUT_OFF;
use found::Found;
use hit::Hit;

/// Reads a file that is encrypted as a whole.
type FileReader = fn(&[u8]) -> Result<Vec<Found>, Malformed>;

/// How encrypted files begin, each with its reader.
const MAGICS: [(&[u8], FileReader); 6] = [
    (b"\0GITCRYPT\0", git_crypt),
    (b"Salted__", tokens::openssl_file),
    (luks::MAGIC, luks::file),
    (keepass::MAGIC, keepass::file),
    (zip::MAGIC, zip::file),
    (seven_zip::MAGIC, seven_zip::file),
];

/// Files that are recognised by their name.
const NAMES: [(&str, FileReader); 5] = [
    ("gocryptfs.conf", folders::gocryptfs),
    (".gocryptfs.reverse.conf", folders::gocryptfs),
    ("masterkey.cryptomator", folders::cryptomator_key),
    ("vault.cryptomator", folders::cryptomator_vault),
    (".encfs6.xml", folders::encfs),
];

/// Encrypted files and values, in any file.
#[derive(Debug)]
pub struct EncryptedData;

impl Format for EncryptedData {
    const ROW: Row = Row {
        id: "encrypted",
        title: "encrypted data",
        makes: &[FactKind::EncryptedData, FactKind::Keys],
        exclusive: false,
        names: &[],
        marks: &["-----BEGIN "],
        templates: false,
        // An age file, LUKS, KeePass, CMS.
        beginnings: &[b"age-encryption.org/v1\n", luks::MAGIC, keepass::MAGIC, &[0x30, 0x82]],
    };

    type Part = ();

    fn claims(look: &Look<'_>) -> Claim {
        if recognises(look.name, look.bytes) { Claim::Perhaps } else { Claim::No }
    }

    fn read(text: &Text<'_>, out: &mut Out<'_>) -> Option<()> {
        out.reading = read(text);
        (!out.reading.is_empty()).then_some(())
    }
}

/// Whether a file may hold any of it. Asked of every file: one pass over a text, the first bytes of anything else.
pub fn recognises(name: &str, bytes: &[u8]) -> bool {
    if secrets::kind(name, bytes).is_some() {
        return true;
    }
    if let Some(read) = whole_file(name, bytes) {
        return !matches!(read(bytes), Ok(found) if found.is_empty());
    }
    is_text(bytes) && text::is_announced(name, bytes)
}

/// Everything of the kind in a source. What is damaged is a problem at its place; secret are the files that open others.
pub fn read(text: &Text<'_>) -> Reading {
    let (id, name, bytes) = (text.id, text.name(), text.bytes());
    let mut reading = Reading::default();
    if let Some(kind) = secrets::kind(name, bytes) {
        for (key, place) in secrets::read(kind, id, bytes) {
            reading.secrets.push((id, place.home.span));
            reading.facts.keys.push(key, place);
        }
        return reading;
    }
    let mut found = Vec::new();
    let mut problem = |span: Span, reason: Malformed| {
        let message = format!("the encrypted data cannot be read: {reason}");
        reading.problems.push(Problem::parse(Location { source: id, span }, message));
    };
    if let Some(read) = whole_file(name, bytes) {
        match read(bytes) {
            Ok(all) => found.extend(all.into_iter().map(|one| one.spanning(0..bytes.len()))),
            Err(reason) => problem(Span::new(0, bytes.len()), reason),
        }
    } else if is_text(bytes) {
        for Hit { span, read } in text::scan(text) {
            match read {
                Ok(one) => found.push(one),
                Err(reason) => problem(Span::new(span.start, span.end.min(bytes.len())), reason),
            }
        }
    }
    for (item, place) in found::facts(found, id) {
        reading.facts.encrypted_data.push(item, place);
    }
    reading
}

/// The reader of a file that is encrypted as a whole, chosen by the file's beginning or name.
fn whole_file(name: &str, bytes: &[u8]) -> Option<FileReader> {
    let file = name.rsplit('/').next().unwrap_or_default();
    let by_magic = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, read)| read);
    let by_name = || NAMES.iter().find(|(known, _)| *known == file).map(|&(_, read)| read);
    let by_form = || -> Option<FileReader> {
        match bytes.first()? {
            b'a' if age::is_file(bytes) => Some(age::file),
            0x30 if cms::is_enveloped(bytes) => Some(cms::file),
            1 | 2 if aws::is_message(bytes) => Some(aws::file),
            0x80.. if bytes[bitlocker::MAGIC_OFFSET.min(bytes.len())..].starts_with(bitlocker::MAGIC) => {
                Some(bitlocker::file)
            }
            0x80.. if openpgp::is_message(name, bytes) => Some(openpgp::file),
            _ if file.ends_with(".yml.enc") => Some(documents::rails),
            _ => None,
        }
    };
    by_magic.or_else(by_name).or_else(by_form)
}

/// A file of git-crypt: AES-256 in counter mode. The start of the counter is a MAC of the content, which decryption
/// verifies (git-crypt, commands.cpp).
fn git_crypt(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    const NONCE: usize = 12;
    if bytes.len() < b"\0GITCRYPT\0".len() + NONCE {
        return Err(CUT_OFF);
    }
    Ok(vec![Found::new("git-crypt", "git-crypt file").cipher("aes-256-ctr", 256).authenticated()])
}
