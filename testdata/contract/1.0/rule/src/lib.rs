//! A rule of contract 1.0 that examines every kind of fact and says all that it was given, so that nothing can be lost on the
//! way unnoticed. Not a rule for use: it finds something in every fact.

use std::sync::OnceLock;

wit_bindgen::generate!({ path: "..", world: "every-fact-rule" });

use exports::keyreeve::policy::rule::{Info, Setting, Value};
use exports::keyreeve::policy::{certificates, inventory, keys, rule, tls_endpoints};
use keyreeve::policy::types::{Finding, Part, Scan, Severity, Verdict};

struct EveryFact;

static SETTINGS: OnceLock<Vec<(String, Value)>> = OnceLock::new();

export!(EveryFact);

impl rule::Guest for EveryFact {
    fn describe() -> Info {
        let setting = |name: &str, default| Setting {
            name: name.into(),
            default,
            doc: format!("A setting of the type {name}."),
            attributes: vec![("since".into(), "1.0".into())],
        };
        Info {
            id: "every-fact".into(),
            version: "1.0.0".into(),
            title: "every fact is seen whole".into(),
            statement: "S13".into(),
            rationale: "What was agreed on in contract 1.0 holds.".into(),
            severity: Severity::Medium,
            settings: vec![
                setting("boolean", Value::Boolean(true)),
                setting("integer", Value::Integer(-1)),
                setting("text", Value::Text("t".into())),
                setting("texts", Value::Texts(vec!["a".into(), "b".into()])),
                setting("days", Value::Days(90)),
            ],
            reads: vec!["keys.public.bits".into(), "certificates.not-after".into()],
            attributes: vec![("remedy".into(), "nothing is to be done".into())],
        }
    }

    fn configure(settings: Vec<(String, Value)>) -> Result<(), String> {
        if settings.iter().any(|(_, value)| matches!(value, Value::Integer(0))) {
            return Err("the setting integer must not be 0".into());
        }
        SETTINGS.set(settings).map_err(|_| "configure was called twice".into())
    }
}

/// Each fact in the words of its own fields; and the ways in which a rule can answer, one for each position.
fn answers<F: std::fmt::Debug>(scan: &Scan, facts: &[F], field: &str) -> Vec<Finding> {
    let part = |position| Part { field: field.into(), position };
    let one = |(index, fact): (usize, &F)| Finding {
        fact: index as u32,
        part: (index > 0).then(|| part(Some(index as u32 - 1))),
        related: if index > 1 { vec![part(None)] } else { vec![] },
        verdict: match index {
            0 => Verdict::Violation(Severity::Low),
            1 => Verdict::Violation(Severity::High),
            2 => Verdict::Violation(Severity::Critical),
            _ => Verdict::Undetermined,
        },
        message: format!("{fact:?} {scan:?} {:?}", SETTINGS.get()),
        remedy: "nothing is to be done".into(),
        attributes: vec![("topic".into(), field.into())],
    };
    facts.iter().enumerate().map(one).collect()
}

impl tls_endpoints::Guest for EveryFact {
    fn check(scan: Scan, facts: Vec<tls_endpoints::TlsEndpoint>) -> Result<Vec<Finding>, String> {
        Ok(answers(&scan, &facts, "versions"))
    }
}

impl certificates::Guest for EveryFact {
    /// A certificate without a name is what it cannot judge.
    fn check(scan: Scan, facts: Vec<certificates::Certificate>) -> Result<Vec<Finding>, String> {
        match facts.iter().all(|certificate| certificate.names.is_empty()) {
            true => Err("no certificate has a name".into()),
            false => Ok(answers(&scan, &facts, "names")),
        }
    }
}

impl keys::Guest for EveryFact {
    fn check(scan: Scan, facts: Vec<keys::Key>) -> Result<Vec<Finding>, String> {
        Ok(answers(&scan, &facts, "public.bits"))
    }
}

impl inventory::Guest for EveryFact {
    /// An entry without an id makes it panic.
    fn check(scan: Scan, facts: Vec<inventory::InventoryEntry>) -> Result<Vec<Finding>, String> {
        if facts.iter().any(|entry| entry.id.is_empty()) {
            keyreeve::policy::diagnostics::panic("an entry has no id");
            core::arch::wasm32::unreachable();
        }
        Ok(answers(&scan, &facts, "owner"))
    }
}
