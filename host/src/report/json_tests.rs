//! Tests of the JSON format: its schema, which is also a file for others, and that nothing of the report is missing.
//! Not the property tests, which are in hostile.rs for all formats together.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::super::{Format, sample};
use super::*;

fn document(report: &Report) -> Value {
    serde_json::from_str(&sample::written(report, Format::Json)).unwrap()
}

#[test]
fn the_schema_accepts_it_and_misses_what_is_missing() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    for report in [sample::report(), sample::empty()] {
        let document = document(&report);
        let errors: Vec<_> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path)).collect();
        assert_eq!(errors, [""; 0]);
        for member in document.as_object().unwrap().keys() {
            let mut less = document.clone();
            less.as_object_mut().unwrap().shift_remove(member);
            // A member that may be null may be missing for the schema too; we always write it.
            assert!(!validator.is_valid(&less) || ["commit", "baseline"].contains(&member.as_str()), "{member}");
        }
    }
}

#[test]
fn the_schema_in_the_docs_is_this_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/report-v1.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    sample::compare(&path, &text);
}

#[test]
fn statements_problems_and_exceptions_are_all_there() {
    let report = sample::report();
    let document = document(&report);
    let length = |member: &str| document[member].as_array().unwrap().len();
    assert_eq!(length("statements"), 16);
    assert_eq!(length("findings"), report.findings.len());
    assert_eq!(length("problems"), report.problems.len());
    assert_eq!(length("exceptions"), report.exceptions.len());
    assert_eq!(document["exit_code"], 1);
    assert_eq!((&document["as_of"], &document["started"]), (&"2026-11-23".into(), &"2026-11-23T19:30:00Z".into()));
}

#[test]
fn what_the_policy_takes_away_is_listed() {
    let takes_away = |report: &Report| document(report)["policy"]["takes_away"].clone();
    assert_eq!(takes_away(&sample::empty()), serde_json::json!([]));
    let expected = [
        "1 rule less severe (rotation-age: medium for up to high)",
        "1 rule with other settings (key-size: rsa-bits)",
        "1 scope (purpose fixture)",
        "1 exception",
    ];
    assert_eq!(takes_away(&sample::report()), serde_json::json!(expected));
}

#[test]
fn a_finding_says_where_what_and_whether_it_counts() {
    let document = document(&sample::report());
    let first = &document["findings"][0];
    assert_eq!(
        (&first["path"], &first["line"], &first["end_line"]),
        (&"certs/server.key".into(), &1.into(), &4.into())
    );
    assert_eq!(
        (&first["status"], &first["fails"], &first["verdict"]),
        (&"open".into(), &true.into(), &"violation".into())
    );
    let findings = document["findings"].as_array().unwrap();
    let excepted = findings.iter().find(|finding| finding["status"] == "excepted").unwrap();
    let by = excepted["exception"].as_u64().unwrap() as usize;
    assert_eq!((&document["exceptions"][by]["state"], &excepted["fails"]), (&"used".into(), &false.into()));
    let open = findings.iter().find(|finding| finding["verdict"] == "undetermined").unwrap();
    assert_eq!((&open["kind"], &open["fails"]), (&"tls-endpoints".into(), &false.into()));
}

#[test]
fn a_rule_shows_its_settings_and_its_answers() {
    let document = document(&sample::report());
    let rules = document["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "key-size").unwrap();
    assert_eq!(
        rule["settings"],
        serde_json::json!({ "rsa-bits": 3072, "rotate": 90, "curves": ["prime256v1"], "strict": true, "note": "a" })
    );
    assert_eq!((&rule["violations"], &rule["undetermined"], &rule["file"]), (&4.into(), &0.into(), &Value::Null));
}
