//! Tests what a password opens besides PKCS#8 and PKCS#12: PEM blocks with a DEK-Info as openssl writes them, and
//! Bouncy Castle's FIPS keystores. How they are recognised without a password is tested elsewhere.

use std::path::Path;

use keyreeve_contract::{Key, Protection};
use keyreeve_facts::{Identity, Reading};
use proptest::prelude::*;

use crate::material::tools::{Authority, file, hides_contents, opened, openssl, read, sha256};

fn names_and_bits(reading: &Reading) -> Vec<(String, u32)> {
    let keys = reading.facts.keys.facts().iter();
    keys.map(|key| (key.public.algorithm.clone(), key.public.bits)).collect()
}

/// The reason for the unknown bits of a key that nothing opens.
fn reason(key: &Key) -> &str {
    &key.unknown.iter().find(|unknown| unknown.field == "public.bits").unwrap().reason
}

/// A traditional PEM of each kind of key, under each cipher that openssl has for it.
fn traditional() -> Vec<(&'static str, String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    openssl(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out {}", at("rsa")));
    openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1 -out {}", at("ec")));
    openssl(&format!("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out {}", at("parameters")));
    openssl(&format!("genpkey -paramfile {} -out {}", at("parameters"), at("dsa")));
    let mut written = Vec::new();
    for (program, key) in [("rsa -traditional", "rsa"), ("ec", "ec"), ("dsa", "dsa")] {
        let spki = sha256(folder.path(), &openssl(&format!("pkey -in {} -pubout -outform DER", at(key))));
        for cipher in ["aes128", "aes192", "aes256", "des3", "des-ede-cbc", "des", "rc2", "rc2-64-cbc", "rc2-40-cbc"] {
            let legacy = "-provider legacy -provider default";
            let line = format!("{program} -in {} -{cipher} -passout pass:Geh\u{e4}use1 {legacy}", at(key));
            written.push((cipher, spki.clone(), openssl(&line)));
        }
    }
    written
}

#[test]
fn a_block_with_a_dek_info_is_known_with_its_password_and_stays_under_it() {
    for (cipher, spki, pem) in traditional() {
        assert!(String::from_utf8_lossy(&pem).contains("Proc-Type: 4,ENCRYPTED"), "{cipher}");
        let reading = opened(&pem, "wrong\nGeh\u{e4}use1\n");
        assert!(reading.problems.is_empty() && !reading.secrets.is_empty(), "{cipher}: {:?}", reading.problems);
        let [key] = reading.facts.keys.facts() else { panic!("{cipher}") };
        assert_eq!(reading.facts.keys.places()[0].identity.to_string(), spki, "{cipher}");
        assert!(key.unknown.is_empty() && key.protection == Protection::Passphrase, "{cipher}: {:?}", key.unknown);
        assert_eq!(key.encryption, read(&pem).facts.keys.facts()[0].encryption);
        let closed = opened(&pem, "wrong\n\n");
        assert_eq!(closed.facts.keys.places()[0].spki, None, "{cipher}");
        assert_eq!(reason(&closed.facts.keys.facts()[0]), "the key is encrypted, and none of the passwords opens it");
        assert_eq!(reason(&read(&pem).facts.keys.facts()[0]), "the key is encrypted");
    }
}

#[test]
fn a_dek_info_that_is_none_keeps_the_key_sealed_and_says_why() {
    let (_, _, pem) = traditional().remove(0);
    let pem = String::from_utf8(pem).unwrap();
    let header = pem.lines().nth(2).unwrap();
    let iv = header.split_once(',').unwrap().1;
    for (changed, said) in [
        (format!("DEK-Info: CAMELLIA-256-CBC,{iv}"), "its encryption is none that can be undone here"),
        (format!("DEK-Info: AES-128-CBC,{}", &iv[2..]), "does not fit the cipher"),
        (format!("DEK-Info: DES-CBC,{iv}"), "does not fit the cipher"),
        ("DEK-Info: AES-128-CBC".to_owned(), "has no initialisation vector"),
        ("DEK-Info: AES-128-CBC,xyz".to_owned(), "does not fit the cipher"),
    ] {
        let changed = pem.replace(header, &changed);
        let reading = opened(changed.as_bytes(), "Geh\u{e4}use1");
        let [key] = reading.facts.keys.facts() else { panic!("{changed}") };
        assert!(reason(key).ends_with(said), "{}", reason(key));
        assert_eq!((key.protection, key.public.algorithm.as_str()), (Protection::Passphrase, "RSA"));
    }
}

/// The stores of testdata, each with its password. A signed one has no password, and its signer's certificate is in
/// plaintext.
const STORES: [(&str, &str, &str); 5] = [
    ("ccm", "secret7", "PBES2 PBKDF2 hmacWithSHA512 51200 aes-256-ccm"),
    ("sha3", "secret7", "PBES2 PBKDF2 hmacWithSHA512 51200 aes-256-ccm"),
    ("scrypt", "secret7", "PBES2 PBKDF2 hmacWithSHA512 51200 aes-256-ccm"),
    ("wrap", "secret7", "PBES2 PBKDF2 hmacWithSHA512 51200 id-aes256-wrap-pad"),
    ("signed", "", "PBES2 PBKDF2 hmacWithSHA512 51200 aes-256-ccm"),
];

