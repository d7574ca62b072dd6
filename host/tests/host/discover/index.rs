//! The index and trees of repositories, in the states that people get them into.
//! Not the working tree.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::process::Command;

use keyreeve::discover::{GitError, Staged, commit, staged, tree};
use keyreeve::progress::Silent;

use crate::discover::{Place, contents, links, names, problems, skipped};

fn staged_in(place: &Place) -> Staged {
    staged(&place.path, &|_, _| true, &Silent).unwrap()
}

fn changed(staged: &Staged) -> Vec<&str> {
    staged.changed.iter().map(String::as_str).collect()
}

#[test]
fn what_is_staged_counts_and_not_what_lies_in_the_folder() {
    let place = Place::repository();
    place.write("same", "1");
    place.write("partly", "old");
    place.write("gone", "1");
    place.commit();
    place.write("partly", "staged");
    place.write("new\nline", "2");
    place.git(&["add", "--all"]);
    place.git(&["rm", "--quiet", "gone"]);
    place.write("partly", "not staged");
    place.write("untracked", "3");
    let staged = staged_in(&place);
    let expected = [("new\nline", &b"2"[..]), ("partly", b"staged"), ("same", b"1")];
    assert_eq!(contents(&staged.discovery), expected.into());
    assert_eq!(changed(&staged), ["new\nline", "partly"]);
    assert_eq!((staged.discovery.files, staged.discovery.bytes), (3, 8));
    assert!(staged.discovery.sources.iter().all(|(_, source)| source.file.is_none()));
}

#[test]
fn before_the_first_commit_everything_is_changed() {
    let place = Place::repository();
    place.write("a/b", "1");
    place.git(&["add", "--all"]);
    assert_eq!(changed(&staged_in(&place)), ["a/b"]);
    assert!(commit(&place.path).is_none());
}

#[test]
fn a_renamed_file_is_changed_under_its_new_name() {
    let place = Place::repository();
    place.write("old", "1".repeat(1000));
    place.commit();
    place.git(&["mv", "old", "new"]);
    let staged = staged_in(&place);
    assert_eq!((names(&staged.discovery), changed(&staged)), (vec!["new"], vec!["new"]));
}

#[test]
fn links_and_submodules_are_told_apart_from_files() {
    let library = Place::repository();
    library.write("lib.c", "1");
    library.commit();
    let place = Place::repository();
    place.write("available/a", "1");
    std::fs::create_dir(place.path.join("enabled")).unwrap();
    symlink("../available/a", place.path.join("enabled/a")).unwrap();
    symlink("available", place.path.join("all")).unwrap();
    symlink("/etc/passwd", place.path.join("out")).unwrap();
    symlink("none", place.path.join("dangling")).unwrap();
    place.git(&["submodule", "--quiet", "add", library.path.to_str().unwrap(), "lib"]);
    place.git(&["add", "--all"]);
    let discovery = staged_in(&place).discovery;
    assert_eq!(names(&discovery), [".gitmodules", "available/a"]);
    assert_eq!(skipped(&discovery), [("submodule", 1), ("symlink", 2)]);
    assert_eq!(links(&discovery), [("enabled/a", "available/a")]);
}

#[test]
fn below_the_top_names_are_relative_and_the_rest_is_left_out() {
    let place = Place::repository();
    place.write("sub/a", "1");
    place.write("top", "1");
    place.commit();
    place.write("sub/b", "2");
    place.write("top", "2");
    place.git(&["add", "--all"]);
    let sub = place.path.join("sub");
    let staged = staged(&sub, &|_, _| true, &Silent).unwrap();
    assert_eq!((names(&staged.discovery), changed(&staged)), (vec!["a", "b"], vec!["b"]));
    assert_eq!(names(&tree(&sub, "HEAD", &|_, _| true, &Silent).unwrap()), ["a"]);
}

#[test]
fn an_unresolved_conflict_is_a_problem() {
    let place = Place::repository();
    place.write("a", "base");
    place.commit();
    place.git(&["switch", "--quiet", "--create", "other"]);
    place.write("a", "other");
    place.commit();
    place.git(&["switch", "--quiet", "main"]);
    place.write("a", "main");
    place.commit();
    assert!(!place.command(&["merge", "--quiet", "other"]).output().unwrap().status.success());
    let staged = staged_in(&place);
    assert!(names(&staged.discovery).is_empty());
    assert_eq!(problems(&staged.discovery), [("a", "is not read: it has an unresolved merge conflict")]);
}

