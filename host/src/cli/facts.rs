//! `keyreeve facts`: what was understood of files, as JSON. Nothing is judged, and no private value is in a fact.

use std::io;

use anyhow::Result;
use keyreeve::discover::{self, Request};
use keyreeve::facts::read::{Detail, matters};
use keyreeve::facts::{Kind, spelling};
use keyreeve::private::Private;
use keyreeve::problem::{Problem, Subject};
use keyreeve::progress::Line;
use keyreeve::report::Exit;
use keyreeve::report::escape::write_json;
use keyreeve::scan::{self, Given};
use keyreeve::source::{Location, Sources};
use serde::Serialize;
use serde_json::{Value, json};

use super::FactsArguments;
use super::output::Terminal;
use super::setup::{self, Setup};

pub(super) fn run(arguments: &FactsArguments, _: &Terminal) -> Result<Exit> {
    let reads_stdin = setup::reads_stdin(&arguments.paths)?;
    let start = if reads_stdin { ".".into() } else { setup::common_folder(&arguments.paths) };
    let setup = Setup::new(&arguments.policy, &start)?;
    let blocklist = setup::blocklist(&arguments.blocklist)?;
    let mut discovery = if reads_stdin {
        discover::stdin(&arguments.stdin_name, io::stdin().lock())
    } else {
        let request = Request { root: &setup.root, paths: &arguments.paths, keep: &matters };
        discover::walk(&request, &Line::stderr("reading"))
    };
    let passwords = setup::passwords(&arguments.passwords)?;
    let given = Given { passwords: &passwords, blocklist: blocklist.as_ref() };
    let understood = scan::understand(&mut discovery.sources, &setup.policy, Detail::Everything, &given);
    let altered = scan::altered(&discovery.sources);
    let mut problems = [discovery.problems, understood.problems, altered].concat();
    hide(&understood.private, &mut discovery.sources, &mut problems);
    let sources = &discovery.sources;
    let problems: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let place = match &problem.subject {
                Subject::Place(location) => place(*location, sources),
                Subject::Path(path) => json!({ "path": path }),
                Subject::Rule(rule) => json!({ "rule": rule }),
            };
            json!({ "place": place, "message": problem.message })
        })
        .collect();
    let exit = if problems.is_empty() { Exit::Clean } else { Exit::Incomplete };
    let document = json!({
        "schema": "keyreeve/facts/v1",
        "tls-endpoints": kind(&understood.facts.tls_endpoints, sources)?,
        "certificates": kind(&understood.facts.certificates, sources)?,
        "keys": kind(&understood.facts.keys, sources)?,
        "inventory": kind(&understood.facts.inventory, sources)?,
        "encrypted-data": kind(&understood.facts.encrypted_data, sources)?,
        "revocation-lists": kind(&understood.facts.revocation_lists, sources)?,
        "problems": problems,
    });
    write_json(&document, &mut io::stdout().lock())?;
    Ok(exit)
}

/// Takes private values out of the names of files; they are in nothing else.
fn hide(private: &Private, sources: &mut Sources, problems: &mut [Problem]) {
    sources.rename(|name| private.hide_in_name(name));
    for problem in problems {
        private.hide_in(&mut problem.message);
        if let Subject::Path(path) = &mut problem.subject {
            *path = private.hide_in_name(path).unwrap_or_else(|| std::mem::take(path));
        }
    }
}

fn kind<T: Serialize>(facts: &Kind<T>, sources: &Sources) -> Result<Vec<Value>> {
    let fact = |(fact, origin): (&T, &keyreeve::facts::Place)| {
        let parts = origin.parts.iter().map(|((field, position), location)| {
            let name = position.map_or_else(|| (*field).to_owned(), |position| format!("{field}[{position}]"));
            (name, place(*location, sources))
        });
        let details = origin.details.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        Ok(json!({
            "label": &*origin.label,
            "place": place(origin.home, sources),
            "identity": origin.identity.to_string(),
            "fact": spelling::to_value(fact)?,
            "parts": parts.collect::<serde_json::Map<_, _>>(),
            "details": details.collect::<serde_json::Map<_, _>>(),
        }))
    };
    facts.iter().map(fact).collect()
}

fn place(location: Location, sources: &Sources) -> Value {
    let source = &sources[location.source];
    let (start, end) = (source.position(location.span.start), source.position(location.span.end));
    json!({
        "path": source.name,
        "line": start.line,
        "column": start.column,
        "end-line": end.line,
        "end-column": end.column,
        "bytes": [location.span.start, location.span.end],
    })
}
