//! Tests of keys in the forms of other programs: what those programs write is found, with the public half that they
//! state.

use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyreeve_contract::{Encryption, Key, Protection, Role};
use keyreeve_facts::{Place, Reading};
use keyreeve_oracles::has;

use crate::material::tools::{file, openssl, openssl_text, read, run, sha256};

/// The one private or public key of a text, which must contain nothing else.
pub(crate) fn only(text: impl AsRef<[u8]>) -> (Key, Place) {
    let Reading { facts, problems, secrets } = read(text.as_ref());
    assert!(problems.is_empty(), "{problems:?}\n{}", String::from_utf8_lossy(text.as_ref()));
    assert_eq!(facts.keys.len(), 1, "{:?}\n{}", facts.keys, String::from_utf8_lossy(text.as_ref()));
    let (key, place) = facts.keys.iter().next().unwrap();
    assert!(key.protection != Protection::Plaintext || !secrets.is_empty());
    (key.clone(), place.clone())
}

fn described(key: &Key) -> (&str, Role, Protection, &str) {
    (key.format.as_str(), key.role, key.protection, key.public.algorithm.as_str())
}

fn attribute<'k>(key: &'k Key, name: &str) -> Option<&'k str> {
    key.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What a file is embedded in: the same key must be found in each.
pub(crate) fn embedded(text: &str) -> Vec<String> {
    let escaped = |with: &str| text.replace('\n', with);
    let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
    vec![
        text.to_owned(),
        text.replace('\n', "\r\n"),
        format!("data:\n  key: |\n{indented}other: 1\n"),
        format!("{{\"key\": \"{}\", \"other\": 1}}", escaped("\\n")),
        format!("KEY=\"{}\"\nOTHER=1\n", escaped("\\n")),
        format!("<<EOT\n{indented}EOT\n"),
    ]
}

fn spki_of_line(folder: &Path, line: &[u8]) -> String {
    let path = folder.join("line.pub");
    std::fs::write(&path, line).unwrap();
    let pem = run("ssh-keygen", &["-e", "-m", "PKCS8", "-f", path.to_str().unwrap()]);
    std::fs::write(folder.join("line.pem"), pem).unwrap();
    let der = openssl(&format!("pkey -pubin -in {} -outform DER", folder.join("line.pem").display()));
    sha256(folder, &der)
}

#[test]
fn putty_keys_of_every_version_show_their_public_half_and_how_they_are_encrypted() {
    if !has("puttygen") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("phrase"), "secret phrase\n").unwrap();
    std::fs::write(at("none"), "\n").unwrap();
    for (kind, algorithm) in
        [("rsa", "RSA"), ("dsa", "DSA"), ("ecdsa", "EC"), ("ed25519", "Ed25519"), ("ed448", "Ed448")]
    {
        let bits = if ["rsa", "dsa"].contains(&kind) { &["-b", "1024"][..] } else { &[] };
        run("puttygen", &[&["-q", "-t", kind, "--new-passphrase", &at("none"), "-o", &at("a.ppk")], bits].concat());
        let line = run("puttygen", &[&at("a.ppk"), "-O", "public-openssh"]);
        let (_, public) = only(&line);
        for version in ["2", "3"] {
            let write = |phrase: &str, out: &str, more: &[&str]| {
                let parameter = format!("version={version}{}", more.concat());
                let old = at("none");
                let arguments =
                    [&at("a.ppk"), "--old-passphrase", &old, "--new-passphrase", &at(phrase), "-P", "-O", "private"];
                run("puttygen", &[&arguments[..], &["-o", &at(out), "--ppk-param", &parameter]].concat());
                String::from_utf8(file(Path::new(&at(out)))).unwrap()
            };
            for text in embedded(&write("none", "plain.ppk", &[])) {
                let (key, place) = only(&text);
                assert_eq!(described(&key), ("PuTTY", Role::Private, Protection::Plaintext, algorithm));
                assert_eq!((place.spki, &place.key_names), (public.spki, &public.key_names));
                assert!(key.unknown.is_empty());
            }
            let (key, place) = only(write("phrase", "secret.ppk", &[",passes=5,memory=9000"]));
            assert_eq!((key.protection, place.spki), (Protection::Passphrase, public.spki));
            let Encryption { scheme, kdf, iterations, cipher, attributes, .. } = key.encryption.unwrap();
            let expected = if version == "2" { ("SHA1", 1) } else { ("Argon2id", 5) };
            assert_eq!((&*scheme, (&*kdf, iterations), &*cipher), ("PuTTY", expected, "aes-256-cbc"));
            let cost: &[(String, String)] = &[("memory".into(), "9000".into()), ("parallelism".into(), "1".into())];
            assert_eq!(attributes, if version == "2" { &[] } else { cost });
        }
    }
}

