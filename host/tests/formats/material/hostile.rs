//! Tests of hostile input: no panic, no hang, no span out of bounds, and at most twice the time for twice the input.

use std::time::{Duration, Instant};

use keyreeve_source::problem::Subject;
use proptest::prelude::*;

use crate::material::canary::FORMS;
use crate::material::tools::{Authority, may_hold, opened, openssl};

/// Reads the bytes with a password that may open them.
fn read(bytes: &[u8]) -> keyreeve_facts::Reading {
    opened(bytes, "\n")
}

/// A file of each kind, small.
fn specimens() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {path}"));
    let subject = "-subj /CN=www.example.org -addext subjectAltName=DNS:a.example,IP:::1,email:a@b.example";
    openssl(&format!("req -x509 -new -key {path} {subject} -out {path}.crt"));
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g x\n";
    vec![
        openssl(&format!("pkey -in {path}")),
        openssl(&format!("pkey -in {path} -outform DER")),
        openssl(&format!("ec -in {path} -outform DER")),
        openssl(&format!("pkcs8 -topk8 -in {path} -passout pass:x -outform DER")),
        openssl(&format!("ec -in {path} -aes128 -passout pass:x")),
        openssl(&format!("req -x509 -new -key {path} {subject} -outform DER")),
        openssl(&format!("req -new -key {path} {subject} -outform DER")),
        line.as_bytes().to_vec(),
        openssl(&format!("pkcs12 -export -in {path}.crt -inkey {path} -passout pass: -iter 1")),
        openssl(&format!("crl2pkcs7 -nocrl -certfile {path}.crt -outform DER")),
        Authority::new().revocation_list(""),
        bks(),
        jceks(),
        testdata("canonical.key"),
        testdata("canonical-protected.key"),
        testdata("pubring.kbx"),
    ]
    .into_iter()
    .chain(FORMS.map(|text| text.as_bytes().to_vec()))
    .collect()
}

/// A file among the containers of testdata.
fn testdata(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/containers").join(name)).unwrap()
}

/// A keystore of Bouncy Castle with a sealed key whose chain holds no certificate.
fn bks() -> Vec<u8> {
    let block = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let sealed = [block(&[1; 20]), 2000_u32.to_be_bytes().to_vec(), vec![7; 24]].concat();
    let header = [&2_u32.to_be_bytes()[..], &block(&[9; 20]), &1500_u32.to_be_bytes()].concat();
    let chain = [&1_u32.to_be_bytes()[..], b"\0\x05X.509", &block(b"none")].concat();
    let entry = [&[4][..], b"\0\x03www", &1_700_000_000_000_u64.to_be_bytes(), &chain, &block(&sealed)].concat();
    [&header[..], &entry, &[0], &[5; 20]].concat()
}

/// A keystore of Java with a secret key: an object with an array of bytes, a text, and a class that is referred to.
fn jceks() -> Vec<u8> {
    let class = b"\x72\0\x01S\0\0\0\0\0\0\0\x01\x03\0\x02[\0\x01a\x74\0\x02[BL\0\x01t\x74\0\x01T\x78\x70";
    let bytes = b"\x75\x72\0\x02[B\0\0\0\0\0\0\0\x02\x02\0\0\x78\x70\0\0\0\x09\x30\x07\x04\x02\x01\x02\x02\x01\x14";
    let text = b"\x74\0\x04text";
    let object = [&b"\xac\xed\0\x05\x73"[..], class, bytes, text, b"\x77\x01z\x78"].concat();
    let entry = [&3_u32.to_be_bytes()[..], b"\0\x03key", &1_700_000_000_000_u64.to_be_bytes(), &object].concat();
    [&b"\xce\xce\xce\xce\0\0\0\x02\0\0\0\x01"[..], &entry, &[5; 20]].concat()
}

#[test]
fn the_keystores_among_the_specimens_are_sound() {
    for specimen in [bks(), jceks()] {
        let reading = read(&specimen);
        let encryption = reading.facts.keys.facts()[0].encryption.as_ref().unwrap();
        assert!(encryption.iterations == 2000 || encryption.iterations == 20, "{encryption:?}");
    }
}

#[test]
fn every_byte_of_every_kind_of_file_may_be_wrong_or_missing() {
    for specimen in specimens() {
        for at in 0..specimen.len() {
            read(&specimen[..at]);
            for value in [0, 0x30, 0x7f, 0x80, 0x84, 0xff, specimen[at] ^ 1] {
                let mut mutated = specimen.clone();
                mutated[at] = value;
                read(&mutated);
            }
        }
    }
}

