//! Encrypted values that a document states as such: Bitnami SealedSecrets, encrypted keysets of Tink, Rails' credentials. Not sops, which
//! changes documents of any kind.

use super::base64;
use super::found::Found;
use super::text::{Hit, Text};
use super::values::{at, get, object_around, text};
use crate::facts::asn1::Malformed;
use crate::facts::tree::Node;
use crate::facts::{json, yaml};
use crate::source::Span;

/// Largest document that is read as a tree.
const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// The resources of the kind SealedSecret in a Kubernetes manifest; each is one.
pub(super) fn sealed_secrets(content: &Text<'_>) -> Vec<Found> {
    let has_marks = |mark: &[u8]| memchr::memmem::find(content.bytes, mark).is_some();
    if content.bytes.len() > SIZE_LIMIT || !has_marks(b"SealedSecret") || !has_marks(b"encryptedData") {
        return Vec::new();
    }
    let tree = match content.extension() {
        "json" => json::parse(content.bytes),
        "yaml" | "yml" => yaml::parse(content.bytes),
        _ => return Vec::new(),
    };
    tree.documents.iter().flat_map(resources).filter_map(sealed).collect()
}

/// The resources of a document: itself, or the items of a List.
fn resources(root: &Node) -> Vec<&Node> {
    match get(root, "items") {
        Some(list) => super::values::items(list).iter().collect(),
        None => vec![root],
    }
}

/// Each value has a key of its own of AES-256-GCM under the controller's RSA key (sealed-secrets, pkg/crypto).
fn sealed(resource: &Node) -> Option<Found> {
    let is_sealed = get(resource, "kind").and_then(text) == Some("SealedSecret");
    let data = at(resource, &["spec", "encryptedData"]).filter(|_| is_sealed)?;
    let span: Span = data.span;
    let found = Found::new("SealedSecret", "SealedSecret").cipher("aes-256-gcm", 256).authenticated();
    Some(found.recipient("the controller's RSA key", None).spanning(span.range()))
}

/// An encrypted keyset of Tink: the object with `encryptedKeyset` at `at`. How it is encrypted only the key management service knows.
pub(super) fn tink(content: &Text<'_>, at: usize) -> Option<Hit> {
    let (range, root) = object_around(content.bytes, at)?;
    let keyset = get(&root, "encryptedKeyset").and_then(text)?;
    get(&root, "keysetInfo")?;
    let reason = "the cipher of an encrypted keyset is known to the service that has its key";
    let found = Found::new("Tink", "Tink keyset")
        .without_cipher(reason)
        .authenticated()
        .recipient("key management service", None);
    let read = base64::decode(keyset.as_bytes()).map(|_| found);
    Some(Hit::new(range, read.ok_or(Malformed("its base64 is cut off, or has padding inside"))))
}

/// `credentials.yml.enc` and its like (ActiveSupport::EncryptedFile): data, IV and tag in base64, with `--` between them.
pub(super) fn rails(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let content = std::str::from_utf8(bytes.trim_ascii()).map_err(|_| Malformed("it is no text"))?;
    let parts: Option<Vec<Vec<u8>>> = content.split("--").map(|part| base64::decode(part.as_bytes())).collect();
    let lengths = parts.map(|parts| parts.iter().map(Vec::len).collect::<Vec<_>>());
    match lengths.as_deref() {
        Some([_, 12, 16]) => {
            let reason =
                "the file does not state the length of its key: Rails takes 128 bits, an application may take 256";
            Ok(vec![Found::new("Rails", "Rails credentials").without_cipher(reason).authenticated()])
        }
        _ => Err(Malformed("it is not made of data, IV and tag")),
    }
}
