//! Findings: what rules said about facts, each with its place in a file, a fingerprint and a status. The contract's
//! finding knows only indices; this is what the host makes of it.

use std::sync::Arc;

use keyreeve_contract::{FactKind, Severity, Verdict};
use keyreeve_source::Location;
use keyreeve_source::digest::hex;
use sha2::{Digest, Sha256};

/// Whether a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Neither accepted nor known.
    Open,
    /// The baseline, or the tree compared with, has it too: it is known but not approved. The statement still counts as
    /// violated, but the run does not fail.
    Known,
    /// An exception of the policy file covers it, at this position in `Report::exceptions`.
    Excepted(usize),
}

/// A further place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there: `server www.example.org`.
    pub label: Arc<str>,
}

/// What a rule said about one fact, or about several under the same directive. Findings share equal texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The statement of the policy, `S1` to `S16`.
    pub statement: Arc<str>,
    /// Violation or undetermined.
    pub verdict: Verdict,
    /// For a violation its severity, which keyreeve.toml may override; for an undetermined that of the rule.
    pub severity: Severity,
    /// The kind of the fact.
    pub kind: FactKind,
    /// What was judged: `certificate for www.example.org`.
    pub label: Arc<str>,
    /// Where it is: the part that the rule points to, or else the whole fact.
    pub location: Location,
    /// Further parts, and other places that the same directive concerns.
    pub related: Vec<Related>,
    /// The rule's sentence. Hostile text until encoded.
    pub message: Arc<str>,
    /// What to do. Hostile text until encoded.
    pub remedy: Arc<str>,
    /// `v1:` and 32 hexadecimal digits, derived from rule, path and what is judged; never from a line number.
    pub fingerprint: String,
    /// What the fingerprint is of besides rule and path; nothing if it is of no path. No report has it.
    pub judged: Vec<Vec<u8>>,
    /// Whether it counts.
    pub status: Status,
}

impl Finding {
    /// Whether it is a violation, and not an undetermined.
    pub fn is_violation(&self) -> bool {
        matches!(self.verdict, Verdict::Violation(_))
    }
}

/// A hash of a rule, a path, and what is judged there; of no line number.
pub fn fingerprint(rule: &str, path: &str, judged: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in [rule.as_bytes(), path.as_bytes()].iter().chain(judged) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("v1:{}", hex(&hash.finalize()[..16]))
}
