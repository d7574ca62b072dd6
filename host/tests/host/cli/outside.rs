//! Tests of files outside of the tree, and of what is not a file: whoever writes to a tree learns nothing about them
//! from another user's run. The files of a scan are not tested here.

use std::os::unix::fs::symlink;

use crate::support::{Answer, Tree};

/// What only the user can read, and what it has in it.
const SECRET: &str = "root:$6$Pj3x:20000:0\n";

/// A repository with this policy, and beside it a file that is the user's.
fn tree(policy: &str) -> Tree {
    let tree = Tree::with(&[("repository/keyreeve.toml", policy), ("secret", SECRET), ("repository/a.txt", "nothing")]);
    let repository = tree.path.join("repository");
    let init = tree.command("git").args(["init", "-q"]).current_dir(&repository).status();
    assert!(init.unwrap().success());
    tree
}

fn check(tree: &Tree, arguments: &[&str]) -> Answer {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    crate::support::finish(tree.keyreeve(&arguments).current_dir(tree.path.join("repository")))
}

/// The policy of a rule in this file.
fn rule(path: &str) -> String {
    format!("[rules.a-rule]\npath = {path:?}\nsha256 = \"{}\"\n", "00".repeat(32))
}

#[track_caller]
fn tells_nothing(answer: &Answer) {
    let said = [answer.stdout.as_str(), &answer.stderr].concat();
    let sha256 = keyreeve_source::digest::hex(&keyreeve_source::digest::sha256(SECRET.as_bytes()));
    for part in [&sha256[..12], "$6$Pj3x", "root:", "20000"] {
        assert!(!said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_policy_that_was_found_names_rules_in_its_own_folder_only() {
    let other = tree("");
    let outside = other.path.join("secret");
    for path in ["../secret", "rules/../../secret", outside.to_str().unwrap(), "/etc/passwd", "/proc/self/environ"] {
        let answer = check(&tree(&rule(path)), &[]).ends_with(3).says("it lies elsewhere");
        tells_nothing(&answer);
    }
}

#[test]
fn a_rule_is_reached_by_no_link() {
    for (link, to, path) in [("rule.wasm", "../secret", "rule.wasm"), ("rules", "..", "rules/secret")] {
        let tree = tree(&rule(path));
        symlink(to, tree.path.join("repository").join(link)).unwrap();
        let answer = check(&tree, &[]).ends_with(3).says("it is a link, or behind one");
        tells_nothing(&answer);
    }
}

#[test]
fn a_policy_that_was_named_names_what_its_owner_says_and_no_digest_of_what_is_no_rule() {
    let tree = tree(&rule("../secret"));
    let answer = check(&tree, &["--policy", "keyreeve.toml"]).ends_with(3).says("and no WebAssembly at all");
    tells_nothing(&answer);
    tree.write("secret", b"\0asm but not what was approved");
    check(&tree, &["--policy", "keyreeve.toml"]).ends_with(3).says("has the SHA-256 ");
}

#[test]
fn a_policy_or_lock_file_that_was_found_does_not_lead_out_of_the_repository() {
    for name in ["keyreeve.toml", "keyreeve.lock"] {
        let tree = tree("");
        let file = tree.path.join("repository").join(name);
        drop(std::fs::remove_file(&file));
        symlink("../secret", &file).unwrap();
        let answer = check(&tree, &[]).ends_with(2).complains("is a link that leads out of ");
        tells_nothing(&answer);
    }
    // Within the repository a link is as good as a copy.
    let tree = tree("");
    std::fs::remove_file(tree.path.join("repository/keyreeve.toml")).unwrap();
    tree.write("repository/policies/all.toml", "");
    symlink("policies/all.toml", tree.path.join("repository/keyreeve.toml")).unwrap();
    check(&tree, &[]).ends_with(0);
}

#[test]
fn what_is_named_and_no_regular_file_is_refused_without_waiting() {
    let tree = tree("");
    let pipe = tree.path.join("repository/pipe");
    assert!(tree.command("mkfifo").arg(&pipe).status().unwrap().success());
    for option in ["--baseline", "--password-file", "--blocklist"] {
        check(&tree, &[option, "pipe"]).ends_with(2).complains("not a regular file");
        check(&tree, &[option, "/dev/zero"]).ends_with(2).complains("not a regular file");
    }
}
