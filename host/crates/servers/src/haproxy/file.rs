//! A file of a configuration, with the words of its lines. `parse` cuts it into sections.

use std::rc::Rc;

use keyreeve_source::{Location, SourceId};

use crate::tls::Argument;

use super::parse::{Line, Parsed};

/// A file of a configuration.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
}

impl<'a> File<'a> {
    pub(super) fn source(&self) -> SourceId {
        self.parsed.source
    }

    /// The words of a line.
    pub(super) fn words(&self, line: &Line) -> impl Iterator<Item = Argument<'a>> + use<'a> {
        line.words(self.source(), self.bytes)
    }

    pub(super) fn location(&self, line: &Line) -> Location {
        line.location(self.source())
    }

    /// Why it is uncertain whether a line is in force; `None` if it is certain. A condition counts only if it does not
    /// also cover everything around the line.
    pub(super) fn condition(&self, line: &Line, around: Option<u32>) -> Option<Rc<str>> {
        let branch = line.branch.filter(|_| line.branch != around)?;
        let span = self.parsed.branches[branch as usize];
        let condition = String::from_utf8_lossy(&self.bytes[span.range()]);
        let condition = keyreeve_source::text::quoted_to(&condition, 80);
        Some(format!("whether this holds depends on the condition \"{condition}\"").into())
    }
}
