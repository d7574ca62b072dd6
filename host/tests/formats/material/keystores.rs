//! Tests of keystores and encryption schemes assembled at random, with sound and unsound parts: reading continues,
//! reports what it does not read, and invents nothing. Keystores that Java's programs write are tested in `containers`.

use keyreeve_contract::Protection;
use keyreeve_facts::Reading;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::material::tools::{opened, read};

/// Bytes behind their number in 32 bits.
fn long(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// Bytes behind their number in 16 bits.
fn short(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

/// An element of DER with a length below 65,536.
pub(crate) fn der(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, 0x82][..], &(content.len() as u16).to_be_bytes(), &content].concat()
}

/// An AlgorithmIdentifier with salt and iterations.
fn scheme(oid: &[u8], salt: Vec<u8>, iterations: u32) -> Vec<u8> {
    let number = [&[0][..], &iterations.to_be_bytes()].concat();
    let parameters = der_short(0x30, &[der_short(4, &[salt]), der_short(2, &[significant(number)])]);
    der_short(0x30, &[der_short(6, &[oid.to_vec()]), parameters])
}

/// An INTEGER's content in as few bytes as it takes.
fn significant(mut number: Vec<u8>) -> Vec<u8> {
    while number.len() > 1 && number[0] == 0 && number[1] < 0x80 {
        number.remove(0);
    }
    number
}

/// An element with the shortest length, as DER has it.
fn der_short(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    match u8::try_from(content.len()) {
        Ok(length @ 0..=127) => [&[tag, length][..], &content].concat(),
        Ok(length) => [&[tag, 0x81, length][..], &content].concat(),
        Err(_) => der(tag, &[content]),
    }
}

const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5];
const PKCS12: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];

/// The scheme of a key in a JKS, and what it encrypts.
fn sealed(ciphertext: &[u8]) -> Vec<u8> {
    let oid = der_short(6, &[vec![0x2b, 6, 1, 4, 1, 0x2a, 2, 0x11, 1, 1]]);
    der_short(0x30, &[der_short(0x30, &[oid, vec![5, 0]]), der_short(4, &[ciphertext.to_vec()])])
}

/// One entry of a keystore: its kind, whether it is sound, and bytes for its parts.
type Entry = (u8, bool, u8, Vec<u8>);

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    vec((0_u8..6, prop::bool::weighted(0.8), 0_u8..4, vec(any::<u8>(), 0..40)), 0..6)
}

fn count(reading: &Reading) -> usize {
    reading.facts.keys.len() + reading.facts.certificates.len() + reading.facts.encrypted_data.len()
}

/// A keystore of Java with these entries, and how many of them are sound from the front on.
fn java(magic: u32, entries: &[Entry]) -> (Vec<u8>, usize) {
    let mut bytes = [magic, 2, entries.len() as u32].map(u32::to_be_bytes).concat();
    for (kind, sound, chain, body) in entries {
        bytes.extend(u32::from(*kind).to_be_bytes());
        bytes.extend([short(b"alias"), 1_700_000_000_000_u64.to_be_bytes().to_vec()].concat());
        let certificate = [short(b"X.509"), long(body)].concat();
        match kind {
            1 => {
                bytes.extend(long(&if *sound { sealed(body) } else { body.clone() }));
                bytes.extend(u32::from(*chain).to_be_bytes());
                bytes.extend(certificate.repeat(usize::from(*chain)));
            }
            2 => bytes.extend(certificate),
            _ => bytes.extend([&b"\xac\xed\0\x05\x73"[..], body].concat()),
        }
    }
    let sound = entries.iter().take_while(|(kind, sound, ..)| *kind == 1 && *sound).count();
    bytes.extend([0; 20]);
    (bytes, sound)
}

/// The same of Bouncy Castle.
fn bouncy(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = [&2_u32.to_be_bytes()[..], &long(&[9; 20]), &1500_u32.to_be_bytes()].concat();
    for (kind, sound, chain, body) in entries {
        bytes.push(*kind);
        bytes.extend([short(b"alias"), 1_700_000_000_000_u64.to_be_bytes().to_vec()].concat());
        let certificate = [short(b"X.509"), long(body)].concat();
        bytes.extend(u32::from(*chain).to_be_bytes());
        bytes.extend(certificate.repeat(usize::from(*chain)));
        match kind {
            1 => bytes.extend(certificate),
            2 => bytes.extend([&[*chain][..], &short(b"RAW"), &short(b"AES"), &long(body)].concat()),
            _ if *sound => {
                bytes.extend(long(&[long(&[1; 20]), 2000_u32.to_be_bytes().to_vec(), body.clone()].concat()))
            }
            _ => bytes.extend(long(body)),
        }
    }
    bytes.push(0);
    bytes.extend([5; 20]);
    bytes
}

