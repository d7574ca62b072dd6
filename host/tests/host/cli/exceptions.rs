//! Exceptions: both kinds, what becomes of them, and the stanza that `keyreeve except` prints.

use serde_json::Value;

use crate::support::{AS_OF, Tree, findings_of, mint};

const APPROVED: &str = "reason = 'moves in spring'\napproved-by = 'A. Manager'\nalternative = 'VPN only'\n";

fn accepted(rule: &str, matches: &str, expires: &str) -> String {
    format!("[[exceptions]]\nkind = 'accepted'\nrule = '{rule}'\n{matches}\n{APPROVED}expires = {expires}\n")
}

fn fingerprint(report: &Value) -> String {
    findings_of(report, "key-size")[0]["fingerprint"].as_str().unwrap().to_owned()
}

/// A tree with a violation in each of two files.
fn tree() -> Tree {
    Tree::with(&[("deploy/a.pem", &mint::weak()), ("deploy/old/b.pem", &mint::weak_too())])
}

#[test]
fn an_accepted_one_covers_its_files_and_stays_in_every_report() {
    let tree = tree();
    tree.write("keyreeve.toml", accepted("key-size", "path = 'deploy/old/**'", "2026-12-31"));
    tree.check(&[])
        .ends_with(1)
        .says("excepted (1)")
        .says("accepted by A. Manager until 2026-12-31: moves in spring; instead: VPN only")
        .says("S5   keys are generated securely                             violated: 1 violation (1 excepted)");
    tree.write("keyreeve.toml", accepted("key-size", "path = '**'", "2026-12-31"));
    tree.check(&[]).ends_with(0).says("excepted (2)");
    let report = tree.report(&[]);
    assert_eq!(report["exceptions"][0]["state"], "used");
    assert_eq!(report["exceptions"][0]["covers"], 2);
    for finding in findings_of(&report, "key-size") {
        assert_eq!(
            (&finding["status"], &finding["exception"], &finding["fails"]),
            (&"excepted".into(), &0.into(), &false.into())
        );
    }
    let log = tree.check(&["--format", "sarif"]).ends_with(0).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<&Value> = results.iter().filter(|result| result["ruleId"] == "key-size").collect();
    assert_eq!(suppressed.len(), 2);
    for result in suppressed {
        assert_eq!(result["suppressions"][0]["status"], "accepted");
        assert!(result["suppressions"][0]["justification"].as_str().unwrap().contains("VPN only"));
    }
}

#[test]
fn a_false_positive_covers_the_one_finding() {
    let tree = tree();
    let mark = fingerprint(&tree.report(&["deploy/a.pem"]));
    let text = "kind = 'false-positive'\nrule = 'key-size'\nreason = 'r'\nowner = 'A. Owner'\n";
    tree.write("keyreeve.toml", format!("[[exceptions]]\n{text}fingerprint = '{mark}'\n"));
    tree.check(&[])
        .ends_with(1)
        .says("excepted (1)")
        .says("false positive by A. Owner: r")
        .says("--> deploy/old/b.pem");
    tree.check(&["deploy/a.pem"]).ends_with(0);
    let log = tree.check(&["--format", "sarif", "deploy/a.pem"]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["suppressions"][0]["status"] == "accepted"), "{results:?}");
}

#[test]
fn an_expired_one_covers_nothing_and_is_told() {
    let tree = tree();
    tree.write("keyreeve.toml", accepted("key-size", "path = '**'", AS_OF));
    tree.check(&[]).ends_with(0).says("excepted (2)");
    let later = tree.run(&["check", "--as-of", "2026-10-02"]).ends_with(1);
    later.says("exceptions that cover nothing (1)").says("keyreeve.toml:1: key-size ** has expired");
    let part = tree.run(&["check", "--as-of", "2026-10-02", "deploy/a.pem"]).ends_with(1);
    part.says("has expired");
}

#[test]
fn an_unused_one_is_told_unless_only_a_part_was_looked_at() {
    let tree = tree();
    let (unused, used) = ("path = 'gone/**'", "path = 'deploy/**'");
    tree.write("keyreeve.toml", accepted("key-size", unused, "2026-12-31") + &accepted("key-size", used, "2026-12-31"));
    tree.check(&[]).ends_with(0).says("keyreeve.toml:1: key-size gone/** matches nothing").says("  help: delete what");
    for part in [&["deploy"][..], &["--rule", "key-size"], &["--skip-rule", "tls-version"]] {
        let answer = tree.check(part).ends_with(0).says("excepted (2)").says("accepted by A. Manager");
        assert!(!answer.stdout.contains("matches nothing"), "{part:?}");
        let report = tree.report(part);
        assert_eq!(report["exceptions"][0]["matches"], "deploy/**");
        assert_eq!(findings_of(&report, "key-size")[0]["exception"], 0);
    }
}

#[test]
fn a_problem_of_a_file_can_be_accepted_and_is_told_with_its_own_exception() {
    let tree = Tree::with(&[("deploy/broken.pem", &mint::broken())]);
    let unused = accepted("key-size", "path = 'gone'", "2026-12-31");
    tree.write("keyreeve.toml", unused + &accepted("problem", "path = 'deploy/broken.pem'", "2026-12-31"));
    tree.check(&[]).ends_with(0).says("problems (1)").says("accepted by A. Manager");
    let report = tree.report(&["deploy"]);
    assert_eq!((&report["problems"][0]["exception"], &report["exceptions"][0]["rule"]), (&0.into(), &"problem".into()));
    tree.check(&["deploy"]).ends_with(0).says("accepted by A. Manager");
    tree.write("keyreeve.toml", accepted("problem", "path = 'deploy/broken.pem'", "2026-09-30"));
    tree.check(&[]).ends_with(3);
}

#[test]
fn the_stanza_that_except_prints_covers_just_that_finding_once_it_is_filled_in() {
    let tree = tree();
    let mark = fingerprint(&tree.report(&[]));
    let stanza = tree.run(&["except", &mark, "--as-of", AS_OF]).ends_with(0);
    let stanza = stanza.says("# deploy/a.pem: certificate for weak.example.org\n").says(&mark).stdout;
    tree.write("keyreeve.toml", &stanza);
    tree.check(&[]).ends_with(2).complains("`approved-by` must not be empty");
    tree.write("keyreeve.toml", stanza.replace("expires = \"\"", "expires = 2026-12-31").replace("= \"\"", "= \"x\""));
    let report = tree.report(&[]);
    let findings = findings_of(&report, "key-size");
    let status = |path: &str| &findings.iter().find(|finding| finding["path"] == path).unwrap()["status"];
    assert_eq!((status("deploy/a.pem"), status("deploy/old/b.pem")), (&"excepted".into(), &"open".into()));
    let (_, second) = stanza.split_once("this instead:\n").unwrap();
    let second = second.replace("# [[", "[[").replace("\n# ", "\n").replace("= \"\"", "= \"x\"");
    tree.write("keyreeve.toml", second);
    tree.check(&["deploy/a.pem"]).ends_with(0).says("false positive by x");
}

#[test]
fn except_says_what_to_do_where_it_finds_nothing() {
    let tree = tree();
    tree.run(&["except", "123"]).ends_with(2).complains("v1: and 32 hexadecimal digits");
    let absent = format!("v1:{}", "0".repeat(32));
    tree.run(&["except", &absent]).ends_with(2).complains("`keyreeve check` shows those there are");
    let mark = fingerprint(&tree.report(&[]));
    tree.run(&["except", &mark, "deploy/old"]).ends_with(2).complains("name the same paths and date");
    tree.run(&["except", &mark, "deploy/a.pem"]).ends_with(0);
}
