//! Templates of configuration: a text in which tags of Jinja, ERB, EPP, Go, Mustache or autoconf stand is made one without them, byte for
//! byte as long, so that places stay right. No tag is evaluated: what it stands for is not known, and both branches of a condition
//! may be.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::inner::searcher;

/// Stands where a tag puts a value: a word that has it is not known.
pub const VALUE: char = '\u{e000}';
/// Stands where a condition or a loop begins, which what follows depends on.
const OPENS: char = '\u{e001}';
/// Stands where it ends.
const CLOSES: char = '\u{e002}';

/// What these three begin with.
const LEAD: &[u8] = b"\xee\x80";
/// A line with as much white space is no longer looked at.
const FAR: usize = 200;
/// A condition within a line that is longer is no value.
const INLINE: usize = 512;

/// What the name of a template ends in, behind the name of what it becomes.
const ENDINGS: [&str; 17] = [
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".epp",
    ".tmpl",
    ".tpl",
    ".gotmpl",
    ".template",
    ".mustache",
    ".hbs",
    ".in",
    ".sample",
    ".example",
    ".dist",
    ".disabled",
    ".bak",
];

/// The pairs that tags stand between. Of two that begin alike the longer is first.
const PAIRS: [(&str, &str, Engine); 5] = [
    ("{{", "}}", Engine::Braces),
    ("{%", "%}", Engine::Jinja),
    ("{#", "#}", Engine::Comment),
    ("<%#", "%>", Engine::Comment),
    ("<%", "%>", Engine::Ruby),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    /// Of Jinja a value; of Go, Helm and Mustache also what controls.
    Braces,
    Jinja,
    /// ERB and EPP.
    Ruby,
    Comment,
}

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    /// It puts lines there that stand elsewhere.
    Lines,
    Opens,
    /// `else` and its like.
    Between,
    Closes,
    Nothing,
}

#[derive(Debug, Clone)]
struct Tag {
    range: Range<usize>,
    role: Role,
}

/// A template without its tags.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked {
    /// What the file is called that becomes of it.
    pub(crate) name: String,
    /// As long as the template.
    pub(crate) bytes: Vec<u8>,
}

/// The template that a file is, by what stands in it or by how it is called; `None` if it is none.
pub(crate) fn masked(name: &str, bytes: &[u8]) -> Option<Masked> {
    let (stem, tags) = told(name, bytes)?;
    let mut masked = bytes.to_vec();
    let inline = inline(bytes, &tags);
    for tag in &tags {
        let before = inline.partition_point(|range| range.start <= tag.range.start);
        if !inline[..before].last().is_some_and(|range| range.contains(&tag.range.start)) {
            mask(&mut masked, bytes, tag);
        }
    }
    inline.into_iter().for_each(|range| fill(&mut masked[range], VALUE));
    Some(Masked { name: stem.to_owned(), bytes: masked })
}

/// Whether a file is a template.
pub(crate) fn is_one(name: &str, bytes: &[u8]) -> bool {
    may_be(name, bytes) && told(name, bytes).is_some()
}

/// What a template is called without what templates are called by, and its tags; `None` if a file is none.
fn told<'n>(name: &'n str, bytes: &[u8]) -> Option<(&'n str, Vec<Tag>)> {
    let (stem, tags) = (stem(name), tags(bytes, name.ends_with(".in")));
    (stem != name || !tags.is_empty()).then_some((stem, tags))
}

/// A name without all that templates are called by.
fn stem(mut name: &str) -> &str {
    let shorter = |name: &'_ str| -> Option<usize> {
        let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))?;
        (!stem.is_empty() && !stem.ends_with('/')).then_some(stem.len())
    };
    while let Some(length) = shorter(name) {
        name = &name[..length];
    }
    name
}

/// Whether a file may be a template: cheap, since it is asked of every file.
pub(crate) fn may_be(name: &str, bytes: &[u8]) -> bool {
    static BEGINS: LazyLock<AhoCorasick> = LazyLock::new(|| searcher(["{{", "{%", "<%"]));
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || BEGINS.is_match(bytes)
}

