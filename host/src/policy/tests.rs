//! Tests of loading, of the schema beside it, and of settings. Scopes have theirs in their module.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::rules::contract::{Info, Setting, Value};

/// Everything that can be said, in one file.
const EVERYTHING: &str = r#"
fail-on = "high"

[rules.key-size]
severity = "critical"
settings = { rsa-minimum = 3072, curves = ["prime256v1"], strict = true, name = "x", age = "90d" }

[rules.tls-version]
enabled = false

[rules.house-names]
path = "rules/house-names.wasm"
sha256 = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

[[scopes]]
paths = ["deploy/production/**"]
exclude = ["deploy/production/test/**"]
environment = "production"
holder = "shared"
network = "untrusted"
data = "sensitive"
purpose = "live"

[[exceptions]]
kind = "accepted"
rule = "key-size"
path = "legacy/**"
reason = "the appliance takes no other"
approved-by = "head of security"
alternative = "the network is separated"
expires = 2027-03-31

[[exceptions]]
kind = "false-positive"
rule = "house-names"
fingerprint = "v1:0123456789abcdef0123456789abcdef"
reason = "generated in the test"
owner = "platform team"
expires = "2027-12-31"

[[exceptions]]
kind = "accepted"
rule = "problem"
path = "vendor/**"
reason = "r"
approved-by = "b"
alternative = "a"
expires = 2027-03-31
"#;

fn load(text: &str) -> Result<Policy, PolicyError> {
    Policy::load(Path::new("conf/keyreeve.toml"), text.as_bytes())
}

/// `line:column message` and, behind an arrow, the hint, of each fault.
fn faults(result: Result<impl Sized, PolicyError>) -> Vec<String> {
    let Err(PolicyError::Invalid(faults)) = result else { panic!("nothing is wrong with it") };
    let shown = faults.iter().map(|(at, fault)| {
        let hint = fault.hint.as_ref().map_or(String::new(), |hint| format!(" -> {hint}"));
        format!("{}:{} {}{hint}", at.line, at.column, fault.message)
    });
    shown.collect()
}

/// A TOML document as the JSON that an editor checks against the schema.
fn as_json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(value) => json!(value),
        toml::Value::Datetime(stamp) => json!(stamp.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
    }
}

fn schema_accepts(text: &str) -> bool {
    static VALIDATOR: std::sync::LazyLock<jsonschema::Validator> = std::sync::LazyLock::new(|| {
        jsonschema::options().should_validate_formats(true).build(&schema::schema()).unwrap()
    });
    VALIDATOR.is_valid(&as_json(&toml::Value::Table(text.parse().unwrap())))
}

#[test]
fn everything_that_can_be_said_is_understood() {
    let policy = load(EVERYTHING).unwrap();
    assert!(schema_accepts(EVERYTHING));
    assert_eq!(policy.fail_on, Some(Severity::High));
    assert_eq!(policy.severity("key-size"), Some(Severity::Critical));
    assert!(policy.enables("key-size") && !policy.enables("tls-version") && policy.enables("not-mentioned"));
    let components: Vec<_> = policy.components().collect();
    assert_eq!(components.len(), 1);
    assert_eq!((components[0].0, components[0].1.as_path()), ("house-names", Path::new("conf/rules/house-names.wasm")));
    assert_eq!(components[0].2[..3], [0x01, 0x23, 0x45]);
    assert_eq!(policy.scopes.len(), 1);
    let scope = &policy.scopes[0];
    assert!(scope.covers("deploy/production/a") && !scope.covers("deploy/production/test/a") && !scope.covers("a"));
    assert_eq!(policy.exceptions.len(), 3);
    assert_eq!(policy.line(policy.exceptions[0].span), 24);
    assert_eq!(policy.exceptions[1].expires().unwrap().to_string(), "2027-12-31");
    let Approval::Accepted { approved_by, alternative, .. } = &policy.exceptions[0].approval else { panic!() };
    assert_eq!((approved_by.as_str(), alternative.as_str()), ("head of security", "the network is separated"));
}

