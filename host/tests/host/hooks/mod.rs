//! keyreeve as a pre-commit hook: real commits, through prek and through a hook of git's own.
//! Not what `--staged` means in detail, which is tested with the command line.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod breaking;
mod prek;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Answer, Tree, finish, mint};

/// A program in a tree, with keyreeve on the PATH.
fn command(tree: &Tree, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = tree.command(program);
    let own = Path::new(env!("CARGO_BIN_EXE_keyreeve")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
    command.env("PATH", path);
    command
}

/// Commits what is staged, hooks and all.
fn commit(tree: &Tree) -> Answer {
    finish(command(tree, "git").args(["commit", "--quiet", "--message=x"]))
}

fn commits(tree: &Tree) -> usize {
    tree.git(&["rev-list", "--count", "--all"]).trim().parse().unwrap()
}

/// What every hook has to do, however it is installed in this repository.
fn a_hook_refuses_what_is_bad_and_only_that(tree: &Tree) {
    tree.write("README.md", "one");
    tree.git(&["add", "README.md"]);
    commit(tree).ends_with(0);
    let before = commits(tree);

    tree.write("certs/www.pem", mint::weak());
    tree.git(&["add", "certs"]);
    let refused = commit(tree).ends_with(1);
    let said = refused.stdout + &refused.stderr;
    assert!(said.contains("certs/www.pem:1:1") && said.contains("high[key-size]"), "{said}");
    assert_eq!(commits(tree), before, "no commit was made");

    // Repaired on disk alone: what would be committed is still bad.
    tree.write("certs/www.pem", mint::good());
    commit(tree).ends_with(1);
    assert_eq!(commits(tree), before);

    tree.git(&["add", "certs"]);
    commit(tree).ends_with(0);
    assert_eq!(commits(tree), before + 1);

    // Bad on disk alone: what would be committed is good.
    tree.write("certs/www.pem", mint::weak());
    tree.write("README.md", "two");
    tree.git(&["add", "README.md"]);
    commit(tree).ends_with(0);
    assert_eq!(commits(tree), before + 2);
    assert_eq!(std::fs::read_to_string(tree.path.join("certs/www.pem")).unwrap(), mint::weak());

    // An old sin does not fail a commit of something else.
    tree.commit();
    tree.write("README.md", "three");
    tree.git(&["add", "README.md"]);
    commit(tree).ends_with(0);
    assert_eq!(commits(tree), before + 4);
}

/// Makes a hook of git's own that is one line of shell.
fn plain_hook(tree: &Tree) {
    let hook = tree.write(".git/hooks/pre-commit", "#!/bin/sh\nexec keyreeve check --staged\n");
    std::fs::set_permissions(hook, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn as_a_hook_of_git_alone() {
    let tree = Tree::repository();
    plain_hook(&tree);
    a_hook_refuses_what_is_bad_and_only_that(&tree);
}

#[test]
fn a_commit_of_named_files_is_judged_by_the_index_that_it_makes() {
    let tree = Tree::repository();
    plain_hook(&tree);
    tree.write("a.pem", mint::good());
    tree.write("b.pem", mint::good());
    tree.commit();
    tree.write("a.pem", mint::weak());
    tree.git(&["add", "a.pem"]);
    tree.write("b.pem", mint::good() + "\n");
    let only = |name: &str| finish(command(&tree, "git").args(["commit", "--quiet", "--message=x", "--only", name]));
    only("b.pem").ends_with(0);
    only("a.pem").ends_with(1);
    finish(command(&tree, "git").args(["commit", "--quiet", "--all", "--message=x"])).ends_with(1);
}

#[test]
fn in_a_worktree_and_from_a_folder_inside() {
    let tree = Tree::repository();
    plain_hook(&tree);
    tree.write("deep/README.md", "one");
    tree.commit();
    tree.git(&["worktree", "add", "--quiet", "../home/tree"]);
    let inside = tree.home.join("tree/deep");
    std::fs::write(inside.join("a.pem"), mint::weak()).unwrap();
    let git = |arguments: &[&str]| finish(command(&tree, "git").args(arguments).current_dir(&inside));
    git(&["add", "a.pem"]).ends_with(0);
    git(&["commit", "--quiet", "--message=x"]).ends_with(1);
    std::fs::write(inside.join("a.pem"), mint::good()).unwrap();
    git(&["commit", "--quiet", "--all", "--message=x"]).ends_with(0);
}
