//! Tests of things in folders that are not ordinary files, or have names that nobody types.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use super::{checked, only_problem};
use crate::support::{AS_OF, Answer, Tree, all, finish, mint};

fn fifo(tree: &Tree, name: &str) {
    assert_eq!(finish(tree.command("mkfifo").arg(name)).code, 0);
}

#[test]
fn fifos_sockets_and_links_in_a_folder_are_counted_and_not_read() {
    let tree = Tree::with(&[("a.pem", &mint::weak())]);
    fifo(&tree, "fifo.pem");
    let _socket = UnixListener::bind(tree.path.join("socket.pem")).unwrap();
    symlink("/dev/zero", tree.path.join("zero.pem")).unwrap();
    symlink("nowhere", tree.path.join("dangling.pem")).unwrap();
    let (human, report) = checked(&tree, &[]);
    human.ends_with(1).says("not examined (4)").says("1 file: FIFO").says("1 file: socket").says("2 files: symlink");
    assert_eq!(report["sources"]["skipped"], serde_json::json!({ "FIFO": 1, "socket": 1, "symlink": 2 }));
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[test]
fn what_is_named_and_not_read_is_a_problem() {
    let tree = Tree::new();
    fifo(&tree, "fifo.pem");
    let _socket = UnixListener::bind(tree.path.join("socket.pem")).unwrap();
    symlink("/dev/zero", tree.path.join("zero.pem")).unwrap();
    for (path, problem) in [
        ("fifo.pem", "fifo.pem: is not read: FIFO"),
        ("socket.pem", "socket.pem: is not read: socket"),
        ("zero.pem", "zero: is not read: device"),
        ("/dev/zero", "zero: is not read: device"),
        ("nowhere", "nowhere: cannot be found: no such file or directory"),
    ] {
        let (human, report) = checked(&tree, &[path]);
        human.ends_with(3).says("exit 3");
        assert_eq!(only_problem(&report), problem);
    }
}

#[test]
fn links_that_lead_in_a_circle_end() {
    let tree = Tree::with(&[("a/a.pem", &mint::weak())]);
    symlink("..", tree.path.join("a/up")).unwrap();
    symlink("loop", tree.path.join("loop")).unwrap();
    symlink("pong", tree.path.join("ping")).unwrap();
    symlink("ping", tree.path.join("pong")).unwrap();
    let (human, report) = checked(&tree, &[]);
    human.ends_with(1);
    assert_eq!(report["sources"]["files"], 1);
    let (human, report) = checked(&tree, &["loop"]);
    human.ends_with(3);
    assert!(only_problem(&report).starts_with("loop: cannot be found: "), "{report}");
}

#[test]
fn a_file_beyond_the_limit_is_counted_and_where_it_is_named_a_problem() {
    let tree = Tree::new();
    File::create(tree.path.join("huge.pem")).unwrap().set_len(1 << 30).unwrap();
    let (human, _) = checked(&tree, &[]);
    human.ends_with(0).says("1 file: larger than 256 MiB");
    let (human, report) = checked(&tree, &["huge.pem"]);
    human.ends_with(3);
    assert_eq!(only_problem(&report), "huge.pem: is not read: larger than 256 MiB");
    let mut stdin = tree.keyreeve(&["check", "-"]);
    let huge = File::open(tree.path.join("huge.pem")).unwrap();
    let output = stdin.stdin(huge).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn names_of_every_kind_are_found_and_shown_on_one_line() {
    let tree = Tree::new();
    let names: [&[u8]; 6] =
        [b"line\nbreak.pem", b"\xff\xfe.pem", b"\x1b[31mred.pem", "\u{202e}mep.pem".as_bytes(), b"-q", b" .pem"];
    for name in names {
        fs::write(tree.path.join(OsStr::from_bytes(name)), mint::weak()).unwrap();
    }
    let (_, report) = checked(&tree, &["--rule", "key-size"]);
    let human = tree.check(&["--rule", "key-size", "--all"]).ends_with(1);
    assert_eq!(report["findings"].as_array().unwrap().len(), names.len());
    assert!(all(&report["findings"], "path").contains(&"\\xff\\xfe.pem"));
    assert!(!human.stdout.contains(['\x1b', '\u{202e}']), "{}", human.stdout);
    assert_eq!(human.stdout.lines().filter(|line| line.contains(" --> ")).count(), names.len());
    for name in names.iter().filter(|name| !name.starts_with(b"-")) {
        let mut command = tree.keyreeve(&["check", "--rule", "key-size"]);
        finish(command.arg(OsStr::from_bytes(name))).ends_with(1);
    }
}

/// Runs a copy of the program, as somebody without rights over everything if the tests are run by root.
fn as_nobody(tree: &Tree, arguments: &[&str]) -> Answer {
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::process::CommandExt as _;
    let folder = tree.path.parent().unwrap();
    let copy = folder.join("keyreeve");
    fs::copy(env!("CARGO_BIN_EXE_keyreeve"), &copy).unwrap();
    for path in [folder, &copy] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = tree.command(copy);
    if fs::metadata(folder).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    finish(command.args(arguments))
}

#[test]
fn what_may_not_be_read_is_a_problem_and_the_rest_is_read() {
    let tree = Tree::with(&[("a.pem", &mint::good()), ("secret.pem", &mint::weak()), ("locked/b.pem", &mint::weak())]);
    fs::set_permissions(tree.path.join("secret.pem"), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(tree.path.join("locked"), Permissions::from_mode(0o000)).unwrap();
    let answer = as_nobody(&tree, &["check", "--as-of", AS_OF, "--rule", "key-size"]);
    fs::set_permissions(tree.path.join("locked"), Permissions::from_mode(0o755)).unwrap();
    let answer = answer.ends_with(3).says("problems (2)").says("examined 1 file ");
    answer
        .says("  locked: problem[discover]: cannot be read: permission denied")
        .says("  secret.pem: problem[discover]: cannot be read: permission denied");
}
