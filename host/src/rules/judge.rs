//! Calls every rule with all facts of the kinds that it examines, in chunks, and collects the answers. `settle` adds
//! place and fingerprint to each finding.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::Instant;

use keyreeve_contract::FactKind;
use keyreeve_contract::{Finding, Part, Scan, Value, Verdict};
use keyreeve_facts::Facts;
use rayon::prelude::*;

use super::answer::{Answer, Texts};
use super::engine::Engine;
use super::limits::{Fault, STORES, Share};
use super::rule::Rule;

/// The most facts of one call. Findings do not depend on this: a rule knows one fact at a time.
pub const CHUNK: usize = 1024;
/// So few facts are judged faster than threads are started.
const FEW: usize = 16;
/// The most bytes of one call, as [`weight`] estimates them.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// What one rule said about all facts.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Its own answers, and those that the host gives for it if it reads something unknown.
    pub answers: Vec<Answer>,
    /// How many facts it judged.
    pub examined: usize,
    /// The fault that ended it, if any; the facts after that point are not judged.
    pub fault: Option<Fault>,
}

/// Calls each rule, with its settings, on all facts that it examines. Rules run in parallel if there is enough to
/// judge. The calls of one rule follow one another and end at its first fault, so that the result is the same on every
/// machine.
pub fn judge(engine: &Engine, rules: &[(&Rule, &[(String, Value)])], scan: &Scan, facts: &Facts) -> Vec<Judgement> {
    let one = |(rule, settings): &(&Rule, &[(String, Value)])| {
        let examined = rule.kinds.iter().map(|kind| facts.count(*kind)).sum();
        let share = Share::of(rules.len(), examined, engine.deadline());
        let mut judging = Judging { judgement: Judgement::default(), texts: Texts::default(), share };
        judging.judgement.fault = judging.run(engine, rule, settings, scan, facts).err();
        judging.judgement
    };
    let count: usize = FactKind::ALL.into_iter().map(|kind| facts.count(kind)).sum();
    let all = || rules.par_iter().map(one).collect();
    match (count, rayon::current_num_threads()) {
        (..=FEW, _) => rules.iter().map(one).collect(),
        (_, ..=STORES) => all(),
        // Each thread has a store with memory of its own.
        _ => match rayon::ThreadPoolBuilder::new().num_threads(STORES).build() {
            Ok(few) => few.install(all),
            Err(_) => rules.iter().map(one).collect(),
        },
    }
}

/// The state of one rule while it judges.
struct Judging {
    judgement: Judgement,
    texts: Texts,
    /// What it may still use.
    share: Share,
}

