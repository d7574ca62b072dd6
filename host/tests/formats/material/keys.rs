//! Tests of keys that openssl and ssh-keygen write, in every form: what is read must be what those programs state.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyreeve_contract::{Encryption, Key, Protection, Role};
use keyreeve_facts::{Place, Reading};

use crate::material::tools::{file, openssl, openssl_text, read, run, sha256};

struct Kind {
    arguments: &'static str,
    algorithm: &'static str,
    bits: u32,
    curve: &'static str,
    /// Whether openssl has a traditional form for it.
    traditional: bool,
    /// Whether ssh-keygen reads it.
    ssh: bool,
}

const KINDS: [Kind; 13] = [
    kind("-algorithm RSA -pkeyopt rsa_keygen_bits:2047", "RSA", 2047, "", [true, true]),
    kind("-algorithm RSA -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_keygen_pubexp:3", "RSA", 3072, "", [true, true]),
    kind("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024", "RSASSA-PSS", 1024, "", [false, false]),
    kind("-algorithm EC -pkeyopt ec_paramgen_curve:prime256v1", "EC", 256, "prime256v1", [true, true]),
    kind("-algorithm EC -pkeyopt ec_paramgen_curve:secp521r1", "EC", 521, "secp521r1", [true, true]),
    kind("-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP320t1", "EC", 320, "brainpoolP320t1", [true, false]),
    kind(
        "-algorithm EC -pkeyopt ec_paramgen_curve:secp384r1 -pkeyopt ec_param_enc:explicit",
        "EC",
        384,
        "explicit",
        [true, false],
    ),
    kind("-algorithm ED25519", "Ed25519", 253, "", [false, true]),
    kind("-algorithm ED448", "Ed448", 446, "", [false, false]),
    kind("-algorithm X25519", "X25519", 253, "", [false, false]),
    kind("-algorithm X448", "X448", 446, "", [false, false]),
    kind("-algorithm EC -pkeyopt ec_paramgen_curve:secp384r1", "EC", 384, "secp384r1", [true, true]),
    kind("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "EC", 256, "secp256k1", [true, false]),
];

const fn kind(
    arguments: &'static str,
    algorithm: &'static str,
    bits: u32,
    curve: &'static str,
    [traditional, ssh]: [bool; 2],
) -> Kind {
    Kind { arguments, algorithm, bits, curve, traditional, ssh }
}

/// The one key in these bytes, which must contain nothing else.
fn only(bytes: &[u8]) -> (Key, Place) {
    let Reading { facts, problems, secrets } = read(bytes);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((facts.keys.len(), facts.certificates.len()), (1, 0));
    let (key, place) = facts.keys.iter().next().unwrap();
    assert_eq!(!secrets.is_empty(), key.role == Role::Private);
    (key.clone(), place.clone())
}

fn check(kind: &Kind, form: &str, bytes: &[u8], spki: Option<&str>) {
    let (key, place) = only(bytes);
    let public = &key.public;
    let context = format!("{form} of {}", kind.arguments);
    assert_eq!(
        (public.algorithm.as_str(), public.bits, public.curve.as_str()),
        (kind.algorithm, kind.bits, kind.curve),
        "{context}"
    );
    assert!(key.unknown.is_empty(), "{context}: {:?}", key.unknown);
    match spki {
        Some(spki) => assert_eq!(place.identity.to_string(), spki, "{context}"),
        None => assert_eq!(place.spki, None, "{context}"),
    }
    if kind.algorithm.starts_with("RSA") {
        let expected: &[u8] = if kind.arguments.ends_with("pubexp:3") { &[3] } else { &[1, 0, 1] };
        assert_eq!(public.exponent, expected);
    }
}

#[test]
fn a_key_is_the_same_key_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    for kind in &KINDS {
        let at = |name: &str| folder.path().join(name).display().to_string();
        let path = at("key.pem");
        openssl(&format!("genpkey {} -out {path}", kind.arguments));
        let spki = openssl(&format!("pkey -in {path} -pubout -outform DER"));
        let hash = sha256(folder.path(), &spki);
        check(kind, "SPKI in DER", &spki, Some(&hash));
        check(kind, "SPKI in PEM", &openssl(&format!("pkey -in {path} -pubout")), Some(&hash));
        check(kind, "PKCS#8 in PEM", &file(Path::new(&path)), Some(&hash));
        check(kind, "PKCS#8 in DER", &openssl(&format!("pkcs8 -topk8 -nocrypt -in {path} -outform DER")), Some(&hash));
        if kind.traditional {
            let program = if kind.algorithm == "RSA" { "rsa -traditional" } else { "ec" };
            check(kind, "traditional PEM", &openssl(&format!("{program} -in {path}")), Some(&hash));
            check(kind, "traditional DER", &openssl(&format!("{program} -in {path} -outform DER")), Some(&hash));
        }
        if kind.algorithm == "RSA" {
            check(kind, "RSA PUBLIC KEY", &openssl(&format!("rsa -in {path} -RSAPublicKey_out")), Some(&hash));
            let der = openssl(&format!("rsa -in {path} -RSAPublicKey_out -outform DER"));
            check(kind, "RSAPublicKey in DER", &der, Some(&hash));
        }
        if !kind.algorithm.starts_with('X') {
            let request = openssl(&format!("req -new -key {path} -subj /O=Example/CN=www.example.org"));
            check(kind, "PKCS#10", &request, Some(&hash));
            let (_, place) = only(&request);
            assert_eq!(&*place.label, "certificate request for www.example.org");
        }
    }
}

