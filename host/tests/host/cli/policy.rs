//! Which policy is in force, and what is said of one that is wrong.

use crate::support::{AS_OF, Tree, all, finish, mint};

/// A policy that lets everything pass, so that it shows whether it is in force.
const LENIENT: &str = "fail-on = 'never'\n";

#[test]
fn the_nearest_policy_up_to_the_root_of_the_repository_is_in_force() {
    let tree = Tree::repository();
    tree.write("a/b/weak.pem", mint::weak());
    tree.check(&["a"]).ends_with(1).says("against the built-in policy");
    std::fs::write(tree.path.parent().unwrap().join("keyreeve.toml"), LENIENT).unwrap();
    tree.check(&["a"]).ends_with(1).says("against the built-in policy");
    tree.write("keyreeve.toml", LENIENT);
    tree.check(&["a/b/weak.pem"]).ends_with(0).says("against keyreeve.toml");
    let mut inside = tree.keyreeve(&["check"]);
    finish(inside.current_dir(tree.path.join("a/b"))).ends_with(0).says("a/b/weak.pem:1:1");
}

#[test]
fn outside_of_a_repository_the_policy_of_the_folder_one_is_in_holds() {
    let tree = Tree::with(&[("a/b/weak.pem", &mint::weak()), ("keyreeve.toml", LENIENT)]);
    for path in ["a", "a/b/weak.pem", "."] {
        tree.check(&[path]).ends_with(0).says("against keyreeve.toml").says("a/b/weak.pem:1:1");
    }
    let from = |folder: &str, path: &str| finish(tree.keyreeve(&["check", path]).current_dir(tree.path.join(folder)));
    from("a", "b").ends_with(1).says("against the built-in policy").says("--> b/weak.pem:1:1");
    from("a", "..").ends_with(0).says("against keyreeve.toml");
    from("../home", "../tree/a").ends_with(1).says("--> b/weak.pem:1:1");
}

#[test]
fn a_policy_that_is_staged_and_gone_from_disk_counts_for_what_is_staged() {
    let tree = Tree::repository();
    tree.write("keyreeve.toml", "fail-on = 'never'\n");
    tree.write("a/weak.pem", mint::weak());
    tree.git(&["add", "."]);
    std::fs::remove_file(tree.path.join("keyreeve.toml")).unwrap();
    tree.check(&["--staged"]).ends_with(0).says("against keyreeve.toml");
    finish(tree.keyreeve(&["check", "--staged"]).current_dir(tree.path.join("a"))).ends_with(0);
    tree.check(&[]).ends_with(1).says("against the built-in policy");
}

#[test]
fn with_paths_of_elsewhere_the_policy_of_the_repository_one_is_in_holds() {
    let (tree, elsewhere) = (Tree::repository(), Tree::repository());
    tree.write("keyreeve.toml", "fail-on = 'never'\n");
    elsewhere.write("weak.pem", mint::weak());
    let other = elsewhere.path.to_str().unwrap();
    tree.check(&[".", other]).ends_with(0).says("against keyreeve.toml");
    tree.check(&[other]).ends_with(1).says("against the built-in policy");
}

#[test]
fn a_second_policy_further_down_is_told_and_not_read() {
    let tree = Tree::repository();
    tree.write("team/weak.pem", mint::weak());
    tree.write("team/keyreeve.toml", "this is = not [ a policy");
    tree.write("keyreeve.toml", "");
    let answer = tree.check(&[]).ends_with(1).says("policy files that were not read (1)\n  team/keyreeve.toml\n");
    assert!(answer.stdout.contains("against keyreeve.toml"));
    let report = tree.report(&[]);
    assert_eq!(report["policy"]["ignored"], serde_json::json!(["team/keyreeve.toml"]));
    tree.git(&["add", "."]);
    tree.check(&["--staged"]).ends_with(1).says("  team/keyreeve.toml\n");
}

#[test]
fn a_policy_of_another_checkout_holds_and_paths_stay_those_of_the_tree() {
    let (protected, tree) = (Tree::repository(), Tree::repository());
    let scope = "[[scopes]]\npaths = ['deploy/**']\nenvironment = 'production'\n";
    let policy = protected.write("gate.toml", format!("fail-on = 'critical'\n{scope}"));
    tree.write("deploy/weak.pem", mint::weak());
    tree.write("keyreeve.toml", LENIENT);
    let policy = policy.to_str().unwrap();
    let report = tree.report(&["--rule", "key-size", "--policy", policy]);
    assert_eq!(report["settings"]["fail_on"], "critical");
    assert_eq!(all(&report["findings"], "path"), ["deploy/weak.pem"]);
    assert_eq!(report["policy"]["path"], policy);
    assert_eq!(report["policy"]["ignored"], serde_json::json!(["keyreeve.toml"]), "the tree's own is told");
    let facts = tree.run(&["facts", "deploy", "--policy", policy]).ends_with(0).json();
    assert_eq!(facts["certificates"][0]["fact"]["context"]["environment"], "production");
}

