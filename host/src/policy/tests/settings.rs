//! Tests of settings against what rules declare. Not of how a file is read.

use keyreeve_contract::{Info, Setting, Value};

use super::super::*;
use super::{EVERYTHING, faults, load};

fn setting(name: &str, default: Value) -> Setting {
    Setting { name: name.into(), default, doc: "Does it".into(), attributes: Vec::new() }
}

fn info(id: &str, settings: Vec<Setting>) -> Info {
    Info {
        id: id.into(),
        version: "1.0.0".into(),
        title: String::new(),
        statement: "S5".into(),
        rationale: String::new(),
        severity: Severity::High,
        settings,
        reads: Vec::new(),
        attributes: Vec::new(),
    }
}

fn key_size() -> Info {
    let settings = vec![
        setting("rsa-minimum", Value::Integer(2048)),
        setting("curves", Value::Texts(Vec::new())),
        setting("strict", Value::Boolean(false)),
        setting("name", Value::Text(String::new())),
        setting("age", Value::Days(30)),
        setting("left-alone", Value::Days(7)),
    ];
    info("key-size", settings)
}

#[test]
fn settings_are_typed_by_their_declaration_and_the_rest_has_its_default() {
    let policy = load(EVERYTHING).unwrap();
    let (key_size, tls, own) = (key_size(), info("tls-version", Vec::new()), info("house-names", Vec::new()));
    policy.check_rules(&[&key_size, &tls], &[("house-names", &own)]).unwrap();
    policy.check_rules(&[&key_size, &tls], &[]).unwrap();
    let values: Vec<Value> = policy
        .effective_settings("key-size", &key_size.settings)
        .unwrap()
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    let expected = [
        Value::Integer(3072),
        Value::Texts(vec!["prime256v1".into()]),
        Value::Boolean(true),
        Value::Text("x".into()),
        Value::Days(90),
        Value::Days(7),
    ];
    assert_eq!(values, expected);
}

#[test]
fn every_disagreement_with_the_rules_is_said() {
    let digest = "0".repeat(64);
    let text = format!(
        "rules.keysize.enabled = false\n\
         rules.tls-version = {{ path = 'a.wasm', sha256 = '{digest}' }}\n\
         rules.own = {{ path = 'b.wasm', sha256 = '{digest}', settings.x = 1 }}\n\
         rules.lost = {{ path = 'c.wasm', sha256 = '{digest}', settings.y = 1 }}\n\
         [rules.key-size.settings]\nrsa-minmum = 1\nage = '90 days'\nstrict = 'yes'\ncurves = 'x'\nleft-alone = -1\n\
         [[exceptions]]\nkind = 'accepted'\nrule = 'ke-size'\npath = '**'\nreason = 'r'\napproved-by = 'b'\nalternative = 'a'\nexpires = 2027-01-01\n"
    );
    let (key_size, tls, own) = (key_size(), info("tls-version", Vec::new()), info("other", Vec::new()));
    let found = faults(load(&text).unwrap().check_rules(&[&key_size, &tls], &[("own", &own)]));
    let expected = [
        "1:7 there is no rule `keysize` -> did you mean `key-size`?",
        "2:7 `tls-version` is a built-in rule and cannot be loaded from a file -> give the rule an id of its own",
        "3:7 the component of the rule `own` calls itself `other` -> a rule has one id everywhere: use the component's",
        "3:118 the rule `own` has no setting `x` -> there is none to choose from",
        "6:1 the rule `key-size` has no setting `rsa-minmum` -> did you mean `rsa-minimum`?",
        "7:7 the setting `age` must be a number of days, such as 90 or \"90d\", not the string `90 days` -> Does it",
        "8:10 the setting `strict` must be true or false, not the string `yes` -> Does it",
        "9:10 the setting `curves` must be a list of strings, not the string `x` -> Does it",
        "10:14 the setting `left-alone` must be a number of days, such as 90 or \"90d\", not -1 -> Does it",
        "13:8 there is no rule `ke-size` -> did you mean `key-size`?",
    ];
    assert_eq!(found, expected);
}
