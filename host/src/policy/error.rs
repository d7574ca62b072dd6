//! Errors of the policy file: every fault with its place, shown as code frames.
//! Not problems of a scan: with one of these nothing is checked.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Element, Level, Renderer, Snippet};

use crate::source::{LineColumn, Source, Span};

/// How many faults are written out; the rest is counted.
const SHOWN: usize = 50;

/// How many lines of the file one frame shows.
const FRAME_LINES: usize = 4;

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file could not be read.
    #[error("{path}: cannot be read: {cause}")]
    Unreadable {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file was read and is wrong.
    #[error("{0}")]
    Invalid(Faults),
}

impl PolicyError {
    /// The whole message, with terminal colours if asked. Control characters of the file are escaped in it.
    pub fn render(&self, colour: bool) -> String {
        match self {
            Self::Unreadable { path, cause } => format!("error: the policy {path} cannot be read: {cause}"),
            Self::Invalid(faults) => faults.render(colour),
        }
    }
}

/// One thing that is wrong in the policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which bytes.
    pub span: Span,
    /// What is wrong. Text of the file in it is escaped.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    /// With what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Everything that is wrong in one policy file, in the order of the places; never empty.
#[derive(Debug)]
pub struct Faults {
    source: Arc<Source>,
    list: Vec<Fault>,
}

impl Faults {
    /// An error if anything is wrong.
    pub(super) fn none(source: &Arc<Source>, list: Vec<Fault>) -> Result<(), PolicyError> {
        if list.is_empty() { Ok(()) } else { Err(Self::error(source, list)) }
    }

    /// The error that holds these; there is at least one.
    pub(super) fn error(source: &Arc<Source>, mut list: Vec<Fault>) -> PolicyError {
        debug_assert!(!list.is_empty());
        list.sort_by_key(|fault| fault.span);
        list.dedup();
        PolicyError::Invalid(Self { source: Arc::clone(source), list })
    }

    /// Each fault with its line and column.
    pub fn iter(&self) -> impl Iterator<Item = (LineColumn, &Fault)> {
        self.list.iter().map(|fault| (self.source.position(fault.span.start), fault))
    }

    fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut frames: Vec<String> = self.list.iter().take(SHOWN).map(|fault| self.frame(fault, &renderer)).collect();
        if let Some(more) = self.list.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            frames.push(format!("and {more} more errors in {}", printable(&self.source.name)));
        }
        frames.join("\n\n")
    }

    /// Only the lines of the fault are handed to the renderer, so that its work does not grow with the file.
    fn frame(&self, fault: &Fault, renderer: &Renderer) -> String {
        let line = self.source.position(fault.span.start).line;
        let (text, start) = self.window(fault.span);
        let length = fault.span.end.saturating_sub(fault.span.start) as usize;
        let end = ceil_boundary(&text, (start + length).min(text.len()));
        let snippet = Snippet::source(text.as_ref()).path(printable(&self.source.name)).line_start(line as usize);
        let mut elements: Vec<Element<'_>> = vec![snippet.annotation(AnnotationKind::Primary.span(start..end)).into()];
        elements.extend(fault.hint.as_deref().map(|hint| Level::HELP.message(hint).into()));
        renderer.render(&[Level::ERROR.primary_title(fault.message.as_str()).elements(elements)])
    }

    /// The lines of a span, at most [`FRAME_LINES`], as text, and the offset in it at which the span starts.
    fn window(&self, span: Span) -> (Cow<'_, str>, usize) {
        let bytes = self.source.bytes();
        let start = (span.start as usize).min(bytes.len());
        let end = (span.end as usize).clamp(start, bytes.len());
        let begin = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
        let breaks = || memchr::memchr_iter(b'\n', &bytes[start..]).map(|at| start + at).take(FRAME_LINES);
        let stop = breaks().find(|&at| at >= end).or_else(|| breaks().nth(FRAME_LINES - 1)).unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(&bytes[begin..stop]);
        let start = ceil_boundary(&text, start - begin);
        (text, start)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.render(false))
    }
}

/// The nearest offset at or behind `at` at which a character begins.
fn ceil_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// Text of others, fit for a terminal: control characters and what reorders text are escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\'' | '"' | '\\' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    shown
}

/// Text of others as a message quotes it: [`printable`], and cut at 80 characters.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    printable(&cut) + more
}

/// `did you mean …` for a word that is close to a known one, else the known ones.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    const LONGEST: usize = 64;
    let known: Vec<&str> = known.into_iter().collect();
    let close = known
        .iter()
        .filter(|_| word.len() <= LONGEST)
        .map(|&name| (strsim::damerau_levenshtein(&word.to_lowercase(), name), name))
        .filter(|&(distance, name)| distance <= 1.max(name.len() / 4))
        .min();
    match close {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there is none to choose from".to_owned(),
        None => format!("one of: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rendered(text: &[u8], start: usize, end: usize) -> String {
        let source = Arc::new(Source::new("k.toml", None, text));
        let fault = Fault::new(Span::new(start, end), "it is wrong").hint("write it right");
        Faults::error(&source, vec![fault]).to_string()
    }

    #[test]
    fn a_frame_names_file_line_and_column_and_marks_the_place() {
        let shown = rendered("one = 1\ntwoé = 2\n".as_bytes(), 16, 17);
        assert!(shown.starts_with("error: it is wrong\n"), "{shown}");
        assert!(shown.contains("k.toml:2:8\n"), "{shown}");
        assert!(shown.contains("2 | twoé = 2\n"), "{shown}");
        assert!(shown.contains("|        ^\n"), "{shown}");
        assert!(shown.contains("help: write it right"), "{shown}");
    }

    #[test]
    fn a_frame_escapes_terminal_sequences() {
        let shown = rendered("a = \u{1b}[31m \u{202e}\r\n".as_bytes(), 0, 1);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
        assert_eq!(printable("a\u{1b}\n\u{202e}\"é"), "a\\u{1b}\\n\\u{202e}\"é");
    }

    #[test]
    fn a_near_miss_is_named_and_a_wild_one_is_given_the_list() {
        assert_eq!(nearest("aproved_by", ["approved-by", "reason"]), "did you mean `approved-by`?");
        assert_eq!(nearest("xyz", ["approved-by", "reason"]), "one of: approved-by, reason");
    }

    proptest::proptest! {
        #[test]
        fn any_span_of_any_bytes_can_be_framed(bytes: Vec<u8>, start in 0usize..40, length in 0usize..40) {
            let shown = rendered(&bytes, start, start + length);
            proptest::prop_assert!(shown.contains("it is wrong"));
        }
    }
}
