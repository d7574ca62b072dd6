//! Tests of PKCS#7 and PKCS#12 as openssl writes them, and Java's keystores as keytool and Bouncy Castle do: everything
//! that was put in is read.

use std::path::Path;

use keyreeve_contract::{Encryption, Key, Protection};
use keyreeve_facts::Reading;
use keyreeve_oracles::has;

use crate::material::tools::{Authority, file, hides_contents, opened, openssl, read, run};

/// Certificates by their SHA-256, in order.
fn certificates(reading: &Reading) -> Vec<String> {
    reading.facts.certificates.places().iter().map(|place| place.identity.to_string()).collect()
}

/// The one key of a reading.
fn key(reading: &Reading) -> &Key {
    let keys = reading.facts.keys.facts();
    assert_eq!(keys.len(), 1, "{:?}", reading.problems);
    &keys[0]
}

fn encryption(encryption: &Encryption) -> String {
    let Encryption { scheme, kdf, prf, iterations, cipher, .. } = encryption;
    format!("{scheme} {kdf} {prf} {iterations} {cipher}")
}

#[test]
fn signed_data_carry_certificates_and_revocation_lists_in_every_form() {
    let authority = Authority::new();
    let at = |name: &str| authority.path(name);
    authority.issue("leaf", "");
    let list = authority.revocation_list("");
    std::fs::write(at("list"), &list).unwrap();
    let arguments = format!("crl2pkcs7 -in {} -certfile {} -certfile {}", at("list"), at("ca"), at("leaf"));
    let expected =
        [certificates(&read(&file(Path::new(&at("ca"))))), certificates(&read(&file(Path::new(&at("leaf")))))].concat();
    let pem = openssl(&arguments);
    let der = openssl(&format!("{arguments} -outform DER"));
    let relabelled = String::from_utf8(pem.clone()).unwrap().replace("PKCS7", "PKCS #7 SIGNED DATA");
    // A length may take more octets than it needs (X.690, section 8.1.3.5).
    assert_eq!(der[..2], [0x30, 0x82]);
    let long = [&[0x30, 0x88][..], &(der.len() as u64 - 4).to_be_bytes(), &der[4..]].concat();
    for form in [pem, der, long, relabelled.into_bytes(), relabelled_as_cms(&arguments)] {
        let reading = read(&form);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        assert_eq!(certificates(&reading), expected);
        assert_eq!(reading.facts.revocation_lists.len(), 1);
    }
    let streamed = openssl(&format!(
        "cms -sign -in {}.ext -signer {} -inkey {} -outform DER -stream -nodetach",
        at("leaf"),
        at("leaf"),
        at("leaf.key")
    ));
    assert_eq!(streamed[1], 0x80, "openssl streams BER");
    assert_eq!(certificates(&read(&streamed)), expected[1..]);
    let cut = read(&streamed[..streamed.len() - 3]);
    assert_eq!((cut.facts.certificates.len(), cut.problems.len()), (0, 1));
}

fn relabelled_as_cms(arguments: &str) -> Vec<u8> {
    String::from_utf8(openssl(arguments)).unwrap().replace("PKCS7", "CMS").into_bytes()
}

