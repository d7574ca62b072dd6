//! Facts and what the rule says of them, on both sides of every threshold. Not the reading of keys, which the cases in
//! testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{ec, public_key, rsa, severities, unknown};
use keyreeve_rule::{Certificate, Context, Finding, Key, PublicKey, Purpose, Severity, judge, judge_with, sample};

use super::{KeySize, Settings};

fn of(public: PublicKey) -> Vec<Finding> {
    judge::<KeySize, _>(&Key { public, ..sample::key() })
}

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];
const UNDETERMINED: &[Option<Severity>] = &[None];
const PASS: &[Option<Severity>] = &[];

#[test]
fn rsa_is_high_below_2048_bits_and_low_below_3072() {
    // CA/Browser Forum baseline requirements 6.1.5; BSI TR-02102-1 and NIST SP 800-57 for 3072.
    for (bits, expected) in [
        (512, HIGH),
        (1024, HIGH),
        (2040, HIGH),
        (2047, HIGH),
        (2048, LOW),
        (3064, LOW),
        (3072, PASS),
        (4096, PASS),
        (16384, PASS),
    ] {
        assert_eq!(severities(&of(rsa(bits))), expected, "{bits}");
        let pss = PublicKey { algorithm: "RSASSA-PSS".into(), ..rsa(bits) };
        assert_eq!(severities(&of(pss)), expected, "{bits}");
    }
}

#[test]
fn an_rsa_modulus_that_is_no_multiple_of_8_is_low() {
    assert_eq!(of(rsa(3073))[0].message, "the modulus has 3073 bits, which is not a multiple of 8");
    assert_eq!(severities(&of(rsa(4095))), LOW);
    assert_eq!(severities(&of(rsa(1023))), HIGH);
}

#[test]
fn rsa_exponents_are_judged_by_sp_800_89() {
    let largest = vec![0xff; 32];
    let too_large = [vec![1], vec![0; 31], vec![1]].concat();
    for (exponent, expected) in [
        (vec![1], HIGH),
        (vec![2], HIGH),
        (vec![1, 0, 0], HIGH),
        (vec![3], LOW),
        (vec![0xff, 0xff], LOW),
        (vec![1, 0, 1], PASS),
        (largest, PASS),
        (too_large, LOW),
        (vec![], PASS),
    ] {
        let findings = of(PublicKey { exponent: exponent.clone(), ..rsa(3072) });
        assert_eq!(severities(&findings), expected, "{exponent:x?}");
    }
}

#[test]
fn curves_are_high_below_224_bits_and_low_below_256() {
    for (curve, bits, expected) in [
        ("secp160r1", 161, HIGH),
        ("prime192v1", 192, HIGH),
        ("wap-wsg-idm-ecid-wtls8", 113, HIGH),
        ("secp224r1", 224, LOW),
        ("brainpoolP224r1", 224, LOW),
        ("prime256v1", 256, PASS),
        ("secp256k1", 256, PASS),
        ("brainpoolP256r1", 256, PASS),
        ("secp384r1", 384, PASS),
        ("secp521r1", 521, PASS),
    ] {
        assert_eq!(severities(&of(ec(curve, bits))), expected, "{curve}");
    }
    assert_eq!(of(ec("prime192v1", 192))[0].message, "the EC key on prime192v1 has 192 bits, the minimum is 224");
}

#[test]
fn an_explicit_curve_and_an_unheard_of_one_are_undetermined() {
    assert_eq!(severities(&of(ec("explicit", 256))), UNDETERMINED);
    assert_eq!(severities(&of(ec("1.3.6.1.4.1.1", 0))), UNDETERMINED);
}

#[test]
fn dsa_violates_in_every_size() {
    for (bits, expected) in [(512, HIGH), (1024, HIGH), (2047, HIGH), (2048, MEDIUM), (3072, MEDIUM)] {
        let findings = of(PublicKey { algorithm: "DSA".into(), bits, ..public_key() });
        assert_eq!(severities(&findings), expected, "{bits}");
    }
}

#[test]
fn diffie_hellman_is_high_below_2048_bits_and_low_below_3072() {
    for (bits, expected) in [(1024, HIGH), (2047, HIGH), (2048, LOW), (3071, LOW), (3072, PASS)] {
        let findings = of(PublicKey { algorithm: "DH".into(), bits, ..public_key() });
        assert_eq!(severities(&findings), expected, "{bits}");
    }
}

