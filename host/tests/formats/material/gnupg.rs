//! Tests of GnuPG's own files: the private keys of gpg-agent in each of their forms, and keyboxes. What is read must be
//! what gpg exports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyreeve::formats as facts;
use keyreeve::formats::Detail;
use keyreeve_contract::{Encryption, Key, Protection, Role};
use keyreeve_facts::Passwords;
use keyreeve_facts::{Place, Reading};
use keyreeve_oracles::has;
use keyreeve_source::{Source, SourceId, Sources};
use proptest::prelude::*;

use crate::material::canary::assert_hidden;
use crate::material::forms::embedded;
use crate::material::openpgp::Home;
use crate::material::tools::{Authority, file, read, run};

const PROTECT_TOOL: &str = "/usr/lib/gnupg/gpg-protect-tool";

const KINDS: [(&str, &str); 4] = [
    ("Key-Type: RSA\nKey-Length: 2048", "Subkey-Type: RSA\nSubkey-Length: 1024"),
    ("Key-Type: ECDSA\nKey-Curve: nistp256", "Subkey-Type: ECDH\nSubkey-Curve: brainpoolP384r1"),
    ("Key-Type: ECDSA\nKey-Curve: nistp384", "Subkey-Type: ECDH\nSubkey-Curve: nistp521"),
    ("Key-Type: EDDSA\nKey-Curve: ed25519", "Subkey-Type: ECDH\nSubkey-Curve: cv25519"),
];

fn only(bytes: &[u8]) -> (Key, Place) {
    let Reading { facts, problems, secrets } = read(bytes);
    assert!(problems.is_empty(), "{problems:?}\n{}", String::from_utf8_lossy(bytes));
    assert_eq!((facts.keys.len(), secrets.is_empty()), (1, false), "{}", String::from_utf8_lossy(bytes));
    let (key, place) = facts.keys.iter().next().unwrap();
    (key.clone(), place.clone())
}

/// A home with a primary key and a subkey of each kind.
fn home(phrase: &str) -> Option<Home> {
    let home = Home::new()?;
    for (primary, subkey) in KINDS {
        home.generate(phrase, primary, subkey);
    }
    Some(home)
}

impl Home {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The files of gpg-agent with the public key that gpg exports of each, by the keygrips that it lists.
    fn agent_files(&self) -> Vec<(Vec<u8>, Key, Place)> {
        let listed = self.gpg("--list-keys --with-colons --with-keygrip");
        let listed = String::from_utf8(listed).unwrap();
        let field = |kind: &str| {
            let lines = listed.lines().map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>());
            lines.filter(|fields| fields[0] == kind).map(|fields| fields[9].clone()).collect::<Vec<_>>()
        };
        let exported = read(&self.gpg("--export")).facts.keys;
        let of_fingerprint: BTreeMap<_, _> =
            exported.iter().map(|(key, place)| (place.key_names.last().unwrap().to_string(), (key, place))).collect();
        let grips = field("grp").into_iter().zip(field("fpr"));
        let with_files = grips.map(|(grip, fingerprint)| {
            let (key, place) = of_fingerprint[&fingerprint.to_lowercase()];
            (file(&self.path(&format!("private-keys-v1.d/{grip}.key"))), key.clone(), place.clone())
        });
        with_files.collect()
    }
}

fn encryption(key: &Key) -> (&str, &str, u64, &str) {
    let Encryption { kdf, prf, iterations, cipher, .. } = key.encryption.as_ref().unwrap();
    (kdf, prf, *iterations, cipher)
}

#[test]
fn a_key_of_the_agent_is_the_one_that_gpg_exports() {
    for (phrase, protection) in [("", Protection::Plaintext), ("phrase", Protection::Passphrase)] {
        let Some(home) = home(phrase) else { return };
        let files = home.agent_files();
        assert_eq!(files.len(), 2 * KINDS.len());
        for (bytes, public, of_public) in files {
            let (key, place) = only(&bytes);
            assert_eq!((key.format.as_str(), key.role, key.protection), ("GnuPG", Role::Private, protection));
            assert_eq!((&key.public, place.spki), (&public.public, of_public.spki));
            assert!(key.unknown.is_empty() && place.spki.is_some());
            // Of version 4, as which encrypted data name it.
            assert!(place.key_names.contains(of_public.key_names.last().unwrap()), "{:?}", public.public);
            let created = |key: &Key| key.attributes.iter().find(|(name, _)| name == "created").cloned();
            assert_eq!(created(&key), created(&public));
            if protection == Protection::Passphrase {
                // A salt is written as raw bytes.
                let text = String::from_utf8_lossy(&bytes);
                // The count stands behind the salt, in quotes.
                let mut quoted = text.split('"').filter_map(|part| part.parse::<u64>().ok());
                let count = quoted.find(|count| *count > 65_536).unwrap();
                assert_eq!(encryption(&key), ("S2K-iterated", "SHA1", count, "aes-128-ocb"), "{text}");
            }
        }
    }
}

