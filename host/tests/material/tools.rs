//! What the tests share: running the programs that are the oracles, and reading a text as a source.

use std::path::Path;
use std::process::Command;

use keyreeve::facts::{Reading, material};
use keyreeve::source::{Source, SourceId, Span};

/// Output of a program that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {}: {message}", arguments.join(" "));
    output.stdout
}

/// Whether a program is installed; if not, stderr says that the test is passed over.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success();
    if !found {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: {program} is not installed");
        }
    }
    found
}

/// Runs openssl with a command line split at white space.
pub(crate) fn openssl(line: &str) -> Vec<u8> {
    run("openssl", &line.split_whitespace().collect::<Vec<_>>())
}

/// Output of openssl as text.
pub(crate) fn openssl_text(line: &str) -> String {
    String::from_utf8(openssl(line)).unwrap()
}

/// The reading of these bytes, with the invariants that hold for every reading checked.
pub(crate) fn read(bytes: &[u8]) -> Reading {
    let source = Source::new("a", None, bytes.to_vec());
    let reading = material::read(SourceId(0), &source);
    let places = reading.facts.keys.places().iter().chain(reading.facts.certificates.places());
    let parts = places.clone().flat_map(|place| place.parts.values());
    let homes = places.map(|place| &place.home).chain(parts).map(|location| location.span);
    for span in homes.chain(reading.secrets.iter().map(|(_, span)| *span)).chain(problem_spans(&reading)) {
        assert!(span.start <= span.end && span.end as usize <= bytes.len());
    }
    reading
}

/// Where the problems are.
pub(crate) fn problem_spans(reading: &Reading) -> impl Iterator<Item = Span> {
    reading.problems.iter().filter_map(|problem| match &problem.subject {
        keyreeve::problem::Subject::Place(location) => Some(location.span),
        _ => None,
    })
}

/// The content of a file.
pub(crate) fn file(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// Lower-case hexadecimal digits of SHA-256, by openssl.
pub(crate) fn sha256(folder: &Path, bytes: &[u8]) -> String {
    let path = folder.join("digested");
    std::fs::write(&path, bytes).unwrap();
    openssl_text(&format!("dgst -sha256 -r {}", path.display())).split(' ').next().unwrap().to_owned()
}
