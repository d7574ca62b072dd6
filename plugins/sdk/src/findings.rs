//! The findings of a rule while it runs. Place, fingerprint and report are added by the host.

use crate::{Finding, Part, Severity, Verdict};

/// What a rule has said so far about the facts it was given.
#[derive(Debug)]
pub struct Findings {
    fact: u32,
    severity: Severity,
    remedy: &'static str,
    list: Vec<Finding>,
}

impl Findings {
    pub(crate) fn new(severity: Severity, remedy: &'static str) -> Self {
        Self { fact: 0, severity, remedy, list: Vec::new() }
    }

    /// Says that the fact violates the statement. `message` is one sentence without a full stop that names neither
    /// server nor path (the host merges facts under one directive with equal messages into one finding). Severity and
    /// remedy are the rule's until they are changed.
    pub fn violation(&mut self, message: impl Into<String>) -> Pending<'_> {
        self.add(Verdict::Violation(self.severity), message.into())
    }

    /// Says that the rule cannot decide: `message` says what is missing.
    pub fn undetermined(&mut self, message: impl Into<String>) -> Pending<'_> {
        self.add(Verdict::Undetermined, message.into())
    }

    /// Whether the fact that is being judged has a violation already.
    pub fn has_violation(&self) -> bool {
        let of_this_fact = self.list.iter().rev().take_while(|finding| finding.fact == self.fact);
        of_this_fact.into_iter().any(|finding| matches!(finding.verdict, Verdict::Violation(_)))
    }

    pub(crate) fn next_fact(&mut self) {
        self.fact += 1;
    }

    pub(crate) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    fn add(&mut self, verdict: Verdict, message: String) -> Pending<'_> {
        self.list.push(Finding {
            fact: self.fact,
            part: None,
            related: Vec::new(),
            verdict,
            message,
            remedy: self.remedy.to_owned(),
            attributes: Vec::new(),
        });
        Pending(self.list.last_mut().expect("one was pushed"))
    }
}

/// A finding that has been added and can still be made more precise.
#[derive(Debug)]
pub struct Pending<'a>(&'a mut Finding);

impl Pending<'_> {
    /// Points to a field of the fact: `key.bits`.
    pub fn at(self, field: &str) -> Self {
        self.0.part = Some(part(field, None));
        self
    }

    /// Points to one item of a list: `versions`, 2.
    pub fn at_item(self, field: &str, position: usize) -> Self {
        self.0.part = Some(part(field, Some(position)));
        self
    }

    /// Names a further field that belongs to the finding.
    pub fn related(self, field: &str) -> Self {
        self.0.related.push(part(field, None));
        self
    }

    /// Names a further item of a list that belongs to the finding.
    pub fn related_item(self, field: &str, position: usize) -> Self {
        self.0.related.push(part(field, Some(position)));
        self
    }

    /// Raises or lowers the severity of this violation; an undetermined has none.
    pub fn severity(self, severity: Severity) -> Self {
        if let Verdict::Violation(of_this) = &mut self.0.verdict {
            *of_this = severity;
        }
        self
    }

    /// Says which of several statements that the rule enforces this finding is about: `S10`.
    pub fn statement(self, statement: &str) -> Self {
        self.attribute("statement", statement)
    }

    /// Distinguishes this finding from others of the rule about the same part of a fact, by a word that must never
    /// change: it is part of the finding's fingerprint, whereas the message is not.
    pub fn topic(self, topic: &str) -> Self {
        self.attribute("topic", topic)
    }

    fn attribute(self, name: &str, value: &str) -> Self {
        self.0.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says what to do, instead of the rule's remedy.
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        self.0.remedy = remedy.into();
        self
    }
}

fn part(field: &str, position: Option<usize>) -> Part {
    Part { field: field.to_owned(), position: position.and_then(|position| u32::try_from(position).ok()) }
}
