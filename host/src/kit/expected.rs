//! `expected.json`: the answer that a rule must give to a case, as data and as a file, and its comparison with the
//! actual answer. Nothing is judged here.

use std::io::{self, Write as _};
use std::path::Path;

use keyreeve_contract::Verdict;
use keyreeve_source::Sources;
use serde_json::{Value, json};

use super::diff;
use super::diff::Line;
use super::file;
use crate::finding::Finding;
use crate::report::escape::write_json;

/// The name of the file in a case.
pub const FILE: &str = "expected.json";

/// The most bytes of it.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// There is no such file.
    #[error("it has no {FILE}: --bless writes what the rule says, to be read before it is kept")]
    Missing,
    /// It cannot be read or written.
    #[error("its {FILE} cannot be read or written: {0}")]
    Io(io::Error),
    /// It is not JSON.
    #[error("its {FILE} is not JSON ({0}): mend it, or have --bless write it anew")]
    Json(serde_json::Error),
}

/// The compared parts of findings, in order: verdict, severity (null for an undetermined), path, line, message.
pub fn of(findings: &[Finding], sources: &Sources) -> Value {
    let finding = |finding: &Finding| {
        let source = &sources[finding.location.source];
        let (verdict, severity) = match finding.verdict {
            Verdict::Violation(severity) => ("violation", Some(severity.name())),
            Verdict::Undetermined => ("undetermined", None),
        };
        json!({
            "verdict": verdict,
            "severity": severity,
            "path": source.name,
            "line": source.position(finding.location.span.start).line,
            "message": &*finding.message,
        })
    };
    findings.iter().map(finding).collect()
}

/// The expected answer to a case.
///
/// # Errors
/// An [`ExpectedError`] that says what to do.
pub fn read(case: &Path) -> Result<Value, ExpectedError> {
    let bytes = file::read(&case.join(FILE), SIZE_LIMIT).map_err(ExpectedError::Io)?.ok_or(ExpectedError::Missing)?;
    serde_json::from_slice(&bytes).map_err(ExpectedError::Json)
}

/// Writes a rule's answer as the expected one, completely or not at all.
///
/// # Errors
/// [`ExpectedError::Io`].
pub fn write(case: &Path, said: &Value) -> Result<(), ExpectedError> {
    let mut builder = tempfile::Builder::new();
    // Readable for everybody who may read the case, as far as the umask permits.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(case).map_err(ExpectedError::Io)?;
    file.write_all(text(said).as_bytes()).map_err(ExpectedError::Io)?;
    file.persist(case.join(FILE)).map_err(|error| ExpectedError::Io(error.error))?;
    Ok(())
}

/// The lines in which both differ, as `expected.json` writes them.
pub fn differences(expected: &Value, said: &Value) -> Vec<Line> {
    diff::lines(&text(expected), &text(said))
}

/// JSON as people read it. Hidden characters of messages are escaped.
fn text(value: &Value) -> String {
    let mut bytes = Vec::new();
    // Writing to memory does not fail, and a value is JSON.
    let _ = write_json(value, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
