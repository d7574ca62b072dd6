//! Findings for the tests of this folder. Not compiled into the program.

use keyreeve_contract::FactKind;
use keyreeve_contract::{Severity, Verdict};
use keyreeve_source::{Location, Source, SourceId, Sources, Span};

use crate::finding::{Finding, Status};

/// Two sources: 0 is `a.pem`, 1 is `deploy/b.pem`.
pub(super) fn sources() -> Sources {
    Sources::new(vec![Source::new("a.pem", None, Vec::new()), Source::new("deploy/b.pem", None, Vec::new())])
}

/// An open violation in one of the [`sources`], with a fingerprint that ends in the number.
pub(super) fn finding(rule: &str, path: &str, number: u32) -> Finding {
    let source = SourceId(u32::from(path.starts_with("deploy")));
    Finding {
        rule: rule.into(),
        statement: "S5".into(),
        verdict: Verdict::Violation(Severity::High),
        severity: Severity::High,
        kind: FactKind::Keys,
        label: "private key".into(),
        location: Location { source, span: Span::default() },
        related: Vec::new(),
        message: "the key has 1024 bits".into(),
        remedy: "make one of 3072 bits".into(),
        fingerprint: format!("v1:{number:032x}"),
        judged: Vec::new(),
        status: Status::Open,
    }
}
