//! The calls of the host, carried to a rule. Not for authors: `rule!` and `#[derive(Settings)]` expand to these.

use std::sync::OnceLock;

use crate::{Finding, Findings, Info, Judge, Rule, Scan, Setting, SettingType, Settings, Severity, Value};

/// Answers `describe`.
pub fn describe<R: Rule>(id: &str, version: &str) -> Info {
    report_panics();
    let about = R::ABOUT;
    let severities: Vec<String> =
        R::SEVERITIES.iter().map(|(severity, when)| [severity_name(*severity), ": ", when].concat()).collect();
    let severities = severities.join("\n");
    let attributes = [
        ("remedy", about.remedy),
        ("bad-example", about.bad_example),
        ("good-example", about.good_example),
        ("severities", &severities),
        ("undetermined", R::UNDETERMINED),
    ];
    Info {
        id: id.to_owned(),
        version: version.to_owned(),
        title: about.title.to_owned(),
        statement: about.statement.to_owned(),
        rationale: about.rationale.to_owned(),
        severity: about.severity,
        settings: R::Settings::declare(),
        reads: about.reads.iter().map(|&field| field.to_owned()).collect(),
        attributes: attributes
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect(),
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Answers `configure`.
pub fn configure<R: Rule>(instance: &OnceLock<R>, settings: Vec<(String, Value)>) -> Result<(), String> {
    report_panics();
    let rule = R::new(R::Settings::read(settings)?)?;
    instance.set(rule).map_err(|_| String::from("configure was called twice"))
}

/// Answers `check` of one kind of fact.
pub fn check_instance<R: Judge<F>, F>(
    instance: &OnceLock<R>,
    scan: &Scan,
    facts: &[F],
) -> Result<Vec<Finding>, String> {
    let rule = instance.get().ok_or_else(|| String::from("check was called before configure"))?;
    Ok(check(rule, scan, facts))
}

/// Judges facts of one kind with a rule.
pub fn check<R: Judge<F>, F>(rule: &R, scan: &Scan, facts: &[F]) -> Vec<Finding> {
    let mut findings = Findings::new(R::ABOUT.severity, R::ABOUT.remedy);
    for fact in facts {
        rule.judge(fact, scan, &mut findings);
        findings.next_fact();
    }
    findings.into_list()
}

/// Declares a setting: `doc` is the doc comment of its field.
pub fn setting<T: SettingType>(name: &str, default: T, doc: &str) -> Setting {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    Setting { name: name.to_owned(), default: default.into_value(), doc, attributes: Vec::new() }
}

/// Reads the value of the setting `name`.
pub fn read_setting<T: SettingType>(name: &str, value: Value) -> Result<T, String> {
    T::from_value(value).ok_or_else(|| ["the setting ", name, " must be ", T::EXPECTED].concat())
}

/// The error for a setting that was not declared.
pub fn unknown_setting(name: &str) -> String {
    ["there is no setting ", name].concat()
}

/// Hands the message and place of a panic to the host, which otherwise sees only a trap.
#[cfg(target_arch = "wasm32")]
fn report_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            crate::bindings::rule::keyreeve::policy::diagnostics::panic(&panic.to_string());
        }));
    });
}

/// Natively a panic reports itself.
#[cfg(not(target_arch = "wasm32"))]
fn report_panics() {}
