//! The five formats of a report, and where they are written.

use serde_json::Value;

use crate::support::{AS_OF, Tree, all, finish_with, mint};

/// Violations, an undetermined, a problem, an exception, and a name that every format has to encode.
fn tree() -> Tree {
    let tree = Tree::with(&[
        ("deploy/a.pem", &mint::weak()),
        ("deploy/ü ::warning 100%,<b>.pem", &mint::weak_too()),
        ("accepted/b.pem", &mint::weak()),
        ("sealed.pem", &mint::sealed()),
        ("broken.pem", &mint::broken()),
    ]);
    let accepted = "path = 'accepted/**'\nreason = 'r'\napproved-by = 'b'\nalternative = 'a'\nexpires = 2027-01-01\n";
    tree.write("keyreeve.toml", format!("[[exceptions]]\nkind = 'accepted'\nrule = 'key-size'\n{accepted}"));
    tree
}

#[track_caller]
fn validate(document: &Value, schema: &Value) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path)).collect();
    assert_eq!(errors, [""; 0]);
    assert!(!validator.is_valid(&Value::Null), "the schema accepts anything");
}

fn schema(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/schemas/");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}{name}")).unwrap()).unwrap()
}

#[test]
fn json_is_what_its_schema_says() {
    let tree = tree();
    let report = tree.check(&["--format", "json"]).ends_with(1).json();
    validate(&report, &tree.run(&["schema", "report"]).ends_with(0).json());
    assert_eq!((&report["as_of"], &report["exit_code"]), (&AS_OF.into(), &1.into()));
    assert_eq!(report["policy"]["path"], "keyreeve.toml");
    assert_eq!(report["sources"]["files"], 6);
}

#[test]
fn sarif_is_what_oasis_says() {
    let tree = tree();
    let log = tree.check(&["--format", "sarif"]).ends_with(1).json();
    validate(&log, &schema("sarif-2.1.0.json"));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of_rule = |result: &&Value| result["ruleId"] == "key-size";
    assert_eq!(results.iter().filter(of_rule).count(), 4, "three violations and an undetermined");
    let suppressed = |result: &&Value| result["suppressions"].as_array().is_some_and(|list| !list.is_empty());
    assert_eq!(results.iter().filter(of_rule).filter(suppressed).count(), 1);
}

#[test]
fn code_quality_is_what_gitlab_says() {
    let issues = tree().check(&["--format", "gitlab"]).ends_with(1).json();
    validate(&issues, &schema("gitlab-code-quality.json"));
    assert!(issues.as_array().unwrap().len() >= 5);
}

#[test]
fn github_commands_stand_one_on_a_line_and_no_name_makes_another() {
    let answer = tree().check(&["--format", "github"]).ends_with(1);
    let commands: Vec<&str> = answer.stdout.lines().filter(|line| line.starts_with("::")).collect();
    let of_kind = |kind: &str| commands.iter().filter(|line| line.starts_with(&format!("::{kind} "))).count();
    assert!(of_kind("error") >= 2, "{commands:?}");
    assert!(answer.stdout.contains("100%25"), "{}", answer.stdout);
}

#[test]
fn every_format_tells_the_same_findings() {
    let tree = tree();
    let report = tree.report(&[]);
    for format in ["human", "sarif", "github", "gitlab"] {
        let text = tree.check(&["--format", format]).ends_with(1).stdout;
        for finding in report["findings"].as_array().unwrap().iter().filter(|finding| finding["status"] == "open") {
            let message = finding["message"].as_str().unwrap();
            assert!(text.contains(message), "{message:?} is not in {format}:\n{text}");
        }
    }
}

