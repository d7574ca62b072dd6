//! Tests of rules that load and do harm when they judge: each fault is named, and the rule beside it is not disturbed.
//! Rules that fail earlier are tested in `loaded`.

use std::time::Duration;

use keyreeve::rules::answer::Answer;
use keyreeve::rules::limits::{Fault, fuel};
use keyreeve::rules::load::LoadError;
use keyreeve_contract::{Severity, Verdict};

use crate::hostile::sandbox::Sandbox;
use crate::support::make;

/// The fault of a rule in testdata/hostile when it judges three facts.
fn fault(name: &str) -> Fault {
    let sandbox = Sandbox::new();
    let rule = sandbox.load(name, &make::rule(name)).unwrap_or_else(|error| panic!("{name} does not load: {error}"));
    let judgement = sandbox.judge(&rule);
    assert_eq!((judgement.answers, judgement.examined), (Vec::new(), 0), "{name} has judged nothing");
    judgement.fault.unwrap_or_else(|| panic!("{name} has no fault"))
}

#[test]
fn a_quiet_rule_judges_every_fact_and_finds_nothing() {
    let sandbox = Sandbox::new();
    let judgement = sandbox.judge(&sandbox.load("quiet", &make::rule("quiet")).unwrap());
    assert_eq!((judgement.answers, judgement.examined, judgement.fault), (Vec::new(), 3, None));
}

#[test]
fn work_without_end_uses_up_its_fuel() {
    for name in ["endless-loop", "endless-fill"] {
        let fault = fault(name);
        assert_eq!(fault, Fault::Fuel(fuel(3)), "{name}");
        assert_eq!(fault.to_string(), "it used up its fuel of 506000000: it loops, or does far too much work");
    }
}

#[test]
fn growth_without_end_hits_the_totals_of_a_store() {
    let expected = [
        ("memory-growth", "it asked for 134283264 bytes of memory, and 134217728 is the most"),
        ("table-growth", "it asked for 100001 elements of tables, and 100000 is the most"),
    ];
    for (name, message) in expected {
        let fault = fault(name);
        assert!(matches!(fault, Fault::Resources(_)), "{name}: {fault:?}");
        assert_eq!(fault.to_string(), message);
    }
}

#[test]
fn recursion_without_end_uses_up_the_stack() {
    assert_eq!(fault("deep-recursion"), Fault::Stack);
}

#[test]
fn a_trap_is_a_fault() {
    let fault = fault("trap");
    assert_eq!(fault, Fault::Unreachable);
    assert!(fault.to_string().starts_with("it gave up without a message: a panic ends like that"), "{fault}");
}

#[test]
fn a_panic_keeps_its_message() {
    assert_eq!(fault("panic"), Fault::Panic("the list was not empty".to_owned()));
}

#[test]
fn panics_without_end_are_ended() {
    assert_eq!(fault("endless-panics").to_string(), "it answered nonsense: it told of more than 16 panics");
}

#[test]
fn an_error_of_its_own_is_a_fault() {
    assert_eq!(fault("cannot-judge"), Fault::Refused("the table was empty".to_owned()));
}

#[test]
fn answers_that_cannot_be_are_nonsense() {
    let expected = [
        ("million-findings", "more than 16 MiB at once"),
        ("many-findings", "200 findings about 3 facts"),
        ("huge-text", "string pointer/length out of bounds of memory"),
        ("long-text", "a text of 65536 bytes, and 16384 is the most"),
        ("long-attribute", "a text of 65536 bytes, and 16384 is the most"),
        ("many-related", "more than 90112 bytes about 3 facts"),
        ("same-text-often", "more than 90112 bytes about 3 facts"),
        ("fact-out-of-range", "a finding about fact 3 of 3"),
        ("no-message", "a finding without a message"),
        ("broken-text", "invalid utf-8 sequence of 1 bytes from index 0"),
        ("broken-verdict", "unexpected discriminant: 7"),
    ];
    for (name, reason) in expected {
        assert_eq!(fault(name), Fault::Nonsense(reason.to_owned()), "{name}");
    }
}

#[test]
fn a_message_with_escapes_is_a_finding_like_any_other() {
    let sandbox = Sandbox::new();
    let judgement = sandbox.judge(&sandbox.load("escapes", &make::rule("escapes")).unwrap());
    let [answer @ Answer { fact: 0, .. }] = judgement.answers.as_slice() else { panic!("{:?}", judgement.answers) };
    assert_eq!(answer.verdict, Verdict::Violation(Severity::Low));
    assert!(answer.message.ends_with("\r\n::set-output name=a::b"), "{:?}", answer.message);
}

#[test]
fn work_that_fuel_does_not_see_uses_up_its_time() {
    let deadline = Duration::from_secs(1);
    let sandbox = Sandbox::with_deadline(deadline);
    let error = sandbox.load("transcoding", &make::bare("transcoding")).err().unwrap();
    let LoadError::Fault { fault, .. } = error else { panic!("{error}") };
    assert_eq!(fault, Fault::Time(deadline));
    assert_eq!(fault.to_string(), "it used up its time of 1s in work that fuel does not see");
}
