//! Tests of git folders that somebody else has made, as they come in an archive: nothing is revealed of what they lead
//! to, and nothing waits for them. Programs that their configuration names are tested in `index`.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use keyreeve::discover::{GitError, commit, repository, staged, tree};
use keyreeve::progress::Silent;

use crate::discover::{Place, problems};

/// What git reads of a repository before it answers anything.
const INSIDE: [&str; 7] =
    ["HEAD", "index", "config", "packed-refs", "shallow", "objects/info/alternates", "info/exclude"];

/// A repository in which a folder is collapsed in the index to a tree that is broken, and a file is ignored: whoever
/// lists what is tracked has to look for that tree, wherever the repository says that objects are.
fn repository_that_searches() -> Place {
    let place = Place::repository();
    place.write(".gitignore", "ignored\n");
    place.write("ignored", "1");
    place.write("sub/a", "1");
    place.git(&["add", "--force", ".gitignore", "sub/a"]);
    place.commit();
    place.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "nothing"]);
    let id = String::from_utf8(place.git(&["rev-parse", "HEAD:sub"])).unwrap();
    let object = place.path.join(".git/objects").join(&id[..2]).join(id[2..].trim());
    fs::remove_file(&object).unwrap();
    fs::write(&object, "broken").unwrap();
    place.write(".gitignore", "ignored\n");
    place
}

/// Everything that is said of a repository.
fn said(place: &Place) -> String {
    let staged = staged(&place.path, &|_, _| true, &Silent).map(|staged| staged.changed);
    let tree = tree(&place.path, "HEAD", &|_, _| true, &Silent).map(|tree| tree.files);
    let walk = place.walk_all();
    let walked = problems(&walk);
    let shown = |error: &GitError| error.to_string();
    let told = [staged.err().as_ref().map(shown), tree.err().as_ref().map(shown)];
    format!("{told:?} {walked:?} {:?} {:?}", commit(&place.path).map(|commit| commit.id), repository(&place.path))
}

#[test]
fn nothing_is_told_of_a_file_that_a_repository_leads_to() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), "root:topsecretpin4711\nalice:topsecretpin4712\n").unwrap();
    for file in INSIDE {
        let place = repository_that_searches();
        let at = place.path.join(".git").join(file);
        let _ = fs::remove_file(&at);
        symlink(outside.path(), &at).unwrap();
        let said = said(&place);
        for part in ["root", "alice", "topsecret", "746f6f72", outside.path().to_str().unwrap()] {
            assert!(!said.contains(part), "{file}: {said}");
        }
    }
}

#[test]
fn no_fifo_in_a_repository_is_waited_for() {
    for file in INSIDE {
        let place = repository_that_searches();
        let at = place.path.join(".git").join(file);
        let _ = fs::remove_file(&at);
        assert!(Command::new("mkfifo").arg(&at).status().unwrap().success());
        let said = said(&place);
        assert!(said.contains("is no regular file"), "{file}: {said}");
    }
}

#[test]
fn whether_a_file_outside_of_the_tree_has_some_content_is_not_told() {
    let (outside, place) = (tempfile::tempdir().unwrap(), Place::repository());
    place.write("pin", "guessed");
    place.commit();
    place.git(&["config", "core.worktree", outside.path().to_str().unwrap()]);
    fs::remove_file(place.path.join("pin")).unwrap();
    let clean = |content: &str| {
        fs::write(outside.path().join("pin"), content).unwrap();
        commit(&place.path).unwrap().clean
    };
    assert_eq!((clean("guessed"), clean("another")), (false, false));
    place.write("pin", "guessed");
    assert!(clean("another"), "it is the scanned tree that is compared");
}

#[test]
fn a_configuration_that_is_included_names_no_remote() {
    let (outside, place) = (tempfile::NamedTempFile::new().unwrap(), Place::repository());
    fs::write(outside.path(), "[remote \"origin\"]\nurl = https://example.org/secret\n").unwrap();
    place.git(&["config", "include.path", outside.path().to_str().unwrap()]);
    assert_eq!(repository(&place.path), None);
    place.git(&["config", "remote.origin.url", "https://example.org/own"]);
    assert_eq!(repository(&place.path).as_deref(), Some("https://example.org/own"));
}

#[test]
fn a_repository_that_does_not_know_the_folder_is_not_looked_into() {
    let other = Place::repository();
    other.write("private", "of another");
    other.commit();
    other.git(&["config", "remote.origin.url", "https://example.org/other"]);
    let leads = other.path.join(".git");
    let is_looked_into = |place: &Place| {
        let staged = staged(&place.path, &|_, _| true, &Silent);
        (repository(&place.path).is_some(), commit(&place.path).is_some(), staged.is_ok())
    };
    let place = Place::new();
    place.write(".git", format!("gitdir: {}\n", leads.display()));
    assert_eq!(is_looked_into(&place), (false, false, false));
    fs::remove_file(place.path.join(".git")).unwrap();
    symlink(&leads, place.path.join(".git")).unwrap();
    assert_eq!(is_looked_into(&place), (false, false, false));
    let place = Place::repository();
    place.write(".git/commondir", format!("{}\n", leads.display()));
    assert_eq!(is_looked_into(&place), (false, false, false));
    // What git itself makes so is looked into.
    let (tree, outer) = (tempfile::tempdir().unwrap(), Place::repository());
    let at = tree.path().join("tree");
    other.git(&["worktree", "add", "--quiet", at.to_str().unwrap()]);
    assert!(repository(&at).is_some() && commit(&at).unwrap().clean);
    let source = other.path.to_str().unwrap();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "sub"]);
    assert!(repository(&outer.path.join("sub")).is_some() && commit(&outer.path.join("sub")).unwrap().clean);
}

#[test]
fn an_index_that_names_what_is_outside_says_nothing_of_it() {
    let (outside, place) = (tempfile::tempdir().unwrap(), Place::new());
    let inside = outside.path().join("inside");
    fs::create_dir(&inside).unwrap();
    fs::write(outside.path().join("pin.txt"), "4711").unwrap();
    place.git(&["init", "--quiet", inside.to_str().unwrap()]);
    let git = |arguments: &[&str]| place.git(&[&["-C", inside.to_str().unwrap()], arguments].concat());
    fs::write(inside.join("xx-pin.txt"), "4711").unwrap();
    git(&["add", "--all"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=a"]);
    // The same entry, the first letters of whose name lead out.
    let index = inside.join(".git/index");
    let mut bytes = fs::read(&index).unwrap();
    let at = bytes.windows(10).position(|name| name == b"xx-pin.txt").unwrap();
    bytes[at..at + 3].copy_from_slice(b"../");
    let signed = bytes.len() - 20;
    bytes[signed..].fill(0);
    fs::write(&index, bytes).unwrap();
    assert!(!commit(&inside).is_some_and(|commit| commit.clean));
}
