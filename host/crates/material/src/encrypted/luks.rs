//! Headers of LUKS 1 and 2 volumes: cipher, key length, and how each slot makes a key of a passphrase. Not the slots'
//! contents.

use keyreeve_source::private::words;
use keyreeve_syntax::tree::Node;

use super::found::Found;
use super::values;
use crate::asn1::Malformed;
use crate::fields::Fields;

/// What both versions begin with.
pub(super) const MAGIC: &[u8] = b"LUKS\xba\xbe";

/// Where the JSON of version 2 begins, and the largest possible header (LUKS2 On-Disk Format Specification, 2.1).
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
    let cipher = plain(values::get(segment, "encryption").and_then(values::text).unwrap_or_default())?;
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

/// The key derivation of the slot that is cheapest to guess: PBKDF2 before Argon2, the fewest iterations.
fn weakest_slot(mut found: Found, slots: &[&Node]) -> Result<Found, Malformed> {
    let mut weakest: Option<(bool, u64, &str, String)> = None;
    for slot in slots {
        let Some(kdf) = values::get(slot, "kdf") else { continue };
        let kind = values::get(kdf, "type").and_then(values::text).unwrap_or_default();
        let (name, count, prf) = match kind {
            "pbkdf2" => {
                let hash = plain(values::get(kdf, "hash").and_then(values::text).unwrap_or_default())?;
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

/// dm-crypt's `aes-xts-plain64` in the contract's spelling, without the initial vector.
fn ciphered(found: Found, specification: &str, bits: u32) -> Found {
    let mut words = specification.splitn(3, '-');
    let (name, mode) = (words.next().unwrap_or_default(), words.next().unwrap_or("cbc"));
    let mode = mode.split(':').next().unwrap_or_default();
    // One of the two keys of XTS and LRW encrypts the numbers of the sectors.
    let strength = if mode == "xts" { bits / 2 } else { bits };
    match (name, mode) {
        ("xchacha20" | "xchacha12", _) => found.cipher(format!("{name}-{mode}"), bits),
        _ => found.cipher(format!("{name}-{strength}-{mode}"), bits),
    }
}

const NO_NAME: Malformed = Malformed("its header names no cipher or hash");

/// A name of an algorithm as the kernel spells it. Any other text is an error, so that it enters no fact.
fn plain(name: &str) -> Result<&str, Malformed> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b',' | b'(' | b')');
    let is_name = name.len() <= 40 && name.bytes().all(is_plain) && !words::is_random(name.as_bytes());
    if is_name { Ok(name) } else { Err(NO_NAME) }
}

/// The pseudorandom function of PBKDF2 by OpenSSL's name, given the kernel's name of the hash.
fn hmac(hash: &str) -> String {
    format!("hmacWith{}", hash.to_ascii_uppercase().replace("SHA-", "SHA"))
}

/// A text of 32 bytes, padded with zeros.
fn padded<'a>(fields: &mut Fields<'a>) -> Result<&'a str, Malformed> {
    let bytes = fields.take(32)?;
    let text = &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())];
    std::str::from_utf8(text).ok().filter(|text| !text.is_empty()).map_or(Err(NO_NAME), plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;

    /// A volume of version 1 of aes-xts-plain64 with SHA-256, with the state and the iterations of each slot.
    fn luks1(key_bytes: u32, slots: &[(bool, u32)]) -> Vec<u8> {
        let padded = |text: &str| [text.as_bytes(), &vec![0; 32 - text.len()]].concat();
        let names = ["aes", "xts-plain64", "sha256"].map(padded).concat();
        let numbers = [&4096_u32.to_be_bytes()[..], &key_bytes.to_be_bytes(), &[7; 20 + 32 + 4 + 40]].concat();
        let slot = |&(is_active, iterations): &(bool, u32)| {
            let state = if is_active { ACTIVE } else { 0xdead };
            [&state.to_be_bytes()[..], &iterations.to_be_bytes(), &[5; 32 + 4 + 4]].concat()
        };
        [MAGIC, &[0, 1], &names, &numbers, &slots.iter().flat_map(slot).collect::<Vec<_>>()].concat()
    }

    /// A volume of version 2 with that JSON in its header.
    fn luks2(json: &str) -> Vec<u8> {
        let size = (JSON_OFFSET + json.len() + 1) as u64;
        let mut volume = [MAGIC, &[0, 2], &size.to_be_bytes()].concat();
        volume.resize(JSON_OFFSET, 0);
        [&volume[..], json.as_bytes(), &[0]].concat()
    }

    /// Its JSON: one segment, and slots by kind of key derivation and cost.
    fn json(key_bytes: u32, slots: &[(&str, u32)]) -> String {
        let slot = |(position, (kind, cost)): (usize, &(&str, u32))| {
            let cost_name = if *kind == "pbkdf2" { "iterations" } else { "time" };
            let kdf = format!(r#"{{"type":"{kind}","hash":"sha512","{cost_name}":{cost}}}"#);
            format!(r#""{position}":{{"key_size":{key_bytes},"kdf":{kdf}}}"#)
        };
        let slots: Vec<String> = slots.iter().enumerate().map(slot).collect();
        let segments = r#"{"0":{"type":"crypt","encryption":"aes-xts-plain64"}}"#;
        format!(r#"{{"keyslots":{{{}}},"segments":{segments}}}"#, slots.join(","))
    }

    fn only(bytes: &[u8]) -> Result<Found, TestCaseError> {
        let found = file(bytes).map_err(|reason| TestCaseError::fail(reason.0))?;
        found.into_iter().next().ok_or_else(|| TestCaseError::fail("nothing is found"))
    }

    fn slots2() -> impl Strategy<Value = Vec<(&'static str, u32)>> {
        vec((select(&["pbkdf2", "argon2i", "argon2id"][..]), any::<u32>()), 0..9)
    }

    proptest! {
        #[test]
        fn of_version_1_the_least_of_the_active_slots_counts(key_bytes in 0_u32..1000, slots in vec(any::<(bool, u32)>(), SLOTS)) {
            let found = only(&luks1(key_bytes, &slots))?;
            let least = slots.iter().filter(|(is_active, _)| *is_active).map(|(_, iterations)| *iterations).min();
            prop_assert_eq!(found.item.iterations, u64::from(least.unwrap_or(0)));
            prop_assert_eq!(found.item.kdf.is_empty(), least.is_none());
            prop_assert_eq!(found.item.key_bits, key_bytes * 8);
        }

        #[test]
        fn of_version_2_the_cheapest_slot_counts_and_pbkdf2_before_argon2(key_bytes in 1_u32..1000, slots in slots2()) {
            let found = only(&luks2(&json(key_bytes, &slots)))?;
            let least = |is_pbkdf2: bool| slots.iter().filter(move |(kind, _)| (*kind == "pbkdf2") == is_pbkdf2).map(|(_, cost)| *cost).min();
            let expected = least(true).or(least(false));
            prop_assert_eq!(found.item.iterations, u64::from(expected.unwrap_or(0)));
            prop_assert_eq!(found.item.kdf == "PBKDF2", least(true).is_some());
            prop_assert_eq!(found.item.key_bits, if slots.is_empty() { 0 } else { key_bytes * 8 });
        }

        #[test]
        fn a_volume_whose_header_is_cut_off_is_a_problem(first in vec(any::<(bool, u32)>(), SLOTS), second in slots2(), cut in any::<Index>()) {
            for volume in [luks1(64, &first), luks2(&json(64, &second))] {
                prop_assert!(file(&volume[..MAGIC.len() + cut.index(volume.len() - MAGIC.len())]).is_err());
            }
        }

        #[test]
        fn damaged_volumes_never_panic(slots in slots2(), at in any::<Index>(), behind in any::<Index>(), value in any::<u8>()) {
            for mut volume in [luks1(64, &[(true, 1000); SLOTS]), luks2(&json(64, &slots))] {
                let header = volume.len().min(600);
                volume[at.index(header)] = value;
                let end = volume.len() - 1 - behind.index(volume.len().min(200));
                volume[end] = value;
                let _ = file(&volume);
            }
        }

        #[test]
        fn arbitrary_headers_never_panic(version in 0_u8..4, rest in vec(any::<u8>(), 0..700), json in "[{}\\[\\]:,\"a-z0-9]{0,60}") {
            let _ = file(&[MAGIC, &[0, version], &rest].concat());
            let _ = file(&luks2(&json));
        }
    }
}
