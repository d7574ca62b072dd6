//! Tests that rules in different languages with the same meaning give the same answers, and that none of them imports
//! anything. How they are built is tested elsewhere.

use std::fs;
use std::path::Path;

use keyreeve::rules::component::Names;
use keyreeve::template::Language;
use keyreeve_source::digest::{hex, sha256};
use serde_json::Value;

use super::workshop::{ID, built, said, shell};

/// Servers with names of ours and with others, with none, and one whose names stand in a file that is not there; a
/// client.
const SERVERS: &str = "\
http {
    server { listen 443 ssl; server_name www.example.org a.example.net b.example.org.example.com; ssl_protocols TLSv1.3; }
    server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; }
    server { listen 8443 ssl; server_name \u{e9}t\u{e9}.example.net; }
    server { listen 9443 ssl; server_name $host; }
    server { listen 80; server_name plain.example.org; location / { proxy_pass https://back.example.net; } }
}
";

/// The settings, and what must then be among the answers.
const SETTINGS: [(&str, &str); 4] = [
    ("", "the name a.example.net ends in none of the allowed suffixes"),
    ("suffixes = ['.example.org', '.example.net']", "the name b.example.org.example.com ends in none of"),
    ("suffixes = []", "the setting suffixes must have at least one suffix"),
    ("suffixes = ['\u{e9}t\u{e9}.example.net']", "the name www.example.org ends in none of the allowed suffixes"),
];

pub(crate) fn imports_nothing_but_the_contract(rule: &Path) {
    let component = fs::read(rule.join("our-names.wasm")).unwrap();
    let imports = Names::of(&component).imports;
    assert!(imports.iter().all(|import| import.starts_with("keyreeve:policy/")), "{imports:?}");
}

pub(crate) fn passes_its_own_cases(rule: &Path) {
    let output = shell("keyreeve rule test .", rule);
    assert!(output.status.success() && said(&output).contains("3"), "{}", said(&output));
    // A case that is wrong is noticed.
    let case = rule.join("cases/pass-a-name-of-ours/nginx.conf");
    let right = fs::read_to_string(&case).unwrap();
    fs::write(&case, right.replace("example.org", "example.net")).unwrap();
    let output = shell("keyreeve rule test .", rule);
    fs::write(&case, right).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn all_languages_judge_alike() {
    for (settings, among) in SETTINGS {
        let answers: Vec<(Language, Value)> = Language::ALL
            .into_iter()
            .filter_map(|language| Some((language, judged(built(language)?, &format!("settings = {{ {settings} }}")))))
            .collect();
        for (language, answer) in &answers {
            assert!(answer.to_string().contains(among), "{language:?} with {settings:?}: {answer:#}");
            assert_eq!(answer, &answers[0].1, "{language:?} beside {:?}, with {settings:?}", answers[0].0);
        }
    }
}

/// All findings and problems of a scan of [`SERVERS`] by this rule alone.
fn judged(rule: &Path, settings: &str) -> Value {
    let output = check(rule, settings, "--format json");
    let mut report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    let parts = ["findings", "problems"].map(|part| report[part].take());
    assert!(parts.iter().all(Value::is_array), "{}", said(&output));
    Value::from_iter(parts)
}

/// Checks [`SERVERS`] with this rule alone.
pub(crate) fn check(rule: &Path, settings: &str, options: &str) -> std::process::Output {
    let (tree, component) = (tempfile::tempdir().unwrap(), fs::read(rule.join("our-names.wasm")).unwrap());
    fs::write(tree.path().join("nginx.conf"), SERVERS).unwrap();
    fs::write(tree.path().join("rule.wasm"), &component).unwrap();
    let sha256 = hex(&sha256(&component));
    let policy = format!("[rules.{ID}]\npath = \"rule.wasm\"\nsha256 = \"{sha256}\"\n{settings}\n");
    fs::write(tree.path().join("keyreeve.toml"), policy).unwrap();
    shell(&format!("keyreeve check --as-of 2026-11-23 --rule {ID} {options} ."), tree.path())
}
