//! Canaries: the private values of keys in every form, no part of which may appear in any output.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve_contract::Role;
use keyreeve_material::scan::read_detailed;
use keyreeve_source::{Source, SourceId};

use crate::material::tools::{may_hold, read};

/// A key in each of the forms that are neither PEM nor DER; they are published ones, or not real keys at all.
pub(crate) const FORMS: [&str; 12] = [
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: x\nPublic-Lines: 2\n\
     AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\nHh8g\nKey-Derivation: Argon2id\n\
     Argon2-Memory: 8192\nArgon2-Passes: 13\nArgon2-Parallelism: 1\nArgon2-Salt: 00\nPrivate-Lines: 1\n\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nPrivate-MAC: 00\n",
    "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"a\"\nAAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n\
     ---- END SSH2 PUBLIC KEY ----\n",
    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAF8AAAAmZGwtbW9kcHtzaWdue2RzYS1uaXN0LXNoYTF9LGRoe3BsYWlufX0AAAAEbm9uZQAAACEAAAAdAAAAAAAAAAUXAAAAAgIAAAAECwAAAAQIAAAAAgM=\n\
     ---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n",
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    "untrusted comment: minisign public key\nRWQAAAAAAAAAAAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n",
    "[Interface]\nPrivateKey = dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n",
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}\n",
    "{\"keyData\":{\"typeUrl\":\"type.googleapis.com/google.crypto.tink.AesGcmKey\",\"value\":\"GhAAAQIDBAUGBwgJCgsMDQ4P\",\
     \"keyMaterialType\":\"SYMMETRIC\"}}\n",
    "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\nCreated: 20260102030405\n",
    "Created: 20260102T030405\nKey: (private-key (ecc (curve Ed25519)(flags eddsa)(q\n  #40D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F7\n \
     07511A#)(d #9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031C\n AE7F60#)\n ))\n",
    "example.org. IN DNSKEY 257 3 15 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n",
];

/// So many characters of a value in a row are no coincidence.
const WINDOW: usize = 10;

/// The private values in a text, as they are written there.
pub(crate) fn canaries(text: &str) -> Vec<&str> {
    let secrets = read(text.as_bytes()).secrets;
    let values = secrets.iter().flat_map(|(_, span)| text[span.range()].split(|c: char| c.is_whitespace() || c == '-'));
    values.filter(|value| value.len() >= WINDOW).collect()
}

/// Asserts that no part of the values is in an output, nor the bytes that they stand for, in hexadecimal or decimal
/// digits.
pub(crate) fn assert_hidden(output: &str, canaries: &[&str], what: &str) {
    for value in canaries {
        let windows = value.as_bytes().windows(WINDOW).map(|window| std::str::from_utf8(window).unwrap());
        // A run of one letter occurs in padding of every kind.
        for window in windows.filter(|window| window.bytes().any(|byte| byte != window.as_bytes()[0])) {
            assert!(!output.contains(window), "{what}: {window}");
        }
        for bytes in STANDARD.decode(value.replace('-', "+").replace('_', "/")).iter().flat_map(|bytes| bytes.chunks(8))
        {
            if bytes.iter().any(|byte| *byte != bytes[0]) {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                let decimal = format!("{bytes:?}").replace(['[', ']'], "");
                assert!(!output.contains(&hex) && !output.contains(&decimal), "{what}: {hex}");
            }
        }
    }
}

#[test]
fn every_form_is_found_and_what_is_private_in_it_is_secret() {
    for text in FORMS {
        assert!(may_hold(text.as_bytes()), "{text}");
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert!(may_hold(&wide) && read(&wide).facts.keys.len() == 1, "{text}");
        let reading = read(text.as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len()), (1, 0), "{text}{:?}", reading.problems);
        let is_private = reading.facts.keys.facts()[0].role == Role::Private;
        assert_eq!(is_private, !canaries(text).is_empty(), "{text}");
    }
}

#[test]
fn no_private_value_is_in_what_is_read() {
    for text in FORMS {
        let values = canaries(text);
        // Whole, cut off anywhere, and with a byte changed.
        for cut in (20..=text.len()).step_by(7) {
            for mutated in [text[..cut].to_owned(), format!("{}!{}", &text[..cut - 1], &text[cut..])] {
                let source = Source::new("a", None, mutated.into_bytes());
                assert_hidden(&format!("{:?}", read_detailed(SourceId(0), &source)), &values, text);
            }
        }
    }
}

#[test]
fn no_private_value_is_in_a_report_or_in_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    for (index, text) in FORMS.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{index}.txt")), text).unwrap();
        std::fs::write(folder.path().join(format!("{index}-broken.txt")), &text[..text.len() * 2 / 3]).unwrap();
        std::fs::write(folder.path().join(format!("{index}-line.txt")), text.replace('\n', "\\n")).unwrap();
    }
    let values: Vec<&str> = FORMS.iter().flat_map(|text| canaries(text)).collect();
    for arguments in [
        &["check"][..],
        &["check", "--all"],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["facts"],
    ] {
        let program = env!("CARGO_BIN_EXE_keyreeve");
        let output = Command::new(program).args(arguments).arg(".").current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(text.len() > 1000, "{text}");
        assert_hidden(&text, &values, &arguments.join(" "));
    }
}
