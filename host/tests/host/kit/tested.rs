//! Tests of `keyreeve rule test`: which cases pass, which fail, and what is printed about them. Replayed facts are
//! tested in `replayed`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::kit::{built_in, rule};
use crate::support::{Answer, Tree, finish, make};

/// A file of a case of the rule key-size.
fn material(case: &str, name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases/key-size").join(case).join(name)).unwrap()
}

/// The rule key-size with a case that fails a small key and one that passes a large one.
fn author() -> Tree {
    let tree = Tree::new();
    built_in(&tree, "key-size");
    tree.write("cases/fail-small/server.pem", material("fail-rsa-1024", "server.pem"));
    tree.write("cases/fail-small/expected.json", material("fail-rsa-1024", "expected.json"));
    tree.write("cases/pass-large/key.pem", material("pass-rsa-3072", "key.pem"));
    tree.write("cases/pass-large/expected.json", "[]");
    tree
}

fn test(tree: &Tree, arguments: &[&str]) -> Answer {
    rule(tree, &[&["test", "."], arguments].concat())
}

fn expected(tree: &Tree, case: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(tree.path.join("cases").join(case).join("expected.json")).unwrap())
        .unwrap()
}

#[test]
fn a_rule_that_says_what_is_expected_passes() {
    let answer = test(&author(), &[]).ends_with(0);
    let lines: Vec<&str> = answer.stdout.lines().collect();
    let expected = [
        "key-size 0.1.0, ./key-size.wasm",
        "ok      fail-small",
        "ok      pass-large",
        "",
        "2 of 2 cases passed, 0 failed",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_differs_is_shown_line_by_line() {
    let tree = author();
    let mut other = expected(&tree, "fail-small");
    other[0]["line"] = json!(7);
    tree.write("cases/fail-small/expected.json", other.to_string());
    let answer = test(&tree, &[]).ends_with(1);
    let line = serde_json::from_slice::<Value>(&material("fail-rsa-1024", "expected.json")).unwrap()[0]["line"].clone();
    for text in [
        "FAILED  fail-small: the rule says something else than expected.json\n",
        "        -     \"line\": 7,\n",
        &format!("        +     \"line\": {line},\n"),
        "              \"path\": \"server.pem\",\n",
        "ok      pass-large\n",
        "1 of 2 cases passed, 1 failed\n",
    ] {
        assert!(answer.stdout.contains(text), "{text:?} is not in {}", answer.stdout);
    }
    assert!(!answer.stdout.contains('\u{1b}'), "there is no colour where no terminal is");
    let coloured = test(&tree, &["--color", "always"]).ends_with(1);
    assert!(coloured.stdout.contains("\u{1b}[31m-     \"line\": 7,\u{1b}[0m"), "{:?}", coloured.stdout);
}

#[test]
fn bless_writes_what_the_rule_says_and_nothing_else() {
    let tree = author();
    let right = expected(&tree, "fail-small");
    for wrong in ["[]", "not JSON", "{}"] {
        tree.write("cases/fail-small/expected.json", wrong);
        test(&tree, &[]).ends_with(1);
        test(&tree, &["--bless"]).ends_with(0).says("written fail-small\nok      pass-large\n").says("1 written");
        assert_eq!(expected(&tree, "fail-small"), right);
        test(&tree, &[]).ends_with(0).says("2 of 2 cases passed");
    }
    let text = fs::read(tree.path.join("cases/fail-small/expected.json")).unwrap();
    assert_eq!(text, material("fail-rsa-1024", "expected.json"), "it is written as it always was");
    assert_eq!(fs::read_to_string(tree.path.join("cases/pass-large/expected.json")).unwrap(), "[]", "left as it is");
    let names: Vec<_> =
        fs::read_dir(tree.path.join("cases/fail-small")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing half-written stays behind: {names:?}");
}

#[test]
fn a_verdict_that_does_not_fit_the_name_fails_and_is_not_blessed() {
    let tree = author();
    fs::rename(tree.path.join("cases/fail-small"), tree.path.join("cases/pass-small")).unwrap();
    fs::rename(tree.path.join("cases/pass-large"), tree.path.join("cases/undetermined-large")).unwrap();
    let before = expected(&tree, "undetermined-large");
    test(&tree, &["--bless"])
        .ends_with(1)
        .says("pass-small: it is named pass-…, and the rule says violation\n")
        .says("undetermined-large: it is named undetermined-…, and the rule says nothing\n");
    assert_eq!(expected(&tree, "undetermined-large"), before);
}

#[test]
fn what_is_no_case_fails() {
    let tree = author();
    tree.write("cases/weird/a", "");
    tree.write("cases/pass-/a", "");
    tree.write("cases/fail-nothing/expected.json", "[]");
    tree.write("cases/pass-nothing/nginx.conf", "events {}");
    tree.write("cases/pass-no-expectation/key.pem", material("pass-rsa-3072", "key.pem"));
    tree.write("cases/README.md", "not a folder, so no case");
    test(&tree, &[])
        .ends_with(1)
        .says("weird: its name is not pass-<why>, fail-<why> or undetermined-<why>\n")
        .says("FAILED  pass-: its name is not")
        .says("fail-nothing: nothing in it is examined by the rule")
        .says("pass-nothing: nothing in it is examined by the rule")
        .says("pass-no-expectation: it has no expected.json: --bless writes what the rule says")
        .says("2 of 7 cases passed, 5 failed\n");
}

#[test]
fn what_cannot_be_read_or_judged_fails_the_case() {
    let tree = author();
    tree.write("cases/pass-large/sub/key-inventory.yaml", "keys: [\n");
    test(&tree, &["--bless"])
        .ends_with(1)
        .says("pass-large: not all of it could be judged: sub/key-inventory.yaml:1: unclosed bracket");
    fs::remove_dir_all(tree.path.join("cases/pass-large/sub")).unwrap();
    std::os::unix::fs::symlink("key.pem", tree.path.join("cases/pass-large/link.pem")).unwrap();
    test(&tree, &[]).ends_with(1).says("link.pem cannot be read: it is a link: put the file itself into the case");
    fs::remove_file(tree.path.join("cases/pass-large/link.pem")).unwrap();
    fs::remove_file(tree.path.join("cases/pass-large/expected.json")).unwrap();
    finish(tree.command("mkfifo").arg("cases/pass-large/expected.json")).ends_with(0);
    test(&tree, &[]).ends_with(1).says("expected.json cannot be read or written: it is not a regular file");
}

#[test]
fn a_rule_that_fails_fails_its_cases_with_its_own_words() {
    let tree = Tree::new();
    tree.write("rule.wasm", make::rule("panic"));
    tree.write("cases/pass-large/key.pem", material("pass-rsa-3072", "key.pem"));
    let answer = test(&tree, &["--bless"]).ends_with(1);
    answer.says("pass-large: not all of it could be judged: it panicked: the list was not empty\n");
    assert!(!tree.path.join("cases/pass-large/expected.json").exists());
    tree.write("rule.wasm", make::rule("refuses-settings"));
    test(&tree, &[]).ends_with(1).says("it does not accept its settings: bits must be more than there are\n");
    tree.write("rule.wasm", make::bare("wrong-types"));
    test(&tree, &[]).ends_with(2).complains("its exports do not have the types of contract 1.1.0");
}

#[test]
fn a_case_has_a_policy_of_its_own() {
    let tree = author();
    tree.write("cases/fail-small/keyreeve.toml", "[rules.key-size]\nseverity = \"low\"\n");
    tree.write("cases/pass-large/keyreeve.toml", "[rules.key-size.settings]\nrsa-recommended = 4096\n");
    let answer = test(&tree, &[]).ends_with(1).says("+     \"severity\": \"low\",");
    answer.says("pass-large: it is named pass-…, and the rule says violation\n");
    for (policy, reason) in [
        ("[rules.key-size.settings]\nrsa-recomended = 1\n", "has no setting `rsa-recomended`"),
        ("[rules.key-size.settings]\nrsa-recommended = \"x\"\n", "`rsa-recommended` must be an integer"),
        ("[rules.key-size]\nenabled = false\n", "its keyreeve.toml switches the rule off"),
        ("[rules.unheard-of]\n", "there is no rule `unheard-of`"),
        ("nonsense", "keyreeve.toml"),
    ] {
        tree.write("cases/pass-large/keyreeve.toml", policy);
        test(&tree, &[]).ends_with(1).says("FAILED  pass-large: ").says(reason);
    }
    tree.write("keyreeve.toml", "nonsense");
    fs::remove_file(tree.path.join("cases/pass-large/keyreeve.toml")).unwrap();
    fs::remove_file(tree.path.join("cases/fail-small/keyreeve.toml")).unwrap();
    test(&tree, &[]).ends_with(0);
}

#[test]
fn a_rule_of_ones_own_has_its_settings_in_a_case_without_being_pinned_there() {
    let tree = Tree::new();
    tree.write("rule.wasm", make::rule("escapes"));
    tree.write("cases/fail-always/key.pem", material("pass-rsa-3072", "key.pem"));
    tree.write("cases/fail-always/keyreeve.toml", "[rules.escapes]\nseverity = \"critical\"\n");
    test(&tree, &["--bless"]).ends_with(0);
    assert_eq!(expected(&tree, "fail-always")[0]["severity"], "critical");
    let pinned = format!("path = \"other.wasm\"\nsha256 = \"{}\"\n", "0".repeat(64));
    tree.write("cases/fail-always/keyreeve.toml", format!("[rules.escapes]\nseverity = \"critical\"\n{pinned}"));
    test(&tree, &[]).ends_with(0).says("ok      fail-always");
}

#[test]
fn what_a_rule_says_controls_no_terminal() {
    let tree = Tree::new();
    tree.write("rule.wasm", make::rule("escapes"));
    tree.write("cases/fail-always/key.pem", material("pass-rsa-3072", "key.pem"));
    tree.write("cases/fail-always/expected.json", "[]");
    let shown = test(&tree, &[]).ends_with(1).stdout;
    assert!(shown.contains("owned") && !shown.contains(['\u{1b}', '\r', '\u{7}']), "{shown:?}");
    test(&tree, &["--bless"]).ends_with(0);
    let written = fs::read_to_string(tree.path.join("cases/fail-always/expected.json")).unwrap();
    assert!(!written.contains('\u{1b}'), "{written:?}");
    test(&tree, &[]).ends_with(0);
}

#[test]
fn the_date_is_that_of_the_run_else_of_the_case_else_of_all_cases() {
    let tree = Tree::new();
    built_in(&tree, "rotation-age");
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases/rotation-age/fail-ninety-one-days-old");
    for entry in fs::read_dir(case).unwrap().map(Result::unwrap) {
        let name = format!("cases/fail-old/{}", entry.file_name().to_str().unwrap());
        tree.write(&name, fs::read(entry.path()).unwrap());
    }
    // The case is as of the first date; on the second the certificate is younger.
    let (old, young) = ("2026-11-23", "2026-11-01");
    let fails = |arguments: &[&str]| test(&tree, arguments).code;
    tree.write("cases/as-of", old);
    assert_eq!(fails(&[]), 0);
    tree.write("cases/as-of", format!("{young}\n"));
    assert_eq!(fails(&[]), 1);
    assert_eq!(fails(&["--as-of", old]), 0);
    tree.write("cases/fail-old/as-of", format!("{old}\n"));
    assert_eq!(fails(&[]), 0);
    assert_eq!(fails(&["--as-of", young]), 1);
    tree.write("cases/fail-old/as-of", "yesterday");
    test(&tree, &[]).ends_with(1).says("as-of holds \"yesterday\", and should hold one date such as 2026-11-23");
}

#[test]
fn a_file_that_git_ignores_is_part_of_a_case_all_the_same() {
    let tree = Tree::repository();
    let other = author();
    fs::copy(other.path.join("key-size.wasm"), tree.path.join("key-size.wasm")).unwrap();
    tree.write(".gitignore", "*.pem\n");
    tree.write("cases/fail-small/deep/er/server.pem", material("fail-rsa-1024", "server.pem"));
    test(&tree, &["--bless"]).ends_with(0);
    assert_eq!(expected(&tree, "fail-small")[0]["path"], "deep/er/server.pem");
}

#[test]
fn which_rule_and_which_cases_must_be_clear() {
    let tree = author();
    tree.write("other.wasm", "");
    test(&tree, &[]).ends_with(2).complains("./key-size.wasm, ./other.wasm? name it with --component");
    test(&tree, &["--component", "key-size.wasm"]).ends_with(0);
    test(&tree, &["--component", "missing.wasm"]).ends_with(2).complains("missing.wasm cannot be read");
    test(&tree, &["--component", "other.wasm"]).ends_with(2).complains("it is not WebAssembly");
    tree.write("other.wasm", b"\0asm\x01\0\0\0");
    test(&tree, &[]).ends_with(0);
    fs::remove_file(tree.path.join("other.wasm")).unwrap();
    fs::remove_file(tree.path.join("key-size.wasm")).unwrap();
    test(&tree, &[]).ends_with(2).complains("there is no .wasm file in .: build the rule");
    fs::remove_dir_all(tree.path.join("cases")).unwrap();
    test(&tree, &[]).ends_with(2).complains("there are no cases in ./cases: make folders");
    fs::create_dir(tree.path.join("cases")).unwrap();
    test(&tree, &[]).ends_with(2).complains("there are no cases in ./cases: make folders");
    rule(&tree, &["test"]).ends_with(2).complains("<DIR>");
}
