//! Folders with everything in them that a file system can hold.
//! Not what git ignores in them.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use keyreeve::discover::{Request, walk};
use keyreeve::progress::{Progress, Silent};

use crate::discover::{Place, contents, links, names, problems, skipped};

fn make_fifo(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn hidden_and_binary_files_are_read_and_dot_git_is_not() {
    let place = Place::new();
    place.write("b.der", [0x30, 0, 0xff]);
    place.write("a/.env", "x");
    place.write(".ssh/id", "y");
    place.write("a/.git/config", "z");
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), [".ssh/id", "a/.env", "b.der"]);
    assert_eq!((discovery.files, discovery.bytes), (3, 5));
    assert_eq!(discovery.sources.iter().next().unwrap().1.file, Some(place.path.join(".ssh/id")));
}

#[test]
fn only_what_can_matter_is_kept_and_everything_is_counted() {
    struct Sum(AtomicUsize, AtomicU64);
    impl Progress for Sum {
        fn advance(&self, files: usize, bytes: u64) {
            self.0.fetch_add(files, Ordering::Relaxed);
            self.1.fetch_add(bytes, Ordering::Relaxed);
        }
    }
    let place = Place::new();
    for at in 0..1000 {
        place.write(&format!("d{}/f{at:03}", at % 3), format!("{at:03}"));
    }
    let (sum, paths) = (Sum(AtomicUsize::new(0), AtomicU64::new(0)), [place.path.clone()]);
    let keep = |name: &str, bytes: &[u8]| name.starts_with("d0/") && bytes == &name.as_bytes()[4..] && bytes[2] == b'6';
    let discovery = walk(&Request { root: &place.path, paths: &paths, keep: &keep }, &sum);
    let expected: Vec<String> =
        (0..1000).filter(|at| at % 3 == 0 && at % 10 == 6).map(|at| format!("d0/f{at:03}")).collect();
    assert_eq!(names(&discovery), expected);
    assert_eq!((discovery.files, discovery.bytes), (1000, 3000));
    assert_eq!((sum.0.into_inner(), sum.1.into_inner()), (1000, 3000));
}

#[test]
fn names_with_line_breaks_stay_and_bytes_that_are_no_utf_8_are_spelt() {
    let place = Place::new();
    place.write("a\nb", "1");
    fs::write(place.path.join(OsStr::from_bytes(b"c\xffd")), "2").unwrap();
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), ["a\nb", "c\\xffd"]);
    let (_, last) = discovery.sources.iter().last().unwrap();
    assert_eq!(last.file.as_ref().unwrap().file_name().unwrap().as_bytes(), b"c\xffd");
}

#[test]
fn a_link_is_told_and_not_followed() {
    let place = Place::new();
    let elsewhere = Place::new();
    elsewhere.write("secret", "s");
    place.write("available/a", "1");
    fs::create_dir(place.path.join("enabled")).unwrap();
    symlink("../available/a", place.path.join("enabled/a")).unwrap();
    symlink("available", place.path.join("all")).unwrap();
    symlink("..", place.path.join("available/loop")).unwrap();
    symlink("myself", place.path.join("myself")).unwrap();
    symlink("nowhere", place.path.join("dangling")).unwrap();
    symlink(elsewhere.path.join("secret"), place.path.join("out")).unwrap();
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), ["available/a"]);
    assert_eq!(links(&discovery), [("enabled/a", "available/a")]);
    assert_eq!(skipped(&discovery), [("symlink", 3)]);
    assert!(discovery.problems.is_empty());
}

#[test]
fn a_link_that_is_named_is_followed_to_the_file_it_leads_to() {
    let place = Place::new();
    let elsewhere = Place::new();
    let outside = elsewhere.write("x.conf", "2");
    place.write("real/a", "1");
    symlink("real", place.path.join("folder")).unwrap();
    symlink(&outside, place.path.join("file")).unwrap();
    let discovery = place.walk(&["folder", "file", "real"]);
    let outside = outside.to_str().unwrap();
    assert_eq!(contents(&discovery), [(outside, &b"2"[..]), ("real/a", &b"1"[..])].into());
    assert_eq!(discovery.files, 2);
}

#[test]
fn what_is_named_twice_is_read_once() {
    let place = Place::new();
    place.write("a/b/c", "1");
    place.write("a/d", "1");
    let discovery = place.walk(&["a/b/c", "a/b", ".", "a/../a", "a/d"]);
    assert_eq!(names(&discovery), ["a/b/c", "a/d"]);
    assert_eq!(discovery.files, 2);
}

