//! Every parser that meets bytes of others, by name, with what must hold of whatever it makes of them. Not how
//! inputs are found: that is libFuzzer's affair.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyreeve_facts::Passwords;
use keyreeve::formats;
use keyreeve::formats::Detail;
use keyreeve_facts::Reading;
use keyreeve_algorithms::openssl;
use keyreeve_contract::FactKind;
use keyreeve::policy::Policy;
use keyreeve::policy::lock::Lock;
use keyreeve_source::problem::Subject;
use keyreeve::settle::baseline::Baseline;
use keyreeve_source::{Location, Source, Sources};
use keyreeve::{kit, rules};

/// A parser.
pub struct Parser {
    /// What `scripts/fuzz.sh` calls it.
    pub name: &'static str,
    /// Parses some bytes; it panics if an invariant does not hold.
    pub parse: fn(&[u8]),
}

const fn parser(name: &'static str, parse: fn(&[u8])) -> Parser {
    Parser { name, parse }
}

/// All of them. Containers and forms of keys are told by their content: `material` has all of these, and those below it begin as one of them
/// does, so that nothing is spent on finding that out.
pub static PARSERS: &[Parser] = &[
    parser("material", |bytes| file("file", bytes)),
    parser("der", |bytes| behind(&[0x30], bytes)),
    parser("pem", pem),
    parser("passwords", |bytes| passwords(bytes.to_vec())),
    parser("dek-info", dek_info),
    parser("java-keystore", |bytes| behind(&[0xfe, 0xed, 0xfe, 0xed], bytes)),
    parser("jceks-keystore", |bytes| behind(&[0xce, 0xce, 0xce, 0xce], bytes)),
    parser("bouncy-castle-keystore", |bytes| behind(&[0, 0, 0], bytes)),
    parser("keybox", |bytes| behind(b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", bytes)),
    parser("gnupg-key", |bytes| behind(b"Key: (protected-private-key (ecc", bytes)),
    parser("gnupg-file", |bytes| behind(b"(21:protected-private-key(3:ecc", bytes)),
    parser("openpgp-keys", |bytes| behind(&[0xc6], bytes)),
    parser("ssh-line", |bytes| behind(b"ssh-ed25519 AAAA", bytes)),
    parser("putty", |bytes| behind(b"PuTTY-User-Key-File-3: ", bytes)),
    parser("ssh2", |bytes| behind(b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", bytes)),
    parser("age-identity", |bytes| behind(b"AGE-SECRET-KEY-1", bytes)),
    parser("minisign", |bytes| behind(b"untrusted comment: ", bytes)),
    parser("wireguard", |bytes| behind(b"PrivateKey = ", bytes)),
    parser("jwk", |bytes| behind(b"{\"kty\":", bytes)),
    parser("tink", |bytes| behind(b"{\"primaryKeyId\":1,\"key\":[{\"keyData\":{\"keyMaterialType\":", bytes)),
    parser("dnssec", |bytes| behind(b"Private-key-format: v1.", bytes)),
    parser("encrypted", |bytes| file("config/credentials.yml.enc", bytes)),
    parser("age-file", |bytes| behind(b"age-encryption.org/v1\n", bytes)),
    parser("openpgp-message", |bytes| behind(&[0xc1], bytes)),
    parser("luks", |bytes| behind(b"LUKS\xba\xbe\0", bytes)),
    parser("keepass", |bytes| behind(&[0x03, 0xd9, 0xa2, 0x9a], bytes)),
    parser("zip", |bytes| behind(b"PK\x03\x04", bytes)),
    parser("7z", |bytes| behind(b"7z\xbc\xaf\x27\x1c", bytes)),
    parser("sops", |bytes| behind(b"sops:\n    ", bytes)),
    parser("nginx", |bytes| file("nginx/nginx.conf", bytes)),
    parser("inventory-yaml", |bytes| file("key-inventory.yaml", bytes)),
    parser("inventory-json", |bytes| file("key-inventory.json", bytes)),
    parser("inventory-toml", |bytes| file("key-inventory.toml", bytes)),
    parser("inventory-csv", |bytes| file("key-inventory.csv", bytes)),
    parser("cipher-strings", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = openssl::expand(&text);
        let _ = openssl::groups(&text);
    }),
    parser("policy", |bytes| drop(Policy::load(Path::new("keyreeve.toml"), bytes))),
    parser("lock", |bytes| drop(Lock::load(Path::new("keyreeve.lock"), bytes))),
    parser("baseline", |bytes| drop(Baseline::load("baseline.json", bytes))),
    parser("recorded-facts", |bytes| drop(kit::replay::read(bytes))),
    parser("component", |bytes| drop(rules::component::declared(bytes))),
];

/// Reads a file of that name in every format that it is.
fn file(name: &str, bytes: &[u8]) {
    let _ = formats::matters(name, bytes);
    let sources = Sources::new(vec![Source::new(name, None, bytes.to_vec())]);
    check(&formats::read(&sources, Detail::Everything, Passwords::NONE).reading, bytes.len());
}

/// Reads a file that begins in that way.
fn behind(begin: &[u8], bytes: &[u8]) {
    file("file", &[begin, bytes].concat());
}

/// Reads a PEM block of each label that says how its body is read.
fn pem(bytes: &[u8]) {
    const LABELS: [&str; 16] = [
        "CERTIFICATE",
        "CERTIFICATE REQUEST",
        "X509 CRL",
        "PKCS7",
        "PKCS12",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PUBLIC KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
        "PGP MESSAGE",
        "CMS",
        "DH PARAMETERS",
        "EC PARAMETERS",
        "TSS2 PRIVATE KEY",
        "SSL SESSION PARAMETERS",
    ];
    let Some((choice, body)) = bytes.split_first() else { return };
    let label = LABELS[usize::from(*choice) % LABELS.len()];
    file("file", format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(body)).as_bytes());
}

/// Reads a file with passwords at hand.
fn passwords(bytes: Vec<u8>) {
    let length = bytes.len();
    let sources = Sources::new(vec![Source::new("file", None, bytes)]);
    check(&formats::read(&sources, Detail::Judged, &Passwords::of_lines("\nchangeit\nsecret7\n")).reading, length);
}

/// Reads a PEM block under a header DEK-Info, with passwords at hand: the first line is the header's value.
fn dek_info(bytes: &[u8]) {
    let (header, body) = bytes.split_at(bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len()));
    let begin = b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: ";
    let body = format!("\n\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(body));
    passwords([&begin[..], header, body.as_bytes()].concat());
}

/// Every place lies within the file.
fn check(reading: &Reading, length: usize) {
    let within = |location: &Location| {
        let span = location.span;
        assert!(span.start <= span.end && span.end as usize <= length, "{span:?} of {length}");
    };
    for kind in FactKind::ALL {
        for index in 0..reading.facts.count(kind) {
            let place = reading.facts.place(kind, index);
            within(&place.home);
            place.parts.values().for_each(within);
        }
    }
    for problem in &reading.problems {
        if let Subject::Place(location) = &problem.subject {
            within(location);
        }
    }
    reading.secrets.iter().for_each(|(source, span)| within(&Location { source: *source, span: *span }));
}
