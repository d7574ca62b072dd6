//! Keys and what the rule says of them. Not the reading of keys, which the cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{Context, Encryption, Finding, Key, Protection, Purpose, Role, Severity, judge};

use super::PlaintextKey;

const CRITICAL: &[Option<Severity>] = &[Some(Severity::Critical)];
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
fn how_well_a_passphrase_protects_is_the_matter_of_another_rule() {
    for key in [
        encrypted("PEM", "EVP_BytesToKey", "MD5", 1, "des-cbc"),
        encrypted("PBES2", "PBKDF2", "hmacWithSHA256", 1, "rc2-cbc"),
    ] {
        assert_eq!(severities(&of(&key)), LOW, "{key:?}");
    }
}

fn published(in_use: Option<&str>, purpose: Purpose) -> Key {
    let mut key = private(Protection::Plaintext);
    key.context.purpose = purpose;
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    key.public.attributes.push(attribute("published", "RFC 9500"));
    key.public.attributes.extend(in_use.map(|count| attribute("in-use", count)));
    key
}

#[test]
fn a_published_test_key_is_named_and_low_unless_a_live_certificate_has_it() {
    let findings = of(&published(None, Purpose::Unspecified));
    assert_eq!(severities(&findings), LOW);
    assert_eq!(findings[0].message, "the private key is a published test key, printed in RFC 9500");
    for purpose in [Purpose::Unspecified, Purpose::Fixture] {
        let findings = of(&published(Some("1"), purpose));
        assert_eq!(severities(&findings), CRITICAL);
        assert!(findings[0].message.ends_with("and 1 live certificate of the scan has it"), "{}", findings[0].message);
    }
}

#[test]
fn symmetric_and_session_keys_are_called_what_they_are() {
    let mut key = private(Protection::Plaintext);
    key.public.algorithm = "symmetric".into();
    assert_eq!(of(&key)[0].message, "the symmetric key is in plaintext");
    key.format = "TLS session".into();
    assert_eq!(of(&key)[0].message, "the secret of a TLS session is in plaintext");
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
