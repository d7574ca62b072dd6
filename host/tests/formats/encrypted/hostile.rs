//! Tests of hostile input: no panic, no hang, no span out of bounds, whichever byte of a format is wrong or missing.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyreeve::formats::{Detail, read as read_all};
use keyreeve_facts::Passwords;
use keyreeve_source::{Source, Sources};
use proptest::prelude::*;

use crate::encrypted::workshop::{Workshop, read};

/// A small file of each kind that can be made here.
fn specimens() -> Vec<(&'static str, Vec<u8>)> {
    let Some(shop) = Workshop::with(&["openssl", "age", "age-keygen", "gpg", "7z", "zip"]) else { return Vec::new() };
    shop.run(
        "exec >/dev/null 2>&1; echo data >plain; age-keygen -o i; age -r $(age-keygen -y i) -o a.age plain; age -a -r $(age-keygen -y i) -o b.age plain
         g='gpg --batch --passphrase x --pinentry-mode loopback'; $g -o sym.gpg -c plain; $g -a -o sym.asc -c plain
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out pem -subj /CN=a
         openssl cms -encrypt -aes256 -stream -in plain -outform DER -out m.der pem; openssl cms -encrypt -aes256 -in plain -outform PEM -out m.pem pem
         openssl cms -encrypt -aes256 -pwri_password x -in plain -outform DER -out p.der; openssl cms -encrypt -aes256 -in plain -out m.eml pem
         7z a -px a.7z plain; 7z a -px -mhe=on b.7z plain; zip -q -P x a.zip plain; 7z a -tzip -mem=AES256 -px b.zip plain
         openssl enc -aes-256-cbc -pbkdf2 -a -k x -in key -out enc.txt",
    );
    let names = [
        "a.age", "b.age", "sym.gpg", "sym.asc", "m.der", "m.pem", "p.der", "m.eml", "a.7z", "b.7z", "a.zip", "b.zip",
        "enc.txt",
    ];
    let mut all: Vec<_> = names.into_iter().map(|name| (name, shop.bytes(name))).collect();
    all.extend(TEXTS.map(|(name, text)| (name, text.as_bytes().to_vec())));
    all
}

const TEXTS: [(&str, &str); 7] = [
    (
        "a.yaml",
        "a: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops:\n    pgp:\n        - fp: AB\n          created_at: \"2024-05-06T07:08:09Z\"\n    mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n",
    ),
    (
        "a.env",
        "A=ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops_age__list_0__map_recipient=age1x\nsops_mac=ENC[AES256_GCM,data:x]\nsops_lastmodified=2024\n",
    ),
    ("v.yml", "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  303030\n"),
    ("s.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK\n"),
    ("config/x.yml.enc", "BwcHBwcHBwc=--BwcHBwcHBwcHBwcH--BwcHBwcHBwcHBwcHBwcHBw=="),
    ("t.json", "{\"encryptedKeyset\":\"ARjRo4jq\",\"keysetInfo\":{\"primaryKeyId\":1}}"),
    ("gocryptfs.conf", "{\"EncryptedKey\":\"YQ==\",\"ScryptObject\":{\"N\":65536},\"FeatureFlags\":[\"GCMIV128\"]}"),
];

#[test]
fn every_byte_of_every_kind_of_file_may_be_wrong_or_missing() {
    for (name, specimen) in specimens() {
        assert!(read(name, &specimen).facts.encrypted_data.len() + read(name, &specimen).problems.len() > 0, "{name}");
        // Encrypted content is not read, so only the beginning and the end of long files are tried.
        let tried = (0..specimen.len()).filter(|at| *at < 400 || *at + 120 > specimen.len());
        for at in tried {
            read(name, &specimen[..at]);
            for value in [0, 0x80, 0xff, specimen[at] ^ 1] {
                let mut mutated = specimen.clone();
                mutated[at] = value;
                read(name, &mutated);
            }
        }
    }
}

