//! Tests of blocks that only their label identifies: parameters, sealed keys, sessions, OpenVPN, NATS and sigstore.
//! Each is found, and nothing private is in the result.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve_contract::{Key, Protection, Role};
use keyreeve_material::scan;
use keyreeve_source::{Source, SourceId};

use crate::material::tools::{openssl, read};

fn pem(label: &str, body: &[u8]) -> String {
    let base64 = STANDARD.encode(body);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The one key of a text, with its label; the result must contain nothing that should be hidden.
fn only(text: &str) -> (Key, String) {
    let reading = read(text.as_bytes());
    assert!(reading.problems.is_empty(), "{:?}\n{text}", reading.problems);
    let [key] = reading.facts.keys.facts() else { panic!("{} keys\n{text}", reading.facts.keys.len()) };
    let source = Source::new("a", None, text.as_bytes().to_vec());
    let shown = format!("{:?}", scan::read_detailed(SourceId(0), &source));
    if key.role == Role::Private {
        assert!(!reading.secrets.is_empty());
        let body = text.lines().filter(|line| !line.starts_with('-') && line.len() >= 16);
        assert!(body.clone().all(|line| !shown.contains(&line[..16])), "{shown}");
    }
    (key.clone(), reading.facts.keys.places()[0].label.to_string())
}

fn described(text: &str) -> (String, String, u32, Protection) {
    let (key, _) = only(text);
    (key.format, key.public.algorithm, key.public.bits, key.protection)
}

fn expected(format: &str, algorithm: &str, bits: u32, protection: Protection) -> (String, String, u32, Protection) {
    (format.to_owned(), algorithm.to_owned(), bits, protection)
}

#[test]
fn parameters_have_the_size_of_the_keys_made_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    openssl(&format!("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out {}", at("dsa")));
    openssl(&format!("dhparam -out {} 512", at("dh")));
    let dhx = "-algorithm DHX -pkeyopt dh_paramgen_prime_len:1024 -pkeyopt dh_paramgen_subprime_len:160 -pkeyopt dh_paramgen_type:1";
    openssl(&format!("genpkey -genparam {dhx} -out {}", at("dhx")));
    for (name, format, algorithm, title, bits) in [
        ("dsa", "DSA parameters", "DSA", "DSA PARAMETERS", 1024),
        ("dh", "DH parameters", "DH", "DH PARAMETERS", 512),
        ("dhx", "DH parameters", "DH", "X9.42 DH PARAMETERS", 1024),
    ] {
        let text = std::fs::read_to_string(at(name)).unwrap();
        assert!(text.contains(&format!("BEGIN {title}-")), "{text}");
        let (key, label) = only(&text);
        assert_eq!((key.role, key.protection, label.as_str()), (Role::Public, Protection::NotNeeded, format));
        assert_eq!((key.format.as_str(), key.public.algorithm.as_str(), key.public.bits), (format, algorithm, bits));
        // The same as a DER file, if it can be distinguished from other integers.
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let reading = read(&STANDARD.decode(body).unwrap());
        let same = reading.facts.keys.facts().first().map(|key| (key.format.as_str(), key.public.bits));
        assert_eq!(same, Some((format, bits)), "{name}");
    }
    let known = String::from_utf8(openssl("genpkey -genparam -algorithm DH -pkeyopt group:modp_2048")).unwrap();
    assert_eq!(described(&known), expected("DH parameters", "DH", 2048, Protection::NotNeeded));
}

#[test]
fn curves_are_named_or_written_out() {
    for (arguments, curve, bits) in [
        ("-name prime256v1", "prime256v1", 256),
        ("-name secp384r1", "secp384r1", 384),
        ("-name secp224r1 -param_enc explicit", "explicit", 224),
    ] {
        let text = String::from_utf8(openssl(&format!("ecparam {arguments}"))).unwrap();
        let (key, label) = only(&text);
        assert_eq!((key.public.curve.as_str(), key.public.bits, label.as_str()), (curve, bits, "EC parameters"));
    }
}

