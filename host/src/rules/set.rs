//! All rules of a run: the built-in and the custom ones, which of them run, and with which settings. How one is loaded
//! is in `built_in` and `load`, and how it is called in `judge`.

use std::collections::BTreeSet;

use keyreeve_contract::{Info, Severity, Value};
use keyreeve_source::digest::hex;
use keyreeve_source::problem::{Problem, Stage};

use super::built_in::BUILT_IN;
use super::rule::Rule;
use crate::policy::{OwnRule, Policy, PolicyError};
use crate::report::{Origin, RuleReport, RuleState};
use crate::rules::judge::Judgement;

/// The rules to which the command line restricts a run.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these, unless the list is empty.
    pub only: Vec<String>,
    /// Never these.
    pub skip: Vec<String>,
}

impl Selection {
    fn admits(&self, id: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|only| only == id)) && !self.skip.iter().any(|skip| skip == id)
    }

    /// The ids that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.only.iter().chain(&self.skip).map(String::as_str)
    }
}

/// A loaded rule, whether or not it runs.
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// Its settings: the policy's, or else its own defaults.
    pub settings: Vec<(String, Value)>,
    /// The severity that the policy sets for all its violations.
    pub fixed: Option<Severity>,
    /// Whether it runs.
    pub runs: bool,
    /// Line of the policy that names it.
    pub line: Option<u32>,
    /// Whether the policy leaves it out, and not only the command line.
    pub is_switched_off: bool,
}

/// A custom rule that could not be loaded.
#[derive(Debug, Clone)]
pub struct Unloaded {
    /// Its id in keyreeve.toml.
    pub id: String,
    /// The required SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its file, as keyreeve.toml names it.
    pub path: String,
}

/// All rules of a run, in the order of their ids.
#[derive(Default)]
pub struct RuleSet {
    /// Those that are loaded.
    pub entries: Vec<Entry>,
    /// Those that could not be loaded.
    pub unloaded: Vec<Unloaded>,
    /// Why they could not be loaded.
    pub problems: Vec<Problem>,
}