#[test]
fn keys_of_ssh2_are_read_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for kind in [&["rsa", "-b", "1024"][..], &["dsa"], &["ecdsa"], &["ed25519"]] {
        let name = at(&format!("key-{}", kind[0]));
        run("ssh-keygen", &[&["-q", "-N", "", "-C", "a \"b\" c", "-f", &name, "-t"], kind].concat());
        let (_, public) = only(file(Path::new(&format!("{name}.pub"))));
        let exported = String::from_utf8(run("ssh-keygen", &["-e", "-m", "RFC4716", "-f", &name])).unwrap();
        for text in embedded(&exported) {
            let (key, place) = only(&text);
            assert_eq!((key.format.as_str(), key.role), ("SSH2", Role::Public));
            assert_eq!(place.key_names, public.key_names);
        }
    }
    if !has("puttygen") {
        return;
    }
    std::fs::write(at("phrase"), "secret phrase\n").unwrap();
    std::fs::write(at("none"), "\n").unwrap();
    for kind in ["rsa", "dsa"] {
        run("puttygen", &["-q", "-t", kind, "-b", "1024", "--new-passphrase", &at("none"), "-o", &at("a.ppk")]);
        let (_, public) = only(run("puttygen", &[&at("a.ppk"), "-O", "public-openssh"]));
        let write = |phrase: &str| {
            let (old, new) = (at("none"), at(phrase));
            let phrases = ["--old-passphrase", &old, "--new-passphrase", &new];
            run(
                "puttygen",
                &[&[&at("a.ppk"), "-P", "-O", "private-sshcom", "-o", &at("sshcom")], &phrases[..]].concat(),
            );
            String::from_utf8(file(Path::new(&at("sshcom")))).unwrap()
        };
        for text in embedded(&write("none")) {
            let (key, place) = only(&text);
            assert_eq!((key.format.as_str(), key.protection), ("SSH2", Protection::Plaintext));
            assert_eq!(place.spki, public.spki);
        }
        let (key, _) = only(write("phrase"));
        let Encryption { scheme, kdf, cipher, .. } = key.encryption.unwrap();
        assert_eq!((&*scheme, &*kdf, &*cipher), ("SSH2", "MD5", "des-ede3-cbc"));
    }
}

#[test]
fn certificates_of_ssh_are_known_by_the_key_that_they_certify() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &at("ca")]);
    for kind in [&["rsa", "-b", "1024"][..], &["dsa"], &["ecdsa", "-b", "521"], &["ed25519"]] {
        let name = at(kind[0]);
        run("ssh-keygen", &[&["-q", "-N", "", "-f", &name, "-t"], kind].concat());
        let (_, public) = only(file(Path::new(&format!("{name}.pub"))));
        let validity = "20260101000000Z:20270101000000Z";
        run("ssh-keygen", &["-q", "-s", &at("ca"), "-I", "id", "-n", "me", "-V", validity, &format!("{name}.pub")]);
        let certificate = format!("{name}-cert.pub");
        let (key, place) = only(file(Path::new(&certificate)));
        assert_eq!((place.spki, &place.key_names), (public.spki, &public.key_names));
        assert_eq!(attribute(&key, "created"), Some("1767225600"));
        assert_eq!(attribute(&key, "expires"), Some("1798761600"));
    }
}

