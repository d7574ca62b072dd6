//! PKCS#12 (RFC 7292): the content of its bags that are in plaintext or can be opened with a password, and how the
//! others are encrypted. Its integrity check is described but not verified.

use der::Tag;

use super::asn1::{Element, Elements, Malformed};
use super::container::{Item, Sink, encrypted, tried};
use super::key::{Found, PublicHalf, Shape, encryption};
use super::oid;
use super::oid::{Oid, oid};
use super::password::{Opened, Opener};
use super::{ber, certificate, pkcs7};

const DATA: Oid = oid("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: Oid = oid("1.2.840.113549.1.7.6");
const PBMAC1: Oid = oid("1.2.840.113549.1.5.14");
// Bags: RFC 7292, section 4.2.
const KEY_BAG: Oid = oid("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: Oid = oid("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: Oid = oid("1.2.840.113549.1.12.10.1.3");
const CRL_BAG: Oid = oid("1.2.840.113549.1.12.10.1.4");
const SECRET_BAG: Oid = oid("1.2.840.113549.1.12.10.1.5");
const SAFE_CONTENTS_BAG: Oid = oid("1.2.840.113549.1.12.10.1.6");
/// localKeyId, which connects a key with its certificate (RFC 2985, section 5.5.2).
const LOCAL_KEY_ID: Oid = oid("1.2.840.113549.1.9.21");
const X509_CERTIFICATE: Oid = oid("1.2.840.113549.1.9.22.1");
const X509_CRL: Oid = oid("1.2.840.113549.1.9.23.1");
/// How deeply bags may be nested.
const DEPTH: u32 = 8;
const FORMAT: &str = "PKCS#12";

/// Passes on the content of a PFX. A part that cannot be read is a problem of its own.
pub(crate) fn read(ber: &[u8], opener: &mut Opener<'_>, sink: &mut Sink<'_>) -> Result<(), Malformed> {
    let der = ber::to_der(ber)?;
    let mut fields = Elements::of_sequence(&der)?;
    fields.next(Tag::Integer)?;
    let safe = fields.next(Tag::Sequence)?;
    let mac = fields.optional(Tag::Sequence)?.map(mac).transpose()?;
    let mut reader = Reader { opener, sink, mac, keys: Vec::new(), certified: Vec::new() };
    let content = reader.authenticated(safe)?;
    // If the file was BER, its strings may contain BER as well.
    let content = ber::to_der(content)?;
    let mut safes = Elements::of_sequence(&content)?;
    while !safes.is_empty() {
        let safe = safes.next(Tag::Sequence)?;
        if let Err(reason) = reader.safe(safe) {
            (reader.sink)(Item::Problem(format!("a part of the PKCS#12 file cannot be read: {reason}")));
        }
    }
    reader.hand_on_keys();
    Ok(())
}

struct Reader<'r, 'o, 's> {
    opener: &'r mut Opener<'o>,
    sink: &'r mut Sink<'s>,
    /// The hash of its MacData, and the iterations.
    mac: Option<(String, u64)>,
    /// Keys, held until all certificates are known: those may have a public half that a key does not show.
    keys: Vec<Keyed>,
    /// Public keys of certificates by their localKeyId.
    certified: Vec<(Vec<u8>, PublicHalf<'static>)>,
}

/// A key, the DER of its bag's value, and its localKeyId, which is empty if it has none.
struct Keyed {
    found: Found<'static>,
    value: Vec<u8>,
    id: Vec<u8>,
}

impl Reader<'_, '_, '_> {
    /// The AuthenticatedSafe: in Data for password integrity, in SignedData for public-key integrity.
    fn authenticated<'a>(&mut self, safe: Element<'a>) -> Result<&'a [u8], Malformed> {
        let mut fields = safe.elements()?;
        let (kind, content) = (fields.any()?.oid()?, content(&mut fields)?);
        if kind == DATA {
            return octets(content);
        }
        if kind != pkcs7::SIGNED_DATA {
            return Err(Malformed("its authenticated safe is neither data nor signed data"));
        }
        let mut encapsulated = pkcs7::signed_data(content, self.sink)?.elements()?;
        encapsulated.any()?;
        octets(self::content(&mut encapsulated)?)
    }

    /// One ContentInfo of the AuthenticatedSafe.
    fn safe(&mut self, safe: Element<'_>) -> Result<(), Malformed> {
        let mut fields = safe.elements()?;
        let kind = fields.any()?.oid()?;
        match kind {
            DATA => self.bags(octets(content(&mut fields)?)?, DEPTH),
            ENCRYPTED_DATA => self.encrypted_safe(content(&mut fields)?),
            _ => Err(Malformed("it is encrypted for a public key, or is of a kind that is not known")),
        }
    }

    /// EncryptedData (RFC 5652, section 8) with bags inside.
    fn encrypted_safe(&mut self, data: Element<'_>) -> Result<(), Malformed> {
        let mut fields = data.elements()?;
        fields.next(Tag::Integer)?;
        let mut fields = fields.next(Tag::Sequence)?.elements()?;
        fields.any()?;
        let algorithm = fields.next(Tag::Sequence)?;
        let content = fields.any()?;
        // The implicit tag does not show whether BER left the string in pieces.
        let pieces = if content.tag.is_constructed() { Some(ber::joined(content.value)?) } else { None };
        let ciphertext = pieces.as_deref().unwrap_or(content.value);
        let encryption = encryption::of_pkcs8(algorithm.algorithm()?)?;
        let part = encrypted(FORMAT, encryption, self.mac.as_ref());
        let is_sound = |plain: &[u8]| ber::length(plain) == Ok(plain.len()) && plain.first() == Some(&0x30);
        let opened = self.opener.open(algorithm, ciphertext, is_sound);
        if let Some(part) = tried(part, &opened) {
            (self.sink)(Item::Encrypted(part, data.raw));
        }
        match opened? {
            Opened::NotTried => Ok(()),
            Opened::Wrong => Err(Malformed("none of the passwords opens it")),
            Opened::Plain(plain) | Opened::Unprotected(plain) => self.bags(&plain, DEPTH),
        }
    }

    /// SafeContents: a sequence of bags. A bag that cannot be read is a problem of its own.
    fn bags(&mut self, contents: &[u8], depth: u32) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("its bags are nested too deeply"))?;
        let contents = ber::to_der(contents)?;
        let mut bags = Elements::of_sequence(&contents)?;
        while !bags.is_empty() {
            let mut bag = bags.next(Tag::Sequence)?.elements()?;
            let kind = bag.any()?.oid()?;
            let read = bag_value(bag).and_then(|(value, id)| self.bag(kind, value, id, depth));
            if let Err(reason) = read {
                (self.sink)(Item::Problem(format!("a bag of the PKCS#12 file cannot be read: {reason}")));
            }
        }
        Ok(())
    }

    fn bag(&mut self, kind: Oid, value: Element<'_>, id: &[u8], depth: u32) -> Result<(), Malformed> {
        match kind {
            KEY_BAG => {
                let found = Found::in_der(Shape::Pkcs8, value.raw)?.ok_or(Malformed("it holds no key"))?;
                self.keep(found, value, id);
            }
            SHROUDED_KEY_BAG => {
                let found = Found::in_encrypted_der(value.raw, self.opener)?;
                self.keep(found, value, id);
            }
            CERTIFICATE_BAG => {
                if let Some(certificate) = typed(value, X509_CERTIFICATE)? {
                    let der = octets(certificate)?;
                    if let Ok(half) = certificate::public_half(der) {
                        self.certified.push((id.to_vec(), half.into_owned()));
                    }
                    (self.sink)(Item::Certificate(der));
                }
            }
            CRL_BAG => {
                if let Some(list) = typed(value, X509_CRL)? {
                    (self.sink)(Item::RevocationList(octets(list)?));
                }
            }
            SECRET_BAG => self.secret(value)?,
            SAFE_CONTENTS_BAG => self.bags(value.raw, depth)?,
            _ => return Err(Malformed("it is of a kind that is not known")),
        }
        Ok(())
    }

    fn keep(&mut self, found: Found<'_>, value: Element<'_>, id: &[u8]) {
        let found = found.in_container(FORMAT).into_owned();
        self.keys.push(Keyed { found, value: value.raw.to_vec(), id: id.to_vec() });
    }

    /// Passes on the keys, each with the public half of the certificate that has its localKeyId.
    fn hand_on_keys(&mut self) {
        for Keyed { found, value, id } in self.keys.drain(..) {
            let certificate = self.certified.iter().find(|(of, _)| !id.is_empty() && *of == id);
            let found = match certificate {
                Some((_, half)) if !found.is_known() => found.certified(Some(half.clone())),
                _ => found,
            };
            (self.sink)(Item::Key(found, &value));
        }
    }

    /// A secret of any kind; Java puts symmetric keys here, each in an EncryptedPrivateKeyInfo.
    fn secret(&mut self, value: Element<'_>) -> Result<(), Malformed> {
        let mut fields = value.elements()?;
        fields.any()?;
        let secret = content(&mut fields)?.value;
        let found = match Shape::of(secret) {
            Some(Shape::EncryptedPkcs8) => {
                let algorithm = Elements::of_sequence(secret)?.any()?.algorithm()?;
                Found::symmetric(FORMAT, 0).encrypted(encryption::of_pkcs8(algorithm)?)
            }
            _ => Found::symmetric(FORMAT, 0),
        };
        let found = found.hidden_since("the container does not say how long the key is");
        (self.sink)(Item::Key(found, value.raw));
        Ok(())
    }
}

