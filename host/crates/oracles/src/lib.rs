//! The programs and public files that tests compare keyreeve with: where they are, and what happens to a test that
//! lacks one. What the tests ask them is not here.
//!
//! If `KEYREEVE_ORACLES` is `required`, as in CI, such a test fails: a test that passes because nothing was compared is
//! no test. Otherwise it passes with a message, so that keyreeve can be developed on any machine.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Each name with its Debian package; scripts/test-programs.sh installs the same list.
const PROGRAMS: &str = include_str!("../../../../scripts/test-programs.txt");

/// Where a program of the list is, or a file that the list names with its path.
///
/// # Panics
///
/// If it is missing and oracles are required, or is not in the list.
#[track_caller]
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let package = package(name).unwrap_or_else(|| panic!("{name} is not in scripts/test-programs.txt: add it"));
    let found = find(name);
    if found.is_none() {
        let install = format!("it is in Debian's package {package}: run apt-get install {package}");
        missing(name, &format!("{install}, or scripts/test-programs.sh for all that tests need"));
    }
    found
}

/// Whether a program or file of the list is there, for tests that run it by its name.
///
/// # Panics
///
/// If it is missing and oracles are required, or is not in the list.
#[track_caller]
#[must_use]
pub fn has(name: &str) -> bool {
    program(name).is_some()
}

/// The folder of public test data, which testdata/README.md describes.
///
/// # Panics
///
/// If it is missing and oracles are required.
#[track_caller]
#[must_use]
pub fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("KEYREEVE_CORPORA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        let how = "set KEYREEVE_CORPORA to their folder: testdata/README.md says what is in it, and from where";
        missing("the corpora of public files", how);
    }
    folder
}

/// The `bin` folder of a Python virtual environment with these packages, in a folder that outlives the run: it is made
/// once, whichever tests need it.
///
/// # Panics
///
/// If it cannot be made and oracles are required.
#[track_caller]
#[must_use]
pub fn python(packages: &[&str]) -> Option<PathBuf> {
    program("python3")?;
    // The name has no characters that a shell would interpret, because pip writes the path into scripts.
    let name =
        packages.join("+").replace(|letter: char| !letter.is_ascii_alphanumeric() && !"+-.=".contains(letter), "-");
    let folder = tools().join(name);
    let (bin, done) = (folder.join("bin"), folder.join("done"));
    let make = || {
        fs::create_dir_all(&folder)?;
        // Other tests may be making the same one.
        let lock = File::create(tools().join("lock"))?;
        lock.lock()?;
        if done.exists() {
            return Ok(());
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(bin.join("python3")).args(pip).args(packages))?;
        fs::write(&done, "")
    };
    match make() {
        Ok(()) => Some(bin),
        Err(error) => {
            let how = format!("pip installs that where PyPI can be reached, and said here: {error}");
            missing(&packages.join(" "), &how);
            None
        }
    }
}

/// Fails the test if oracles are required; otherwise prints that the test passes without what is missing. Both messages
/// say how to get it.
///
/// # Panics
///
/// If oracles are required.
#[track_caller]
pub fn missing(what: &str, how: &str) {
    let required = std::env::var_os("KEYREEVE_ORACLES").is_some_and(|value| value == "required");
    assert!(!required, "{what} is missing, and KEYREEVE_ORACLES=required: {how}");
    // Written directly, because the output of passing tests is hidden.
    let _ = writeln!(std::io::stderr(), "passed over for want of {what}: {how}");
}

/// Where tools of tests and scripts are kept, as in scripts/tools.sh.
fn tools() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(std::env::home_dir()?.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("keyreeve-tools")
}

fn package(name: &str) -> Option<&'static str> {
    let lines = PROGRAMS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).find(|(program, _)| *program == name).map(|(_, package)| package)
}

/// The first one on the PATH, or in the folders for administrators, which not everybody has on it.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn run(command: &mut Command) -> std::io::Result<()> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_a_program_and_a_package() {
        for line in PROGRAMS.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split(' ').filter(|word| !word.is_empty()).count(), 2, "{line:?}");
        }
    }

    #[test]
    fn a_program_is_found_by_its_name_and_a_file_by_its_path() {
        assert!(find("sh").unwrap().is_absolute());
        assert_eq!(find("/bin/sh"), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find("no-such-program"), None);
    }

    #[test]
    #[should_panic(expected = "is not in scripts/test-programs.txt")]
    fn a_program_that_nobody_installs_cannot_be_asked_for() {
        let _ = program("no-such-program");
    }
}