#[test]
fn dsa_keys_are_read_in_both_private_forms() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    openssl(&format!("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out {}", at("parameters")));
    openssl(&format!("genpkey -paramfile {} -out {}", at("parameters"), at("key.pem")));
    let spki = openssl(&format!("pkey -in {} -pubout -outform DER", at("key.pem")));
    let hash = sha256(folder.path(), &spki);
    let kind = kind("DSA", "DSA", 1024, "", [true, false]);
    check(&kind, "SPKI", &spki, Some(&hash));
    check(&kind, "PKCS#8", &file(Path::new(&at("key.pem"))), Some(&hash));
    check(&kind, "DSA", &openssl(&format!("dsa -in {}", at("key.pem"))), Some(&hash));
    check(&kind, "DSA in DER", &openssl(&format!("dsa -in {} -outform DER", at("key.pem"))), Some(&hash));
}

#[test]
fn a_private_key_without_its_public_half_is_the_key_that_openssl_computes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let path = at("key.pem");
    for curve in ["prime256v1", "secp384r1", "secp521r1", "secp256k1"] {
        for _ in 0..4 {
            openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out {path}"));
            let hash = sha256(folder.path(), &openssl(&format!("pkey -in {path} -pubout -outform DER")));
            for form in ["PEM", "DER"] {
                let bare = openssl(&format!("ec -in {path} -no_public -outform {form}"));
                assert_eq!(only(&bare).1.identity.to_string(), hash, "{curve}");
                std::fs::write(at("bare"), &bare).unwrap();
                let pkcs8 = openssl(&format!("pkcs8 -topk8 -nocrypt -in {} -inform {form}", at("bare")));
                assert_eq!(only(&pkcs8).1.identity.to_string(), hash, "{curve}");
            }
        }
    }
    for group in ["-pkeyopt group:ffdhe2048", "-pkeyopt group:modp_1536"] {
        openssl(&format!("genpkey -algorithm DH {group} -out {path}"));
        let hash = sha256(folder.path(), &openssl(&format!("pkey -in {path} -pubout -outform DER")));
        assert_eq!(only(&file(Path::new(&path))).1.identity.to_string(), hash, "{group}");
    }
    openssl(&format!("genpkey -algorithm DHX -pkeyopt group:dh_2048_256 -out {path}"));
    let hash = sha256(folder.path(), &openssl(&format!("pkey -in {path} -pubout -outform DER")));
    assert_eq!(only(&file(Path::new(&path))).1.identity.to_string(), hash);
}

#[test]
fn openssh_knows_the_key_by_the_same_fingerprints() {
    let folder = tempfile::tempdir().unwrap();
    for kind in KINDS.iter().filter(|kind| kind.ssh && kind.algorithm != "Ed25519") {
        let path = folder.path().join("key");
        let name = path.display().to_string();
        openssl(&format!("genpkey {} -out {name}", kind.arguments));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let hash = sha256(folder.path(), &openssl(&format!("pkey -in {name} -pubout -outform DER")));
        let (_, pkcs8) = only(&file(&path));
        run("ssh-keygen", &["-q", "-p", "-P", "", "-N", "", "-f", &name]);
        check(kind, "OpenSSH", &file(&path), Some(&hash));
        let line = run("ssh-keygen", &["-y", "-f", &name]);
        check(kind, "SSH public key", &line, Some(&hash));
        check(kind, "authorized_keys", &[b"no-pty,command=\"id\" ", &line[..]].concat(), Some(&hash));
        let (_, openssh) = only(&file(&path));
        assert_eq!(pkcs8.key_names, openssh.key_names);
        for digest in ["sha256", "md5"] {
            let listed = String::from_utf8(run("ssh-keygen", &["-l", "-E", digest, "-f", &name])).unwrap();
            let fingerprint = listed.split(' ').nth(1).unwrap();
            assert!(openssh.names().any(|known| known.to_string() == fingerprint), "{fingerprint}");
        }
    }
}

