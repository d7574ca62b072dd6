//! Keys and what the rule says of them. Not the reading of keys, which the cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{Context, Encryption, Finding, Key, Protection, Purpose, Role, Severity, judge, judge_with};

use super::{PlaintextKey, Settings};

const CRITICAL: &[Option<Severity>] = &[Some(Severity::Critical)];
const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];

fn private(protection: Protection) -> Key {
    Key { role: Role::Private, format: "PKCS#8".into(), protection, ..sample::key() }
}

fn encrypted(scheme: &str, kdf: &str, prf: &str, iterations: u64, cipher: &str) -> Key {
    let [scheme, kdf, prf, cipher] = [scheme, kdf, prf, cipher].map(str::to_owned);
    let encryption = Encryption { scheme, kdf, prf, iterations, cipher, attributes: vec![] };
    Key { encryption: Some(encryption), ..private(Protection::Passphrase) }
}

fn of(key: &Key) -> Vec<Finding> {
    judge::<PlaintextKey, _>(key)
}

#[test]
fn a_plaintext_private_key_is_critical_unless_it_is_a_fixture() {
    for (purpose, expected) in [
        (Purpose::Unspecified, CRITICAL),
        (Purpose::Live, CRITICAL),
        (Purpose::TrustStore, CRITICAL),
        (Purpose::Fixture, LOW),
    ] {
        let key = Key { context: Context { purpose, ..Context::UNSPECIFIED }, ..private(Protection::Plaintext) };
        assert_eq!(severities(&of(&key)), expected, "{purpose:?}");
    }
}

#[test]
fn public_keys_and_requests_have_nothing_to_hide() {
    for role in [Role::Public, Role::Request] {
        assert_eq!(of(&Key { role, ..sample::key() }), [], "{role:?}");
    }
}

#[test]
fn hardware_passes() {
    assert_eq!(of(&private(Protection::Hardware)), []);
}

#[test]
fn a_strong_passphrase_is_no_key_vault_but_low() {
    for key in [
        encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 600_000, "aes-256-cbc"),
        encrypted("PBES2", "PBKDF2", "hmacWithSHA512", 10_000, "aes-256-gcm"),
        encrypted("PBES2", "scrypt", "", 16_384, "aes-256-cbc"),
        encrypted("OpenSSH", "bcrypt", "", 16, "aes-256-ctr"),
        encrypted("OpenSSH", "bcrypt", "", 24, "chacha20-poly1305"),
        encrypted("sigstore", "scrypt", "", 32_768, "xsalsa20-poly1305"),
    ] {
        let findings = of(&key);
        assert_eq!(severities(&findings), LOW, "{key:?}");
        let message = "the private key is encrypted under a passphrase, but not kept in a key vault";
        assert_eq!(findings[0].message, message);
    }
}

#[test]
fn a_passphrase_that_is_cheap_to_guess_is_medium() {
    for (key, reason) in [
        (encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "aes-256-cbc"), "one round of MD5"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 9_999, "aes-256-cbc"), "9999 iterations of PBKDF2, 10000"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 2048, "aes-256-cbc"), "2048 iterations"),
        (encrypted("PBES2", "scrypt", "", 16_383, "aes-256-cbc"), "scrypt, 16384"),
        (encrypted("OpenSSH", "bcrypt", "", 15, "aes-256-ctr"), "15 rounds of bcrypt"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA1", 600_000, "aes-256-cbc"), "hmacWithSHA1"),
        (encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 600_000, "des-ede3-cbc"), "des-ede3-cbc"),
        (encrypted("PKCS12-PBE", "PKCS12-KDF", "SHA1", 600_000, "des-ede3-cbc"), "PKCS#12"),
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
fn an_encryption_that_is_not_known_is_low_for_certain() {
    let unnamed = Key {
        unknown: vec![unknown("encryption.kdf"), unknown("encryption.iterations"), unknown("encryption.cipher")],
        ..encrypted("1.2.3.4", "", "", 0, "")
    };
    assert_eq!(severities(&of(&unnamed)), LOW);
    let uncounted =
        Key { unknown: vec![unknown("encryption.iterations")], ..encrypted("OpenSSH", "bcrypt", "", 0, "aes-256-ctr") };
    assert_eq!(severities(&of(&uncounted)), LOW);
    assert_eq!(severities(&of(&private(Protection::Passphrase))), LOW);
}

#[test]
fn a_fixture_under_a_passphrase_passes() {
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    assert_eq!(of(&Key { context, ..encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "des-cbc") }), []);
}

#[test]
fn a_protection_that_is_not_stated_is_undetermined_and_an_unknown_one_left_to_the_host() {
    assert_eq!(severities(&of(&private(Protection::NotNeeded))), [None]);
    let key = Key { unknown: vec![unknown("protection")], ..private(Protection::Plaintext) };
    assert_eq!(of(&key), []);
}

#[test]
fn the_counts_are_settings() {
    let settings = Settings { pbkdf2_minimum: 600_000, ..Settings::default() };
    let key = encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 599_999, "aes-256-cbc");
    assert_eq!(severities(&judge_with::<PlaintextKey, _>(settings, &key)), MEDIUM);
}