#[test]
fn known_hosts_and_authorized_keys_are_lists_of_keys() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("key").display().to_string();
    run("ssh-keygen", &["-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", &name]);
    let line = String::from_utf8(file(Path::new(&format!("{name}.pub")))).unwrap();
    let line = line.trim();
    let hosts = folder.path().join("known_hosts");
    let spki = spki_of_line(folder.path(), line.as_bytes());
    std::fs::write(&hosts, format!("www.example.org {line}\n")).unwrap();
    run("ssh-keygen", &["-q", "-H", "-f", hosts.to_str().unwrap()]);
    let hashed = String::from_utf8(file(&hosts)).unwrap();
    assert!(hashed.starts_with("|1|"));
    let lines = [
        hashed,
        format!("@cert-authority *.example.org {line}\n"),
        format!("@revoked * {line}\n"),
        format!("restrict,from=\"192.0.2.0/24\",command=\"echo \\\"ssh-rsa \\\"\" {line} me@example.org\n"),
    ];
    for text in &lines {
        assert_eq!(only(text).1.identity.to_string(), spki, "{text}");
    }
    assert_eq!(read(lines.concat().as_bytes()).facts.keys.len(), 4);
}

#[test]
fn an_age_identity_meets_its_recipient() {
    if !has("age-keygen") {
        return;
    }
    let text = String::from_utf8(run("age-keygen", &[])).unwrap();
    let recipient = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    let identity = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap();
    let (public, of_recipient) = only(format!("creation_rules:\n  - age: {recipient}\n"));
    assert_eq!(described(&public), ("age", Role::Public, Protection::NotNeeded, "X25519"));
    for text in embedded(&format!("{identity}\n")) {
        let (key, place) = only(&text);
        assert_eq!(described(&key), ("age", Role::Private, Protection::Plaintext, "X25519"));
        assert_eq!(place.spki, of_recipient.spki);
        assert!(place.names().any(|name| name.to_string() == recipient));
    }
    for behind in ["</key>", "[1]", "...", "…"] {
        let (key, _) = only(format!("<key>{identity}{behind}"));
        assert_eq!(key.role, Role::Private, "nothing is left out of it, whatever follows: {behind}");
        assert!(read(format!("{}{behind}", &identity[..50]).as_bytes()).problems.is_empty());
    }
    let mistyped =
        format!("{}{}{}", &identity[..30], if &identity[30..31] == "Q" { "P" } else { "Q" }, &identity[31..]);
    for broken in [&mistyped, &identity[..60]] {
        let reading = read(broken.as_bytes());
        assert_eq!((reading.facts.keys.len(), reading.problems.len(), reading.secrets.len()), (0, 1, 1), "{broken}");
    }
    assert!(read(&recipient.as_bytes()[..61]).facts.keys.is_empty());
}

#[test]
fn minisign_and_signify_keys_are_told_apart_by_their_key_derivation() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    if has("minisign") {
        run("minisign", &["-G", "-W", "-p", &at("a.pub"), "-s", &at("a.key")]);
        let public = only(file(Path::new(&at("a.pub"))));
        assert_eq!(described(&public.0), ("minisign", Role::Public, Protection::NotNeeded, "Ed25519"));
        for text in embedded(&String::from_utf8(file(Path::new(&at("a.key")))).unwrap()) {
            let (key, place) = only(&text);
            assert_eq!((key.protection, place.spki), (Protection::Plaintext, public.1.spki));
        }
        std::fs::write(at("message"), "x").unwrap();
        run("minisign", &["-S", "-s", &at("a.key"), "-m", &at("message")]);
        let signature = read(&file(Path::new(&at("message.minisig"))));
        assert!(signature.facts.keys.is_empty() && signature.problems.is_empty());
        let mut child = Command::new("minisign");
        let arguments = ["-G", "-f", "-p", &at("b.pub"), "-s", &at("b.key")];
        let mut child = child.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"phrase\nphrase\n").unwrap();
        assert!(child.wait().unwrap().success());
        let (key, _) = only(file(Path::new(&at("b.key"))));
        let Encryption { scheme, kdf, iterations, .. } = key.encryption.unwrap();
        assert_eq!((&*scheme, &*kdf, iterations), ("minisign", "scrypt", 1 << 20));
    }
    if has("signify-openbsd") {
        run("signify-openbsd", &["-G", "-n", "-p", &at("c.pub"), "-s", &at("c.sec")]);
        let public = only(file(Path::new(&at("c.pub"))));
        let (key, place) = only(file(Path::new(&at("c.sec"))));
        assert_eq!((key.protection, place.spki), (Protection::Plaintext, public.1.spki));
    }
}

