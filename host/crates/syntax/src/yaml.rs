//! Reads YAML 1.2 as trees with byte spans: tags, aliases and merge keys are resolved, with a limit on how far they
//! expand. Not what a tree means; granit-parser provides the events and is used in this module only.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};
use keyreeve_source::Span;
use keyreeve_source::text::quoted;

use super::tree::{Builder, DEPTH_LIMIT, Fault, Kept, Member, Node, Tree, Value, decode};

/// How far the aliases of one text may expand: in bytes of copied text, with 64 more for each copied node.
const ALIAS_LIMIT: usize = 16 * 1024 * 1024;

/// The deepest nesting of block collections, and again of flow collections, so that both together stay within
/// [`DEPTH_LIMIT`].
const NESTING_LIMIT: usize = DEPTH_LIMIT / 2;

/// Reads a stream of documents. After a fault it continues with the next document; everything before the fault is kept.
pub fn parse(bytes: &[u8]) -> Tree {
    parse_kept(bytes, Kept::All)
}

/// Like [`parse`], but keeps only some values.
pub fn parse_kept(bytes: &[u8], kept: Kept) -> Tree {
    let mut builder = Builder::new(bytes.len(), kept);
    let text = decode(bytes, &mut builder.tree);
    let mut parser = Parser::new_from_str_with_options(&text, options());
    let mut reader = Reader { builder, text: &text, anchors: HashMap::new(), open: Vec::new(), left: ALIAS_LIMIT };
    while let Some(event) = parser.next_event().filter(|_| !reader.builder.is_full()) {
        match event {
            Ok((event, span)) => reader.event(event, span.byte_range().unwrap_or_default()),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
                reader.builder.tree.fault(Span::new(at, end), error.info());
                reader.end_document();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    reader.end_document();
    reader.builder.tree
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: NESTING_LIMIT,
        block_nesting_limit: NESTING_LIMIT,
    }
}

struct Reader<'a> {
    builder: Builder,
    text: &'a str,
    /// The anchored nodes of the document.
    anchors: HashMap<usize, Anchored>,
    /// For each open list or map its anchor (0 if it has none), and whether it ends with its last value.
    open: Vec<(usize, bool)>,
    /// How far aliases may still expand.
    left: usize,
}

struct Anchored {
    node: Node,
    /// The cost of a copy.
    weight: usize,
    /// The number of levels below it.
    height: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text.into(), style, tag.as_deref());
                self.place(Node { value, span: self.span(range) }, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.builder.open_list(range.start);
                self.open.push((anchor, style == StructureStyle::Block));
            }
            Event::MappingStart(style, anchor, _) => {
                self.builder.open_map(range.start);
                self.open.push((anchor, style == StructureStyle::Block));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                let span = self.span(range);
                let message = format!("the alias `*{}` has no anchor before it", quoted(&name));
                self.builder.tree.fault(span, message.clone());
                self.builder.place(Node { value: Value::Unknown(message.into()), span });
            }
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
    }

    fn close(&mut self, end: usize) {
        let Some((anchor, block)) = self.open.pop() else { return };
        let end = (!block).then_some(end.min(self.text.len()));
        let node = self.builder.close(end).filter(|_| anchor != 0).cloned();
        self.anchor(anchor, node);
    }

    fn place(&mut self, node: Node, anchor: usize) {
        let copy = (anchor != 0).then(|| node.clone());
        self.builder.place(node);
        self.anchor(anchor, copy);
    }

    fn anchor(&mut self, id: usize, node: Option<Node>) {
        let Some(node) = node else { return };
        let (weight, height) = measure(&node);
        // Anchors inside anchors are copies too: if they cost nothing, they would take quadratic time.
        if let Some(left) = self.left.checked_sub(weight) {
            self.left = left;
            self.anchors.insert(id, Anchored { node, weight, height });
        } else {
            self.left = 0;
        }
    }

    /// Adds the node that an alias stands for. Its spans are those of the node itself.
    fn alias(&mut self, id: usize, range: std::ops::Range<usize>) {
        let span = self.span(range);
        let room = DEPTH_LIMIT.saturating_sub(self.builder.depth());
        let node = match self.anchors.get(&id) {
            Some(target) if target.weight <= self.left && target.height <= room => {
                self.left -= target.weight;
                target.node.clone()
            }
            _ => {
                let message = "the alias expands to more than is read, or to itself";
                self.builder.tree.fault(span, message);
                Node { value: Value::Unknown(message.into()), span }
            }
        };
        self.builder.place(node);
    }

    fn end_document(&mut self) {
        self.open.clear();
        self.anchors.clear();
        let Some(mut root) = self.builder.finish_document() else { return };
        let mut faults = Vec::new();
        merge(&mut root, &mut faults);
        for Fault { span, message } in faults {
            self.builder.tree.fault(span, message);
        }
        self.builder.tree.documents.push(root);
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let end = range.end.min(self.text.len());
        let start = range.start.min(end);
        let trimmed = self.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        Span::new(start, trimmed)
    }
}