#[test]
fn further_reports_are_written_to_files() {
    let tree = tree();
    let formats = ["human", "json", "sarif", "github", "gitlab"];
    let outputs: Vec<String> = formats.iter().map(|format| format!("{format}=../home/{format}")).collect();
    let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
    let answer = tree.check(&arguments).ends_with(1);
    for format in formats {
        let written = std::fs::read_to_string(tree.home.join(format)).unwrap();
        if format == "json" {
            let (mut written, mut printed): (Value, Value) =
                (serde_json::from_str(&written).unwrap(), tree.report(&[]));
            for report in [&mut written, &mut printed] {
                report.as_object_mut().unwrap().remove("started");
            }
            assert_eq!(written, printed);
        } else if format == "human" {
            assert_eq!(written, answer.stdout, "neither has colours");
        } else {
            assert!(!written.is_empty());
        }
    }
}

#[test]
fn quiet_leaves_what_fails_the_run_problems_and_the_last_line() {
    let tree = tree();
    let answer = tree.check_sizes(&["--quiet"]).ends_with(1).says("high[key-size]").says("problems (1)");
    assert!(answer.stdout.lines().last().unwrap().ends_with("; exit 1"));
    for left_out in ["statements of the policy", "excepted (", "undetermined ("] {
        assert!(!answer.stdout.contains(left_out), "{left_out}");
    }
    let good = Tree::with(&[("a.pem", &mint::good())]);
    let answer = good.check(&["-q"]).ends_with(0);
    assert_eq!(answer.stdout.lines().count(), 1, "{}", answer.stdout);
}

#[test]
fn colours_are_written_only_where_they_are_asked_for() {
    let tree = tree();
    let escapes = |arguments: &[&str]| tree.check(arguments).stdout.matches('\x1b').count();
    assert_eq!((escapes(&[]), escapes(&["--color", "never"])), (0, 0));
    assert!(escapes(&["--color", "always"]) > 10);
    assert_eq!(escapes(&["--color", "always", "--format", "json"]), 0);
    tree.write("wrong.toml", "fail-on = 1");
    let complaint = |color| tree.run(&["--color", color, "check", "--policy", "wrong.toml"]).ends_with(2).stderr;
    assert!(complaint("always").contains('\x1b') && !complaint("auto").contains('\x1b'));
    let mut narrow = tree.keyreeve(&["check", "--color", "always"]);
    for columns in ["0", "1", "7", "100000000000", "-1", "x"] {
        let answer = crate::support::finish(narrow.env("COLUMNS", columns));
        assert_eq!(answer.code, 1, "COLUMNS={columns}: {}", answer.stderr);
    }
}

#[test]
fn standard_input_goes_by_the_name_it_is_given() {
    let tree = Tree::new();
    let check = |arguments: &[&str], input: &str| {
        let arguments = [&["check", "--as-of", AS_OF, "--format", "json"], arguments].concat();
        finish_with(&mut tree.keyreeve(&arguments), input.as_bytes())
    };
    let report = check(&["-"], &mint::weak()).ends_with(1).json();
    assert!(all(&report["findings"], "path").contains(&"stdin"), "{report}");
    let report = check(&["-", "--stdin-name", "deploy/a.pem"], &mint::weak()).ends_with(1).json();
    assert!(all(&report["findings"], "path").contains(&"deploy/a.pem"));
    let configuration = "server { listen 443 ssl; ssl_protocols TLSv1; }";
    let report = check(&["-", "--stdin-name", "nginx/nginx.conf"], configuration).json();
    assert_eq!(report["sources"]["facts"]["tls-endpoints"], 1, "{report}");
    assert_eq!(check(&["-"], "").ends_with(0).json()["sources"]["files"], 1);
}

#[test]
fn a_name_on_standard_input_is_in_the_scopes_of_the_policy() {
    let tree = Tree::with(&[("keyreeve.toml", "[[scopes]]\npaths = ['tests/**']\npurpose = 'fixture'\n")]);
    let facts = |name: &str| {
        let mut command = tree.keyreeve(&["facts", "-", "--stdin-name", name]);
        finish_with(&mut command, mint::good().as_bytes()).ends_with(0).json()
    };
    assert_eq!(facts("tests/a.pem")["certificates"][0]["fact"]["context"]["purpose"], "fixture");
    assert_eq!(facts("a.pem")["certificates"][0]["fact"]["context"]["purpose"], "unspecified");
}
