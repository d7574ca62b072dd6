//! What git ignores, with git itself as the judge.
//! Not what is staged.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::discover::{Place, names, problems, skipped};

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
fn what_is_tracked_is_not_counted_as_ignored() {
    let place = Place::repository();
    place.write(".gitignore", "out/\n*.o\n");
    for file in ["out/a", "b.o", "c.o", "part.o/d"] {
        place.write(file, "1");
    }
    place.git(&["add", "--force", "out", "b.o", "part.o"]);
    place.write("part.o/e", "1");
    let found = place.walk_all();
    assert_eq!(names(&found), [".gitignore", "b.o", "out/a", "part.o/d"]);
    assert_eq!(skipped(&found), [("ignored by git", 2)], "c.o, and the folder of which a part is not read");
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

#[test]
fn patterns_that_cost_too_much_are_a_problem_and_what_they_ignore_is_examined() {
    let place = Place::repository();
    for folder in 0..40 {
        place.write(&format!("{folder:02}/.gitignore"), format!("a\n{}", "*a".repeat(120_000)));
        place.write(&format!("{folder:02}/a"), "1");
    }
    place.write("huge/.gitignore", "a\n".repeat(1 << 20));
    place.write("huge/a", "1");
    let walked = place.walk_all();
    assert_eq!(names(&walked).iter().filter(|name| name.ends_with("/a")).count(), 41);
    let told = problems(&walked);
    assert_eq!(told.len(), 41);
    for (at, (name, message)) in told[..40].iter().enumerate() {
        assert_eq!(*name, format!("{at:02}/.gitignore"));
        assert!(
            message.starts_with("its patterns are not heeded, and what git ignores by them is read: with"),
            "{message}"
        );
    }
    assert_eq!(told[40].0, "huge/.gitignore");
    assert!(told[40].1.ends_with("they have more than 256 KiB"), "{}", told[40].1);
}

/// Patterns that are wild, so that they are taken for costly, and compiled in no time.
fn wild(bytes: usize) -> String {
    format!("a\n{}x\n", "**/".repeat(bytes / 3))
}

#[test]
fn the_patterns_of_a_scan_have_an_end_and_it_is_the_same_one_with_any_number_of_threads() {
    let place = Place::repository();
    for folder in 0..60 {
        place.write(&format!("{folder:02}/.gitignore"), wild(30_000));
        place.write(&format!("{folder:02}/a"), "1");
    }
    let walk_by = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| place.walk_all())
    };
    let (one, four) = (walk_by(1), walk_by(4));
    assert_eq!(problems(&one), problems(&four));
    assert_eq!(names(&one), names(&four));
    let told = problems(&one);
    let read: Vec<&str> = names(&one).into_iter().filter(|name| name.ends_with("/a")).collect();
    assert!((20..30).contains(&told.len()), "{}", told.len());
    assert_eq!(told.len(), read.len());
    for ((ignoring, message), read) in told.iter().zip(read) {
        assert_eq!(ignoring.strip_suffix(".gitignore"), read.strip_suffix('a'));
        assert!(message.contains("heeding what git ignores costs more"), "{message}");
    }
}

#[test]
fn names_are_not_compared_with_costly_patterns_without_end() {
    let place = Place::repository();
    place.write(".gitignore", wild(60_000));
    for file in 0..200 {
        place.write(&format!("deep/{}/{file:03}", "n".repeat(240)), "1");
    }
    place.write(&format!("deep/{}/a", "n".repeat(240)), "1");
    let walked = place.walk_all();
    assert!(problems(&walked).is_empty());
    assert!(!names(&walked).into_iter().any(|name| name.ends_with("n/a")));
    for folder in 0..20 {
        for file in 0..200 {
            place.write(&format!("deep/{folder:02}{}/{file:03}", "n".repeat(240)), "");
        }
        place.write(&format!("deep/{folder:02}{}/a", "n".repeat(240)), "");
    }
    let walked = place.walk_all();
    let told = problems(&walked);
    let read = names(&walked).into_iter().filter(|name| name.ends_with("n/a")).count();
    assert!(!told.is_empty() && told.len() < 20, "{told:?}");
    assert_eq!(told.len(), read, "what is ignored in a folder that there is not enough for is read");
    assert!(
        told.iter().all(|(_, message)| message.starts_with("what git ignores in this folder is read all the same"))
    );
}

#[test]
fn a_repository_of_many_projects_heeds_the_patterns_of_all() {
    let place = Place::repository();
    let ordinary = "# built\n*.o\n*.log\n/build/\n[Dd]ebug/\n.env.*\nnode_modules\n*~\n!keep.log\na\n";
    for project in 0..500 {
        place.write(&format!("{project}/.gitignore"), ordinary);
        place.write(&format!("{project}/a"), "1");
    }
    let walked = place.walk_all();
    assert!(problems(&walked).is_empty());
    assert!(names(&walked).iter().all(|name| name.ends_with(".gitignore")));
}
