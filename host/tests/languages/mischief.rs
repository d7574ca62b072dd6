//! Tests of what authors are told when their rule fails, or needs what no rule has: a clock, a console, files, modules
//! to import later. That it does no harm is shown by the hostile tests.

use std::fs;
use std::path::Path;

use keyreeve::template::Language;

use super::alike::check;
use super::workshop::{changed, said};

/// The host's sentence for what the libraries of languages do where they find nothing.
const GAVE_UP: &str = "it gave up without a message";

const JAVASCRIPT: &str = r#"
const mischief = {
  throws() { throw new Error("the names have gone"); },
  mistakes() { return nothing.here; },
  logs() { console.log("x"); },
  waits() { setTimeout(() => {}, 1); },
  fetches() { fetch("https://example.org"); },
  clocks() { return Date.now(); },
  dates() { return new Date().toISOString(); },
  loops() { for (;;); },
};
"#;

const PYTHON: &str = r#"

def mischief(mode: str) -> None:
    if mode == "raises":
        raise ValueError("the names have gone")
    if mode == "recurs":
        mischief(mode)
    if mode == "environs":
        import os
        os.environ["HOME"]
    if mode == "prints":
        print("x")
    if mode == "clocks":
        import time
        time.time()
    if mode == "opens":
        open("/etc/passwd")
    if mode == "imports":
        import decimal
    if mode == "loops":
        while True:
            pass
"#;

/// The setting tells the rule what to do.
fn told(rule: &Path, mode: &str) -> String {
    let output = check(rule, &format!("settings = {{ suffixes = ['{mode}'] }}"), "--quiet");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    said(&output)
}

#[track_caller]
fn is_told(rule: &Path, mode: &str, parts: &[&str]) {
    let told = told(rule, mode);
    assert!(parts.iter().all(|part| told.contains(part)), "{mode}: {parts:?} in {told}");
}

/// Where a text stands in a file of the rule, as `file:line`.
fn place(rule: &Path, file: &str, text: &str) -> String {
    let lines = fs::read_to_string(rule.join(file)).unwrap();
    format!("{file}:{}", 1 + lines.lines().position(|line| line.contains(text)).unwrap())
}

#[test]
fn a_panic_in_rust_is_told_with_its_place() {
    let change = [
        "        if endpoint.side != Side::Server {",
        "        if endpoint.side == Side::Server {\n            panic!(\"the names have gone\");\n        }\n        if endpoint.side != Side::Server {",
    ];
    let Some(rule) = changed(Language::Rust, "src/lib.rs", change, "") else { return };
    is_told(&rule, "x", &["the names have gone", &place(&rule, "src/lib.rs", "panic!(\"the")]);
}

#[test]
fn a_panic_in_c_is_told_with_its_place() {
    let change = [
        "  size_t count = 0;\n  if (endpoint->side",
        "  size_t count = 0;\n  if (!endpoint->names.len) PANIC(\"the names have gone\");\n  if (endpoint->side",
    ];
    let Some(rule) = changed(Language::C, "rule.c", change, "") else { return };
    is_told(&rule, "x", &["the names have gone", &place(&rule, "rule.c", "PANIC(\"the names")]);
}

#[test]
fn what_goes_wrong_in_javascript_is_told_with_its_place() {
    let change = [
        "  if (endpoint.side !== \"server\") {",
        "  mischief[suffixes[0]]?.();\n  if (endpoint.side !== \"server\") {",
    ];
    let Some(rule) = changed(Language::Javascript, "rule.js", change, JAVASCRIPT) else { return };
    is_told(
        &rule,
        "throws",
        &["it cannot judge: Error: the names have gone at throws (", &place(&rule, "rule.js", "throw new Error")],
    );
    is_told(&rule, "mistakes", &["it cannot judge: ReferenceError: nothing is not defined at mistakes ("]);
    is_told(&rule, "logs", &["ReferenceError: console is not defined at logs ("]);
    is_told(&rule, "waits", &["ReferenceError: setTimeout is not defined at waits ("]);
    is_told(&rule, "fetches", &["ReferenceError: fetch is not defined at fetches ("]);
    is_told(&rule, "clocks", &[GAVE_UP, "a clock"]);
    is_told(&rule, "dates", &[GAVE_UP]);
    is_told(&rule, "loops", &["it used up its fuel"]);
}

#[test]
fn what_goes_wrong_in_python_is_told_with_its_place() {
    let change =
        ["    if endpoint.side != Side.SERVER:", "    mischief(suffixes[0])\n    if endpoint.side != Side.SERVER:"];
    let Some(rule) = changed(Language::Python, "app.py", change, PYTHON) else { return };
    is_told(
        &rule,
        "raises",
        &["it cannot judge: ValueError: the names have gone (", &place(&rule, "app.py", "raise ValueError")],
    );
    is_told(&rule, "recurs", &["it cannot judge: RecursionError: maximum recursion depth exceeded"]);
    is_told(&rule, "environs", &["it cannot judge: KeyError: 'HOME'"]);
    is_told(&rule, "prints", &[GAVE_UP, "a console"]);
    is_told(&rule, "clocks", &[GAVE_UP, "a clock"]);
    is_told(&rule, "opens", &[GAVE_UP, "files"]);
    is_told(&rule, "imports", &[GAVE_UP, "modules that are imported late"]);
    is_told(&rule, "loops", &["it used up its fuel"]);
}
