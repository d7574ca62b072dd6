//! Makes findings of what rules said: place, related places, fingerprint; one finding for one directive.
//! Not what covers them: exceptions and baseline come after.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::facts::Facts;
use crate::finding::{FactKind, Finding, Related, Status};
use crate::rules::contract::{self, Info, Part, Severity, Verdict};
use crate::rules::judge::Judgement;
use crate::source::{Location, Sources};

/// How many places an answer about a whole scan names; the message counts them all.
const AGGREGATED_PLACES: usize = 10;

/// What one rule said, and what its findings need to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What the rule says of itself.
    pub info: &'a Info,
    /// The severity that the policy file sets for all its violations.
    pub fixed: Option<Severity>,
    /// What it said.
    pub judgement: &'a Judgement,
}

/// The findings of all rules, in the order of path, place and rule.
pub fn findings(said: &[Said<'_>], facts: &Facts, sources: &Sources) -> Vec<Finding> {
    let shared = Shared::count(facts);
    let mut findings = Vec::new();
    for said in said {
        let mut groups: BTreeMap<Key, Vec<Answer<'_>>> = BTreeMap::new();
        for (kind, index, finding) in &said.judgement.findings {
            let answer = Answer::new(facts, *kind, *index, finding);
            groups.entry(answer.key()).or_default().push(answer);
        }
        findings.extend(groups.into_values().map(|group| merge(said, &group, sources, &shared)));
    }
    findings.sort_by(|a, b| order(a, sources).cmp(&order(b, sources)));
    findings
}

fn order<'a>(finding: &'a Finding, sources: &'a Sources) -> impl Ord + 'a {
    let name = sources[finding.location.source].name.as_str();
    (name, finding.location, finding.rule.as_str(), std::cmp::Reverse(finding.severity), finding.message.as_str())
}

/// What one rule said of one fact, with its place.
struct Answer<'a> {
    facts: &'a Facts,
    kind: FactKind,
    index: usize,
    finding: &'a contract::Finding,
    location: Location,
}

/// Answers that are one finding agree in this: verdict, message, and the directive that they point to. An undetermined
/// about the context is about the scan, wherever it points.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    severity: Option<Severity>,
    message: String,
    location: Option<Location>,
    /// Facts that stand at the same place for themselves are not one: two certificates of one block of text.
    fact: Option<(FactKind, usize)>,
}

impl<'a> Answer<'a> {
    fn new(facts: &'a Facts, kind: FactKind, index: usize, finding: &'a contract::Finding) -> Self {
        let place = facts.place(kind, index);
        let location = finding.part.as_ref().and_then(|part| stated(facts, kind, index, part)).unwrap_or(place.home);
        Self { facts, kind, index, finding, location }
    }

    fn key(&self) -> Key {
        let severity = match self.finding.verdict {
            Verdict::Violation(severity) => Some(severity),
            Verdict::Undetermined => None,
        };
        let own = self.location == self.facts.place(self.kind, self.index).home;
        Key {
            severity,
            message: self.finding.message.clone(),
            location: (!self.of_context()).then_some(self.location),
            fact: (own && !self.of_context()).then_some((self.kind, self.index)),
        }
    }

    fn of_context(&self) -> bool {
        let part = self.finding.part.as_ref();
        self.finding.verdict == Verdict::Undetermined && part.is_some_and(|part| part.field.starts_with("context."))
    }
}

/// Where a part is stated: the element of the list, else the whole field, else nowhere.
fn stated(facts: &Facts, kind: FactKind, index: usize, part: &Part) -> Option<Location> {
    let parts = &facts.place(kind, index).parts;
    let find = |position| {
        let mut matches = parts.iter().filter(|((field, at), _)| *field == part.field && *at == position);
        matches.next().map(|(_, location)| *location)
    };
    part.position.and_then(|position| find(Some(position))).or_else(|| find(None))
}

/// How many facts state a part at the same place: a directive that several blocks inherit.
struct Shared(HashMap<Location, usize>);

