//! Code frames: the lines around a place, cut to the terminal, with the place underlined.
//! Not the words around a frame. Bytes that are secret never enter one, nor does a character that a terminal would obey.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use keyreeve_contract::Severity;
use keyreeve_source::private::{HIDDEN, Private, looks, merged};
use keyreeve_source::{Source, SourceId, Span};

use super::escape;
use super::place::Place;
use super::{Report, Style};

/// What stands for the rest of a line.
const CUT: &str = "…";
/// Fewest characters of a source line that are shown, however narrow the terminal is.
const NARROWEST: usize = 40;
/// Columns for the line number and what parts it from the text.
const GUTTER: usize = 8;
/// Bytes that a character takes at most.
const LONGEST_CHARACTER: usize = 4;

/// The secret bytes of a report, by source, in order and without overlaps; and what is in them, which may stand elsewhere.
pub(super) struct Secrets<'r> {
    places: BTreeMap<SourceId, Vec<Span>>,
    private: &'r Private,
}

impl<'r> Secrets<'r> {
    /// Those of a report.
    pub(super) fn of(report: &'r Report) -> Self {
        let mut sorted = report.secrets.clone();
        sorted.sort_unstable();
        let mut merged: BTreeMap<SourceId, Vec<Span>> = BTreeMap::new();
        for (source, span) in sorted {
            let spans = merged.entry(source).or_default();
            match spans.last_mut() {
                Some(last) if span.start <= last.end => *last = last.cover(span),
                _ => spans.push(span),
            }
        }
        Self { places: merged, private: &report.private }
    }

    /// What of a line is not shown, in order and without overlaps: what was recognised as private there or anywhere, and what looks like it.
    fn within(&self, source: SourceId, start: usize, line: &[u8]) -> Vec<Range<usize>> {
        let end = start + line.len();
        let spans = self.places.get(&source).map_or(&[][..], Vec::as_slice);
        let first = spans.partition_point(|span| span.end as usize <= start);
        let recognised = spans[first..].iter().map(|span| span.range()).take_while(|secret| secret.start < end);
        let others = self.private.find(line).into_iter().chain(looks::spans(line));
        merged(recognised.chain(others.map(|span| span.start + start..span.end + start)).collect())
    }
}

/// Lines of a source, ready to be shown.
pub(super) struct Frame {
    /// Number of the first line.
    first: u32,
    /// Visible text, lines parted by LF.
    text: String,
    /// What is underlined in it.
    mark: Range<usize>,
    /// Beside the underline: how far the place goes on.
    label: Option<String>,
}

impl Frame {
    /// The frame of a place; none in a binary source. Of a place of several lines the first one is shown.
    pub(super) fn of(place: &Place<'_>, id: SourceId, secrets: &Secrets<'_>, width: usize) -> Option<Self> {
        if place.source.is_binary() {
            return None;
        }
        let long = place.last_line() > place.start.line;
        let label = long.then(|| format!("through line {}", place.last_line()));
        let beside = GUTTER + 2 * CUT.chars().count() + label.as_ref().map_or(0, |label| label.len() + 1);
        let view = View { source: place.source, id, secrets, budget: width.saturating_sub(beside).max(NARROWEST) };
        let line = view.line_around(place.span.start as usize);
        let end = (place.span.end as usize).min(line.bytes.end);
        let (middle, inner) = view.show(&line, place.span.start as usize..end);
        let mut lines = Vec::new();
        let before = line.starts.then(|| view.line_before(line.bytes.start)).flatten();
        lines.extend(before.and_then(|context| view.context(&context)));
        let first = place.start.line - lines.len() as u32;
        let offset: usize = lines.iter().map(|line| line.len() + 1).sum();
        lines.push(middle);
        let after = (line.ends && !long).then(|| view.line_after(line.bytes.end)).flatten();
        lines.extend(after.and_then(|context| view.context(&context)));
        Some(Self { first, text: lines.join("\n"), mark: inner.start + offset..inner.end + offset, label })
    }

    /// Digits of its largest line number: how far its gutter is indented.
    pub(super) fn indent(&self) -> usize {
        let last = self.first as usize + self.text.matches('\n').count();
        last.to_string().len()
    }

    /// The frame as lines of text.
    pub(super) fn render(&self, severity: Severity, style: Style) -> String {
        let level = match severity {
            Severity::Critical | Severity::High => Level::ERROR,
            Severity::Medium => Level::WARNING,
            Severity::Low => Level::NOTE,
        };
        let mark = AnnotationKind::Primary.span(self.mark.clone()).label(self.label.as_deref());
        let snippet = Snippet::source(self.text.as_str()).line_start(self.first as usize).fold(false).annotation(mark);
        let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
        // The text is cut already, so the renderer need not cut it again.
        renderer.term_width(usize::from(u16::MAX)).render(&[Group::with_level(level).element(snippet)])
    }
}

/// Part of a line that is looked at.
struct Line {
    /// Its bytes, without the line break.
    bytes: Range<usize>,
    /// Whether the line starts with them, and whether it ends with them.
    starts: bool,
    ends: bool,
}

/// A visible piece of a line: a character, an escape, or what stands for a secret.
struct Cell {
    /// Offset in the source of what it shows.
    at: usize,
    text: String,
}

/// How the bytes of one source are looked at.
struct View<'a> {
    source: &'a Source,
    id: SourceId,
    secrets: &'a Secrets<'a>,
    /// Characters that a line may take.
    budget: usize,
}