#[test]
fn fifos_sockets_and_devices_are_skipped_and_a_problem_only_when_named() {
    let place = Place::new();
    make_fifo(&place.path.join("fifo"));
    let _socket = std::os::unix::net::UnixListener::bind(place.path.join("socket")).unwrap();
    let discovery = place.walk_all();
    assert_eq!(skipped(&discovery), [("FIFO", 1), ("socket", 1)]);
    assert!(discovery.problems.is_empty());
    let discovery = place.walk(&["fifo", "/dev/zero"]);
    assert_eq!(problems(&discovery), [("/dev/zero", "is not read: device"), ("fifo", "is not read: FIFO")]);
}

#[test]
fn a_sparse_gigabyte_is_skipped_and_a_problem_when_named() {
    let place = Place::new();
    File::create(place.path.join("huge")).unwrap().set_len(1 << 30).unwrap();
    File::create(place.path.join("some")).unwrap().set_len(5 << 20).unwrap();
    let discovery = place.walk_all();
    assert_eq!(skipped(&discovery), [("larger than 256 MiB", 1)]);
    assert_eq!((discovery.files, discovery.bytes), (1, 5 << 20));
    assert!(discovery.sources.iter().all(|(_, source)| source.bytes().iter().all(|byte| *byte == 0)));
    assert_eq!(problems(&place.walk(&["huge"])), [("huge", "is not read: larger than 256 MiB")]);
}

#[test]
fn a_path_that_does_not_exist_is_a_problem() {
    let place = Place::new();
    place.write("a", "1");
    let discovery = place.walk(&["a", "b", "c/d"]);
    assert_eq!(names(&discovery), ["a"]);
    let reason = "cannot be found: no such file or directory";
    let missing = place.path.join("c/d");
    assert_eq!(problems(&discovery), [("b", reason), ("c/d", reason)], "{missing:?}");
}

#[test]
fn a_thousand_levels_are_walked() {
    let place = Place::new();
    let mut folder = place.path.clone();
    for _ in 0..1000 {
        folder.push("d");
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("leaf"), "1").unwrap();
    let discovery = place.walk_all();
    assert_eq!(names(&discovery), ["d/".repeat(1000) + "leaf"]);
}

#[test]
fn a_path_too_long_for_the_system_is_a_problem() {
    let place = Place::new();
    let part = "d".repeat(200);
    let script = format!("for _ in $(seq 30); do mkdir {part} && cd {part} || exit 1; done; echo 1 > leaf");
    assert!(Command::new("bash").arg("-c").arg(script).current_dir(&place.path).status().unwrap().success());
    let discovery = place.walk_all();
    assert!(names(&discovery).is_empty());
    let [(name, message)] = problems(&discovery)[..] else { panic!("{discovery:?}") };
    assert!(name.starts_with(&part));
    assert_eq!(message, "cannot be read: file name too long");
    assert!(Command::new("rm").arg("-rf").arg(place.path.join(part)).status().unwrap().success());
}

#[test]
fn what_may_not_be_read_is_a_problem_and_the_rest_is_read() {
    let place = Place::new();
    place.write("good", "1");
    let (file, folder) = (place.write("shut", "2"), place.path.join("closed"));
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o000)).unwrap();
    if File::open(&file).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let discovery = place.walk_all();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(names(&discovery), ["good"]);
    let reason = "cannot be read: permission denied";
    assert_eq!(problems(&discovery), [("closed", reason), ("shut", reason)]);
}

#[test]
fn files_that_change_their_type_meanwhile_never_block_the_walk() {
    let place = Place::new();
    let folder = place.path.clone();
    fs::create_dir(folder.join("d")).unwrap();
    place.write("steady", "1");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let path = folder.join("d/changing");
            while !stop.load(Ordering::Relaxed) {
                fs::write(&path, "x").unwrap();
                fs::remove_file(&path).unwrap();
                symlink("/dev/zero", &path).unwrap();
                fs::remove_file(&path).unwrap();
                make_fifo(&path);
                fs::remove_file(&path).unwrap();
            }
        });
        for _ in 0..100 {
            let discovery =
                walk(&Request { root: &folder, paths: std::slice::from_ref(&folder), keep: &|_, _| true }, &Silent);
            assert!(names(&discovery).contains(&"steady"));
            assert!(discovery.bytes <= 2, "{discovery:?}");
            assert!(discovery.problems.is_empty(), "{discovery:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
}
