//! Endpoints and what the rule says of them. Not OpenSSL's cipher strings, which the cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{
    Context, Finding, Network, Purpose, Rule, Severity, TlsEndpoint, Transport, iana, judge, judge_with,
};

use super::{CipherSuites, Settings};

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const UNDETERMINED: &[Option<Severity>] = &[None];
const PASS: &[Option<Severity>] = &[];

fn code(name: &str) -> u16 {
    iana::suites().iter().find(|suite| suite.name == name).unwrap().code
}

/// An endpoint with TLS 1.2 and 1.3 and these suites.
fn with_suites(names: &[&str]) -> TlsEndpoint {
    TlsEndpoint {
        versions: vec![0x0303, 0x0304],
        suites: names.iter().map(|name| code(name)).collect(),
        ..sample::tls_endpoint()
    }
}

fn of(names: &[&str]) -> Vec<Finding> {
    judge::<CipherSuites, _>(&with_suites(names))
}

fn with_groups(groups: &[u16]) -> TlsEndpoint {
    TlsEndpoint { versions: vec![0x0303], suites: vec![0xc02f], groups: groups.to_vec(), ..sample::tls_endpoint() }
}

#[test]
fn the_five_of_tls_1_3_and_ecdhe_with_aead_pass_but_for_the_short_tag() {
    // RFC 9846, appendix B.4, and RFC 9325, section 4.2.
    for name in [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
        "TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384",
        "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384",
    ] {
        assert_eq!(of(&[name]), [], "{name}");
    }
    assert_eq!(severities(&of(&["TLS_AES_128_CCM_8_SHA256"])), MEDIUM);
}

#[test]
fn what_is_broken_is_prohibited() {
    for name in [
        "TLS_RSA_WITH_NULL_SHA256",
        "TLS_ECDHE_RSA_WITH_NULL_SHA",
        "TLS_SHA256_SHA256",
        "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA",
        "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
        "TLS_DH_anon_WITH_AES_256_GCM_SHA384",
        "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
        "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
        "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        "TLS_DHE_RSA_WITH_DES_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_RSA_WITH_IDEA_CBC_SHA",
        "TLS_DHE_RSA_WITH_SEED_CBC_SHA",
        "TLS_KRB5_WITH_IDEA_CBC_MD5",
    ] {
        assert_eq!(severities(&of(&[name])), HIGH, "{name}");
    }
}

#[test]
fn key_exchange_without_forward_secrecy_or_over_finite_fields_is_deprecated_in_either_profile() {
    for name in [
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384",
        "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_DH_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384",
    ] {
        for profile in ["strict", "intermediate"] {
            let settings = Settings { profile: profile.into(), ..Settings::default() };
            assert_eq!(severities(&judge_with::<CipherSuites, _>(settings, &with_suites(&[name]))), MEDIUM, "{name}");
        }
    }
}

#[test]
fn cbc_and_short_tags_are_deprecated_in_the_strict_profile_alone() {
    for name in [
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
    ] {
        assert_eq!(severities(&of(&[name])), MEDIUM, "{name}");
        let settings = Settings { profile: "intermediate".into(), ..Settings::default() };
        assert_eq!(judge_with::<CipherSuites, _>(settings, &with_suites(&[name])), [], "{name}");
    }
}

#[test]
fn what_the_policy_does_not_name_is_undetermined() {
    for name in [
        "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC",
        "TLS_SM4_GCM_SM3",
        "TLS_AEGIS_256_SHA512",
        "TLS_ECCPWD_WITH_AES_256_GCM_SHA384",
    ] {
        assert_eq!(severities(&of(&[name])), UNDETERMINED, "{name}");
    }
    let undefined = TlsEndpoint { suites: vec![0x1301, 0xfefe], ..sample::tls_endpoint() };
    let findings = judge::<CipherSuites, _>(&undefined);
    assert_eq!(severities(&findings), UNDETERMINED);
    assert_eq!(findings[0].message, "1 unrecognised cipher suite is enabled: 0xfefe");
    assert_eq!(findings[0].part.as_ref().unwrap().position, Some(1));
}

#[test]
fn a_suite_counts_only_if_an_enabled_version_negotiates_it() {
    let old = ["TLS_RSA_WITH_RC4_128_SHA", "TLS_AES_128_GCM_SHA256"];
    let tls13 = TlsEndpoint { versions: vec![0x0304], ..with_suites(&old) };
    assert_eq!(judge::<CipherSuites, _>(&tls13), []);
    let tls10 = TlsEndpoint { versions: vec![0x0301], ..with_suites(&old) };
    assert_eq!(severities(&judge::<CipherSuites, _>(&tls10)), HIGH);
    let ccm8 = ["TLS_AES_128_CCM_8_SHA256"];
    let tls12 = TlsEndpoint { versions: vec![0x0303], ..with_suites(&ccm8) };
    assert_eq!(judge::<CipherSuites, _>(&tls12), []);
}

