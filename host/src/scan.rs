//! One scan: from the discovered sources to findings, through every stage of the pipeline except the last two.
//! Exceptions, baseline and report are not applied here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use keyreeve_contract::FactKind;
use keyreeve_contract::Words;
use keyreeve_facts::Passwords;
use keyreeve_facts::{Facts, Place, Reading, Taken};
use keyreeve_source::private::Private;
use keyreeve_source::problem::{Problem, Stage, Subject};
use keyreeve_source::{SourceId, Sources, Span};
use keyreeve_weak::blocklist::Blocklist;

use crate::finding::Finding;
use crate::formats;
use crate::formats::Detail;
use crate::policy::{Policy, scopes};
use crate::relate::{relate, weigh};
use crate::rules::engine::Engine;
use crate::rules::judge::{Judgement, judge};
use crate::rules::set::RuleSet;
use crate::settle::findings::{Said, findings};

/// Everything that is known after reading, and before anything is judged.
pub struct Understood {
    /// The facts, with their context and relations.
    pub facts: Facts,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Bytes that no report may show.
    pub secrets: Vec<(SourceId, Span)>,
    /// The private values in them.
    pub private: Private,
    /// The format that read each source.
    pub taken: Vec<Taken>,
    /// The sources that facts or parts of them are in.
    pub telling: BTreeSet<SourceId>,
}

/// What the user gives a scan besides the sources and the policy.
#[derive(Debug)]
pub struct Given<'a> {
    /// Passwords to try on encrypted data.
    pub passwords: &'a Passwords,
    /// Publicly known keys.
    pub blocklist: Option<&'a Blocklist>,
    /// Whether weaknesses of keys are looked for: only a rule that examines keys or certificates sees them.
    pub weighs: bool,
}

impl Default for Given<'_> {
    /// Nothing, and everything is looked for.
    fn default() -> Self {
        Self { passwords: Passwords::NONE, blocklist: None, weighs: true }
    }
}

/// Reads and assembles all sources, including what one of the passwords opens, and adds scopes and relations. After
/// that, the content of large files is dropped.
pub fn understand(sources: &mut Sources, policy: &Policy, detail: Detail, given: &Given<'_>) -> Understood {
    let formats::Read { reading, taken, budget } = formats::read(sources, detail, given.passwords);
    let Reading { mut facts, mut problems, secrets } = reading;
    scopes::apply(&policy.scopes, &mut facts, sources);
    relate(&mut facts, sources);
    // This comes before judging, so that no rule, fingerprint or report sees a private value. Facts were related by the
    // original names before, and names of algorithms are kept: otherwise whoever calls such a name a secret would
    // decide what the rules see of all other files.
    let private = Private::of(sources, &secrets);
    if !private.is_empty() {
        facts.each_text(&mut |words, text| match words {
            Words::Theirs => private.hide_in(text),
            Words::Standard => {}
        });
        problems.iter_mut().for_each(|problem| private.hide_in(&mut problem.message));
    }
    sources.set_aside();
    if given.weighs {
        problems.append(&mut weigh(&mut facts, given.blocklist, &budget));
    }
    let telling = FactKind::ALL.into_iter().flat_map(|kind| (0..facts.count(kind)).map(move |index| (kind, index)));
    let telling = telling.map(|(kind, index)| facts.place(kind, index));
    let telling = telling.flat_map(|place| place.parts.values().chain([&place.home])).map(|at| at.source).collect();
    Understood { facts, problems, secrets, private, taken, telling }
}

/// Whether facts of a kind have keys whose weaknesses can be looked for.
pub fn has_keys(kind: FactKind) -> bool {
    matches!(kind, FactKind::Certificates | FactKind::Keys)
}

/// A problem for each file that was changed after it was read, because a report may then show either content. To be
/// called last.
pub fn altered(sources: &Sources) -> Vec<Problem> {
    let message = "was changed while it was scanned, and what is said of it may be of either content: scan it again";
    sources.altered().map(|source| Problem::path(source.name.as_str(), message)).collect()
}

impl Understood {
    /// Hides private values in the names of files, and in the texts that were added meanwhile; nothing else contains
    /// any.
    pub fn hide_names(&mut self, sources: &mut Sources) {
        sources.rename(|name| self.private.hide_in_name(name));
        self.problems.iter_mut().for_each(|problem| problem.hide(&self.private));
    }

    /// Keeps only the facts and problems that lie, completely or partly, in sources with these names; the others were
    /// context.
    pub fn restrict(&mut self, names: &BTreeSet<String>, sources: &Sources) {
        let named = |id: SourceId| names.contains(&sources[id].name);
        let keep =
            |_, place: &Place| named(place.home.source) || place.parts.values().any(|location| named(location.source));
        self.facts.retain(&keep);
        self.problems.retain(|problem| match &problem.subject {
            Subject::Place(location) => named(location.source),
            Subject::Path(path) => names.contains(path),
            Subject::Rule(_) => true,
        });
    }
}

/// What all rules said.
pub struct Judged {
    /// How many facts there were of each kind.
    pub counts: BTreeMap<&'static str, usize>,
    /// In the order of path, place and rule.
    pub findings: Vec<Finding>,
    /// One for each rule that runs, sorted by id; their answers have become the findings.
    pub judgements: Vec<Judgement>,
    /// Rules that did not complete.
    pub problems: Vec<Problem>,
}

/// Calls every rule that runs, as of a date.
pub fn judged(engine: &Engine, rules: &RuleSet, facts: Facts, sources: &Sources, as_of: Date) -> Judged {
    let scan = keyreeve_contract::Scan { as_of: start_of(as_of), attributes: Vec::new() };
    let running: Vec<_> = rules.running().collect();
    let calls: Vec<_> = running.iter().map(|entry| (&entry.rule, entry.settings.as_slice())).collect();
    let mut judgements = judge(engine, &calls, &scan, &facts);
    let counts = FactKind::ALL.into_iter().map(|kind| (kind.interface(), facts.count(kind))).collect();
    let places = facts.into_places();
    let answers = judgements.iter_mut().map(|judgement| std::mem::take(&mut judgement.answers));
    let said = running.iter().zip(answers);
    let said = said.map(|(entry, answers)| Said { info: &entry.rule.info, fixed: entry.fixed, answers }).collect();
    let faults = running.iter().zip(&judgements).filter_map(|(entry, judgement)| {
        let fault = judgement.fault.as_ref()?;
        Some(Problem::rule(Stage::Judge, entry.rule.info.id.as_str(), fault.to_string()))
    });
    let problems = faults.collect();
    Judged { counts, findings: findings(said, &places, sources), judgements, problems }
}

/// The first second of a day, UTC.
fn start_of(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    let days = date.since((jiff::Unit::Day, epoch)).map_or(0, |span| i64::from(span.get_days()));
    days * 86_400
}
