//! A tree of scalars, lists and maps with the byte span of each: YAML, JSON, TOML and CSV share it. It knows neither
//! their syntax, for which each has a module, nor what a tree means.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use keyreeve_source::Span;
use keyreeve_source::text::quoted;

/// The deepest nesting of lists and maps that is kept; what lies deeper is unknown.
pub const DEPTH_LIMIT: usize = 128;

/// How many values and names are read of any text, and after it for how many bytes one more is read. Texts that people
/// write have a tenth of that.
const ROOM: usize = 1 << 17;
const BYTES_OF_VALUE: usize = 20;

/// The most faults that are listed for one source; the last one says that there are more.
const FAULT_LIMIT: usize = 100;

/// One value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it holds.
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
    /// A text, unescaped; numbers, booleans and dates as the source spells them.
    Scalar(Box<str>),
    /// Values in order.
    List(Box<[Node]>),
    /// Names and values in the order of the source. A name that occurs twice is listed twice.
    Map(Box<[Member]>),
    /// A value that could not be determined, with the reason as a clause.
    Unknown(Box<str>),
}

/// One name and its value in a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name. Its text is empty if the name is itself a list or map.
    pub key: Text,
    /// The value.
    pub value: Node,
}

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text, unescaped; all rows of a table share the names of its columns.
    pub text: Arc<str>,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// Why a text is not read to its end.
pub const TOO_MANY: &str = "from here on it is not read: it holds more values than a file of its size may";

/// A violation of the format in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What, as a clause.
    pub message: String,
}

/// What is wrong with a text: so many faults at most, and then that there are more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault, unless there are too many already.
    pub fn add(&mut self, span: Span, message: impl Into<String>) {
        match self.0.len() {
            ..FAULT_LIMIT => self.0.push(Fault { span, message: message.into() }),
            FAULT_LIMIT => self.0.push(Fault { span, message: "there are more faults, which are not listed".into() }),
            _ => {}
        }
    }
}

impl std::ops::Deref for Faults {
    type Target = [Fault];

    fn deref(&self) -> &[Fault] {
        &self.0
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What was read from one text.
#[derive(Debug)]
pub struct Tree {
    /// The roots: several in a YAML stream, otherwise at most one.
    pub documents: Vec<Node>,
    /// What was wrong on the way; what stood before and, where the format allows it, behind is in the tree.
    pub faults: Faults,
    /// From where on nothing is read, because the text holds more values than a text of its size may: that is a fault, too.
    pub cut: Option<Span>,
    /// How many more values and names the tree may hold.
    room: usize,
}

impl Tree {
    /// An empty tree for a text of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        let room = ROOM + bytes / BYTES_OF_VALUE;
        Self { documents: Vec::new(), faults: Faults::default(), cut: None, room }
    }

    /// Takes room for some values. If there is not enough, the rest of the text must not be read.
    pub(super) fn take(&mut self, values: usize, span: Span) -> bool {
        match self.room.checked_sub(values) {
            Some(room) if self.cut.is_none() => self.room = room,
            _ => self.cut(span),
        }
        self.cut.is_none()
    }

    /// How many more values there is room for.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Notes that the rest of the text is not read.
    pub(super) fn cut(&mut self, span: Span) {
        if self.cut.replace(span).is_none() {
            // However many faults there are, this one is listed.
            self.faults.0.push(Fault { span, message: TOO_MANY.into() });
        }
    }

    /// Adds a fault, unless there are too many already.
    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.faults.add(span, message);
    }
}

impl Node {
    /// The members of a map; empty for anything else.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    /// Whether it contains no names.
    fn is_nameless(&self) -> bool {
        match &self.value {
            Value::Null | Value::Scalar(_) | Value::Unknown(_) => true,
            Value::List(items) => items.is_empty(),
            Value::Map(members) => members.is_empty(),
        }
    }
}

/// The bytes as text of the same length: bytes that are not UTF-8 give one fault, and each of them becomes `?`.
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

/// Builds a tree from the events of a parser, without recursion. The names of a map are recognised by their position.
#[derive(Debug)]
pub(super) struct Builder {
    kept: Kept,
    open: Vec<Open>,
    /// The open lists and maps that lie below the depth limit.
    skipped: Vec<Inside>,
    root: Option<Node>,
    /// The tree so far; a document is added once it is complete.
    pub(super) tree: Tree,
}

#[derive(Debug)]
struct Open {
    start: usize,
    /// From its first name or value to its last, including those that are not kept.
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

/// Whether a parser is inside a list or a map.
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
    /// Those that have a name, or contain one that has: of a list of numbers, nothing is kept.
    Named,
}

impl Builder {
    /// For a text of so many bytes.
    pub(super) fn new(bytes: usize, kept: Kept) -> Self {
        Self { kept, open: Vec::new(), skipped: Vec::new(), root: None, tree: Tree::of(bytes) }
    }

    /// Whether the text holds too much, so that the rest must not be read.
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
            // Even when the tree is full, the list or map is closed, so that its content so far is kept.
            self.tree.take(1, Span::new(start, start + 1));
            self.open.push(Open { start, extent: None, content });
        }
    }

    /// Closes the list or map that was opened last. Without an `end` it reaches from its first to its last value.
    /// Returns the node, unless it became a name or lies too deep.
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

    /// Adds a value at the parser's position. Returns it, unless it became a name, lies too deep, is not wanted, or is
    /// one too many.
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

    /// What the parser is inside of; `None` at the root.
    pub(super) fn inside(&self) -> Option<Inside> {
        self.skipped.last().copied().or_else(|| self.open.last().map(|open| open.content.kind()))
    }

    /// How many lists and maps are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.skipped.len()
    }

    /// Ends the document. Lists and maps that are still open end with their last value, so that nothing read so far is
    /// lost.
    pub(super) fn finish_document(&mut self) -> Option<Node> {
        while self.depth() > 0 {
            self.close(None);
        }
        self.root.take()
    }
}
