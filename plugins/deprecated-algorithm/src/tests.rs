//! Encryptions of keys and data, and what the rule says of them. Not the reading of either, which the cases in
//! testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{
    Context, EncryptedItem, Encryption, Finding, Key, Protection, Purpose, Role, Severity, judge, judge_with,
};

use super::{DeprecatedAlgorithm, Settings};

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];

fn encrypted(scheme: &str, kdf: &str, prf: &str, iterations: u64, cipher: &str) -> Key {
    let [scheme, kdf, prf, cipher] = [scheme, kdf, prf, cipher].map(str::to_owned);
    let encryption = Encryption { scheme, kdf, prf, iterations, cipher, attributes: vec![] };
    Key {
        role: Role::Private,
        format: "PKCS#8".into(),
        protection: Protection::Passphrase,
        encryption: Some(encryption),
        ..sample::key()
    }
}

fn argon2(passes: u64, memory: u64) -> Key {
    let mut key = encrypted("PuTTY", "Argon2id", "", passes, "aes-256-cbc");
    key.encryption.as_mut().unwrap().attributes.push(("memory".into(), memory.to_string()));
    key
}

fn data(kdf: &str, prf: &str, iterations: u64, cipher: &str) -> EncryptedItem {
    EncryptedItem { kdf: kdf.into(), prf: prf.into(), iterations, cipher: cipher.into(), ..sample::encrypted_item() }
}

fn of(key: &Key) -> Vec<Finding> {
    judge::<DeprecatedAlgorithm, _>(key)
}

#[test]
fn what_is_costly_to_guess_passes() {
    for key in [
        encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 600_000, "aes-256-cbc"),
        encrypted("PBES2", "PBKDF2", "hmacWithSHA512", 10_000, "aes-256-gcm"),
        encrypted("PBES2", "PBKDF2", "hmacWithSHA512", 51_200, "id-aes256-wrap-pad"),
        encrypted("PBES2", "scrypt", "", 16_384, "aes-256-cbc"),
        encrypted("OpenSSH", "bcrypt", "", 16, "aes-256-ctr"),
        encrypted("OpenSSH", "bcrypt", "", 24, "chacha20-poly1305"),
        encrypted("minisign", "scrypt", "", 1 << 20, "xor"),
        encrypted("OpenPGP", "S2K-iterated", "SHA256", 65_011_712, "aes-256-ocb"),
        argon2(13, 8192),
        argon2(5, 7168),
    ] {
        assert_eq!(of(&key), [], "{key:?}");
    }
}

#[test]
fn what_is_cheap_to_guess_or_deprecated_is_medium() {
    for (key, reason) in [
        (encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "aes-256-cbc"), "one round of MD5"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 9_999, "aes-256-cbc"), "9999 iterations of PBKDF2, 10000"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 2048, "aes-256-cbc"), "2048 iterations"),
        (encrypted("PBES2", "scrypt", "", 16_383, "aes-256-cbc"), "scrypt, 16384"),
        (encrypted("OpenSSH", "bcrypt", "", 15, "aes-256-ctr"), "15 rounds of bcrypt"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA1", 600_000, "aes-256-cbc"), "hmacWithSHA1"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 600_000, "des-ede3-cbc"), "des-ede3-cbc"),
        (encrypted("PKCS12-PBE", "PKCS12-KDF", "SHA1", 600_000, "aes-256-cbc"), "PKCS#12"),
        (encrypted("PuTTY", "SHA1", "", 1, "aes-256-cbc"), "one round of SHA1"),
        (encrypted("SSH2", "MD5", "", 1, "aes-256-cbc"), "one round of MD5"),
        (encrypted("OpenPGP", "S2K-iterated", "SHA1", 65_011_712, "aes-128-cfb"), "derived with SHA1"),
        (encrypted("OpenPGP", "S2K-iterated", "SHA256", 65_536, "aes-256-cfb"), "65536 hashed octets of S2K, 1048576"),
        (encrypted("OpenPGP", "S2K-salted", "SHA256", 1, "aes-256-cfb"), "one round of SHA256"),
        (encrypted("OpenPGP", "S2K-iterated", "SHA256", 65_011_712, "cast5-cfb"), "cast5-cfb"),
        (encrypted("OpenPGP", "S2K-iterated", "unknown", 65_011_712, "aes-256-cfb"), "not recognised"),
        (encrypted("OpenPGP", "S2K-iterated", "SHA256", 65_011_712, "unknown-cfb"), "unknown-cfb"),
        (encrypted("JKS", "", "", 0, ""), "key store JKS"),
        (argon2(4, 8192), "32768 as cost of Argon2"),
    ] {
        let findings = of(&key);
        assert_eq!(severities(&findings), MEDIUM, "{key:?}");
        assert!(findings[0].message.contains(reason), "{}", findings[0].message);
    }
}