#[test]
fn a_pkcs12_shows_its_bags_and_how_the_others_are_encrypted() {
    let authority = Authority::new();
    let at = |name: &str| authority.path(name);
    authority.issue("leaf", "");
    let leaf = read(&file(Path::new(&at("leaf"))));
    let export = |options: &str| {
        openssl(&format!("pkcs12 -export -in {} -inkey {} -passout pass:secret {options}", at("leaf"), at("leaf.key")))
    };
    let legacy = "-legacy -provider legacy -provider default -provider-path /usr/lib";
    let cases = [
        ("", "PBES2 PBKDF2 hmacWithSHA256 2048 aes-256-cbc", Some(("aes-256-cbc", 256))),
        ("-iter 5000 -certpbe NONE", "PBES2 PBKDF2 hmacWithSHA256 5000 aes-256-cbc", None),
        (
            "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES",
            "PKCS12-PBE PKCS12-KDF SHA1 2048 des-ede3-cbc",
            Some(("des-ede3-cbc", 168)),
        ),
        (
            legacy.split(" -provider-path").next().unwrap(),
            "PKCS12-PBE PKCS12-KDF SHA1 2048 des-ede3-cbc",
            Some(("rc2-40-cbc", 40)),
        ),
    ];
    for (options, expected, safe) in cases {
        let der = export(options);
        let reading = read(&der);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let hidden = key(&reading);
        assert_eq!((hidden.format.as_str(), hidden.protection), ("PKCS#12", Protection::Passphrase));
        assert_eq!(encryption(hidden.encryption.as_ref().unwrap()), expected, "{options}");
        let safes = reading.facts.encrypted_data.facts();
        let found = safes.first().map(|safe| (safe.cipher.as_str(), safe.key_bits));
        assert_eq!((found, safes.len()), (safe, usize::from(safe.is_some())), "{options}");
        assert!(safes.iter().all(|safe| safe.authenticated && safe.format == "PKCS#12"));
        assert_eq!(hides_contents(&reading), safe.is_some(), "{options}");
        // With the password everything is known, and the key belongs to the certificate.
        for passwords in ["secret", "wrong\nsecret\n"] {
            let reading = opened(&der, passwords);
            assert!(reading.problems.is_empty(), "{options}: {:?}", reading.problems);
            assert_eq!(certificates(&reading), certificates(&leaf), "{options}");
            assert!(!hides_contents(&reading), "{options}");
            assert_eq!(reading.facts.keys.places()[0].spki, leaf.facts.certificates.places()[0].spki);
            assert_eq!(key(&reading).protection, Protection::Passphrase);
        }
        let wrong = opened(&der, "wrong\n\n");
        assert_eq!(wrong.problems.len(), usize::from(safe.is_some()), "{options}");
        let said = wrong.problems.iter().all(|problem| problem.message.contains("none of the passwords opens it"));
        assert!(said, "{:?}", wrong.problems);
        // A plaintext certificate has the public half of the key that is encrypted.
        let reason = key(&wrong).unknown.first().map(|unknown| unknown.reason.as_str());
        let closed = "the key is encrypted, and none of the passwords opens it";
        assert_eq!(reason, safe.map(|_| closed), "{options}");
    }
    let open = read(&export("-keypbe NONE -certpbe NONE"));
    assert_eq!(key(&open).protection, Protection::Plaintext);
    assert_eq!(open.facts.keys.places()[0].spki, leaf.facts.certificates.places()[0].spki);
    assert_eq!(certificates(&open), certificates(&leaf));
    assert!(open.problems.is_empty() && !open.secrets.is_empty());
}

#[test]
fn an_encrypted_key_is_known_with_its_password_and_stays_under_it() {
    let authority = Authority::new();
    let path = authority.path("ca.key");
    let spki = read(&file(Path::new(&authority.path("ca")))).facts.certificates.places()[0].spki;
    let cases = [
        "-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 100",
        "-v2 aes-128-cbc -v2prf hmacWithSHA1",
        "-v2 des3",
        "-scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1",
        "-v1 PBE-MD5-DES -provider legacy -provider default",
        "-v1 PBE-MD5-RC2-64 -provider legacy -provider default",
        "-v1 PBE-SHA1-DES -provider legacy -provider default",
        "-v1 PBE-SHA1-RC2-64 -provider legacy -provider default",
        "-v1 PBE-SHA1-3DES",
        "-v1 PBE-SHA1-2DES",
        "-v1 PBE-SHA1-RC4-128 -provider legacy -provider default",
        "-v1 PBE-SHA1-RC4-40 -provider legacy -provider default",
        "-v1 PBE-SHA1-RC2-128 -provider legacy -provider default",
        "-v1 PBE-SHA1-RC2-40 -provider legacy -provider default",
    ];
    for options in cases {
        for form in ["PEM", "DER"] {
            let bytes = openssl(&format!("pkcs8 -topk8 -in {path} -outform {form} -passout pass:Gehäuse1 {options}"));
            let reading = opened(&bytes, "wrong\nGehäuse1\n");
            assert_eq!(reading.facts.keys.places()[0].spki, spki, "{options}");
            assert_eq!(key(&reading).protection, Protection::Passphrase);
            assert!(reading.problems.is_empty());
            let closed = opened(&bytes, "wrong");
            assert_eq!(closed.facts.keys.places()[0].spki, None);
            assert!(!format!("{closed:?}{reading:?}").contains("Gehäuse1"));
        }
    }
}