#[test]
fn an_empty_file_is_the_built_in_policy_with_a_digest_of_its_own() {
    for text in ["", "\u{feff}", "# nothing\n", "\r\n"] {
        let policy = load(text).unwrap();
        assert_eq!((policy.fail_on, policy.rules.len(), policy.scopes.len()), (Some(Severity::Medium), 0, 0));
    }
    // SHA-256 of nothing, and of "abc" (FIPS 180-4 examples).
    assert_eq!(load("").unwrap().sha256(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(Policy::built_in().path(), None);
    assert_eq!(load("fail-on = 'never'").unwrap().fail_on, None);
}

/// Each document with everything that is wrong in it; `true` where the schema says that something is.
#[rustfmt::skip]
const BAD: &[(&str, bool, &[&str])] = &[
    ("fial-on = 'low'", true, &["1:1 the policy file has no key `fial-on` -> did you mean `fail-on`?"]),
    ("fail-on = 'hihg'", true, &["1:11 `fail-on` cannot be `hihg` -> did you mean `high`?"]),
    ("fail-on = 'severe'", true, &["1:11 `fail-on` cannot be `severe` -> one of: low, medium, high, critical, never"]),
    ("fail-on = 3", true, &["1:11 `fail-on` must be a string, not an integer"]),
    ("rules = 1\nscopes = {}\nexceptions = 'x'", true, &["1:9 `rules` must be a table of rules, not an integer",
        "2:10 `scopes` must be a list of tables, not a table -> each begins with [[scopes]]",
        "3:14 `exceptions` must be a list of tables, not a string -> each begins with [[exceptions]]"]),
    ("scopes = [1]", true, &["1:11 a scope must be a table, not an integer"]),
    ("[rules.key-size]\nenabled = 'no'\nseverity = 'never'\nlevel = 1", true, &["2:11 `enabled` must be true or false, not a string",
        "3:12 `severity` cannot be `never` -> one of: low, medium, high, critical",
        "4:1 a rule has no key `level` -> one of: enabled, severity, path, sha256, settings"]),
    ("[rules.Key_Size]", true, &["1:8 `Key_Size` cannot be the id of a rule -> an id is made of lower-case words joined by hyphens"]),
    ("[rules.problem]", true, &["1:8 `problem` cannot be a rule: exceptions call problems of files so"]),
    ("[rules.a]\npath = 'r/a.wasm'", true, &["2:8 a rule that is loaded from a file needs `sha256` -> `sha256sum r/a.wasm` prints it"]),
    ("[rules.a]\nsha256 = '12'", true, &["2:10 `sha256` belongs to a rule that is loaded from a file by `path`",
        "2:10 `sha256` must be 64 hexadecimal digits"]),
    ("[rules.a]\npath = ' '\nsha256 = '12'", true, &["2:8 `path` must not be empty", "3:10 `sha256` must be 64 hexadecimal digits"]),
    ("[rules.a.settings]\na = 1.5\nb = 2026-01-01\nc = ['x', 1]\nd = {}", true, &[
        "2:5 a setting cannot be a float -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "3:5 a setting cannot be a date or time -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "4:11 a setting cannot be an integer -> it is true or false, an integer of 64 bits, a string, or a list of strings",
        "5:5 a setting cannot be a table -> it is true or false, an integer of 64 bits, a string, or a list of strings"]),
    ("[[scopes]]\nenvironment = 'prod'", true, &["1:1 a scope needs `paths`",
        "2:15 `environment` cannot be `prod` -> one of: test, staging, production"]),
    ("[[scopes]]\npaths = []\nexclude = ['']\nholder = 'unspecified'", true, &["2:9 `paths` must not be empty", "3:12 `exclude` must not be empty",
        "4:10 `holder` cannot be `unspecified` -> one of: personal, shared"]),
    ("[[scopes]]\npaths = ['a']", true, &["1:1 a scope must state something -> at least one of: environment, holder, network, data, purpose"]),
    ("[[scopes]]\npaths = ['/etc/**', 'a/', '[', 'b/../c']\ndata = 'other'", false, &[
        "2:10 no path of a report begins like that -> paths are relative to the policy file's folder: `etc/**`",
        "2:21 a glob means files, not folders -> `a/**` means everything in the folder",
        "2:27 not a glob: unclosed character class; missing ']'", "2:32 no path of a report contains `..`"]),
    ("[[exceptions]]\nrule = 'a'", true, &["1:1 an exception needs `kind`"]),
    ("[[exceptions]]\nkind = 'acepted'", true, &["2:8 `kind` cannot be `acepted` -> did you mean `accepted`?"]),
    ("[[exceptions]]\nkind = 'accepted'\nrule = 'a'\napproved_by = 'b'", true, &[
        "1:1 an accepted exception needs `reason`, `approved-by`, `alternative`, `expires`",
        "1:1 an accepted exception needs either `path` or `fingerprint` -> `path` is a glob for all findings of the rule in some files, `fingerprint` is one finding",
        "4:1 an accepted exception has no key `approved_by` -> did you mean `approved-by`?"]),
    ("[[exceptions]]\nkind = 'accepted'\nrule = 'problem'\nfingerprint = 'v1:0'\nreason = ''\napproved-by = 'b'\nalternative = 'a'\nexpires = '2027-02-30'", true, &[
        "3:8 `problem` has no fingerprint -> name the files with `path`",
        "4:15 `v1:0` is not a fingerprint -> a report shows it: `v1:` and 32 hexadecimal digits in lower case",
        "5:10 `reason` must not be empty", "8:11 `expires` must be a date such as 2027-03-31, not `2027-02-30`"]),
    ("[[exceptions]]\nkind = 'false-positive'\nrule = 'problem'\npath = 'a'", true, &["1:1 a false positive needs `fingerprint`, `reason`, `owner`",
        "3:8 `problem` cannot be a false positive -> accept it with `kind = \"accepted\"`, or report the fault in keyreeve",
        "4:1 a false positive has no key `path` -> one of: kind, rule, fingerprint, reason, owner, expires"]),
    ("[[exceptions]]\nkind = 'false-positive'\nrule = 'a'\nfingerprint = 'v1:0123456789abcdef0123456789abcdef'\nreason = 'r'\nowner = 'o'\nexpires = 2027-01-01T00:00:00Z", true, &[
        "7:11 `expires` must be a date such as 2027-03-31, not a date or time"]),
];

#[test]
fn everything_that_is_wrong_is_said_with_its_place() {
    for (text, schema_refuses, expected) in BAD {
        assert_eq!(faults(load(text)), *expected, "{text}");
        assert_eq!(schema_accepts(text), !schema_refuses, "the schema on {text}");
    }
}

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

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Policy::read(Path::new("/nonexistent/a\u{1b}.toml")).unwrap_err().render(false);
    assert!(error.starts_with("/nonexistent/a\\u{1b}.toml: cannot be read: "), "{error}");
}

#[test]
fn every_syntax_error_is_said_and_nothing_that_follows_from_it() {
    let found = faults(load("unknown = 1\na = tru\n\nb = 2026-13-45x\nc = 'x\n"));
    let lines: Vec<&str> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(lines, ["2", "4", "5"], "{found:#?}");
    assert_eq!(faults(load("fail-on = 'low'\nfail-on = 'low'")), ["2:1 duplicate key"]);
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    let bytes = |bytes: &[u8]| faults(Policy::load(Path::new("k"), bytes));
    assert_eq!(bytes(b"# a\n# \xff"), ["2:3 the policy file is not UTF-8 -> save it as UTF-8"]);
    assert_eq!(bytes(b"\xff\xfea\0"), ["1:1 the policy file is not UTF-8 -> it begins like UTF-16; save it as UTF-8"]);
    assert_eq!(bytes(&vec![b'#'; 100_000_000]), ["1:1 the policy file is larger than 1024 KiB"]);
}

#[test]
fn a_byte_order_mark_does_not_move_the_places() {
    assert_eq!(
        faults(load("\u{feff}x = 1")),
        ["1:1 the policy file has no key `x` -> one of: fail-on, rules, scopes, exceptions"]
    );
    let policy = load("\u{feff}fail-on = 'low'").unwrap();
    assert_ne!(policy.sha256(), load("fail-on = 'low'").unwrap().sha256(), "the digest is one of the file");
}

#[test]
fn hostile_sizes_are_bounded() {
    for text in [
        format!("a{} = 1", ".a".repeat(400_000)),
        format!("[{}a]", "a.".repeat(400_000)),
        format!("a = {}", "[".repeat(900_000)),
        "= =\n".repeat(200_000),
        format!("{} = 1", "x".repeat(900_000)),
    ] {
        let Err(error) = load(&text) else { panic!("nothing is wrong with it") };
        assert!(error.render(true).len() < 200_000);
    }
}

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
        mutated("fail-on = 'low'", &["fail-on", "rules", "scopes", "exceptions", "x"]),
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

    #[test]
    fn any_bytes_are_a_policy_or_refused_with_a_message(bytes: Vec<u8>) {
        if let Err(error) = Policy::load(Path::new("k"), &bytes) {
            prop_assert!(!error.render(true).is_empty());
        }
    }

    #[test]
    fn any_damage_to_a_policy_is_survived(at in 0usize..1200, length in 0usize..20, put in "[\\[\\]{}=.'\"\n\\\\a-z0-9 \u{0}é]{0,6}") {
        let at = at.min(EVERYTHING.len());
        let end = (at + length).min(EVERYTHING.len());
        let text = format!("{}{put}{}", &EVERYTHING[..at], &EVERYTHING[end..]);
        if let Err(error) = load(&text) {
            prop_assert!(error.to_string().contains("keyreeve.toml"));
        }
    }
}
