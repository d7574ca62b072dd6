//! Keys with attributes and what the rule says of them. Not how the attributes are found, which the host's tests show.

use keyreeve_rule::sample::{self, severities};
use keyreeve_rule::{Certificate, Context, Finding, Key, PublicKey, Purpose, Severity, judge, judge_with};

use super::{Settings, WeakKey};

fn public(attributes: &[(&str, &str)]) -> PublicKey {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    PublicKey { attributes, ..sample::rsa(2048) }
}

fn of_key(attributes: &[(&str, &str)], purpose: Purpose) -> Vec<Finding> {
    let context = Context { purpose, ..Context::UNSPECIFIED };
    judge::<WeakKey, _>(&Key { public: public(attributes), context, ..sample::key() })
}

fn of_certificate(attributes: &[(&str, &str)], purpose: Purpose) -> Vec<Finding> {
    let context = Context { purpose, ..Context::UNSPECIFIED };
    judge::<WeakKey, _>(&Certificate { key: public(attributes), context, ..sample::certificate() })
}

#[test]
fn keys_without_a_weakness_pass_whatever_else_is_said_of_them() {
    for attributes in [&[][..], &[("a-later-attribute", "1")]] {
        assert_eq!(of_key(attributes, Purpose::Unspecified), []);
        assert_eq!(of_certificate(attributes, Purpose::Live), []);
    }
}

#[test]
fn each_weakness_has_its_severity_and_is_low_in_a_fixture() {
    for (name, value, expected) in [
        ("fermat", "0", Severity::Critical),
        ("fermat", "1", Severity::Critical),
        ("shared-factor", "1", Severity::Critical),
        ("known-factor", "badkeys 0.0.21, primes512", Severity::Critical),
        ("small-private-exponent", "256", Severity::Critical),
        ("low-density", "completeftp", Severity::Critical),
        ("blocklist", "list 3 of blocklist.dat", Severity::Critical),
        ("low-density", "unnamed", Severity::High),
        ("roca", "CVE-2017-15361", Severity::High),
        ("small-factor", "65537", Severity::High),
        ("sparse", "", Severity::High),
        ("invalid", "the modulus is even", Severity::High),
        ("published", "RFC 9500", Severity::Low),
    ] {
        for purpose in [Purpose::Unspecified, Purpose::Live] {
            assert_eq!(severities(&of_key(&[(name, value)], purpose)), [Some(expected)], "{name}");
            assert_eq!(severities(&of_certificate(&[(name, value)], purpose)), [Some(expected)], "{name}");
        }
        assert_eq!(severities(&of_key(&[(name, value)], Purpose::Fixture)), [Some(Severity::Low)], "{name}");
    }
}

#[test]
fn a_published_key_is_critical_once_it_is_relied_on() {
    let in_use = [("published", "RFC 9500"), ("in-use", "1")];
    assert_eq!(severities(&of_key(&in_use, Purpose::Live)), [Some(Severity::Critical)]);
    assert_eq!(severities(&of_certificate(&in_use, Purpose::Unspecified)), [Some(Severity::Critical)]);
    assert_eq!(severities(&of_certificate(&in_use, Purpose::Fixture)), [Some(Severity::Low)]);
    let published = &in_use[..1];
    assert_eq!(severities(&of_certificate(published, Purpose::TrustStore)), [Some(Severity::Critical)]);
    assert_eq!(severities(&of_key(published, Purpose::TrustStore)), [Some(Severity::Low)]);
}

#[test]
fn a_publication_that_is_allowed_passes_until_its_key_is_in_use() {
    let settings = || Settings { allow_published: vec!["Vagrant, keys/vagrant".into()] };
    let key = |attributes| Key { public: public(attributes), ..sample::key() };
    let vagrant = [("published", "Vagrant, keys/vagrant"), ("in-use", "1")];
    assert_eq!(judge_with::<WeakKey, _>(settings(), &key(&vagrant[..1])), []);
    assert_eq!(severities(&judge_with::<WeakKey, _>(settings(), &key(&vagrant))), [Some(Severity::Critical)]);
    let other = [("published", "RFC 9500, section 2.1 (testRSA2048)")];
    assert_eq!(severities(&judge_with::<WeakKey, _>(settings(), &key(&other))), [Some(Severity::Low)]);
}

#[test]
fn other_keys_with_the_same_factor_are_related_as_many_as_are_named() {
    for (count, related) in [("1", 1), ("8", 8), ("2000", 8)] {
        let findings = of_certificate(&[("shared-factor", count)], Purpose::Live);
        assert_eq!(findings[0].related.len(), related);
        assert_eq!(findings[0].related[0].field, "key.shared-factor");
        assert_eq!(findings[0].related[related - 1].position, Some(related as u32 - 1));
    }
    assert_eq!(of_key(&[("shared-factor", "1")], Purpose::Live)[0].related[0].field, "public.shared-factor");
}

#[test]
fn several_weaknesses_of_a_key_are_findings_of_their_own() {
    let findings =
        of_key(&[("fermat", "1"), ("shared-factor", "2"), ("invalid", "the modulus is even")], Purpose::Live);
    let topics: Vec<_> = findings.iter().map(|finding| finding.attributes[0].1.as_str()).collect();
    assert_eq!(topics, ["fermat", "shared-factor", "invalid"]);
}

#[test]
fn a_key_that_was_not_looked_at_is_undetermined() {
    assert_eq!(severities(&of_key(&[("unexamined", "its modulus has 20000 bits")], Purpose::Live)), [None]);
}
