//! Names in certificates as OpenSSL writes them. They are neither compared nor checked: strangers chose these texts,
//! and a report has to encode them.

use std::borrow::Cow;

use der::Tag;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::asn1::{Element, Elements, Malformed};

/// id-at-commonName.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The common names in a DER Name, in its order.
pub(crate) fn common_names(name: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut sets = Elements::of_sequence(name)?;
    let mut found = Vec::new();
    while !sets.is_empty() {
        let mut attributes = sets.next(Tag::Set)?.elements()?;
        while !attributes.is_empty() {
            let mut attribute = attributes.next(Tag::Sequence)?.elements()?;
            if attribute.next(Tag::ObjectIdentifier)?.value == COMMON_NAME {
                found.push(string(attribute.any()?));
            }
        }
    }
    Ok(found)
}

/// A DER Name on one line: `C=US, O=Example, CN=www.example.org`.
pub(crate) fn text(name: &[u8]) -> String {
    X509Name::from_der(name).map_or_else(|_| "(cannot be read)".to_owned(), |(_, name)| name.to_string())
}

/// A subject alternative name in the notation of `openssl x509 -text`.
pub(super) fn general(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::RFC822Name(address) => format!("email:{address}"),
        GeneralName::URI(uri) => format!("URI:{uri}"),
        GeneralName::IPAddress(address) => format!("IP Address:{}", address_text(address)),
        GeneralName::DirectoryName(name) => format!("DirName:{name}"),
        GeneralName::RegisteredID(oid) => format!("Registered ID:{oid}"),
        GeneralName::OtherName(oid, _) => format!("othername: {oid}::<unsupported>"),
        GeneralName::X400Address(_) => "X400Name:<unsupported>".to_owned(),
        GeneralName::EDIPartyName(_) => "EdiPartyName:<unsupported>".to_owned(),
        GeneralName::Invalid(tag, bytes) => {
            let kind = ["othername", "email", "DNS", "X400Name", "DirName", "EdiPartyName", "URI"];
            let kind = kind.get(tag.0 as usize).copied().unwrap_or("unknown");
            format!("{kind}:{}", String::from_utf8_lossy(bytes))
        }
    }
}

/// A name without the kind before its colon.
pub(super) fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, bare)| bare)
}

/// At most a hundred characters of a name, for a label.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &name[..end]).into(),
        None => name.into(),
    }
}

/// The text of an IP address; like OpenSSL, it does not shorten IPv6 addresses.
fn address_text(address: &[u8]) -> String {
    if let Ok([a, b, c, d]) = <[u8; 4]>::try_from(address) {
        return format!("{a}.{b}.{c}.{d}");
    }
    if address.len() != 16 {
        return "<invalid>".to_owned();
    }
    let groups = address.as_chunks::<2>().0.iter();
    groups.map(|group| format!("{:X}", u16::from_be_bytes(*group))).collect::<Vec<_>>().join(":")
}

/// A DirectoryString (X.520): Latin-1 for TeletexString, UTF-16 for BMPString, otherwise UTF-8. The DER reader refuses
/// a UniversalString, which RFC 5280 forbids for new subjects.
fn string(value: Element<'_>) -> String {
    match value.tag {
        Tag::TeletexString => value.value.iter().map(|&byte| char::from(byte)).collect(),
        Tag::BmpString => {
            let units = value.value.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => String::from_utf8_lossy(value.value).into_owned(),
    }
}