/// The value of a SafeBag and its localKeyId, which is empty if it has none (RFC 7292, section 4.2).
fn bag_value(mut bag: Elements<'_>) -> Result<(Element<'_>, &[u8]), Malformed> {
    let value = content(&mut bag)?;
    let Some(attributes) = bag.optional(Tag::Set)? else { return Ok((value, &[])) };
    let mut attributes = attributes.elements()?;
    while !attributes.is_empty() {
        let mut attribute = attributes.next(Tag::Sequence)?.elements()?;
        if attribute.any()?.oid()? == LOCAL_KEY_ID {
            let id = attribute.next(Tag::Set)?.elements()?.any()?;
            return Ok((value, id.value));
        }
    }
    Ok((value, &[]))
}

/// The content of the explicit tag 0 that comes next.
fn content<'a>(fields: &mut Elements<'a>) -> Result<Element<'a>, Malformed> {
    fields.context(0)?.ok_or(Malformed("its content is missing"))?.elements()?.any()
}

fn octets(element: Element<'_>) -> Result<&[u8], Malformed> {
    if element.tag == Tag::OctetString { Ok(element.value) } else { Err(Malformed("its content is no string")) }
}

/// The value of a CertBag or CRLBag of that type. Returns `None` for another type (SDSI certificates).
fn typed(value: Element<'_>, kind: Oid) -> Result<Option<Element<'_>>, Malformed> {
    let mut fields = value.elements()?;
    if fields.any()?.oid()? == kind { content(&mut fields).map(Some) } else { Ok(None) }
}

/// The hash of MacData and its iterations: RFC 7292, section 4; for PBMAC1, those of its PBKDF2 (RFC 9579).
fn mac(data: Element<'_>) -> Result<(String, u64), Malformed> {
    let mut fields = data.elements()?;
    let algorithm = fields.next(Tag::Sequence)?.elements()?.any()?.algorithm()?;
    fields.next(Tag::OctetString)?;
    if algorithm.oid == PBMAC1 {
        let parameters = algorithm.parameters.ok_or(Malformed("its PBMAC1 has no parameters"))?;
        let (iterations, _) = encryption::pbkdf2(parameters.elements()?.any()?.algorithm()?)?;
        return Ok(("PBMAC1".to_owned(), iterations));
    }
    let iterations = fields.optional(Tag::Integer)?.map(Element::small).transpose()?;
    Ok((oid::digest(&algorithm.oid).into_owned(), iterations.unwrap_or(1)))
}
