//! Problems: what could not be read, parsed or judged. A problem is never a pass: the report lists it and the exit code
//! shows it. A problem is not a finding, which is what a rule says of a fact.

use crate::private::Private;
use crate::text::cut_reason;
use crate::{Location, Sources};

/// The stage of the pipeline in which a problem arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// A source could not be found or read.
    Discover,
    /// The bytes of a source do not conform to its format.
    Parse,
    /// The files of a format do not fit together: an include is missing, or there is a cycle.
    Assemble,
    /// A rule could not be loaded.
    Load,
    /// A rule trapped, ran out of a budget, or answered nonsense.
    Judge,
}

impl Stage {
    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Parse => "parse",
            Self::Assemble => "assemble",
            Self::Load => "load",
            Self::Judge => "judge",
        }
    }
}

/// What a problem is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A place in a source that was read.
    Place(Location),
    /// A path that could not be read (as [`crate::Source::name`]).
    Path(String),
    /// A rule, by its id.
    Rule(String),
}

/// Something that could not be processed. The run goes on with the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The stage in which it arose.
    pub stage: Stage,
    /// What it is about.
    pub subject: Subject,
    /// Why, as a clause in lower case. It may quote hostile text: every output format encodes it for itself.
    pub message: String,
}

impl Problem {
    /// Removes private values from the message and the subject.
    pub fn hide(&mut self, private: &Private) {
        private.hide_in(&mut self.message);
        match &mut self.subject {
            Subject::Path(path) => private.hide_in_path(path),
            Subject::Rule(rule) => private.hide_in(rule),
            Subject::Place(_) => {}
        }
    }

    /// Where it is, if it is at a place in a source.
    pub fn place(&self) -> Option<Location> {
        match &self.subject {
            Subject::Place(location) => Some(*location),
            Subject::Path(_) | Subject::Rule(_) => None,
        }
    }

    /// The name of the file that it is about; `None` if it is about a rule.
    pub fn file<'a>(&'a self, sources: &'a Sources) -> Option<&'a str> {
        match &self.subject {
            Subject::Place(location) => Some(&sources[location.source].name),
            Subject::Path(path) => Some(path),
            Subject::Rule(_) => None,
        }
    }

    /// A problem of parsing at a place.
    pub fn parse(location: Location, message: impl Into<String>) -> Self {
        Self::at(Stage::Parse, location, message)
    }

    /// A problem of some stage at a place. A long message is cut.
    pub fn at(stage: Stage, location: Location, message: impl Into<String>) -> Self {
        let mut message = message.into();
        cut_reason(&mut message);
        Self { stage, subject: Subject::Place(location), message }
    }

    /// A problem with a rule.
    pub fn rule(stage: Stage, id: impl Into<String>, message: impl Into<String>) -> Self {
        Self { stage, subject: Subject::Rule(id.into()), message: message.into() }
    }

    /// A path that could not be read.
    pub fn path(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { stage: Stage::Discover, subject: Subject::Path(path.into()), message: message.into() }
    }
}
