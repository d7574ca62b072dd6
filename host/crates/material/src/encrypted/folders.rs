//! The files that say how the folders of gocryptfs, Cryptomator and EncFS are encrypted. The encrypted files themselves
//! have no form that could be recognised.

use super::base64;
use super::found::Found;
use super::values::{at, get, items, number, sound_json, text};
use crate::asn1::Malformed;

const DAMAGED: Malformed = Malformed("its JSON is damaged");

/// `gocryptfs.conf`: AES-256-GCM unless a flag says otherwise; scrypt.
pub(super) fn gocryptfs(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let root = sound_json(bytes).ok_or(DAMAGED)?;
    get(&root, "EncryptedKey").ok_or(Malformed("it has no encrypted key"))?;
    let flags: Vec<&str> =
        get(&root, "FeatureFlags").map_or(Vec::new(), |flags| items(flags).iter().filter_map(text).collect());
    let cipher = match () {
        () if flags.contains(&"AESSIV") => ("aes-256-siv", 512),
        () if flags.contains(&"XChaCha20Poly1305") => ("xchacha20-poly1305", 256),
        () => ("aes-256-gcm", 256),
    };
    let cost = at(&root, &["ScryptObject", "N"]).and_then(number).ok_or(Malformed("it states no cost of scrypt"))?;
    let found = Found::new("gocryptfs", "gocryptfs folder").cipher(cipher.0, cipher.1).authenticated();
    Ok(vec![found.derived("scrypt", "", cost).passphrase()])
}

/// `masterkey.cryptomator`: the keys of a vault under a passphrase, wrapped by AES-256. Up to version 7 it also says
/// how the files are encrypted.
pub(super) fn cryptomator_key(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let root = sound_json(bytes).ok_or(DAMAGED)?;
    get(&root, "primaryMasterKey").ok_or(Malformed("it has no master key"))?;
    let cost = get(&root, "scryptCostParam").and_then(number).ok_or(Malformed("it states no cost of scrypt"))?;
    let found = Found::new("Cryptomator", "Cryptomator master key").cipher("id-aes256-wrap", 256).authenticated();
    Ok(vec![found.derived("scrypt", "", cost).passphrase()])
}

/// `vault.cryptomator`: a JWT whose payload names how the files of a vault are encrypted.
pub(super) fn cryptomator_vault(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let payload = bytes.trim_ascii().split(|byte| *byte == b'.').nth(1).and_then(base64::decode_url);
    let root = payload.and_then(|payload| sound_json(&payload)).ok_or(Malformed("its JWT is damaged"))?;
    let found = Found::new("Cryptomator", "Cryptomator vault").authenticated();
    Ok(vec![match get(&root, "cipherCombo").and_then(text) {
        Some("SIV_GCM") => found.cipher("aes-256-gcm", 256),
        Some("SIV_CTRMAC") => found.cipher("aes-256-ctr", 256),
        _ => found.without_cipher("its combination of ciphers is not known"),
    }])
}

/// `.encfs6.xml`: the names and numbers of EncFS's volume.
pub(super) fn encfs(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let content = std::str::from_utf8(bytes).map_err(|_| Malformed("it is no text"))?;
    let algorithm = element(content, "cipherAlg").and_then(|cipher| element(cipher, "name"));
    let algorithm = algorithm.ok_or(Malformed("it names no cipher"))?;
    let bits = element(content, "keySize")
        .and_then(|bits| bits.parse().ok())
        .ok_or(Malformed("it states no length of its key"))?;
    let found = Found::new("EncFS", "EncFS folder");
    let found = match algorithm {
        "ssl/aes" => found.cipher(format!("aes-{bits}-cbc"), bits),
        "ssl/blowfish" => found.cipher(format!("bf-{bits}-cbc"), bits),
        "ssl/camellia" => found.cipher(format!("camellia-{bits}-cbc"), bits),
        _ => found.without_cipher("its cipher is not known"),
    };
    // The number of bytes of the optional MAC before each block.
    let macs = element(content, "blockMACBytes").and_then(|count| count.parse::<u32>().ok());
    let found = if macs.is_some_and(|count| count > 0) { found.authenticated() } else { found };
    let iterations = element(content, "kdfIterations").and_then(|count| count.parse().ok());
    Ok(vec![match iterations {
        Some(count) => found.derived("PBKDF2", "hmacWithSHA1", count).passphrase(),
        None => found.passphrase(),
    }])
}

/// The content of the first XML element of that name.
fn element<'a>(content: &'a str, name: &str) -> Option<&'a str> {
    let open = content.find(&format!("<{name}>")).map(|at| at + name.len() + 2).or_else(|| {
        let at = content.find(&format!("<{name} "))?;
        Some(at + content[at..].find('>')? + 1)
    })?;
    let length = content[open..].find(&format!("</{name}>"))?;
    Some(content[open..open + length].trim())
}
