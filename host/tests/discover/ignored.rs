//! What git ignores, with git itself as the judge.
//! Not what is staged.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::{Place, names, problems, skipped};

/// Every file that git tracks, or would add.
fn known_to_git(place: &Place) -> BTreeSet<String> {
    let listing = place.git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let text = String::from_utf8(listing).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn walked(place: &Place) -> BTreeSet<String> {
    names(&place.walk_all()).into_iter().map(str::to_owned).collect()
}

#[test]
fn what_is_walked_is_what_git_knows() {
    let place = Place::repository();
    place.write(
        ".gitignore",
        "\u{feff}*.log\n!keep.log\n/build/\nout\n# c\n\\#odd\ndoc/**/x\ntrailing \n[bad\n!in-out\n",
    );
    place.write("sub/.gitignore", "!*.log\n/only-here\na/*/b\n");
    place.write("sub/deep/.gitignore", "*\n!.gitignore\n!this\n");
    place.write(".git/info/exclude", "private*\n");
    let files = [
        "a.log",
        "keep.log",
        "build/x",
        "sub/build/x",
        "sub/b.log",
        "sub/only-here",
        "only-here",
        "sub/a/1/b",
        "sub/a/b",
        "sub/deep/this",
        "sub/deep/that",
        "sub/deep/er/this",
        "#odd",
        "doc/x",
        "doc/1/2/x",
        "trailing",
        "private.pem",
        "sub/private",
        "out/in-out",
        "sub/out",
        "[bad",
        "é/ü.log",
        "keep/keep.log",
        "build2/x",
    ];
    for file in files {
        place.write(file, "1");
    }
    assert_eq!(walked(&place), known_to_git(&place));
    place.git(&["add", "--force", "build/x", "sub/deep/that", "out", "a.log", "é/ü.log"]);
    assert_eq!(walked(&place), known_to_git(&place));
    std::fs::remove_file(place.path.join("a.log")).unwrap();
    let mut expected = known_to_git(&place);
    assert!(expected.remove("a.log"));
    assert_eq!(walked(&place), expected);
    assert!(place.walk_all().problems.is_empty());
}

/// Patterns of every form of gitignore(5), over names that they can match.
fn any_patterns() -> impl proptest::strategy::Strategy<Value = Vec<String>> {
    let name = "([ab]|a\\*|\\*b|\\?|[*]|\\*\\*|\\[ab\\]|\\[!a\\]|\\\\a)";
    let pattern = proptest::string::string_regex(&format!("!?/?{name}(/{name}){{0,2}}/?")).unwrap();
    proptest::collection::vec(pattern, 1..5)
}

#[test]
fn any_patterns_ignore_what_git_ignores() {
    use proptest::test_runner::{Config, TestRunner};
    let place = Place::repository();
    for first in ["a", "b", "ab", "c"] {
        for second in ["a", "b", "ab"] {
            place.write(&format!("{first}/{second}/a"), "1");
            place.write(&format!("{first}/{second}/cb"), "1");
            place.write(&format!("{first}/{second}x"), "1");
        }
    }
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(any_patterns(), any_patterns()), |(top, inner)| {
        place.write(".gitignore", top.join("\n"));
        place.write("a/.gitignore", inner.join("\n"));
        proptest::prop_assert_eq!(walked(&place), known_to_git(&place));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_folder_that_is_ignored_counts_once() {
    let place = Place::repository();
    place.write(".gitignore", "node_modules\n");
    place.write("node_modules/a", "1");
    place.write("node_modules/b", "1");
    assert_eq!(skipped(&place.walk_all()), [("ignored by git", 1)]);
}

#[test]
fn what_is_named_is_read_although_git_ignores_it() {
    let place = Place::repository();
    place.write(".gitignore", "secret.pem\nbuild/\n*.o\n");
    place.write("secret.pem", "1");
    place.write("build/a", "1");
    place.write("build/b.o", "1");
    assert_eq!(names(&place.walk(&["secret.pem", "build"])), ["build/a", "secret.pem"]);
    assert_eq!(names(&place.walk(&[".", "secret.pem"])), [".gitignore", "secret.pem"]);
}

#[test]
fn what_is_tracked_in_an_ignored_folder_is_read_once_when_it_is_named_too() {
    let place = Place::repository();
    place.write(".gitignore", "out/\n*.o\n");
    for file in ["out/a", "out/in/b", "out/in/c.o", "out/in/d/e"] {
        place.write(file, "1");
    }
    place.git(&["add", "--all", "--force"]);
    let discovery = place.walk(&[".", "out/in", "out/in/d/e"]);
    assert_eq!(names(&discovery), [".gitignore", "out/a", "out/in/b", "out/in/c.o", "out/in/d/e"]);
    assert_eq!(discovery.files, 5);
}

#[test]
fn patterns_from_above_hold_in_a_folder_that_is_named() {
    let place = Place::repository();
    place.write(".gitignore", "*.o\n");
    place.write("a/.gitignore", "!b.o\n");
    place.write("a/b/a.o", "1");
    place.write("a/b/b.o", "1");
    place.write("a/b/c", "1");
    assert_eq!(names(&place.walk(&["a/b"])), ["a/b/b.o", "a/b/c"]);
}

#[test]
fn outside_a_repository_nothing_is_ignored() {
    let place = Place::new();
    place.write(".gitignore", "a\n");
    place.write(".ignore", "a\n");
    place.write(".rgignore", "a\n");
    place.write("a", "1");
    place.write("pretence/.git/nothing", "");
    place.write("pretence/.gitignore", "a\n");
    place.write("pretence/a", "1");
    let expected = [".gitignore", ".ignore", ".rgignore", "a", "pretence/.gitignore", "pretence/a"];
    assert_eq!(names(&place.walk_all()), expected);
}

#[test]
fn patterns_end_at_the_repository_inside_another() {
    let place = Place::repository();
    place.write(".gitignore", "a\n");
    place.git(&["init", "--quiet", "inner"]);
    place.write("inner/a", "1");
    place.write("inner/b", "1");
    place.write("inner/.gitignore", "b\n");
    assert_eq!(names(&place.walk_all()), [".gitignore", "inner/.gitignore", "inner/a"]);
}

#[test]
fn a_submodule_in_an_ignored_folder_is_walked_and_so_are_its_tracked_files() {
    let library = Place::repository();
    library.write(".gitignore", "generated/\n");
    library.write("generated/key", "1");
    library.write("lib.c", "1");
    library.git(&["add", "--force", "generated/key"]);
    library.commit();
    let place = Place::repository();
    place.write(".gitignore", "vendor/\n");
    place.git(&["submodule", "--quiet", "add", "--force", library.path.to_str().unwrap(), "vendor/lib"]);
    place.write("vendor/untracked", "1");
    place.write("vendor/lib/generated/untracked", "1");
    let expected =
        [".gitignore", ".gitmodules", "vendor/lib/.gitignore", "vendor/lib/generated/key", "vendor/lib/lib.c"];
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), expected);
    assert_eq!(problems(&discovery), []);
}

#[test]
fn a_worktree_heeds_the_excludes_of_its_repository() {
    let place = Place::repository();
    place.write("a", "1");
    place.write(".git/info/exclude", "private\n");
    place.commit();
    place.git(&["worktree", "add", "--quiet", "tree"]);
    place.write("tree/private", "1");
    assert_eq!(names(&place.walk(&["tree"])), ["tree/a"]);
}

#[test]
fn patterns_that_are_a_link_a_fifo_or_huge_are_not_heeded() {
    let place = Place::repository();
    for (name, _) in [("link", 0), ("fifo", 0), ("huge", 0)] {
        place.write(&format!("{name}/a"), "1");
    }
    symlink("/dev/zero", place.path.join("link/.gitignore")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path.join("fifo/.gitignore")).status().unwrap().success());
    place.write("huge/.gitignore", "a\n".repeat(1 << 20));
    assert_eq!(names(&place.walk_all()), ["fifo/a", "huge/.gitignore", "huge/a", "link/a"]);
}

