//! Tests of the SARIF format: the official schema is the oracle, then what the prose of the standard asks for beyond it.
//! Not the property tests, which are in hostile.rs for all formats together.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::super::{Format, sample};
use super::*;

fn log(report: &Report) -> Value {
    serde_json::from_str(&sample::written(report, Format::Sarif)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn the_official_schema_accepts_it_and_rejects_it_broken() {
    let schema: Value = serde_json::from_str(include_str!("../../../testdata/schemas/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for report in [sample::report(), sample::empty()] {
        let mut log = log(&report);
        let errors: Vec<_> = validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path)).collect();
        assert_eq!(errors, [""; 0]);
        log["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&log));
    }
}

#[test]
fn an_undetermined_is_open_and_has_no_level() {
    let log = log(&sample::report());
    let open: Vec<_> = results(&log).iter().filter(|result| result["kind"] == "open").collect();
    assert_eq!(open.len(), sample::report().findings.iter().filter(|finding| !finding.is_violation()).count());
    assert!(open.iter().all(|result| result["level"] == "none"));
    assert!(results(&log).iter().all(|result| result["kind"] == "open" || result["level"] != "none"));
}

#[test]
fn an_exception_is_a_suppression_and_a_baseline_is_a_state() {
    let report = sample::report();
    let log = log(&report);
    for (finding, result) in report.findings.iter().zip(results(&log)) {
        let suppressed = result["suppressions"].as_array().unwrap();
        assert_eq!(suppressed.len(), usize::from(matches!(finding.status, Status::Excepted(_))));
        assert!(suppressed.iter().all(|by| by["justification"].as_str().unwrap().contains("; instead: ")));
        assert_eq!(result["baselineState"], if finding.status == Status::Open { "new" } else { "unchanged" });
    }
}

#[test]
fn without_a_baseline_there_is_no_baseline_state() {
    let mut report = sample::report();
    report.run.baseline = None;
    report.findings.retain(|finding| finding.status != Status::Known);
    assert!(results(&log(&report)).iter().all(|result| result.get("baselineState").is_none()));
}

#[test]
fn paths_are_below_the_git_root_and_absolute_ones_have_no_base() {
    let log = log(&sample::report());
    let artifacts: Vec<&Value> =
        results(&log).iter().map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]).collect();
    assert_eq!(artifacts[0]["uri"], "infra/certs/server.key");
    assert!(
        artifacts
            .iter()
            .any(|artifact| artifact["uri"] == "file:///etc/ssl/absolute.conf" && artifact.get("uriBaseId").is_none())
    );
    assert!(artifacts.iter().any(|artifact| artifact["uri"] == "common/up.conf"), "{artifacts:?}");
}

#[test]
fn a_binary_region_is_counted_in_bytes_only() {
    let log = log(&sample::report());
    let of = |path: &str| {
        let mut places = results(&log).iter().map(|result| &result["locations"][0]["physicalLocation"]);
        places.find(|place| place["artifactLocation"]["uri"] == path).unwrap()["region"].clone()
    };
    assert_eq!(of("infra/certs/root.der"), serde_json::json!({ "byteOffset": 0, "byteLength": 6 }));
    let text = of("infra/certs/server.key");
    assert_eq!([&text["startLine"], &text["startColumn"], &text["endLine"], &text["endColumn"]], [1, 1, 4, 1]);
}

#[test]
fn rules_are_all_listed_and_results_point_to_theirs() {
    let log = log(&sample::report());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), sample::report().rules.len());
    for result in results(&log) {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
    }
    let off = rules.iter().find(|rule| rule["id"] == "cipher-suites").unwrap();
    assert_eq!(off["defaultConfiguration"]["enabled"], false);
}

#[test]
fn problems_are_notifications_and_the_execution_was_no_success() {
    let log = log(&sample::report());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &1.into()));
    let execution = invocation["toolExecutionNotifications"].as_array().unwrap();
    let configuration = invocation["toolConfigurationNotifications"].as_array().unwrap();
    assert!(execution.iter().any(|note| note["level"] == "note" && note["properties"]["exception"].is_string()));
    assert!(execution.iter().any(|note| note["associatedRule"]["id"] == "tls-version"));
    assert!(configuration.iter().any(|note| note["descriptor"]["id"] == "problem-load"));
    assert!(configuration.iter().any(|note| note["message"]["text"].as_str().unwrap().contains("has expired")));
}

#[test]
fn what_the_policy_takes_away_is_a_note_at_its_line() {
    let mut report = sample::report();
    (report.run.fail_on, report.run.policy.fail_on, report.run.policy.fail_on_line) = (None, None, Some(4));
    let taken = |log: &Value| -> Vec<Value> {
        let notes = log["runs"][0]["invocations"][0]["toolConfigurationNotifications"].as_array().unwrap();
        let text =
            |note: &&Value| note["message"]["text"].as_str().unwrap().contains("asks less than the built-in policy");
        notes.iter().filter(text).cloned().collect()
    };
    let log = log(&report);
    let [note] = taken(&log).try_into().unwrap();
    assert_eq!((&note["level"], &log["runs"][0]["properties"]["failOn"]), (&"note".into(), &"never".into()));
    assert!(note["message"]["text"].as_str().unwrap().contains(": fail-on never; "));
    let place = &note["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "infra/keyreeve.toml");
    assert_eq!(place["region"]["startLine"], 4);
    let empty = super::tests::log(&sample::empty());
    assert_eq!((taken(&empty).len(), &empty["runs"][0]["properties"]["failOn"]), (0, &"medium".into()));
}

#[test]
fn a_remote_is_named_without_its_credentials() {
    let uri = repository_uri;
    assert_eq!(uri("https://jo:s3cret@example.org/a/b.git?token=x").unwrap(), "https://example.org/a/b.git");
    assert_eq!(uri("git@example.org:town/infra.git").unwrap(), "ssh://example.org/town/infra.git");
    assert_eq!(uri("https://a@b:c@example.org:8443/x").unwrap(), "https://example.org:8443/x");
    assert_eq!((uri("/srv/git/x.git"), uri("file:///srv/x"), uri("ext::sh -c x")), (None, None, None));
}
