//! Checks the settings in keyreeve.toml against what rules declare, and fills in defaults. What a setting means is not
//! known here: a rule's `configure` may still refuse a value.

use std::collections::BTreeMap;

use keyreeve_contract::{Info, Setting, Value};
use keyreeve_source::Span;
use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::error::{Fault, Faults, PolicyError, nearest, printable, quoted};
use super::fields::{kind, span_of};
use super::{PROBLEM, Policy, RulePolicy};

/// A setting as written, before the rule's declaration is known.
#[derive(Debug, Clone, PartialEq)]
pub struct RawSetting {
    /// Where it is named.
    pub name_span: Span,
    /// Where its value stands.
    pub value_span: Span,
    value: Raw,
}

#[derive(Debug, Clone, PartialEq)]
enum Raw {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Texts(Vec<String>),
}

impl RawSetting {
    pub(super) fn read(name: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Result<Self, Fault> {
        let (name_span, value_span) = (span_of(name), span_of(value));
        let refused = |value: &Spanned<DeValue<'_>>| {
            let message = format!("a setting cannot be {}", kind(value.get_ref()));
            let hint = "it is true or false, an integer of 64 bits, a string, or a list of strings";
            Fault::new(span_of(value), message).hint(hint)
        };
        let raw = match value.get_ref() {
            DeValue::Boolean(value) => Raw::Boolean(*value),
            DeValue::String(text) => Raw::Text(text.to_string()),
            DeValue::Integer(digits) => {
                let parsed = i64::from_str_radix(digits.as_str(), digits.radix());
                Raw::Integer(parsed.map_err(|_| Fault::new(value_span, "an integer has at most 64 bits"))?)
            }
            DeValue::Array(items) => {
                let text = |item: &Spanned<DeValue<'_>>| {
                    item.get_ref().as_str().map(str::to_owned).ok_or_else(|| refused(item))
                };
                Raw::Texts(items.iter().map(text).collect::<Result<_, _>>()?)
            }
            _ => return Err(refused(value)),
        };
        Ok(Self { name_span, value_span, value: raw })
    }

    /// The value in the type of the setting's default.
    fn value(&self, setting: &Setting) -> Result<Value, Fault> {
        let value = match (&setting.default, &self.value) {
            (Value::Boolean(_), Raw::Boolean(value)) => Some(Value::Boolean(*value)),
            (Value::Integer(_), Raw::Integer(value)) => Some(Value::Integer(*value)),
            (Value::Text(_), Raw::Text(value)) => Some(Value::Text(value.clone())),
            (Value::Texts(_), Raw::Texts(value)) => Some(Value::Texts(value.clone())),
            (Value::Days(_), Raw::Integer(days)) => u32::try_from(*days).ok().map(Value::Days),
            (Value::Days(_), Raw::Text(text)) => days(text).map(Value::Days),
            _ => None,
        };
        value.ok_or_else(|| {
            let wanted = wanted(&setting.default);
            let message = format!("the setting `{}` must be {wanted}, not {}", quoted(&setting.name), self.shown());
            Fault::new(self.value_span, message).hint(printable(&setting.doc))
        })
    }

    fn shown(&self) -> String {
        match &self.value {
            Raw::Boolean(value) => value.to_string(),
            Raw::Integer(value) => value.to_string(),
            Raw::Text(value) => format!("the string `{}`", quoted(value)),
            Raw::Texts(_) => "a list of strings".to_owned(),
        }
    }
}

/// `90d` as 90.
fn days(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('d')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn wanted(default: &Value) -> &'static str {
    match default {
        Value::Boolean(_) => "true or false",
        Value::Integer(_) => "an integer",
        Value::Text(_) => "a string",
        Value::Texts(_) => "a list of strings",
        Value::Days(_) => "a number of days, such as 90 or \"90d\"",
    }
}

impl Policy {
    /// Checks what the file says about rules against the existing rules: the built-in ones, and custom rules by the id
    /// that the file gives them (one that could not be loaded is left out, and is a problem of the scan). It reports
    /// every unknown id, also in an exception; a file for the id of a built-in rule; a component with another id than
    /// in the file; and a setting that the rule does not have, or that has another type.
    pub fn check_rules(&self, built_in: &[&Info], own: &[(&str, &Info)]) -> Result<(), PolicyError> {
        let built_in: BTreeMap<&str, &Info> = built_in.iter().map(|&info| (info.id.as_str(), info)).collect();
        let own: BTreeMap<&str, &Info> = own.iter().copied().collect();
        let mut faults = Vec::new();
        for (id, rule) in &self.rules {
            let info = match (built_in.get(id.as_str()), &rule.component) {
                (Some(_), Some(_)) => {
                    let message = format!("`{id}` is a built-in rule and cannot be loaded from a file");
                    faults.push(Fault::new(rule.span, message).hint("give the rule an id of its own"));
                    continue;
                }
                (None, None) => {
                    faults.push(unknown_rule(id, rule.span, built_in.keys().copied()));
                    continue;
                }
                (Some(info), None) => Some(info),
                (None, Some(_)) => own.get(id.as_str()),
            };
            let Some(info) = info else { continue };
            faults.extend(renamed(id, rule, info));
            if let Err(wrong) = self.settings(id, &info.settings) {
                faults.extend(wrong);
            }
        }
        for exception in &self.exceptions {
            let id = exception.rule.as_str();
            if id != PROBLEM && !built_in.contains_key(id) && !self.rules.contains_key(id) {
                let own = self.rules.keys().map(String::as_str).filter(|id| !built_in.contains_key(id));
                let known = built_in.keys().copied().chain(own).chain([PROBLEM]);
                faults.push(unknown_rule(id, exception.rule_span, known));
            }
        }
        Faults::none(&self.source, faults)
    }

    /// Every setting that a rule declares, in its order, with the value from the file or else the default. The error is
    /// the one that [`Self::check_rules`] reports for this rule.
    pub fn effective_settings(&self, rule: &str, declared: &[Setting]) -> Result<Vec<(String, Value)>, PolicyError> {
        self.settings(rule, declared).map_err(|faults| Faults::error(&self.source, faults))
    }

    fn settings(&self, rule: &str, declared: &[Setting]) -> Result<Vec<(String, Value)>, Vec<Fault>> {
        let none = BTreeMap::new();
        let written = self.rules.get(rule).map_or(&none, |rule| &rule.settings);
        let mut faults = Vec::new();
        for (name, raw) in written {
            if !declared.iter().any(|setting| setting.name == *name) {
                let message = format!("the rule `{}` has no setting `{}`", quoted(rule), quoted(name));
                let hint = nearest(name, declared.iter().map(|setting| setting.name.as_str()));
                faults.push(Fault::new(raw.name_span, message).hint(printable(&hint)));
            }
        }
        let mut settings = Vec::new();
        for setting in declared {
            match written.get(&setting.name).map_or(Ok(setting.default.clone()), |raw| raw.value(setting)) {
                Ok(value) => settings.push((setting.name.clone(), value)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}

fn unknown_rule<'k>(id: &str, span: Span, known: impl Iterator<Item = &'k str>) -> Fault {
    Fault::new(span, format!("there is no rule `{}`", quoted(id))).hint(nearest(id, known))
}

fn renamed(id: &str, rule: &RulePolicy, info: &Info) -> Option<Fault> {
    (info.id != id).then(|| {
        let message = format!("the component of the rule `{id}` calls itself `{}`", quoted(&info.id));
        Fault::new(rule.span, message).hint("a rule has one id everywhere: use the component's")
    })
}
