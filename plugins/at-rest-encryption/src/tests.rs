//! Encrypted data and what the rule says of them. Not the reading of formats, which the cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{Context, EncryptedItem, Finding, Purpose, Severity, judge, judge_with};

use super::{AtRestEncryption, Settings};

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];

fn item(cipher: &str, key_bits: u32, authenticated: bool) -> EncryptedItem {
    EncryptedItem { cipher: cipher.into(), key_bits, authenticated, ..sample::encrypted_item() }
}

fn of(item: &EncryptedItem) -> Vec<Finding> {
    judge::<AtRestEncryption, _>(item)
}

#[test]
fn aes_256_and_its_equivalents_pass() {
    for (cipher, bits, authenticated) in [
        ("aes-256-gcm", 256, true),
        ("aes-256-ccm", 256, true),
        ("aes-256-siv", 512, true),
        ("aes-256-ctr", 256, true),
        ("aes-256-cbc", 256, true),
        ("aes-256-cfb", 256, true),
        ("aes-256-xts", 512, false),
        ("id-aes256-wrap", 256, true),
        ("id-aes256-wrap-pad", 256, true),
        ("camellia-256-gcm", 256, true),
        ("aria-256-gcm", 256, true),
        ("chacha20-poly1305", 256, true),
        ("xchacha20-poly1305", 256, true),
        ("xsalsa20-poly1305", 256, true),
        ("chacha20", 256, true),
    ] {
        assert_eq!(of(&item(cipher, bits, authenticated)), [], "{cipher}");
    }
}

#[test]
fn what_is_not_quite_that_is_low() {
    for (cipher, bits, authenticated) in [
        ("aes-256-cbc", 256, false),
        ("aes-256-ctr", 256, false),
        ("chacha20", 256, false),
        ("twofish-256-cbc", 256, true),
        ("serpent-256-xts", 512, false),
        ("aes-128-xts", 256, false),
    ] {
        assert_eq!(severities(&of(&item(cipher, bits, authenticated))), LOW, "{cipher}");
    }
}

#[test]
fn the_file_key_of_age_is_low_and_any_other_short_key_below_a_long_one_high() {
    let age = EncryptedItem { format: "age".into(), ..item("chacha20-poly1305", 128, true) };
    assert_eq!(severities(&of(&age)), LOW);
    assert_eq!(severities(&of(&EncryptedItem { format: "JWE".into(), ..item("aes-256-gcm", 128, true) })), HIGH);
}

#[test]
fn shorter_keys_broken_ciphers_and_ecb_are_high() {
    for (cipher, bits) in [
        ("aes-128-gcm", 128),
        ("aes-192-cbc", 192),
        ("camellia-128-cbc", 128),
        ("twofish-128-cbc", 128),
        ("aes-256-ecb", 256),
        ("des-cbc", 56),
        ("des-ede3-cbc", 168),
        ("rc2-40-cbc", 40),
        ("rc4", 128),
        ("idea-cfb", 128),
        ("cast5-cfb", 128),
        ("bf-cfb", 128),
        ("seed-cbc", 128),
        ("sm4-cbc", 128),
        ("zipcrypto", 96),
    ] {
        assert_eq!(severities(&of(&item(cipher, bits, true))), HIGH, "{cipher}");
    }
}

#[test]
fn a_cipher_that_nobody_knows_is_undetermined_and_one_that_is_not_stated_left_to_the_host() {
    assert_eq!(severities(&of(&item("kuznyechik-ctr", 256, true))), [None]);
    assert_eq!(of(&EncryptedItem { unknown: vec![unknown("cipher"), unknown("key-bits")], ..item("", 0, false) }), []);
}

#[test]
fn a_broken_cipher_is_high_also_where_its_key_is_unknown() {
    let item = EncryptedItem { unknown: vec![unknown("key-bits")], ..item("rc4", 0, false) };
    assert_eq!(severities(&of(&item)), HIGH);
}

#[test]
fn test_data_are_low() {
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    assert_eq!(severities(&of(&EncryptedItem { context, ..item("des-cbc", 56, false) })), LOW);
}

#[test]
fn ciphers_and_formats_are_allowed_by_name() {
    let ciphers = Settings { allow_ciphers: vec!["aes-128-gcm".into()], ..Settings::default() };
    assert_eq!(judge_with::<AtRestEncryption, _>(ciphers.clone(), &item("aes-128-gcm", 128, true)), []);
    assert_eq!(severities(&judge_with::<AtRestEncryption, _>(ciphers, &item("aes-128-cbc", 128, true))), HIGH);
    let formats = Settings { allow_formats: vec!["sops".into()], ..Settings::default() };
    assert_eq!(judge_with::<AtRestEncryption, _>(formats, &item("aes-128-gcm", 128, true)), []);
}
