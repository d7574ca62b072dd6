//! Tests of a cache of compiled rules inside the scanned tree, where whoever commits could put native code: it is never
//! used. Caches elsewhere are tested in `cached`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::hostile::program::Tree;
use crate::hostile::sandbox::compiler;

/// Folders below one for caches.
const RULES: &str = "keyreeve/rules";

/// A check whose cache is below a folder, and whose user has a home elsewhere.
fn check(tree: &Tree, caches: &Path) -> Output {
    let mut command = Command::new(compiler());
    command.args(["check", "--as-of", "2026-11-23", "--quiet"]).current_dir(&tree.folder);
    tree.at_home(&mut command).env("XDG_CACHE_HOME", caches).output().unwrap()
}

/// Commits what another user's cache has, under the names that it has there, so that each of them is right.
fn commit(tree: &Tree, folder: &Path) {
    let attacker = Tree::new(&["quiet".to_owned()]);
    assert!(attacker.check(&[]).status.code().is_some());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.join(RULES)).unwrap();
    for (name, content) in files(&attacker.caches.path().join("caches").join(RULES)) {
        fs::write(folder.join(RULES).join(name), content).unwrap();
    }
    assert_eq!(files(&folder.join(RULES)).len(), 1, "{}", tree.folder.path().display());
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into(), fs::read(entry.path()).unwrap())).collect()
}

#[track_caller]
fn expect_refusal(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("set XDG_CACHE_HOME to a folder of your own outside of it"), "{said}");
    assert_eq!(output.status.code(), Some(1), "the rules run all the same: {said}");
}

#[test]
fn native_code_in_the_tree_is_neither_run_nor_written() {
    let tree = Tree::new(&["quiet".to_owned()]);
    let caches = tree.folder.path().join(".cache");
    commit(&tree, &caches);
    // Whatever the machine would do with it: it does not get to see it.
    let [(name, content)] = files(&caches.join(RULES)).into_iter().collect::<Vec<_>>().try_into().unwrap();
    fs::write(caches.join(RULES).join(&name), content.repeat(2)).unwrap();
    let before = files(&caches.join(RULES));
    expect_refusal(&check(&tree, &caches));
    assert_eq!(files(&caches.join(RULES)), before);
}

#[test]
fn a_link_of_the_tree_leads_to_no_cache() {
    let (tree, elsewhere) = (Tree::new(&["quiet".to_owned()]), tempfile::TempDir::new().unwrap());
    symlink(elsewhere.path(), tree.folder.path().join("out")).unwrap();
    expect_refusal(&check(&tree, &tree.folder.path().join("out/caches")));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    // And a link of the user's that leads into it.
    let into = tree.caches.path().join("into");
    symlink(tree.folder.path(), &into).unwrap();
    expect_refusal(&check(&tree, &into.join("caches")));
    assert!(!tree.folder.path().join("caches").exists());
}

#[test]
fn the_repository_around_what_is_scanned_is_part_of_the_tree() {
    let tree = Tree::new(&["quiet".to_owned()]);
    let caches = tree.folder.path().join("caches");
    assert!(Command::new("git").args(["init", "-q"]).current_dir(&tree.folder).status().unwrap().success());
    let mut command = Command::new(compiler());
    command.args(["check", "--as-of", "2026-11-23", "small.pub.pem"]).current_dir(&tree.folder);
    expect_refusal(&tree.at_home(&mut command).env("XDG_CACHE_HOME", &caches).output().unwrap());
    assert!(!caches.exists());
    // So is it for the key that shows whose entries are.
    let output = tree.at_home(&mut command).env("XDG_STATE_HOME", &caches).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("set XDG_STATE_HOME to a folder of your own outside of it"), "{said}");
}
