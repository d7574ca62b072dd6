//! Tests that facts which `keyreeve facts` printed are judged like the files that they come from. The facts themselves
//! are tested elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use keyreeve::kit::{replay, samples};
use keyreeve::rules::built_in::BUILT_IN;
use keyreeve_contract::FactKind;
use keyreeve_facts::spelling;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kit::{built_in, rule};
use crate::support::Tree;

fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A tree with the facts of another tree instead of its files.
fn record(files: &Tree, policy: &str, into: &Tree, case: &str) {
    let facts = files.run(&["facts", "."]).ends_with(0).stdout;
    into.write(&format!("{case}/facts.json"), facts);
    into.write(&format!("{case}/keyreeve.toml"), policy);
}

#[test]
fn recorded_facts_of_the_demo_give_the_findings_that_its_files_give() {
    let town = Tree::new();
    copy(&testdata("town"), &town.path);
    let policy = fs::read_to_string(town.path.join("keyreeve.toml")).unwrap();
    let report = town.run(&["check", "--as-of", "2026-11-23", "--format", "json"]).json();
    for built in BUILT_IN {
        let tree = Tree::new();
        built_in(&tree, built.id);
        copy(&town.path, &tree.path.join("cases/fail-files"));
        record(&town, &policy, &tree, "cases/fail-facts");
        rule(&tree, &["test", ".", "--bless", "--as-of", "2026-11-23"]).ends_with(0).says("2 written");
        let read = |case: &str| fs::read_to_string(tree.path.join(case).join("expected.json")).unwrap();
        let said = read("cases/fail-facts");
        assert_eq!(said, read("cases/fail-files"), "{}", built.id);
        let said: Vec<Value> = serde_json::from_str(&said).unwrap();
        let reported = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == built.id);
        let of = |finding: &Value| ["verdict", "path", "line", "message"].map(|name| finding[name].clone());
        assert_eq!(said.iter().map(of).collect::<Vec<_>>(), reported.map(of).collect::<Vec<_>>(), "{}", built.id);
        assert!(!said.is_empty(), "{} finds nothing in the demo", built.id);
    }
}

#[test]
fn every_case_of_a_built_in_rule_is_judged_alike_when_its_facts_are_replayed() {
    let mut count = 0;
    for built in BUILT_IN {
        let tree = Tree::new();
        built_in(&tree, built.id);
        for case in fs::read_dir(testdata("cases").join(built.id)).unwrap().map(|entry| entry.unwrap().path()) {
            let files = Tree::new();
            copy(&case, &files.path);
            let expected = fs::read_to_string(case.join("expected.json")).unwrap();
            fs::remove_file(files.path.join("expected.json")).unwrap();
            let policy = fs::read_to_string(case.join("keyreeve.toml")).unwrap_or_default();
            let name = format!("cases/{}", case.file_name().unwrap().to_str().unwrap());
            record(&files, &policy, &tree, &name);
            tree.write(&format!("{name}/expected.json"), expected);
            count += 1;
        }
        rule(&tree, &["test", ".", "--as-of", "2026-11-23"]).ends_with(0);
    }
    assert!(count > 60, "only {count} cases were replayed");
}

/// A recording of one sample without a place.
fn by_hand(kind: FactKind) -> Value {
    let facts = samples::facts(kind, 1);
    let fact = match kind {
        FactKind::TlsEndpoints => spelling::to_value(&facts.tls_endpoints.facts()[0]),
        FactKind::Certificates => spelling::to_value(&facts.certificates.facts()[0]),
        FactKind::Keys => spelling::to_value(&facts.keys.facts()[0]),
        FactKind::Inventory => spelling::to_value(&facts.inventory.facts()[0]),
        FactKind::EncryptedData => spelling::to_value(&facts.encrypted_data.facts()[0]),
        FactKind::RevocationLists => spelling::to_value(&facts.revocation_lists.facts()[0]),
    };
    json!({ "schema": "keyreeve/facts/v1", kind.interface(): [{ "fact": fact.unwrap() }] })
}

