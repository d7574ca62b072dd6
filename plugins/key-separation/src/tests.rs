//! Openers and what the rule says of them. Not how the host finds them, which the cases in testdata/ go through.
#![allow(clippy::unwrap_used)]

use keyreeve_rule::sample::{self, severities};
use keyreeve_rule::{Context, EncryptedItem, Finding, Opener, Purpose, Severity, judge};

use super::KeySeparation;

fn opener(matches: bool, beside: bool, plaintext: bool) -> Opener {
    Opener { label: "age identity".into(), matches, beside, plaintext, attributes: vec![] }
}

fn of(openers: &[Opener]) -> Vec<Finding> {
    judge::<KeySeparation, _>(&EncryptedItem { openers: openers.to_vec(), ..sample::encrypted_item() })
}

#[test]
fn data_without_a_key_near_pass() {
    assert_eq!(of(&[]), []);
    assert_eq!(of(&[opener(false, false, true)]), []);
}

#[test]
fn a_plaintext_key_is_critical_if_it_matches_and_high_if_it_only_lies_beside() {
    for (opener, expected) in [
        (opener(true, true, true), Severity::Critical),
        (opener(true, false, true), Severity::Critical),
        (opener(false, true, true), Severity::High),
        (opener(true, true, false), Severity::Low),
        (opener(true, false, false), Severity::Low),
        (opener(false, true, false), Severity::Low),
    ] {
        assert_eq!(severities(&of(std::slice::from_ref(&opener))), [Some(expected)], "{opener:?}");
    }
}

#[test]
fn the_most_serious_key_decides_and_every_one_that_counts_is_related() {
    let findings = of(&[
        opener(false, false, true),
        opener(true, true, false),
        opener(false, true, true),
        opener(true, false, true),
    ]);
    assert_eq!(severities(&findings), [Some(Severity::Critical)]);
    let related: Vec<_> = findings[0].related.iter().map(|part| (part.field.as_str(), part.position)).collect();
    assert_eq!(related, [("openers", Some(1)), ("openers", Some(2)), ("openers", Some(3))]);
    assert_eq!(
        findings[0].message,
        "the data are stored with a key that decrypts them: age identity in plaintext, elsewhere in the tree"
    );
}

#[test]
fn test_data_are_low() {
    let context = Context { purpose: Purpose::Fixture, ..Context::UNSPECIFIED };
    let item = EncryptedItem { context, openers: vec![opener(true, true, true)], ..sample::encrypted_item() };
    assert_eq!(severities(&judge::<KeySeparation, _>(&item)), [Some(Severity::Low)]);
}