#[test]
fn a_policy_in_a_folder_above_the_repository_does_not_move_its_paths() {
    let outer = Tree::new();
    let gate = outer.write("gate.toml", "[[scopes]]\npaths = ['deploy/**']\nenvironment = 'production'\n");
    outer.git(&["init", "--quiet", "inner"]);
    outer.write("inner/deploy/weak.pem", mint::weak());
    outer.git(&["-C", "inner", "add", "."]);
    for staged in [&[][..], &["--staged"]] {
        let arguments = [&["check", "--as-of", AS_OF, "--format", "json", "--policy", gate.to_str().unwrap()], staged];
        let mut command = outer.keyreeve(&arguments.concat());
        let report = finish(command.current_dir(outer.path.join("inner"))).ends_with(1).json();
        assert!(all(&report["findings"], "path").contains(&"deploy/weak.pem"), "{report}");
    }
}

#[test]
fn a_wrong_policy_is_2_and_shows_the_line() {
    let wrong = [
        ("fail-on = 'severe'\n", "keyreeve.toml:1:11", "fail-on"),
        ("\n\n[[exceptions]]\nkind = 'accepted'\nrule = 'key-size'\n", "keyreeve.toml:3:1", "approved-by"),
        ("[rules.kye-size]\nenabled = false\n", "keyreeve.toml:1:8", "did you mean `key-size`?"),
        ("[rules.key-size.settings]\nrsa-minimun = 1\n", "keyreeve.toml:2:1", "did you mean `rsa-minimum`?"),
        ("[rules.key-size.settings]\nrsa-minimum = 'big'\n", "keyreeve.toml:2:15", "must be an integer"),
        ("[[scopes]]\npaths = ['a[']\nenvironment = 'test'\n", "keyreeve.toml:2:", "a["),
        ("[[scopes]\n", "keyreeve.toml:1:", ""),
        ("colour = 1\n", "keyreeve.toml:1:1", "colour"),
    ];
    for (text, place, hint) in wrong {
        let tree = Tree::with(&[("a.pem", &mint::weak()), ("keyreeve.toml", text)]);
        for command in [&["check"][..], &["check", "a.pem"], &["rule", "list"], &["explain", "key-size"]] {
            let answer = tree.run(command).ends_with(2).complains(place).complains(hint).complains("error: ");
            assert_eq!(answer.stdout, "", "{command:?}");
        }
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let tree = Tree::with(&[(
        "keyreeve.toml",
        "fail-on = 1\n[[scopes]]\npaths = 3\npurpose = 'live'\n[rules.key-size]\nseverity = 'x'\n",
    )]);
    let answer = tree.check(&[]).ends_with(2);
    assert_eq!(answer.stderr.matches("error: ").count(), 3, "{}", answer.stderr);
}

#[test]
fn a_policy_that_is_no_file_is_2_and_never_the_built_in_one() {
    let tree = Tree::with(&[("a.pem", &mint::good())]);
    tree.check(&["--policy", "."]).ends_with(2).complains("error: the policy ");
    let policy = tree.path.join("keyreeve.toml");
    std::fs::create_dir(&policy).unwrap();
    tree.check(&[]).ends_with(2).complains("keyreeve.toml is not a file");
    std::fs::remove_dir(&policy).unwrap();
    std::os::unix::fs::symlink("nowhere", &policy).unwrap();
    tree.check(&[]).ends_with(2).complains("keyreeve.toml");
    std::fs::remove_file(&policy).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &policy).unwrap();
    tree.check(&[]).ends_with(2).complains("keyreeve.toml is not a file");
    std::fs::remove_file(&policy).unwrap();
    assert_eq!(finish(tree.command("mkfifo").arg(&policy)).code, 0);
    tree.check(&[]).ends_with(2).complains("keyreeve.toml is not a file");
}

#[test]
fn a_rule_that_is_off_does_not_run_and_is_told() {
    let tree = Tree::with(&[("a.pem", &mint::weak()), ("keyreeve.toml", "[rules.key-size]\nenabled = false\n")]);
    tree.check(&[]).ends_with(0).says("rules that are off (1)\n  key-size (S5)");
    tree.run(&["rule", "list"]).ends_with(0).says("off");
    let report = tree.report(&[]);
    let states: Vec<_> = report["rules"].as_array().unwrap().iter().filter(|rule| rule["id"] == "key-size").collect();
    assert_eq!(states[0]["state"], "off");
}

#[test]
fn a_setting_changes_what_a_rule_says_and_is_in_the_report() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    tree.write("keyreeve.toml", "[rules.key-size.settings]\nrsa-minimum = 1024\nrsa-recommended = 1024\n");
    tree.check(&[]).ends_with(0);
    let report = tree.report(&[]);
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "key-size").unwrap();
    assert_eq!(rule["settings"]["rsa-minimum"], 1024);
    tree.run(&["explain", "key-size"]).ends_with(0).says("rsa-minimum = 1024").says("The default is 2048.");
}

#[test]
fn the_schema_of_policies_accepts_one_and_refuses_a_wrong_one() {
    let tree = Tree::new();
    let schema = tree.run(&["schema", "policy"]).ends_with(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let as_json = |text: &str| serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap();
    assert!(validator.is_valid(&as_json("fail-on = 'never'\n[rules.key-size]\nenabled = false\n")));
    assert!(!validator.is_valid(&as_json("fail-on = 'severe'\n")));
    assert!(!validator.is_valid(&as_json("[[scopes]]\npath = 'x'\n")));
}
