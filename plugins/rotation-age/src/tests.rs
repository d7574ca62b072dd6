//! Certificates, keys and entries of all ages, and what the rule says of them. Not the reading of dates, which the
//! cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::date::DAY;
use keyreeve_rule::sample::{self, TODAY, severities, unknown};
use keyreeve_rule::{
    Certificate, Context, Data, Days, EncryptedItem, Environment, Fact, Finding, Holder, InventoryEntry, Judge, Key,
    Protection, Purpose, Role, Severity, judge, judge_with,
};

use super::{RotationAge, Settings};

const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];
const PASS: &[Option<Severity>] = &[];
const UNDETERMINED: &[Option<Severity>] = &[None];

const PRODUCTION: Context = Context { environment: Environment::Production, ..Context::UNSPECIFIED };
const PERSONAL_TEST: Context =
    Context { environment: Environment::Test, holder: Holder::Personal, ..Context::UNSPECIFIED };

fn of<F: Fact>(fact: &F) -> Vec<Finding>
where
    RotationAge: Judge<F>,
{
    judge::<RotationAge, F>(fact)
}

/// A production certificate that began `age` seconds ago and is valid for `lifetime` seconds.
fn certificate(age: i64, lifetime: i64) -> Certificate {
    let not_before = TODAY - age;
    Certificate { context: PRODUCTION, not_before, not_after: not_before + lifetime, ..sample::certificate() }
}

fn entry(context: Context, age_in_days: i64) -> InventoryEntry {
    InventoryEntry { context, last_rotated: Some(TODAY - age_in_days * DAY), ..sample::inventory_entry() }
}

#[test]
fn a_certificate_of_ninety_days_passes_and_of_ninety_one_is_too_old() {
    // S9: at least every 90 days. `openssl -days 90` makes 90 days, some versions a second more.
    let long = 400 * DAY;
    for (age, expected) in [(0, LOW), (90 * DAY, LOW), (91 * DAY - 1, LOW), (91 * DAY, MEDIUM), (400 * DAY, MEDIUM)] {
        assert_eq!(severities(&of(&certificate(age, long))), expected, "{age}");
    }
    let findings = of(&certificate(91 * DAY, long));
    assert_eq!(
        findings[0].message,
        "the key with access to production is 91 days old (since 2026-08-24), 90 are the maximum"
    );
    assert_eq!(findings[0].part.as_ref().unwrap().field, "not-before");
}

#[test]
fn a_lifetime_of_ninety_days_and_a_second_passes() {
    for (lifetime, expected) in [(90 * DAY, PASS), (90 * DAY + 1, PASS), (91 * DAY - 1, PASS), (91 * DAY, LOW)] {
        assert_eq!(severities(&of(&certificate(0, lifetime))), expected, "{lifetime}");
    }
    let patient = Settings { judge_lifetime: false, ..Settings::default() };
    assert_eq!(judge_with::<RotationAge, _>(patient, &certificate(0, 365 * DAY)), []);
}

#[test]
fn an_expired_certificate_is_low_and_of_its_last_second_valid() {
    assert_eq!(of(&certificate(90 * DAY, 90 * DAY))[0].message, "the certificate expires on 2026-11-23");
    let expired = of(&certificate(90 * DAY, 90 * DAY - 1));
    assert_eq!(severities(&expired), LOW);
    assert_eq!(expired[0].message, "the certificate expired on 2026-11-22");
}

#[test]
fn the_inventorys_date_counts_before_the_certificates() {
    let rotated = |days: i64| Certificate { last_rotated: Some(TODAY - days * DAY), ..certificate(10 * DAY, 60 * DAY) };
    assert_eq!(severities(&of(&rotated(91))), MEDIUM);
    assert_eq!(of(&rotated(91))[0].part.as_ref().unwrap().field, "last-rotated");
    let recent = Certificate { last_rotated: Some(TODAY - 5 * DAY), ..certificate(100 * DAY, 170 * DAY) };
    assert_eq!(of(&recent), []);
}

#[test]
fn a_rotation_that_is_yet_to_come_is_not_believed() {
    let future = Certificate { last_rotated: Some(TODAY + 5 * DAY), ..certificate(100 * DAY, 170 * DAY) };
    assert_eq!(severities(&of(&future)), MEDIUM);
}

#[test]
fn authorities_trust_stores_and_fixtures_do_not_rotate_by_this_rule() {
    let old = certificate(4000 * DAY, 8000 * DAY);
    assert_eq!(of(&Certificate { authority: true, ..old.clone() }), []);
    for purpose in [Purpose::Fixture, Purpose::TrustStore] {
        assert_eq!(of(&Certificate { context: Context { purpose, ..PRODUCTION }, ..old.clone() }), [], "{purpose:?}");
    }
}

