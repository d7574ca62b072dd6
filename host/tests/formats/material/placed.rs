//! Tests of private values in unexpected places: in names, labels, ciphers, recipients, subjects, file names, the
//! policy. A value that keyreeve recognises anywhere in a scan is in no output of any command; what merely looks
//! private is in no frame.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::material::canary::{FORMS, canaries};

/// So many characters of a value in a row count as a part of it.
const PART: usize = 16;

/// A file for each format, with `{}` where a value is put.
const PLACES: [(&str, &str); 9] = [
    (
        "nginx/nginx.conf",
        "http {\n  # {}\n  server {\n    listen 443 ssl;\n    server_name {} www.{}.example;\n    ssl_protocols TLSv1 {};\n    ssl_ciphers {}:RC4-SHA;\n\
         \x20   ssl_conf_command {} {};\n    include {}.conf;\n    include /etc/{};\n    proxy_set_header Authorization \"Bearer {}\";\n\
         \x20   ssl_certificate $x{};\n  }\n}\n",
    ),
    (
        "key-inventory.csv",
        "id,kind,creator,service,created,last rotated,owner,path\n{},token,{},{},2026-13-01,{},{},{}\n",
    ),
    (
        "key-inventory.yaml",
        "keys:\n  - id: {}\n    creator: {}\n    owner: \"{}\"\n    created: {}\n    {}: 1\n    {}: 2\n",
    ),
    (
        "secrets.json",
        "{\"a\":\"ENC[AES256_GCM,data:x,iv:y,tag:{},type:str]\",\"sops\":{\"age\":[{\"recipient\":\"{}\",\"enc\":\"{}\"}],\"version\":\"{}\",\"lastmodified\":\"{}\"}}",
    ),
    ("labels.pem", "-----BEGIN {}-----\n{}: {}\n\n{}\n-----END {}-----\n-----BEGIN CERTIFICATE-----\n{}\n"),
    ("jwk.json", "{\"kty\":\"EC\",\"crv\":\"{}\",\"kid\":\"{}\",\"x\":\"{}\",\"y\":\"{}\",\"d\":\"{}\"}"),
    (".ssh/authorized_keys", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ {}\nssh-{} AAAA{} x\n"),
    ("values.toml", "{} = \"{}\"\n[\"{}\"]\npassword = '{}'\n"),
    (
        "keyreeve.toml",
        "[[exceptions]]\nkind = \"accepted\"\nrule = \"key-size\"\npath = \"x/{}/**\"\nreason = \"{}\"\napproved-by = \"{}\"\n\
         alternative = \"{}\"\nexpires = 2099-01-01\n",
    ),
];

fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyreeve"));
    let output = command.args(arguments).current_dir(folder).env("COLUMNS", "200").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Everything that the program says of a tree, by what it was asked.
fn everything(folder: &Path) -> Vec<(String, String)> {
    let formats = ["human", "json", "sarif", "github", "gitlab"];
    let mut asked: Vec<Vec<&str>> =
        formats.map(|format| vec!["--color", "always", "check", "--fail-on-undetermined", "--format", format]).to_vec();
    asked.push(vec!["check", "--quiet"]);
    asked.push(vec!["check", "--all", "--fail-on-undetermined"]);
    asked.push(vec!["check", "--write-baseline", "../baseline.json"]);
    asked.push(vec!["check", "--baseline", "key-inventory.yaml"]);
    asked.push(vec!["facts", "."]);
    asked.push(vec!["rule", "list"]);
    asked.push(vec!["explain", "key-size"]);
    asked.push(vec!["init"]);
    let mut said: Vec<(String, String)> = asked.iter().map(|asked| (asked.join(" "), run(folder, asked))).collect();
    said.push(("baseline".to_owned(), fs::read_to_string(folder.join("../baseline.json")).unwrap_or_default()));
    let fingerprint = said[1].1.split("\"fingerprint\": \"").nth(1).and_then(|rest| rest.split('"').next());
    let stanza = fingerprint.map(|fingerprint| run(folder, &["except", fingerprint]));
    said.push(("except".to_owned(), stanza.unwrap_or_default()));
    said
}

#[track_caller]
fn is_nowhere(value: &str, said: &[(String, String)]) {
    for part in value.as_bytes().windows(PART).map(|part| std::str::from_utf8(part).unwrap()) {
        for (asked, output) in said {
            let line = output.lines().find(|line| line.contains(part));
            assert!(line.is_none(), "{asked} shows {part} of {value}: {}", line.unwrap_or_default());
        }
    }
}

#[test]
fn no_private_value_is_in_any_output_wherever_it_stands() {
    let mut count = 0;
    for form in FORMS {
        let Some(value) = canaries(form).into_iter().filter(|value| is_varied(value)).max_by_key(|value| value.len())
        else {
            continue;
        };
        count += 1;
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("tree");
        // As it is, and as what it stands for is spelt in hexadecimal digits.
        let hex: Option<String> =
            STANDARD.decode(value).ok().map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        for spelling in [Some(value.to_owned()), hex].into_iter().flatten().filter(|spelling| is_varied(spelling)) {
            for (name, text) in PLACES {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text.replace("{}", &spelling)).unwrap();
            }
            let name: String = spelling.replace(['/', '='], "").chars().take(200).collect();
            fs::write(folder.join(format!("{name}.conf")), "server { listen 443 ssl; ssl_protocols TLSv1; }\n")
                .unwrap();
            fs::write(folder.join("recognised.txt"), form).unwrap();
            certificate(&folder.join("subject.pem"), &spelling);
            let said = everything(&folder);
            assert!(said.iter().all(|(asked, output)| !output.is_empty() || asked == "except"), "{said:?}");
            assert!(said[0].1.contains("[hidden]"), "{}", said[0].1);
            is_nowhere(&spelling, &said);
        }
    }
    assert!(count >= 6, "only {count} forms have a value to look for");
}

