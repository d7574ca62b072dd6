//! The answer of a rule, checked and stored. It is untrusted, and the part that is stored must be in proportion to the
//! question. Whether the answer is right is not checked.

use std::collections::HashSet;
use std::sync::Arc;

use keyreeve_contract::FactKind;
use keyreeve_contract::{Finding, Part, Verdict};

use super::limits::{Fault, TEXT_BYTES};

/// What a rule said about one fact: the contract's finding, which shares its texts with other findings that say the
/// same.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The kind of the fact.
    pub kind: FactKind,
    /// The position of the fact among all of its kind.
    pub fact: usize,
    /// The part of the fact that it is about.
    pub part: Option<Part>,
    /// Further parts.
    pub related: Vec<Part>,
    /// Violation or undetermined.
    pub verdict: Verdict,
    /// The rule's sentence.
    pub message: Arc<str>,
    /// What to do.
    pub remedy: Arc<str>,
    /// Further statements, under the contract's names.
    pub attributes: Vec<(String, String)>,
}

impl Answer {
    /// The answer in a finding about the fact at that position.
    pub(super) fn new(kind: FactKind, fact: usize, finding: Finding, texts: &mut Texts) -> Self {
        let Finding { fact: _, part, related, verdict, message, remedy, attributes } = finding;
        let (message, remedy) = (texts.share(&message), texts.share(&remedy));
        Self { kind, fact, part, related, verdict, message, remedy, attributes }
    }
}

impl Answer {
    /// Bytes that it takes, besides the shared texts.
    pub(super) fn bytes(&self) -> usize {
        let parts = self.part.iter().chain(&self.related).map(|part| size_of::<Part>() + part.field.len());
        let attributes = self.attributes.iter().map(|(name, value)| 2 * size_of::<String>() + name.len() + value.len());
        size_of::<Self>() + parts.sum::<usize>() + attributes.sum::<usize>()
    }
}

/// Texts, each of which is stored once.
#[derive(Debug, Default)]
pub struct Texts {
    known: HashSet<Arc<str>>,
    bytes: usize,
}

impl Texts {
    /// The one copy of a text.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.bytes += size_of::<Arc<str>>() + text.len();
        self.known.insert(text.clone());
        text
    }

    /// Bytes of all of them together.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The most findings for one fact, on average over a call.
const FINDINGS_PER_FACT: usize = 32;
/// The most bytes of an answer to a call, and how many more are allowed for each fact.
const BYTES: usize = 64 * 1024;
const BYTES_PER_FACT: usize = 8 * 1024;
/// Bytes of the name of a field.
const FIELD_BYTES: usize = 256;

/// Whether findings about so many facts are plausible: within their facts, in a sane number, of a sane size.
pub(super) fn sane(findings: &[Finding], facts: usize) -> Result<(), Fault> {
    if findings.len() > facts * FINDINGS_PER_FACT {
        return Err(Fault::Nonsense(format!("{} findings about {facts} facts", findings.len())));
    }
    let (mut bytes, most) = (0, BYTES + BYTES_PER_FACT * facts);
    for finding in findings {
        if finding.fact as usize >= facts {
            return Err(Fault::Nonsense(format!("a finding about fact {} of {facts}", finding.fact)));
        }
        if finding.message.trim().is_empty() {
            return Err(Fault::Nonsense("a finding without a message".to_owned()));
        }
        bytes += size(finding)?;
        if bytes > most {
            return Err(Fault::Nonsense(format!("more than {most} bytes about {facts} facts")));
        }
    }
    Ok(())
}

/// Bytes that a finding takes. Fails if one of its texts is too long.
fn size(finding: &Finding) -> Result<usize, Fault> {
    let attributes = finding.attributes.iter().flat_map(|(name, value)| [name, value]);
    let texts = [&finding.message, &finding.remedy].into_iter().chain(attributes);
    let texts = sum(texts, TEXT_BYTES)?;
    let fields = finding.part.iter().chain(&finding.related).map(|part| &part.field);
    let fields = sum(fields, FIELD_BYTES)?;
    Ok(size_of::<Finding>() + texts + fields + finding.related.len() * size_of::<Part>())
}

fn sum<'a>(texts: impl Iterator<Item = &'a String>, most: usize) -> Result<usize, Fault> {
    let mut bytes = 0;
    for text in texts {
        if text.len() > most {
            return Err(Fault::Nonsense(format!("a text of {} bytes, and {most} is the most", text.len())));
        }
        bytes += size_of::<String>() + text.len();
    }
    Ok(bytes)
}
