//! The git index and git trees as sources, through the `git` program, which knows worktrees and alternate indices.
//! Not the working tree (`walk`), and nothing that would change a repository or run a program that its configuration names.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, io};

use super::blobs;
use super::blobs::Entry;
use super::{Discovery, Keep, Staged, dot_git, names, read};
use crate::progress::Progress;
use crate::report::Commit;
use crate::waiting::Waiting;

/// Why git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("the git program cannot be run: {0}")]
    Absent(String),
    /// The folder is in no repository.
    #[error("{0} is not in a git repository")]
    NotARepository(String),
    /// The name stands for no commit or tree here.
    #[error(
        "git knows no revision {revision} here{}",
        if *.shallow { "; this clone is shallow: fetch the revision first, or the whole history with git fetch --unshallow" } else { "; if it is on a remote, git fetch brings it" }
    )]
    UnknownRevision {
        /// As it was given.
        revision: String,
        /// Whether the clone lacks a part of the history.
        shallow: bool,
    },
    /// The folder is another user's, and git heeds nothing there.
    #[error(
        "git heeds no repository of another user: if you trust {0}, run git config --global --add safe.directory '{0}'"
    )]
    Foreign(String),
    /// git gave up. What it wrote is not quoted: of a repository that somebody made for it, that can be lines of any file.
    #[error("git {command} failed: {reason}")]
    Failed {
        /// The subcommand.
        command: &'static str,
        /// How, as a clause.
        reason: String,
    },
}

/// How long git is waited for: a minute for one answer. It takes a second or two for the largest repositories; what it opens can be made so that
/// it never ends.
pub(super) static WAITING: Waiting =
    Waiting::new(Duration::from_secs(60), Duration::from_secs(1), Duration::from_secs(180));
/// Bytes of an answer. The names of half a million files have a fourth of that.
const ANSWER: u64 = 128 << 20;

/// Reads the whole index below `root`, and tells which files of it differ from HEAD. Names are relative to `root`, which
/// may lie below the top of the repository. The variables that git sets for hooks (GIT_INDEX_FILE, GIT_DIR) are heeded.
pub fn staged(root: &Path, keep: Keep<'_>, progress: &dyn Progress) -> Result<Staged, GitError> {
    let index = run(root, "ls-files", &["--stage", "-z"])?;
    let differing = |filter| {
        let options = ["--cached", "--name-only", "-z", "--relative", "--no-renames", filter];
        let answer = run(root, "diff", &options)?;
        Ok(records(&answer).map(names::text).collect())
    };
    let (changed, deleted) = (differing("--diff-filter=d")?, differing("--diff-filter=D")?);
    let entries = records(&index).map(|record| Entry::of_index(record).ok_or_else(|| odd("ls-files")));
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let discovery = blobs::read(root, &entries, keep, progress)?.into();
    Ok(Staged { discovery, names: entries.iter().map(Entry::name).collect(), changed, deleted })
}

/// Reads the tree of a revision below `root`, as [`staged`] reads the index.
pub fn tree(root: &Path, revision: &str, keep: Keep<'_>, progress: &dyn Progress) -> Result<Discovery, GitError> {
    let object = resolve_tree(root, revision)?;
    let listing = run(root, "ls-tree", &["-r", "-z", &object])?;
    let entries = records(&listing).map(|record| Entry::of_tree(record).ok_or_else(|| odd("ls-tree")));
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    Ok(blobs::read(root, &entries, keep, progress)?.into())
}

/// The commit that is checked out, and whether the index and the tracked files equal it; none without git, outside a repository, and
/// before the first commit.
pub fn commit(root: &Path) -> Option<Commit> {
    let id = run(root, "rev-parse", &["--verify", "--quiet", "HEAD^{commit}"]).ok()?;
    let id = String::from_utf8(id).ok()?.trim().to_owned();
    Some(Commit { id, clean: status(root).is_ok_and(|changes| changes.is_empty()) })
}

