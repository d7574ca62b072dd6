//! Tests of keys that gpg writes, armored and binary, with each protection: what is read must be what gpg lists.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve_contract::{Key, Protection, Role};
use keyreeve_facts::{KeyName, Reading};
use keyreeve_oracles::has;
use proptest::prelude::*;

use crate::material::canary::assert_hidden;
use crate::material::tools::{read, run};

/// A home of gpg with no agent left behind.
pub(crate) struct Home(pub(crate) tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Option<Self> {
        (has("gpg") && has("gpg-agent")).then(|| Self(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn gpg(&self, line: &str) -> Vec<u8> {
        let home = self.0.path().to_str().unwrap();
        let fixed = ["--homedir", home, "--batch", "--quiet", "--no-tty", "--yes", "--pinentry-mode", "loopback"];
        let words: Vec<&str> = line.split_whitespace().collect();
        run("gpg", &[&fixed[..], &words].concat())
    }

    /// Makes a primary key and perhaps a subkey, and returns what gpg lists of both, fields between colons.
    pub(crate) fn generate(&self, phrase: &str, key: &str, subkey: &str) -> Vec<Vec<String>> {
        let protection = if phrase.is_empty() { "%no-protection".to_owned() } else { format!("Passphrase: {phrase}") };
        let path = self.0.path().join("parameters");
        let text = format!("{key}\n{subkey}\n{protection}\nName-Real: Example\nExpire-Date: 2y\n%commit\n");
        std::fs::write(&path, text).unwrap();
        self.gpg(&format!("--gen-key {}", path.display()));
        let listed =
            String::from_utf8(self.gpg("--list-keys --with-colons --with-fingerprint --with-fingerprint")).unwrap();
        let lines = listed.lines().map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>());
        lines.filter(|fields: &Vec<String>| ["pub", "sub", "fpr"].contains(&fields[0].as_str())).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ =
            std::process::Command::new("gpgconf").arg("--homedir").arg(self.0.path()).args(["--kill", "all"]).status();
    }
}

fn keys(bytes: &[u8]) -> Vec<(Key, keyreeve_facts::Place)> {
    let Reading { facts, problems, .. } = read(bytes);
    assert!(problems.is_empty(), "{problems:?}");
    facts.keys.iter().map(|(key, place)| (key.clone(), place.clone())).collect()
}

fn attribute<'k>(key: &'k Key, name: &str) -> &'k str {
    key.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

#[test]
fn algorithm_size_dates_and_fingerprint_are_those_that_gpg_lists() {
    let kinds = [
        ("Key-Type: RSA\nKey-Length: 2048", "Subkey-Type: RSA\nSubkey-Length: 3072", [("RSA", 2048), ("RSA", 3072)]),
        (
            "Key-Type: DSA\nKey-Length: 1024",
            "Subkey-Type: ELG\nSubkey-Length: 1024",
            [("DSA", 1024), ("ElGamal", 1024)],
        ),
        (
            "Key-Type: EDDSA\nKey-Curve: ed25519",
            "Subkey-Type: ECDH\nSubkey-Curve: cv25519",
            [("Ed25519", 253), ("X25519", 253)],
        ),
        (
            "Key-Type: ECDSA\nKey-Curve: nistp384",
            "Subkey-Type: ECDH\nSubkey-Curve: brainpoolP256r1",
            [("EC", 384), ("EC", 256)],
        ),
    ];
    for (primary, subkey, expected) in kinds {
        let Some(home) = Home::new() else { return };
        let listed = home.generate("", primary, subkey);
        for armor in ["", "--armor"] {
            for (export, role, protection) in [
                ("--export", Role::Public, Protection::NotNeeded),
                ("--export-secret-keys", Role::Private, Protection::Plaintext),
            ] {
                let found = keys(&home.gpg(&format!("{armor} {export}")));
                assert_eq!(found.len(), 2, "{primary} {export}");
                for (index, (key, place)) in found.iter().enumerate() {
                    let [fields, fingerprint] = [&listed[2 * index], &listed[2 * index + 1]];
                    assert_eq!((key.format.as_str(), key.role, key.protection), ("OpenPGP", role, protection));
                    assert_eq!((key.public.algorithm.as_str(), key.public.bits), expected[index]);
                    assert!(
                        ["EC", "Ed25519", "X25519"].contains(&&*key.public.algorithm)
                            || fields[2] == key.public.bits.to_string()
                    );
                    assert_eq!(
                        (attribute(key, "created"), attribute(key, "expires")),
                        (&*fields[5], &*fields[6]),
                        "{primary}"
                    );
                    assert!(
                        place.key_names.contains(&KeyName::Text(fingerprint[9].to_lowercase().into())),
                        "{:?}",
                        place.key_names
                    );
                    assert!(key.unknown.is_empty() && (place.spki.is_some() || key.public.algorithm == "ElGamal"));
                }
            }
        }
    }
}

#[test]
fn the_same_key_in_ssh_form_has_the_same_identity() {
    for kind in [
        "Key-Type: RSA\nKey-Length: 2048",
        "Key-Type: EDDSA\nKey-Curve: ed25519",
        "Key-Type: ECDSA\nKey-Curve: nistp256",
    ] {
        let Some(home) = Home::new() else { return };
        let listed = home.generate("", &format!("{kind}\nKey-Usage: auth"), "");
        let found = keys(&home.gpg("--armor --export"));
        let ssh = keys(&home.gpg(&format!("--export-ssh-key {}!", listed[1][9])));
        assert_eq!(found[0].1.spki, ssh[0].1.spki, "{kind}");
    }
}

#[test]
fn how_a_secret_key_is_protected_is_what_gpg_was_asked_for() {
    let Some(home) = Home::new() else { return };
    home.generate("phrase", "Key-Type: EDDSA\nKey-Curve: ed25519", "Subkey-Type: ECDH\nSubkey-Curve: cv25519");
    for options in ["", "--armor"] {
        for (key, _) in keys(&home.gpg(&format!("{options} --passphrase phrase --export-secret-keys"))) {
            assert_eq!(key.protection, Protection::Passphrase);
            let encryption = key.encryption.unwrap();
            let known = (encryption.scheme.as_str(), encryption.kdf.as_str(), encryption.prf.as_str());
            assert_eq!((known, encryption.cipher.as_str()), (("OpenPGP", "S2K-iterated", "SHA1"), "aes-128-cfb"));
            assert!(encryption.iterations >= 65_536, "{}", encryption.iterations);
        }
    }
    // The primary key stays at home.
    let found = keys(&home.gpg("--passphrase phrase --export-secret-subkeys"));
    assert_eq!((found[0].0.role, found[0].0.protection), (Role::Public, Protection::NotNeeded));
    assert_eq!((found[1].0.role, found[1].0.protection), (Role::Private, Protection::Passphrase));
}

/// A packet in the new format.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[0xc0 | tag, 255][..], &(body.len() as u32).to_be_bytes(), body].concat()
}

