//! Cuts a file into its sections and their lines, with the conditions around them. Only the first word of a line is
//! read here; the others are read when they are needed.

use keyreeve_source::{Location, Source, SourceId, Span};

use crate::tls::{Argument, is_placeholder};

use super::conditions::{Conditions, Held};
use super::lexer::Words;

/// One parsed file.
#[derive(Debug)]
pub struct Parsed {
    /// The file.
    pub(super) source: SourceId,
    /// Its sections, in order.
    pub(super) sections: Vec<Section>,
    /// The conditions that only HAProxy can decide, each by the line that states it.
    pub(super) branches: Vec<Span>,
    /// What HAProxy would refuse, with its place.
    pub(super) faults: Vec<(Span, &'static str)>,
}

/// A section that can concern TLS.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) kind: Kind,
    /// The line that opens it.
    pub(super) head: Line,
    /// The lines after that.
    pub(super) lines: Vec<Line>,
}

/// A line that is not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// The line without the blanks around it.
    pub(super) span: Span,
    /// The innermost condition around it, by its position among the file's conditions.
    pub(super) branch: Option<u32>,
}

/// Kinds of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Global,
    Defaults,
    Frontend,
    Listen,
    Backend,
    Peers,
    LogForward,
    Ring,
}

/// What a line opens.
enum Opens {
    Section(Kind),
    /// A section that cannot contain TLS endpoints.
    Other,
    Nothing,
}

impl Kind {
    /// Its name in a configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Defaults => "defaults",
            Self::Frontend => "frontend",
            Self::Listen => "listen",
            Self::Backend => "backend",
            Self::Peers => "peers",
            Self::LogForward => "log-forward",
            Self::Ring => "ring",
        }
    }

    const ALL: [Self; 8] = [
        Self::Global,
        Self::Defaults,
        Self::Frontend,
        Self::Listen,
        Self::Backend,
        Self::Peers,
        Self::LogForward,
        Self::Ring,
    ];
}

/// The sections of HAProxy 3.4 that contain no endpoint.
const OTHERS: [&str; 16] = [
    "acme",
    "cache",
    "crt-store",
    "fcgi-app",
    "healthcheck",
    "http-errors",
    "log-profile",
    "mailers",
    "namespace_list",
    "program",
    "resolvers",
    "spoe-agent",
    "spoe-group",
    "spoe-message",
    "traces",
    "userlist",
];

impl Line {
    /// Its words.
    pub(super) fn words<'a>(&self, source: SourceId, bytes: &'a [u8]) -> Words<'a> {
        Words::new(bytes, source, self.span)
    }

    /// Where it stands.
    pub(super) fn location(&self, source: SourceId) -> Location {
        Location { source, span: self.span }
    }
}

impl Parsed {
    /// Whether the file has a `global` section.
    pub(super) fn has_global(&self) -> bool {
        self.sections.iter().any(|section| section.kind == Kind::Global)
    }
}

/// Reads a file. It always succeeds: what HAProxy would refuse is listed among the faults, and the rest is read.
pub fn parse(id: SourceId, source: &Source) -> Parsed {
    let bytes = source.bytes();
    let mut parsed = Parsed { source: id, sections: Vec::new(), branches: Vec::new(), faults: Vec::new() };
    if let Some(at) = memchr::memchr(0, bytes) {
        parsed.faults.push((Span::new(at, at + 1), "a NUL byte, which HAProxy refuses"));
    }
    let mut conditions = Conditions::default();
    let mut inside = Opens::Nothing;
    for span in lines(bytes) {
        let mut words = Words::new(bytes, id, span);
        let Some(first) = words.next() else { continue };
        let branch = match conditions.line(&bytes[span.range()], span, &mut parsed) {
            None | Some(Held::Never) => continue,
            Some(Held::Always) => None,
            Some(Held::Perhaps(branch)) => Some(branch),
        };
        words.by_ref().for_each(drop);
        parsed.faults.extend(words.unclosed.map(|quote| (quote, "nothing closes this quote")));
        let line = Line { span, branch };
        match opens(&first) {
            Opens::Section(kind) => {
                parsed.sections.push(Section { kind, head: line, lines: Vec::new() });
                inside = Opens::Section(kind);
            }
            Opens::Other => inside = Opens::Other,
            Opens::Nothing => match (&inside, parsed.sections.last_mut()) {
                (Opens::Section(_), Some(section)) => section.lines.push(line),
                (Opens::Nothing, _) if !span_is_scope(bytes, span) && !is_placeholder(&first.text) => {
                    parsed.faults.push((first.location.span, "this line stands in no section"));
                    // One fault is enough for a text without sections.
                    inside = Opens::Other;
                }
                _ => {}
            },
        }
    }
    conditions.finish(&mut parsed);
    parsed
}

fn opens(first: &Argument<'_>) -> Opens {
    match Kind::ALL.into_iter().find(|kind| kind.name() == first.text) {
        Some(kind) => Opens::Section(kind),
        None if OTHERS.contains(&&*first.text) => Opens::Other,
        None => Opens::Nothing,
    }
}

/// Whether a line is a `[scope]`, which only configurations of SPOE have.
fn span_is_scope(bytes: &[u8], span: Span) -> bool {
    bytes.get(span.start as usize) == Some(&b'[')
}

/// The lines of a text, without the blanks around them and without a byte order mark.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..length];
        let lead = line.len() - line.trim_ascii_start().len();
        let span = Span::new(at + lead, at + lead.max(line.trim_ascii_end().len()));
        at += length + 1;
        Some(span)
    })
}
