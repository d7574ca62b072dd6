//! `--rule` and `--skip-rule`: what runs, and what the report says of what does not.

use keyreeve::formats::Detail;
use keyreeve::policy::Policy;
use keyreeve::scan::{Given, understand};
use keyreeve_source::{Source, Sources};

use crate::support::{Tree, all, findings_of, mint};

/// A private key that is too small and in plaintext: two rules object.
fn tree() -> Tree {
    Tree::with(&[("a.key", &mint::minted("rsa:1024", "weak.example.org").key)])
}

#[test]
fn only_the_rules_that_are_named_run() {
    let report = tree().report(&["--rule", "key-size"]);
    assert_eq!(all(&report["findings"], "rule"), ["key-size"]);
    assert_eq!(report["filters"], serde_json::json!(["--rule key-size"]));
    let both = tree().report(&["--rule", "key-size", "--rule", "plaintext-key"]);
    assert_eq!(findings_of(&both, "plaintext-key").len(), 1);
    let ran: Vec<_> = both["rules"].as_array().unwrap().iter().filter(|rule| rule["state"] == "ran").collect();
    assert_eq!(ran.len(), 2);
}

#[test]
fn a_rule_that_is_skipped_does_not_run_and_the_report_says_so() {
    let tree = tree();
    let report = tree.report(&["--skip-rule", "key-size", "--skip-rule", "rotation-age"]);
    assert!(findings_of(&report, "key-size").is_empty() && !findings_of(&report, "plaintext-key").is_empty());
    tree.check(&["--skip-rule", "plaintext-key", "--skip-rule", "key-size", "--fail-on", "high"])
        .ends_with(0)
        .says("with --skip-rule plaintext-key --skip-rule key-size")
        .says("rules that are off (2)");
}

#[test]
fn a_statement_whose_rules_did_not_run_is_not_called_examined() {
    let report = tree().report(&["--rule", "key-size"]);
    let statement = |id: &str| {
        let statements = report["statements"].as_array().unwrap();
        statements.iter().find(|statement| statement["id"] == id).unwrap()["state"].clone()
    };
    assert_eq!((statement("S5"), statement("S6")), ("violated".into(), "not-checked".into()));
}

#[test]
fn weaknesses_are_looked_for_only_where_a_rule_sees_keys() {
    let camera = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/town/office/camera/camera.crt");
    let source = || Source::new("camera.crt", None, std::fs::read(camera).unwrap());
    let weak = |weighs| {
        let given = Given { weighs, ..Given::default() };
        let mut sources = Sources::new(vec![source()]);
        let facts = understand(&mut sources, &Policy::built_in(), Detail::Judged, &given).facts;
        !facts.certificates.facts()[0].key.attributes.is_empty()
    };
    assert_eq!((weak(true), weak(false)), (true, false));
    let tree = Tree::with(&[("camera.crt", &std::fs::read_to_string(camera).unwrap())]);
    let found = |rule| findings_of(&tree.report(&["--rule", rule]), rule).len();
    assert_eq!((found("weak-key"), found("tls-version")), (1, 0));
}

#[test]
fn a_rule_both_asked_for_and_left_out_does_not_run() {
    let report = tree().report(&["--rule", "key-size", "--skip-rule", "key-size"]);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert!(report["rules"].as_array().unwrap().iter().all(|rule| rule["state"] == "off"));
}
