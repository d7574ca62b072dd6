//! What was read from files, as lines of text, one for each fact, problem and secret; the test cases of formats are
//! compared in this form. It is not a format of reports, and nothing in it is encoded for a terminal.

use std::fmt::Write as _;

use keyreeve_contract::{Fact, kinds};
use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Sources};
use serde_json::Value;

use crate::{List, Place, Read, Taken, spelling};

/// Lists the format that read each file, each fact with the places of its fields and its unknown fields, each problem,
/// and where secrets stand.
pub fn lines(read: &Read, sources: &Sources) -> String {
    let mut lines: Vec<String> = read.taken.iter().map(|taken| taken_line(taken, sources)).collect();
    macro_rules! facts {
        ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
            $(lines.extend(fact_lines(&read.reading.facts.$list, sources));)*
        };
    }
    kinds!(facts);
    let mut problems: Vec<String> = read
        .reading
        .problems
        .iter()
        .map(|problem| {
            let at = match &problem.subject {
                Subject::Place(location) => place(*location, sources),
                Subject::Path(path) => path.clone(),
                Subject::Rule(rule) => rule.clone(),
            };
            format!("problem {at} {}", problem.message)
        })
        .collect();
    problems.sort();
    lines.append(&mut problems);
    let secrets = read.reading.secrets.iter().map(|&(source, span)| Location { source, span });
    let mut secrets: Vec<String> = secrets.map(|location| format!("secret {}", stretch(location, sources))).collect();
    secrets.sort();
    secrets.dedup();
    lines.append(&mut secrets);
    lines.into_iter().map(|line| line + "\n").collect()
}

fn taken_line(taken: &Taken, sources: &Sources) -> String {
    let inside = taken.inside.as_ref().map(|name| format!(", inside it {name}")).unwrap_or_default();
    let claim = format!("{:?}", taken.claim).to_lowercase();
    format!("file {}{inside}: {} ({claim})", sources[taken.source].name, taken.format)
}

fn fact_lines<T: Fact>(list: &List<T>, sources: &Sources) -> Vec<String> {
    let lines = list.iter().map(|(fact, origin)| {
        let value = spelling::to_value(fact).expect("every fact can be spelled");
        let mut line = format!("{} {} {}", T::KIND.interface(), place(origin.home, sources), origin.label);
        let Value::Object(fields) = value else { unreachable!("a fact is a record") };
        for (name, value) in &fields {
            if name != "unknown" && says_something(value) {
                let _ = write!(line, " | {name} {}", shown(name, value));
            }
        }
        parts(&mut line, origin, sources);
        for unknown in fact.unknown() {
            let _ = write!(line, " | unknown {}: {}", unknown.field, unknown.reason);
        }
        line
    });
    lines.collect()
}

/// Lists where the fields are stated; the path is given only if it differs from the fact's own.
fn parts(line: &mut String, origin: &Place, sources: &Sources) {
    let mut separator = " | stated";
    for ((field, position), location) in origin.parts.iter() {
        let position = position.map(|position| format!("[{position}]")).unwrap_or_default();
        let at = sources[location.source].position(location.span.start);
        let path = match location.source == origin.home.source {
            true => String::new(),
            false => format!("{}:", sources[location.source].name),
        };
        let _ = write!(line, "{separator} {field}{position} {path}{}:{}", at.line, at.column);
        separator = ",";
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty() && text != "unspecified",
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => fields.values().any(says_something),
    }
}

/// A value in few characters: code points as registries write them, lists in brackets.
fn shown(name: &str, value: &Value) -> String {
    let is_code = matches!(name, "versions" | "suites" | "groups");
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if is_code => format!("{:04x}", number.as_u64().unwrap_or_default()),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(|value| shown(name, value)).collect();
            format!("[{}]", list.join(if is_code { " " } else { ", " }))
        }
        Value::Object(fields) => {
            let stated = fields.iter().filter(|(_, value)| says_something(value));
            let fields: Vec<String> = stated.map(|(name, value)| format!("{name} {}", shown(name, value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn place(location: Location, sources: &Sources) -> String {
    let source = &sources[location.source];
    let at = source.position(location.span.start);
    format!("{}:{}:{}", source.name, at.line, at.column)
}

fn stretch(location: Location, sources: &Sources) -> String {
    let end = sources[location.source].position(location.span.end);
    format!("{} to {}:{}", place(location, sources), end.line, end.column)
}