#[test]
fn wireguard_keys_meet_their_public_halves_and_placeholders_are_none() {
    if !has("wg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let private = String::from_utf8(run("wg", &["genkey"])).unwrap();
    let shared = String::from_utf8(run("wg", &["genpsk"])).unwrap();
    std::fs::write(folder.path().join("key"), &private).unwrap();
    let input = std::fs::File::open(folder.path().join("key")).unwrap();
    let public = Command::new("wg").arg("pubkey").stdin(input).output().unwrap();
    let public = String::from_utf8(public.stdout).unwrap();
    let (private, shared, public) = (private.trim(), shared.trim(), public.trim());
    let interface = format!("[Interface]\nPrivateKey = {private}\n");
    let others = [
        format!("[wireguard]\nprivate-key={private}\n"),
        format!("[Interface]\nAddress             = 10.0.0.1/24\nPrivateKey          = {private}\n"),
        format!("[Interface]\nprivatekey\t=\t{private}\n"),
        format!("[interface]\nPRIVATEKEY={private}\n"),
        format!("networking.wireguard.interfaces.wg0 = {{\n  privateKey = \"{private}\";\n}};\n"),
        format!("config interface 'wg0'\n\toption private_key '{private}'\n"),
    ];
    for text in embedded(&interface).iter().chain(&others) {
        let (key, place) = only(text);
        assert_eq!(described(&key), ("WireGuard", Role::Private, Protection::Plaintext, "X25519"));
        assert_eq!(place.spki, only(format!("[Peer]\nPublicKey={public}\n")).1.spki);
    }
    let reading = read(
        format!("[Peer]\nPublicKey = {public}\nPresharedKey = {shared}\n[Peer]\nPresharedKey={shared}\n").as_bytes(),
    );
    let places = reading.facts.keys.places();
    assert_eq!(
        places.iter().map(|place| &*place.label).collect::<Vec<_>>(),
        ["X25519 public key", "symmetric key", "symmetric key"]
    );
    assert_ne!(places[1].identity, places[2].identity);
    let key = &reading.facts.keys.facts()[1];
    assert_eq!((key.public.bits, key.role, key.unknown.len()), (256, Role::Private, 0));
    for text in [
        "PrivateKey = <your private key>",
        "PrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "PrivateKey = SERVER_PRIVATE_KEY",
        "PrivateKey = yourPrivateKeyyourPrivateKeyyourPrivateKey1=",
        &format!("PublicKeyServer = {public}"),
        &format!("PrivateKeyFile={public}"),
        "var tlsPrivateKey = readKeyFromTheFileThatTheUserHasNamedBefore0=",
    ] {
        assert!(read(text.as_bytes()).facts.keys.is_empty(), "{text}");
    }
}

#[test]
fn dnssec_keys_meet_their_records() {
    if !has("dnssec-keygen") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (algorithm, expected) in [
        ("RSASHA256", "RSA"),
        ("RSASHA512", "RSA"),
        ("ECDSAP256SHA256", "EC"),
        ("ECDSAP384SHA384", "EC"),
        ("ED25519", "Ed25519"),
        ("ED448", "Ed448"),
    ] {
        let path = folder.path().to_str().unwrap();
        let times = ["-P", "20260102030405", "-A", "20260102030405", "-I", "20270102030405"];
        let size = if expected == "RSA" { &["-b", "2048"][..] } else { &[] };
        let name =
            run("dnssec-keygen", &[&["-q", "-K", path, "-a", algorithm], &times[..], size, &["example.org"]].concat());
        let name = String::from_utf8(name).unwrap();
        let at = |end: &str| file(&folder.path().join(format!("{}.{end}", name.trim())));
        let (record, of_record) = only(at("key"));
        assert_eq!(described(&record), ("DNSSEC", Role::Public, Protection::NotNeeded, expected));
        for text in embedded(&String::from_utf8(at("private")).unwrap()) {
            let (key, place) = only(&text);
            assert_eq!(described(&key), ("DNSSEC", Role::Private, Protection::Plaintext, expected));
            assert_eq!(place.spki, of_record.spki, "{algorithm}");
            assert_eq!(attribute(&key, "expires"), Some("1798859045"));
            assert!(attribute(&key, "created").is_some());
        }
        let whole = String::from_utf8(at("private")).unwrap();
        let tabs = whole.replace(": ", ":\t");
        assert_eq!(only(&tabs).1.spki, of_record.spki, "as dnssec-signzone takes it");
        for line in ["Delete:", "Publish: <none>", "Engine: pkcs11..."] {
            let (_, place) = only(format!("{}\n{line}\n", whole.trim_end()));
            assert_eq!(place.spki, of_record.spki, "a line that says nothing leaves nothing out of the key: {line}");
        }
    }
}

/// A key of openssl as a JSON Web Key, by the numbers that it prints.
pub(crate) fn ec_jwk(path: &str, with_private: bool) -> (String, String) {
    let text = openssl_text(&format!("pkey -in {path} -text -noout"));
    let hex = |after: &str, before: &str| -> Vec<u8> {
        let part = text.split(after).nth(1).unwrap().split(before).next().unwrap();
        let digits: Vec<char> = part.chars().filter(char::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    };
    let (d, point) = (hex("priv:", "pub:"), hex("pub:", "ASN1"));
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let d = encode(&d[d.len().saturating_sub(32)..]);
    let private = if with_private { format!(", \"d\": \"{d}\"") } else { String::new() };
    let jwk = format!(
        r#"{{"kty": "EC", "crv": "P-256", "kid": "a{{b", "key_ops": ["sign"], "x": "{}", "y": "{}"{private}, "iat": 1700000000, "exp": 1800000000}}"#,
        encode(&point[1..33]),
        encode(&point[33..]),
    );
    (jwk, d)
}

#[test]
fn a_json_web_key_meets_the_same_key_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    let (_, pem) = only(file(Path::new(&path)));
    let ((private, d), (public, _)) = (ec_jwk(&path, true), ec_jwk(&path, false));
    let (key, place) = only(&public);
    assert_eq!(described(&key), ("JWK", Role::Public, Protection::NotNeeded, "EC"));
    assert_eq!(place.spki, pem.spki);
    let literal = private.replace(": ", ":").replace('"', "'").replace("'kty'", "kty");
    for text in [
        private.clone(),
        format!("{{\"keys\": [{private}, {{\"use\": \"enc\"}}]}}"),
        format!("jwks: '{private}'\nname: x\n"),
        format!("env:\n  JWK: \"{}\"\n", private.replace('"', "\\\"")),
        format!("const key = {literal};"),
        private.replace(", ", ",\n      "),
    ] {
        let reading = read(text.as_bytes());
        let (key, place) = only(&text);
        assert_eq!(described(&key), ("JWK", Role::Private, Protection::Plaintext, "EC"), "{text}");
        assert_eq!(place.spki, pem.spki);
        assert_eq!((attribute(&key, "created"), attribute(&key, "expires")), (Some("1700000000"), Some("1800000000")));
        assert_eq!(&text[reading.secrets[0].1.range()], d);
    }
}

#[test]
fn the_examples_of_the_standards_are_the_keys_that_they_say() {
    // RFC 8037, appendix A.1 and A.2.
    let ed25519 = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let (key, with_public) = only(ed25519);
    assert_eq!(described(&key), ("JWK", Role::Private, Protection::Plaintext, "Ed25519"));
    let (_, without) =
        only(ed25519.replace("\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"", "\"use\":\"sig\""));
    assert_eq!(with_public.spki, without.spki);
    // RFC 7517, appendix A.3, and appendix A.1 with the modulus of A.2.
    let symmetric = r#"{"keys":[{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"},{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","kid":"HMAC key used in JWS spec Appendix A.1 example"}]}"#;
    let reading = read(symmetric.as_bytes());
    let bits: Vec<u32> = reading.facts.keys.facts().iter().map(|key| key.public.bits).collect();
    assert_eq!((bits, reading.secrets.len()), (vec![128, 512], 2));
    let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
    let (key, _) = only(rsa);
    assert_eq!((key.public.bits, key.public.exponent.as_slice()), (2048, &[1, 0, 1][..]));
    // RFC 7748, section 6.1: Alice's keys.
    let alice = STANDARD.encode([
        0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c,
        0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a,
    ]);
    let (_, private) = only(format!("PrivateKey = {alice}\n"));
    let (_, public) = only("PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n");
    assert_eq!(private.spki, public.spki);
}

#[test]
fn a_keyset_of_tink_meets_its_public_keyset() {
    // Written by Tink for Python.
    let symmetric = [
        (
            r#"{"primaryKeyId": 1020998756, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.AesSivKey", "value": "EkDQfxIQ1YOU9RQF52Y4GRUclDeRk38tD8dr9HjVBwheyALxmXOr0pnKmp8hncHDuk1XkNh7bVF+iY950HoV30fB", "keyMaterialType": "SYMMETRIC"}, "status": "ENABLED", "keyId": 1020998756, "outputPrefixType": "TINK"}]}"#,
            512,
        ),
        (
            r#"{"primaryKeyId": 1650166653, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.HmacKey", "value": "EgQIAxAgGiAnzlebuLzM3KSdgYEtZWLIRaj123AXR6qYqWiDyDw9bw==", "keyMaterialType": "SYMMETRIC"}, "status": "ENABLED", "keyId": 1650166653, "outputPrefixType": "TINK"}]}"#,
            256,
        ),
    ];
    for (keyset, bits) in symmetric {
        let (key, _) = only(keyset);
        assert_eq!(described(&key), ("Tink", Role::Private, Protection::Plaintext, "symmetric"));
        assert_eq!(key.public.bits, bits);
    }
    let pairs = [
        (
            r#"{"primaryKeyId": 1162233443, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.Ed25519PrivateKey", "value": "EiCy3GEUWE/wz1MNQqrefOUepPo5QyAVE7ryhjuMyuRJkhoiEiBo6J3xfUebppAmibze2Bdmk8uvOjG4Xx5xa9DNdhTLcQ==", "keyMaterialType": "ASYMMETRIC_PRIVATE"}, "status": "ENABLED", "keyId": 1162233443, "outputPrefixType": "TINK"}]}"#,
            r#"{"primaryKeyId": 1162233443, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.Ed25519PublicKey", "value": "EiBo6J3xfUebppAmibze2Bdmk8uvOjG4Xx5xa9DNdhTLcQ==", "keyMaterialType": "ASYMMETRIC_PUBLIC"}, "status": "ENABLED", "keyId": 1162233443, "outputPrefixType": "TINK"}]}"#,
        ),
        (
            r#"{"primaryKeyId": 157192363, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.EcdsaPrivateKey", "value": "EkwSBggDEAIYAhogW1JDmODjTMv2Pve+z0edqOZcz3WPXbLuYkVSzZP/x44iIBxRi/MShasHG8dH1ti4N9hQsCeL5+3RDTQVM5v+ay5ZGiBiC0jheJdaGTwnqatD67e/NsbYfdWWyNfdP/GW12auVQ==", "keyMaterialType": "ASYMMETRIC_PRIVATE"}, "status": "ENABLED", "keyId": 157192363, "outputPrefixType": "TINK"}]}"#,
            r#"{"primaryKeyId": 157192363, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.EcdsaPublicKey", "value": "EgYIAxACGAIaIFtSQ5jg40zL9j73vs9HnajmXM91j12y7mJFUs2T/8eOIiAcUYvzEoWrBxvHR9bYuDfYULAni+ft0Q00FTOb/msuWQ==", "keyMaterialType": "ASYMMETRIC_PUBLIC"}, "status": "ENABLED", "keyId": 157192363, "outputPrefixType": "TINK"}]}"#,
        ),
        (
            r#"{"primaryKeyId": 1967097519, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.EciesAeadHkdfPrivateKey", "value": "EooBEkQKBAgCEAMSOhI4CjB0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5jcnlwdG8udGluay5BZXNHY21LZXkSAhAQGAEYARoggwPOm1gJNy+NGfo+JBMmv44ukxaNFKh0ZpsUrEVrIgsiIG4rz7xw8orxoMA3hYEEMrmQN4pqcVdti6yB0HETeGkuGiACMJ95p85+H9b5gxO2CWGu2aKsVoLpSgfJzkaXSbDPrg==", "keyMaterialType": "ASYMMETRIC_PRIVATE"}, "status": "ENABLED", "keyId": 1967097519, "outputPrefixType": "TINK"}]}"#,
            r#"{"primaryKeyId": 1967097519, "key": [{"keyData": {"typeUrl": "type.googleapis.com/google.crypto.tink.EciesAeadHkdfPublicKey", "value": "EkQKBAgCEAMSOhI4CjB0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5jcnlwdG8udGluay5BZXNHY21LZXkSAhAQGAEYARoggwPOm1gJNy+NGfo+JBMmv44ukxaNFKh0ZpsUrEVrIgsiIG4rz7xw8orxoMA3hYEEMrmQN4pqcVdti6yB0HETeGku", "keyMaterialType": "ASYMMETRIC_PUBLIC"}, "status": "ENABLED", "keyId": 1967097519, "outputPrefixType": "TINK"}]}"#,
        ),
    ];
    for (private, public) in pairs {
        let (_, of_public) = only(public);
        for text in embedded(private) {
            let (key, place) = only(text);
            assert_eq!((key.role, key.protection), (Role::Private, Protection::Plaintext));
            assert!(place.spki.is_some() && place.spki == of_public.spki);
        }
    }
}

#[test]
fn who_only_speaks_of_keys_is_left_alone() {
    let texts = [
        "PuTTY-User-Key-File-2: ssh-rsa is the first line of such a file\nand the second names the encryption",
        "---- BEGIN SSH2 PUBLIC KEY ----\n---- END SSH2 PUBLIC KEY ----",
        "# AGE-SECRET-KEY-1... goes into the file keys.txt",
        "AGE-SECRET-KEY-1QQPQ2Q...\nAGE-SECRET-KEY-1<58 characters>",
        "page1 image1234567890qpzry9x8gf2tvdw0s3jn54khce6mua7lqpzry9x8gf2tvdw0s3jn54khce6mua7l age1, age12",
        "untrusted comment: signature from minisign secret key\nRWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=",
        r#"{"kty": "EC", "crv": "P-256", "d": "<private>", "x": "...", "y": "..."}"#,
        r#"{"properties": {"kty": {"type": "string"}, "d": {"type": "string"}}}"#,
        r#"{"kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZptN9n...", "e": "AQAB", "d": "X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3Eaf..."}"#,
        r#"obj = {"kty": "RSA", "key_ops": ["sign"], "n": to_base64url_uint(numbers.n).decode(), "d": to_base64url_uint(numbers.d)}"#,
        r#"return {"kty": "oct", "k": secret}; const other = { kty: "OKP", crv: "Ed25519", d: privateKey, x };"#,
        r#"{"kty": "oct", "k": "%s"}"#,
        "Private-key-format: v1.3 is what the first line says",
        "www IN RRSIG DNSKEY 13 2 3600 20261201000000 20261101000000 12345 example.org. AAAA",
        "example.org. IN DNSKEY 257 3 13 ( mdsswUyr3DPW132mOi8V9xESWE8jTo0d... )",
        "\"keyMaterialType\": \"SYMMETRIC\" stands in a keyset",
    ];
    for text in texts {
        let reading = read(text.as_bytes());
        assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
        assert!(reading.facts.keys.is_empty(), "{text}: {:?}", reading.facts.keys);
    }
}