/// A value that no text has by chance.
fn is_varied(value: &str) -> bool {
    let kinds: std::collections::BTreeSet<u8> = value.bytes().collect();
    value.len() >= 2 * PART && kinds.len() >= 8
}

/// A certificate that is too weak, with a value in its subject and in a name.
fn certificate(path: &Path, value: &str) {
    let short = &value[..value.len().min(50)];
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "/dev/null", "-days", "9000"]);
    openssl.args([
        "-subj",
        &format!("/CN={}", short.replace('/', "\\/")),
        "-addext",
        &format!("subjectAltName=URI:urn:{value}"),
    ]);
    assert!(openssl.arg("-out").arg(path).output().unwrap().status.success());
}

#[test]
fn what_looks_private_is_in_no_frame() {
    let key = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v2VpEfkmxLWJ8nWGxneW9WmC6hEr0kuwsxERJ";
    let bytes = STANDARD.decode(key).unwrap();
    let spelt = |each: fn(&u8) -> String, between: &str| bytes.iter().map(each).collect::<Vec<_>>().join(between);
    let hex = spelt(|byte| format!("{byte:02x}"), "");
    for line in [
        format!("JWT_KEY={key}"),
        format!("key {hex} key"),
        format!("\"key\": [{}]", spelt(u8::to_string, ", ")),
        spelt(|byte| format!("0x{byte:02x}"), ", "),
        spelt(|byte| format!("{byte:02x}"), ":"),
        format!("<D>{key}</D>"),
        "proxy_set_header Authorization \"Bearer hunter-two-of-nine\";".to_owned(),
        "https://ada:hunter-two-of-nine@example.org/x".to_owned(),
        "db_password = hunter-two-of-nine".to_owned(),
        "token: ghp_huntertwoofnine0123456789".to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "server {{\n  listen 443 ssl;\n  # {line}\n  ssl_protocols TLSv1; # {line}\n  # {line}\n  ssl_ciphers RC4-SHA;\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), text).unwrap();
        let shown = run(folder.path(), &["check", "--all"]);
        assert!(shown.contains("ssl_protocols TLSv1; # ") && shown.contains("[hidden]"), "{shown}");
        for part in [
            &key[8..24],
            &hex[16..32],
            "hunter",
            "huntertwo",
            &bytes[..6].iter().map(u8::to_string).collect::<Vec<_>>().join(", "),
        ] {
            assert!(!shown.contains(part), "{line}\n{shown}");
        }
    }
}

/// The text form of OpenSSL ends right above the block that is found.
#[test]
fn what_openssl_prints_of_a_key_is_not_shown_above_it() {
    let folder = tempfile::tempdir().unwrap();
    for bits in ["1024", "2048"] {
        let shell = format!("openssl genrsa {bits} 2>/dev/null | openssl rsa -text 2>/dev/null > key.pem");
        assert!(Command::new("sh").args(["-c", &shell]).current_dir(folder.path()).status().unwrap().success());
        let text = fs::read_to_string(folder.path().join("key.pem")).unwrap();
        let last = text.lines().take_while(|line| !line.starts_with("-----BEGIN")).last().unwrap().trim();
        assert!(last.contains(':'), "{last}");
        let shown = run(folder.path(), &["check", "--all"]);
        assert!(shown.contains("-----BEGIN") && !shown.contains(&last[..last.len().min(8)]), "{last}\n{shown}");
    }
}