#[test]
fn a_tree_is_read_as_it_was() {
    let place = Place::repository();
    place.write("a", "old");
    place.write("big", vec![7; 3 << 20]);
    place.commit();
    place.write("a", "new");
    place.commit();
    let discovery = tree(&place.path, "HEAD~1", &|_, _| true, &Silent).unwrap();
    assert_eq!(contents(&discovery)["a"], b"old");
    assert_eq!(contents(&discovery)["big"], vec![7; 3 << 20]);
}

#[test]
fn only_what_can_matter_is_kept_of_a_tree() {
    let place = Place::repository();
    for at in 0..500 {
        place.write(&format!("f{at:03}"), format!("{at}"));
    }
    place.commit();
    let discovery = tree(&place.path, "HEAD", &|_, bytes| bytes.ends_with(b"99"), &Silent).unwrap();
    assert_eq!(names(&discovery), ["f099", "f199", "f299", "f399", "f499"]);
    assert_eq!(discovery.files, 500);
}

#[test]
fn a_revision_that_is_none_says_what_to_do() {
    let place = Place::repository();
    place.write("a", "1");
    place.commit();
    for revision in ["origin/main", "--output=/tmp/x", "", "HEAD:a"] {
        let error = tree(&place.path, revision, &|_, _| true, &Silent).unwrap_err();
        assert!(matches!(&error, GitError::UnknownRevision { shallow: false, .. }), "{revision}: {error}");
        assert!(error.to_string().contains("git fetch"), "{error}");
    }
    let clone = Place::new();
    let url = format!("file://{}", place.path.display());
    place.write("a", "2");
    place.commit();
    clone.git(&["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let error = tree(&clone.path.join("shallow"), "HEAD~1", &|_, _| true, &Silent).unwrap_err();
    assert!(error.to_string().contains("--unshallow"), "{error}");
}

#[test]
fn outside_a_repository_is_said() {
    let place = Place::new();
    let error = staged(&place.path, &|_, _| true, &Silent).unwrap_err();
    assert_eq!(error.to_string(), format!("{} is not in a git repository", place.path.display()));
    assert!(commit(&place.path).is_none());
}

#[test]
fn the_commit_is_clean_until_a_tracked_file_changes() {
    let place = Place::repository();
    place.write("a", "1");
    place.commit();
    place.write("untracked", "1");
    let id = String::from_utf8(place.git(&["rev-parse", "HEAD"])).unwrap();
    let seen = commit(&place.path).unwrap();
    assert_eq!((seen.id.as_str(), seen.clean), (id.trim(), true));
    place.write("a", "2");
    assert!(!commit(&place.path).unwrap().clean);
}

#[test]
fn objects_that_are_missing_or_broken_are_problems_and_the_rest_is_read() {
    let place = Place::repository();
    for name in ["a", "broken", "m", "missing", "z"] {
        place.write(name, name);
    }
    place.git(&["add", "--all"]);
    let object = |name: &str| {
        let id = String::from_utf8(place.git(&["rev-parse", &format!(":{name}")])).unwrap();
        place.path.join(".git/objects").join(&id[..2]).join(id[2..].trim())
    };
    std::fs::remove_file(object("missing")).unwrap();
    std::fs::remove_file(object("broken")).unwrap();
    std::fs::write(object("broken"), "nonsense").unwrap();
    let discovery = staged_in(&place).discovery;
    assert_eq!(names(&discovery), ["a", "m", "z"]);
    assert_eq!(problems(&discovery).iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["broken", "missing"]);
}

#[test]
fn a_configuration_that_names_programs_runs_none() {
    let place = Place::repository();
    place.write(".gitattributes", "* diff=evil\na filter=evil.one\nb filter=evil.two\n");
    place.write(".gitignore", "ignored\n");
    place.write("ignored", "1");
    place.write("a", "1");
    place.write("b", "1");
    place.commit();
    place.write("a", "2");
    place.git(&["add", "--all"]);
    // As long as what is committed, and newer: only its content shows whether it is the same.
    place.write("b", "1");
    let trap = place.write("trap.sh", "#!/bin/sh\ntouch \"$(dirname \"$0\")/sprung\"\n");
    assert!(Command::new("chmod").arg("+x").arg(&trap).status().unwrap().success());
    let trap = trap.to_str().unwrap();
    for key in ["core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager"] {
        place.git(&["config", key, trap]);
    }
    for key in ["filter.evil.one.clean", "filter.evil.two.process"] {
        place.git(&["config", key, trap]);
        place.git(&["config", &key.replace("clean", "required").replace("process", "required"), "true"]);
    }
    place.walk_all();
    staged_in(&place);
    tree(&place.path, "HEAD", &|_, _| true, &Silent).unwrap();
    commit(&place.path).unwrap();
    assert!(!place.path.join("sprung").exists());
    let _ = place.command(&["status"]).output().unwrap();
    assert!(place.path.join("sprung").exists(), "the trap works");
}

/// A folder can be committed that looks like the inside of a bare repository, with a configuration of its own.
#[test]
fn a_repository_that_was_committed_as_files_is_none() {
    let place = Place::new();
    place.git(&["init", "--quiet", "--bare", "inner"]);
    place.write("inner/a", "1");
    for (key, value) in [("core.bare", "false"), ("core.worktree", ".")] {
        place.git(&["-C", "inner", "config", key, value]);
    }
    let inner = place.path.join("inner");
    place.git(&["-C", "inner", "add", "a"]);
    place.git(&[
        "-C",
        "inner",
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "commit",
        "--quiet",
        "--message=x",
    ]);
    assert!(commit(&inner).is_none());
    assert!(tree(&inner, "HEAD", &|_, _| true, &Silent).is_err());
}

/// Run by hooks of the tests below, with what git gives a hook in its environment.
#[test]
#[ignore = "is run by the hooks of other tests"]
fn inside_a_hook() {
    let root = std::env::var_os("KEYREEVE_TEST_ROOT").unwrap();
    let staged = staged(root.as_ref(), &|_, _| true, &Silent).unwrap();
    let names: BTreeSet<_> = staged.discovery.sources.iter().map(|(_, source)| &source.name).collect();
    let seen = format!("{names:?} {:?}", staged.changed);
    std::fs::write(std::env::var_os("KEYREEVE_TEST_SEEN").unwrap(), seen).unwrap();
}

/// Commits with a hook that looks at what is staged; what it saw.
fn seen_by_hook(place: &Place, folder: &str, root: &str, arguments: &[&str]) -> String {
    let program = std::env::current_exe().unwrap();
    let hook = format!("#!/bin/sh\nexec '{}' --ignored --exact discover::index::inside_a_hook\n", program.display());
    let hook = place.write(".git/hooks/pre-commit", hook);
    assert!(Command::new("chmod").arg("+x").arg(hook).status().unwrap().success());
    let seen = place.path.join(".git/seen");
    let mut command = place.command(&[&["-C", folder, "commit", "--quiet", "--message=x"], arguments].concat());
    command.env("KEYREEVE_TEST_ROOT", place.path.join(root)).env("KEYREEVE_TEST_SEEN", &seen);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    std::fs::read_to_string(seen).unwrap()
}

#[test]
fn a_hook_sees_the_index_that_is_being_committed() {
    let place = Place::repository();
    place.write("a", "1");
    place.write("sub/b", "1");
    place.commit();
    place.write("a", "2");
    place.write("sub/b", "2");
    place.git(&["add", "a"]);
    assert_eq!(seen_by_hook(&place, ".", ".", &["--only", "sub/b"]), r#"{"a", "sub/b"} {"sub/b"}"#);
    place.write("sub/b", "3");
    assert_eq!(seen_by_hook(&place, "sub", "sub", &["--all"]), r#"{"b"} {"b"}"#);
}

#[test]
fn a_hook_of_a_worktree_sees_its_own_index() {
    let place = Place::repository();
    place.write("a", "1");
    place.write("sub/b", "1");
    place.commit();
    place.git(&["worktree", "add", "--quiet", "tree"]);
    place.write("tree/sub/c", "1");
    place.git(&["-C", "tree", "add", "--all"]);
    assert_eq!(seen_by_hook(&place, "tree", "tree/sub", &[]), r#"{"b", "c"} {"c"}"#);
}
