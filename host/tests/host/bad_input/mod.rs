//! Tests of input that should not exist: every run ends, reports what it did not read, and writes nothing. How formats
//! read malformed content in detail is shown by their own tests.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod contents;
mod files;

use serde_json::Value;

use crate::support::{AS_OF, Answer, Tree, listing, mint};

/// Runs `check` with these paths, perhaps behind `--rule key-size`, then `facts`, and asserts that neither wrote
/// anything, that both name the same problems, and that the report is JSON. What else is asserted is for the caller.
#[track_caller]
fn checked(tree: &Tree, arguments: &[&str]) -> (Answer, Value) {
    let before = (listing(&tree.path), listing(&tree.home));
    let human = tree.check(arguments);
    let report = tree.report(arguments);
    assert_eq!(report["exit_code"], human.code);
    let paths = arguments.strip_prefix(&["--rule", "key-size"]).unwrap_or(arguments);
    let paths = if paths.is_empty() { &["."] } else { paths };
    let facts = tree.run(&[&["facts"], paths].concat());
    let facts_problems = facts.json()["problems"].as_array().unwrap().len();
    assert_eq!(facts_problems, report["problems"].as_array().unwrap().len(), "{facts:?}\n{report}");
    assert_eq!(before, (listing(&tree.path), listing(&tree.home)), "something was written");
    (human, report)
}

/// The only problem of a report, as `path:line: message`.
#[track_caller]
fn only_problem(report: &Value) -> String {
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    written(&problems[0])
}

fn written(problem: &Value) -> String {
    let line = problem["line"].as_u64().map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {}", problem["path"].as_str().unwrap(), problem["message"].as_str().unwrap())
}

#[test]
fn a_check_writes_nothing_even_where_it_finds_everything() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("b.pem", &mint::broken())]);
    checked(&tree, &[]).0.ends_with(1);
    let repository = Tree::repository();
    repository.write("a.pem", mint::weak());
    repository.commit();
    repository.write("a.pem", mint::weak_too());
    let before = (listing(&repository.path), listing(&repository.home));
    for arguments in [&["--staged"][..], &["--new-since", "HEAD"], &[]] {
        repository.run(&[&["check", "--as-of", AS_OF, "--format", "sarif"], arguments].concat());
    }
    assert_eq!(before, (listing(&repository.path), listing(&repository.home)), "not even the index is refreshed");
}