/// The value of a scalar. Only null is recognised as a type: a date or a number keeps its spelling.
fn scalar(text: Box<str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    match tag {
        Some(tag) if !is_standard(tag) => {
            Value::Unknown(format!("its tag `{}` is not resolved", quoted(&tag.original())).into())
        }
        None if style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::Scalar(text),
    }
}

/// Whether a tag is one of YAML's own (`!!timestamp`), or the `!` that only says that a scalar is text.
fn is_standard(tag: &Tag) -> bool {
    tag.suffix_in_namespace("tag:yaml.org,2002:").is_some() || tag.original() == "!"
}

/// The cost of copying a node, and the number of levels below it.
fn measure(node: &Node) -> (usize, usize) {
    let below = |(weight, height): (usize, usize), child: &Node, name: usize| {
        let (more, deeper) = measure(child);
        (weight + more + name, height.max(deeper + 1))
    };
    match &node.value {
        Value::Null => (64, 0),
        Value::Scalar(text) | Value::Unknown(text) => (64 + text.len(), 0),
        Value::List(items) => items.iter().fold((64, 0), |sum, item| below(sum, item, 0)),
        Value::Map(members) => {
            members.iter().fold((64, 0), |sum, member| below(sum, &member.value, 64 + member.key.text.len()))
        }
    }
}

/// Resolves merge keys (<https://yaml.org/type/merge.html>): adds the members of `<<` whose names the map does not
/// have. [`DEPTH_LIMIT`] bounds the depth.
fn merge(node: &mut Node, faults: &mut Vec<Fault>) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| merge(item, faults)),
        Value::Map(members) => {
            members.iter_mut().for_each(|member| merge(&mut member.value, faults));
            if members.iter().any(|member| &*member.key.text == "<<") {
                *members = merged(std::mem::take(members).into(), faults).into();
            }
        }
        Value::Null | Value::Scalar(_) | Value::Unknown(_) => {}
    }
}

fn merged(members: Vec<Member>, faults: &mut Vec<Fault>) -> Vec<Member> {
    let (merges, mut members): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| &*member.key.text == "<<");
    let mut names: HashSet<Arc<str>> = members.iter().map(|member| member.key.text.clone()).collect();
    for Member { key, value } in merges {
        let maps = if let Value::List(items) = value.value { items.into() } else { vec![value] };
        for map in maps {
            match map.value {
                Value::Map(more) => {
                    members.extend(more.into_iter().filter(|member| names.insert(member.key.text.clone())));
                }
                Value::Unknown(_) => {}
                _ => faults.push(Fault { span: key.span, message: "`<<` can merge only maps".into() }),
            }
        }
    }
    members
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The bytes of the value under a name of the first document.
    fn raw<'a>(text: &'a str, name: &str) -> &'a str {
        let tree = parse(text.as_bytes());
        let member = tree.documents[0].members().iter().find(|member| &*member.key.text == name).unwrap();
        &text[member.value.span.range()]
    }

    #[test]
    fn spans_are_the_values_as_written_without_comments_and_blanks() {
        let text = "é: 1\nplain: two words  # why\nquoted: 'it''s'  \nfolded: >-\n  a\n  b\n\nlist:\n- x\n- y # z\n\nflow: {a: [b]} # c\nlast: |\n  end\n\n";
        assert_eq!(raw(text, "plain"), "two words");
        assert_eq!(raw(text, "quoted"), "'it''s'");
        assert_eq!(raw(text, "folded").split_whitespace().last(), Some("b"));
        assert_eq!(raw(text, "list"), "x\n- y");
        assert_eq!(raw(text, "flow"), "{a: [b]}");
        assert!(raw(text, "last").ends_with("end"));
    }

    #[test]
    fn a_fault_ends_its_document_and_not_the_stream() {
        let tree = parse(b"a: 1\nb: [\n---\nc: 2\n---\nd: \"\n---\ne: 3\n");
        let names: Vec<_> = tree.documents.iter().flat_map(Node::members).map(|member| &*member.key.text).collect();
        assert!(names.starts_with(&["a", "b"]) && names.contains(&"c") && names.contains(&"e"), "{names:?}");
        assert_eq!(tree.faults.len(), 2, "{:?}", tree.faults);
    }

    #[test]
    fn tags_of_the_core_schema_are_plain_and_others_are_unknown() {
        let tree = parse(b"[!!str 1, !!timestamp 2026-01-01, !vault abc, ~, '~', *none, ! x]");
        let Value::List(items) = &tree.documents[0].value else { panic!() };
        let values: Vec<_> = items.iter().map(|item| &item.value).collect();
        assert_eq!(values[0], &Value::Scalar("1".into()));
        assert_eq!(values[1], &Value::Scalar("2026-01-01".into()));
        assert_eq!(values[2], &Value::Unknown("its tag `!vault` is not resolved".into()));
        assert_eq!((values[3], values[4]), (&Value::Null, &Value::Scalar("~".into())));
        assert!(matches!(values[5], Value::Unknown(_)));
        assert_eq!(values[6], &Value::Scalar("x".into()));
        assert_eq!(tree.faults.len(), 1);
    }
}
