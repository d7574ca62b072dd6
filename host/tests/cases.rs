//! Every folder testdata/cases/<rule>/<pass|fail|undetermined>-<why>/ is a test: real files, and beside them in
//! `expected.json` what the rule must say. BLESS=1 rewrites expectations; what is blessed is read before it is committed.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// The date that cases are judged at.
const AS_OF: &str = "2026-11-23";
const EXPECTED: &str = "expected.json";

#[test]
fn every_case_is_judged_as_its_name_says() {
    let mut failures = Vec::new();
    let mut kinds: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for rule in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases")) {
        let id = rule.file_name().unwrap().to_str().unwrap().to_owned();
        for case in folders(&rule) {
            let kind = kind(&case);
            *kinds.entry(id.clone()).or_default().entry(kind).or_default() += 1;
            if let Err(failure) = judge(&id, kind, &case) {
                failures.push(format!("{}:\n{failure}", case.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    for (rule, kinds) in &kinds {
        for kind in ["pass", "fail"] {
            assert!(kinds.get(kind).is_some_and(|&cases| cases >= 3), "{rule} has fewer than three cases that {kind}");
        }
    }
    let rules: Vec<&str> = keyreeve::rules::built_in::BUILT_IN.iter().map(|rule| rule.id).collect();
    assert_eq!(kinds.keys().collect::<Vec<_>>(), rules, "every built-in rule has cases, and only they have");
}

/// Compares what the rule says of a case with what is expected, and both with the name of the case.
fn judge(rule: &str, kind: &str, case: &Path) -> Result<(), String> {
    let said = said(rule, case)?;
    let verdicts: Vec<&str> = said.iter().map(|finding| finding["verdict"].as_str().unwrap()).collect();
    let named = match kind {
        "pass" => verdicts.is_empty(),
        "fail" => verdicts.contains(&"violation"),
        _ => verdicts.contains(&"undetermined") && !verdicts.contains(&"violation"),
    };
    let text = serde_json::to_string_pretty(&said).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(case.join(EXPECTED), &text).unwrap();
    }
    let expected = std::fs::read_to_string(case.join(EXPECTED)).map_err(|error| format!("{EXPECTED}: {error}"))?;
    let expected: Value = serde_json::from_str(&expected).map_err(|error| format!("{EXPECTED}: {error}"))?;
    if expected != Value::Array(said) {
        return Err(format!("expected {expected:#}\nbut the rule says {text}"));
    }
    if named { Ok(()) } else { Err(format!("it is named {kind}, and the rule says {text}")) }
}

fn said(rule: &str, case: &Path) -> Result<Vec<Value>, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_keyreeve"))
        .args(["check", "--format", "json", "--as-of", AS_OF, "--rule", rule])
        .args(case.join("keyreeve.toml").exists().then_some(["--policy", "keyreeve.toml"]).into_iter().flatten())
        .arg(".")
        .current_dir(case)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("no report ({error}): {}", String::from_utf8_lossy(&output.stderr)))?;
    let problems = report["problems"].as_array().unwrap();
    if !problems.is_empty() {
        return Err(format!("problems: {problems:#?}"));
    }
    // Paths are relative to the policy's folder, else to the root of a repository around the case.
    let folder = format!("/{}/", case.file_name().unwrap().to_str().unwrap());
    let finding = |finding: &Value| {
        let path = finding["path"].as_str().unwrap();
        let violation = finding["verdict"] == "violation";
        json!({
            "verdict": finding["verdict"],
            "severity": if violation { finding["severity"].clone() } else { Value::Null },
            "path": path.rsplit_once(&folder).map_or(path, |(_, path)| path),
            "line": finding["line"],
            "message": finding["message"],
        })
    };
    Ok(report["findings"].as_array().unwrap().iter().map(finding).collect())
}

fn kind(case: &Path) -> &'static str {
    let name = case.file_name().unwrap().to_str().unwrap();
    let kinds = ["pass", "fail", "undetermined"];
    let kind = kinds.into_iter().find(|kind| name.strip_prefix(kind).is_some_and(|why| why.starts_with('-')));
    kind.unwrap_or_else(|| panic!("{name} is neither pass-, fail- nor undetermined-<why>"))
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
