//! The four exit codes, each in several ways, and which of them wins.

use crate::support::{Tree, finish, mint};

#[test]
fn nothing_found_is_0() {
    Tree::new().check(&[]).ends_with(0).says("examined 0 files");
    Tree::with(&[("a.pem", &mint::good())]).check(&[]).ends_with(0).says("0 violations, ").says("exit 0");
    let weak = Tree::with(&[("a.pem", &mint::weak())]);
    weak.check(&["--fail-on", "never"]).ends_with(0).says("1 violation (1 high)").says("exit 0");
    weak.check_sizes(&["--fail-on", "critical"]).ends_with(0);
}

#[test]
fn a_violation_at_or_above_the_threshold_is_1() {
    let weak = Tree::with(&[("a.pem", &mint::weak())]);
    weak.check(&[]).ends_with(1).says("high[key-size]").says("--> a.pem:1:1").says("exit 1");
    weak.check_sizes(&["--fail-on", "high"]).ends_with(1);
    weak.check_sizes(&["--fail-on", "low", "a.pem"]).ends_with(1);
    weak.write("keyreeve.toml", "fail-on = 'never'\n");
    weak.check(&[]).ends_with(0);
    weak.check(&["--fail-on", "medium"]).ends_with(1);
    weak.write("keyreeve.toml", "fail-on = 'critical'\n[rules.key-size]\nseverity = 'critical'\n");
    weak.check(&[]).ends_with(1).says("critical[key-size]");
}

#[test]
fn an_undetermined_is_1_only_where_that_is_asked_for() {
    let sealed = Tree::with(&[("a.pem", &mint::sealed())]);
    sealed.check_sizes(&[]).ends_with(0).says("undetermined (1)");
    sealed.check_sizes(&["--fail-on-undetermined"]).ends_with(1).says("undetermined[key-size]");
    // It weighs as much as a violation of its rule.
    sealed.check_sizes(&["--fail-on-undetermined", "--fail-on", "critical"]).ends_with(0);
}

#[test]
fn a_wrong_command_line_is_2_and_nothing_is_checked() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    let wrong: &[(&[&str], &str)] = &[
        (&["--format", "xml"], "possible values: human, json, sarif, github, gitlab"),
        (&["--output", "sarif"], "write FORMAT=FILE"),
        (&["--output", "xml=a"], "there is no format `xml`; there are human, json, sarif, github, gitlab"),
        (&["--output", "json="], "the file's name is empty"),
        (&["--output", "json=nowhere/a.json"], "make the folder nowhere first"),
        (&["--output", "json=."], ". is a folder: name a file in it"),
        (&["--write-baseline", "nowhere/a.json"], "make the folder nowhere first"),
        (&["--fail-on", "severe"], "possible values"),
        (&["--as-of", "yesterday"], "--as-of"),
        (&["--baseline", "nowhere.json"], "--write-baseline nowhere.json makes one"),
        (&["--staged", "--new-since", "HEAD"], "cannot be used with"),
        (&["-", "a.pem"], "stands alone"),
        (&["-", "--staged"], "leave one of them out"),
        (
            &["--rule", "kye-size"],
            "there is no rule \"kye-size\", did you mean key-size; `keyreeve rule list` shows all",
        ),
        (&["--skip-rule", "zzz"], "there is no rule \"zzz\"; `keyreeve rule list` shows all"),
        (&["--staged"], "is not in a git repository"),
        (&["--new-since", "main"], "is not in a git repository"),
        (&["--policy", "nowhere.toml"], "nowhere.toml"),
        (&["--no-such-option"], "unexpected argument"),
    ];
    for (arguments, complaint) in wrong {
        let answer = tree.check(arguments).ends_with(2).complains(complaint);
        assert_eq!(answer.stdout, "", "{arguments:?}");
    }
}

#[test]
fn no_file_is_written_through_a_link() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    let precious = tree.home.join("precious");
    std::fs::write(&precious, "mine").unwrap();
    for (link, target) in [("a.sarif", "../home/precious"), ("b.sarif", "../home/new")] {
        std::os::unix::fs::symlink(target, tree.path.join(link)).unwrap();
        let output = format!("sarif={link}");
        for arguments in [["--output", &output], ["--write-baseline", link]] {
            tree.check(&arguments).ends_with(2).complains("is a link and is not written through: name the file itself");
        }
    }
    assert_eq!(std::fs::read_to_string(precious).unwrap(), "mine");
    assert!(!tree.home.join("new").exists());
    tree.check(&["--output", "json=/dev/stderr"]).ends_with(1).complains("keyreeve/report/v1");
}

#[test]
fn what_cannot_be_processed_is_3() {
    Tree::new().check(&["nowhere.pem"]).ends_with(3).says("nowhere.pem: problem[discover]: cannot be found");
    Tree::with(&[("a.pem", &mint::broken())]).check(&[]).ends_with(3).says("a.pem:3:31: problem[parse]");
    Tree::new().check(&["nowhere/deep/down.pem"]).ends_with(3);
}

#[test]
fn a_violation_wins_over_what_cannot_be_processed() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("b.pem", &mint::broken())]);
    tree.check(&[]).ends_with(1).says("problem[parse]").says("exit 1");
    tree.check(&["--fail-on", "critical"]).ends_with(3).says("exit 3");
    tree.check(&["a.pem", "nowhere"]).ends_with(1).says("nowhere: problem[discover]");
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    for format in ["human", "json", "sarif", "github", "gitlab"] {
        let mut shell = tree.command("bash");
        let script = "{ \"$0\" check --format \"$1\" a.pem; echo $? >&2; } | true";
        let answer = finish(shell.args(["-c", script, env!("CARGO_BIN_EXE_keyreeve"), format]));
        assert_eq!(answer.stderr, "1\n", "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_cannot_be_written_is_never_a_pass() {
    let (good, weak) = (Tree::with(&[("a.pem", &mint::good())]), Tree::with(&[("a.pem", &mint::weak())]));
    for (tree, code) in [(&good, 3), (&weak, 1)] {
        let answer = tree.check(&["--output", "json=/dev/full", "--output", "sarif=a.sarif"]).ends_with(code);
        answer.complains("the report /dev/full cannot be written: No space left on device").says("examined 1 file");
        assert!(tree.path.join("a.sarif").is_file(), "the other report is written");
        std::fs::remove_file(tree.path.join("a.sarif")).unwrap();
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = tree.keyreeve(&["check", "a.pem"]).stdout(full).stderr(std::process::Stdio::null()).status();
        assert_eq!(status.unwrap().code(), Some(code));
    }
}