/// What differs from the commit that is checked out. It is the one answer for which git reads the working tree, and to compare that it would run the
/// filters of the repository's own configuration, which came with the tree; those of the user's are theirs.
fn status(root: &Path) -> Result<Vec<u8>, GitError> {
    const NAME: &str = "status";
    // An index that somebody has made can name what no tree has: git would compare a file outside.
    let tracked = run(root, "ls-files", &["-z", "--full-name", ":/"])?;
    let leads_out = |path: &[u8]| path.starts_with(b"/") || path.split(|byte| *byte == b'/').any(|name| name == b"..");
    if records(&tracked).any(leads_out) {
        return Err(odd(NAME));
    }
    let settings = run(root, "config", &["--list", "--show-scope", "--name-only", "-z"])?;
    let records: Vec<&[u8]> = records(&settings).collect();
    let foreign = records.chunks_exact(2).filter(|pair| !matches!(pair[0], b"system" | b"global"));
    let drivers = foreign
        .filter_map(|pair| pair[1].strip_prefix(b"filter.").and_then(|rest| rest.rsplitn(2, |&b| b == b'.').nth(1)));
    let drivers: BTreeSet<&[u8]> = drivers.collect();
    let mut status = command(root, NAME);
    let set = env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0_usize);
    let off = drivers
        .iter()
        .flat_map(|driver| [("clean", ""), ("process", ""), ("required", "false")].map(|off| (*driver, off)));
    let mut count = set;
    for (driver, (setting, value)) in off {
        let key = [b"filter.", driver, b".", setting.as_bytes()].concat();
        let Some(key) = path(&key) else { return Err(odd(NAME)) };
        status.env(format!("GIT_CONFIG_KEY_{count}"), key).env(format!("GIT_CONFIG_VALUE_{count}"), value);
        count += 1;
    }
    status.env("GIT_CONFIG_COUNT", count.to_string());
    answer(NAME, root, status.args(["--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty"]))
}

/// What the index has of a file; none if it does not have it, or there is no repository.
pub fn staged_file(file: &Path) -> Option<Vec<u8>> {
    let name = file.file_name()?.to_str()?;
    run(file.parent()?, "cat-file", &["blob", &format!(":./{name}")]).ok()
}

/// URL of the remote `origin`, as the repository itself has it and no file that it includes; it can hold a password.
pub fn repository(root: &Path) -> Option<String> {
    let url = run(root, "config", &["--local", "--no-includes", "--get", "remote.origin.url"]).ok()?;
    Some(String::from_utf8(url).ok()?.trim().to_owned())
}

/// Starts listing the files that the repository at this very folder tracks. What the environment says of
/// repositories is about another one.
pub(super) fn list_tracked(root: &Path) -> Result<Child, GitError> {
    sound("ls-files", root)?;
    let mut command = bare_command(root, "ls-files");
    let elsewhere = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"];
    for variable in elsewhere {
        command.env_remove(variable);
    }
    command.env("GIT_WORK_TREE", root);
    start(command.arg("-z"))
}

fn start(command: &mut Command) -> Result<Child, GitError> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| absent(&error))
}

/// What a program that was started wrote in the end.
pub(super) fn finish(name: &'static str, root: &Path, mut child: Child) -> Result<Vec<u8>, GitError> {
    let begun = Instant::now();
    let deadline = begun + WAITING.next();
    let pipes = [drained(child.stdout.take()), drained(child.stderr.take())];
    let [stdout, stderr] = pipes.map(|pipe| pipe.recv_timeout(deadline.saturating_duration_since(Instant::now())));
    WAITING.took(begun.elapsed());
    let mut stop = |reason: &str| {
        let _ = child.kill();
        let _ = child.wait();
        Err(GitError::Failed { command: name, reason: reason.to_owned() })
    };
    let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else { return stop("it did not answer in time") };
    if stdout.len() as u64 > ANSWER {
        return stop("its answer is longer than that of any repository");
    }
    let status = child.wait().map_err(|error| failed(name, &error))?;
    judge(name, root, Output { status, stdout, stderr })
}

/// All that comes through a pipe, once it is closed, or as much as an answer can have.
fn drained(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|pipe| pipe.take(ANSWER + 1).read_to_end(&mut bytes));
        let _ = sender.send(bytes);
    });
    receiver
}

/// Nothing, if git can be asked about the repository that a folder lies in.
fn sound(command: &'static str, root: &Path) -> Result<(), GitError> {
    let Some(fault) = super::git_root(root).and_then(|top| dot_git::fault(&top)) else { return Ok(()) };
    Err(GitError::Failed { command, reason: fault })
}