#[test]
fn an_openssh_key_shows_its_public_half_and_how_it_is_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let name = path.display().to_string();
    let plain = ["-q", "-t", "ed25519", "-N", "", "-C", "someone", "-f", &name];
    run("ssh-keygen", &plain);
    let (plain, place) = only(&file(&path));
    assert_eq!((plain.protection, &*place.label), (Protection::Plaintext, "Ed25519 private key"));
    let (_, line) = only(&file(&folder.path().join("key.pub")));
    assert_eq!(line.spki, place.spki);
    let ciphers =
        [("aes256-ctr", "aes-256-ctr"), ("aes128-gcm@openssh.com", "aes-128-gcm"), ("3des-cbc", "des-ede3-cbc")];
    let mut old = "";
    for (cipher, expected) in ciphers {
        run("ssh-keygen", &["-q", "-p", "-P", old, "-N", "secret phrase", "-a", "19", "-Z", cipher, "-f", &name]);
        old = "secret phrase";
        let (key, encrypted) = only(&file(&path));
        assert_eq!((key.protection, encrypted.spki), (Protection::Passphrase, place.spki));
        let Encryption { scheme, kdf, prf, iterations, cipher, .. } = key.encryption.unwrap();
        assert_eq!((&*scheme, &*kdf, &*prf, iterations, &*cipher), ("OpenSSH", "bcrypt", "", 19, expected));
    }
}

#[test]
fn parameters_of_encrypted_keys_are_those_that_openssl_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem").display().to_string();
    openssl(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out {path}"));
    let cases = [
        (
            "-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 5000",
            ["PBES2", "PBKDF2", "hmacWithSHA512", "5000", "aes-256-cbc"],
        ),
        ("-v2 aes-128-cbc", ["PBES2", "PBKDF2", "hmacWithSHA256", "2048", "aes-128-cbc"]),
        ("-v2 des3 -v2prf hmacWithSHA1 -iter 7", ["PBES2", "PBKDF2", "hmacWithSHA1", "7", "des-ede3-cbc"]),
        (
            "-v2 rc2-40-cbc -provider legacy -provider default",
            ["PBES2", "PBKDF2", "hmacWithSHA256", "2048", "rc2-40-cbc"],
        ),
        ("-v2 camellia-256-cbc", ["PBES2", "PBKDF2", "hmacWithSHA256", "2048", "camellia-256-cbc"]),
        ("-scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1", ["PBES2", "scrypt", "", "1024", "aes-256-cbc"]),
        ("-v1 PBE-MD5-DES -provider legacy -provider default", ["PBES1", "PBKDF1", "MD5", "2048", "des-cbc"]),
        ("-v1 PBE-SHA1-RC2-64 -provider legacy -provider default", ["PBES1", "PBKDF1", "SHA1", "2048", "rc2-64-cbc"]),
        ("-v1 PBE-SHA1-3DES", ["PKCS12-PBE", "PKCS12-KDF", "SHA1", "2048", "des-ede3-cbc"]),
        (
            "-v1 PBE-SHA1-RC4-128 -provider legacy -provider default",
            ["PKCS12-PBE", "PKCS12-KDF", "SHA1", "2048", "rc4"],
        ),
        (
            "-v1 PBE-SHA1-RC2-40 -provider legacy -provider default",
            ["PKCS12-PBE", "PKCS12-KDF", "SHA1", "2048", "rc2-40-cbc"],
        ),
    ];
    for (arguments, expected) in cases {
        for form in ["PEM", "DER"] {
            let key = openssl(&format!("pkcs8 -topk8 -in {path} -outform {form} -passout pass:secret {arguments}"));
            assert_encrypted(&key, "PKCS#8", "", expected);
        }
    }
    let traditional = openssl(&format!("rsa -in {path} -traditional -aes192 -passout pass:secret"));
    assert_encrypted(&traditional, "PKCS#1", "RSA", ["PEM", "EVP_BytesToKey", "MD5", "1", "aes-192-cbc"]);
}

fn assert_encrypted(bytes: &[u8], format: &str, algorithm: &str, expected: [&str; 5]) {
    let (key, place) = only(bytes);
    assert_eq!((key.protection, key.format.as_str()), (Protection::Passphrase, format));
    let encryption = key.encryption.unwrap();
    let iterations = encryption.iterations.to_string();
    let found =
        [&encryption.scheme, &encryption.kdf, &encryption.prf, &iterations, &encryption.cipher].map(String::as_str);
    assert_eq!(found, expected);
    assert_eq!(key.public.algorithm, algorithm);
    assert_eq!(place.spki, None);
    let hidden = key.unknown.iter().find(|unknown| unknown.field == "public.bits").unwrap();
    assert_eq!(hidden.reason, "the key is encrypted");
    assert_eq!(key.unknown.iter().any(|unknown| unknown.field == "public.algorithm"), algorithm.is_empty());
}

