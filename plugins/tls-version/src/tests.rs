//! Endpoints and what the rule says of them. Not the reading of configurations, which the cases in testdata/ go
//! through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities, unknown};
use keyreeve_rule::{
    Context, Data, Finding, Network, Part, Purpose, Rule, Severity, TlsEndpoint, Transport, judge, judge_with,
};

use super::{Settings, TlsVersion};

fn with_versions(versions: &[u16]) -> TlsEndpoint {
    TlsEndpoint { versions: versions.to_vec(), ..sample::tls_endpoint() }
}

fn of(versions: &[u16]) -> Vec<Finding> {
    judge::<TlsVersion, _>(&with_versions(versions))
}

#[test]
fn tls_1_3_alone_passes() {
    assert_eq!(of(&[0x0304]), []);
}

#[test]
fn tls_1_2_is_medium() {
    let findings = of(&[0x0303, 0x0304]);
    assert_eq!(severities(&findings), [Some(Severity::Medium)]);
    assert_eq!(findings[0].message, "TLS 1.2 is enabled, the minimum is TLS 1.3");
    assert_eq!(findings[0].part, Some(Part { field: "versions".into(), position: Some(0) }));
    assert_eq!(findings[0].related, []);
}

#[test]
fn what_the_ietf_forbids_is_high() {
    // RFC 8996 (TLS 1.0 and 1.1), RFC 7568 (SSL 3.0), RFC 6176 (SSL 2.0).
    for version in [0x0302, 0x0301, 0x0300, 0x0002] {
        assert_eq!(severities(&of(&[0x0304, version])), [Some(Severity::High)], "{version:#06x}");
    }
}

#[test]
fn one_directive_with_several_old_versions_is_one_finding_of_the_worst_severity() {
    let findings = of(&[0x0304, 0x0303, 0x0301, 0x0302, 0x0301]);
    assert_eq!(severities(&findings), [Some(Severity::High)]);
    assert_eq!(findings[0].message, "TLS 1.0, TLS 1.1 and TLS 1.2 are enabled, the minimum is TLS 1.3");
    assert_eq!(findings[0].part.as_ref().unwrap().position, Some(1));
    let related: Vec<_> = findings[0].related.iter().map(|part| part.position.unwrap()).collect();
    assert_eq!(related, [2, 3, 4]);
}

#[test]
fn a_trusted_network_and_other_data_are_not_the_policys_concern() {
    let network = Context { network: Network::Trusted, ..Context::UNSPECIFIED };
    let data = Context { data: Data::Other, ..Context::UNSPECIFIED };
    for context in [network, data] {
        for transport in [Transport::Tls, Transport::Plaintext, Transport::StarttlsOptional] {
            let endpoint = TlsEndpoint { context, transport, ..with_versions(&[0x0300]) };
            assert_eq!(judge::<TlsVersion, _>(&endpoint), [], "{endpoint:?}");
        }
    }
}

#[test]
fn plaintext_is_high_and_tls_by_courtesy_medium() {
    for (transport, expected) in [
        (Transport::Plaintext, vec![Some(Severity::High)]),
        (Transport::StarttlsOptional, vec![Some(Severity::Medium)]),
        (Transport::StarttlsRequired, vec![]),
    ] {
        let endpoint = TlsEndpoint { transport, ..sample::tls_endpoint() };
        assert_eq!(severities(&judge::<TlsVersion, _>(&endpoint)), expected, "{transport:?}");
        let lax = Settings { require_tls: false, ..Settings::default() };
        assert_eq!(judge_with::<TlsVersion, _>(lax, &endpoint), []);
    }
}

#[test]
fn the_versions_of_a_plaintext_endpoint_say_nothing() {
    let endpoint = TlsEndpoint { transport: Transport::Plaintext, ..with_versions(&[0x0301]) };
    assert_eq!(judge::<TlsVersion, _>(&endpoint).len(), 1);
}

#[test]
fn optional_tls_with_an_old_version_is_two_findings() {
    let endpoint = TlsEndpoint { transport: Transport::StarttlsOptional, ..with_versions(&[0x0301]) };
    assert_eq!(severities(&judge::<TlsVersion, _>(&endpoint)), [Some(Severity::Medium), Some(Severity::High)]);
}

#[test]
fn fixtures_stay_low() {
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    let endpoint = TlsEndpoint { context, ..with_versions(&[0x0301]) };
    assert_eq!(severities(&judge::<TlsVersion, _>(&endpoint)), [Some(Severity::Low)]);
}

#[test]
fn the_minimum_is_a_setting() {
    let admits_1_2 = || Settings { minimum: "1.2".into(), ..Settings::default() };
    assert_eq!(judge_with::<TlsVersion, _>(admits_1_2(), &with_versions(&[0x0303, 0x0304])), []);
    let findings = judge_with::<TlsVersion, _>(admits_1_2(), &with_versions(&[0x0302, 0x0303]));
    assert_eq!(severities(&findings), [Some(Severity::High)]);
    assert_eq!(findings[0].remedy, "enable no version below TLS 1.2");
    let nonsense = Settings { minimum: "1.4".into(), ..Settings::default() };
    assert_eq!(TlsVersion::new(nonsense).err().unwrap(), "the setting minimum must be 1.0, 1.1, 1.2 or 1.3");
}

#[test]
fn no_version_and_an_undefined_one_are_undetermined() {
    assert_eq!(severities(&of(&[])), [None]);
    assert_eq!(severities(&of(&[0x0304, 0x0305])), [None]);
    assert_eq!(severities(&of(&[0x0303, 0x0305])), [Some(Severity::Medium)]);
}

#[test]
fn unknown_versions_are_left_to_the_host_unless_a_known_one_is_old() {
    let partly = |versions: &[u16]| TlsEndpoint { unknown: vec![unknown("versions")], ..with_versions(versions) };
    assert_eq!(judge::<TlsVersion, _>(&partly(&[])), []);
    assert_eq!(severities(&judge::<TlsVersion, _>(&partly(&[0x0302]))), [Some(Severity::High)]);
}

#[test]
fn a_transport_that_is_not_known_is_left_to_the_host() {
    for transport in [Transport::Plaintext, Transport::StarttlsOptional] {
        let endpoint = TlsEndpoint { transport, unknown: vec![unknown("transport")], ..sample::tls_endpoint() };
        assert_eq!(judge::<TlsVersion, _>(&endpoint), [], "{transport:?}");
    }
}