/// A git command below a folder that takes no lock, asks nothing, fetches nothing, and runs neither hook nor monitor nor
/// external diff, whatever the repository's own configuration says; replaced objects are read as they were committed. A folder that only
/// looks like the inside of a repository, as it can be committed to one, is none.
pub(super) fn command(root: &Path, name: &str) -> Command {
    let mut command = bare_command(root, name);
    locate(&mut command, root);
    command
}

fn bare_command(root: &Path, name: &str) -> Command {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    command.args(["-c", "safe.bareRepository=explicit"]);
    command.arg("-C").arg(root).arg(name).stdin(Stdio::null());
    if name == "diff" {
        command.args(["--no-ext-diff", "--no-textconv"]);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_REPLACE_OBJECTS", "1");
    command
}

/// Hooks of worktrees get GIT_DIR alone, which says that the current folder is the top of the working tree: `-C`
/// would move that, and relative paths with it. Elsewhere it is the folder that has the repository, whatever its configuration says: that could
/// have git look at any other.
fn locate(command: &mut Command, root: &Path) {
    let (Some(folder), Ok(here)) = (env::var_os("GIT_DIR"), env::current_dir()) else {
        if let Some(top) = super::git_root(root).filter(|_| env::var_os("GIT_WORK_TREE").is_none()) {
            command.env("GIT_WORK_TREE", top);
        }
        return;
    };
    let tree = env::var_os("GIT_WORK_TREE").unwrap_or_default();
    command.env("GIT_DIR", here.join(folder)).env("GIT_WORK_TREE", here.join(tree));
    if let Some(index) = env::var_os("GIT_INDEX_FILE") {
        command.env("GIT_INDEX_FILE", here.join(index));
    }
}

/// The object id of a revision's tree. No revision begins with a hyphen, so that none is taken for an option.
fn resolve_tree(root: &Path, revision: &str) -> Result<String, GitError> {
    let spelling = format!("{revision}^{{tree}}");
    let id = match revision.starts_with('-') {
        true => None,
        false => {
            run(root, "rev-parse", &["--verify", "--quiet", &spelling]).map(Some).or_else(|error| match error {
                GitError::Failed { .. } => Ok(None),
                other => Err(other),
            })?
        }
    };
    match id.and_then(|id| String::from_utf8(id).ok()) {
        Some(id) => Ok(id.trim().to_owned()),
        None => {
            let shallow = run(root, "rev-parse", &["--is-shallow-repository"])?.starts_with(b"true");
            Err(GitError::UnknownRevision { revision: revision.to_owned(), shallow })
        }
    }
}

fn run(root: &Path, name: &'static str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    if env::var_os("GIT_DIR").is_none() {
        sound(name, root)?;
    }
    answer(name, root, command(root, name).args(arguments))
}

fn answer(name: &'static str, root: &Path, command: &mut Command) -> Result<Vec<u8>, GitError> {
    finish(name, root, start(command)?)
}

fn judge(name: &'static str, root: &Path, output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let folder = names::text(root.as_os_str().as_encoded_bytes());
    let says = |words: &str| memchr::memmem::find(&output.stderr, words.as_bytes()).is_some();
    Err(if says("not a git repository") {
        GitError::NotARepository(folder)
    } else if says("dubious ownership") {
        GitError::Foreign(folder)
    } else {
        let reason = format!("{}; run it there to see why", output.status);
        GitError::Failed { command: name, reason }
    })
}

pub(super) fn absent(error: &io::Error) -> GitError {
    GitError::Absent(read::reason(error))
}

pub(super) fn failed(command: &'static str, error: &io::Error) -> GitError {
    GitError::Failed { command, reason: read::reason(error) }
}

fn odd(command: &'static str) -> GitError {
    GitError::Failed { command, reason: "its answer is not understood".to_owned() }
}

/// The parts of an answer that ends each with a zero byte.
fn records(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|&byte| byte == 0).filter(|record| !record.is_empty())
}

/// A path as git spells it, where the operating system can have it.
pub(super) fn path(bytes: &[u8]) -> Option<PathBuf> {
    #[cfg(unix)]
    return Some(Path::new(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes)).to_owned());
    #[cfg(not(unix))]
    return std::str::from_utf8(bytes).ok().map(|text| Path::new(OsStr::new(text)).to_owned());
}
