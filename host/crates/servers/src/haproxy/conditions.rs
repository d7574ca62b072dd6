//! The conditions around lines: HAProxy's `.if` … `.endif`, and tags of template engines. Only a few constant
//! conditions are evaluated: what a machine defines is not in a file.

use keyreeve_source::Span;

use super::parse::Parsed;

/// Whether a line is in force.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Always,
    /// Only if the condition at this position holds.
    Perhaps(u32),
    Never,
}

/// The open conditions.
#[derive(Default)]
pub(super) struct Conditions {
    open: Vec<Frame>,
}

/// One `.if` and its branches.
struct Frame {
    at: Span,
    is_template: bool,
    /// Whether the whole of it is in force.
    around: Held,
    /// Whether the current branch is in force.
    inside: Held,
    /// Whether an earlier branch may have been taken.
    before: Taken,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    No,
    Perhaps,
    Yes,
}

/// What a line does to the conditions.
enum Tag<'a> {
    Open(&'a [u8]),
    Next(&'a [u8]),
    Close,
    /// A message, or a tag with no lines below it.
    Without,
}

impl Conditions {
    /// Whether a line is in force. Returns `None` for a line that is itself part of a condition, which is then
    /// recorded.
    pub(super) fn line(&mut self, line: &[u8], at: Span, parsed: &mut Parsed) -> Option<Held> {
        let around = self.open.last().map_or(Held::Always, |frame| frame.inside);
        match tag(line) {
            None => return Some(around),
            Some(Tag::Without) => {}
            Some(Tag::Open(condition)) => {
                let is_template = line[0] != b'.';
                self.open.push(Frame { at, is_template, around, inside: Held::Never, before: Taken::No });
                self.branch(condition, at, parsed);
            }
            Some(Tag::Next(condition)) if !self.open.is_empty() => self.branch(condition, at, parsed),
            Some(Tag::Close) if !self.open.is_empty() => drop(self.open.pop()),
            Some(Tag::Next(_) | Tag::Close) if line[0] != b'.' => {}
            Some(Tag::Next(_) | Tag::Close) => parsed.faults.push((at, "no condition is open here")),
        }
        None
    }

    /// Begins a branch. Inside a branch that is never in force, nothing is; if several conditions are uncertain, the
    /// innermost is reported.
    fn branch(&mut self, condition: &[u8], at: Span, parsed: &mut Parsed) {
        let Some(frame) = self.open.last_mut() else { return };
        let holds = match constant(condition) {
            Some(true) => Taken::Yes,
            Some(false) => Taken::No,
            None => Taken::Perhaps,
        };
        frame.inside = match (frame.around, frame.before, holds) {
            (Held::Never, _, _) | (_, Taken::Yes, _) | (_, _, Taken::No) => Held::Never,
            (around, Taken::No, Taken::Yes) => around,
            _ => {
                parsed.branches.push(at);
                Held::Perhaps(parsed.branches.len() as u32 - 1)
            }
        };
        frame.before = frame.before.max(holds);
    }

    /// Reports conditions that are still open at the end of a file. Tags of a template are excepted, since their end
    /// may not be on a line of its own.
    pub(super) fn finish(self, parsed: &mut Parsed) {
        let own = self.open.iter().filter(|frame| !frame.is_template);
        parsed.faults.extend(own.map(|frame| (frame.at, "nothing ends this condition")));
    }
}

/// The value of a constant condition: HAProxy takes nothing and 0 for false, `true` and other numbers for true.
fn constant(condition: &[u8]) -> Option<bool> {
    match condition.trim_ascii() {
        b"" | b"false" => Some(false),
        b"true" => Some(true),
        digits if digits.iter().all(u8::is_ascii_digit) => Some(digits.iter().any(|digit| *digit != b'0')),
        _ => None,
    }
}

fn tag(line: &[u8]) -> Option<Tag<'_>> {
    if line.starts_with(b"{%") || line.starts_with(b"{{") || line.starts_with(b"<%") {
        return of_template(&line[2..]);
    }
    let (word, rest) = split(line.strip_prefix(b".")?);
    match word {
        b"if" => Some(Tag::Open(rest)),
        b"elif" => Some(Tag::Next(rest)),
        b"else" => Some(Tag::Next(b"true")),
        b"endif" => Some(Tag::Close),
        b"diag" | b"notice" | b"warning" | b"alert" => Some(Tag::Without),
        _ => None,
    }
}

/// The tag of Jinja, of Go's templates or of ERB at the beginning of a line. The text that it inserts is ignored.
fn of_template(tag: &[u8]) -> Option<Tag<'_>> {
    const UNKNOWN: &[u8] = b"?";
    // `{%-` removes the blanks before it.
    let (word, rest) = split(tag.strip_prefix(b"-").unwrap_or(tag).trim_ascii_start());
    match word {
        // A tag that ends in its own line has no lines below it.
        b"if" | b"for" | b"range" | b"with" | b"unless" if ends(rest) => None,
        b"if" | b"for" | b"range" | b"with" | b"unless" => Some(Tag::Open(UNKNOWN)),
        b"elif" | b"elsif" => Some(Tag::Next(UNKNOWN)),
        b"else" if rest.starts_with(b"if") => Some(Tag::Next(UNKNOWN)),
        b"else" => Some(Tag::Next(b"true")),
        b"endif" | b"endfor" | b"endwith" | b"end" => Some(Tag::Close),
        b"set" | b"import" | b"from" | b"define" => Some(Tag::Without),
        _ => None,
    }
}

/// Whether a text contains the tag `end` or the like.
fn ends(text: &[u8]) -> bool {
    [&b"{{ end"[..], b"{{end", b"{{- end", b"{% end", b"{%- end", b"<% end"]
        .iter()
        .any(|tag| memchr::memmem::find(text, tag).is_some())
}

fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (&text[..length], text[length..].trim_ascii())
}
