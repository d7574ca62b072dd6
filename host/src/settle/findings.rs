//! Makes findings of what rules said: place, related places, fingerprint; one finding for one directive.
//! Not what covers them: exceptions and baseline come after.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use keyreeve_contract::FactKind;
use keyreeve_contract::{Info, Part, Severity, Verdict};
use keyreeve_facts::{Place, Places};
use keyreeve_source::{Location, Sources};

use crate::finding::{Finding, Related, Status, fingerprint};
use crate::rules::answer::{Answer, Texts};

/// How many places an answer about a whole scan names; the message counts them all.
const AGGREGATED_PLACES: usize = 10;

/// What one rule said, and what its findings need to know of it.
#[derive(Debug)]
pub struct Said<'a> {
    /// What the rule says of itself.
    pub info: &'a Info,
    /// The severity that the policy file sets for all its violations.
    pub fixed: Option<Severity>,
    /// What it said, and what the host said in its place.
    pub answers: Vec<Answer>,
}

/// The findings of all rules, in the order of path, place and rule.
pub fn findings(said: Vec<Said<'_>>, places: &Places, sources: &Sources) -> Vec<Finding> {
    let shared = Shared::count(places);
    let mut findings = Vec::new();
    for said in said {
        let mut groups: BTreeMap<Key<'_>, Vec<Placed<'_>>> = BTreeMap::new();
        for answer in &said.answers {
            let placed = Placed::new(answer, places);
            groups.entry(placed.key()).or_default().push(placed);
        }
        let mut texts = Texts::default();
        findings.extend(groups.into_values().map(|group| merge(&said, &group, sources, &shared, &mut texts)));
    }
    findings.sort_by(|a, b| order(a, sources).cmp(&order(b, sources)));
    findings
}

fn order<'a>(finding: &'a Finding, sources: &'a Sources) -> impl Ord + 'a {
    let name = sources[finding.location.source].name.as_str();
    (name, finding.location, &*finding.rule, std::cmp::Reverse(finding.severity), &*finding.message)
}

/// What one rule said of one fact, with its place.
struct Placed<'a> {
    answer: &'a Answer,
    /// Of the fact.
    place: &'a Place,
    location: Location,
}

/// Answers that are one finding agree in this: verdict, message, and the directive that they point to. An undetermined
/// about the context is about the scan, wherever it points.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    severity: Option<Severity>,
    message: &'a str,
    location: Option<Location>,
    /// Facts that stand at the same place for themselves are not one: two certificates of one block of text.
    fact: Option<(FactKind, usize)>,
}

impl<'a> Placed<'a> {
    fn new(answer: &'a Answer, places: &'a Places) -> Self {
        let place = &places.of(answer.kind)[answer.fact];
        let location = answer.part.as_ref().and_then(|part| stated(place, part)).unwrap_or(place.home);
        Self { answer, place, location }
    }

    fn key(&self) -> Key<'a> {
        let severity = match self.answer.verdict {
            Verdict::Violation(severity) => Some(severity),
            Verdict::Undetermined => None,
        };
        let own = self.location == self.place.home;
        Key {
            severity,
            message: &self.answer.message,
            location: (!self.of_context()).then_some(self.location),
            fact: (own && !self.of_context()).then_some((self.answer.kind, self.answer.fact)),
        }
    }

    fn of_context(&self) -> bool {
        let part = self.answer.part.as_ref();
        self.answer.verdict == Verdict::Undetermined && part.is_some_and(|part| part.field.starts_with("context."))
    }
}

/// Where a part is stated: the element of the list, else the whole field, else nowhere.
fn stated(place: &Place, part: &Part) -> Option<Location> {
    let find = |position| {
        let mut matches = place.parts.iter().filter(|((field, at), _)| *field == part.field && *at == position);
        matches.next().map(|(_, location)| *location)
    };
    part.position.and_then(|position| find(Some(position))).or_else(|| find(None))
}