#[test]
fn public_keys_of_every_label_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out {path}.params"));
    openssl(&format!("genpkey -paramfile {path}.params -out {path}"));
    let spki = openssl(&format!("pkey -in {path} -pubout -outform DER"));
    let reading = read(&spki);
    let identity = &reading.facts.keys.places()[0].identity;
    // SEQUENCE { y, p, q, g } from the SEQUENCE { algorithm { OID, { p, q, g } }, BIT STRING { y } }.
    let element = |bytes: &[u8]| {
        let long = usize::from(bytes[1] & 0x7f) + 2;
        let length = bytes[2..long].iter().fold(0, |sum: usize, &byte| sum << 8 | usize::from(byte));
        if bytes[1] < 0x80 { (2, 2 + usize::from(bytes[1])) } else { (long, long + length) }
    };
    let inner = &spki[element(&spki).0..];
    let (head, end) = element(inner);
    let parameters = &inner[head + 9..end];
    let numbers = &parameters[element(parameters).0..];
    let y = &inner[end..][element(&inner[end..]).0 + 1..];
    let body = [y, numbers].concat();
    let length = (body.len() as u16).to_be_bytes();
    let older = [&[0x30, 0x82][..], &length, &body].concat();
    for text in [pem("DSA PUBLIC KEY", &older), pem("DSA PUBLIC KEY", &spki), pem("ECDSA PUBLIC KEY", &spki)] {
        let reading = read(text.as_bytes());
        assert_eq!(&reading.facts.keys.places()[0].identity, identity, "{text}");
    }
}

#[test]
fn a_tls_session_holds_a_key_in_plaintext() {
    let session =
        [&[0x30, 70, 2, 1, 1, 2, 2, 3, 3, 4, 2, 0xc0, 0x2f, 4, 7][..], b"session", &[4, 48], &[0x5a; 48]].concat();
    let text = pem("SSL SESSION PARAMETERS", &session);
    assert_eq!(described(&text), expected("TLS session", "symmetric", 384, Protection::Plaintext));
    assert_eq!(only(&text).1, "symmetric key");
}

#[test]
fn openvpns_keys_are_in_plaintext() {
    let hexadecimal: String = (0..16).map(|line| format!("{}\n", format!("{line:02x}a7").repeat(8))).collect();
    let text = format!(
        "#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n{hexadecimal}-----END OpenVPN Static key V1-----\n"
    );
    assert_eq!(described(&text), expected("OpenVPN", "symmetric", 2048, Protection::Plaintext));
    let short = text.replacen("00a7", "00", 1);
    assert_eq!(read(short.as_bytes()).problems.len(), 1);
    for (label, length, bits) in [("server", 128, 1024), ("client", 600, 2048)] {
        let text = pem(&format!("OpenVPN tls-crypt-v2 {label} key"), &vec![0xb7; length]);
        assert_eq!(described(&text), expected("OpenVPN", "symmetric", bits, Protection::Plaintext));
    }
}

#[test]
fn a_sigstore_key_says_how_it_is_encrypted() {
    let json = br#"{"kdf":{"name":"scrypt","params":{"N":32768,"r":8,"p":1},"salt":"c2FsdHNhbHRzYWx0c2FsdA=="},
        "cipher":{"name":"nacl/secretbox","nonce":"bm9uY2Vub25jZQ=="},"ciphertext":"Y2lwaGVydGV4dA=="}"#;
    for label in ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY", "COSIGN PRIVATE KEY"] {
        let (key, _) = only(&pem(label, json));
        let encryption = key.encryption.unwrap();
        assert_eq!((key.format.as_str(), key.protection), ("sigstore", Protection::Passphrase));
        let words = [&encryption.scheme, &encryption.kdf, &encryption.cipher].map(String::as_str);
        assert_eq!((words, encryption.iterations), (["sigstore", "scrypt", "xsalsa20-poly1305"], 32_768));
    }
    let nothing = pem("ENCRYPTED SIGSTORE PRIVATE KEY", &[b'{'; 50_000]);
    assert_eq!(read(nothing.as_bytes()).problems.len(), 1);
}

#[test]
fn a_seed_of_nats_is_found_with_five_and_with_six_dashes() {
    // The example of nats-io/nkeys with another checksum: it opens nothing.
    let seed = "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY";
    for (begin, end) in [("-----", "------"), ("-----", "-----"), ("------", "------")] {
        let text = format!(
            "-----BEGIN NATS USER JWT-----\neyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.e30.c2ln\n------END NATS USER JWT------\n\n\
             {begin}BEGIN USER NKEY SEED-----\n{seed}\n{end}END USER NKEY SEED{end}\n"
        );
        assert_eq!(described(&text), expected("NATS", "Ed25519", 253, Protection::Plaintext));
    }
    let text = format!("-----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n", &seed[..50]);
    assert_eq!(read(text.as_bytes()).problems.len(), 1);
}

