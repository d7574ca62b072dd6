//! Certificates and what the rule says of them. Not the reading of certificates, which the cases in testdata/ go
//! through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{Certificate, Context, Finding, Purpose, RevocationList, Severity, judge, judge_with};

use super::{CertificateAlgorithm, Settings};

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const UNDETERMINED: &[Option<Severity>] = &[None];

fn signed(algorithm: &str, hash: &str) -> Certificate {
    Certificate { signature_algorithm: algorithm.into(), signature_hash: hash.into(), ..sample::certificate() }
}

fn of(algorithm: &str, hash: &str) -> Vec<Finding> {
    judge::<CertificateAlgorithm, _>(&signed(algorithm, hash))
}

#[test]
fn broken_hashes_are_high_under_any_key() {
    for (algorithm, hash) in [
        ("md2WithRSAEncryption", "MD2"),
        ("md4WithRSAEncryption", "MD4"),
        ("md5WithRSAEncryption", "MD5"),
        ("md5WithRSA", "MD5"),
        ("shaWithRSAEncryption", "SHA"),
        ("sha1WithRSAEncryption", "SHA1"),
        ("sha1WithRSA", "SHA1"),
        ("ecdsa-with-SHA1", "SHA1"),
        ("dsaWithSHA1", "SHA1"),
        ("rsassaPss", "SHA1"),
    ] {
        assert_eq!(severities(&of(algorithm, hash)), HIGH, "{algorithm}");
    }
    assert_eq!(
        of("sha1WithRSAEncryption", "SHA1")[0].message,
        "the certificate is signed over SHA1 (sha1WithRSAEncryption)"
    );
}

#[test]
fn recognised_algorithms_pass() {
    for (algorithm, hash) in [
        ("sha224WithRSAEncryption", "SHA224"),
        ("sha256WithRSAEncryption", "SHA256"),
        ("sha384WithRSAEncryption", "SHA384"),
        ("sha512WithRSAEncryption", "SHA512"),
        ("sha512-256WithRSAEncryption", "SHA512-256"),
        ("RSA-SHA3-256", "SHA3-256"),
        ("rsassaPss", "SHA256"),
        ("rsassaPss", "SHA3-512"),
        ("ecdsa-with-SHA256", "SHA256"),
        ("ecdsa_with_SHA3-384", "SHA3-384"),
        ("ED25519", ""),
        ("ED448", ""),
        ("ML-DSA-65", ""),
        ("SLH-DSA-SHAKE-256f", ""),
    ] {
        assert_eq!(of(algorithm, hash), [], "{algorithm}");
    }
}

#[test]
fn dsa_is_deprecated_over_any_hash() {
    for (algorithm, hash) in [("dsa_with_SHA256", "SHA256"), ("dsa_with_SHA3-512", "SHA3-512")] {
        assert_eq!(severities(&of(algorithm, hash)), MEDIUM, "{algorithm}");
    }
}

#[test]
fn what_the_policy_does_not_name_is_undetermined() {
    for (algorithm, hash) in [
        ("SM2-with-SM3", "SM3"),
        ("GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)", "GOST R 34.11-2012 with 256 bit hash"),
        ("ripemd160WithRSA", "RIPEMD160"),
        ("mdc2WithRSA", "MDC2"),
        ("1.3.6.1.4.1.99999.1", ""),
        ("1.3.6.1.4.1.99999.1", "SHA256"),
        ("rsassaPss", ""),
    ] {
        assert_eq!(severities(&of(algorithm, hash)), UNDETERMINED, "{algorithm}");
    }
}

#[test]
fn an_algorithm_or_a_hash_can_be_allowed() {
    for allowed in ["SM2-with-SM3", "SM3"] {
        let settings = Settings { allow: vec![allowed.into()], ..Settings::default() };
        assert_eq!(judge_with::<CertificateAlgorithm, _>(settings, &signed("SM2-with-SM3", "SM3")), [], "{allowed}");
    }
}

