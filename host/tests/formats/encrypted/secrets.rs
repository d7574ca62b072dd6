//! Tests of the secret files that open encrypted data: which they are, and that their values appear nowhere.

use crate::encrypted::workshop::read;
use crate::support::Tree;

const RAILS: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const DOTENVX: &str = "c0ffee00c0ffee01c0ffee02c0ffee03c0ffee04c0ffee05c0ffee06c0ffee07";
const PASSWORD: &str = "correct-horse-battery-staple";
const KEYX: &str = "A7007945D07D54BA28DF6434";

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("config/master.key", RAILS.into()),
        ("config/credentials/production.key", format!("{RAILS}\n").into()),
        (
            ".env.keys",
            format!("#/ private keys /\nDOTENV_PRIVATE_KEY=\"{DOTENVX}\"\nDOTENV_PRIVATE_KEY_CI={DOTENVX}\n").into(),
        ),
        (".vault_pass", format!("{PASSWORD}\n").into()),
        ("ansible/vault-password.txt", PASSWORD.into()),
        ("safe.keyx", format!("<?xml version=\"1.0\"?><KeyFile><Key><Data>{KEYX}</Data></Key></KeyFile>").into()),
        ("git-crypt.bin", [&b"\0GITCRYPTKEY\0\0\0\x02"[..], PASSWORD.as_bytes()].concat()),
    ]
}

#[test]
fn every_such_file_is_a_private_key_in_plaintext_and_all_of_it_secret() {
    let labels = [
        "Rails master key",
        "Rails master key",
        "dotenvx private key",
        "password of ansible-vault",
        "password of ansible-vault",
        "KeePass key file",
        "git-crypt key",
    ];
    for ((name, bytes), label) in files().into_iter().zip(labels) {
        let reading = read(name, &bytes);
        assert_eq!(reading.facts.keys.places()[0].label.as_ref(), label, "{name}");
        assert_eq!(reading.facts.keys.len(), if name == ".env.keys" { 2 } else { 1 }, "{name}");
        for secret in [RAILS, DOTENVX, PASSWORD, KEYX] {
            for at in memchr::memmem::find_iter(&bytes, secret.as_bytes()) {
                let covers =
                    |span: &keyreeve_source::Span| span.range().contains(&at) && span.range().end >= at + secret.len();
                assert!(reading.secrets.iter().any(|(_, span)| covers(span)), "{name}");
            }
        }
    }
}

#[test]
fn scripts_documents_and_placeholders_are_none() {
    for (name, content) in [
        (".vault_pass", "#!/bin/sh\npass show ansible\n"),
        (".vault_pass", "$ANSIBLE_VAULT;1.1;AES256\n3033\n"),
        (".vault_pass", ""),
        (".vault_pass", "<your password>"),
        ("vault_pass.tf", "x"),
        ("vault_password.md", "how to get the password"),
        ("vault_pass.sh", "pass show ansible"),
        ("vault_passthrough.rb", "x"),
        ("config/master.key", "<%= ENV['KEY'] %>"),
        ("keys/master.key", "-----BEGIN PRIVATE KEY-----\n"),
        (".env.keys", "DOTENV_PRIVATE_KEY=\"your key\"\n"),
    ] {
        assert!(read(name, content.as_bytes()).facts.keys.is_empty(), "{name}: {content}");
    }
}

#[test]
fn no_secret_value_reaches_any_output() {
    let tree = Tree::new();
    for (name, bytes) in files() {
        tree.write(name, bytes);
    }
    tree.write("config/credentials.yml.enc", "BwcHBwcHBwc=--BwcHBwcHBwcHBwcH--BwcHBwcHBwcHBwcHBwcHBw==");
    let formats = ["human", "json", "sarif", "github", "gitlab"];
    let reports = formats.map(|format| tree.check(&["--format", format, "--all", "."]));
    let facts = tree.run(&["facts", "."]);
    for answer in reports.iter().chain([&facts]) {
        let said = format!("{}{}", answer.stdout, answer.stderr).to_lowercase();
        for secret in [RAILS, DOTENVX, PASSWORD, KEYX] {
            let secret = secret.to_lowercase();
            for start in 0..secret.len() - 10 {
                assert!(!said.contains(&secret[start..start + 10]), "{said}");
            }
        }
    }
    assert!(reports[0].stdout.contains("Rails master key"), "{}", reports[0].stdout);
}