/// Loads a custom rule. The error says why it cannot be loaded, and what to do.
pub type LoadOwn<'a> = &'a (dyn Fn(&OwnRule<'_>) -> Result<Rule, String> + Sync);

impl RuleSet {
    /// Takes every built-in rule, and loads every custom rule that the policy names and the run admits.
    ///
    /// # Errors
    /// A [`PolicyError`] if the policy names rules or settings that do not exist. A rule that cannot be loaded is a
    /// problem of the run, and not an error of the policy.
    pub fn load(policy: &Policy, selection: &Selection, load_own: LoadOwn<'_>) -> Result<Self, PolicyError> {
        let mut set = Self::default();
        for built_in in BUILT_IN {
            set.add(built_in.rule(), policy, selection);
        }
        set.load_components(policy, selection, load_own);
        let is_own = |entry: &&Entry| entry.rule.origin != Origin::BuiltIn;
        let own = set.entries.iter().filter(is_own).map(|entry| (entry.rule.info.id.as_str(), &entry.rule.info));
        let built_in = set.entries.iter().filter(|entry| !is_own(entry)).map(|entry| &entry.rule.info);
        policy.check_rules(&built_in.collect::<Vec<&Info>>(), &own.collect::<Vec<_>>())?;
        for entry in &mut set.entries {
            entry.settings = policy.effective_settings(&entry.rule.info.id, &entry.rule.info.settings)?;
        }
        set.entries.sort_by(|a, b| a.rule.info.id.cmp(&b.rule.info.id));
        Ok(set)
    }

    fn add(&mut self, rule: Rule, policy: &Policy, selection: &Selection) {
        let id = &rule.info.id;
        let is_switched_off = !policy.enables(id);
        let runs = !is_switched_off && selection.admits(id);
        let (fixed, line) = (policy.severity(id), policy.line_of_rule(id));
        self.entries.push(Entry { settings: Vec::new(), fixed, runs, line, is_switched_off, rule });
    }

    fn load_components(&mut self, policy: &Policy, selection: &Selection, load_own: LoadOwn<'_>) {
        let built_in: BTreeSet<&str> = BUILT_IN.iter().map(|rule| rule.id).collect();
        for own in policy.own_rules() {
            // A taken id is the policy's error; one that is switched off is not even compiled.
            if built_in.contains(own.id) || !policy.enables(own.id) || !selection.admits(own.id) {
                continue;
            }
            match load_own(&own) {
                Ok(rule) => self.add(rule, policy, selection),
                Err(reason) => {
                    let path = own.name();
                    let sha256 = own.component.sha256.map(|sha256| hex(&sha256)).unwrap_or_default();
                    self.unloaded.push(Unloaded { id: own.id.to_owned(), sha256, path });
                    self.problems.push(Problem::rule(Stage::Load, own.id, reason));
                }
            }
        }
    }

    /// The rules that run, with their settings.
    pub fn running(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.runs)
    }

    /// What the report says of every rule. The judgements are those of the rules that run, in their order.
    pub fn reports(&self, judgements: &[Judgement]) -> Vec<RuleReport> {
        let mut judgements = judgements.iter();
        let loaded = self.entries.iter().map(|entry| {
            let judgement = entry.runs.then(|| judgements.next()).flatten();
            let state = match judgement {
                None => RuleState::Off,
                Some(judgement) if judgement.fault.is_some() => RuleState::Failed,
                Some(_) => RuleState::Ran,
            };
            entry.report(state, judgement.map_or(0, |judgement| judgement.examined))
        });
        let mut reports: Vec<RuleReport> = loaded.chain(self.unloaded.iter().map(Unloaded::report)).collect();
        reports.sort_by(|a, b| a.id.cmp(&b.id));
        reports
    }
}

impl Entry {
    /// Names of the settings that differ from the rule's own, and are not obviously stricter.
    fn loosened(&self) -> Vec<String> {
        let declared = &self.rule.info.settings;
        let default = |name: &str| declared.iter().find(|setting| setting.name == name).map(|setting| &setting.default);
        let loosened = self.settings.iter().filter(|(name, value)| {
            default(name).is_some_and(|default| value != default && !asks_more(name, value, default))
        });
        loosened.map(|(name, _)| name.clone()).collect()
    }

    fn report(&self, state: RuleState, examined: usize) -> RuleReport {
        let info = &self.rule.info;
        RuleReport {
            id: info.id.clone(),
            version: info.version.clone(),
            sha256: self.rule.sha256.clone(),
            origin: self.rule.origin.clone(),
            statement: info.statement.clone(),
            title: info.title.clone(),
            rationale: info.rationale.clone(),
            severity: self.fixed.unwrap_or(info.severity),
            is_fixed: self.fixed.is_some(),
            gravest: gravest(info),
            settings: self.settings.clone(),
            loosened: self.loosened(),
            line: self.line,
            is_switched_off: self.is_switched_off,
            state,
            examined,
            kinds: self.rule.kinds.clone(),
        }
    }
}

/// The most serious severity that a rule states for its violations.
fn gravest(info: &Info) -> Severity {
    let said = info.attributes.iter().filter(|(name, _)| name == "severities").flat_map(|(_, lines)| lines.lines());
    let named = said.filter_map(|line| {
        let (name, _) = line.split_once(':')?;
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    });
    named.fold(info.severity, Severity::max)
}

/// Whether a value is obviously stricter than another: a greater minimum or a lesser maximum. For other settings only
/// the rule knows.
fn asks_more(name: &str, value: &Value, than: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Integer(value) => Some(*value),
        Value::Days(days) => Some(i64::from(*days)),
        Value::Boolean(_) | Value::Text(_) | Value::Texts(_) => None,
    };
    let (Some(value), Some(than)) = (number(value), number(than)) else { return false };
    name.ends_with("minimum") && value > than || name.ends_with("maximum") && value < than
}

impl Unloaded {
    fn report(&self) -> RuleReport {
        RuleReport {
            id: self.id.clone(),
            version: String::new(),
            sha256: self.sha256.clone(),
            origin: Origin::File(self.path.clone()),
            statement: String::new(),
            title: String::new(),
            rationale: String::new(),
            severity: Severity::High,
            is_fixed: false,
            gravest: Severity::High,
            settings: Vec::new(),
            loosened: Vec::new(),
            line: None,
            is_switched_off: false,
            state: RuleState::Failed,
            examined: 0,
            kinds: Vec::new(),
        }
    }
}
