//! Tests that schema and loader agree, on documents made from good ones by damage. Not of what the loader says.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::*;
use super::{load, schema_accepts};

#[test]
fn the_schema_is_one_of_draft_2020_12_without_null() {
    let schema = schema::schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(!schema.to_string().contains("null"));
    assert!(schema["properties"]["fail-on"]["description"].as_str().unwrap().contains("never"));
}

#[test]
fn the_schema_knows_the_keys_that_the_loader_knows() {
    let schema = schema::schema();
    let keys = |properties: &Json| -> std::collections::BTreeSet<String> {
        properties["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let known = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
    let kinds = &schema["$defs"]["Exception"]["oneOf"];
    assert_eq!(keys(&schema), known(&load::KEYS));
    assert_eq!(keys(&schema["$defs"]["Rule"]), known(&load::RULE_KEYS));
    assert_eq!(keys(&schema["$defs"]["Scope"]), known(&scopes::KEYS));
    assert_eq!(keys(&kinds[0]), known(&exceptions::ACCEPTED_KEYS));
    assert_eq!(keys(&kinds[1]), known(&exceptions::FALSE_POSITIVE_KEYS));
}

/// A value for any key, right or wrong.
fn any_value() -> impl Strategy<Value = toml::Value> {
    const TEXTS: &[&str] = &[
        "",
        " ",
        "low",
        "never",
        "production",
        "shared",
        "trusted",
        "other",
        "fixture",
        "accepted",
        "false-positive",
        "problem",
        "key-size",
        "Key",
        "a/**",
        "oci://a.b/c:1",
        "2027-03-31",
        "2027-02-30",
        "v1:0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ];
    let text = proptest::sample::select(TEXTS).prop_map(|text| toml::Value::String(text.into()));
    let leaf = prop_oneof![
        6 => text,
        1 => any::<bool>().prop_map(toml::Value::Boolean),
        1 => any::<i64>().prop_map(toml::Value::Integer),
        1 => Just(toml::Value::Float(0.5)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| proptest::collection::vec(inner, 0..3).prop_map(toml::Value::Array))
}

/// A good table of some kind with keys taken away, added or changed.
fn mutated(good: &'static str, keys: &'static [&'static str]) -> impl Strategy<Value = toml::Table> {
    let change = (proptest::sample::select(keys), proptest::option::of(any_value()));
    proptest::collection::vec(change, 0..3).prop_map(move |changes| {
        let mut table: toml::Table = good.parse().unwrap();
        for (key, value) in changes {
            match value {
                Some(value) => table.insert(key.to_owned(), value),
                None => table.remove(key),
            };
        }
        table
    })
}

fn any_document() -> impl Strategy<Value = toml::Table> {
    const ACCEPTED: &str = "kind = 'accepted'\nrule = 'a'\npath = 'a'\nreason = 'r'\napproved-by = 'b'\nalternative = 'a'\nexpires = 2027-03-31";
    const FALSE_POSITIVE: &str = "kind = 'false-positive'\nrule = 'a'\nfingerprint = 'v1:0123456789abcdef0123456789abcdef'\nreason = 'r'\nowner = 'o'";
    const RULE: &str =
        "severity = 'low'\npath = 'a'\nsha256 = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'";
    const EXCEPTION_KEYS: &[&str] =
        &["kind", "rule", "path", "fingerprint", "reason", "approved-by", "alternative", "expires", "owner", "x"];
    let tables = (
        mutated("fail-on = 'low'", &["fail-on", "trust", "rules", "scopes", "exceptions", "x"]),
        mutated(RULE, &["enabled", "severity", "path", "sha256", "settings", "x"]),
        mutated("a = 1\nb = [\"x\"]", &["a", "b"]),
        mutated(
            "paths = ['a']\npurpose = 'live'",
            &["paths", "exclude", "environment", "holder", "network", "data", "purpose", "x"],
        ),
        prop_oneof![mutated(ACCEPTED, EXCEPTION_KEYS), mutated(FALSE_POSITIVE, EXCEPTION_KEYS)],
    );
    (tables, any::<[bool; 4]>()).prop_map(|((mut document, mut rule, settings, scope, exception), keep)| {
        let list = |table| toml::Value::Array(vec![toml::Value::Table(table)]);
        if keep[0] {
            rule.insert("settings".into(), settings.into());
        }
        let rules = toml::Table::from_iter([("key-size".to_owned(), toml::Value::Table(rule))]);
        for (key, value, keep) in [
            ("rules", rules.into(), keep[1]),
            ("scopes", list(scope), keep[2]),
            ("exceptions", list(exception), keep[3]),
        ] {
            if keep {
                document.insert(key.into(), value);
            }
        }
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_schema_and_the_loader_agree(document in any_document()) {
        let text = toml::to_string(&document).unwrap();
        let loaded = load(&text);
        let said = loaded.as_ref().err().map(ToString::to_string).unwrap_or_default();
        prop_assert_eq!(schema_accepts(&text), loaded.is_ok(), "{}\n{}", text, said);
    }
}
