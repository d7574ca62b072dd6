//! The program with every hostile rule in its policy at once: it says of each what became of it, and the built-in rules
//! say what they say without them. Not the library.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;

use crate::hostile::sandbox::{compiler, digest, hex, names};
use crate::support::make;

/// Not wrong, so they run: the one that is quiet, and the one whose message is the matter.
const RUN: [&str; 2] = ["escapes", "quiet"];

/// Takes its whole time, which the library's tests shorten.
const SLOW: &str = "transcoding";

pub(crate) struct Tree {
    pub(crate) folder: TempDir,
    pub(crate) caches: TempDir,
}

impl Tree {
    /// A public key that is too small, and a policy with these rules.
    pub(crate) fn new(rules: &[String]) -> Self {
        let tree = Self { folder: TempDir::new().unwrap(), caches: TempDir::new().unwrap() };
        let folder = tree.folder.path();
        let key = Command::new("openssl").args(["genrsa", "-out", "key.pem", "1024"]).current_dir(folder).output();
        assert!(key.unwrap().status.success());
        let public = ["rsa", "-in", "key.pem", "-pubout", "-out", "small.pub.pem"];
        assert!(Command::new("openssl").args(public).current_dir(folder).output().unwrap().status.success());
        fs::remove_file(folder.join("key.pem")).unwrap();
        let mut policy = String::new();
        for name in rules {
            let component = component(name);
            fs::write(folder.join(name).with_extension("wasm"), &component).unwrap();
            let sha256 = hex(&digest(&component));
            writeln!(policy, "[rules.{name}]\npath = \"{name}.wasm\"\nsha256 = \"{sha256}\"").unwrap();
        }
        fs::write(folder.join("keyreeve.toml"), policy).unwrap();
        tree
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(compiler());
        command.args(["check", "--as-of", "2026-11-23"]).args(arguments).current_dir(self.folder.path());
        self.at_home(&mut command).output().unwrap()
    }

    /// With the folders for caches and state of this tree's user.
    pub(crate) fn at_home<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let home = |name| self.caches.path().join(name);
        command.env("XDG_CACHE_HOME", home("caches")).env("XDG_STATE_HOME", home("state"))
    }

    fn json(&self, exit: i32, arguments: &[&str]) -> Value {
        let output = self.check(&[&["--format", "json"], arguments].concat());
        assert_eq!(output.status.code(), Some(exit), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn cached(&self) -> BTreeMap<String, SystemTime> {
        let entries =
            fs::read_dir(self.caches.path().join("caches/keyreeve/rules")).unwrap().map(|entry| entry.unwrap());
        let entry = |entry: fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().modified().unwrap())
        };
        entries.map(entry).collect()
    }
}

fn component(name: &str) -> Vec<u8> {
    if make::text(name).contains("(;") { make::rule(name) } else { make::bare(name) }
}

fn hostile() -> Vec<String> {
    names().into_iter().filter(|name| name != SLOW).collect()
}

/// The findings of a rule, or of all but the hostile ones.
fn findings(report: &Value, keep: impl Fn(&str) -> bool) -> Vec<&Value> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| keep(finding["rule"].as_str().unwrap())).collect()
}

#[test]
fn every_hostile_rule_is_a_problem_and_the_built_in_rules_are_not_disturbed() {
    let rules = hostile();
    let tree = Tree::new(&rules);
    let report = tree.json(1, &[]);
    let alone = Tree::new(&[]);
    fs::copy(tree.folder.path().join("small.pub.pem"), alone.folder.path().join("small.pub.pem")).unwrap();
    let alone = alone.json(1, &[]);
    let built_in = |rule: &str| !rules.iter().any(|name| name == rule);
    assert_eq!(findings(&report, built_in), findings(&alone, built_in));
    assert!(!findings(&report, |rule| rule == "key-size").is_empty());

    let problems = report["problems"].as_array().unwrap();
    for name in &rules {
        let about: Vec<&Value> = problems.iter().filter(|problem| problem["rule"] == **name).collect();
        let state = &report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == **name).unwrap()["state"];
        if RUN.contains(&name.as_str()) {
            assert_eq!((about.len(), state), (0, &Value::from("ran")), "{name}");
        } else {
            assert_eq!((about.len(), state), (1, &Value::from("failed")), "{name}");
            assert!(about[0]["message"].as_str().unwrap().len() > 15, "{name}: {}", about[0]);
        }
    }

    let cached = tree.cached();
    assert!(cached.len() > 20, "{} rules got as far as to be compiled", cached.len());
    assert_eq!(tree.json(1, &[])["problems"], report["problems"]);
    assert_eq!(tree.cached(), cached, "the second run compiled nothing");
}

#[test]
fn a_run_that_only_a_hostile_rule_was_to_do_is_incomplete() {
    let tree = Tree::new(&["trap".to_owned(), "quiet".to_owned()]);
    assert_eq!(tree.json(3, &["--rule", "trap"])["problems"].as_array().unwrap().len(), 1);
    assert_eq!(tree.json(0, &["--rule", "quiet"])["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn what_a_rule_says_controls_neither_a_terminal_nor_a_workflow() {
    let tree = Tree::new(&["escapes".to_owned()]);
    for format in ["human", "github", "json", "sarif", "gitlab"] {
        let output = tree.check(&["--rule", "escapes", "--format", format, "--color", "never", "--fail-on", "low"]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("owned"), "{format}: {text}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\r']), "{format}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("::") && line.ends_with("owned")), "{format}: {text}");
        assert!(!text.contains("\n::set-output"), "{format}: {text}");
    }
}

#[test]
fn a_cache_that_is_not_ours_is_said_to_be_unused() {
    let tree = Tree::new(&["quiet".to_owned()]);
    let folder = tree.caches.path().join("caches/keyreeve");
    fs::create_dir(folder.parent().unwrap()).unwrap();
    fs::write(&folder, "").unwrap();
    let output = tree.check(&["--rule", "quiet"]);
    assert_eq!(output.status.code(), Some(0));
    let warning = String::from_utf8(output.stderr).unwrap();
    assert!(warning.starts_with("warning: compiled rules are not kept: "), "{warning}");
    assert!(folder.is_file());
}

#[test]
fn the_id_of_a_built_in_rule_is_taken() {
    let tree = Tree::new(&["taken-id".to_owned()]);
    let policy = tree.folder.path().join("keyreeve.toml");
    let text = fs::read_to_string(&policy).unwrap().replace("[rules.taken-id]", "[rules.key-size]");
    fs::write(&policy, text).unwrap();
    let output = tree.check(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("key-size"));
}

#[test]
fn the_cache_is_shown_and_cleared() {
    let tree = Tree::new(&["quiet".to_owned()]);
    let cache = |arguments: &[&str]| {
        let mut command = Command::new(compiler());
        let output = tree.at_home(command.arg("cache").args(arguments).current_dir(&tree.folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert!(cache(&[]).contains("keyreeve/rules: 0 entries, 0 KiB"), "{}", cache(&[]));
    tree.json(1, &[]);
    let shown = cache(&["show"]);
    let sha256 = hex(&digest(&component("quiet")));
    assert!(shown.contains(": 1 entries, ") && shown.contains(&format!("\n{}  ", &sha256[..12])), "{shown}");
    assert!(cache(&["clear"]).contains("removed 1 entries of "));
    assert!(cache(&[]).contains("keyreeve/rules: 0 entries, 0 KiB"));
    tree.json(1, &[]);
    assert!(cache(&[]).contains(": 1 entries, "));
}