#[test]
fn without_an_environment_every_fact_is_undetermined_in_the_same_words() {
    let context = Context::UNSPECIFIED;
    let key = Key { context, role: Role::Private, last_rotated: Some(TODAY), ..sample::key() };
    let findings =
        [of(&Certificate { context, ..certificate(4000 * DAY, 1) }), of(&entry(context, 0)), of(&key)].concat();
    assert_eq!(severities(&findings), [None, None, None]);
    for finding in &findings {
        assert_eq!(finding.message, findings[0].message);
        assert_eq!(finding.part.as_ref().unwrap().field, "context.environment");
        assert!(finding.remedy.contains("keyreeve.toml"));
    }
}

#[test]
fn entries_rotate_by_environment_data_and_holder() {
    let of = |environment, data, holder, age| {
        severities(&of(&entry(Context { environment, data, holder, ..Context::UNSPECIFIED }, age)))
    };
    use Environment::{Production, Staging, Test, Unspecified};
    assert_eq!(of(Production, Data::Unspecified, Holder::Shared, 90), PASS);
    assert_eq!(of(Production, Data::Unspecified, Holder::Shared, 91), MEDIUM);
    assert_eq!(of(Production, Data::Other, Holder::Personal, 91), MEDIUM);
    // Customers' confidential data, wherever it is.
    assert_eq!(of(Staging, Data::Sensitive, Holder::Shared, 91), MEDIUM);
    assert_eq!(of(Unspecified, Data::Sensitive, Holder::Unspecified, 91), MEDIUM);
    // S10: at least annually.
    for environment in [Staging, Test] {
        assert_eq!(of(environment, Data::Unspecified, Holder::Personal, 365), PASS);
        assert_eq!(of(environment, Data::Unspecified, Holder::Personal, 366), MEDIUM);
        assert_eq!(of(environment, Data::Unspecified, Holder::Shared, 4000), PASS);
    }
    assert_eq!(of(Unspecified, Data::Unspecified, Holder::Personal, 4000), UNDETERMINED);
}

#[test]
fn a_personal_key_is_told_of_its_own_statement() {
    let findings = of(&entry(PERSONAL_TEST, 400));
    assert_eq!(
        findings[0].message,
        "the personal key with access to staging or test is 400 days old (since 2025-10-19), 365 are the maximum"
    );
    assert_eq!(findings[0].attributes, [("statement".to_owned(), "S10".to_owned())]);
}

#[test]
fn an_entry_that_was_never_rotated_counts_from_its_creation() {
    let entry = InventoryEntry { last_rotated: None, created: Some(TODAY - 91 * DAY), ..entry(PRODUCTION, 0) };
    let findings = of(&entry);
    assert_eq!(severities(&findings), MEDIUM);
    assert_eq!(findings[0].part.as_ref().unwrap().field, "created");
    assert_eq!(severities(&of(&InventoryEntry { created: None, ..entry })), UNDETERMINED);
}

#[test]
fn a_private_key_is_judged_by_what_the_inventory_knows() {
    let key = |days: i64| Key {
        context: PRODUCTION,
        role: Role::Private,
        protection: Protection::Hardware,
        last_rotated: Some(TODAY - days * DAY),
        ..sample::key()
    };
    assert_eq!(of(&key(90)), []);
    assert_eq!(severities(&of(&key(91))), MEDIUM);
    assert_eq!(of(&Key { last_rotated: None, ..key(91) }), []);
    assert_eq!(of(&Key { role: Role::Public, ..key(91) }), []);
}

#[test]
fn dates_that_cannot_be_read_are_left_to_the_host() {
    for field in ["not-before", "last-rotated"] {
        let certificate = Certificate { unknown: vec![unknown(field)], not_before: 0, ..certificate(0, DAY) };
        assert_eq!(of(&certificate), [], "{field}");
    }
    let endless = Certificate { unknown: vec![unknown("not-after")], ..certificate(0, 0) };
    assert_eq!(of(&endless), []);
    let entry = InventoryEntry { last_rotated: None, unknown: vec![unknown("last-rotated")], ..entry(PRODUCTION, 0) };
    assert_eq!(of(&entry), []);
    let created = InventoryEntry { created: None, unknown: vec![unknown("created")], ..entry };
    assert_eq!(of(&created), []);
}