#[test]
fn a_broken_cipher_is_high_whatever_the_iterations() {
    for key in [
        encrypted("PBES1", "PBKDF1", "MD5", 1_000_000, "des-cbc"),
        encrypted("PBES1", "PBKDF1", "SHA1", 2048, "rc2-64-cbc"),
        encrypted("PKCS12-PBE", "PKCS12-KDF", "SHA1", 2048, "rc4-40"),
        encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 600_000, "rc2-cbc"),
        encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "des-cbc"),
    ] {
        assert_eq!(severities(&of(&key)), HIGH, "{key:?}");
    }
}

#[test]
fn data_are_judged_by_cipher_and_key_derivation() {
    for (item, expected) in [
        (data("", "", 0, "aes-256-gcm"), &[][..]),
        (data("PBKDF2", "hmacWithSHA256", 10_000, "aes-256-ctr"), &[]),
        (data("scrypt", "", 1 << 18, "chacha20-poly1305"), &[]),
        (data("PBKDF2", "hmacWithSHA256", 9_999, "aes-256-ctr"), MEDIUM),
        (data("EVP_BytesToKey", "SHA256", 1, "aes-256-cbc"), MEDIUM),
        (data("", "", 0, "des-ede3-cbc"), MEDIUM),
        (data("", "", 0, "rc4"), HIGH),
        (data("", "", 0, "aes-256-ecb"), HIGH),
    ] {
        assert_eq!(severities(&judge::<DeprecatedAlgorithm, _>(&item)), expected, "{item:?}");
    }
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    let item = EncryptedItem { context, ..data("", "", 0, "rc4") };
    assert_eq!(severities(&judge::<DeprecatedAlgorithm, _>(&item)), LOW);
}

#[test]
fn what_is_unknown_is_left_to_the_host() {
    let unnamed = Key {
        unknown: vec![unknown("encryption.kdf"), unknown("encryption.iterations"), unknown("encryption.cipher")],
        ..encrypted("1.2.3.4", "", "", 0, "")
    };
    assert_eq!(of(&unnamed), []);
    let uncounted =
        Key { unknown: vec![unknown("encryption.iterations")], ..encrypted("OpenSSH", "bcrypt", "", 0, "aes-256-ctr") };
    assert_eq!(of(&uncounted), []);
    let item =
        EncryptedItem { unknown: vec![unknown("iterations")], ..data("PBKDF2", "hmacWithSHA256", 0, "aes-256-gcm") };
    assert_eq!(judge::<DeprecatedAlgorithm, _>(&item), []);
}

#[test]
fn keys_that_no_passphrase_protects_and_fixtures_pass() {
    let weak = encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "des-cbc");
    for protection in [Protection::Plaintext, Protection::Hardware, Protection::NotNeeded] {
        assert_eq!(of(&Key { protection, ..weak.clone() }), []);
    }
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    assert_eq!(of(&Key { context, ..weak }), []);
}

#[test]
fn the_minimums_are_settings() {
    let settings = Settings { pbkdf2_minimum: 600_000, ..Settings::default() };
    let key = encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 599_999, "aes-256-cbc");
    assert_eq!(severities(&judge_with::<DeprecatedAlgorithm, _>(settings, &key)), MEDIUM);
}