#[test]
fn every_way_of_protection_is_told_by_its_octets() {
    // RFC 9580, appendix A.3: a version 4 Ed25519 key; the tests add the secret part.
    let public = [&[4, 0x53, 0xf3, 0x5f, 0x0b, 27][..], &[0x11; 32]].concat();
    let salt = [7; 16];
    type Case<'a> = (&'a [&'a [u8]], &'a str, &'a str, u64, &'a str);
    let cases: [Case<'_>; 8] = [
        (&[&[254, 9, 3, 8], &salt[..8], &[96, 0]], "S2K-iterated", "SHA256", 65_536, "aes-256-cfb"),
        (&[&[255, 3, 1, 2], &salt[..8], &[0]], "S2K-salted", "SHA1", 1, "cast5-cfb"),
        (&[&[255, 2, 0, 1, 0]], "S2K-simple", "MD5", 1, "des-ede3-cfb"),
        (&[&[9, 0]], "S2K-simple", "MD5", 1, "aes-256-cfb"),
        (&[&[253, 9, 2, 4], &salt, &[3, 4, 16]], "Argon2id", "", 3, "aes-256-ocb"),
        (&[&[254, 7, 3, 2], &salt[..8], &[255]], "S2K-iterated", "SHA1", 65_011_712, "aes-128-cfb"),
        (&[&[253, 7, 3, 3, 10], &salt[..8], &[96]], "S2K-iterated", "SHA512", 65_536, "aes-128-gcm"),
        (&[&[254, 10, 1, 8], &salt[..8]], "S2K-salted", "SHA256", 1, "twofish-256-cfb"),
    ];
    for (secret, kdf, prf, iterations, cipher) in cases {
        let found = keys(&packet(5, &[&public[..], &secret.concat()].concat()));
        let encryption = found[0].0.encryption.clone().unwrap();
        assert_eq!(
            (&*encryption.kdf, &*encryption.prf, encryption.iterations, &*encryption.cipher),
            (kdf, prf, iterations, cipher)
        );
    }
    for (secret, role, protection) in [
        (&[0][..], Role::Private, Protection::Plaintext),
        (&[255, 0, 101, 0, b'G', b'N', b'U', 1], Role::Public, Protection::NotNeeded),
        (&[255, 0, 101, 0, b'G', b'N', b'U', 2, 4, 1, 2, 3, 4], Role::Private, Protection::Hardware),
    ] {
        let found = keys(&packet(5, &[&public, secret].concat()));
        assert_eq!((found[0].0.role, found[0].0.protection), (role, protection));
    }
    // For an unknown algorithm, the end of the public part is unknown.
    let reading = read(&[packet(5, &[&public[..], &[0]].concat()), packet(7, &[4, 0, 0, 0, 0, 99, 1, 2, 3])].concat());
    assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (1, 1, 1));
    // Version 6 counts the octets of its parts; of version 3 the days are in the key.
    let v6 = [&[6, 0x63, 0x87, 0x7f, 0xe3, 27, 0, 0, 0, 32][..], &[0x11; 32]].concat();
    let argon2 = [&[253, 25, 9, 2, 20, 4][..], &salt, &[1, 4, 21]].concat();
    let found = keys(&packet(5, &[&v6[..], &argon2].concat()));
    assert_eq!(found[0].0.encryption.as_ref().unwrap().attributes[0].1, "2097152");
    let v3 = [&[3, 0x53, 0xf3, 0x5f, 0x0b, 0, 30, 1, 0, 16][..], &[0x80, 1, 0, 3, 5]].concat();
    let found = keys(&packet(6, &v3));
    let created = i64::from(0x53f3_5f0b);
    assert_eq!(attribute(&found[0].0, "expires"), (created + 30 * 86_400).to_string());
}

