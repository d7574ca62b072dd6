//! Places for people and for other tools: file, lines and columns of a location, and its path below the git root.
//! Not the bytes there (frame.rs shows those).

use keyreeve_source::{LineColumn, Location, Source, Span};

use super::{Report, Run};

/// A location as lines and columns.
pub(super) struct Place<'a> {
    /// The source.
    pub(super) source: &'a Source,
    /// The bytes.
    pub(super) span: Span,
    /// The first character.
    pub(super) start: LineColumn,
    /// Behind the last character.
    pub(super) end: LineColumn,
}

impl Place<'_> {
    /// The last line of which anything belongs to the place.
    pub(super) fn last_line(&self) -> u32 {
        if self.end.column == 1 && self.end.line > self.start.line { self.end.line - 1 } else { self.end.line }
    }
}

impl Report {
    /// Lines and columns of a location.
    pub(super) fn place(&self, location: Location) -> Place<'_> {
        let source = &self.sources[location.source];
        let span = location.span;
        Place { source, span, start: source.position(span.start), end: source.position(span.end) }
    }
}

impl Run {
    /// A source's name as a path below the git root, which SARIF, GitHub and GitLab count from. An absolute one stays as it is,
    /// and so do leading `..` that lead out of the repository.
    pub(super) fn git_path(&self, name: &str) -> String {
        if name.starts_with('/') {
            return name.to_owned();
        }
        let mut steps: Vec<&str> = Vec::new();
        for step in self.prefix.split('/').filter(|step| !step.is_empty()).chain(name.split('/')) {
            match step {
                "." => {}
                ".." if steps.last().is_some_and(|last| *last != "..") => {
                    steps.pop();
                }
                _ => steps.push(step),
            }
        }
        steps.join("/")
    }
}
