//! Tests that every promise of docs/trust.md names the tests that show it, and that these tests exist. Whether they
//! show it is left to the reader.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown::{quoted, root};

/// Heading of the table of promises.
const HEADING: &str = "| promise | shown by |";

/// The rows of the table: a promise, and its tests as `program::module::name`.
fn promises() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(root().join("docs/trust.md")).unwrap();
    let rows =
        page.split(HEADING).skip(1).flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with('|')));
    let cells = rows.map(|row| row.trim_matches('|').rsplit_once('|').unwrap());
    cells
        .map(|(promise, tests)| (promise.trim().to_owned(), quoted(tests).into_iter().map(str::to_owned).collect()))
        .collect()
}

/// The files that can hold a test. The first name says where it is: `lib` in host/src, a crate below host/crates in
/// that crate, and any other one in the test program of that name.
fn candidates(modules: &[&str]) -> Vec<PathBuf> {
    let host = root().join("host");
    let Some((first, inner)) = modules.split_first() else { return Vec::new() };
    let sources = host.join("crates").join(first).join("src");
    let folder = match *first {
        "lib" => host.join("src"),
        _ if sources.is_dir() => sources,
        program => host.join("tests").join(program),
    };
    let at = inner.iter().fold(folder, |path, name| path.join(name));
    vec![at.with_extension("rs"), at.join("mod.rs"), at.join("main.rs"), at.join("lib.rs"), at.join("tests.rs")]
}

fn is_test(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split("::").collect();
    let function = parts.pop().unwrap();
    let holds = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("fn {function}(")));
    candidates(&parts).iter().any(|path| holds(path))
}

#[test]
fn every_promise_names_tests_that_are_there() {
    let promises = promises();
    assert!(promises.len() > 20, "the tables of promises are not found: {promises:?}");
    for (promise, tests) in promises {
        assert!(!tests.is_empty(), "nothing shows it: {promise}");
        for test in tests {
            assert!(is_test(&test), "{promise}: there is no test {test}");
        }
    }
}
