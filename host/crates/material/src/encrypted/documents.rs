//! Encrypted values in documents that say what they are: Bitnami SealedSecrets, encrypted keysets of Tink, Rails'
//! credentials. sops is not here, since it changes documents of any kind.

use keyreeve_facts::Text;
use keyreeve_syntax::tree;
use keyreeve_syntax::tree::{Kept, Node};

use super::found::Found;
use super::hit::{Hit, extension};
use super::values;
use super::values::{at, get, text};
use super::{base64, jwe};
use crate::asn1::Malformed;

/// The largest document that is read as a tree.
const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// Where the first word stands in a YAML or JSON document that one of them may be told by.
pub(super) fn mark(name: &str, bytes: &[u8]) -> Option<usize> {
    let is_yaml = is_yaml(name);
    if !is_yaml && !matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..]) {
        return None;
    }
    let marks: &[&[u8]] =
        if is_yaml { &[b"encryptedData"] } else { &[b"encryptedData", b"\"encryptedKeyset\"", b"\"ciphertext\""] };
    marks.iter().find_map(|mark| memchr::memmem::find(bytes, mark))
}

fn is_yaml(name: &str) -> bool {
    matches!(extension(name), "yaml" | "yml")
}

/// What a YAML or JSON document holds of SealedSecrets, and, if it is JSON, of Tink and JOSE.
pub(super) fn read(content: &Text<'_>) -> Vec<Hit> {
    let (name, bytes) = (content.name(), content.bytes());
    let Some(mark) = mark(name, bytes) else { return Vec::new() };
    if bytes.len() > SIZE_LIMIT {
        return vec![Hit::new(
            mark..mark + 1,
            Err(Malformed("the document is too large for what is encrypted in it to be found")),
        )];
    }
    let tree = if is_yaml(name) { content.yaml(Kept::Named) } else { content.json(Kept::Named) };
    let cut = tree.cut.map(|span| Hit::new(span.range(), Err(Malformed(tree::TOO_MANY))));
    tree.documents.iter().flat_map(values::maps).filter_map(one).chain(cut).collect()
}

/// What one map contains.
fn one(map: &Node) -> Option<Hit> {
    let found = sealed(map).or_else(|| tink(map)).or_else(|| jwe::object(map))?;
    Some(Hit::new(map.span.range(), found))
}

/// Each value has its own key of AES-256-GCM, encrypted under the controller's RSA key (sealed-secrets, pkg/crypto).
fn sealed(resource: &Node) -> Option<Result<Found, Malformed>> {
    let is_sealed = get(resource, "kind").and_then(text) == Some("SealedSecret");
    at(resource, &["spec", "encryptedData"]).filter(|_| is_sealed)?;
    let found = Found::new("SealedSecret", "SealedSecret").cipher("aes-256-gcm", 256).authenticated();
    Some(Ok(found.recipient("the controller's RSA key", None)))
}

/// An encrypted keyset of Tink. Only the key management service knows how it is encrypted.
fn tink(keyset: &Node) -> Option<Result<Found, Malformed>> {
    let encrypted = get(keyset, "encryptedKeyset").and_then(text)?;
    get(keyset, "keysetInfo")?;
    let reason = "the cipher of an encrypted keyset is known to the service that has its key";
    let found = Found::new("Tink", "Tink keyset").without_cipher(reason).authenticated();
    let found = found.recipient("key management service", None);
    let is_sound = base64::decode(encrypted.as_bytes()).is_some();
    Some(if is_sound { Ok(found) } else { Err(Malformed("its base64 is cut off, or has padding inside")) })
}

/// `credentials.yml.enc` and the like (ActiveSupport::EncryptedFile): data, IV and tag in base64, separated by `--`.
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
