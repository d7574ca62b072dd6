//! What tests of the whole program share: temporary trees, the program run in them, and certificates.
//! Not assertions about what it answers.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses a part of it")]

pub(crate) mod console;
pub(crate) mod due;
pub(crate) mod make;
pub(crate) mod markdown;
pub(crate) mod mint;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Every run is over long before; what is not hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The date of all runs: every minted certificate is valid on it.
pub(crate) const AS_OF: &str = "2026-10-01";

/// A temporary folder with a tree to check, and a home beside it.
pub(crate) struct Tree {
    _folder: tempfile::TempDir,
    /// The tree, links in its path resolved.
    pub(crate) path: PathBuf,
    /// The user's home.
    pub(crate) home: PathBuf,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The exit code; a run that a signal ended fails the test.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the exit code, with all that was said if it is another.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error has this text.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in: {}", self.stderr);
        self
    }

    /// Asserts that standard output has this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in: {}", self.stdout);
        self
    }
}

impl Tree {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let tree = Self { _folder: folder, home: path.join("home"), path: path.join("tree") };
        std::fs::create_dir(&tree.path).unwrap();
        std::fs::create_dir(&tree.home).unwrap();
        tree
    }

    /// One that is a repository without a commit.
    pub(crate) fn repository() -> Self {
        let tree = Self::new();
        tree.git(&["init", "--quiet", "--initial-branch=main"]);
        tree
    }

    /// A tree with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let tree = Self::new();
        files.iter().for_each(|(name, content)| drop(tree.write(name, content)));
        tree
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A program in the tree, with nothing of the environment but where programs are, and this tree's home.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.home).env("XDG_CACHE_HOME", self.home.join("cache"));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@example.org");
            command.env(format!("GIT_{who}_DATE"), "2026-09-15T12:00:00Z");
        }
        command
    }

    /// The program itself.
    pub(crate) fn keyreeve(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_keyreeve"));
        command.args(arguments);
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        finish(&mut self.keyreeve(arguments))
    }

    /// Runs `keyreeve check` as of [`AS_OF`].
    pub(crate) fn check(&self, arguments: &[&str]) -> Answer {
        self.run(&[&["check", "--as-of", AS_OF], arguments].concat())
    }

    /// Runs `keyreeve check` with a rule whose answers depend on nothing but the one fact.
    pub(crate) fn check_sizes(&self, arguments: &[&str]) -> Answer {
        self.check(&[&["--rule", "key-size"], arguments].concat())
    }

    /// Runs `keyreeve check` and reads its report.
    pub(crate) fn report(&self, arguments: &[&str]) -> Value {
        self.check(&[&["--format", "json"], arguments].concat()).json()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let answer = finish(self.command("git").args(arguments));
        assert_eq!(answer.code, 0, "{arguments:?}: {answer:?}");
        answer.stdout
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--message=x"]);
    }
}

/// Runs a command to its end with nothing to read.
pub(crate) fn finish(command: &mut Command) -> Answer {
    finish_with(command, b"")
}

/// Runs a command to its end with this to read. One that does not end is killed, and fails the test.
pub(crate) fn finish_with(command: &mut Command, input: &[u8]) -> Answer {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, stdout, stderr) = (child.stdin.take().unwrap(), child.stdout.take(), child.stderr.take());
    let (code, stdout, stderr) = std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        let stdout = scope.spawn(|| read(stdout));
        let stderr = scope.spawn(|| read(stderr));
        (wait(&mut child), stdout.join().unwrap(), stderr.join().unwrap())
    });
    let Some(code) = code else { panic!("{command:?} did not end by itself: {stdout}\n{stderr}") };
    Answer { code, stdout, stderr }
}

/// The exit code of a program that ends by itself in good time.
fn wait(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    pipe.unwrap().read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything below a folder: by path its kind, length and time of change.
pub(crate) fn listing(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            all.insert(
                path,
                format!("{:?} {} {:?}", metadata.file_type(), metadata.len(), metadata.modified().unwrap()),
            );
        }
    }
    all
}

/// The findings of a report that a rule made.
pub(crate) fn findings_of<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).collect()
}

/// The texts of a member of every element of a list.
pub(crate) fn all<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|element| element[member].as_str().unwrap()).collect()
}
