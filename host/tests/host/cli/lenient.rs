//! Policies that ask less than the built-in one: every format says so, in one line, however little else it is to say.

use serde_json::Value;

use crate::support::{Tree, mint};

const FORMATS: [&str; 5] = ["human", "json", "sarif", "github", "gitlab"];

/// A tree with one weak key, and this policy.
fn tree(policy: &str) -> Tree {
    Tree::with(&[("weak.pem", &mint::weak()), ("keyreeve.toml", policy)])
}

/// What each format writes, with and without `--quiet`.
fn written(tree: &Tree) -> impl Iterator<Item = (&'static str, String)> {
    let options = |format| [vec!["--format", format], vec!["--format", format, "--quiet"]].map(|all| (format, all));
    FORMATS.into_iter().flat_map(options).map(|(format, options)| (format, tree.check(&options).stdout))
}

#[track_caller]
fn is_said(policy: &str, what: &str, line: u32) {
    let tree = tree(policy);
    for (format, written) in written(&tree) {
        let document = || serde_json::from_str::<Value>(&written).unwrap();
        let item =
            if format == "json" { format!("\"{what}") } else { format!("asks less than the built-in policy: {what}") };
        assert_eq!(written.lines().filter(|line| line.contains(&item)).count(), 1, "{what} in {format}: {written}");
        match format {
            "github" => {
                let begin =
                    format!("::notice file=keyreeve.toml,line={line},title=keyreeve policy::keyreeve.toml asks less");
                assert!(written.lines().any(|line| line.starts_with(&begin) && line.contains(what)), "{written}");
            }
            "gitlab" => {
                let issues = document();
                let issue = issues.as_array().unwrap().iter().find(|issue| issue["check_name"] == "policy").unwrap();
                assert_eq!(issue["location"]["lines"]["begin"], line);
                assert_eq!(issue["location"]["path"], "keyreeve.toml");
            }
            "json" => assert_eq!(document()["policy"]["takes_away"].as_array().unwrap().len(), 1),
            _ => {}
        }
    }
}

#[test]
fn whatever_a_policy_takes_away_is_said_in_every_format() {
    is_said("\nfail-on = 'never'\n", "fail-on never", 2);
    is_said("[rules.key-size]\nenabled = false\n", "1 rule off (key-size)", 1);
    is_said("\n\n[rules.key-size]\nseverity = 'low'\n", "1 rule less severe (key-size: low for up to ", 3);
    is_said("[rules.key-size.settings]\nrsa-minimum = 512\n", "1 rule with other settings (key-size: rsa-minimum)", 1);
    is_said("[rules.key-size.settings]\nallow = ['RSA']\n", "1 rule with other settings (key-size: allow)", 1);
    is_said("\n[[scopes]]\npaths = ['**']\npurpose = 'fixture'\n", "1 scope (purpose fixture)", 2);
    is_said(
        "[[scopes]]\npaths = ['**']\nnetwork = 'trusted'\ndata = 'other'\n",
        "1 scope (data other, network trusted)",
        1,
    );
    let accepted =
        "[[exceptions]]\nkind = 'accepted'\nrule = 'key-size'\npath = '**'\nreason = 'r'\napproved-by = 'b'\n";
    is_said(&format!("{accepted}alternative = 'a'\nexpires = 2027-01-01\n"), "1 exception", 1);
}

#[test]
fn a_policy_that_switches_everything_off_says_so_when_it_says_nothing_else() {
    let tree = tree("");
    let rules = tree.run(&["rule", "list"]).ends_with(0).stdout;
    let ids: Vec<&str> = rules.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let ids: Vec<&str> = ids.into_iter().filter(|id| id.contains('-')).collect();
    assert!(ids.len() > 8, "{rules}");
    let off: String = ids.iter().map(|id| format!("[rules.{id}]\nenabled = false\n")).collect();
    tree.write("keyreeve.toml", format!("fail-on = 'never'\n{off}"));
    let quiet = tree.check(&["--quiet"]).ends_with(0).stdout;
    let [taken, last] = *quiet.lines().collect::<Vec<_>>() else { panic!("{quiet}") };
    let begin = format!("keyreeve.toml asks less than the built-in policy: fail-on never; {} rules off (", ids.len());
    assert!(taken.starts_with(&begin), "{taken}");
    assert!(last.ends_with(", fail-on never: 0 violations; exit 0"), "{last}");
    let again = tree.check(&["--quiet"]).stdout;
    assert_eq!(again, quiet);
}

#[test]
fn nothing_is_said_of_a_policy_that_asks_as_much_or_more() {
    let more = "fail-on = 'low'\n[rules.key-size]\nseverity = 'critical'\nsettings = { rsa-minimum = 4096 }\n\
                [rules.rotation-age.settings]\nproduction-maximum = 30\n\
                [rules.tls-version.settings]\nminimum = '1.3'\n\
                [[scopes]]\npaths = ['**']\nenvironment = 'production'\nholder = 'shared'\nnetwork = 'untrusted'\n\
                data = 'sensitive'\npurpose = 'live'\n";
    let elsewhere = "[[scopes]]\npaths = ['tests/**']\npurpose = 'fixture'\n";
    for policy in ["", "fail-on = 'medium'\n", more, elsewhere] {
        let tree = tree(policy);
        for (format, written) in written(&tree) {
            assert!(!written.contains("asks less") && !written.contains("\"policy\","), "{format}: {written}");
        }
        std::fs::remove_file(tree.path.join("weak.pem")).unwrap();
        assert_eq!(tree.check(&["--quiet"]).ends_with(0).stdout.lines().count(), 1);
    }
}

#[test]
fn violations_that_fail_nothing_say_who_lets_them_pass() {
    let never = tree("fail-on = 'never'\n");
    let why = "; exit 0, violations do not fail: fail-on is never in keyreeve.toml";
    for format in ["human", "github"] {
        let answer = never.check(&["--format", format, "--quiet"]).ends_with(0);
        assert!(answer.stdout.lines().last().unwrap().ends_with(why), "{}", answer.stdout);
    }
    let option = tree("");
    let answer = option.check(&["--quiet", "--fail-on", "never"]).ends_with(0);
    answer
        .says("violations do not fail: --fail-on is never")
        .says("asks less than the built-in policy: fail-on never by");
    never.check(&["--quiet", "--fail-on", "medium"]).ends_with(1).says("fail-on medium: ");
}

#[test]
fn what_options_leave_out_is_said_where_there_is_no_last_line() {
    let tree = tree("");
    let issues = tree.check(&["--format", "gitlab", "--skip-rule", "key-size"]).json();
    let issue = issues.as_array().unwrap().iter().find(|issue| issue["check_name"] == "policy").unwrap();
    assert_eq!(issue["description"], "the run is restricted by --skip-rule key-size");
    for format in ["human", "github"] {
        let answer = tree.check(&["--format", format, "--quiet", "--skip-rule", "key-size"]);
        let with = answer.stdout.lines().filter(|line| line.contains("--skip-rule key-size")).count();
        assert_eq!((with, answer.stdout.contains("asks less")), (1, false), "{}", answer.stdout);
    }
}