#[test]
fn an_endpoint_has_one_finding_for_each_class() {
    let findings = of(&[
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_RC4_128_MD5",
        "TLS_SM4_CCM_SM3",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    ]);
    assert_eq!(severities(&findings), [Some(Severity::High), Some(Severity::Medium), None]);
    assert_eq!(
        findings[0].message,
        "2 prohibited cipher suites are enabled: TLS_RSA_WITH_RC4_128_MD5 (RC4), TLS_RSA_WITH_3DES_EDE_CBC_SHA (3DES)"
    );
    assert_eq!(findings[0].part.as_ref().unwrap().position, Some(2));
    assert_eq!(findings[0].related[0].position, Some(4));
    assert_eq!(
        findings[1].message,
        "1 deprecated cipher suite is enabled: TLS_RSA_WITH_AES_128_CBC_SHA (RSA key exchange)"
    );
}

#[test]
fn a_message_names_a_handful_and_counts_the_rest() {
    let deprecated: Vec<&str> = iana::suites()
        .iter()
        .filter(|suite| suite.name.starts_with("TLS_DHE_RSA_WITH_AES"))
        .map(|suite| suite.name)
        .collect();
    let findings = of(&deprecated);
    assert_eq!(severities(&findings), MEDIUM);
    let more = format!(" and {} more", deprecated.len() - 5);
    assert!(deprecated.len() > 6 && findings[0].message.ends_with(&more), "{}", findings[0].message);
    assert_eq!(findings[0].related.len(), 4);
}

#[test]
fn suites_and_groups_can_be_allowed_and_denied_by_name() {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    let allow = Settings { allow: names(&["TLS_RSA_WITH_AES_256_GCM_SHA384", "secp192r1"]), ..Settings::default() };
    let endpoint = TlsEndpoint { groups: vec![19], ..with_suites(&["TLS_RSA_WITH_AES_256_GCM_SHA384"]) };
    assert_eq!(judge_with::<CipherSuites, _>(allow, &endpoint), []);
    let deny = Settings { deny: names(&["TLS_AES_128_GCM_SHA256", "x25519"]), ..Settings::default() };
    let findings = judge_with::<CipherSuites, _>(deny, &sample::tls_endpoint());
    assert_eq!(severities(&findings), [Some(Severity::High), Some(Severity::High)]);
    let misspelt = Settings { deny: names(&["AES128-SHA"]), ..Settings::default() };
    assert_eq!(
        CipherSuites::new(misspelt).err().unwrap(),
        "the setting deny names AES128-SHA, which is no cipher suite or group of the IANA registries"
    );
    let profile = Settings { profile: "modern".into(), ..Settings::default() };
    assert_eq!(CipherSuites::new(profile).err().unwrap(), "the setting profile must be strict or intermediate");
}

#[test]
fn groups_below_224_bits_are_high() {
    for (group, expected) in [
        (1, HIGH),    // sect163k1
        (5, HIGH),    // sect193r2
        (19, HIGH),   // secp192r1
        (21, PASS),   // secp224r1
        (23, PASS),   // secp256r1
        (29, PASS),   // x25519
        (256, PASS),  // ffdhe2048
        (4588, PASS), // X25519MLKEM768
        (34, PASS),   // GC256A, among OpenSSL's defaults
        (0xff01, UNDETERMINED),
        (0x7777, UNDETERMINED),
    ] {
        assert_eq!(severities(&judge::<CipherSuites, _>(&with_groups(&[23, group]))), expected, "{group}");
    }
    let tls13 = TlsEndpoint { groups: vec![19], ..sample::tls_endpoint() };
    assert_eq!(judge::<CipherSuites, _>(&tls13), []);
    let strict = Settings { finite_field_minimum: 3072, ..Settings::default() };
    assert_eq!(severities(&judge_with::<CipherSuites, _>(strict, &with_groups(&[256]))), HIGH);
}

#[test]
fn algorithms_matter_on_trusted_networks_too_and_fixtures_stay_low() {
    let of = |context| {
        severities(&judge::<CipherSuites, _>(&TlsEndpoint { context, ..with_suites(&["TLS_RSA_WITH_RC4_128_MD5"]) }))
    };
    assert_eq!(of(Context { network: Network::Trusted, ..Context::UNSPECIFIED }), HIGH);
    assert_eq!(of(Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED }), [Some(Severity::Low)]);
}

#[test]
fn plaintext_has_no_suites() {
    let endpoint = TlsEndpoint { transport: Transport::Plaintext, suites: vec![], ..sample::tls_endpoint() };
    assert_eq!(judge::<CipherSuites, _>(&endpoint), []);
}

#[test]
fn silence_is_undetermined_and_the_unknown_left_to_the_host() {
    for (field, endpoint) in [
        ("suites", TlsEndpoint { suites: vec![], ..sample::tls_endpoint() }),
        ("versions", TlsEndpoint { versions: vec![], ..sample::tls_endpoint() }),
    ] {
        assert_eq!(severities(&judge::<CipherSuites, _>(&endpoint)), UNDETERMINED, "{field}");
        let endpoint = TlsEndpoint { unknown: vec![unknown(field)], ..endpoint };
        assert_eq!(judge::<CipherSuites, _>(&endpoint), [], "{field}");
    }
}