fn testdata(name: &str) -> Vec<u8> {
    file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/containers").join(name))
}

fn identities(reading: &Reading) -> Vec<Identity> {
    reading.facts.certificates.places().iter().map(|place| place.identity.clone()).collect()
}

#[test]
fn a_bcfks_shows_its_entries_to_whoever_has_the_password() {
    let certificate = read(&testdata("www.pem"));
    let (identity, spki) = (identities(&certificate)[0].clone(), certificate.facts.certificates.places()[0].spki);
    for (name, password, under) in STORES {
        let bytes = testdata(&format!("{name}.bcfks"));
        let in_clear = usize::from(name == "signed");
        let closed = read(&bytes);
        assert_eq!((closed.facts.keys.len(), closed.facts.certificates.len(), closed.problems.len()), (0, in_clear, 0));
        assert!(hides_contents(&closed), "{name}");
        let reading = opened(&bytes, &format!("wrong\n{password}\n"));
        assert_eq!((reading.problems.len(), reading.facts.encrypted_data.len()), (0, 1), "{:?}", reading.problems);
        assert!(!hides_contents(&reading), "{name}");
        // Of the chain, as trusted, and of the signer.
        assert_eq!(identities(&reading), vec![identity.clone(); 2 + in_clear], "{name}");
        let mut found = names_and_bits(&reading);
        found.sort();
        let password_of_keys = if name == "signed" { ("", 0) } else { ("EC", 256) };
        let expected = [password_of_keys, ("EC", 256), ("symmetric", if name == "signed" { 0 } else { 192 })];
        let mut expected = expected.map(|(name, bits)| (name.to_owned(), bits));
        expected.sort();
        assert_eq!(found, expected, "{name}");
        for (key, place) in reading.facts.keys.iter() {
            let encryption = key.encryption.as_ref().unwrap();
            let ciphers = [&encryption.scheme, &encryption.kdf, &encryption.prf, &encryption.iterations.to_string()];
            assert_eq!(format!("{} {}", ciphers.map(String::as_str).join(" "), encryption.cipher), under, "{name}");
            assert_eq!((key.format.as_str(), key.protection), ("BCFKS", Protection::Passphrase));
            assert!(key.public.algorithm != "EC" || place.spki == spki, "{name}");
            assert!(key.attributes.iter().any(|(name, _)| name == "created"));
        }
        let wrong = opened(&bytes, "wrong\nsecret8");
        let [problem] = &wrong.problems[..] else { panic!("{name}: {:?}", wrong.problems) };
        assert!(problem.message.ends_with("none of the passwords opens it"), "{}", problem.message);
        assert_eq!((wrong.facts.keys.len(), wrong.facts.certificates.len()), (0, in_clear));
    }
}

#[test]
fn nothing_that_is_private_in_a_bcfks_or_under_a_dek_info_is_in_what_is_read() {
    let authority = Authority::new();
    let der = openssl(&format!("pkcs8 -topk8 -nocrypt -in {} -outform DER", authority.path("ca.key")));
    let pem = openssl(&format!("ec -in {} -aes256 -passout pass:secret7", authority.path("ca.key")));
    // The value of P-256 stands behind 36 bytes of PKCS#8; the symmetric key of the stores is zeros.
    let hidden = [keyreeve_source::digest::hex(&der[36..68]), format!("{:?}", &der[36..44]), "secret7".to_owned()];
    let mut files = vec![pem];
    files.extend(STORES.map(|(name, ..)| testdata(&format!("{name}.bcfks"))));
    for bytes in files {
        for content in [&bytes[..], &bytes[..bytes.len() - 30]] {
            let reading = opened(content, "secret7\n\n");
            let shown = format!("{reading:?}");
            assert!(hidden.iter().all(|value| !shown.contains(value.trim_matches(['[', ']']))), "{shown}");
            assert!(!reading.secrets.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn stores_with_bytes_changed_never_panic(
        store in 0..STORES.len(), at in 0_usize..140, value in any::<u8>(), cut in 0_usize..200,
    ) {
        let mut bytes = testdata(&format!("{}.bcfks", STORES[store].0));
        // Its parameters come first; after them every change looks like a wrong password.
        bytes[at] = value;
        opened(&bytes, "secret7");
        opened(&bytes[..bytes.len() - cut], "secret7");
    }

    #[test]
    fn headers_of_any_kind_never_panic(header in "(AES-(128|192|256)|DES|RC2|DES-EDE3)-CBC,[0-9A-Fa-f]{0,40}|\\PC{0,30}", body in any::<Vec<u8>>()) {
        use base64::Engine;
        let body = base64::engine::general_purpose::STANDARD.encode(body);
        let pem = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {header}\n\n{body}\n-----END RSA PRIVATE KEY-----\n"
        );
        opened(pem.as_bytes(), "secret7\n");
    }
}