#[test]
fn a_key_that_was_imported_under_its_passphrase_keeps_its_encryption() {
    let (Some(from), Some(to)) = (home("phrase"), Home::new()) else { return };
    let exported = from.gpg("--passphrase phrase --export-secret-keys");
    std::fs::write(to.path("exported"), &exported).unwrap();
    to.gpg(&format!("--import {}", to.path("exported").display()));
    let exported = read(&exported).facts.keys;
    for (bytes, ..) in to.agent_files() {
        assert!(String::from_utf8_lossy(&bytes).replace("\n ", "").contains("openpgp-native"));
        let (key, place) = only(&bytes);
        let (other, _) = exported.iter().find(|(_, other)| other.spki == place.spki).unwrap();
        assert_eq!(encryption(&key), encryption(other));
        assert_eq!((key.protection, key.unknown.len()), (Protection::Passphrase, 0));
    }
}

#[test]
fn the_canonical_form_and_that_of_a_card_are_the_same_key() {
    let Some(home) = home("") else { return };
    if !has(PROTECT_TOOL) {
        return;
    }
    let at = |name: &str| home.path(name).display().to_string();
    for (bytes, public, of_public) in home.agent_files() {
        let text = String::from_utf8(bytes).unwrap();
        let expression = text.split_once("Key: ").unwrap().1.replace("\n ", "");
        std::fs::write(at("advanced"), &expression).unwrap();
        let canonical = run(PROTECT_TOOL, &["--canonical", &at("advanced")]);
        std::fs::write(at("canonical"), &canonical).unwrap();
        let sealed = run(PROTECT_TOOL, &["--passphrase", "phrase", "--protect", &at("canonical")]);
        // A key on a card has only the public numbers.
        let public_part = expression.split("(d").next().unwrap().replacen("private-key", "public-key", 1) + "))";
        std::fs::write(at("public"), public_part).unwrap();
        std::fs::write(at("public.canonical"), run(PROTECT_TOOL, &["--canonical", &at("public")])).unwrap();
        let shadowed = run(PROTECT_TOOL, &["--shadow", &at("public.canonical")]);
        let advanced = run(PROTECT_TOOL, &["--armor", "--passphrase", "phrase", "--protect", &at("canonical")]);
        for (bytes, protection) in [
            (canonical, Protection::Plaintext),
            (sealed, Protection::Passphrase),
            (advanced, Protection::Passphrase),
            (shadowed, Protection::Hardware),
        ] {
            let (key, place) = only(&bytes);
            assert_eq!((key.format.as_str(), key.protection), ("GnuPG", protection));
            assert_eq!((&key.public, place.spki), (&public.public, of_public.spki));
            if protection == Protection::Passphrase {
                let (kdf, prf, iterations, cipher) = encryption(&key);
                assert_eq!((kdf, prf, cipher), ("S2K-iterated", "SHA1", "aes-128-cbc"));
                assert!(iterations > 65_536, "{iterations}");
            }
            let cut = read(&bytes[..bytes.len() * 3 / 4]);
            assert_eq!((cut.facts.keys.len(), cut.problems.len(), cut.secrets.len()), (0, 1, 1));
            let glued = read(&[&bytes[..], &bytes].concat());
            assert_eq!((glued.facts.keys.len(), glued.problems.len()), (2, 0), "{:?}", glued.problems);
            // As a file this is no text, so that nobody looks for one of the text form in it.
            let followed = Source::new("a", None, [&bytes[..], b"\0rest"].concat());
            let followed = keyreeve_material::scan::read(SourceId(0), &followed);
            assert_eq!(followed.facts.keys.len(), 1);
            assert_eq!(followed.problems.len(), usize::from(bytes.starts_with(b"(1") || bytes.starts_with(b"(2")));
        }
    }
}

