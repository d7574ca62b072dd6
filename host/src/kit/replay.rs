//! Facts that `keyreeve facts` has printed, to be judged without the files that they come from. Of those files only the
//! places of the facts are known.

use std::collections::{BTreeMap, BTreeSet};

use keyreeve_contract::{Fact, FactKind, kinds};
use keyreeve_facts::{Facts, List, Place, spelling};
use keyreeve_source::{Location, Source, SourceId, Sources, Span};
use serde::Deserialize;
use serde_json::Value;

/// The schema that is understood.
const SCHEMA: &str = "keyreeve/facts/v1";

/// The most lines of all files together: each takes a byte of memory.
const LINES: u64 = 16 * 1024 * 1024;

/// The attributes for which a fact may state a place, besides its fields: other places explain them.
const ATTRIBUTES: &[&str] = &["key.shared-factor", "public.shared-factor", "revoked"];

/// What was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// The facts, complete: no scope is applied to them, and nothing is related.
    pub facts: Facts,
    /// Files that contain nothing but the lines in which something stood.
    pub sources: Sources,
    /// What could not be read when they were recorded.
    pub problems: Vec<String>,
}

/// Why a recording cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It is not JSON, or has another structure.
    #[error("it is not what `keyreeve facts` prints: {0}")]
    Shape(#[from] serde_json::Error),
    /// Of another version.
    #[error("its schema is {0:?}, and this keyreeve replays {SCHEMA}: record it anew with `keyreeve facts`")]
    Schema(String),
    /// A fact, named by kind and position, that is invalid.
    #[error("{fact}: {reason}")]
    Fact {
        /// Which: `keys[0]`.
        fact: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Places in lines that no file can have.
    #[error("its places are in files of more than {LINES} lines: mend the numbers of lines")]
    Lines,
}

macro_rules! document {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// What `keyreeve facts` prints.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Document {
            schema: String,
            $(#[serde(default)] $list: Vec<Entry>,)*
            #[serde(default, rename = "files")]
            _files: Option<Value>,
            #[serde(default)]
            problems: Vec<Problem>,
        }

        impl Document {
            /// The facts of each kind, and the messages of the problems.
            fn into_parts(self) -> ([(FactKind, Vec<Entry>); FactKind::ALL.len()], Vec<String>) {
                let problems = self.problems.into_iter().map(|problem| problem.message).collect();
                ([$((FactKind::$kind, self.$list)),*], problems)
            }
        }

        impl Layout {
            /// The facts of all kinds.
            fn facts(&self, kinds: &[(FactKind, Vec<Entry>)]) -> Result<Facts, ReplayError> {
                let mut facts = Facts::default();
                for (kind, entries) in kinds {
                    match kind {
                        $(FactKind::$kind => facts.$list = self.list(entries)?,)*
                    }
                }
                Ok(facts)
            }
        }
    };
}

kinds!(document);

/// A fact and where it stood. In a hand-written recording everything except the fact may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    label: Option<String>,
    place: Option<Stretch>,
    identity: Option<String>,
    fact: Value,
    #[serde(default)]
    parts: BTreeMap<String, Stretch>,
    #[serde(rename = "details")]
    _details: Option<Value>,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
}

/// From one line and column up to another, as they count from 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Stretch {
    path: String,
    line: u32,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    /// Ignored, since lines and columns say the same.
    #[serde(rename = "bytes")]
    _bytes: Option<[u64; 2]>,
}

type Mark = (u32, u32);

impl Stretch {
    /// The place of a fact that states none: alone in a file with its name.
    fn of(fact: &str) -> Self {
        Self { path: fact.to_owned(), line: 1, column: None, end_line: None, end_column: None, _bytes: None }
    }

    fn marks(&self) -> (Mark, Mark) {
        let start = (self.line, self.column.unwrap_or(1));
        let end_line = self.end_line.unwrap_or(self.line);
        let end = (end_line, self.end_column.unwrap_or(if end_line == self.line { start.1 } else { 1 }));
        (start, end)
    }

    fn is_sane(&self) -> bool {
        let (start, end) = self.marks();
        start.0 > 0 && start.1 > 0 && end.1 > 0 && start <= end
    }
}

