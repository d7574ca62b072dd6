//! Tests of keys inside of the files in which people keep them: of Kubernetes, Terraform, cloud providers, programs.
//! The ways in which a text can be quoted are tested in `places`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve_contract::{Protection, Role};

use crate::material::tools::{file, openssl, openssl_text, read, run};

/// An Ed25519 key in PEM and in OpenSSH's form, with its identity.
struct Keys {
    pem: String,
    openssh: String,
    identities: [String; 2],
}

fn keys() -> Keys {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let name = path.display().to_string();
    openssl(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out {name}.pem"));
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &name]);
    let pem = openssl_text(&format!("pkey -in {name}.pem"));
    let openssh = String::from_utf8(file(&path)).unwrap();
    let identities = [&pem, &openssh].map(|text| read(text.as_bytes()).facts.keys.places()[0].identity.to_string());
    Keys { pem, openssh, identities }
}

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}

#[test]
fn keys_are_found_in_the_files_where_people_keep_them() {
    let Keys { pem, openssh, identities } = keys();
    let escaped = |text: &str| text.replace('\n', "\\n");
    let encoded = |text: &str| STANDARD.encode(text);
    let quoted = |text: &str| text.lines().map(|line| format!("    \"{line}\\n\"\n")).collect::<String>();
    let terraform = serde_json::json!({ "version": 4, "resources": [{ "type": "tls_private_key", "instances": [{ "attributes": {
        "private_key_pem": pem, "private_key_openssh": openssh } }] }] });
    let account =
        |key: &str| serde_json::json!({ "type": "service_account", "private_key_id": "0123", "private_key": key });
    let texts = [
        ("a service account of Google", format!("{}\n{}", account(&pem), account(&openssh))),
        ("Terraform state", serde_json::to_string_pretty(&terraform).unwrap()),
        (
            "a Secret of Kubernetes",
            format!(
                "kind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.key: {}\n  ssh-privatekey: {}\n",
                encoded(&pem),
                encoded(&openssh)
            ),
        ),
        (
            "a Secret with stringData",
            format!(
                "kind: Secret\nstringData:\n  tls.key: |\n{}  ssh: |-\n{}",
                indented(&pem, 4),
                indented(&openssh, 4)
            ),
        ),
        (
            "a kubeconfig",
            format!(
                "users:\n- name: a\n  user:\n    client-key-data: {}\n- name: b\n  user: {{client-key-data: \"{}\"}}\n",
                encoded(&pem),
                encoded(&openssh)
            ),
        ),
        (".env", format!("TLS_KEY=\"{}\"\nexport SSH_KEY='{openssh}'\nPORT=1\n", escaped(&pem))),
        (".env in base64", format!("TLS_KEY={}\nSSH_KEY=\"{}\"\n", encoded(&pem), encoded(&openssh))),
        ("TOML", format!("[tls]\nkey = \"\"\"\n{pem}\"\"\"\nssh = '''{openssh}'''\n")),
        (
            "HCL",
            format!(
                "resource \"a\" \"b\" {{\n  key = <<-EOT\n{}  EOT\n  ssh = \"{}\"\n}}\n",
                indented(&pem, 4),
                escaped(&openssh)
            ),
        ),
        ("a shell script", format!("#!/bin/sh\ncat >key.pem <<'EOF'\n{pem}EOF\necho '{openssh}' | ssh-add -\n")),
        (
            "a script that decodes",
            format!("echo {} | base64 -d >key.pem\nprintf '%s' \"{}\" | base64 -d", encoded(&pem), encoded(&openssh)),
        ),
        (
            "C",
            format!("static const char key[] =\n{};\nstatic const char ssh[] =\n{};\n", quoted(&pem), quoted(&openssh)),
        ),
        ("Python", format!("KEY = \"\"\"{pem}\"\"\"\nSSH = (\n{})\n", quoted(&openssh))),
        ("Go", format!("const key = `{pem}`\nvar ssh = []byte(`{openssh}`)\n")),
        ("JavaScript", format!("const key = `{pem}`;\nconst ssh = '{}';\n", escaped(&openssh))),
        ("Java properties", format!("tls.key={}\nssh.key={}\n", escaped(&pem), openssh.replace('\n', "\\n\\\n  "))),
        ("XML", format!("<key>{pem}</key>\n<ssh><![CDATA[{openssh}]]></ssh>\n")),
        ("INI", format!("[ssh]\nkey = {}\ntls = {}\n", openssh.replace('\n', "\n    "), pem.replace('\n', "\n    "))),
    ];
    for (what, text) in texts {
        let reading = read(text.as_bytes());
        assert!(reading.problems.is_empty(), "{what}: {:?}\n{text}", reading.problems);
        let mut found: Vec<_> = reading.facts.keys.places().iter().map(|place| place.identity.to_string()).collect();
        found.sort_unstable();
        let mut expected = identities.clone();
        expected.sort_unstable();
        assert_eq!(found, expected, "{what}\n{text}");
        for key in reading.facts.keys.facts() {
            assert_eq!((key.role, key.protection), (Role::Private, Protection::Plaintext), "{what}");
        }
        for place in reading.facts.keys.places() {
            assert!(reading.secrets.iter().any(|(_, secret)| place.home.span.contains(*secret)), "{what}");
        }
    }
}

#[test]
fn a_file_of_tor_is_the_key_of_its_onion_service() {
    // RFC 8032, section 7.1, test 1: the hash of the seed is what Tor stores.
    let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed").display().to_string();
    std::fs::write(&path, seed).unwrap();
    let expanded = openssl(&format!("dgst -sha512 -binary {path}"));
    let pkcs8 = [b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", &seed[..]].concat();
    let expected = read(&pkcs8).facts.keys.places()[0].spki;
    assert!(expected.is_some());
    let secret = [b"== ed25519v1-secret: type0 ==\0\0\0", &expanded[..]].concat();
    let command = format!("ADD_ONION ED25519-V3:{} Port=80\n", STANDARD.encode(&expanded));
    for bytes in [&secret[..], command.as_bytes()] {
        let reading = read(bytes);
        assert_eq!((reading.facts.keys.places()[0].spki, reading.secrets.len()), (expected, 1));
        assert_eq!(reading.facts.keys.facts()[0].format, "Tor");
    }
    let reading = read(&secret[..60]);
    assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 1, 1));
}