#[test]
fn edwards_montgomery_and_post_quantum_keys_pass() {
    for algorithm in [
        "Ed25519",
        "Ed448",
        "X25519",
        "X448",
        "ML-DSA-44",
        "ML-DSA-87",
        "ML-KEM-512",
        "ML-KEM-1024",
        "SLH-DSA-SHA2-128s",
    ] {
        let findings = of(PublicKey { algorithm: algorithm.into(), bits: 0, ..public_key() });
        assert_eq!(severities(&findings), PASS, "{algorithm}");
    }
}

#[test]
fn an_unknown_algorithm_is_undetermined_and_never_weak() {
    let findings = of(PublicKey { algorithm: "1.2.643.7.1.1.1.1".into(), bits: 0, ..public_key() });
    assert_eq!(severities(&findings), UNDETERMINED);
    assert_eq!(findings[0].part.as_ref().unwrap().field, "public.algorithm");
}

#[test]
fn what_is_allowed_passes() {
    let settings = || Settings { allow: vec!["1.2.643.7.1.1.1.1".into(), "secp224r1".into()], ..Settings::default() };
    for public in [PublicKey { algorithm: "1.2.643.7.1.1.1.1".into(), ..public_key() }, ec("secp224r1", 224)] {
        assert_eq!(judge_with::<KeySize, _>(settings(), &Key { public, ..sample::key() }), []);
    }
}

#[test]
fn an_encrypted_key_without_a_public_half_is_left_to_the_host() {
    let hidden = PublicKey { algorithm: String::new(), bits: 0, ..public_key() };
    for field in ["public", "public.algorithm"] {
        let key = Key { public: hidden.clone(), unknown: vec![unknown(field)], ..sample::key() };
        assert_eq!(judge::<KeySize, _>(&key), [], "{field}");
    }
    assert_eq!(severities(&of(hidden)), UNDETERMINED);
}

#[test]
fn a_certificate_is_judged_by_its_key() {
    let findings = judge::<KeySize, _>(&Certificate { key: rsa(1024), ..sample::certificate() });
    assert_eq!(severities(&findings), HIGH);
    assert_eq!(findings[0].part.as_ref().unwrap().field, "key.bits");
    assert_eq!(findings[0].message, "the RSA key has 1024 bits, the minimum is 2048");
    assert_eq!(judge::<KeySize, _>(&sample::certificate()), []);
}

#[test]
fn fixtures_stay_low_and_guidance_is_not_for_trust_stores() {
    let of = |purpose, bits| {
        let context = Context { purpose, ..Context::UNSPECIFIED };
        severities(&judge::<KeySize, _>(&Certificate { context, key: rsa(bits), ..sample::certificate() }))
    };
    assert_eq!(of(Purpose::Fixture, 1024), LOW);
    assert_eq!(of(Purpose::Fixture, 2048), PASS);
    assert_eq!(of(Purpose::TrustStore, 1024), HIGH);
    assert_eq!(of(Purpose::TrustStore, 2048), PASS);
    assert_eq!(of(Purpose::Live, 2048), LOW);
}

#[test]
fn thresholds_are_settings() {
    let strict = Settings { rsa_minimum: 3072, rsa_recommended: 4096, ..Settings::default() };
    let findings = judge_with::<KeySize, _>(strict, &Key { public: rsa(2048), ..sample::key() });
    assert_eq!(severities(&findings), HIGH);
}

#[test]
fn a_symmetric_key_has_128_bits_or_more_and_parameters_are_judged_like_keys() {
    let symmetric = |bits| PublicKey { algorithm: "symmetric".into(), bits, ..public_key() };
    for (bits, expected) in [(64, HIGH), (127, HIGH), (128, PASS), (256, PASS), (2048, PASS)] {
        assert_eq!(severities(&of(symmetric(bits))), expected, "{bits}");
    }
    let unstated = Key { public: symmetric(0), unknown: vec![unknown("public.bits")], ..sample::key() };
    assert_eq!(judge::<KeySize, _>(&unstated), []);
    for algorithm in ["DH", "ElGamal"] {
        let group = |bits| PublicKey { algorithm: algorithm.into(), bits, ..public_key() };
        assert_eq!(severities(&of(group(1024))), HIGH);
        assert_eq!(severities(&of(group(2048))), LOW);
        assert_eq!(severities(&of(group(3072))), PASS);
    }
}