#[test]
fn a_key_in_hardware_is_known_as_such_in_both_files() {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let encoded = |parts: &[Vec<u8>]| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(parts.concat())
    };
    let blob = [&b"sk-ssh-ed25519@openssh.com"[..], &[7; 32], b"ssh:"].map(string).concat();
    let one = 1_u32.to_be_bytes().to_vec();
    let none = [&b"none"[..], b"none", b""].map(string).concat();
    let body = [b"openssh-key-v1\0".to_vec(), none, one, string(&blob), string(&[1; 64])];
    let pem = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", encoded(&body));
    let (key, private) = only(pem.as_bytes());
    assert_eq!((key.protection, key.public.algorithm.as_str()), (Protection::Hardware, "Ed25519"));
    assert_eq!(&*private.label, "hardware-held Ed25519 private key");
    let (key, public) = only(format!("sk-ssh-ed25519@openssh.com {} me", encoded(&[blob])).as_bytes());
    assert_eq!((key.protection, key.role), (Protection::NotNeeded, Role::Public));
    assert_eq!(private.key_names, public.key_names);
}

#[test]
fn the_signature_of_a_certificate_is_named_as_openssl_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {path}"));
    let sign = |options: &str| openssl(&format!("req -x509 -new -key {path} -subj /CN=a.example -days 90 {options}"));
    let pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20";
    let cases = [
        ("-md5".to_owned(), "md5WithRSAEncryption", "MD5"),
        ("-sha3-384".to_owned(), "RSA-SHA3-384", "SHA3-384"),
        (format!("-sha512 {pss}"), "rsassaPss", "SHA512"),
        (format!("-sha1 {pss}"), "rsassaPss", "SHA1"),
    ];
    for (options, name, hash) in cases {
        let reading = read(&sign(&options));
        let certificate = &reading.facts.certificates.facts()[0];
        assert_eq!((certificate.signature_algorithm.as_str(), certificate.signature_hash.as_str()), (name, hash));
        assert!(certificate.self_issued && certificate.authority && certificate.names == ["CN:a.example"]);
        assert_eq!(certificate.not_after - certificate.not_before, 90 * 86_400);
    }
    std::fs::write(folder.path().join("ca"), sign("")).unwrap();
    let issue =
        "-subj /CN=a.example -addext subjectAltName=DNS:b.example,IP:2001:db8::1 -addext basicConstraints=CA:FALSE";
    let ca = folder.path().join("ca").display().to_string();
    let other = openssl(&format!("req -x509 -newkey ed25519 -nodes -keyout /dev/null {issue} -CA {ca} -CAkey {path}"));
    let reading = read(&other);
    let certificate = &reading.facts.certificates.facts()[0];
    // The issuer has the same name, but another key.
    assert!(!certificate.self_issued && !certificate.authority);
    assert_eq!(certificate.names, ["DNS:b.example", "IP Address:2001:DB8:0:0:0:0:0:1"]);
    assert_eq!(reading.facts.certificates.places()[0].label.as_ref(), "certificate for b.example");
}

#[test]
fn no_private_value_is_in_what_is_read_of_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem").display().to_string();
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    let text = openssl_text(&format!("pkey -in {path} -text -noout"));
    let private = text.split("priv:").nth(1).unwrap().split("pub:").next().unwrap();
    let hex: String = private.chars().filter(char::is_ascii_hexdigit).collect();
    let pem = file(Path::new(&path));
    let lines = std::str::from_utf8(&pem).unwrap().lines().filter(|line| !line.starts_with('-'));
    let base64: Vec<&str> = lines
        .clone()
        .flat_map(|line| line.as_bytes().chunks(16))
        .map(|chunk| std::str::from_utf8(chunk).unwrap())
        .collect();
    let der = openssl(&format!("pkcs8 -topk8 -nocrypt -in {path} -outform DER"));
    let decimal = format!("{:?}", &der[36..44]).replace(['[', ']'], "");
    let damaged = [b"-----BEGIN PRIVATE KEY-----\n", &pem[28..120], b"*", &pem[120..]].concat();
    for bytes in [&pem[..], &der, &pem[..150], &damaged] {
        let source = keyreeve_source::Source::new("a", None, bytes.to_vec());
        let reading = keyreeve_material::scan::read_detailed(keyreeve_source::SourceId(0), &source);
        let shown = format!("{reading:?}");
        assert!(!reading.secrets.is_empty());
        assert!(!shown.contains(&hex) && !shown.contains(&hex[..16]) && !shown.contains(&decimal));
        assert!(base64.iter().filter(|part| part.len() == 16).all(|part| !shown.contains(part)), "{shown}");
    }
}