/// Reads a recording.
///
/// # Errors
/// A [`ReplayError`] that names the fact and what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Recorded, ReplayError> {
    let document: Document = serde_json::from_slice(bytes)?;
    if document.schema != SCHEMA {
        return Err(ReplayError::Schema(document.schema));
    }
    let (kinds, problems) = document.into_parts();
    let layout = Layout::of(&kinds)?;
    Ok(Recorded { facts: layout.facts(&kinds)?, sources: layout.sources(), problems })
}

fn name(kind: FactKind, index: usize) -> String {
    format!("{}[{index}]", kind.interface())
}

/// Places of lines and columns in substitute files, which have one byte for each place, and the line breaks between:
/// the order of places, which of them are equal, and their lines are those of the original files.
struct Layout(BTreeMap<String, (SourceId, BTreeMap<Mark, u32>)>);

impl Layout {
    fn of(kinds: &[(FactKind, Vec<Entry>)]) -> Result<Self, ReplayError> {
        let mut marks: BTreeMap<String, BTreeSet<Mark>> = BTreeMap::new();
        for (kind, entries) in kinds {
            for (index, entry) in entries.iter().enumerate() {
                let fact = name(*kind, index);
                let own = Stretch::of(&fact);
                for stretch in entry.parts.values().chain([entry.place.as_ref().unwrap_or(&own)]) {
                    if !stretch.is_sane() {
                        let reason = "lines and columns count from 1, and no place ends before it starts".to_owned();
                        return Err(ReplayError::Fact { fact, reason });
                    }
                    let (start, end) = stretch.marks();
                    marks.entry(stretch.path.clone()).or_default().extend([start, end]);
                }
            }
        }
        let lines = marks.values().filter_map(BTreeSet::last).map(|&(line, _)| u64::from(line)).sum::<u64>();
        if lines > LINES {
            return Err(ReplayError::Lines);
        }
        let offsets = |marks: BTreeSet<Mark>| {
            let offset = |(index, mark): (usize, Mark)| (mark, mark.0 - 1 + index as u32);
            marks.into_iter().enumerate().map(offset).collect()
        };
        let marks = marks.into_iter().enumerate();
        Ok(Self(marks.map(|(index, (path, marks))| (path, (SourceId(index as u32), offsets(marks)))).collect()))
    }

    fn location(&self, stretch: &Stretch) -> Location {
        let (start, end) = stretch.marks();
        let (source, offsets) = &self.0[&stretch.path];
        let span = Span::new(offsets[&start] as usize, offsets[&end] as usize);
        Location { source: *source, span }
    }

    fn list<T: Fact>(&self, entries: &[Entry]) -> Result<List<T>, ReplayError> {
        let mut facts = List::default();
        for (index, entry) in entries.iter().enumerate() {
            let fact = name(T::KIND, index);
            let wrong = |reason| ReplayError::Fact { fact: fact.clone(), reason };
            let value = spelling::from_value(&entry.fact).map_err(|error| wrong(error.to_string()))?;
            let own = Stretch::of(&fact);
            let mut place = Place::new(
                self.location(entry.place.as_ref().unwrap_or(&own)),
                entry.label.clone().unwrap_or_else(|| fact.clone()),
                entry.identity.clone().unwrap_or_else(|| fact.clone()),
            );
            for (part, stretch) in &entry.parts {
                let part = field::<T>(part).ok_or_else(|| wrong(format!("no fact has a part {part:?}")))?;
                place.parts.insert(part, self.location(stretch));
            }
            facts.push(value, place);
        }
        Ok(facts)
    }

    fn sources(&self) -> Sources {
        let source = |(path, (_, marks)): (&String, &(SourceId, BTreeMap<Mark, u32>))| {
            let mut bytes = Vec::new();
            for &offset in marks.values() {
                bytes.resize(offset as usize, b'\n');
                bytes.push(b' ');
            }
            Source::new(path.as_str(), None, bytes)
        };
        Sources::new(self.0.iter().map(source).collect())
    }
}

/// Field and position of a part: `suites[3]`.
fn field<T: Fact>(part: &str) -> Option<(&'static str, Option<u32>)> {
    let (field, position) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        Some((field, position)) => (field, Some(position.parse().ok()?)),
        None => (part, None),
    };
    let mut known = T::FIELDS.iter().chain(ATTRIBUTES);
    Some((known.find(|known| **known == field)?, position))
}