#[test]
fn what_hardware_holds_is_no_plaintext() {
    let blob = |body: &[u8]| [&[0, body.len() as u8][..], body].concat();
    // TPMT_PUBLIC of an ECC key on P-256 and of an RSA key of 2,048 bits with the exponent 65537.
    let attributes = [0, 0x0b, 0, 6, 0, 0x72, 0, 0];
    let point = [blob(&[0x11; 32]), blob(&[0x22; 31])].concat();
    let ecc = [&[0, 0x23][..], &attributes, &[0, 0x10, 0, 0x10, 0, 3, 0, 0x10], &point].concat();
    let modulus = [&[1, 0][..], &[0xc3; 256]].concat();
    let rsa = [&[0, 1][..], &attributes, &[0, 6, 0, 128, 0, 0x43, 0, 0x10, 8, 0, 0, 0, 0, 0], &modulus].concat();
    let element = |tag: u8, body: &[u8]| {
        let length = (body.len() as u16).to_be_bytes();
        [&[tag, 0x82][..], &length, body].concat()
    };
    for (public, algorithm, bits) in [(ecc, "EC", 256), (rsa, "RSA", 2048)] {
        let sized = [&(public.len() as u16).to_be_bytes()[..], &public].concat();
        let oid = [6, 6, 0x67, 0x81, 5, 10, 1, 3];
        let parts =
            [&oid[..], &[0xa0, 3, 1, 1, 0xff], &[2, 4, 0x40, 0, 0, 1], &element(4, &sized), &element(4, &[7; 99])];
        // Lengths of DER are the shortest ones.
        let der = [&[0x30, 0x82][..], &(parts.concat().len() as u16).to_be_bytes(), &parts.concat()].concat();
        let der = minimal(&der);
        let text = pem("TSS2 PRIVATE KEY", &der);
        assert_eq!(described(&text), expected("TSS2", algorithm, bits, Protection::Hardware));
        assert_eq!(only(&text).1, format!("hardware-held {algorithm} private key"));
    }
    let text = pem("TSS KEY BLOB", &[&[4, 100][..], &[9; 100]].concat());
    assert_eq!(described(&text), expected("TSS2", "", 0, Protection::Hardware));
    let json = br#"{"serial_number":1234567890,"slot_key":2586,"more":"of no interest here"}"#;
    let text = pem("PIV YUBIKEY PRIVATE KEY", json);
    assert_eq!(described(&text), expected("PIV", "", 0, Protection::Hardware));
}

/// A SEQUENCE of elements with two-byte lengths, each length rewritten as DER asks for.
fn minimal(sequence: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut rest = &sequence[4..];
    while !rest.is_empty() {
        let (start, length) =
            if rest[1] == 0x82 { (4, usize::from(rest[2]) << 8 | usize::from(rest[3])) } else { (2, rest[1].into()) };
        body.extend(header(rest[0], length));
        body.extend(&rest[start..start + length]);
        rest = &rest[start + length..];
    }
    [header(sequence[0], body.len()), body].concat()
}

fn header(tag: u8, length: usize) -> Vec<u8> {
    match length {
        0..128 => vec![tag, length as u8],
        128..256 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    }
}

#[test]
fn an_ed25519_key_is_read_however_it_was_put_under_its_label() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm ED25519 -out {path}"));
    let der = openssl(&format!("pkcs8 -topk8 -nocrypt -in {path} -outform DER"));
    let public = openssl(&format!("pkey -in {path} -pubout -outform DER"));
    let both = [&der[16..48], &public[12..44]].concat();
    for (body, format) in [(&der[..], "PKCS#8"), (&der[16..48], "raw"), (&both, "raw")] {
        let text = pem("ED25519 PRIVATE KEY", body);
        assert_eq!(described(&text), expected(format, "Ed25519", 253, Protection::Plaintext));
    }
    let reading = read(pem("ED25519 PRIVATE KEY", &both).as_bytes());
    assert_eq!(reading.facts.keys.places()[0].spki, read(&public).facts.keys.places()[0].spki);
}

#[test]
fn nothing_private_passes_in_silence() {
    for label in
        ["FROBNICATOR PRIVATE KEY", "ED25519 PRIVATE KEY", "TSS2 PRIVATE KEY", "SSL SESSION PARAMETERS", "PKCS12"]
    {
        let reading = read(pem(label, &[0x30; 60]).as_bytes());
        assert_eq!((reading.problems.len(), reading.secrets.len()), (1, 1), "{label}");
    }
}
