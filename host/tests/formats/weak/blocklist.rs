//! Tests of `--blocklist`: keys are found by the part that badkeys hashes, and a file that is not such a list is
//! refused.

use std::process::Command;

use crate::support::{Tree, findings_of, finish};
use crate::weak::badkeys::answers;

const KINDS: [&str; 9] = [
    "rsa:2048",
    "rsa:1024",
    "EC -pkeyopt ec_paramgen_curve:P-256",
    "EC -pkeyopt ec_paramgen_curve:P-521",
    "EC -pkeyopt ec_paramgen_curve:secp256k1",
    "ED25519",
    "X25519",
    "ED448",
    "X448",
];

#[test]
fn every_kind_of_key_is_found_by_what_badkeys_hashes_of_it() {
    let tree = Tree::new();
    let mut lines = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let algorithm = match kind.split_once(':').filter(|(rsa, _)| *rsa == "rsa") {
            Some((_, bits)) => format!("RSA -pkeyopt rsa_keygen_bits:{bits}"),
            None => (*kind).to_owned(),
        };
        let private = tree.home.join("private.pem");
        let public = tree.path.join(format!("key-{index}.pub"));
        for line in [
            format!("genpkey -algorithm {algorithm} -out {}", private.display()),
            format!("pkey -pubout -in {} -out {}", private.display(), public.display()),
        ] {
            let mut openssl = Command::new("openssl");
            finish(openssl.args(line.split(' '))).ends_with(0);
        }
        lines.push(format!("pem {}", public.display()));
    }
    let Some(answers) = answers(&lines) else { return };
    let mut records: Vec<String> =
        answers.iter().map(|answer| answer["hash"].as_str().unwrap().to_owned() + "2a").collect();
    records.sort();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    let bytes: Vec<u8> = records
        .concat()
        .as_bytes()
        .as_chunks::<2>()
        .0
        .iter()
        .map(|&[high, low]| digit(high) << 4 | digit(low))
        .collect();
    let list = tree.home.join("blocklist.dat");
    std::fs::write(&list, bytes).unwrap();
    let arguments = ["--rule", "weak-key", "--blocklist", list.to_str().unwrap()];
    let report = tree.report(&arguments);
    let findings = findings_of(&report, "weak-key");
    assert_eq!(findings.len(), KINDS.len(), "{report}");
    for finding in findings {
        assert_eq!(finding["severity"], "critical");
        let message = "the key is among those whose private half others have: list 42 of blocklist.dat";
        assert_eq!(finding["message"], message);
    }
    let sum = std::process::Command::new("sha256sum").arg(&list).output().unwrap().stdout;
    let sum = String::from_utf8(sum).unwrap();
    assert_eq!(report["blocklist"]["sha256"].as_str(), sum.split(' ').next(), "{}", report["blocklist"]);
    assert!(report["blocklist"]["path"].as_str().unwrap().ends_with("blocklist.dat"));
    tree.check(&arguments[..2]).ends_with(0);
    let facts = tree.run(&["facts", "--blocklist", list.to_str().unwrap(), "."]).ends_with(0).json();
    for key in facts["keys"].as_array().unwrap() {
        assert!(key["fact"]["public"]["attributes"].to_string().contains("list 42 of blocklist.dat"), "{key}");
    }
}

#[test]
fn a_file_that_is_no_list_is_refused_before_anything_is_checked() {
    let tree = Tree::with(&[("a.txt", "nothing")]);
    let list = |bytes: &[u8]| {
        let path = tree.home.join("list");
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for command in [&["check"][..], &["facts", "."]] {
        let run = |file: &str| tree.run(&[command, &["--blocklist", file]].concat()).ends_with(2);
        run("/nowhere/blocklist.dat").complains("the blocklist /nowhere/blocklist.dat cannot be used");
        run(&list(b"")).complains("it is empty");
        run(&list(&[7; 33])).complains("its length, 33 bytes, is no multiple of 16");
        run(&list(&[[9; 16], [8; 16]].concat())).complains("record 2 is not in the order of the hashes");
    }
    tree.run(&["check", "--help"]).ends_with(0).says("badkeys --update-bl");
}
