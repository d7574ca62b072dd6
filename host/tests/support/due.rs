//! Decides whether a test that takes minutes runs: if what it depends on has changed, and otherwise when it is its
//! commit's turn. If something cannot be determined, the test runs.

use std::io::Write as _;

use super::console::sheltered;
use super::markdown::root;

/// What a test depends on.
pub(crate) struct On<'a> {
    /// Files and folders, as git's pathspecs.
    pub(crate) files: &'a [&'a str],
    /// Lines that match a regular expression, in further files.
    pub(crate) lines: Option<(&'a str, &'a [&'a str])>,
}

/// Whether such a test runs; stderr is told why, also of a test that passes. What depends on nothing that has changed
/// runs at every commit whose hash leaves this remainder when divided by that number. `KEYREEVE_LONG_TESTS=all` has all
/// of them run.
pub(crate) fn is_due(what: &str, on: &On<'_>, remainder: u32, of: u32) -> bool {
    let (due, why) = match change(on) {
        _ if std::env::var_os("KEYREEVE_LONG_TESTS").is_some_and(|value| value == "all") => {
            (true, "KEYREEVE_LONG_TESTS=all".to_owned())
        }
        Err(unknown) => (true, unknown),
        Ok(Found { changed: Some(path), base, .. }) => (true, format!("{path} is not what it was in {base:.12}")),
        Ok(Found { base, head, .. }) => {
            let number = u32::from_str_radix(&head[..8], 16).unwrap();
            let due = number % of == remainder;
            let turn = if due { "it is the turn of" } else { "it is not the turn of" };
            (due, format!("nothing that it depends on has changed since {base:.12}, and {turn} commit {head:.12}"))
        }
    };
    // Written directly, because the output of passing tests is hidden.
    let _ = writeln!(std::io::stderr(), "{what} {}: {why}", if due { "runs" } else { "does not run" });
    due
}

struct Found {
    base: String,
    head: String,
    /// The first file in which something has changed.
    changed: Option<String>,
}

/// What has changed since the commit to compare with, on disk or in commits; the error is why that cannot be known.
fn change(on: &On<'_>) -> Result<Found, String> {
    if git(&["rev-parse", "--show-toplevel"])? != root().display().to_string() {
        return Err("the repository is that of another project".to_owned());
    }
    if git(&["rev-parse", "--is-shallow-repository"])? != "false" {
        return Err("the history is not all here".to_owned());
    }
    let head = git(&["rev-parse", "HEAD"])?;
    let base = base(&head)?;
    let diff = |more: &[&str], files: &[&str]| git(&[&["diff", "--name-only"], more, &["--"], files].concat());
    let mut changed = diff(&[&base], on.files)?;
    changed += &git(&[&["ls-files", "--others", "--exclude-standard", "--"], on.files].concat())?;
    if let Some((lines, files)) = on.lines {
        changed += &diff(&["-G", lines, &base], files)?;
    }
    Ok(Found { base, head, changed: changed.lines().next().map(str::to_owned) })
}

/// Where a branch has left `origin/main`. On `origin/main` itself nothing tells which commits were tested before they
/// were pushed together: those of the last two days before its last one count as new, which is longer than commits
/// wait.
fn base(head: &str) -> Result<String, String> {
    let left = git(&["merge-base", "HEAD", "origin/main"]).unwrap_or_default();
    if !left.is_empty() && left != head {
        return Ok(left);
    }
    let date: i64 = git(&["show", "--no-patch", "--format=%ct", "HEAD"])?.parse().map_err(|_| "HEAD has no date")?;
    let before = format!("--before={}", date - 2 * 24 * 60 * 60);
    match git(&["rev-list", "--max-count=1", &before, "HEAD"])? {
        none if none.is_empty() => Err("the project is younger than two days".to_owned()),
        base => Ok(base),
    }
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let output = sheltered("git").arg("-C").arg(root()).args(arguments).output();
    let output = output.map_err(|error| format!("git does not run: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!("git {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim())),
    }
}