/// How many facts state a part at the same place: a directive that several blocks inherit.
struct Shared(HashMap<Location, usize>);

impl Shared {
    fn count(places: &Places) -> Self {
        let mut counts = HashMap::new();
        for place in FactKind::ALL.into_iter().flat_map(|kind| places.of(kind)) {
            for location in place.parts.values() {
                *counts.entry(*location).or_default() += 1;
            }
        }
        Self(counts)
    }

    fn is_shared(&self, location: Location) -> bool {
        self.0.get(&location).is_some_and(|&count| count > 1)
    }
}

fn merge(said: &Said<'_>, group: &[Placed<'_>], sources: &Sources, shared: &Shared, texts: &mut Texts) -> Finding {
    let first = &group[0];
    let answer = first.answer;
    let (severity, verdict) = match answer.verdict {
        Verdict::Violation(own) => {
            let severity = said.fixed.unwrap_or(own);
            (severity, Verdict::Violation(severity))
        }
        Verdict::Undetermined => (said.fixed.unwrap_or(said.info.severity), Verdict::Undetermined),
    };
    let mut message = answer.message.clone();
    if first.of_context() && group.len() > 1 {
        message = format!("{message} ({} facts)", group.len()).into();
    }
    let (fingerprint, judged) = fingerprint_of(&said.info.id, first, sources, shared);
    Finding {
        rule: texts.share(&said.info.id),
        statement: texts.share(statement(said.info, answer)),
        verdict,
        severity,
        kind: answer.kind,
        label: texts.share(&first.place.label),
        location: first.location,
        related: related(group, texts),
        message,
        remedy: answer.remedy.clone(),
        fingerprint,
        judged,
        status: Status::Open,
    }
}

/// The statement that a finding is about: of a rule that enforces several, the one that the finding names.
fn statement<'a>(info: &'a Info, answer: &'a Answer) -> &'a str {
    let own = attribute(answer, "statement").filter(|own| info.statement.split(' ').any(|statement| statement == *own));
    own.unwrap_or(&info.statement)
}

fn attribute<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_str())
}

/// The rule's own related parts, the block that inherits a directive from elsewhere, and the other facts of the group.
fn related(group: &[Placed<'_>], texts: &mut Texts) -> Vec<Related> {
    let first = &group[0];
    let mut related = Vec::new();
    for part in &first.answer.related {
        if let Some(location) = stated(first.place, part) {
            related.push(Related { location, label: texts.share(&part.field) });
        }
    }
    let inherits = first.location != first.place.home;
    for Placed { place, .. } in group.iter().skip(usize::from(!inherits || group.len() == 1)).take(AGGREGATED_PLACES) {
        related.push(Related { location: place.home, label: texts.share(&place.label) });
    }
    related.sort();
    related.dedup();
    related.retain(|related| related.location != first.location);
    related
}

/// The fingerprint of what a rule said, and what it is of in a file of any name. A directive that several blocks inherit is
/// known by its text, so that a further block that inherits it does not make it a new finding.
fn fingerprint_of(rule: &str, placed: &Placed<'_>, sources: &Sources, shared: &Shared) -> (String, Vec<Vec<u8>>) {
    let source = &sources[placed.location.source];
    let field = placed.answer.part.as_ref().map_or("", |part| part.field.as_str());
    let identity: Cow<'_, [u8]> = if placed.of_context() {
        b"scan".into()
    } else if shared.is_shared(placed.location) {
        source.stretch(placed.location.span.range())
    } else {
        placed.place.identity.to_string().into_bytes().into()
    };
    let name = if placed.of_context() { "" } else { source.name.as_str() };
    let topic = attribute(placed.answer, "topic").unwrap_or_default();
    let parts = [field.as_bytes(), topic.as_bytes(), &identity];
    let judged = if placed.of_context() { Vec::new() } else { parts.map(<[u8]>::to_vec).to_vec() };
    (fingerprint(rule, name, &parts), judged)
}
