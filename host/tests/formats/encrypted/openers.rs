//! Tests which keys of a tree open which of its data, according to the programs: with real keys and what they were used
//! for.

use serde_json::Value;

use crate::encrypted::workshop::Workshop;
use crate::support::{Tree, findings_of};

/// The openers of each fact of a tree: `path: label matches beside plaintext`.
fn openers(tree: &Tree) -> Vec<String> {
    let facts = tree.run(&["facts", "."]).json();
    let items = facts["encrypted-data"].as_array().unwrap();
    let lines = items.iter().flat_map(|item| {
        let path = item["place"]["path"].as_str().unwrap();
        let openers = item["fact"]["openers"].as_array().unwrap();
        openers.iter().enumerate().map(move |(position, opener)| {
            let at = item["parts"][format!("openers[{position}]")]["path"].as_str().unwrap();
            let words = ["matches", "beside", "plaintext"].into_iter().filter(|word| opener[word] == Value::Bool(true));
            format!("{path}: {} {at} {}", opener["label"].as_str().unwrap(), words.collect::<Vec<_>>().join(" "))
        })
    });
    lines.collect()
}

/// A tree with files of a workshop at these places.
fn tree(shop: &Workshop, files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new();
    files.iter().for_each(|(from, to)| drop(tree.write(to, shop.bytes(from))));
    tree
}

#[test]
fn an_ssh_key_that_age_was_told_of_matches_wherever_it_lies_and_another_does_not() {
    let Some(shop) = Workshop::with(&["age", "ssh-keygen"]) else { return };
    shop.run(
        "echo data >plain; for name in ed other; do ssh-keygen -q -t ed25519 -N '' -f $name; done
         ssh-keygen -q -t rsa -b 2048 -N secret -f rsa; age -R ed.pub -R rsa.pub -o plain.age plain",
    );
    let tree = tree(
        &shop,
        &[("plain.age", "data/plain.age"), ("ed", "keys/ed"), ("rsa", "data/rsa"), ("other", "data/other")],
    );
    let expected = [
        "data/plain.age: encrypted RSA private key data/rsa matches beside",
        "data/plain.age: Ed25519 private key keys/ed matches plaintext",
    ];
    assert_eq!(openers(&tree), expected);
    let report = tree.report(&["--rule", "key-separation"]);
    let findings = findings_of(&report, "key-separation");
    assert_eq!((findings.len(), &findings[0]["severity"]), (1, &Value::from("critical")));
    let related: Vec<_> =
        findings[0]["related"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(related, ["data/rsa", "keys/ed"]);
}

#[test]
fn cms_is_opened_by_the_key_of_its_certificate_and_a_key_without_one_only_beside_it() {
    let Some(shop) = Workshop::with(&["openssl"]) else { return };
    shop.run(
        "exec 2>/dev/null; echo data >plain
         for name in a b; do openssl req -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem -subj /CN=$name; done
         openssl cms -encrypt -aes256 -in plain -outform DER -out serial.der a.pem
         openssl cms -encrypt -aes256 -keyid -in plain -outform PEM -out keyid.pem a.pem",
    );
    let all = tree(
        &shop,
        &[
            ("serial.der", "x/serial.der"),
            ("keyid.pem", "y/keyid.pem"),
            ("a.pem", "z/a.pem"),
            ("a.key", "z/a.key"),
            ("b.key", "x/b.key"),
        ],
    );
    let expected = [
        "x/serial.der: RSA private key z/a.key matches plaintext",
        "y/keyid.pem: RSA private key z/a.key matches plaintext",
    ];
    assert_eq!(openers(&all), expected);
    // Without the certificate nobody knows whom the data are for, and a key beside them counts; but not one that has
    // another certificate.
    let beside = tree(&shop, &[("serial.der", "serial.der"), ("a.key", "a.key")]);
    assert_eq!(openers(&beside), ["serial.der: RSA private key a.key beside plaintext"]);
    let other = tree(&shop, &[("serial.der", "serial.der"), ("b.key", "b.key"), ("b.pem", "b.pem")]);
    assert_eq!(openers(&other), [] as [String; 0]);
}

#[test]
fn programs_own_secrets_open_what_lies_with_them() {
    let rails = "BwcHBwcHBwc=--BwcHBwcHBwcHBwcH--BwcHBwcHBwcHBwcHBwcHBw==";
    let vault = format!("$ANSIBLE_VAULT;1.1;AES256\n{}\n", "30".repeat(200));
    let tree = Tree::with(&[
        ("config/credentials.yml.enc", rails),
        ("config/master.key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        ("config/credentials/production.yml.enc", rails),
        ("config/credentials/staging.key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        (".vault_pass", "example"),
        ("group_vars/all/vault.yml", &vault),
    ]);
    let expected = [
        "config/credentials.yml.enc: Rails master key config/master.key beside plaintext",
        "group_vars/all/vault.yml: password of ansible-vault .vault_pass beside plaintext",
    ];
    assert_eq!(openers(&tree), expected);
}

#[test]
fn a_servers_key_beside_other_data_opens_nothing() {
    let Some(shop) = Workshop::with(&["openssl", "zip"]) else { return };
    shop.run(
        "exec 2>/dev/null; openssl genrsa -out server.key 2048; echo data >plain; zip -q -P x plain.zip plain
         openssl enc -aes-256-cbc -pbkdf2 -k x -in plain -out plain.bin",
    );
    let sealed = "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq\n";
    let kms = "a: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops:\n    kms:\n        - arn: arn:aws:kms:eu-central-1:1:key/a\n    mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n";
    let tree = tree(&shop, &[("server.key", "server.key"), ("plain.zip", "plain.zip"), ("plain.bin", "plain.bin")]);
    tree.write("sealed.yaml", sealed);
    tree.write("kms.yaml", kms);
    assert_eq!(openers(&tree), [] as [String; 0]);
    assert_eq!(tree.run(&["facts", "."]).json()["encrypted-data"].as_array().unwrap().len(), 4);
}
