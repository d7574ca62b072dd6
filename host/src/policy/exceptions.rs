//! Exceptions as keyreeve.toml states them (S14): who approved what, why, and until when. What they cover in a run is
//! decided in `settle::exceptions`.

use jiff::civil::Date;
use keyreeve_source::Span;
use toml::Spanned;
use toml::de::DeValue;

use super::PathGlob;
use super::error::{Fault, quoted};
use super::fields::{At, Fields};
use super::glob::path_glob;
use crate::report::ExceptionKind;

/// The `rule` of an exception that covers problems of files, such as a file that cannot be parsed. No rule has this
/// name, and no exception covers a problem of a rule.
pub const PROBLEM: &str = "problem";

/// The keys of an accepted exception.
pub(super) const ACCEPTED_KEYS: [&str; 8] =
    ["kind", "rule", "path", "fingerprint", "reason", "approved-by", "alternative", "expires"];
/// The keys of a false positive.
pub(super) const FALSE_POSITIVE_KEYS: [&str; 6] = ["kind", "rule", "fingerprint", "reason", "owner", "expires"];

/// One exception.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The rule whose findings it covers, or [`PROBLEM`].
    pub rule: String,
    /// Which of them.
    pub matches: Matches,
    /// Why.
    pub reason: String,
    /// Who is responsible for it, and until when.
    pub approval: Approval,
    /// The header of its table.
    pub span: Span,
    /// Where the rule is named.
    pub(super) rule_span: Span,
}

/// Which findings of its rule an exception covers.
#[derive(Debug, Clone)]
pub enum Matches {
    /// Those in files that the glob matches.
    Path(PathGlob),
    /// Those with this fingerprint.
    Fingerprint(String),
}

/// The two kinds of exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Management accepts the violation for a time.
    Accepted {
        /// Who in management.
        approved_by: String,
        /// The alternative solution.
        alternative: String,
        /// Last day that it covers.
        expires: Date,
    },
    /// The finding is wrong.
    FalsePositive {
        /// Who is responsible for that.
        owner: String,
        /// Last day that it covers, if there is one.
        expires: Option<Date>,
    },
}

impl Exception {
    /// Last day that it covers.
    pub fn expires(&self) -> Option<Date> {
        match &self.approval {
            Approval::Accepted { expires, .. } => Some(*expires),
            Approval::FalsePositive { expires, .. } => *expires,
        }
    }

    /// Whether its last day is before this one.
    pub fn expired(&self, as_of: Date) -> bool {
        self.expires().is_some_and(|last| last < as_of)
    }
}

/// Reads one `[[exceptions]]`.
pub(super) fn read(value: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<Exception> {
    const KINDS: [(&str, ExceptionKind); 2] =
        [("accepted", ExceptionKind::Accepted), ("false-positive", ExceptionKind::FalsePositive)];
    let mut fields = Fields::of(value, "an exception", faults)?;
    fields.require(&["kind"]);
    match fields.choice("kind", &KINDS) {
        Some(ExceptionKind::Accepted) => accepted(fields.only("an accepted exception", &ACCEPTED_KEYS)),
        Some(ExceptionKind::FalsePositive) => false_positive(fields.only("a false positive", &FALSE_POSITIVE_KEYS)),
        None => None,
    }
}

fn accepted(mut fields: Fields<'_, '_>) -> Option<Exception> {
    fields.require(&["rule", "reason", "approved-by", "alternative", "expires"]);
    let path = path(&mut fields);
    let fingerprint = fingerprint(&mut fields);
    if fields.has("path") == fields.has("fingerprint") {
        let fault = Fault::new(fields.span, "an accepted exception needs either `path` or `fingerprint`");
        fields.faults.push(
            fault.hint("`path` is a glob for all findings of the rule in some files, `fingerprint` is one finding"),
        );
    }
    let rule = rule(&mut fields);
    if let Some((PROBLEM, span)) = rule.filter(|_| fields.has("fingerprint")) {
        fields
            .faults
            .push(Fault::new(span, format!("`{PROBLEM}` has no fingerprint")).hint("name the files with `path`"));
    }
    let reason = fields.text("reason");
    let approved_by = fields.text("approved-by");
    let alternative = fields.text("alternative");
    let approval = Approval::Accepted {
        expires: fields.date("expires")?,
        approved_by: approved_by?.0.to_owned(),
        alternative: alternative?.0.to_owned(),
    };
    exception(&fields, rule?, path.or(fingerprint)?, reason?.0, approval)
}

fn false_positive(mut fields: Fields<'_, '_>) -> Option<Exception> {
    fields.require(&["rule", "fingerprint", "reason", "owner"]);
    let rule = rule(&mut fields);
    if let Some((PROBLEM, span)) = rule {
        let fault = Fault::new(span, format!("`{PROBLEM}` cannot be a false positive"));
        fields.faults.push(fault.hint("accept it with `kind = \"accepted\"`, or report the fault in keyreeve"));
    }
    let fingerprint = fingerprint(&mut fields);
    let reason = fields.text("reason");
    let owner = fields.text("owner");
    let expires = fields.date("expires");
    let approval = Approval::FalsePositive { owner: owner?.0.to_owned(), expires };
    exception(&fields, rule?, fingerprint?, reason?.0, approval)
}

fn exception(
    fields: &Fields<'_, '_>,
    (rule, rule_span): At<&str>,
    matches: Matches,
    reason: &str,
    approval: Approval,
) -> Option<Exception> {
    let (rule, reason) = (rule.to_owned(), reason.to_owned());
    Some(Exception { rule, matches, reason, approval, span: fields.span, rule_span })
}

fn rule<'d>(fields: &mut Fields<'d, '_>) -> Option<At<&'d str>> {
    let (id, span) = fields.text("rule")?;
    if id != PROBLEM {
        fields.faults.extend(misnamed(id, span));
    }
    Some((id, span))
}

fn path(fields: &mut Fields<'_, '_>) -> Option<Matches> {
    let (glob, span) = fields.text("path")?;
    path_glob(glob, span, fields.faults).map(Matches::Path)
}

fn fingerprint(fields: &mut Fields<'_, '_>) -> Option<Matches> {
    let (text, span) = fields.text("fingerprint")?;
    if !is_fingerprint(text) {
        let fault = Fault::new(span, format!("`{}` is not a fingerprint", quoted(text)));
        fields.faults.push(fault.hint("a report shows it: `v1:` and 32 hexadecimal digits in lower case"));
    }
    Some(Matches::Fingerprint(text.to_owned()))
}

/// What is wrong with the id of a rule.
pub(super) fn misnamed(id: &str, span: Span) -> Option<Fault> {
    if id == PROBLEM {
        return Some(Fault::new(span, format!("`{PROBLEM}` cannot be a rule: exceptions call problems of files so")));
    }
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let right = id.split('-').all(word) && id.starts_with(|first: char| first.is_ascii_lowercase());
    (!right).then(|| {
        let message = format!("`{}` cannot be the id of a rule", quoted(id));
        Fault::new(span, message).hint("an id is made of lower-case words joined by hyphens")
    })
}

/// Whether a text has the form of [`crate::finding::Finding::fingerprint`].
pub fn is_fingerprint(text: &str) -> bool {
    let digits = text.strip_prefix("v1:").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
