//! `--write-baseline`, `--baseline` and `--new-since`: what is known lets a run pass, and nothing else does.

use crate::support::{Tree, findings_of, mint};

#[test]
fn what_is_written_down_is_known_and_no_longer_fails() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("b.pem", &mint::sealed())]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(0).says("known, unapproved (").says("exit 0");
    tree.check(&[]).ends_with(1);
    let answer = tree.check(&["--baseline", "known.json"]).ends_with(0).says("known, unapproved (");
    assert!(answer.stdout.contains("violated: 1 violation"), "the statement stays violated: {}", answer.stdout);
    let report = tree.report(&["--baseline", "known.json"]);
    assert_eq!(report["baseline"]["path"], "known.json");
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["status"] == "known"));
}

#[test]
fn a_copy_beyond_the_number_written_down_fails() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    tree.write("a.pem", mint::weak() + &mint::weak());
    tree.check(&["--baseline", "known.json"]).ends_with(1);
    let report = tree.report(&["--baseline", "known.json"]);
    let copies = findings_of(&report, "key-size");
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0]["fingerprint"], copies[1]["fingerprint"]);
    assert_ne!(copies[0]["status"], copies[1]["status"]);
    std::fs::rename(tree.path.join("a.pem"), tree.path.join("b.pem")).unwrap();
    tree.write("a.pem", mint::weak());
    tree.check(&["--baseline", "known.json"]).ends_with(1).says("--> b.pem:1:1");
}

#[test]
fn an_entry_that_matches_nothing_is_told() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    tree.write("a.pem", mint::good());
    let heading = "entries of the baseline that match nothing (";
    tree.check(&["--baseline", "known.json"]).ends_with(0).says(heading).says("  a.pem: key-size v1:");
    let report = tree.report(&["--baseline", "known.json"]);
    assert_eq!(report["baseline"]["stale"][0]["rule"], "key-size");
    tree.write("c.pem", mint::good());
    let part = tree.check(&["--baseline", "known.json", "c.pem"]).ends_with(0);
    assert!(!part.stdout.contains(heading), "of a part of the tree nobody can tell");
}

#[test]
fn a_baseline_lets_no_problem_pass() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("b.pem", &mint::broken())]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(3).says("exit 3");
    tree.check(&["--baseline", "known.json"]).ends_with(3);
}

#[test]
fn what_an_exception_covers_is_not_written_down() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    let rest = "reason = 'r'\napproved-by = 'b'\nalternative = 'a'\n";
    let accepted = format!("[[exceptions]]\nkind = 'accepted'\nrule = 'key-size'\npath = '**'\n{rest}");
    tree.write("keyreeve.toml", format!("{accepted}expires = 2026-12-31\n"));
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    tree.write("keyreeve.toml", format!("{accepted}expires = 2026-09-30\n"));
    tree.check(&["--baseline", "known.json"]).ends_with(1).says("has expired");
}

#[test]
fn a_wrong_baseline_is_2_and_names_the_line() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("empty.json", ""), ("other.json", "{\n\"schema\": \"x\"}")]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    let text = std::fs::read_to_string(tree.path.join("known.json")).unwrap();
    tree.write("edited.json", text.replacen("v1:", "v2:", 1));
    std::os::unix::fs::symlink("/dev/zero", tree.path.join("endless.json")).unwrap();
    std::fs::File::create(tree.path.join("large.json")).unwrap().set_len((64 << 20) + 1).unwrap();
    for (file, complaint) in [
        ("endless.json", "the baseline endless.json cannot be read"),
        ("endless.json", "it is not a regular file"),
        ("large.json", "large.json:1: the baseline is larger than 64 MiB"),
        ("empty.json", "empty.json:1:"),
        ("other.json", "other.json:2: "),
        ("edited.json", "edited.json:4: a fingerprint is v1: and 32 hexadecimal digits"),
        (".", "the baseline . cannot be read"),
    ] {
        tree.check(&["--baseline", file]).ends_with(2).complains(complaint);
    }
}

#[test]
fn only_what_is_new_since_a_revision_fails() {
    let tree = Tree::repository();
    tree.write("a.pem", mint::weak());
    tree.commit();
    tree.check(&["--new-since", "HEAD"]).ends_with(0).says("known, unapproved (").says("with --new-since HEAD");
    tree.write("b.pem", mint::weak_too());
    tree.check(&["--new-since", "HEAD"]).ends_with(1).says("--> b.pem:1:1");
    tree.write("b.pem", mint::good());
    tree.write("a.pem", mint::weak() + &mint::weak());
    tree.check(&["--new-since", "HEAD"]).ends_with(1).says("--> a.pem:");
    tree.write("a.pem", format!("moved down\n{}", mint::weak()));
    tree.check(&["--new-since", "main"]).ends_with(0);
}

#[test]
fn a_revision_that_there_is_not_is_2_and_says_what_to_do() {
    let tree = Tree::repository();
    tree.write("a.pem", mint::weak());
    tree.commit();
    let complaint = "git knows no revision origin/main here; if it is on a remote, git fetch brings it";
    tree.check(&["--new-since", "origin/main"]).ends_with(2).complains(complaint);
    tree.check(&["--new-since=--output=/tmp/x"]).ends_with(2).complains("git knows no revision --output=/tmp/x");
}
