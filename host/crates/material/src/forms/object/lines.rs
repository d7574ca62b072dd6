//! An object whose members are lines of one indentation, as in YAML, TOML, HCL and .properties, or the arguments of a call. Not a
//! document of any of these: only the lines around a mark are looked at.

use std::ops::Range;

use super::{Member, Object, REACH};
use crate::forms::Sink;

/// A line.
struct Line<'t> {
    text: &'t [u8],
    range: Range<usize>,
}

impl<'t> Line<'t> {
    /// The line that `at` is in.
    fn at(text: &'t [u8], at: usize) -> Self {
        let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
        Self::from(text, start)
    }

    fn from(text: &'t [u8], start: usize) -> Self {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
        Self { text, range: start..end }
    }

    fn above(&self) -> Option<Self> {
        self.range.start.checked_sub(1).map(|end| Self::at(self.text, end))
    }

    fn below(&self) -> Option<Self> {
        (self.range.end < self.text.len()).then(|| Self::from(self.text, self.range.end + 1))
    }

    fn bytes(&self) -> &'t [u8] {
        &self.text[self.range.clone()]
    }

    /// How far what it says is indented; `None` if it says nothing.
    fn indentation(&self) -> Option<usize> {
        let said = self.bytes().iter().position(|byte| !byte.is_ascii_whitespace())?;
        (self.bytes()[said] != b'#').then_some(said)
    }

    /// Where its member begins: behind the hyphen of an item, if it is one.
    fn member(&self) -> Option<usize> {
        let said = self.indentation()?;
        let is_item = self.bytes()[said..].starts_with(b"- ");
        let behind = self.bytes()[said + 1..].iter().position(|byte| !byte.is_ascii_whitespace());
        if is_item { behind.map(|more| said + 1 + more) } else { Some(said) }
    }
}

impl Object {
    /// The object whose member at `at` stands in a line; `None` if that line is no member.
    pub(in crate::forms) fn of_lines(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<Self> {
        let own = Line::at(text, at);
        let column = own.member()?;
        if let Some(call) = memchr::memrchr(b'(', &text[own.range.start..at]) {
            return Self::of_arguments(text, own.range.start + call + 1, sink);
        }
        let (mut first, mut last) = (Line::from(text, own.range.start), Line::from(text, own.range.start));
        let is_first = |line: &Line<'_>| line.indentation().is_some_and(|said| said < column);
        while !is_first(&first)
            && let Some(above) = first.above()
            && at - above.range.start < REACH
            && belongs(&above, column, true)
        {
            first = above;
        }
        while let Some(below) = last.below()
            && below.range.end - at < REACH
            && belongs(&below, column, false)
        {
            last = below;
        }
        let range = first.range.start + first.member().unwrap_or(0)..last.range.end;
        sink.may_spend(range.len()).then(|| Self { members: members(text, &first, &last, column), range })
    }

    /// The object of a call's arguments that begin there.
    fn of_arguments(text: &[u8], start: usize, sink: &mut dyn Sink) -> Option<Self> {
        let near = &text[start..text.len().min(start + REACH)];
        let end = start + memchr::memchr(b')', near)?;
        let mut members = Vec::new();
        let mut at = start;
        for argument in text[start..end].split(|byte| *byte == b',') {
            members.extend(member(text, at..at + argument.len(), &mut std::iter::empty()));
            at += argument.len() + 1;
        }
        sink.may_spend(end - start).then_some(Self { range: start..end, members })
    }
}

/// Whether a line is part of the object whose members stand in that column: a member, what one goes on with, or a comment. An item of a
/// list is the first member of its object, so that only what stands above another member can be one.
fn belongs(line: &Line<'_>, column: usize, is_above: bool) -> bool {
    let Some(said) = line.indentation() else { return !line.bytes().trim_ascii().is_empty() };
    let is_section = line.bytes()[said] == b'[';
    !is_section && (said >= column || is_above && line.member() == Some(column))
}

/// The members from one line to another.
fn members(text: &[u8], first: &Line<'_>, last: &Line<'_>, column: usize) -> Vec<Member> {
    let mut members = Vec::new();
    let mut next = Some(Line::from(text, first.range.start));
    while let Some(line) = next.filter(|line| line.range.start <= last.range.start) {
        next = line.below();
        if line.member() != Some(column) {
            continue;
        }
        let mut deeper = std::iter::from_fn(|| {
            let line = next.take_if(|line| line.indentation().is_some_and(|said| said > column))?;
            next = line.below();
            Some(line.range)
        });
        members.extend(member(text, line.range.start + column..line.range.end, &mut deeper));
    }
    members
}

/// The member that stands there; a block scalar of YAML goes on in the lines below it that are deeper.
fn member(text: &[u8], range: Range<usize>, deeper: &mut dyn Iterator<Item = Range<usize>>) -> Option<Member> {
    let sign = range.start + text[range.clone()].iter().position(|byte| matches!(byte, b':' | b'='))?;
    let name = unquoted(text, range.start..sign).0;
    let (value, is_quoted) = unquoted(text, sign + 1..range.end);
    let is_yaml = text[sign] == b':';
    let member = |value: Vec<u8>, range| {
        Some(Member { name: text[name.clone()].to_vec(), value, range, is_quoted: is_quoted || is_yaml })
    };
    if is_yaml && matches!(text[value.clone()].first(), Some(b'|' | b'>')) {
        let lines: Vec<Range<usize>> = deeper.map(|line| trimmed(text, line)).collect();
        let whole = lines.first()?.start..lines.last()?.end;
        return member(lines.into_iter().flat_map(|line| text[line].to_vec()).collect(), whole);
    }
    member(text[value.clone()].to_vec(), value)
}

/// What stands in a range without the white space around it, a comma behind it, and its quotes, and whether it has these.
fn unquoted(text: &[u8], range: Range<usize>) -> (Range<usize>, bool) {
    let range = trimmed(text, range);
    let quote = text[range.clone()].first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    match quote {
        Some(quote) => {
            let start = range.start + 1;
            let length = memchr::memchr(quote, &text[start..range.end]).unwrap_or(range.end - start);
            (start..start + length, true)
        }
        None => {
            let said = &text[range.clone()];
            let end = memchr::memmem::find(said, b" #").unwrap_or(said.len());
            (trimmed(text, range.start..range.start + end), false)
        }
    }
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let said = &text[range.clone()];
    let blank = said.len() - said.trim_ascii_start().len();
    let said = said.trim_ascii();
    let said = said.strip_suffix(b",").unwrap_or(said);
    range.start + blank..range.start + blank + said.len()
}