#[test]
fn the_prohibited_hashes_are_a_setting() {
    let settings = Settings { prohibited_hashes: vec!["SHA224".into()], ..Settings::default() };
    let findings = judge_with::<CertificateAlgorithm, _>(settings, &signed("sha224WithRSAEncryption", "SHA224"));
    assert_eq!(severities(&findings), HIGH);
}

#[test]
fn a_roots_signature_on_itself_is_judged_only_if_asked() {
    let root = Certificate { authority: true, self_issued: true, ..signed("sha1WithRSAEncryption", "SHA1") };
    assert_eq!(judge::<CertificateAlgorithm, _>(&root), []);
    let settings = Settings { judge_roots: true, ..Settings::default() };
    assert_eq!(severities(&judge_with::<CertificateAlgorithm, _>(settings, &root)), HIGH);
}

#[test]
fn an_authority_below_a_root_and_a_self_issued_leaf_are_judged() {
    for (authority, self_issued) in [(true, false), (false, true)] {
        let certificate = Certificate { authority, self_issued, ..signed("sha1WithRSAEncryption", "SHA1") };
        assert_eq!(severities(&judge::<CertificateAlgorithm, _>(&certificate)), HIGH);
    }
}

#[test]
fn an_authority_in_a_trust_store_is_judged_and_a_fixture_stays_low() {
    let of = |purpose| {
        let context = Context { purpose, ..Context::UNSPECIFIED };
        severities(&judge::<CertificateAlgorithm, _>(&Certificate { context, ..signed("md5WithRSAEncryption", "MD5") }))
    };
    assert_eq!(of(Purpose::TrustStore), HIGH);
    assert_eq!(of(Purpose::Fixture), [Some(Severity::Low)]);
}

#[test]
fn unknown_fields_are_left_to_the_host() {
    for field in ["signature-algorithm", "signature-hash"] {
        let certificate = Certificate { unknown: vec![unknown(field)], ..signed("rsassaPss", "") };
        assert_eq!(judge::<CertificateAlgorithm, _>(&certificate), [], "{field}");
    }
}

#[test]
fn a_revocation_list_is_judged_like_a_certificate() {
    let signed = |algorithm: &str, hash: &str| RevocationList {
        signature_algorithm: algorithm.into(),
        signature_hash: hash.into(),
        ..sample::revocation_list()
    };
    assert_eq!(judge::<CertificateAlgorithm, _>(&sample::revocation_list()), []);
    let findings = judge::<CertificateAlgorithm, _>(&signed("sha1WithRSAEncryption", "SHA1"));
    assert_eq!(severities(&findings), HIGH);
    assert_eq!(findings[0].message, "the revocation list is signed over SHA1 (sha1WithRSAEncryption)");
    assert_eq!(severities(&judge::<CertificateAlgorithm, _>(&signed("SM2-with-SM3", "SM3"))), UNDETERMINED);
}

#[test]
fn a_deprecated_hash_in_the_mask_generation_function_alone_is_low() {
    let masked = |hash: &str, mgf1: &str, purpose| Certificate {
        context: Context { purpose, ..Context::UNSPECIFIED },
        attributes: vec![("mgf1-hash".into(), mgf1.into())],
        ..signed("rsassaPss", hash)
    };
    let of = |hash, mgf1, purpose| judge::<CertificateAlgorithm, _>(&masked(hash, mgf1, purpose));
    let findings = of("SHA256", "SHA1", Purpose::Live);
    assert_eq!(severities(&findings), [Some(Severity::Low)]);
    assert_eq!(findings[0].message, "the certificate is signed over SHA256, with a mask generation function over SHA1");
    assert_eq!(of("SHA256", "SHA1", Purpose::TrustStore), []);
    assert_eq!(of("SHA256", "SHA512", Purpose::Live), []);
    assert_eq!(severities(&of("SHA1", "SHA256", Purpose::Live)), HIGH);
}