impl Shared {
    fn count(facts: &Facts) -> Self {
        let mut counts = HashMap::new();
        for kind in FactKind::ALL {
            for index in 0..facts.count(kind) {
                for location in facts.place(kind, index).parts.values() {
                    *counts.entry(*location).or_default() += 1;
                }
            }
        }
        Self(counts)
    }

    fn is_shared(&self, location: Location) -> bool {
        self.0.get(&location).is_some_and(|&count| count > 1)
    }
}

fn merge(said: &Said<'_>, group: &[Answer<'_>], sources: &Sources, shared: &Shared) -> Finding {
    let first = &group[0];
    let place = first.facts.place(first.kind, first.index);
    let (severity, verdict) = match first.finding.verdict {
        Verdict::Violation(own) => {
            let severity = said.fixed.unwrap_or(own);
            (severity, Verdict::Violation(severity))
        }
        Verdict::Undetermined => (said.fixed.unwrap_or(said.info.severity), Verdict::Undetermined),
    };
    let mut message = first.finding.message.clone();
    if first.of_context() && group.len() > 1 {
        message = format!("{message} ({} facts)", group.len());
    }
    Finding {
        rule: said.info.id.clone(),
        statement: statement(said.info, first.finding),
        verdict,
        severity,
        kind: first.kind,
        label: place.label.clone(),
        location: first.location,
        related: related(group),
        message,
        remedy: first.finding.remedy.clone(),
        fingerprint: fingerprint(&said.info.id, first, sources, shared),
        status: Status::Open,
    }
}

/// The statement that a finding is about: of a rule that enforces several, the one that the finding names.
fn statement(info: &Info, finding: &contract::Finding) -> String {
    let own =
        attribute(finding, "statement").filter(|own| info.statement.split(' ').any(|statement| statement == *own));
    own.unwrap_or(&info.statement).to_owned()
}

fn attribute<'a>(finding: &'a contract::Finding, name: &str) -> Option<&'a str> {
    finding.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_str())
}

/// The rule's own related parts, the block that inherits a directive from elsewhere, and the other facts of the group.
fn related(group: &[Answer<'_>]) -> Vec<Related> {
    let first = &group[0];
    let mut related = Vec::new();
    for part in &first.finding.related {
        if let Some(location) = stated(first.facts, first.kind, first.index, part) {
            related.push(Related { location, label: part.field.clone() });
        }
    }
    let inherits = |answer: &Answer<'_>| answer.location != answer.facts.place(answer.kind, answer.index).home;
    for answer in group.iter().skip(usize::from(!inherits(first) || group.len() == 1)).take(AGGREGATED_PLACES) {
        let place = answer.facts.place(answer.kind, answer.index);
        related.push(Related { location: place.home, label: place.label.clone() });
    }
    related.sort();
    related.dedup();
    related.retain(|related| related.location != first.location);
    related
}

/// A hash of the rule, the path, and what is judged; of no line number. A directive that several blocks inherit is
/// known by its text, so that a further block that inherits it does not make it a new finding.
fn fingerprint(rule: &str, answer: &Answer<'_>, sources: &Sources, shared: &Shared) -> String {
    let source = &sources[answer.location.source];
    let text = &source.bytes[answer.location.span.range()];
    let field = answer.finding.part.as_ref().map_or("", |part| part.field.as_str());
    let identity: &[u8] = if answer.of_context() {
        b"scan"
    } else if shared.is_shared(answer.location) {
        text
    } else {
        answer.facts.place(answer.kind, answer.index).identity.as_bytes()
    };
    let name = if answer.of_context() { "" } else { source.name.as_str() };
    let mut hash = Sha256::new();
    let topic = attribute(answer.finding, "topic").unwrap_or_default();
    for part in [rule.as_bytes(), name.as_bytes(), field.as_bytes(), topic.as_bytes(), identity] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("v1:{}", hex(&hash.finalize()[..16]))
}