#[test]
fn facts_can_be_written_by_hand_without_a_place() {
    let tree = Tree::new();
    built_in(&tree, "key-size");
    let mut facts = by_hand(FactKind::Keys);
    tree.write("cases/pass-large/facts.json", facts.to_string());
    tree.write("cases/pass-large/expected.json", "[]");
    facts["keys"][0]["fact"]["public"]["bits"] = json!(1024);
    tree.write("cases/fail-small/facts.json", facts.to_string());
    rule(&tree, &["test", ".", "--bless"]).ends_with(0);
    let expected = fs::read_to_string(tree.path.join("cases/fail-small/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!((&expected[0]["path"], &expected[0]["line"]), (&json!("keys[0]"), &json!(1)));
}

#[test]
fn every_field_of_every_fact_can_have_a_place() {
    for kind in FactKind::ALL {
        let mut facts = by_hand(kind);
        let fact = facts[kind.interface()][0]["fact"].clone();
        let not_judged = ["unknown", "attributes"];
        let mut parts = serde_json::Map::new();
        for (name, value) in fact.as_object().unwrap().iter().filter(|(name, _)| !not_judged.contains(&name.as_str())) {
            parts.insert(name.clone(), json!({ "path": "a", "line": parts.len() + 1 }));
            for inner in
                value.as_object().into_iter().flat_map(|value| value.keys()).filter(|name| *name != "attributes")
            {
                parts.insert(format!("{name}.{inner}"), json!({ "path": "a", "line": parts.len() + 1 }));
            }
        }
        facts[kind.interface()][0]["parts"] = Value::Object(parts.clone());
        let recorded = replay::read(facts.to_string().as_bytes()).unwrap();
        let place = recorded.facts.place(kind, 0);
        assert_eq!(place.parts.len(), parts.len());
        for ((field, _), location) in place.parts.iter() {
            let line = recorded.sources[location.source].position(location.span.start).line;
            assert_eq!(json!(line), parts[*field]["line"], "{field}");
        }
    }
}

#[test]
fn a_recording_that_cannot_be_is_refused_by_what_is_wrong_with_it() {
    let error = |facts: &Value| replay::read(facts.to_string().as_bytes()).unwrap_err().to_string();
    let with = |pointer: &str, value: Value| {
        let mut facts = by_hand(FactKind::Keys);
        facts["keys"][0]["place"] = json!({ "path": "a", "line": 1 });
        facts["keys"][0]["parts"] = json!({});
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        facts.pointer_mut(parent).unwrap()[name] = value;
        error(&facts)
    };
    assert!(replay::read(b"").unwrap_err().to_string().starts_with("it is not what `keyreeve facts` prints: "));
    assert!(replay::read(b"[]").unwrap_err().to_string().starts_with("it is not what `keyreeve facts` prints: "));
    let deep = format!("{{\"schema\": \"keyreeve/facts/v1\", \"keys\": [{{\"fact\": {}", "[".repeat(100_000));
    assert!(replay::read(deep.as_bytes()).unwrap_err().to_string().contains("recursion limit"));
    assert!(with("/schema", json!("keyreeve/facts/v2")).contains("its schema is \"keyreeve/facts/v2\""));
    assert!(with("/secrets", json!([])).contains("unknown field `secrets`"));
    assert!(with("/keys/0/fact/role", json!("king")).starts_with("keys[0]: role: must be one of private, public"));
    assert!(with("/keys/0/fact/bits", json!(1)).starts_with("keys[0]: there is no field `bits`, only context, "));
    assert_eq!(with("/keys/0/parts/bits", json!({ "path": "a", "line": 1 })), "keys[0]: no fact has a part \"bits\"");
    for part in ["suites[", "suites[x]", "suites[-1]", "suites[4294967296]", "[0]"] {
        assert!(
            with(&format!("/keys/0/parts/{part}"), json!({ "path": "a", "line": 1 })).contains("no fact has a part")
        );
    }
    for place in [
        json!({ "path": "a", "line": 0 }),
        json!({ "path": "a", "line": 1, "column": 0 }),
        json!({ "path": "a", "line": 2, "end-line": 1 }),
        json!({ "path": "a", "line": 2, "column": 5, "end-column": 4 }),
    ] {
        assert!(with("/keys/0/place", place).contains("lines and columns count from 1"));
    }
    let far = json!({ "path": "a", "line": u32::MAX, "column": u32::MAX });
    assert!(with("/keys/0/place", far).contains("its places are in files of more than 16777216 lines"));
}

/// Path, line, column, and how many columns on it ends.
fn places() -> impl Strategy<Value = Vec<(String, u32, u32, u32)>> {
    prop::collection::vec(("[a-c]", 1..40_u32, 1..40_u32, 0..9_u32), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn recorded_places_keep_their_paths_their_lines_and_their_order(places in places()) {
        let mut facts = by_hand(FactKind::Keys);
        let fact = facts["keys"][0].clone();
        facts["keys"] = places.iter().map(|(path, line, column, length)| {
            let place = json!({ "path": path, "line": line, "column": column, "end-line": line, "end-column": column + length });
            json!({ "fact": fact["fact"], "place": place })
        }).collect();
        let recorded = replay::read(facts.to_string().as_bytes()).unwrap();
        let homes: Vec<_> = recorded.facts.keys.places().iter().map(|place| place.home).collect();
        for (home, (path, line, ..)) in homes.iter().zip(&places) {
            let source = &recorded.sources[home.source];
            prop_assert_eq!((source.name.as_str(), source.position(home.span.start).line), (path.as_str(), *line));
        }
        for (a, place_a) in homes.iter().zip(&places) {
            for (b, place_b) in homes.iter().zip(&places) {
                prop_assert_eq!(a.cmp(b), place_a.cmp(place_b));
            }
        }
    }
}

#[test]
fn a_recording_with_problems_or_beside_files_fails_its_case() {
    let tree = Tree::new();
    built_in(&tree, "key-size");
    let mut facts = by_hand(FactKind::Keys);
    facts["problems"] = json!([{ "place": { "path": "a" }, "message": "is not readable" }]);
    tree.write("cases/pass-problem/facts.json", facts.to_string());
    tree.write("cases/pass-mixed/facts.json", by_hand(FactKind::Keys).to_string());
    tree.write("cases/pass-mixed/sub/server.pem", "x");
    tree.write("cases/pass-broken/facts.json", "{");
    tree.write("cases/pass-other-kind/facts.json", by_hand(FactKind::TlsEndpoints).to_string());
    rule(&tree, &["test", ".", "--bless"])
        .ends_with(1)
        .says("pass-problem: not all of it could be judged: is not readable\n")
        .says("pass-mixed: it has facts.json and also sub/server.pem: a case has recorded facts or files, not both\n")
        .says("pass-broken: its facts.json cannot be replayed: it is not what `keyreeve facts` prints: ")
        .says("pass-other-kind: nothing in it is examined by the rule")
        .says("0 of 4 cases passed, 4 failed\n");
}
