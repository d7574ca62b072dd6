//! Certificates and revocation lists, and what the rule says of them. Not the reading of extensions, which the cases in
//! testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::date::DAY;
use keyreeve_rule::sample::{self, TODAY, severities, unknown};
use keyreeve_rule::{Certificate, Context, Days, Purpose, RevocationList, Severity, judge, judge_with};

use super::{Revocation, Settings};

const HIGH: &[Option<Severity>] = &[Some(Severity::High)];
const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];
const PASS: &[Option<Severity>] = &[];
const FIXTURE: Context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
const TRUST_STORE: Context = Context { purpose: Purpose::TrustStore, ..Context::UNSPECIFIED };

/// The sample, which is valid for ninety days, with these words on its revocation.
fn saying(words: &str) -> Certificate {
    let attributes = if words.is_empty() { vec![] } else { vec![("revocation".into(), words.into())] };
    Certificate { attributes, ..sample::certificate() }
}

fn of(certificate: &Certificate) -> Vec<Option<Severity>> {
    severities(&judge::<Revocation, _>(certificate))
}

#[test]
fn a_usable_address_passes_and_none_or_an_unusable_one_is_low() {
    for words in ["crl", "ocsp", "crl ocsp", "crl-unusable ocsp", "crl ocsp-unusable", "ocsp must-staple"] {
        assert_eq!(of(&saying(words)), PASS, "{words}");
    }
    for words in ["", "crl-unusable", "ocsp-unusable", "crl-unusable ocsp-unusable", "must-staple", "crl must-staple"] {
        assert_eq!(of(&saying(words)), LOW, "{words}");
    }
}

#[test]
fn what_needs_no_revocation_passes() {
    assert_eq!(of(&saying("no-rev-avail")), PASS);
    assert_eq!(of(&saying("ocsp-no-check")), PASS);
    assert_eq!(of(&Certificate { self_issued: true, ..saying("") }), PASS);
    for context in [FIXTURE, TRUST_STORE] {
        assert_eq!(of(&Certificate { context, ..saying("") }), PASS);
    }
    let expired = Certificate { not_before: TODAY - 90 * DAY, not_after: TODAY - 1, ..saying("") };
    assert_eq!(of(&expired), PASS);
}

#[test]
fn seven_days_and_some_hours_are_short_and_eight_are_not() {
    for (lifetime, expected) in [(7 * DAY, PASS), (8 * DAY - 1, PASS), (8 * DAY, LOW)] {
        let certificate = Certificate { not_before: TODAY, not_after: TODAY + lifetime, ..saying("") };
        assert_eq!(of(&certificate), expected, "{lifetime}");
    }
    let patient = Settings { short_lived: Days(90), ..Settings::default() };
    assert_eq!(judge_with::<Revocation, _>(patient, &saying("")), []);
}

#[test]
fn a_revoked_certificate_is_high_whatever_else_it_says_and_low_in_test_data() {
    let revoked = |context, certificate: Certificate| {
        let attributes = vec![("revoked".into(), (TODAY - DAY).to_string())];
        Certificate { context, attributes, ..certificate }
    };
    let findings = judge::<Revocation, _>(&revoked(Context::UNSPECIFIED, sample::certificate()));
    assert_eq!(severities(&findings), HIGH);
    assert_eq!(findings[0].message, "the certificate was revoked on 2026-11-22");
    assert_eq!(of(&revoked(TRUST_STORE, Certificate { self_issued: true, ..sample::certificate() })), HIGH);
    assert_eq!(of(&revoked(FIXTURE, sample::certificate())), LOW);
}

#[test]
fn what_is_unknown_is_left_to_the_host() {
    for field in ["attributes.revocation", "self-issued", "not-before", "not-after"] {
        assert_eq!(of(&Certificate { unknown: vec![unknown(field)], ..saying("") }), PASS, "{field}");
    }
    for field in ["this-update", "next-update"] {
        let list = RevocationList { unknown: vec![unknown(field)], next_update: None, ..sample::revocation_list() };
        assert_eq!(judge::<Revocation, _>(&list), [], "{field}");
    }
}

#[test]
fn missing_addresses_can_be_left_unreported_and_revoked_certificates_not() {
    let settings = Settings { judge_missing: false, ..Settings::default() };
    assert_eq!(judge_with::<Revocation, _>(settings.clone(), &saying("")), []);
    let revoked = Certificate { attributes: vec![("revoked".into(), "0".into())], ..sample::certificate() };
    assert_eq!(severities(&judge_with::<Revocation, _>(settings, &revoked)), HIGH);
}

#[test]
fn a_list_is_judged_by_its_dates() {
    let list = |this_update, next_update| RevocationList { this_update, next_update, ..sample::revocation_list() };
    for (list, expected) in [
        (list(TODAY - DAY, Some(TODAY)), PASS),
        (list(TODAY - DAY, Some(TODAY - 1)), MEDIUM),
        (list(TODAY - DAY, None), LOW),
        (list(TODAY + DAY - 1, Some(TODAY + 9 * DAY)), PASS),
        (list(TODAY + DAY, Some(TODAY + 9 * DAY)), LOW),
    ] {
        assert_eq!(severities(&judge::<Revocation, _>(&list)), expected, "{list:?}");
    }
    let old = RevocationList { context: FIXTURE, ..list(TODAY - 9 * DAY, Some(TODAY - DAY)) };
    assert_eq!(severities(&judge::<Revocation, _>(&old)), LOW);
}