#[test]
fn a_derivation_that_asks_for_too_much_is_not_done() {
    let authority = Authority::new();
    let path = authority.path("ca.key");
    let encrypted = |options: &str| openssl(&format!("pkcs8 -topk8 -in {path} -outform DER -passout pass:x {options}"));
    let mut costly = encrypted("-v2 aes-256-cbc -iter 8388609");
    let count = costly.windows(5).position(|bytes| bytes == [2, 4, 0, 0x80, 0]).unwrap();
    // 2,130,706,433 iterations.
    costly[count + 2] = 0x7f;
    let mut large = encrypted("-scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 1");
    let size = large.windows(7).position(|bytes| bytes == [2, 2, 0x40, 0, 2, 1, 8]).unwrap();
    // 127 blocks of 128 bytes, 16,384 times.
    large[size + 6] = 0x7f;
    for (der, reason) in [
        (costly, "more than 50000000 iterations"),
        (large, "more than 50000000 iterations"),
        (encrypted("-v2 camellia-256-cbc"), "none that can be undone"),
    ] {
        let reading = opened(&der, "x");
        assert!(key(&reading).unknown[0].reason.contains(reason), "{:?}", key(&reading).unknown);
    }
}

/// Runs keytool. Returns `None` if it is not installed.
fn keytool(arguments: &str) -> Option<Vec<u8>> {
    has("keytool").then(|| run("keytool", &arguments.split_whitespace().collect::<Vec<_>>()))
}

#[test]
fn javas_keystores_show_entries_chains_and_protection() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, format, expected) in [
        ("JKS", "JKS", "JKS SHA1  1 sha1-stream"),
        ("JCEKS", "JCEKS", "JCEKS MD5  200000 des-ede3-cbc"),
        ("PKCS12", "PKCS#12", "PBES2 PBKDF2 hmacWithSHA256 10000 aes-256-cbc"),
    ] {
        let path = folder.path().join(kind).display().to_string();
        let store = format!("-keystore {path} -storetype {kind} -storepass secret7");
        let pair = "-genkeypair -alias www -keyalg EC -groupname secp256r1 -dname CN=www.example.org";
        if keytool(&format!("{pair} {store} -keypass secret7")).is_none() {
            return;
        }
        let certificate = keytool(&format!("-exportcert -alias www {store}")).unwrap();
        let expected_certificate = read(&certificate);
        let bytes = file(Path::new(&path));
        let reading = opened(&bytes, "secret7");
        assert!(reading.problems.is_empty(), "{kind}: {:?}", reading.problems);
        assert_eq!(certificates(&reading), certificates(&expected_certificate), "{kind}");
        let found = key(&reading);
        assert_eq!((found.format.as_str(), found.protection), (format, Protection::Passphrase));
        assert_eq!(encryption(found.encryption.as_ref().unwrap()), expected);
        let spki = expected_certificate.facts.certificates.places()[0].spki;
        assert_eq!(reading.facts.keys.places()[0].spki, spki, "{kind}");
        assert!(!reading.secrets.is_empty());
        if kind != "JKS" {
            keytool(&format!("-genseckey -alias sealed -keyalg AES -keysize 256 {store}")).unwrap();
            // The entry after it is found, too.
            keytool(&format!("{} {store} -keypass secret7", pair.replace("www", "api"))).unwrap();
            let reading = opened(&file(Path::new(&path)), "secret7");
            assert!(reading.problems.is_empty(), "{kind}: {:?}", reading.problems);
            let keys = reading.facts.keys.facts();
            let secret = keys.iter().find(|key| key.public.algorithm == "symmetric").unwrap();
            assert_eq!(encryption(secret.encryption.as_ref().unwrap()), expected);
            assert_eq!((keys.len(), reading.facts.certificates.len()), (3, 2));
        }
        if kind != "PKCS12" {
            assert_cuts_are_told(&file(Path::new(&path)));
        }
    }
}

