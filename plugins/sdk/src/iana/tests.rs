//! The registries and what names are taken to mean, compared with what the openssl program says of the suites it knows.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use super::*;

/// `(code, standard name, Kx, Au, Enc, Mac)` of every suite of the openssl program; empty without one.
fn openssl_suites() -> Vec<(u16, String, String, String, String, String)> {
    let everything = ["ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL@SECLEVEL=0"];
    let Ok(output) = Command::new("openssl").args(everything).output() else { return Vec::new() };
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "-").collect();
            let code = words[0].replace("0x", "").replace(',', "");
            let of = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)).unwrap().to_owned();
            let code = u16::from_str_radix(&code, 16).unwrap();
            (code, words[1].to_owned(), of("Kx="), of("Au="), of("Enc="), of("Mac="))
        })
        .collect()
}

#[test]
fn suites_are_in_order_and_found_by_code() {
    assert!(suites().is_sorted_by(|one, other| one.code < other.code));
    for known in suites() {
        assert_eq!(suite(known.code), Some(known));
    }
    let found = (0..=u16::MAX).filter_map(suite).count();
    assert_eq!(found, suites().len());
    for absent in [0x00ff, 0x5600, 0x0a0a, 0xffff] {
        assert_eq!(suite(absent), None);
    }
}

#[test]
fn groups_are_in_order_and_found_by_code() {
    assert!(groups().is_sorted_by(|one, other| one.code < other.code));
    assert_eq!(group(29).unwrap().name, "x25519");
    assert_eq!(group(0), None);
}

#[test]
fn openssl_agrees_on_every_suite_it_knows() {
    let known = openssl_suites();
    assert!(known.is_empty() || known.len() > 100, "{} suites", known.len());
    for (code, name, exchange, authentication, cipher, mac) in known {
        let suite = suite(code).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(suite.name, name);
        assert_eq!(openssl_exchange(suite), exchange, "{name}");
        assert_eq!(openssl_authentication(suite), authentication, "{name}");
        assert_eq!(openssl_cipher(suite), cipher, "{name}");
        assert_eq!(openssl_mac(suite), mac, "{name}");
    }
}

fn openssl_exchange(suite: &Suite) -> &'static str {
    match (suite.key_exchange, suite.authentication) {
        (KeyExchange::Rsa, Authentication::Psk) => "RSAPSK",
        (KeyExchange::Dhe, Authentication::Psk) => "DHEPSK",
        (KeyExchange::Ecdhe, Authentication::Psk) => "ECDHEPSK",
        (KeyExchange::Rsa, _) => "RSA",
        (KeyExchange::Dhe, _) => "DH",
        (KeyExchange::Ecdhe, _) => "ECDH",
        (KeyExchange::Psk, _) => "PSK",
        (KeyExchange::Srp, _) => "SRP",
        (KeyExchange::Tls13, _) => "any",
        _ => "?",
    }
}

fn openssl_authentication(suite: &Suite) -> &'static str {
    match suite.authentication {
        Authentication::Anonymous => "None",
        // OpenSSL names the certificate of the server here, the contract's PSK suites the PSK.
        Authentication::Psk if suite.key_exchange == KeyExchange::Rsa => "RSA",
        Authentication::Rsa => "RSA",
        Authentication::Dss => "DSS",
        Authentication::Ecdsa => "ECDSA",
        Authentication::Psk => "PSK",
        // TLS_SRP_SHA_RSA_… and TLS_SRP_SHA_DSS_… have a certificate besides the password.
        Authentication::Srp if suite.name.contains("_SRP_SHA_RSA_") => "RSA",
        Authentication::Srp if suite.name.contains("_SRP_SHA_DSS_") => "DSS",
        Authentication::Srp => "SRP",
        Authentication::Tls13 => "any",
        _ => "?",
    }
}

fn openssl_cipher(suite: &Suite) -> &'static str {
    match (suite.cipher, suite.mode) {
        (Cipher::Null, _) => "None",
        (Cipher::Aes128, Mode::Cbc) => "AES(128)",
        (Cipher::Aes256, Mode::Cbc) => "AES(256)",
        (Cipher::Aes128, Mode::Gcm) => "AESGCM(128)",
        (Cipher::Aes256, Mode::Gcm) => "AESGCM(256)",
        (Cipher::Aes128, Mode::Ccm) => "AESCCM(128)",
        (Cipher::Aes256, Mode::Ccm) => "AESCCM(256)",
        (Cipher::Aes128, Mode::Ccm8) => "AESCCM8(128)",
        (Cipher::Aes256, Mode::Ccm8) => "AESCCM8(256)",
        (Cipher::Camellia128, Mode::Cbc) => "Camellia(128)",
        (Cipher::Camellia256, Mode::Cbc) => "Camellia(256)",
        (Cipher::Aria128, Mode::Gcm) => "ARIAGCM(128)",
        (Cipher::Aria256, Mode::Gcm) => "ARIAGCM(256)",
        (Cipher::ChaCha20, Mode::Poly1305) => "CHACHA20/POLY1305(256)",
        (Cipher::Seed, Mode::Cbc) => "SEED(128)",
        (Cipher::TripleDes, Mode::Cbc) => "3DES(168)",
        (Cipher::Idea, Mode::Cbc) => "IDEA(128)",
        (Cipher::Rc4, Mode::None) => "RC4(128)",
        _ => "?",
    }
}

fn openssl_mac(suite: &Suite) -> &'static str {
    match suite.mac {
        Mac::Md5 => "MD5",
        Mac::Sha1 => "SHA1",
        Mac::Sha256 => "SHA256",
        Mac::Sha384 => "SHA384",
        Mac::Aead => "AEAD",
        Mac::Null | Mac::Gost => "?",
    }
}

#[test]
fn names_without_openssls_help_are_read_as_well() {
    let of = |name: &str| suites().iter().find(|suite| suite.name == name).unwrap();
    let null = of("TLS_NULL_WITH_NULL_NULL");
    assert_eq!((null.key_exchange, null.cipher, null.mac), (KeyExchange::Null, Cipher::Null, Mac::Null));
    let export = of("TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA");
    assert_eq!((export.authentication, export.export, export.cipher), (Authentication::Anonymous, true, Cipher::Des));
    let gost = of("TLS_GOSTR341112_256_WITH_MAGMA_MGM_L");
    assert_eq!((gost.key_exchange, gost.cipher, gost.mac), (KeyExchange::Gost, Cipher::Gost, Mac::Aead));
    let integrity = of("TLS_SHA256_SHA256");
    assert_eq!((integrity.is_tls13(), integrity.cipher, integrity.mac), (true, Cipher::Null, Mac::Sha256));
    let rsa_des = of("TLS_RSA_WITH_DES_CBC_SHA");
    assert_eq!((rsa_des.key_exchange, rsa_des.cipher, rsa_des.mode), (KeyExchange::Rsa, Cipher::Des, Mode::Cbc));
    assert_eq!(of("TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256").mode, Mode::Ccm8);
}

#[test]
fn versions_are_found_by_either_name() {
    assert_eq!((version("1.2"), version("TLS 1.2"), version("SSL 3.0")), (Some(0x0303), Some(0x0303), Some(0x0300)));
    assert_eq!((version("3.0"), version("1.4"), version("")), (None, None, None));
    assert_eq!((version_name(0x0002), version_name(0x0305)), (Some("SSL 2.0"), None));
}
