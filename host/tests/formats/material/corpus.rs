//! Tests that every certificate of zlint's corpus that OpenSSL reads is read, with the same key, signature, validity
//! and digest.

use std::path::PathBuf;

use keyreeve_contract::Certificate;
use keyreeve_facts::Place;

use crate::material::tools::{file, read};

/// Where the facts deliberately differ from OpenSSL's: file, column, reason.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("SANCaseNotMatchingCN.pem", "not_after", YEAR_ONE),
    ("dNSNameWithUnderscores.pem", "not_before", YEAR_ONE),
    ("evSanIpAddressPresent.pem", "not_before", YEAR_ONE),
    (
        "mismatchingSigAlgsBadOID.pem",
        "signature",
        "signed and outer algorithm differ; ours is the outer one, as in X509_get_signature_nid",
    ),
];
/// What OpenSSL cannot read but keyreeve can, with the reason. The opposite fails the test.
const ONLY_OURS: &[(&str, &str)] = &[(
    "subCertLocalityNameDoesNotNeedToAppear.pem",
    "its extensions have contents that OpenSSL refuses; all that a fact holds stands before them",
)];
const YEAR_ONE: &str = "the same time; the table writes the year 1 otherwise";

#[test]
fn certificates_are_what_openssl_reads() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    let folder = corpora.join("certificates");
    let table = String::from_utf8(file(&folder.join("zlint.openssl.tsv"))).unwrap();
    let (mut wrong, mut compared, mut unreadable) = (Vec::new(), 0, 0);
    for row in table.lines().skip(1) {
        let expected: Vec<&str> = row.split('\t').collect();
        let reading = read(&file(&folder.join("zlint").join(expected[0])));
        if expected[1] == "unreadable" {
            // Most of them are revocation lists, which another test compares.
            let is_list = reading.facts.revocation_lists.len() == 1 && expected[0].starts_with("crl");
            let is_ours = !reading.facts.certificates.is_empty();
            let is_listed = ONLY_OURS.iter().any(|(file, _)| *file == expected[0]);
            if is_ours != is_listed || !is_list && !is_ours {
                wrong.push(format!("{}: {:?}", expected[0], reading.problems));
            }
            unreadable += 1;
            continue;
        }
        let Some((certificate, place)) = reading.facts.certificates.iter().next() else {
            wrong.push(format!("{}: {:?}", expected[0], reading.problems));
            continue;
        };
        compared += 1;
        let found = described(certificate, place);
        for ((column, expected_value), found) in COLUMNS.iter().zip(&expected[1..]).zip(&found) {
            let known = DIFFERENCES.iter().any(|(file, known, _)| *file == expected[0] && known == column);
            if known == (expected_value == found) {
                wrong.push(format!("{} {column}: {expected_value} / {found}", expected[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 650 && unreadable > 30, "{compared} {unreadable}");
}

const COLUMNS: [&str; 7] = ["key", "bits", "curve", "signature", "not_before", "not_after", "sha256"];

/// The fact in the words of the table.
fn described(certificate: &Certificate, place: &Place) -> [String; 7] {
    let key = &certificate.key;
    let name = match key.algorithm.as_str() {
        "RSA" => "rsaEncryption",
        "EC" => "id-ecPublicKey",
        "DSA" => "dsaEncryption",
        "Ed25519" => "ED25519",
        "ML-DSA-65" => "2.16.840.1.101.3.4.3.18",
        "ML-KEM-1024" => "2.16.840.1.101.3.4.4.3",
        "1.2.643.2.2.19" => "GOST R 34.10-2001",
        other => other,
    };
    let measured = ["RSA", "EC", "DSA"].contains(&key.algorithm.as_str());
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap().to_string();
    [
        name.to_owned(),
        if measured { key.bits.to_string() } else { String::new() },
        key.curve.clone(),
        certificate.signature_algorithm.clone(),
        time(certificate.not_before),
        time(certificate.not_after),
        place.identity.to_string(),
    ]
}

#[test]
fn names_and_authority_are_those_that_openssl_prints() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    let (mut wrong, mut compared) = (Vec::new(), 0);
    let entries = std::fs::read_dir(corpora.join("certificates/zlint")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    // A fourth of them: each is one run of openssl.
    for path in paths.into_iter().step_by(4) {
        let reading = read(&file(&path));
        let Some(certificate) = reading.facts.certificates.facts().first() else { continue };
        let arguments = ["x509", "-noout", "-ext", "subjectAltName,basicConstraints", "-in", path.to_str().unwrap()];
        let output = std::process::Command::new("openssl").args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let value = |name: &str| text.lines().skip_while(|line| !line.contains(name)).nth(1).map(str::trim);
        let unknown = |field: &str| certificate.unknown.iter().any(|unknown| unknown.field == field);
        let authority = value("X509v3 Basic Constraints").is_some_and(|line| line.starts_with("CA:TRUE"));
        if !unknown("authority") && text.contains("Basic Constraints") && authority != certificate.authority {
            wrong.push(format!("{}: authority", path.display()));
        }
        let Some(names) = value("X509v3 Subject Alternative Name") else { continue };
        compared += 1;
        // openssl ends a name at a NUL, prints line breaks as they are, and has a word for an empty list.
        let plain = !certificate.names.iter().any(|name| name.contains(char::is_control)) && names != "<EMPTY>";
        if plain && !unknown("names") && comparable(names) != comparable(&certificate.names.join(", ")) {
            wrong.push(format!("{}: {names} / {}", path.display(), certificate.names.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 50, "{compared}");
}

/// Without the slash that openssl puts before each part of a directory name.
fn comparable(names: &str) -> String {
    names.replace("DirName:/", "DirName:")
}
