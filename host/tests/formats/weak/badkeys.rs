//! Tests that the same weaknesses are found as badkeys finds, and no others. badkeys' own large lists are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;
use serde_json::Value;

use crate::support::finish_with;
use crate::weak::make::{Numbers, attributes, rsa, understood};

/// The version whose primes are built in.
const PACKAGE: &str = "badkeys==0.0.21";

/// The answers of badkeys to these lines. Returns `None` if badkeys is not available.
pub(crate) fn answers(lines: &[String]) -> Option<Vec<Value>> {
    let python = keyreeve_oracles::python(&[PACKAGE])?.join("python3");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/weak/oracle.py");
    let answer = finish_with(Command::new(python).arg(script), (lines.join("\n") + "\n").as_bytes()).ends_with(0);
    Some(answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Moduli with exponents: ordinary ones, and ones with every weakness.
fn keys() -> Vec<(UBig, UBig)> {
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let usual = || UBig::from(65_537u32);
    let mut keys: Vec<(UBig, UBig)> = Vec::new();
    for bits in [512, 768, 1024, 2048, 3072] {
        keys.extend((0..4).map(|_| (numbers.odd(bits), usual())));
    }
    // Factors at distances from nothing to beyond 100 rounds.
    for distance in 0..120u32 {
        let mean = numbers.odd(512);
        let distance = UBig::from(distance) << 255;
        keys.push(((&mean + &distance) * (&mean - &distance), usual()));
    }
    let primorial: UBig = (2..168u32).filter(|&n| (2..n).all(|d| n % d != 0)).map(UBig::from).product();
    for power in 1..6u64 {
        let residue = (0..power * 37).fold(UBig::ONE, |residue, _| residue * 65_537u32 % &primorial);
        keys.push((numbers.odd(1800) * &primorial + &residue, usual()));
        keys.push((numbers.odd(1800) * &primorial + residue + 6u8, usual()));
    }
    let chunk = |numbers: &mut Numbers, mask: u128| {
        let mut word = || u128::from(numbers.word() & numbers.word() & numbers.word());
        (word() << 64 | word()) & mask
    };
    for mask in [!0xffff_ffff_ffff_0000u128, !0x3ff0_0000_3ff0_0000_3ff0_0000_3ff0_0000, u128::MAX] {
        for _ in 0..12 {
            let modulus = (0..16).fold(UBig::ONE, |sum, _| sum << 128 | UBig::from(chunk(&mut numbers, mask)));
            keys.push((modulus | UBig::ONE, usual()));
        }
    }
    for bits in [20, 300, 480, 511, 520, 700, 1000] {
        let (p, q) = (numbers.odd(1024), numbers.odd(1024));
        let phi = (&p - 1u8) * (&q - 1u8);
        let private = std::iter::repeat_with(|| numbers.odd(bits)).find_map(|d| inverse(&d, &phi));
        keys.push((p * q, private.unwrap()));
    }
    keys
}

fn inverse(number: &UBig, modulus: &UBig) -> Option<UBig> {
    let ring = dashu_int::fast_div::ConstDivisor::new(modulus.clone());
    ring.reduce(number.clone()).inv().map(|inverse| inverse.residue())
}

/// Compares what is found of a key with badkeys' answer, and returns the names of what was found.
fn compare(ours: &BTreeMap<String, String>, theirs: &Value, key: &str) -> Vec<&'static str> {
    let of = |check: &str, field: &str| theirs[check][field].as_str().map(str::to_owned);
    let rounds = of("fermat", "debug").and_then(|text| Some(text.split(' ').nth(3)?.to_owned()));
    let pattern = theirs.get("rsapoly").map(|poly| poly["subtest"].as_str().unwrap_or("unnamed").to_owned());
    let private = of("smalld", "d").map(|d| d.parse::<UBig>().unwrap().bit_len().to_string());
    let mut found = Vec::new();
    for (name, expected) in [("fermat", rounds), ("low-density", pattern), ("small-private-exponent", private)] {
        assert_eq!(ours.get(name), expected.as_ref(), "{name} of {key}: {theirs}");
        found.extend(expected.map(|_| name));
    }
    for (name, check) in [("roca", "roca"), ("small-factor", "smallfactors"), ("known-factor", "sharedprimes")] {
        assert_eq!(ours.contains_key(name), theirs.get(check).is_some(), "{name} of {key}: {theirs}");
        found.extend(theirs.get(check).map(|_| name));
    }
    found
}

#[test]
fn badkeys_agrees_on_every_weakness() {
    let keys: Vec<(UBig, UBig)> = keys().into_iter().filter(|(modulus, _)| modulus.bit(0)).collect();
    let lines: Vec<String> = keys.iter().map(|(n, e)| format!("{n:x} {e:x}")).collect();
    let Some(answers) = answers(&lines) else { return };
    assert_eq!(answers.len(), keys.len());
    let mut found = BTreeSet::new();
    for ((modulus, exponent), theirs) in keys.iter().zip(&answers) {
        // Each by itself: badkeys does not examine what the keys of this test have in common.
        let ours = attributes(&rsa(modulus, exponent)).remove(0);
        found.extend(compare(&ours, theirs, &format!("{modulus:x}")));
    }
    assert_eq!(Vec::from_iter(found), ["fermat", "low-density", "roca", "small-factor", "small-private-exponent"]);
}

#[test]
fn badkeys_agrees_on_the_certificates_of_zlint() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    let folder = corpora.join("certificates/zlint");
    let (mut files, mut lines) = (Vec::new(), Vec::new());
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        lines.push(format!("certificate {}", path.display()));
        files.push((name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (facts, sources) = understood(&files);
    let ours: BTreeMap<&str, BTreeMap<String, String>> = facts
        .certificates
        .iter()
        .filter(|(fact, _)| fact.key.algorithm.starts_with("RSA"))
        .map(|(fact, place)| (sources[place.home.source].name.as_str(), fact.key.attributes.iter().cloned().collect()))
        .collect();
    let Some(answers) = answers(&lines) else { return };
    let mut weak = BTreeSet::new();
    let mut compared = 0;
    for ((name, _), theirs) in files.iter().zip(&answers) {
        // What badkeys cannot read, or reads as another kind of key, is not compared.
        if let Some(ours) = ours.get(name).filter(|_| theirs.get("none").is_none()) {
            compared += 1;
            weak.extend((!compare(ours, theirs, name).is_empty()).then_some(*name));
        }
    }
    assert!(compared > 300, "{compared}");
    // The first has close factors by accident: zlint made it for another test.
    let expected = ["keyUsageWithoutTrailingZeroes.pem", "rsaFermatFactorizationSusceptible.pem"];
    assert_eq!(Vec::from_iter(weak), expected);
}