proptest! {
    #[test]
    fn what_is_sound_in_a_keystore_of_java_is_read_and_the_rest_is_said(
        magic in prop_oneof![Just(0xfeed_feed_u32), Just(0xcece_cece)], entries in entries(), cut in 0_usize..60,
    ) {
        let (bytes, sound) = java(magic, &entries);
        let reading = opened(&bytes, "changeit");
        prop_assert!(reading.facts.keys.len() >= sound);
        prop_assert!(sound == entries.len() || reading.facts.keys.len() == entries.len() || !reading.problems.is_empty());
        for key in reading.facts.keys.facts() {
            prop_assert_eq!(key.protection, Protection::Passphrase);
        }
        let cut = read(&bytes[..bytes.len() - cut.min(bytes.len() - 4)]);
        prop_assert!(count(&cut) <= count(&reading) && !cut.secrets.is_empty());
    }

    #[test]
    fn what_is_in_a_keystore_of_bouncy_castle_is_read_or_said(entries in entries(), at in any::<usize>(), value in any::<u8>()) {
        let bytes = bouncy(&entries);
        let reading = read(&bytes);
        let said = reading.facts.keys.len() + reading.problems.len() + count(&reading);
        // A file that begins with an entry of an unknown kind may be anything.
        prop_assert!(said > 0 || entries.first().is_none_or(|(kind, ..)| *kind == 0 || *kind > 4));
        let mut changed = bytes.clone();
        changed[at % bytes.len()] = value;
        read(&changed);
    }

    #[test]
    fn serialised_objects_of_any_kind_end(parts in vec(prop_oneof![
        Just(b"\x72\0\x01S\0\0\0\0\0\0\0\x01\x03\0\x01[\0\x01a\x74\0\x02[B\x78\x70".to_vec()),
        Just(b"\x73".to_vec()), Just(b"\x70".to_vec()), Just(b"\x71\0\x7e\0\0".to_vec()), Just(b"\x71\0\x7e\0\x01".to_vec()),
        Just(b"\x75\x72\0\x02[B\0\0\0\0\0\0\0\x02\x02\0\0\x78\x70\0\0\0\x02\x05\0".to_vec()),
        Just(b"\x75\x72\0\x02[J\0\0\0\0\0\0\0\x02\x02\0\0\x78\x70\xff\xff\xff\xff".to_vec()),
        Just(b"\x75\x72\0\x03[[I\0\0\0\0\0\0\0\x02\x02\0\0\x78\x70\0\0\0\x04".to_vec()),
        Just(b"\x77\x02ab".to_vec()), Just(b"\x78".to_vec()), Just(b"\x74\0\x01t".to_vec()), vec(any::<u8>(), 0..8),
    ], 0..30)) {
        let entry = [&3_u32.to_be_bytes()[..], &short(b"key"), &[0; 8], b"\xac\xed\0\x05", &parts.concat()].concat();
        let bytes = [&b"\xce\xce\xce\xce\0\0\0\x02\0\0\0\x01"[..], &entry].concat();
        let reading = read(&bytes);
        prop_assert_eq!(reading.facts.keys.len() + reading.problems.len(), 1);
    }

    #[test]
    fn schemes_of_any_kind_are_undone_or_the_key_stays_sealed(
        family in any::<bool>(), number in 0_u8..16, salt in vec(any::<u8>(), 0..24),
        iterations in prop_oneof![0_u32..50, any::<u32>()], ciphertext in vec(any::<u8>(), 0..64),
    ) {
        let oid = [if family { PKCS5 } else { PKCS12 }, &[number]].concat();
        let key = der_short(0x30, &[scheme(&oid, salt, iterations), der_short(4, &[ciphertext])]);
        let reading = opened(&key, "\nchangeit\n");
        // PBES2 and PBKDF2 have other parameters.
        if let [found] = reading.facts.keys.facts() {
            prop_assert!(found.protection == Protection::Passphrase && reading.facts.keys.places()[0].spki.is_none());
            prop_assert!(found.unknown.iter().any(|unknown| unknown.reason.starts_with("the key is encrypted, and ")));
        } else {
            prop_assert_eq!((reading.facts.keys.len(), reading.problems.len()), (0, 1));
        }
    }
}
