//! A tree of scalars, lists and maps with the byte span of each: the shape that YAML, JSON, TOML and CSV share.
//! Not their syntax, which is read by a module for each, nor what a tree means.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use keyreeve_source::Span;
use keyreeve_source::text::quoted;

/// Deepest nesting of lists and maps that is kept; what lies deeper is unknown.
pub const DEPTH_LIMIT: usize = 128;

/// Values and names that are read of any text, and of how many bytes one more is: what is written for people has a
/// tenth of that.
const ROOM: usize = 1 << 17;
const BYTES_OF_VALUE: usize = 20;

/// Most faults that are listed of one source; the last one says that there are more.
const FAULT_LIMIT: usize = 100;

/// One value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The bytes that state it: a scalar with its quotes; a list or map from its first to its last value, or with its
    /// brackets.
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: `null`, `~`, or no text at all.
    Null,
    /// A text, unescaped; of a number, boolean or date the spelling in the source.
    Scalar(Box<str>),
    /// Values in order.
    List(Box<[Node]>),
    /// Names and values in the order of the source; a name that stands twice is there twice.
    Map(Box<[Member]>),
    /// A value that could not be found out; why, as a clause.
    Unknown(Box<str>),
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
    /// Unescaped; the names of a table are shared by its rows.
    pub text: Arc<str>,
    /// With its quotes.
    pub span: Span,
}

/// Why a text is not read to its end.
pub const TOO_MANY: &str = "from here on it is not read: it holds more values than a file of its size may";

/// Something in the text that is not as its format asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What, as a clause.
    pub message: String,
}

/// What was read from one text.
#[derive(Debug)]
pub struct Tree {
    /// The roots: several in a YAML stream, else at most one.
    pub documents: Vec<Node>,
    /// What was wrong on the way; what stood before and, where the format allows it, behind is in the tree.
    pub faults: Vec<Fault>,
    /// From where on nothing is read, because the text holds more values than a text of its size may: that is a fault,
    /// too.
    pub cut: Option<Span>,
    /// How many more values and names it may hold.
    room: usize,
}

impl Tree {
    /// Of a text of so many bytes, of which nothing is read yet.
    pub(super) fn of(bytes: usize) -> Self {
        let room = ROOM + bytes / BYTES_OF_VALUE;
        Self { documents: Vec::new(), faults: Vec::new(), cut: None, room }
    }

    /// Takes room for some values. If that is not left, the rest of the text is not to be read.
    pub(super) fn take(&mut self, values: usize, span: Span) -> bool {
        match self.room.checked_sub(values) {
            Some(room) if self.cut.is_none() => self.room = room,
            _ => self.cut(span),
        }
        self.cut.is_none()
    }

    /// How many values there is room for.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Notes that the rest is not read.
    pub(super) fn cut(&mut self, span: Span) {
        if self.cut.replace(span).is_none() {
            // However many faults there are, this one is listed.
            self.faults.push(Fault { span, message: TOO_MANY.into() });
        }
    }

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

    /// Whether there is no name in it.
    fn is_nameless(&self) -> bool {
        match &self.value {
            Value::Null | Value::Scalar(_) | Value::Unknown(_) => true,
            Value::List(items) => items.is_empty(),
            Value::Map(members) => members.is_empty(),
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
#[derive(Debug)]
pub(super) struct Builder {
    kept: Kept,
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
    /// From its first name or value to its last, also of those that are not kept.
    extent: Option<Span>,
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

/// Which values of a text are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// All of them.
    All,
    /// Those that have a name, or hold one that has: of a list of numbers nothing.
    Named,
}

impl Builder {
    /// For a text of so many bytes.
    pub(super) fn new(bytes: usize, kept: Kept) -> Self {
        Self { kept, open: Vec::new(), skipped: Vec::new(), root: None, tree: Tree::of(bytes) }
    }

    /// Whether the text holds too much, and the rest of it is not to be read.
    pub(super) fn is_full(&self) -> bool {
        self.tree.cut.is_some()
    }

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
                self.place(Node { value: Value::Unknown(message.into()), span: Span::new(start, start + 1) });
            }
            self.skipped.push(content.kind());
        } else {
            // What is full is closed all the same, so that what it holds already is kept.
            self.tree.take(1, Span::new(start, start + 1));
            self.open.push(Open { start, extent: None, content });
        }
    }

    /// Closes what was opened last. Without an `end` it reaches from its first to its last value. Gives the
    /// node, unless it became a name or lies too deep.
    pub(super) fn close(&mut self, end: Option<usize>) -> Option<&Node> {
        if self.skipped.pop().is_some() {
            return None;
        }
        let Open { start, extent, content } = self.open.pop()?;
        let value = match content {
            Content::List(items) => Value::List(items.into()),
            Content::Map { members, .. } => {
                self.report_duplicates(&members);
                Value::Map(members.into())
            }
        };
        let span = match end {
            Some(end) => Span::new(start, end.max(start)),
            None => extent.unwrap_or(Span::new(start, start)),
        };
        self.put(Node { value, span })
    }

    fn report_duplicates(&mut self, members: &[Member]) {
        let mut seen = HashSet::new();
        for Member { key, .. } in members {
            if !seen.insert(&*key.text) {
                self.tree.fault(key.span, format!("`{}` stands twice in one map", quoted(&key.text)));
            }
        }
    }

    /// Puts a value where the parser is. Gives it back, unless it became a name, lies too deep, is not wanted or one
    /// too many.
    pub(super) fn place(&mut self, node: Node) -> Option<&Node> {
        let is_kept = self.skipped.is_empty() && self.wants(&node);
        if is_kept && !self.tree.take(1, node.span) { None } else { self.put(node) }
    }

    fn put(&mut self, node: Node) -> Option<&Node> {
        if !self.skipped.is_empty() {
            return None;
        }
        if let Some(open) = self.open.last_mut() {
            open.extent = Some(open.extent.map_or(node.span, |extent| extent.cover(node.span)));
        }
        if !self.wants(&node) {
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
                    let text = if let Value::Scalar(text) = node.value { text.into() } else { "".into() };
                    *key = Some(Text { text, span: node.span });
                    None
                }
            },
        }
    }

    fn wants(&self, node: &Node) -> bool {
        let in_list = matches!(self.open.last(), Some(Open { content: Content::List(_), .. }));
        self.kept == Kept::All || !in_list || !node.is_nameless()
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