#[test]
fn the_text_form_is_found_in_whatever_it_is_embedded() {
    for phrase in ["", "phrase"] {
        let Some(home) = home(phrase) else { return };
        for (bytes, _, of_public) in home.agent_files() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let literal: String =
                text.lines().map(|line| format!("    \"{}\\n\"\n", line.replace('"', "\\\""))).collect();
            let quoted = format!("static const char key[] =\n{literal};\n");
            let escaped = |text: &String| text.replace('"', "\\\"");
            // If a text is written in strings, its quotes are escaped.
            let all = embedded(&text).into_iter().enumerate();
            let mut all: Vec<String> = all.filter(|(at, _)| ![3, 4].contains(at)).map(|(_, text)| text).collect();
            all.extend(embedded(&escaped(&text)).drain(3..5));
            all.extend([quoted.replace("\"Key: ", "\""), quoted]);
            for text in all {
                assert_eq!(only(text.as_bytes()).1.spki, of_public.spki, "{text}");
            }
        }
    }
}

#[test]
fn what_is_said_about_keys_is_none_and_what_is_broken_is_a_problem() {
    for mention in [
        "(private-key\n (rsa\n  (n #00e0ce9..[some bytes not shown]..51#)\n  (e #010001#)\n )\n)",
        "gcry_sexp_build (&s, NULL, \"(private-key(rsa(n%m)(e%m)(d%m)))\", n, e, d);",
        "(private-key (ecc (curve <name>)(q ...)(d ...)))",
        "(shadowed-private-key (rsa (n #00AA…BB#)(e #03#)))",
        "if a naked (private-key ...) follows, or (protected-private-key",
        "(private-keys-of-all) (private-key)",
    ] {
        let reading = read(mention.as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len()), (0, 0), "{mention}: {:?}", reading.problems);
    }
    let deep = format!("(private-key (rsa {}", "(".repeat(40));
    let wide = format!("(private-key (rsa {}))", "()".repeat(2000));
    for (broken, said) in [
        ("(private-key (rsa (n #00e0ce#)(e #0100", "it ends within a list"),
        ("(private-key (rsa (n #00e0c#)(e #010001#)))", "not of hexadecimal digits"),
        ("(private-key (rsa (n #00e0ce#)))", "a number of its public half is missing"),
        ("(private-key (ecc (curve Ed25519)(q #40aabb#)))", "its point does not fit its curve"),
        ("(protected-private-key (rsa (n #00e0ce#)(e #010001#)))", "does not say how it is protected"),
        ("(private-key (rsa (n 9999999:abc)))", "it ends within a list"),
        ("(private-key (rsa (n \"\\\\\")(e #010001#)(d \"\\\")))", "it ends within a list"),
        (&deep, "nested too deeply"),
        (&wide, "too many parts"),
    ] {
        let reading = read(broken.as_bytes());
        let [problem] = &reading.problems[..] else { panic!("{broken}: {:?}", reading.problems) };
        assert!(problem.message.starts_with("the key of GnuPG cannot be read: "), "{}", problem.message);
        assert!(problem.message.contains(said), "{}", problem.message);
        assert_eq!(reading.secrets.len(), 1);
    }
    for (unknown, protection) in [
        ("Key: (private-key (kyber768 (p #40aa#)(s #11#)))", Protection::Plaintext),
        ("(private-key (ecc (curve Edwards-9)(q #40aa#)(d #11#)))", Protection::Plaintext),
        ("(protected-private-key (rsa (n #00e0ce#)(e #010001#)(protected new-mode () #aa#)))", Protection::Passphrase),
    ] {
        let (key, _) = only(unknown.as_bytes());
        assert!(key.protection == protection && !key.unknown.is_empty(), "{:?}", key.unknown);
    }
}

/// Agents before 2.0.15 or so; 96 stands for 65,536 octets (GnuPG agent/protect.c, agent_unprotect).
#[test]
fn a_count_of_an_old_agent_is_the_octet_of_openpgp() {
    let numbers = format!("(n #00{}#)(e #010001#)", "C3".repeat(128));
    for (count, octets) in [("96", 65_536), ("255", 65_011_712), ("256", 256), ("28835840", 28_835_840)] {
        let under = format!("((sha1 #C2A5673BD3882405# \"{count}\") #00112233445566778899AABBCCDDEEFF#)");
        let protected = format!("(protected openpgp-s2k3-sha1-aes-cbc {under} #00#)");
        let (key, _) = only(format!("Key: (protected-private-key (rsa {numbers}{protected}))\n").as_bytes());
        assert_eq!(key.encryption.unwrap().iterations, octets, "{count}");
    }
}

