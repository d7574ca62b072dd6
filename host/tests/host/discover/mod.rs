//! Discovery on real folders and on repositories made by the git program.
//! Not what the formats make of the sources.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod folders;
mod foreign;
mod ignored;
mod index;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyreeve::discover::{Discovery, Request, walk};
use keyreeve::progress::Silent;
use keyreeve_source::problem::Subject;

/// A temporary folder, links in its path resolved.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        Self { _folder: folder, path }
    }

    /// One that is a repository without a commit.
    fn repository() -> Self {
        let place = Self::new();
        place.git(&["init", "--quiet", "--initial-branch=main"]);
        place
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.path).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        command.args(["-c", "protocol.file.allow=always"]).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    fn walk(&self, names: &[&str]) -> Discovery {
        let paths: Vec<PathBuf> = names.iter().map(|name| self.path.join(name)).collect();
        walk(&Request { root: &self.path, paths: &paths, keep: &|_, _| true }, &Silent)
    }

    fn walk_all(&self) -> Discovery {
        self.walk(&["."])
    }
}

fn names(discovery: &Discovery) -> Vec<&str> {
    discovery.sources.iter().map(|(_, source)| source.name.as_str()).collect()
}

fn contents(discovery: &Discovery) -> BTreeMap<&str, &[u8]> {
    discovery.sources.iter().map(|(_, source)| (source.name.as_str(), source.bytes())).collect()
}

fn problems(discovery: &Discovery) -> Vec<(&str, &str)> {
    let pairs = discovery.problems.iter().map(|problem| match &problem.subject {
        Subject::Path(path) => (path.as_str(), problem.message.as_str()),
        other => panic!("{other:?}"),
    });
    pairs.collect()
}

/// Names of symlinks beside the names of what they lead to.
fn links(discovery: &Discovery) -> Vec<(&str, &str)> {
    let named = discovery.sources.names().map(|(name, id)| (name, discovery.sources[id].name.as_str()));
    named.filter(|(name, own)| name != own).collect()
}

fn skipped(discovery: &Discovery) -> Vec<(&str, usize)> {
    discovery.skipped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect()
}

#[test]
fn standard_input_is_one_source_of_the_given_name() {
    let discovery = keyreeve::discover::stdin("nginx.conf", &b"events {}"[..]);
    assert_eq!(contents(&discovery), BTreeMap::from([("nginx.conf", &b"events {}"[..])]));
    assert_eq!((discovery.files, discovery.bytes), (1, 9));
}

#[test]
fn the_repository_of_a_folder_is_found_upwards() {
    let place = Place::repository();
    place.write("a/b/c", "");
    place.write("not/.git/nothing", "");
    assert_eq!(keyreeve::discover::git_root(&place.path.join("a/b")), Some(place.path.clone()));
    assert_eq!(keyreeve::discover::git_root(&place.path.join("not")), Some(place.path.clone()));
    assert_eq!(keyreeve::discover::git_root(Path::new("/")), None);
}