#[test]
fn a_file_that_is_cut_off_is_never_passed_over() {
    for (name, specimen) in specimens() {
        let whole = [
            "a.age",
            "b.age",
            "sym.gpg",
            "sym.asc",
            "m.der",
            "m.pem",
            "p.der",
            "a.7z",
            "b.7z",
            "a.zip",
            "b.zip",
            "gocryptfs.conf",
        ];
        if whole.contains(&name) {
            for part in [3, 4] {
                let reading = read(name, &specimen[..specimen.len() * part / 5]);
                // Only the header of age is read, and the data after it may be cut off anywhere.
                let is_read = reading.problems.len() + reading.facts.encrypted_data.len();
                assert_eq!(is_read, 1, "{name} {part}: {:?}", reading.problems);
            }
        }
    }
}

#[test]
fn a_damaged_block_of_cms_is_one_problem_however_it_is_damaged() {
    let Some(shop) = Workshop::with(&["openssl"]) else { return };
    shop.run(
        "exec >/dev/null 2>&1; echo data >plain
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out pem -subj /CN=a
         openssl cms -encrypt -aes256 -in plain -outform PEM -out sound pem; openssl cms -encrypt -aes256 -in plain -outform DER -out der pem
         openssl cms -encrypt -aes256 -stream -in plain -outform DER -out open pem; openssl crl2pkcs7 -nocrl -certfile pem -outform DER -out signed",
    );
    let told = |bytes: &[u8]| {
        let sources = Sources::new(vec![Source::new("a.pem", None, bytes.to_vec())]);
        let reading = read_all(&sources, Detail::Judged, Passwords::NONE).reading;
        (reading.facts.encrypted_data.len(), reading.problems.len())
    };
    let sound = shop.bytes("sound");
    let text = std::str::from_utf8(&sound).unwrap();
    assert_eq!(told(&sound), (1, 0));
    let (body, end) = (text.find('\n').unwrap() + 1, text.find("-----END").unwrap());
    for cut in body + 80..end {
        assert_eq!(told(&sound[..cut]), (0, 1), "{cut}");
    }
    for at in (body + 40..end - 2).filter(|&at| text.as_bytes()[at] != b'\n') {
        assert_eq!(told(&[&sound[..at], b"!", &sound[at + 1..]].concat()), (0, 1), "{at}");
    }
    let block = |label: &str, der: &[u8]| {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der)).into_bytes()
    };
    for (name, labels) in
        [("der", &["CMS", "PKCS7", "PKCS #7 ENVELOPED DATA"][..]), ("open", &["CMS"]), ("signed", &["CMS", "PKCS7"])]
    {
        let der = shop.bytes(name);
        for label in labels {
            for cut in 40..der.len() {
                assert_eq!(told(&block(label, &der[..cut])), (0, 1), "{name} {label} {cut}");
            }
        }
    }
    // The structure is wrong, but not its lengths: the version of the EnvelopedData is not a number.
    let mut other = shop.bytes("der");
    let version = other.windows(3).position(|bytes| bytes == [2, 1, 2] || bytes == [2, 1, 0]).unwrap();
    other[version] = 4;
    assert_eq!(told(&block("CMS", &other)), (0, 1));
    // A damaged block hides no sound one, and each of two is reported.
    let damaged = block("CMS", &shop.bytes("der")[..100]);
    assert_eq!(told(&[&damaged[..], &sound, &damaged].concat()), (1, 2));
}

/// This does not measure speed: linear work takes a second or two, quadratic work takes hours.
const HANGS: Duration = Duration::from_secs(90);

fn took(name: &str, bytes: &[u8]) -> Duration {
    let start = Instant::now();
    read(name, bytes);
    start.elapsed()
}

#[test]
fn repetition_without_end_does_not_hang() {
    let line = "A".repeat(64);
    for pattern in [
        "-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned(),
        format!("-----BEGIN PGP MESSAGE-----\n\n{line}\n"),
        "-----BEGIN CMS-----\nMIAG".to_owned(),
        "$ANSIBLE_VAULT;1.1;AES256\n30\n".to_owned(),
        "ENC[PKCS7,MIIB".to_owned(),
        format!("ENC[GPG,{line}\n"),
        "ENC[AES256_GCM,data:".to_owned(),
        format!("U2FsdGVkX1{line}\n"),
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.".to_owned(),
        "{\"ciphertext\"".to_owned(),
        "[\"encryptedKeyset\"".to_owned(),
        "smime-type=enveloped-data".to_owned(),
        format!("smime-type=enveloped-data\n\n{line}\n"),
        "AYADeA".to_owned(),
        format!(" AYADeA{line}\n"),
        "vault:v1:".to_owned(),
        "=encrypted:BAAA".to_owned(),
        "gAAAAAB".to_owned(),
        "DOTENV_PUBLIC_KEY=\"".to_owned(),
        "\nsops_age__list_0__map_recipient=age1ENC[AES256_GCM,data:".to_owned(),
    ] {
        let time = took("a.yaml", pattern.repeat(300_000 / pattern.len()).as_bytes());
        assert!(time < HANGS, "{pattern}: {time:?}");
    }
}