#[test]
fn a_private_key_that_is_cut_off_anywhere_stays_secret_and_is_not_passed_in_silence() {
    let pem = &specimens()[0];
    let text = std::str::from_utf8(pem).unwrap();
    let body = text.find('\n').unwrap() + 1;
    let end = text.find("-----END").unwrap();
    for cut in body + 20..end {
        let reading = read(&pem[..cut]);
        assert_eq!(reading.problems.len(), 1, "{cut}");
        assert_eq!(reading.secrets[0].1.range(), body - 1..cut);
    }
}

#[test]
fn nesting_and_lengths_cost_nothing() {
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        nested.extend([0x30, 0x83, 0xff, 0xff, 0xff]);
    }
    let proper = (0..10_000).fold(vec![0x05, 0x00], |inner: Vec<u8>, _| {
        let length = (inner.len() as u32).to_be_bytes();
        [&[0x30, 0x84][..], &length, &inner].concat()
    });
    let huge = [&[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x00][..], &[0; 100]].concat();
    for bytes in [nested, proper, huge] {
        assert!(took(&bytes) < HANGS);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", encoded(&bytes));
        assert!(took(pem.as_bytes()) < HANGS);
    }
}

/// A private key of PKCS#3 (Diffie-Hellman) in PKCS#8, whose public half is a power of as many bits as its modulus.
fn dh(bits: usize, seed: u8) -> String {
    use crate::material::keystores::der;
    let number = |first: u8| {
        let bytes = (0..bits / 8).map(|at| (at as u8).wrapping_mul(151) ^ seed | 1).skip(1);
        der(2, &[vec![0, first | 0x80], bytes.collect()])
    };
    let pkcs3 = vec![6, 9, 42, 134, 72, 134, 247, 13, 1, 3, 1];
    let algorithm = der(0x30, &[pkcs3, der(0x30, &[number(0x7f), vec![2, 1, 2]])]);
    let key = der(0x30, &[vec![2, 1, 0], algorithm, der(4, &[number(0x3f)])]);
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", encoded(&key))
}

#[test]
fn powers_of_large_numbers_are_computed_as_long_as_the_budget_of_the_scan_lasts() {
    let few: String = (0..20).map(|seed| dh(2048, seed)).collect();
    let reading = read(few.as_bytes());
    assert_eq!((reading.facts.keys.len(), reading.problems.len()), (20, 0), "{:?}", reading.problems);
    assert!(reading.facts.keys.places().iter().all(|place| place.spki.is_some()));
    let many: String = (0..6).map(|seed| dh(16_384, seed)).collect();
    let reading = read(many.as_bytes());
    let known: Vec<bool> = reading.facts.keys.places().iter().map(|place| place.spki.is_some()).collect();
    assert_eq!(known, [true, false, false, false, false, false], "each costs most of what there is");
    assert_eq!(reading.problems.len(), 5);
    let message = &reading.problems[0].message;
    assert!(
        message.contains("the public half of the key is not known") && message.contains("costs more than"),
        "{message}"
    );
}

