//! JSON Web Encryption (RFC 7516), compact and in JSON: the header states the cipher and how its key is obtained. Not
//! JWS and JWT, which are signed, nor JWK.

use keyreeve_syntax::json;
use keyreeve_syntax::tree::Node;

use super::base64;
use super::found::Found;
use super::hit::{Hit, Text};
use super::values;
use super::values::text as text_of;
use crate::asn1::Malformed;

/// The largest header that is read.
const HEADER_LIMIT: usize = 64 * 1024;

/// Reads the token of five parts that begins at `at`. Returns `None` for any other text, such as a JWT.
pub(super) fn compact(text: &Text<'_>, at: usize) -> Option<Hit> {
    if !base64::starts(text.bytes, at) {
        return None;
    }
    let mut end = base64::url_run(text.bytes, at).end;
    let header_end = end;
    for part in 0..4 {
        if text.bytes.get(end) != Some(&b'.') {
            return None;
        }
        let next = base64::url_run(text.bytes, end + 1);
        // Only the encrypted key may be empty (RFC 7518, section 4.5), and the data.
        if next.is_empty() && matches!(part, 1 | 3) {
            return None;
        }
        end = next.end;
    }
    let header = header(&text.bytes[at..header_end])?;
    let read = found(&[&header]);
    Some(Hit::new(at..end, read))
}

/// Reads a JSON object: general or flattened serialization (RFC 7516, section 7.2). Returns `None` for any other
/// object.
pub(super) fn object(node: &Node) -> Option<Result<Found, Malformed>> {
    values::get(node, "ciphertext")?;
    values::get(node, "iv").or_else(|| values::get(node, "tag"))?;
    let protected = values::get(node, "protected").and_then(text_of).and_then(|protected| header(protected.as_bytes()));
    let shared = values::get(node, "unprotected");
    let recipients = match values::get(node, "recipients") {
        Some(list) => values::items(list).iter().map(|one| values::get(one, "header")).collect(),
        None => vec![values::get(node, "header")],
    };
    let common: Vec<&Node> = protected.iter().chain(shared).collect();
    if !common.iter().chain(recipients.iter().flatten()).any(|one| values::get(one, "enc").is_some()) {
        return None;
    }
    let mut read: Result<Found, Malformed> = Err(Malformed("it has no recipient"));
    for own in recipients {
        let headers: Vec<&Node> = common.iter().copied().chain(own).collect();
        read = match (read, found(&headers)) {
            (Ok(all), Ok(one)) => Ok(all.joined(one)),
            (_, one) => one,
        };
    }
    Some(read)
}

fn header(base64: &[u8]) -> Option<Node> {
    let bytes = base64::decode_url(base64.get(..base64.len().min(HEADER_LIMIT))?)?;
    let root = json::parse(&bytes).documents.into_iter().next()?;
    values::get(&root, "enc").is_some().then_some(root)
}

/// The data and one recipient, given the headers that apply to it.
fn found(headers: &[&Node]) -> Result<Found, Malformed> {
    let member = |name: &str| headers.iter().find_map(|header| values::get(header, name)).and_then(text_of);
    let encryption = member("enc").ok_or(Malformed("its header does not say how it is encrypted"))?;
    let algorithm = member("alg").ok_or(Malformed("its header does not say how its key is had"))?;
    let mut found = Found::new("JWE", "JWE");
    found = match encryption {
        "A128GCM" => found.cipher("aes-128-gcm", 128),
        "A192GCM" => found.cipher("aes-192-gcm", 192),
        "A256GCM" => found.cipher("aes-256-gcm", 256),
        "A128CBC-HS256" => found.cipher("aes-128-cbc", 128),
        "A192CBC-HS384" => found.cipher("aes-192-cbc", 192),
        "A256CBC-HS512" => found.cipher("aes-256-cbc", 256),
        "C20P" => found.cipher("chacha20-poly1305", 256),
        "XC20P" => found.cipher("xchacha20-poly1305", 256),
        other => found.without_cipher(&format!("the encryption {} is not known", keyreeve_source::text::quoted(other))),
    };
    // Every registered cipher authenticates (RFC 7516, section 2).
    found = found.authenticated();
    let name = match member("kid") {
        Some(id) => format!("{algorithm} {id}"),
        None => algorithm.to_owned(),
    };
    if let Some(rest) = algorithm.strip_prefix("PBES2-HS") {
        let count = headers.iter().find_map(|header| values::number(values::get(header, "p2c")?));
        let count = count.ok_or(Malformed("its header does not say the iterations of its key"))?;
        found = found.derived("PBKDF2", format!("hmacWithSHA{}", &rest[..rest.len().min(3)]), count).passphrase();
    } else {
        found = found.recipient(name, None);
    }
    if let Some(bits) = wrap_bits(algorithm) {
        found.item.key_bits = found.item.key_bits.min(bits);
    }
    Ok(found)
}

/// Bits of the AES key that wraps the data key (RFC 7518, sections 4.4, 4.6 to 4.8).
fn wrap_bits(algorithm: &str) -> Option<u32> {
    let wrap = algorithm.rsplit('+').next().unwrap_or_default();
    match wrap {
        "A128KW" | "A128GCMKW" => Some(128),
        "A192KW" | "A192GCMKW" => Some(192),
        _ => None,
    }
}