/// Whether tags stood in a text.
pub fn has_tags(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, LEAD).is_some()
}

/// Whether a text is, in whole or in part, what a tag puts there.
pub fn is_value(text: &str) -> bool {
    text.contains(VALUE)
}

/// A text for people, with `…` for what tags put there.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for part in text.split_inclusive(VALUE) {
        let before = part.trim_end_matches(VALUE).trim_start_matches('_');
        shown += before;
        if part.ends_with(VALUE) && !shown.ends_with('…') {
            shown.push('…');
        }
    }
    shown
}

/// What of a text without tags depends on conditions and loops.
#[derive(Debug, Clone, Default)]
pub struct Conditions(Vec<(u32, Option<u32>)>);

impl Conditions {
    /// Those of a text.
    pub fn of(bytes: &[u8]) -> Self {
        let (mut changes, mut open) = (Vec::new(), Vec::new());
        for at in memchr::memmem::find_iter(bytes, LEAD) {
            let rest = &bytes[at..];
            match (is(OPENS, rest), is(CLOSES, rest)) {
                (true, _) => open.push(at as u32),
                (_, true) => drop(open.pop()),
                _ => continue,
            }
            changes.push((at as u32, open.last().copied()));
        }
        Self(changes)
    }

    /// Whether one decides about what stands at an offset, while the block that begins at another one is there.
    pub fn decide(&self, at: u32, block: Option<u32>) -> bool {
        let before = self.0.partition_point(|(change, _)| *change <= at);
        let innermost = self.0[..before].last().and_then(|(_, start)| *start);
        innermost.is_some_and(|start| block.is_none_or(|block| start > block))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a text begins with what stands for a tag that controls: to whoever reads it that is white space.
pub fn is_control(bytes: &[u8]) -> bool {
    bytes.starts_with(LEAD) && (is(OPENS, bytes) || is(CLOSES, bytes))
}

fn is(mark: char, bytes: &[u8]) -> bool {
    bytes.starts_with(mark.encode_utf8(&mut [0; 4]).as_bytes())
}

/// The tags of a text, in order.
fn tags(bytes: &[u8], is_autoconf: bool) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    // Of these pairs no end is left.
    let mut unclosed = [false; PAIRS.len()];
    while let Some(start) = memchr::memchr3(b'{', b'<', b'@', &bytes[at..]).map(|offset| at + offset) {
        let rest = &bytes[start..];
        let tag = PAIRS.iter().enumerate().find_map(|(pair, (begin, end, engine))| {
            let inside = rest.strip_prefix(begin.as_bytes()).filter(|_| !unclosed[pair])?;
            let length = memchr::memmem::find(inside, end.as_bytes());
            unclosed[pair] = length.is_none();
            let length = length?;
            // A mustache with three braces is one.
            let whole = begin.len()
                + length
                + end.len()
                + usize::from(rest.starts_with(b"{{{") && inside[length..].starts_with(b"}}}"));
            let role = role(*engine, std::str::from_utf8(&inside[..length]).ok()?);
            Some(Tag { range: start..start + whole, role })
        });
        let tag = tag.or_else(|| {
            autoconf(rest).filter(|_| is_autoconf).map(|length| Tag { range: start..start + length, role: Role::Value })
        });
        at = tag.as_ref().map_or(start + 1, |tag| tag.range.end);
        tags.extend(tag);
    }
    tags
}

/// The length of a name as autoconf and CMake have it: `@NAME@`.
fn autoconf(rest: &[u8]) -> Option<usize> {
    let name = rest.strip_prefix(b"@")?;
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    (length > 0 && name.get(length) == Some(&b'@')).then_some(length + 2)
}

/// What a tag does, by its first word; of Ruby and Puppet also by how it ends.
fn role(engine: Engine, inside: &str) -> Role {
    let said = inside.trim_matches(|c: char| c == '-' || c == '+' || c == '~' || c.is_whitespace());
    let word = said.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    match engine {
        Engine::Comment => Role::Nothing,
        Engine::Ruby if inside.starts_with('=') => Role::Value,
        Engine::Ruby => match (said.starts_with('}') || word == "end", said.ends_with('{')) {
            (true, true) => Role::Between,
            (true, false) => Role::Closes,
            (false, true) => Role::Opens,
            (false, false) => match word {
                "else" | "elsif" | "when" => Role::Between,
                "if" | "unless" | "case" | "while" | "for" | "begin" => Role::Opens,
                _ if said.ends_with(" do") || said.ends_with('|') => Role::Opens,
                _ => Role::Nothing,
            },
        },
        Engine::Braces => match said.chars().next() {
            Some('#' | '^') if said.len() > 1 => Role::Opens,
            Some('/') if said.starts_with("/*") => Role::Nothing,
            Some('/') => Role::Closes,
            Some('^') => Role::Between,
            Some('!') | None => Role::Nothing,
            Some('>') => Role::Lines,
            Some('$') if said.split_whitespace().nth(1).is_some_and(|sign| sign == ":=" || sign == "=") => {
                Role::Nothing
            }
            _ => match word {
                "if" | "range" | "with" | "define" | "block" => Role::Opens,
                "else" => Role::Between,
                "end" => Role::Closes,
                "template" | "include" => Role::Lines,
                _ => Role::Value,
            },
        },
        Engine::Jinja => match word {
            "if" | "for" | "block" | "macro" | "call" | "filter" | "with" | "raw" | "autoescape" => Role::Opens,
            "else" | "elif" => Role::Between,
            "include" | "extends" | "import" => Role::Lines,
            _ if word.starts_with("end") => Role::Closes,
            _ => Role::Nothing,
        },
    }
}

/// Conditions that begin and end within one line and hold no statement: together they are a value. They do not overlap.
fn inline(bytes: &[u8], tags: &[Tag]) -> Vec<Range<usize>> {
    let (mut found, mut open): (Vec<Range<usize>>, Vec<usize>) = (Vec::new(), Vec::new());
    for (index, tag) in tags.iter().enumerate() {
        match tag.role {
            Role::Opens => open.push(index),
            Role::Closes => {
                let Some(first) = open.pop() else { continue };
                let whole = tags[first].range.start..tag.range.end;
                let between = || tags[first..=index].windows(2).map(|two| &bytes[two[0].range.end..two[1].range.start]);
                let says = |part: &[u8]| part.iter().any(|byte| b";{}\n".contains(byte));
                if whole.len() <= INLINE && !between().any(says) && !is_alone(bytes, &whole) {
                    while found.pop_if(|inner| inner.start >= whole.start).is_some() {}
                    found.push(whole);
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether nothing but white space stands beside a stretch on its line.
fn is_alone(bytes: &[u8], &Range { start, end }: &Range<usize>) -> bool {
    let (before, behind) = (&bytes[start.saturating_sub(FAR)..start], &bytes[end..bytes.len().min(end + FAR)]);
    let blank_before = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\n').count();
    let blank_behind = behind.iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\n').count();
    let begins =
        blank_before == start || before.len().checked_sub(blank_before + 1).is_some_and(|at| before[at] == b'\n');
    let ends = end + blank_behind == bytes.len() || behind.get(blank_behind) == Some(&b'\n');
    begins && ends
}

/// Takes a tag out of a text.
fn mask(masked: &mut [u8], bytes: &[u8], tag: &Tag) {
    let Range { start, end } = tag.range;
    let is_alone = is_alone(bytes, &tag.range);
    let place = &mut masked[start..end];
    match tag.role {
        // A line of its own that ends in nothing is lines of the configuration, whatever they are.
        Role::Value | Role::Lines if is_alone || tag.role == Role::Lines => {
            let last = place.len() - 1;
            fill(&mut place[..last], VALUE);
            place[last] = b';';
        }
        Role::Value | Role::Lines => fill(place, VALUE),
        Role::Opens | Role::Closes | Role::Between | Role::Nothing => {
            blank(place);
            // On a line of its own it is a comment, also to what is around the text.
            let lead = usize::from(is_alone && place.len() > 3);
            if lead > 0 {
                place[0] = b'#';
            }
            let mark = match tag.role {
                Role::Opens => OPENS,
                Role::Closes => CLOSES,
                _ => return,
            };
            if let Some(room) = place.get_mut(lead..lead + mark.len_utf8()) {
                mark.encode_utf8(room);
            }
        }
    }
}

fn blank(place: &mut [u8]) {
    place.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// Fills a place with a character, and with `_` what is left over.
fn fill(place: &mut [u8], with: char) {
    let size = with.len_utf8();
    let chunks = place.chunks_mut(size);
    for chunk in chunks {
        if chunk.len() == size {
            with.encode_utf8(chunk);
        } else {
            chunk.fill(b'_');
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> String {
        let masked = masked("x.conf", text.as_bytes()).unwrap();
        let text = String::from_utf8(masked.bytes).unwrap();
        text.replace(VALUE, "V")
            .replace(OPENS, "<")
            .replace(CLOSES, ">")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn tags_of_every_engine_are_values_conditions_or_lines() {
        for (text, expected) in [
            ("listen {{ port }} ssl;", "listen VVV_ ssl;"),
            ("listen <%= @port %> ssl;", "listen VVVV ssl;"),
            ("{% if tls %}\nlisten 443;\n{% else %}\nlisten 80;\n{% endif %}\n", "#< listen 443; # listen 80; #>"),
            ("{{- if .Tls }}\na;\n{{- end }}\n", "#< a; #>"),
            ("{{#tls}}\na;\n{{/tls}}\n", "#< a; #>"),
            ("<% if @tls { %>\na;\n<% } %>\n", "#< a; #>"),
            ("<% @servers.each do |server| %>\na;\n<% end %>\n", "#< a; #>"),
            ("{{ extra }}\nb;", "VVV_; b;"),
            ("{% include 'tls.conf' %}\nb;", "VVVVVVV__; b;"),
            ("{% if a %}listen 80;{% endif %}", "< listen 80;>"),
            ("protocols {% if old %}TLSv1 {% endif %}TLSv1.2;", "protocols VVVVVVVVV__TLSv1.2;"),
            ("{# note #}\na;", "# a;"),
            ("a;\n{% block end %}{% endblock %}\n}", "a; < > }"),
            ("{{ $x := .Env.X }}\na;", "# a;"),
            ("{{{ raw }}};", "VVV__;"),
        ] {
            assert_eq!(lines(text), expected, "{text}");
        }
        assert_eq!(masked("x.conf", b"server { root @NAME@; }"), None);
        assert!(is_value(std::str::from_utf8(&masked("x.conf.in", b"root @NAME@;").unwrap().bytes).unwrap()));
        assert_eq!(masked("a/nginx.conf.j2", b"x;").unwrap().name, "a/nginx.conf");
    }

    #[test]
    fn what_stands_between_the_marks_is_conditional() {
        let text = masked("x", b"a\n{% if x %}\nb\n{% for y in z %}\nc\n{% endfor %}\n{% endif %}\nd").unwrap().bytes;
        let at = |letter: u8| text.iter().position(|byte| *byte == letter).unwrap() as u32;
        let conditions = Conditions::of(&text);
        let decide = |letter| conditions.decide(at(letter), None);
        assert_eq!([b'a', b'b', b'c', b'd'].map(decide), [false, true, true, false]);
        assert_eq!([b'b', b'c'].map(|letter| conditions.decide(at(letter), Some(at(b'b')))), [false, true]);
    }

    proptest! {
        #[test]
        fn a_text_without_tags_is_as_long(text in "([a-z;\n ]|\\{\\{|\\}\\}|\\{%|%\\}|<%|%>|if |end|\\{#|#\\}|é){0,60}") {
            if let Some(masked) = masked("x.in", text.as_bytes()) {
                prop_assert_eq!(masked.bytes.len(), text.len());
                prop_assert!(std::str::from_utf8(&masked.bytes).is_ok());
                Conditions::of(&masked.bytes);
            }
        }
    }
}
