//! Formats by their ids, each without the others, and all of them together: an input is several files with their
//! names. Not the readers within a format, which have targets of their own.

use std::collections::HashSet;
use std::sync::LazyLock;

use keyreeve_contract::FactKind;
use keyreeve_facts::{AnyFormat, Detail, Formats, Given, Look, Out, Passwords, Reading, Text};
use keyreeve_source::budget::{Account, Budget};
use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Sources};

use crate::Run;
use crate::case::sources;

const ALL: [&[&dyn AnyFormat]; 3] =
    [keyreeve_material::FORMATS, keyreeve_documents::FORMATS, keyreeve_servers::FORMATS];
static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::new(&ALL));

/// Everything is read, nothing decrypted.
const GIVEN: Given<'static> = Given { detail: Detail::Everything, passwords: Passwords::NONE };

/// The format of that id; `pipeline` is all of them.
pub(crate) fn of(name: &str) -> Option<Run> {
    if name == "pipeline" {
        return Some(Box::new(|input| pipeline(&sources(input))));
    }
    let format = FORMATS.iter().find(|format| format.row().id == name)?;
    Some(Box::new(move |input| alone(format, &sources(input))))
}

/// The whole way that files go until they are facts.
fn pipeline(sources: &Sources) {
    for (_, source) in sources.iter() {
        FORMATS.matter(&source.name, source.bytes());
    }
    check(&FORMATS.read(sources, GIVEN).reading, sources);
}

/// One format reads every file, also one that it would not claim.
fn alone(format: &dyn AnyFormat, sources: &Sources) {
    let budget = Budget::of(sources.iter().map(|(_, source)| source.len() as u64).sum());
    let (mut all, mut parts) = (Reading::default(), Vec::new());
    for (id, source) in sources.iter() {
        format.claims(&Look { name: &source.name, bytes: source.bytes() });
        let account = Account::new(&budget);
        let mut out = Out { reading: Reading::default(), given: GIVEN, account: &account, told: HashSet::new() };
        parts.extend(format.read(&Text::new(id, source), &mut out));
        all.append(out.reading);
    }
    all.append(format.assemble(parts, sources, &budget));
    check(&all, sources);
}

/// Every place lies within its file.
pub(crate) fn check(reading: &Reading, sources: &Sources) {
    let within = |location: &Location| {
        let (span, length) = (location.span, sources[location.source].len());
        assert!(span.start <= span.end && span.end as usize <= length, "{span:?} of {length}");
    };
    for kind in FactKind::ALL {
        for index in 0..reading.facts.count(kind) {
            let place = reading.facts.place(kind, index);
            within(&place.home);
            place.parts.values().for_each(within);
        }
    }
    for problem in &reading.problems {
        if let Subject::Place(location) = &problem.subject {
            within(location);
        }
    }
    reading.secrets.iter().for_each(|&(source, span)| within(&Location { source, span }));
}
