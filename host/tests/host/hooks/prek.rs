//! The hook under prek, from `.pre-commit-hooks.yaml` of a repository, and from the lines that `keyreeve init` prints.

use std::path::{Path, PathBuf};

use super::{a_hook_refuses_what_is_bad_and_only_that, command};
use crate::support::{Answer, Tree, finish, mint};

const PACKAGE: &str = "prek==0.5.11";
const HOOKS: &str = include_str!("../../../../.pre-commit-hooks.yaml");

/// The program prek.
fn prek() -> Option<PathBuf> {
    Some(keyreeve_oracles::python(&[PACKAGE])?.join("prek"))
}

/// The repository that `.pre-commit-hooks.yaml` is used from, with a tag.
fn published() -> Tree {
    let tree = Tree::repository();
    tree.write(".pre-commit-hooks.yaml", HOOKS);
    tree.commit();
    tree.git(&["tag", "v0.1.0"]);
    tree
}

/// A configuration that uses the published hook.
fn of_repository(published: &Tree) -> String {
    format!("repos:\n  - repo: {}\n    rev: v0.1.0\n    hooks:\n      - id: keyreeve\n", published.path.display())
}

/// A configuration with the lines that `keyreeve init` prints.
fn of_init() -> String {
    let tree = Tree::new();
    let printed = tree.run(&["init"]).ends_with(0).stdout;
    format!("repos:\n{printed}")
}

fn run(tree: &Tree, prek: &Path, arguments: &[&str]) -> Answer {
    finish(command(tree, prek).args(arguments))
}

/// A repository in which this configuration is installed and committed.
fn installed(prek: &Path, configuration: &str) -> Tree {
    let tree = Tree::repository();
    tree.write(".pre-commit-config.yaml", configuration);
    tree.commit();
    run(&tree, prek, &["install"]).ends_with(0);
    tree
}

#[test]
fn from_the_repository_of_keyreeve() {
    let Some(prek) = &prek() else { return };
    let published = published();
    a_hook_refuses_what_is_bad_and_only_that(&installed(prek, &of_repository(&published)));
}

#[test]
fn from_the_lines_that_init_prints() {
    let Some(prek) = &prek() else { return };
    a_hook_refuses_what_is_bad_and_only_that(&installed(prek, &of_init()));
}

#[test]
fn what_a_commit_breaks_elsewhere_is_refused() {
    let Some(prek) = &prek() else { return };
    let published = published();
    for configuration in [of_repository(&published), of_init()] {
        let tree = installed(prek, &configuration);
        super::breaking::whole(&tree);
        super::breaking::is_refused(&tree, super::commit);
    }
}

#[test]
fn all_files_are_judged_where_that_is_asked_for() {
    let Some(prek) = &prek() else { return };
    all_files(&installed(prek, &of_init()), prek);
    let published = published();
    all_files(&installed(prek, &of_repository(&published)), prek);
}

fn all_files(tree: &Tree, prek: &Path) {
    run(tree, prek, &["run", "--all-files"]).ends_with(0);
    tree.write("certs/www.pem", mint::weak());
    tree.commit();
    let answer = run(tree, prek, &["run", "--all-files"]).ends_with(1);
    assert!(answer.stdout.contains("certs/www.pem:1:1"), "{answer:?}");
    tree.write("certs/www.pem", mint::good());
    tree.commit();
    run(tree, prek, &["run", "--all-files"]).ends_with(0);
}

#[test]
fn no_name_of_a_file_is_taken_for_an_option() {
    let Some(prek) = &prek() else { return };
    let published = published();
    for configuration in [of_repository(&published), of_init()] {
        let tree = installed(prek, &configuration);
        tree.write("--fail-on=never", mint::weak());
        tree.write("--skip-rule=key-size", "");
        tree.git(&["add", "--all"]);
        super::commit(&tree).ends_with(1);
        assert_eq!(super::commits(&tree), 1);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_refused_as_well() {
    let Some(prek) = &prek() else { return };
    let tree = installed(prek, &of_init());
    tree.write("a.pem", mint::broken());
    tree.git(&["add", "a.pem"]);
    let answer = super::commit(&tree);
    assert_ne!(answer.code, 0);
    assert!((answer.stdout + &answer.stderr).contains("a.pem:3:31: problem[parse]"));
}

#[test]
fn init_prints_the_hook_that_is_published() {
    let printed = of_init();
    for line in HOOKS.lines().filter(|line| !line.starts_with('#') && !line.trim_start().starts_with('#')) {
        let key = line.trim_start_matches("- ").trim();
        if !key.starts_with("description:") {
            assert!(printed.contains(key), "{key} is not in what init prints:\n{printed}");
        }
    }
}
