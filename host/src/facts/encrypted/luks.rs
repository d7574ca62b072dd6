//! Headers of LUKS 1 and 2 volumes: cipher, key length, and how each slot makes a key of a passphrase. Not the slots' contents.

use super::found::Found;
use super::values;
use crate::facts::asn1::Malformed;
use crate::facts::fields::Fields;
use crate::facts::tree::Node;

/// What both versions begin with.
pub(super) const MAGIC: &[u8] = b"LUKS\xba\xbe";

/// Where the JSON of version 2 begins, and the largest header there is (LUKS2 On-Disk Format Specification, 2.1).
const JSON_OFFSET: usize = 4096;
const LARGEST_HEADER: u64 = 4 * 1024 * 1024;
/// The mark of a slot in use, and how many slots there are (LUKS1 On-Disk Format Specification, 2.1).
const ACTIVE: u32 = 0x00ac_71f3;
const SLOTS: usize = 8;

/// A whole volume, or as much of it as there is.
pub(super) fn file(bytes: &[u8]) -> Result<Vec<Found>, Malformed> {
    let mut fields = Fields::at(bytes, MAGIC.len())?;
    match fields.u16()? {
        1 => first(fields),
        2 => second(bytes, fields),
        _ => Err(Malformed("its version of LUKS is not known")),
    }
    .map(|found| vec![found])
}

fn first(mut fields: Fields<'_>) -> Result<Found, Malformed> {
    let [name, mode, hash] = [padded(&mut fields)?, padded(&mut fields)?, padded(&mut fields)?];
    fields.u32()?;
    let bits = fields.u32()?.checked_mul(8).ok_or(Malformed("the length of its key is out of range"))?;
    fields.take(20 + 32 + 4 + 40)?;
    let mut iterations: Option<u64> = None;
    for _ in 0..SLOTS {
        let (state, count) = (fields.u32()?, u64::from(fields.u32()?));
        fields.take(32 + 4 + 4)?;
        if state == ACTIVE {
            iterations = Some(iterations.map_or(count, |least| least.min(count)));
        }
    }
    let found = ciphered(Found::new("LUKS1", "LUKS1 volume"), &format!("{name}-{mode}"), bits);
    Ok(match iterations {
        Some(iterations) => found.derived("PBKDF2", hmac(hash), iterations).passphrase(),
        None => found,
    })
}

fn second(bytes: &[u8], mut fields: Fields<'_>) -> Result<Found, Malformed> {
    let size = fields.u64()?;
    if !(JSON_OFFSET as u64 + 1..=LARGEST_HEADER).contains(&size) {
        return Err(Malformed("the length of its header is out of range"));
    }
    let area = bytes.get(JSON_OFFSET..size as usize).ok_or(Malformed("its header is cut off"))?;
    let end = memchr::memchr(0, area).unwrap_or(area.len());
    let root = values::sound_json(&area[..end]).ok_or(Malformed("the JSON of its header is damaged"))?;
    let segment = values::get(&root, "segments").and_then(|segments| {
        segments.members().iter().map(|member| &member.value).find(|one| values::get(one, "encryption").is_some())
    });
    let segment = segment.ok_or(Malformed("its header has no encrypted segment"))?;
    let cipher = values::get(segment, "encryption").and_then(values::text).unwrap_or_default();
    let mut found = Found::new("LUKS2", "LUKS2 volume");
    let slots: Vec<&Node> = values::get(&root, "keyslots")
        .map_or(Vec::new(), |slots| slots.members().iter().map(|member| &member.value).collect());
    let bits = slots.iter().filter_map(|slot| values::number(values::get(slot, "key_size")?)).min();
    found = match bits.and_then(|bytes| u32::try_from(bytes.checked_mul(8)?).ok()) {
        Some(bits) => ciphered(found, cipher, bits),
        None => ciphered(found, cipher, 0).unknown("key-bits", "no slot states the length of the volume's key"),
    };
    if values::get(segment, "integrity").is_some() {
        found = found.authenticated();
    }
    weakest_slot(found, &slots)
}

/// The key derivation of the slot that is the cheapest to guess: PBKDF2 before Argon2, the fewest iterations.
fn weakest_slot(mut found: Found, slots: &[&Node]) -> Result<Found, Malformed> {
    let mut weakest: Option<(bool, u64, &str, String)> = None;
    for slot in slots {
        let Some(kdf) = values::get(slot, "kdf") else { continue };
        let kind = values::get(kdf, "type").and_then(values::text).unwrap_or_default();
        let (name, count, prf) = match kind {
            "pbkdf2" => {
                let hash = values::get(kdf, "hash").and_then(values::text).unwrap_or_default();
                ("PBKDF2", "iterations", hmac(hash))
            }
            "argon2id" => ("Argon2id", "time", String::new()),
            "argon2i" => ("Argon2i", "time", String::new()),
            _ => return Err(Malformed("a slot has a key derivation that is not known")),
        };
        let count = values::get(kdf, count).and_then(values::number);
        let count = count.ok_or(Malformed("a slot does not state the cost of its key derivation"))?;
        let this = (kind != "pbkdf2", count, name, prf);
        weakest = weakest.into_iter().chain([this]).min();
    }
    if let Some((_, count, name, prf)) = weakest {
        found = found.derived(name, prf, count).passphrase();
    }
    Ok(found)
}

/// dm-crypt's `aes-xts-plain64` as the contract spells it; the initial vector is left out.
fn ciphered(found: Found, specification: &str, bits: u32) -> Found {
    let mut words = specification.splitn(3, '-');
    let (name, mode) = (words.next().unwrap_or_default(), words.next().unwrap_or("cbc"));
    let mode = mode.split(':').next().unwrap_or_default();
    // Of the two keys of XTS and LRW one is for the numbers of the sectors.
    let strength = if mode == "xts" { bits / 2 } else { bits };
    match (name, mode) {
        ("xchacha20" | "xchacha12", _) => found.cipher(format!("{name}-{mode}"), bits),
        _ => found.cipher(format!("{name}-{strength}-{mode}"), bits),
    }
}

/// A hash by the kernel's name as the function of PBKDF2 by OpenSSL's.
fn hmac(hash: &str) -> String {
    format!("hmacWith{}", hash.to_ascii_uppercase().replace("SHA-", "SHA"))
}

/// A text of 32 bytes, filled with zeros.
fn padded<'a>(fields: &mut Fields<'a>) -> Result<&'a str, Malformed> {
    let bytes = fields.take(32)?;
    let text = &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())];
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()));
    text.ok_or(Malformed("its header names no cipher or hash"))
}