#[test]
fn only_what_is_left_out_of_the_numbers_makes_a_key_an_example() {
    let number = "C3".repeat(128);
    let text = |comment: &str, secret: &str| {
        format!("Key: (private-key (rsa (n #00{number}#)(e #010001#)(d {secret}))(comment {comment}))\n")
    };
    for comment in ["${USER}", "<me@example.org>", "..."] {
        let reading = read(text(comment, "#7A01#").as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.secrets.len()), (1, 1), "{comment}");
    }
    for secret in ["${D}", "#7A...#", "<D>"] {
        let reading = read(text("me", secret).as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len()), (0, 0), "{secret}");
    }
}

#[test]
fn a_keybox_holds_the_keys_that_gpg_exports() {
    let Some(home) = home("") else { return };
    let exported = read(&home.gpg("--export"));
    let bytes = file(&home.path("pubring.kbx"));
    let reading = read(&bytes);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let described = |reading: &Reading| {
        let keys = reading.facts.keys.iter();
        keys.map(|(key, place)| (key.clone(), place.identity.clone(), place.key_names.clone())).collect::<Vec<_>>()
    };
    assert_eq!(described(&reading), described(&exported));
    // GnuPG changes flags in place, and then neither renews nor checks the digest at the end of a blob.
    let mut flagged = bytes.clone();
    flagged[39] ^= 1;
    assert_eq!((described(&read(&flagged)), read(&flagged).problems.len()), (described(&reading), 0));
    // Blobs begin with their lengths; the first is the header.
    let first = 32;
    let second = first + u32::from_be_bytes(bytes[first..first + 4].try_into().unwrap()) as usize;
    for (at, value, keys, said) in [
        (first + 11, 255, 4, "its key lies outside of it"),
        (first + 4, 9, 4, "of a kind that is not known"),
        (first, 0x7f, 0, "longer than what is there"),
        (first + 2, 0, 0, ""),
    ] {
        let mut damaged = bytes.clone();
        damaged[at] = value;
        let reading = read(&damaged);
        let said = reading.problems.iter().any(|problem| problem.message.contains(said));
        assert!(said && reading.facts.keys.len() >= keys, "{at}: {} {:?}", reading.facts.keys.len(), reading.problems);
    }
    for cut in (40..bytes.len()).filter(|&cut| cut != second) {
        assert!(!read(&bytes[..cut]).problems.is_empty() || cut >= bytes.len() / 3, "{cut}");
    }
}

#[test]
fn a_keybox_of_gpgsm_holds_certificates() {
    if !has("gpgsm") {
        return;
    }
    let (authority, Some(home)) = (Authority::new(), Home::new()) else { return };
    let folder = home.0.path().display().to_string();
    run("gpgsm", &["--homedir", &folder, "--batch", "--quiet", "--import", &authority.path("ca")]);
    let reading = read(&file(&home.path("pubring.kbx")));
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let expected = read(&file(Path::new(&authority.path("ca"))));
    assert_eq!(reading.facts.certificates.places()[0].identity, expected.facts.certificates.places()[0].identity);
}

#[test]
fn a_whole_folder_of_gnupg_is_read_without_a_problem() {
    let Some(home) = home("phrase") else { return };
    let (mut folders, mut sources) = (vec![home.0.path().to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => {
                    sources.push(Source::new(entry.path().display().to_string(), None, file(&entry.path())));
                }
                _ => {}
            }
        }
    }
    assert!(sources.iter().any(|source| source.name.ends_with(".rev")));
    let reading = facts::read(&Sources::new(sources), Detail::Everything, Passwords::NONE).reading;
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let count = |format: &str| reading.facts.keys.facts().iter().filter(|key| key.format == format).count();
    // The keybox and its backup, which lacks the last key.
    assert_eq!((count("GnuPG"), count("OpenPGP")), (2 * KINDS.len(), 4 * KINDS.len() - 2));
}

