//! A tree of scalars, lists and maps with the byte span of each: the shape that YAML, JSON, TOML and CSV share.
//! Not their syntax, which is read by a module for each, nor what a tree means.

use std::borrow::Cow;
use std::collections::HashSet;

use super::text::quoted;
use crate::source::Span;

/// Deepest nesting of lists and maps that is kept; what lies deeper is unknown.
pub const DEPTH_LIMIT: usize = 128;

/// Most faults that are listed of one source; the last one says that there are more.
const FAULT_LIMIT: usize = 100;

/// One value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The bytes that state it: a scalar with its quotes; a list or map from its first to its last value, or with its brackets.
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: `null`, `~`, or no text at all.
    Null,
    /// A text, unescaped; of a number, boolean or date the spelling in the source.
    Scalar(String),
    /// Values in order.
    List(Vec<Node>),
    /// Names and values in the order of the source; a name that stands twice is there twice.
    Map(Vec<Member>),
    /// A value that could not be found out; why, as a clause.
    Unknown(String),
}

/// One name and its value in a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name; of one that is itself a list or map the text is empty.
    pub key: Text,
    /// The value.
    pub value: Node,
}

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Unescaped.
    pub text: String,
    /// With its quotes.
    pub span: Span,
}

/// Something in the text that is not as its format asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What, as a clause.
    pub message: String,
}

/// What was read from one text.
#[derive(Debug, Default)]
pub struct Tree {
    /// The roots: several in a YAML stream, else at most one.
    pub documents: Vec<Node>,
    /// What was wrong on the way; what stood before and, where the format allows it, behind is in the tree.
    pub faults: Vec<Fault>,
}

impl Tree {
    /// Adds a fault, unless there are too many already.
    pub fn fault(&mut self, span: Span, message: impl Into<String>) {
        match self.faults.len() {
            ..FAULT_LIMIT => self.faults.push(Fault { span, message: message.into() }),
            FAULT_LIMIT => {
                self.faults.push(Fault { span, message: "there are more faults, which are not listed".into() })
            }
            _ => {}
        }
    }
}

impl Node {
    /// The members of a map; none of anything else.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }
}

/// The bytes as text of the same length: what is not UTF-8 is one fault and stands as `?`, byte for byte.
pub fn decode<'a>(bytes: &'a [u8], tree: &mut Tree) -> Cow<'a, str> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        tree.fault(Span::new(0, 2), "is UTF-16; only UTF-8 is read");
        return Cow::Borrowed("");
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => {
            let at = error.valid_up_to();
            tree.fault(Span::new(at, at + 1), "is not UTF-8 from here on");
            bytes.utf8_chunks().fold(String::with_capacity(bytes.len()), |mut text, chunk| {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
                text
            })
        }
    };
    debug_assert_eq!(text.len(), bytes.len());
    Cow::Owned(text)
}

/// Makes a tree from the events of a parser, without recursion. Names of a map are told by their position.
#[derive(Debug, Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    /// The lists and maps that are open below the depth limit.
    skipped: Vec<Inside>,
    root: Option<Node>,
    /// The tree so far; a document is added when it is finished.
    pub(super) tree: Tree,
}

#[derive(Debug)]
struct Open {
    start: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    List(Vec<Node>),
    Map { members: Vec<Member>, key: Option<Text> },
}

impl Content {
    fn kind(&self) -> Inside {
        match self {
            Self::List(_) => Inside::List,
            Self::Map { .. } => Inside::Map,
        }
    }
}

/// Which of the two a parser is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    List,
    Map,
}

impl Builder {
    pub(super) fn open_list(&mut self, start: usize) {
        self.open(start, Content::List(Vec::new()));
    }

    pub(super) fn open_map(&mut self, start: usize) {
        self.open(start, Content::Map { members: Vec::new(), key: None });
    }

    fn open(&mut self, start: usize, content: Content) {
        if !self.skipped.is_empty() || self.open.len() == DEPTH_LIMIT {
            if self.skipped.is_empty() {
                let message = format!("is nested deeper than {DEPTH_LIMIT} levels");
                self.tree.fault(Span::new(start, start + 1), message.clone());
                self.place(Node { value: Value::Unknown(message), span: Span::new(start, start + 1) });
            }
            self.skipped.push(content.kind());
        } else {
            self.open.push(Open { start, content });
        }
    }

    /// Closes what was opened last. Without an `end` it reaches from its first to its last value. Gives the
    /// node, unless it became a name or lies too deep.
    pub(super) fn close(&mut self, end: Option<usize>) -> Option<&Node> {
        if self.skipped.pop().is_some() {
            return None;
        }
        let Open { start, content } = self.open.pop()?;
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { members, .. } => {
                self.report_duplicates(&members);
                Value::Map(members)
            }
        };
        let span = match end {
            Some(end) => Span::new(start, end.max(start)),
            None => extent(&value).unwrap_or(Span::new(start, start)),
        };
        self.place(Node { value, span })
    }

    fn report_duplicates(&mut self, members: &[Member]) {
        let mut seen = HashSet::new();
        for Member { key, .. } in members {
            if !seen.insert(key.text.as_str()) {
                self.tree.fault(key.span, format!("`{}` stands twice in one map", quoted(&key.text)));
            }
        }
    }

    /// Puts a value where the parser is. Gives it back, unless it became a name or lies too deep.
    pub(super) fn place(&mut self, node: Node) -> Option<&Node> {
        if !self.skipped.is_empty() {
            return None;
        }
        match self.open.last_mut() {
            None => Some(self.root.insert(node)),
            Some(Open { content: Content::List(items), .. }) => {
                items.push(node);
                items.last()
            }
            Some(Open { content: Content::Map { members, key }, .. }) => match key.take() {
                Some(key) => {
                    members.push(Member { key, value: node });
                    members.last().map(|member| &member.value)
                }
                None => {
                    let text = if let Value::Scalar(text) = node.value { text } else { String::new() };
                    *key = Some(Text { text, span: node.span });
                    None
                }
            },
        }
    }

    /// What is open at this place; none at the root.
    pub(super) fn inside(&self) -> Option<Inside> {
        self.skipped.last().copied().or_else(|| self.open.last().map(|open| open.content.kind()))
    }

    /// How many lists and maps are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.skipped.len()
    }

    /// Ends the document: what is still open ends with its last value, so that nothing read so far is lost.
    pub(super) fn finish_document(&mut self) -> Option<Node> {
        while self.depth() > 0 {
            self.close(None);
        }
        self.root.take()
    }
}

/// The smallest span that covers what a list or map holds.
fn extent(value: &Value) -> Option<Span> {
    let cover = |first: Span, last: Span| first.cover(last);
    match value {
        Value::List(items) => Some(cover(items.first()?.span, items.last()?.span)),
        Value::Map(members) => Some(cover(members.first()?.key.span, members.last()?.value.span)),
        _ => None,
    }
}