impl Judging {
    fn run(
        &mut self,
        engine: &Engine,
        rule: &Rule,
        settings: &[(String, Value)],
        scan: &Scan,
        facts: &Facts,
    ) -> Result<(), Fault> {
        for &kind in &rule.kinds {
            for range in chunks(facts, kind) {
                let begun = Instant::now();
                let findings = rule.check(engine, settings, scan, facts, kind, range.clone())?;
                self.share.time = self.share.time.checked_sub(begun.elapsed()).ok_or(Fault::Slow)?;
                self.judgement.examined += range.len();
                for unread in undetermined(rule, facts, kind, &range, &findings) {
                    self.keep(kind, &range, unread);
                }
                for finding in findings {
                    let kept = self.keep(kind, &range, finding);
                    self.share.answers = self.share.answers.checked_sub(kept).ok_or(Fault::Flood)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps an answer about a fact of the range, and returns how many bytes that takes.
    fn keep(&mut self, kind: FactKind, range: &Range<usize>, finding: Finding) -> usize {
        let before = self.texts.bytes();
        let answer = Answer::new(kind, range.start + finding.fact as usize, finding, &mut self.texts);
        let bytes = answer.bytes() + self.texts.bytes() - before;
        self.judgement.answers.push(answer);
        bytes
    }
}

/// Cuts the facts of a kind by count and by bytes.
fn chunks(facts: &Facts, kind: FactKind) -> Vec<Range<usize>> {
    let count = facts.count(kind);
    let (mut chunks, mut start, mut bytes) = (Vec::new(), 0, 0);
    for index in 0..count {
        bytes += facts.weight(kind, index);
        if index + 1 - start == CHUNK || bytes >= CHUNK_BYTES || index + 1 == count {
            chunks.push(start..index + 1);
            (start, bytes) = (index + 1, 0);
        }
    }
    chunks
}

/// The host's own answers for unknown fields that a rule reads: undetermined, unless the rule found a violation in the
/// fact all the same or said something about that field itself. So a rule that forgets to check cannot pass.
fn undetermined(
    rule: &Rule,
    facts: &Facts,
    kind: FactKind,
    range: &Range<usize>,
    findings: &[Finding],
) -> Vec<Finding> {
    let mut answers: HashMap<u32, Vec<&Finding>> = HashMap::new();
    for finding in findings {
        answers.entry(finding.fact).or_default().push(finding);
    }
    let mut undetermined = Vec::new();
    for (fact, index) in (0..).zip(range.clone()) {
        let answers = answers.get(&fact).map(Vec::as_slice).unwrap_or_default();
        let read = facts.unknown(kind, index).iter().filter(|unknown| reads(rule, kind, &unknown.field));
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for unknown in read {
            let answered = answers.iter().any(|finding| {
                matches!(finding.verdict, Verdict::Violation(_))
                    || finding.part.as_ref().is_some_and(|part| part.field == unknown.field)
            });
            if !answered {
                by_reason.entry(&unknown.reason).or_default().push(&unknown.field);
            }
        }
        undetermined.extend(by_reason.iter().map(|(reason, fields)| not_known(fact, fields, reason)));
    }
    undetermined
}

/// Whether a rule reads a field: it names the field, a record around it, or a part of it.
fn reads(rule: &Rule, kind: FactKind, field: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
    };
    rule.info
        .reads
        .iter()
        .filter_map(|read| read.strip_prefix(kind.interface())?.strip_prefix('.'))
        .any(|read| within(field, read) || within(read, field))
}

/// One answer for all fields that are unknown for the same reason.
fn not_known(fact: u32, fields: &[&str], reason: &str) -> Finding {
    let verb = if fields.len() == 1 { "is" } else { "are" };
    Finding {
        fact,
        part: Some(Part { field: fields[0].to_owned(), position: None }),
        related: Vec::new(),
        verdict: Verdict::Undetermined,
        message: format!("{} {verb} not known: {reason}", fields.join(", ")),
        remedy: "make the value visible to the scan, or judge it by hand".to_owned(),
        attributes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::kit::samples;
    use crate::rules::built_in::BUILT_IN;

    /// The fault that ends a rule with this share that finds something in each of three chunks.
    fn ended(share: Share) -> (Option<Fault>, usize) {
        let engine = Engine::new().unwrap();
        let rule = BUILT_IN.iter().find(|rule| rule.id == "key-size").unwrap().rule();
        let settings: Vec<_> = rule.info.settings.iter().map(|it| (it.name.clone(), it.default.clone())).collect();
        let mut facts = samples::facts(FactKind::Keys, 3 * CHUNK);
        facts.keys.iter_mut().for_each(|(key, _)| key.public.bits = 1024);
        let mut judging = Judging { judgement: Judgement::default(), texts: Texts::default(), share };
        let fault = judging.run(&engine, &rule, &settings, &samples::scan(), &facts).err();
        (fault, judging.judgement.examined)
    }

    #[test]
    fn the_calls_of_a_rule_have_limits_together() {
        let facts = 3 * CHUNK;
        let fair = Share::of(300, facts, crate::rules::limits::DEADLINE);
        assert_eq!(ended(fair), (None, facts));
        assert_eq!(ended(Share { time: std::time::Duration::ZERO, ..fair }), (Some(Fault::Slow), 0));
        assert_eq!(ended(Share { answers: 1000, ..fair }), (Some(Fault::Flood), CHUNK));
    }
}
