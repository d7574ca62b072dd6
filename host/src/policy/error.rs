//! Errors of the policy file: every fault with its place, shown as code frames. They are not problems of a scan: with
//! any of these, nothing is checked.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Element, Level, Renderer, Snippet};
use keyreeve_facts::Passwords;
use keyreeve_source::private::{HIDDEN, Private, looks, merged};
use keyreeve_source::{LineColumn, Source, Sources, Span};

use crate::formats;
use crate::formats::Detail;

/// How many faults are shown; the rest is counted.
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
    /// The whole message, with terminal colours if requested. Control characters from the file are escaped.
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
    /// What is wrong. Text from the file is escaped.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Everything that is wrong in one policy file, sorted by place; never empty.
#[derive(Debug)]
pub struct Faults {
    source: Arc<Source>,
    list: Vec<Fault>,
    /// Where the file has private values, and these values: a policy can contain one by mistake, and then that is
    /// likely a fault.
    secrets: Vec<Range<usize>>,
    private: Box<Private>,
}

impl Faults {
    /// Fails if anything is wrong.
    pub(super) fn none(source: &Arc<Source>, list: Vec<Fault>) -> Result<(), PolicyError> {
        if list.is_empty() { Ok(()) } else { Err(Self::error(source, list)) }
    }

    /// The error that holds these; there is at least one.
    pub(super) fn error(source: &Arc<Source>, mut list: Vec<Fault>) -> PolicyError {
        debug_assert!(!list.is_empty());
        let sources = Sources::new(vec![Source::new("", None, source.bytes())]);
        let secrets = formats::read(&sources, Detail::Judged, Passwords::NONE).reading.secrets;
        let private = Box::new(Private::of(&sources, &secrets));
        let secrets = merged(secrets.iter().map(|(_, span)| span.range()).collect());
        let hide = |text: &mut String| *text = looks::hide(&private.hide(text)).into_owned();
        list.iter_mut().for_each(|fault| {
            hide(&mut fault.message);
            fault.hint.iter_mut().for_each(hide);
        });
        list.sort_by_key(|fault| fault.span);
        list.dedup();
        PolicyError::Invalid(Self { source: Arc::clone(source), list, secrets, private })
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

    /// The renderer only gets the lines of the fault, so that its work does not grow with the file.
    fn frame(&self, fault: &Fault, renderer: &Renderer) -> String {
        let line = self.source.position(fault.span.start).line;
        let (text, place) = self.window(fault.span);
        let snippet = Snippet::source(text.as_str()).path(printable(&self.source.name)).line_start(line as usize);
        let mut elements: Vec<Element<'_>> = vec![snippet.annotation(AnnotationKind::Primary.span(place)).into()];
        elements.extend(fault.hint.as_deref().map(|hint| Level::HELP.message(hint).into()));
        renderer.render(&[Level::ERROR.primary_title(fault.message.as_str()).elements(elements)])
    }

    /// The lines of a span, at most [`FRAME_LINES`], as text with private values hidden, and the position of the span
    /// in it.
    fn window(&self, span: Span) -> (String, Range<usize>) {
        let bytes = self.source.bytes();
        let start = (span.start as usize).min(bytes.len());
        let end = (span.end as usize).clamp(start, bytes.len());
        let begin = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
        let breaks = || memchr::memchr_iter(b'\n', &bytes[start..]).map(|at| start + at).take(FRAME_LINES);
        let stop = breaks().find(|&at| at >= end).or_else(|| breaks().nth(FRAME_LINES - 1)).unwrap_or(bytes.len());
        let hidden = self.hidden(begin, &bytes[begin..stop]);
        // A span that begins or ends within a hidden part is extended to the whole part.
        let around = |at: usize| hidden.iter().find(|hidden| hidden.start < at && at < hidden.end);
        let start = around(start).map_or(start, |hidden| hidden.start.max(begin));
        let end = around(end).map_or(end, |hidden| hidden.end).min(stop).max(start);
        let mut text = shown(bytes, begin..start, &hidden);
        let from = text.len();
        text += &shown(bytes, start..end, &hidden);
        let to = text.len();
        text += &shown(bytes, end..stop, &hidden);
        (text, from..to)
    }

    /// The hidden parts of some lines.
    fn hidden(&self, begin: usize, lines: &[u8]) -> Vec<Range<usize>> {
        let mut hidden = self.secrets.clone();
        let mut at = begin;
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let spans = looks::spans(line).into_iter().chain(self.private.find(line));
            hidden.extend(spans.map(|span| span.start + at..span.end + at));
            at += line.len();
        }
        merged(hidden)
    }
}

/// Some bytes as text, with a substitute for the hidden ones.
fn shown(bytes: &[u8], range: Range<usize>, hidden: &[Range<usize>]) -> String {
    let (mut text, mut at) = (String::new(), range.start);
    for hidden in hidden.iter().filter(|hidden| hidden.start < range.end && range.start < hidden.end) {
        text += &String::from_utf8_lossy(&bytes[at..hidden.start.clamp(at, range.end)]);
        text += HIDDEN;
        at = hidden.end.min(range.end);
    }
    text + &String::from_utf8_lossy(&bytes[at..range.end])
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.render(false))
    }
}

/// Foreign text, made safe for a terminal: control characters and characters that reorder text are escaped.
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

/// Foreign text as a message quotes it: [`printable`], and cut at 80 characters.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    printable(&cut) + more
}

/// `did you mean …` for a word that is close to a known one; otherwise the known words.
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

    #[test]
    fn what_is_private_is_in_no_frame_and_no_message() {
        let key = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v2VpEfkmxLWJ8Zx0R1yQ7bTq4nVw9Kc3oYtAe";
        let text = format!(
            "a = 1\n-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\npassword = \"hunter two\"\n"
        );
        let source = Arc::new(Source::new("k.toml", None, text.as_bytes()));
        let whole = Span::new(6, text.len());
        let faults = vec![
            Fault::new(whole, "not TOML"),
            Fault::new(Span::new(40, 44), format!("`{}` is wrong", &key[20..50])),
            Fault::new(Span::new(text.len() - 5, text.len() - 1), "x").hint(format!("not {key}")),
        ];
        let shown = Faults::error(&source, faults).to_string();
        for at in 0..key.len() - 12 {
            assert!(!shown.contains(&key[at..at + 12]), "{shown}");
        }
        assert!(
            !shown.contains("hunter") && shown.contains("`[hidden]` is wrong") && shown.contains("not [hidden]"),
            "{shown}"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_span_of_any_bytes_can_be_framed(bytes: Vec<u8>, start in 0usize..40, length in 0usize..40) {
            let shown = rendered(&bytes, start, start + length);
            proptest::prop_assert!(shown.contains("it is wrong"));
        }
    }
}