#[test]
fn a_certificate_is_about_to_expire_in_its_last_days_if_that_is_its_last_third() {
    // Of ninety days, renewed by itself after sixty.
    for (left, expected) in [(15, PASS), (14, PASS), (13, LOW), (0, LOW)] {
        assert_eq!(severities(&of(&certificate((90 - left) * DAY, 90 * DAY))), expected, "{left}");
    }
    // Of six days.
    for (left, expected) in [(3, PASS), (2, PASS), (1, LOW)] {
        assert_eq!(severities(&of(&certificate((6 - left) * DAY, 6 * DAY))), expected, "{left}");
    }
    let silent = Settings { expiry_notice: Days(0), ..Settings::default() };
    assert_eq!(judge_with::<RotationAge, _>(silent, &certificate(89 * DAY, 90 * DAY)), []);
}

#[test]
fn a_certificate_that_begins_later_is_low() {
    assert_eq!(of(&certificate(1 - DAY, 30 * DAY)), []);
    let findings = of(&certificate(-DAY, 30 * DAY));
    assert_eq!(severities(&findings), LOW);
    assert_eq!(findings[0].message, "the certificate is only valid from 2026-11-24 on");
}

#[test]
fn validity_without_sense_is_low_in_every_environment_and_nothing_more_is_asked() {
    for context in [PRODUCTION, Context::UNSPECIFIED] {
        let negative = Certificate { context, ..certificate(10 * DAY, -DAY) };
        let findings = of(&negative);
        assert_eq!(severities(&findings), LOW);
        assert_eq!(findings[0].message, "the certificate ends on 2026-11-12, before it begins on 2026-11-13");
        assert_eq!(of(&Certificate { authority: true, ..negative.clone() }), []);
        let context = Context { purpose: Purpose::Fixture, ..context };
        assert_eq!(of(&Certificate { context, ..negative }), []);
    }
    let unspecified = |lifetime| {
        let context = Context::UNSPECIFIED;
        severities(&of(&Certificate { context, ..certificate(0, lifetime) }))
    };
    assert_eq!(unspecified(3653 * DAY), UNDETERMINED);
    assert_eq!(unspecified(3654 * DAY), LOW);
    // Where there is a limit, that one is told.
    assert!(of(&certificate(0, 3654 * DAY))[0].message.contains("90 are the maximum"));
}

#[test]
fn a_private_key_is_as_old_as_its_own_format_says_unless_the_inventory_knows_better() {
    let dated = |name: &str, time: i64| Key {
        context: PRODUCTION,
        role: Role::Private,
        attributes: vec![(name.into(), time.to_string())],
        ..sample::key()
    };
    assert_eq!(of(&dated("created", TODAY - 90 * DAY)), []);
    let old = dated("created", TODAY - 91 * DAY);
    assert_eq!(severities(&of(&old)), MEDIUM);
    assert_eq!(of(&old)[0].part.as_ref().unwrap().field, "attributes.created");
    assert_eq!(of(&Key { last_rotated: Some(TODAY), ..old.clone() }), []);
    assert_eq!(of(&Key { role: Role::Public, ..old }), []);
    assert_eq!(of(&dated("expires", TODAY)), []);
    assert_eq!(of(&dated("expires", TODAY - 1))[0].message, "the key expired on 2026-11-22");
    assert_eq!(of(&dated("created", i64::MIN)).len(), 1);
}

#[test]
fn encrypted_data_are_as_old_as_their_oldest_key() {
    let item = |days: i64| EncryptedItem {
        context: PRODUCTION,
        key_created: Some(TODAY - days * DAY),
        ..sample::encrypted_item()
    };
    assert_eq!(of(&item(90)), []);
    assert_eq!(severities(&of(&item(91))), MEDIUM);
    assert_eq!(of(&EncryptedItem { key_created: None, ..item(91) }), []);
    assert_eq!(of(&EncryptedItem { unknown: vec![unknown("key-created")], ..item(91) }), []);
}

#[test]
fn the_limits_are_settings() {
    let settings = || Settings { production_maximum: Days(30), personal_maximum: Days(180), ..Settings::default() };
    assert_eq!(severities(&judge_with::<RotationAge, _>(settings(), &entry(PRODUCTION, 31))), MEDIUM);
    assert_eq!(severities(&judge_with::<RotationAge, _>(settings(), &entry(PERSONAL_TEST, 181))), MEDIUM);
}

#[test]
fn dates_beyond_all_reason_do_not_overflow() {
    for (not_before, not_after) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN)] {
        let certificate = Certificate { not_before, not_after, ..certificate(0, 0) };
        assert!(!of(&certificate).is_empty());
    }
}