/// A keystore that is cut off before its digest of twenty bytes is a problem, and the entries before the cut are read.
fn assert_cuts_are_told(bytes: &[u8]) {
    for cut in 12..bytes.len() - 20 {
        assert_eq!(read(&bytes[..cut]).problems.len(), 1, "{cut}");
    }
    let mut many = bytes.to_vec();
    many[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(read(&many).problems.len(), 1);
}

#[test]
fn bouncy_castles_keystores_show_what_stands_in_clear() {
    let jar = "/usr/share/java/bcprov.jar";
    if !has(jar) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let provider = format!(
        "-providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath {jar} -storepass secret7"
    );
    for kind in ["BKS", "UBER", "BCFKS"] {
        let path = folder.path().join(kind).display().to_string();
        let store = format!("-keystore {path} -storetype {kind} {provider}");
        let pair = "-genkeypair -alias www -keyalg EC -groupname secp256r1 -dname CN=www.example.org -keypass secret7";
        if keytool(&format!("{pair} {store}")).is_none() {
            return;
        }
        let bytes = file(Path::new(&path));
        let reading = read(&bytes);
        assert!(reading.problems.is_empty(), "{kind}: {:?}", reading.problems);
        assert!(!reading.secrets.is_empty());
        if kind == "BKS" {
            let certificate = read(&keytool(&format!("-exportcert -alias www {store}")).unwrap());
            assert_eq!(certificates(&reading), certificates(&certificate));
            assert_eq!(reading.facts.keys.places()[0].spki, certificate.facts.certificates.places()[0].spki);
            let encrypted = encryption(key(&reading).encryption.as_ref().unwrap());
            assert!(
                encrypted.starts_with("BKS PKCS12-KDF SHA1 ") && encrypted.ends_with(" des-ede3-cbc"),
                "{encrypted}"
            );
            for cut in 50..bytes.len() - 21 {
                assert_eq!(read(&bytes[..cut]).problems.len(), 1, "{cut}");
            }
        } else {
            let [whole] = reading.facts.encrypted_data.facts() else { panic!("{:?}", reading.facts) };
            let expected = if kind == "UBER" { ("twofish-256-cbc", "PKCS12-KDF") } else { ("aes-256-ccm", "PBKDF2") };
            assert_eq!((whole.cipher.as_str(), whole.kdf.as_str()), expected);
            assert_eq!((whole.format.as_str(), whole.key_bits, whole.authenticated), (kind, 256, kind == "BCFKS"));
            if kind == "BCFKS" {
                let certificate = read(&keytool(&format!("-exportcert -alias www {store}")).unwrap());
                let reading = opened(&bytes, "secret7");
                assert_eq!(certificates(&reading), certificates(&certificate));
                assert_eq!(reading.facts.keys.places()[0].spki, certificate.facts.certificates.places()[0].spki);
                assert_eq!((reading.facts.keys.len(), reading.problems.len()), (1, 0), "{:?}", reading.problems);
                for cut in 30..bytes.len() {
                    assert_eq!(read(&bytes[..cut]).problems.len(), 1, "{cut}");
                }
            }
        }
    }
}

#[test]
fn no_private_value_of_a_container_is_in_what_is_read_of_it() {
    let authority = Authority::new();
    let at = |name: &str| authority.path(name);
    let der = openssl(&format!("pkcs8 -topk8 -nocrypt -in {} -outform DER", at("ca.key")));
    // The value of P-256 stands behind 36 bytes of PKCS#8.
    let private = &der[36..68];
    let hexadecimal: String = private.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal = |bytes: &[u8]| format!("{bytes:?}").replace(['[', ']'], "");
    let export =
        format!("pkcs12 -export -in {} -inkey {} -name canary-name -passout pass:canary7", at("ca"), at("ca.key"));
    let mut files = vec![openssl(&export), openssl(&format!("{export} -keypbe NONE -certpbe NONE"))];
    for kind in ["JKS", "JCEKS"] {
        std::fs::write(at("p12"), &files[0]).unwrap();
        let to = format!("-destkeystore {} -deststoretype {kind} -deststorepass canary7", at(kind));
        let from = format!("-srckeystore {} -srcstoretype PKCS12 -srcstorepass canary7", at("p12"));
        if keytool(&format!("-importkeystore {from} {to}")).is_some() {
            files.push(file(Path::new(&at(kind))));
        }
    }
    for bytes in files {
        let damaged = [&bytes[..bytes.len() / 2], b"\xff\xff\xff\xff", &bytes[bytes.len() / 2..]].concat();
        for content in [&bytes, &damaged, &bytes[..bytes.len() - 40]] {
            for passwords in ["", "canary7"] {
                let reading = opened(content, passwords);
                let shown = format!("{reading:?}");
                assert!(!reading.secrets.is_empty());
                assert!(!shown.contains("canary"), "{shown}");
                assert!(!shown.contains(&hexadecimal[..16]) && !shown.contains(&hexadecimal[48..]));
                assert!(private.chunks(8).all(|part| !shown.contains(&decimal(part))));
            }
        }
    }
}