#[test]
fn a_packet_in_parts_among_keys_is_a_problem_and_what_stands_behind_it_is_read() {
    // RFC 9580, section 4.2.1.4: of two octets, then of one.
    let parts = [0xc0 | 11, 225, 1, 2, 1, 3];
    let key = packet(6, &[&[4, 0, 0, 0, 0, 27][..], &[0x11; 32]].concat());
    let subkey = packet(14, &[&[4, 0, 0, 0, 0, 25][..], &[0x22; 32]].concat());
    let reading = read(&[&key[..], &parts, &subkey].concat());
    let algorithms: Vec<_> = reading.facts.keys.iter().map(|(key, _)| key.public.algorithm.as_str()).collect();
    assert_eq!(algorithms, ["Ed25519", "X25519"]);
    let [problem] = &reading.problems[..] else { panic!("{:?}", reading.problems) };
    assert_eq!(problem.message, "the OpenPGP key cannot be read: a packet in parts is none of a key");
}

#[test]
fn a_file_that_ends_too_early_is_a_problem_and_what_stands_before_it_is_read() {
    let Some(home) = Home::new() else { return };
    home.generate("", "Key-Type: EDDSA\nKey-Curve: ed25519", "Subkey-Type: ECDH\nSubkey-Curve: cv25519");
    let whole = home.gpg("--export-secret-keys");
    let reading = read(&whole[..whole.len() - 5]);
    assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (2, 1, 1));
    let armored = String::from_utf8(home.gpg("--armor --export-secret-keys")).unwrap();
    let indented: String = armored.lines().map(|line| format!("    {line}\n")).collect();
    for text in [format!("key: |\n{indented}"), format!("{{\"key\": \"{}\"}}", armored.replace('\n', "\\n"))] {
        assert_eq!(keys(text.as_bytes()).len(), 2);
    }
    let cut = armored.replace("-----END PGP PRIVATE KEY BLOCK-----", "");
    let reading = read(cut.as_bytes());
    assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 1, 1));
}

#[test]
fn no_private_value_is_in_what_is_read_of_a_key() {
    let Some(home) = Home::new() else { return };
    home.generate("", "Key-Type: EDDSA\nKey-Curve: ed25519", "Subkey-Type: ECDH\nSubkey-Curve: cv25519");
    let armored = String::from_utf8(home.gpg("--armor --export-secret-keys")).unwrap();
    let binary = home.gpg("--export-secret-keys");
    // Header, version, time, algorithm, curve, point, usage, length: the secret number of the first packet follows.
    assert_eq!((binary[0], binary[7], binary[53]), (0x94, 22, 0));
    let secret = STANDARD.encode(&binary[56..84]);
    let body: String = armored.lines().filter(|line| line.len() == 64 && !line.contains('-')).collect();
    // The symbols that stand for these bytes and for nothing else.
    let canaries = [secret.as_str(), &body[75..112]];
    let mislabelled = armored.replace("PRIVATE", "PUBLIC");
    for bytes in [armored.as_bytes(), mislabelled.as_bytes(), &armored.as_bytes()[..300], &binary, &binary[..100]] {
        let source = keyreeve_source::Source::new("a", None, bytes.to_vec());
        let reading = keyreeve_material::scan::read_detailed(keyreeve_source::SourceId(0), &source);
        assert_hidden(&format!("{reading:?}"), &canaries, "OpenPGP");
        assert!(reading.secrets.iter().any(|(_, span)| span.range().len() > 50), "{:?}", reading.secrets);
    }
}

proptest! {
    #[test]
    fn packets_of_any_kind_never_panic(
        packets in proptest::collection::vec((0_u8..64, any::<bool>(), proptest::collection::vec(any::<u8>(), 0..60)), 0..8),
        cut in 0_usize..64,
    ) {
        let mut bytes = Vec::new();
        for (tag, key, mut body) in packets {
            if key && body.len() > 6 {
                body[0] = 3 + body[0] % 4;
                body[5] = [1, 16, 17, 18, 22, 25, 27][usize::from(body[5] % 7)];
            }
            bytes.extend(packet(if key { 5 } else { tag }, &body));
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        read(&[&packet(5, &[&[4, 0, 0, 0, 0, 27][..], &[1; 32], &[0]].concat())[..], &bytes].concat());
    }
}