#[test]
fn a_message_names_the_key_of_the_agent_that_opens_it() {
    let Some(home) = home("phrase") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(home.path("text"), "text").unwrap();
    let recipients = home.gpg("--list-keys --with-colons");
    let recipients = String::from_utf8(recipients).unwrap();
    let subkeys =
        recipients.lines().filter(|line| line.starts_with("sub:")).map(|line| line.split(':').nth(4).unwrap());
    for (index, subkey) in subkeys.enumerate() {
        let message = folder.path().join(format!("{index}.gpg")).display().to_string();
        let text = home.path("text").display().to_string();
        home.gpg(&format!("--trust-model always --recipient {subkey}! --output {message} --encrypt {text}"));
    }
    for entry in std::fs::read_dir(home.path("private-keys-v1.d")).unwrap().map(|entry| entry.unwrap()) {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_keyreeve"))
        .args(["check", "--rule", "key-separation", "--format", "json", "."])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), KINDS.len(), "{report:#}");
}

#[test]
fn no_private_number_is_in_what_is_read_of_a_key() {
    let Some(home) = home("") else { return };
    for (bytes, ..) in home.agent_files() {
        let text = String::from_utf8(bytes).unwrap();
        let dense: String = text.split_whitespace().collect();
        let private = dense.split("(d#").nth(1).unwrap();
        let lower = private.to_lowercase();
        let numbers: Vec<&str> =
            private.split('#').chain(lower.split('#')).filter(|number| number.len() > 30).collect();
        assert!(numbers.len() >= 2);
        for content in [&text[..], &text[..text.len() / 2], &text.replace("(d ", "(d ? "), &text.replace("(e ", "(f ")]
        {
            let source = Source::new("a", None, content.as_bytes().to_vec());
            let reading = keyreeve_material::scan::read_detailed(SourceId(0), &source);
            assert_hidden(&format!("{reading:?}"), &numbers, "GnuPG");
            let number = text.find("(d").unwrap() + 3;
            let hidden = reading.secrets.iter().any(|(_, span)| span.range().contains(&number));
            assert!(hidden || content.len() <= number, "{content}");
        }
    }
}

proptest! {
    #[test]
    fn lists_of_any_kind_never_panic(
        begin in prop_oneof![
            Just("(private-key(rsa"), Just("(protected-private-key (ecc"), Just("(shadowed-private-key\n (dsa"),
            Just("(11:private-key(3:rsa"), Just("(21:protected-private-key(3:ecc"), Just("(20:shadowed-private-key(3:elg"),
        ],
        parts in proptest::collection::vec(prop_oneof![
            Just("(".to_owned()), Just(")".to_owned()), Just("#".to_owned()), Just("|".to_owned()), Just("\"".to_owned()),
            Just("(n #00AABB#)".to_owned()), Just("(1:n3:abc)".to_owned()), Just("(curve \"NIST P-256\")".to_owned()),
            Just("(protected openpgp-s2k3-ocb-aes ((sha1 #AA# \"1\") #BB#) #CC#)".to_owned()),
            Just("(protected openpgp-native (openpgp-private-key (protection sha1 AES #AA# 3 SHA1 #BB# 255)))".to_owned()),
            "[0-9]{1,12}:", "[a-z0-9]{0,6}", "[\\\\\"'\n\r\t ]{0,6}", "\\PC{0,4}",
        ], 0..40),
    ) {
        let text = [begin, &parts.concat()].concat();
        let reading = read(text.as_bytes());
        prop_assert!(reading.facts.keys.len() <= 1 + parts.len());
    }

    #[test]
    fn blobs_of_any_kind_never_panic(
        blobs in proptest::collection::vec((any::<u8>(), any::<u16>(), any::<u16>(), proptest::collection::vec(any::<u8>(), 0..80)), 0..6),
        cut in 0_usize..40,
    ) {
        let mut bytes = [&32_u32.to_be_bytes()[..], &[1, 1, 0, 2], b"KBXf", &[0; 20]].concat();
        for (kind, start, length, body) in blobs {
            bytes.extend((16 + body.len() as u32).to_be_bytes());
            bytes.extend([kind % 5, 1, 0, 0]);
            bytes.extend(u32::from(start % 64).to_be_bytes());
            bytes.extend(u32::from(length % 64).to_be_bytes());
            bytes.extend(body);
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len() - 12));
        read(&bytes);
    }
}