#[test]
fn counts_and_lengths_in_a_header_cost_nothing() {
    let keys = [&[1, 0x80, 3, 0x78][..], &[0; 16], &[0, 0, 0xff, 0xff], &[0; 100_000]].concat();
    let header = [&b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0"[..], &[0; 8], &60u64.to_le_bytes(), &[0; 4]].concat();
    let folders = [&header[..], &[1, 4, 7, 0x0b, 0xef, 0xff, 0xff, 0x7f, 0], &[0; 51]].concat();
    let luks = [&b"LUKS\xba\xbe\0\x02\xff\xff\xff\xff\xff\xff\xff\xff"[..], &[0; 5000]].concat();
    let dictionary = [&b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0\x04\0\x0b\xff\xff\xff\xff"[..], &[0; 100]].concat();
    for bytes in [keys, folders, luks, dictionary] {
        assert!(took("a", &bytes) < HANGS);
    }
}

/// How files of a format begin.
const MAGICS: [&[u8]; 15] = [
    b"age-encryption.org/v1\n-> ",
    b"LUKS\xba\xbe\0\x01",
    b"LUKS\xba\xbe\0\x02",
    b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0\x04\0",
    b"PK\x03\x04\x14\0\x01\0",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c\0\x04",
    b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
    b"\x85\x01",
    b"\xc3\x0d\x04\x09",
    b"\xd2\x01\x02\x09\x02",
    b"\x01\x80\x01\x14",
    b"\x02\x05\x78",
    b"\xeb\x58\x90-FVE-FS-",
    b"",
];

proptest! {
    #[test]
    fn arbitrary_bytes_behind_a_magic_never_panic(
        magic in proptest::sample::select(MAGICS.to_vec()),
        bytes in proptest::collection::vec(any::<u8>(), 0..300)
    ) {
        for name in ["a", "a.gpg", "a.yml.enc", ".encfs6.xml", "vault.cryptomator"] {
            read(name, &[magic, &bytes].concat());
        }
    }

    #[test]
    fn arbitrary_text_around_marks_never_panics(
        parts in proptest::collection::vec(prop_oneof![
            Just("-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned()), Just("-----END AGE ENCRYPTED FILE-----".to_owned()),
            Just("-----BEGIN PGP MESSAGE-----\n\n".to_owned()), Just("-----END PGP MESSAGE-----".to_owned()), Just("-----BEGIN CMS-----\nMIAGCSqGSIb3DQEHA6CA".to_owned()),
            Just("$ANSIBLE_VAULT;1.1;AES256\n".to_owned()), Just("ENC[PKCS7,".to_owned()), Just("ENC[AES256_GCM,data:".to_owned()), Just("\nsops:\n  mac: x\n".to_owned()),
            Just("sops_mac=".to_owned()), Just("[sops]\n".to_owned()), Just("vault:v1:".to_owned()), Just("encrypted:".to_owned()), Just("gAAAAAB".to_owned()),
            Just("U2FsdGVkX1".to_owned()), Just("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0".to_owned()), Just("{\"ciphertext\":\"x\",\"iv\":\"x\"".to_owned()), Just("\"encryptedKeyset\"".to_owned()),
            Just("AYADeA".to_owned()), Just("smime-type=enveloped-data\n\n".to_owned()), Just("kind: SealedSecret\nspec:\n  encryptedData:\n".to_owned()),
            "[A-Za-z0-9+/=]{0,80}", "[0-9a-f]{0,64}", "[{}\\[\\]:,.\"'\\\\nr \r\n\t=-]{0,8}", "\\PC{0,8}",
        ], 0..30),
        name in prop_oneof![Just("a.yaml"), Just("a.json"), Just(".env"), Just("a.ini"), Just("a")],
    ) {
        read(name, parts.concat().as_bytes());
    }
}