#[test]
fn patterns_that_cost_too_much_are_a_problem_and_what_they_ignore_is_examined() {
    let place = Place::repository();
    place.write("a/.gitignore", "*.log\n");
    place.write("a/x.log", "1");
    assert_eq!(names(&place.walk_all()), ["a/.gitignore"], "as long as they cost little they are heeded");
    for folder in ["b", "c", "d", "e", "f"] {
        place.write(&format!("{folder}/.gitignore"), format!("{}\n", "*a".repeat(120_000)));
        place.write(&format!("{folder}/y.log"), "1");
    }
    let expected: Vec<String> = std::iter::once(["a/.gitignore".to_owned(), "a/x.log".to_owned()])
        .chain(["b", "c", "d", "e", "f"].map(|folder| [format!("{folder}/.gitignore"), format!("{folder}/y.log")]))
        .flatten()
        .collect();
    for _ in 0..4 {
        let discovery = place.walk_all();
        assert_eq!(names(&discovery), expected);
        let [("f/.gitignore", message)] = problems(&discovery)[..] else { panic!("{:?}", discovery.problems) };
        assert!(message.contains("none of them is heeded"), "{message}");
    }
}

#[test]
fn a_tracked_file_behind_a_link_is_not_read() {
    let (place, elsewhere) = (Place::repository(), Place::new());
    elsewhere.write("key", "secret");
    place.write("build/key", "1");
    place.commit();
    place.write(".gitignore", "build\n");
    std::fs::remove_dir_all(place.path.join("build")).unwrap();
    symlink(&elsewhere.path, place.path.join("build")).unwrap();
    assert_eq!(names(&place.walk_all()), [".gitignore"]);
}

#[test]
fn where_git_cannot_tell_what_is_tracked_that_is_a_problem() {
    let place = Place::repository();
    place.write(".gitignore", "a\n");
    place.write("a", "1");
    place.write("b", "1");
    place.write(".git/index", "nonsense");
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), [".gitignore", "b"]);
    let [(".", message)] = problems(&discovery)[..] else { panic!("{discovery:?}") };
    assert!(message.contains("may be tracked all the same: git ls-files failed: "), "{message}");
    std::fs::remove_file(place.path.join(".gitignore")).unwrap();
    assert!(place.walk_all().problems.is_empty());
}