impl View<'_> {
    /// So much of a line is looked at before and behind a place: no more could be shown.
    fn reach(&self) -> usize {
        self.budget * LONGEST_CHARACTER
    }

    /// The line that an offset lies in, or what is in reach of it.
    fn line_around(&self, offset: usize) -> Line {
        let length = self.source.len();
        let at = offset.min(length);
        let low = at.saturating_sub(self.reach());
        let high = length.min(at + 2 * self.reach());
        let bytes = self.source.stretch(low..high);
        let start = memchr::memrchr(b'\n', &bytes[..at - low]).map(|found| low + found + 1);
        let end = memchr::memchr(b'\n', &bytes[at - low..]).map(|found| at + found);
        let mut line = Line {
            bytes: start.unwrap_or(low)..end.unwrap_or(high),
            starts: start.is_some() || low == 0,
            ends: end.is_some() || high == length,
        };
        if line.ends && !line.bytes.is_empty() && bytes[line.bytes.end - 1 - low] == b'\r' {
            line.bytes.end -= 1;
        }
        while !line.starts && line.bytes.start < at && bytes[line.bytes.start - low] & 0xc0 == 0x80 {
            line.bytes.start += 1;
        }
        line
    }

    /// The line before the one that starts at an offset, if all of it is in reach.
    fn line_before(&self, start: usize) -> Option<Line> {
        Some(self.line_around(start.checked_sub(1)?)).filter(|line| line.starts)
    }

    /// The line behind the one that ends at an offset, if there is one.
    fn line_after(&self, end: usize) -> Option<Line> {
        // A CR is all that can stand between the end of a line and its LF.
        let break_at = memchr::memchr(b'\n', &self.source.stretch(end..end + 2))? + end;
        (break_at + 1 < self.source.len()).then(|| self.line_around(break_at + 1))
    }

    /// A line that is shown beside the place; none if it is blank or holds what is private or looks so.
    fn context(&self, line: &Line) -> Option<String> {
        let bytes = self.source.stretch(line.bytes.clone());
        let is_shown = self.secrets.within(self.id, line.bytes.start, &bytes).is_empty();
        let start = line.bytes.start;
        Some(self.show(line, start..start).0).filter(|text| is_shown && !text.trim().is_empty())
    }

    /// The visible text of a line, cut around `focus`, and where in it the focus is.
    fn show(&self, line: &Line, focus: Range<usize>) -> (String, Range<usize>) {
        let cells = self.cells(line.bytes.clone());
        let first = cells.partition_point(|cell| cell.at < focus.start);
        let behind = cells.partition_point(|cell| cell.at < focus.end).max(first);
        // A focus that begins inside a secret is shown by what stands for the secret.
        let first = if first > 0 && first == behind && focus.start < focus.end { first - 1 } else { first };
        let lengths: Vec<usize> = cells.iter().map(|cell| cell.text.chars().count()).collect();
        let shown = window(&lengths, first..behind, self.budget);
        let mut text = String::new();
        if shown.start > 0 || !line.starts {
            text.push_str(CUT);
        }
        let (mut from, mut to) = (text.len(), text.len());
        for (index, cell) in cells.iter().enumerate().take(shown.end).skip(shown.start) {
            if index == first {
                from = text.len();
            }
            text.push_str(&cell.text);
            if index < behind {
                to = text.len();
            }
        }
        if first >= shown.end {
            from = text.len();
        }
        if shown.end < cells.len() || !line.ends {
            text.push_str(CUT);
        }
        (text, from..to.max(from))
    }

    fn cells(&self, range: Range<usize>) -> Vec<Cell> {
        let bytes = self.source.stretch(range.clone());
        let hidden = self.secrets.within(self.id, range.start, &bytes);
        let mut cells = Vec::new();
        let mut at = range.start;
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                push(&mut cells, &hidden, at..at + character.len_utf8(), |text| match character {
                    '\t' => text.push_str("    "),
                    _ => escape::push_visible(text, character),
                });
                at += character.len_utf8();
            }
            for &byte in chunk.invalid() {
                push(&mut cells, &hidden, at..at + 1, |text| escape::push_byte(text, byte));
                at += 1;
            }
        }
        cells
    }
}

/// Adds what some bytes show, or once what stands for the secret that they are part of.
fn push(cells: &mut Vec<Cell>, hidden: &[Range<usize>], bytes: Range<usize>, write: impl FnOnce(&mut String)) {
    let first = hidden.partition_point(|secret| secret.end <= bytes.start);
    let secret = hidden.get(first).filter(|secret| secret.start < bytes.end);
    let same = |cell: &Cell| cell.text == HIDDEN && secret.as_ref().is_some_and(|secret| secret.start <= cell.at);
    if cells.last().is_some_and(same) {
        return;
    }
    let mut text = String::new();
    match secret {
        Some(_) => text.push_str(HIDDEN),
        None => write(&mut text),
    }
    cells.push(Cell { at: bytes.start, text });
}

/// Which cells are shown where all of them are too long: the focus first, then what is around it on both sides.
fn window(lengths: &[usize], focus: Range<usize>, budget: usize) -> Range<usize> {
    let (mut start, mut end, mut left) = (focus.start, focus.start, budget);
    while end < focus.end && lengths[end] <= left {
        left -= lengths[end];
        end += 1;
    }
    if end < focus.end {
        return start..end;
    }
    let (mut before, mut behind) = (start > 0, end < lengths.len());
    while before || behind {
        before = before && start > 0 && lengths[start - 1] <= left;
        if before {
            start -= 1;
            left -= lengths[start];
        }
        behind = behind && end < lengths.len() && lengths[end] <= left;
        if behind {
            left -= lengths[end];
            end += 1;
        }
    }
    start..end
}
