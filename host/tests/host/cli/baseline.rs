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
fn a_problem_that_is_written_down_is_known_wherever_its_lines_move() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("b.pem", &mint::broken())]);
    tree.check(&[]).ends_with(1).says("b.pem:3:31: problem[parse]");
    tree.check(&["--write-baseline", "known.json"]).ends_with(0).says("1 known problem; exit 0");
    let known = &["--baseline", "known.json"];
    tree.check(known).ends_with(0).says("b.pem:3:31: problem[parse]").says("; known, unapproved");
    tree.write("b.pem", format!("moved down\n{}", mint::broken()));
    tree.check(known).ends_with(0).says("b.pem:4:31: problem[parse]");
    let problem = &tree.report(known)["problems"][0];
    assert_eq!((&problem["status"], &problem["fails"]), (&"known".into(), &false.into()));
    let fingerprint = problem["fingerprint"].as_str().unwrap();
    let text = std::fs::read_to_string(tree.path.join("known.json")).unwrap();
    let line = text.lines().find(|line| line.contains(fingerprint)).unwrap();
    assert!(line.contains("\"path\":\"b.pem\",\"rule\":\"problem\""), "{line}");
    let sarif = tree.check(&["--baseline", "known.json", "--format", "sarif"]).ends_with(0).json();
    let invocation = &sarif["runs"][0]["invocations"][0];
    let note = &invocation["toolExecutionNotifications"][0];
    assert_eq!((&invocation["executionSuccessful"], &note["level"]), (&true.into(), &"note".into()));
    assert_eq!(
        (&note["properties"]["fingerprint"], &note["properties"]["status"]),
        (&fingerprint.into(), &"known".into())
    );
}

#[test]
fn a_problem_that_is_not_written_down_fails() {
    let tree = Tree::with(&[("b.pem", &mint::broken())]);
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    let known = &["--baseline", "known.json"];
    tree.write("b.pem", mint::broken() + &mint::broken());
    tree.check(known).ends_with(3).says("1 problem, 1 known problem; exit 3");
    tree.write("b.pem", mint::broken());
    tree.write("copy.pem", mint::broken());
    tree.check(known).ends_with(3);
    std::fs::remove_file(tree.path.join("copy.pem")).unwrap();
    let key = mint::broken();
    let line = key.lines().nth(2).unwrap();
    let changed = key.replace(line, &format!("{}{}", if line.starts_with('A') { 'B' } else { 'A' }, &line[1..]));
    tree.write("b.pem", changed);
    tree.check(known).ends_with(3);
    tree.write("b.pem", mint::good());
    tree.check(known).ends_with(0).says("entries of the baseline that match nothing (1)").says("  b.pem: problem v1:");
}

#[test]
fn a_problem_that_a_revision_has_is_not_new() {
    let tree = Tree::repository();
    tree.write("b.pem", mint::broken());
    tree.commit();
    tree.check(&[]).ends_with(3);
    tree.check(&["--new-since", "HEAD"]).ends_with(0).says("1 known problem; exit 0");
    tree.write("c.pem", mint::broken());
    tree.check(&["--new-since", "HEAD"]).ends_with(3).says("1 problem, 1 known problem");
}

#[test]
fn a_broken_key_of_test_data_is_a_note() {
    let tree = Tree::with(&[("tests/b.pem", &mint::broken()), ("live/a.pem", &mint::good())]);
    tree.check(&[]).ends_with(3);
    tree.write("keyreeve.toml", "[[scopes]]\npaths = ['tests/**']\npurpose = 'fixture'\n");
    tree.check(&[])
        .ends_with(0)
        .says("tests/b.pem:3:31: problem[parse]")
        .says("; test data")
        .says("1 fixture problem; exit 0");
    assert_eq!(tree.report(&[])["problems"][0]["status"], "fixture");
    assert!(!tree.check(&["--quiet"]).ends_with(0).stdout.contains("problem[parse]"));
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    std::fs::remove_file(tree.path.join("keyreeve.toml")).unwrap();
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

#[test]
fn a_file_that_is_renamed_keeps_what_is_known_of_it_and_a_copy_is_new() {
    let tree = Tree::repository();
    tree.write("a.pem", mint::weak());
    tree.commit();
    tree.check(&["--write-baseline", "known.json"]).ends_with(0);
    for known in [["--baseline", "known.json"], ["--new-since", "HEAD"]] {
        std::fs::rename(tree.path.join("a.pem"), tree.path.join("b.pem")).unwrap();
        tree.check(&known).ends_with(0).says("known, unapproved (");
        tree.write("c.pem", mint::weak());
        tree.check(&known).ends_with(1);
        std::fs::remove_file(tree.path.join("c.pem")).unwrap();
        tree.write("b.pem", mint::weak_too());
        tree.check(&known).ends_with(1);
        tree.write("b.pem", mint::weak());
        tree.write("a.pem", mint::good());
        tree.check(&known).ends_with(1).says("--> b.pem:1:1");
        std::fs::rename(tree.path.join("b.pem"), tree.path.join("a.pem")).unwrap();
    }
}