fn encoded(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// This does not measure speed: linear work takes a second, quadratic or worse takes many minutes.
const HANGS: Duration = Duration::from_secs(90);

fn took(bytes: &[u8]) -> Duration {
    let start = Instant::now();
    read(bytes);
    start.elapsed()
}

#[test]
fn repetition_without_end_does_not_hang() {
    let line = "A".repeat(64);
    type Pattern = (&'static str, fn(&str) -> String);
    let patterns: [Pattern; 20] = [
        ("BEGIN without END", |_| "-----BEGIN PRIVATE KEY-----\n".to_owned()),
        ("BEGIN with a body", |line| format!("-----BEGIN CERTIFICATE-----\n{line}\n")),
        ("BEGIN on one line", |_| "\"-----BEGIN CERTIFICATE-----".to_owned()),
        ("base64 of BEGIN", |_| "LS0tLS1CRUdJTiBDRVJU".to_owned()),
        ("base64 of BEGIN in lines", |line| format!("LS0tLS1CRUdJTi{line}\n")),
        ("folded base64", |line| format!("{line}\nLS0tLS1CRUdJTi\n")),
        ("SSH keys", |line| format!("ssh-rsa AAAA{line} ")),
        ("backslashes", |_| "-----BEGIN CERTIFICATE-----\\\\\\\\".to_owned()),
        ("PuTTY keys", |_| "PuTTY-User-Key-File-2: x\nEncryption: none\nPublic-Lines: 9\n".to_owned()),
        ("PuTTY keys on one line", |_| "PuTTY-User-Key-File-2: x ".to_owned()),
        ("SSH2 keys", |line| format!("---- BEGIN SSH2 PUBLIC KEY ----\n{line}\n")),
        ("objects in objects", |_| "{\"kty\":\"RSA\",\"d\":".to_owned()),
        ("members without an object", |_| "\"kty\":\"RSA\"},".to_owned()),
        ("keysets", |_| "[\"keyMaterialType\":{".to_owned()),
        ("DNSSEC keys", |_| "Private-key-format: v1.3\nAlgorithm: 13\n".to_owned()),
        ("DNSKEY records", |_| "DNSKEY 257 3 13 (\n".to_owned()),
        ("age", |line| format!("AGE-SECRET-KEY-1{line} age1{line} ")),
        ("GnuPG keys", |_| "(private-key (rsa (n #00".to_owned()),
        ("lists in a key of GnuPG", |_| "(private-key (ecc (q((((((((".to_owned()),
        ("blanks", |_| "LS0tLS1CRUdJTi                                       \n".to_owned()),
    ];
    for (name, pattern) in patterns {
        let time = took(pattern(&line).repeat(64_000).as_bytes());
        assert!(time < HANGS, "{name}: {time:?}");
    }
    let endless = format!("-----BEGIN PRIVATE KEY-----\n{}", format!("{line}\n").repeat(100_000));
    assert!(took(endless.as_bytes()) < HANGS);
}

#[test]
fn a_prefilter_says_no_to_what_holds_nothing_and_yes_to_every_kind() {
    assert!(!may_hold(b"") && !may_hold(b"0 lines of text\n") && !may_hold(&[0x30, 0x82, 1, 2, 3]));
    assert!(!may_hold(b"\x7fELF\0\0\0-----BEGIN CERTIFICATE-----"));
    for specimen in specimens() {
        assert!(may_hold(&specimen));
        for before in ["", "a", "ab"] {
            let text = String::from_utf8_lossy(&specimen);
            if text.starts_with("-----") {
                assert!(may_hold(encoded(format!("{before}{text}").as_bytes()).as_bytes()));
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
        may_hold(&bytes);
    }

    #[test]
    fn arbitrary_text_around_markers_never_panics(
        parts in proptest::collection::vec(prop_oneof![
            Just("-----BEGIN PRIVATE KEY-----".to_owned()),
            Just("-----END PRIVATE KEY-----".to_owned()),
            Just("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU".to_owned()),
            Just("-----BEGIN ".to_owned()),
            Just("Proc-Type: 4,ENCRYPTED\nDEK-Info: X\n\n".to_owned()),
            Just("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t".to_owned()),
            proptest::sample::select(&FORMS[..]).prop_map(|text| text[..text.len() / 2].to_owned()),
            proptest::sample::select(&FORMS[..]).prop_map(str::to_owned),
            Just("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoL".to_owned()),
            "[A-Za-z0-9+/=]{0,80}",
            "[\\\\\"'`nru/ \r\n\t#>*+-]{0,8}",
            "\\PC{0,8}",
        ], 0..30)
    ) {
        let text = parts.concat();
        let reading = read(text.as_bytes());
        prop_assert!(may_hold(text.as_bytes()) || reading.facts.keys.is_empty() && reading.problems.is_empty());
    }
}

/// What is not read may contain a key, so no frame may show it.
#[test]
fn what_lies_behind_too_many_beginnings_is_shown_to_nobody() {
    let text = format!("{}\nlast line\n", r#""kty":"RSA"},"#.repeat(20_000));
    let reading = read(text.as_bytes());
    let problem = reading.problems.iter().find(|problem| problem.message.starts_with("from here on not every key"));
    let Some(Subject::Place(at)) = problem.map(|problem| &problem.subject) else { panic!("{:?}", reading.problems) };
    let hidden = |offset: u32| reading.secrets.iter().any(|(_, span)| span.start <= offset && offset < span.end);
    assert!((at.span.start..text.len() as u32).all(hidden));
}
