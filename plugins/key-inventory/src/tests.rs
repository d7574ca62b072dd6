//! Entries and keys, and what the rule says of them. Not the reading of inventories, which the cases in testdata/ go
//! through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::date::DAY;
use keyreeve_rule::sample::{self, TODAY, severities, unknown};
use keyreeve_rule::{
    Context, Environment, Finding, Holder, InventoryEntry, Key, Protection, Purpose, Role, Rule, Severity, judge,
    judge_with,
};

use super::{KeyInventory, Settings};

const MEDIUM: &[Option<Severity>] = &[Some(Severity::Medium)];
const LOW: &[Option<Severity>] = &[Some(Severity::Low)];

fn of(entry: InventoryEntry) -> Vec<Finding> {
    judge::<KeyInventory, _>(&entry)
}

fn private(environment: Environment, holder: Holder) -> Key {
    let context = Context { environment, holder, ..Context::UNSPECIFIED };
    Key { context, role: Role::Private, protection: Protection::Hardware, ..sample::key() }
}

fn complete() -> InventoryEntry {
    sample::inventory_entry()
}

#[test]
fn a_complete_entry_passes() {
    assert_eq!(of(complete()), []);
}

#[test]
fn each_of_the_five_fields_is_missed() {
    for (entry, name) in [
        (InventoryEntry { creator: String::new(), ..complete() }, "key creator"),
        (InventoryEntry { service: "  ".into(), ..complete() }, "service description"),
        (InventoryEntry { created: None, ..complete() }, "creation date"),
        (InventoryEntry { last_rotated: None, ..complete() }, "last rotated date"),
        (InventoryEntry { owner: "\t".into(), ..complete() }, "current key owner"),
    ] {
        let findings = of(entry);
        assert_eq!(severities(&findings), MEDIUM, "{name}");
        assert_eq!(findings[0].message, format!("the inventory entry has no {name}"));
    }
}

#[test]
fn an_entry_that_lacks_several_fields_has_one_finding() {
    let findings = of(InventoryEntry { created: None, owner: String::new(), ..complete() });
    assert_eq!(severities(&findings), MEDIUM);
    assert_eq!(findings[0].message, "the inventory entry has no creation date, no current key owner");
    assert_eq!(findings[0].part.as_ref().unwrap().field, "created");
    assert_eq!(findings[0].related[0].field, "owner");
}

#[test]
fn only_a_persons_own_keys_outside_production_may_be_incomplete() {
    for (environment, holder, expected) in [
        (Environment::Production, Holder::Personal, 1),
        (Environment::Production, Holder::Unspecified, 1),
        (Environment::Staging, Holder::Shared, 1),
        (Environment::Unspecified, Holder::Unspecified, 1),
        (Environment::Staging, Holder::Personal, 0),
        (Environment::Test, Holder::Personal, 0),
    ] {
        let context = Context { environment, holder, ..Context::UNSPECIFIED };
        let findings = of(InventoryEntry { context, owner: String::new(), ..complete() });
        assert_eq!(findings.len(), expected, "{environment:?} {holder:?}");
    }
}

#[test]
fn dates_are_compared_by_the_day() {
    let at =
        |created, rotated| of(InventoryEntry { created: Some(created), last_rotated: Some(rotated), ..complete() });
    assert_eq!(at(TODAY + DAY - 1, TODAY + DAY - 1), []);
    assert_eq!(at(TODAY - DAY + 60, TODAY - DAY), []);
    assert_eq!(severities(&at(TODAY - DAY, TODAY + DAY)), LOW);
    let backwards = at(TODAY - 5 * DAY, TODAY - 6 * DAY);
    assert_eq!(severities(&backwards), LOW);
    assert_eq!(backwards[0].message, "the key was last rotated on 2026-11-17, before it was created on 2026-11-18");
    assert_eq!(severities(&at(TODAY + 2 * DAY, TODAY)), [Some(Severity::Low), Some(Severity::Low)]);
}

#[test]
fn a_date_that_cannot_be_read_is_left_to_the_host() {
    let entry = InventoryEntry { created: None, unknown: vec![unknown("created")], ..complete() };
    assert_eq!(of(entry), []);
}

#[test]
fn a_private_key_in_production_or_shared_use_must_be_named() {
    for (environment, holder, expected) in [
        (Environment::Production, Holder::Unspecified, MEDIUM),
        (Environment::Production, Holder::Personal, MEDIUM),
        (Environment::Test, Holder::Shared, MEDIUM),
        (Environment::Test, Holder::Personal, &[]),
        (Environment::Unspecified, Holder::Unspecified, &[]),
    ] {
        let key = private(environment, holder);
        assert_eq!(severities(&judge::<KeyInventory, _>(&key)), expected, "{environment:?} {holder:?}");
        assert_eq!(judge::<KeyInventory, _>(&Key { inventoried: true, ..key }), []);
    }
}

#[test]
fn public_keys_fixtures_and_the_unknown_need_no_entry() {
    let key = private(Environment::Production, Holder::Shared);
    let fixture = Context { purpose: Purpose::Fixture, ..key.context };
    assert_eq!(judge::<KeyInventory, _>(&Key { role: Role::Public, ..key.clone() }), []);
    assert_eq!(judge::<KeyInventory, _>(&Key { context: fixture, ..key.clone() }), []);
    assert_eq!(judge::<KeyInventory, _>(&Key { unknown: vec![unknown("inventoried")], ..key }), []);
    assert_eq!(of(InventoryEntry { context: fixture, owner: String::new(), ..complete() }), []);
}

#[test]
fn the_required_fields_are_a_setting() {
    let settings = || Settings { required: vec!["owner".into()], judge_keys: false };
    let entry = InventoryEntry { creator: String::new(), created: None, ..complete() };
    assert_eq!(judge_with::<KeyInventory, _>(settings(), &entry), []);
    assert_eq!(judge_with::<KeyInventory, _>(settings(), &private(Environment::Production, Holder::Shared)), []);
    let misspelt = Settings { required: vec!["Owner".into()], ..Settings::default() };
    assert!(KeyInventory::new(misspelt).err().unwrap().starts_with("the setting required must name fields out of"));
}
