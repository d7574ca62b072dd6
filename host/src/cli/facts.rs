//! `keyreeve facts`: prints what was understood of files, as JSON. Nothing is judged, and no fact contains a private
//! value.

use std::io;

use anyhow::Result;
use keyreeve::discover;
use keyreeve::formats::{Detail, matters};
use keyreeve::report::Exit;
use keyreeve::report::escape::write_json;
use keyreeve::scan::{self, Given, Understood};
use keyreeve_contract::kinds;
use keyreeve_facts::{Claim, List, Place, Taken, spelling};
use keyreeve_source::problem::{Problem, Subject};
use keyreeve_source::{Location, Sources};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
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
        setup::walk(&setup.root, &arguments.paths, &matters)
    };
    let passwords = setup::passwords(&arguments.passwords)?;
    let given = Given { passwords: &passwords, blocklist: blocklist.as_ref(), weighs: true };
    let mut understood = scan::understand(&mut discovery.sources, &setup.policy, Detail::Everything, &given);
    understood.problems.splice(..0, discovery.problems);
    understood.problems.extend(scan::altered(&discovery.sources));
    understood.hide_names(&mut discovery.sources);
    let (sources, problems) = (&discovery.sources, &understood.problems);
    let exit = if problems.is_empty() { Exit::Clean } else { Exit::Incomplete };
    let document = Document::of(&understood, Problems { problems, sources }, sources);
    write_json(&document, &mut io::stdout().lock())?;
    Ok(exit)
}

macro_rules! document {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// The output. Each fact becomes JSON only when it is written: a scan can have very many, and each is several
        /// times as large as JSON.
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct Document<'a> {
            schema: &'static str,
            $($list: All<'a, keyreeve_contract::$fact>,)*
            files: Files<'a>,
            problems: Problems<'a>,
        }

        impl<'a> Document<'a> {
            fn of(of: &'a Understood, problems: Problems<'a>, sources: &'a Sources) -> Self {
                Self {
                    schema: "keyreeve/facts/v1",
                    $($list: All { facts: &of.facts.$list, sources },)*
                    files: Files { taken: &of.taken, sources },
                    problems,
                }
            }
        }
    };
}

kinds!(document);

/// All facts of a kind.
struct All<'a, T> {
    facts: &'a List<T>,
    sources: &'a Sources,
}

impl<T: Serialize> Serialize for All<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.facts.len()))?;
        for (fact, origin) in self.facts.iter() {
            list.serialize_element(&entry(fact, origin, self.sources).map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

/// The format that read each file, and how sure it is.
struct Files<'a> {
    taken: &'a [Taken],
    sources: &'a Sources,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.taken.iter().map(|Taken { source, format, claim, inside }| {
            let why = match claim {
                Claim::Certain => "its name, or a content that nothing else has",
                Claim::Likely => "a content that speaks for it",
                Claim::Perhaps | Claim::No => "something in it",
            };
            json!({ "path": self.sources[*source].name, "inside": inside, "format": format, "why": why })
        }))
    }
}

/// What could not be read.
struct Problems<'a> {
    problems: &'a [Problem],
    sources: &'a Sources,
}

impl Serialize for Problems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.problems.iter().map(|problem| {
            let place = match &problem.subject {
                Subject::Place(location) => place(*location, self.sources),
                Subject::Path(path) => json!({ "path": path }),
                Subject::Rule(rule) => json!({ "rule": rule }),
            };
            json!({ "place": place, "message": problem.message })
        }))
    }
}

fn entry<T: Serialize>(fact: &T, origin: &Place, sources: &Sources) -> serde_json::Result<Value> {
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
