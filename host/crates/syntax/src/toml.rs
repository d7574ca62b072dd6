//! Reads TOML as a tree with byte spans. Not what a tree means; the toml crate does the reading and continues after a
//! fault.

use std::ops::Range;

use keyreeve_source::Span;
use toml::de::{DeTable, DeValue};

use super::tree::{DEPTH_LIMIT, Member, Node, Text, Tree, Value, decode};

/// Stack for reading one document. The crate accepts 80 levels of brackets with 80 dotted names in each, and drops the
/// result by recursion: some 6,400 levels, for which the usual 2 MiB are not enough.
const STACK: usize = 64 * 1024 * 1024;

/// Reads a document (TOML 1.1). Members stand in the order of the source.
pub fn parse(bytes: &[u8]) -> Tree {
    on_deep_stack(|| parse_here(bytes)).unwrap_or_else(|| {
        let mut tree = Tree::of(bytes.len());
        tree.fault(Span::new(0, 0), "could not be read: the TOML reader failed");
        tree
    })
}

/// Runs a function that reads a hostile document with the toml crate: even a small document can make the crate recurse
/// deeper than an ordinary stack allows. Returns `None` if no thread could be started, or the function panicked.
pub fn on_deep_stack<T: Send>(read: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read).ok()?;
        worker.join().ok()
    })
}

fn parse_here(bytes: &[u8]) -> Tree {
    let mut tree = Tree::of(bytes.len());
    let text = decode(bytes, &mut tree);
    let text = within_room(&text, &mut tree);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        tree.fault(span(error.span().unwrap_or(0..0), text), error.message());
    }
    let root = Reader { text, tree: &mut tree }.table(table.get_ref(), Span::new(0, 0), 0);
    tree.documents.push(root);
    tree
}

/// The text before the line with which it holds more values than there is room for. The crate first builds a whole
/// document, in which a value takes some six times the memory that it takes in the tree; so values are counted before
/// that, by the marks that every value has.
fn within_room<'a>(text: &'a str, tree: &mut Tree) -> &'a str {
    const WEIGHT: usize = 2;
    let Some(mark) = marks(text).nth(tree.room() / WEIGHT) else { return text };
    let line = memchr::memrchr(b'\n', &text.as_bytes()[..mark]).map_or(0, |end| end + 1);
    tree.cut(Span::new(line, text.len()));
    &text[..line]
}

/// Where tables, lists, values, items of lists and lines begin.
fn marks(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = bytes.get(at) {
            let found = at;
            at = match byte {
                b'"' | b'\'' => behind_string(bytes, at),
                b'#' => at + memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
                _ => at + 1,
            };
            if matches!(byte, b'=' | b',' | b'[' | b'{' | b'.' | b'\n') {
                return Some(found);
            }
        }
        None
    })
}

/// The position after the string whose quotes are at `start`. A string in triple quotes ends with three; any other ends
/// with its line at the latest.
fn behind_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let long = [quote; 3];
    let is_long = bytes[start..].starts_with(&long);
    let mut at = start + if is_long { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            _ if is_long && bytes[at..].starts_with(&long) => return at + 3,
            b'\n' if !is_long => return at,
            _ if byte == quote && !is_long => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

struct Reader<'a> {
    text: &'a str,
    tree: &'a mut Tree,
}

impl Reader<'_> {
    /// Adds a table, from its header or first name to its last value.
    fn table(&mut self, table: &DeTable<'_>, header: Span, depth: usize) -> Node {
        let mut members: Vec<Member> = table
            .iter()
            .map(|(key, value)| Member {
                key: Text { text: key.get_ref().as_ref().into(), span: span(key.span(), self.text) },
                value: self.value(value.get_ref(), span(value.span(), self.text), depth + 1),
            })
            .collect();
        members.sort_by_key(|member| member.key.span.start.max(member.value.span.start));
        let span = members.iter().fold(header, |span, member| match span.end {
            0 => member.key.span.cover(member.value.span),
            _ => span.cover(member.key.span).cover(member.value.span),
        });
        Node { value: Value::Map(members.into()), span }
    }

    fn value(&mut self, value: &DeValue<'_>, span: Span, depth: usize) -> Node {
        if depth > DEPTH_LIMIT {
            let message = format!("is nested deeper than {DEPTH_LIMIT} levels");
            self.tree.fault(span, message.clone());
            return Node { value: Value::Unknown(message.into()), span };
        }
        match value {
            DeValue::Table(table) => self.table(table, span, depth),
            DeValue::Array(array) => {
                let items: Vec<Node> = array
                    .iter()
                    .map(|item| self.value(item.get_ref(), self::span(item.span(), self.text), depth + 1))
                    .collect();
                let span = items.iter().fold(span, |span, item| span.cover(item.span));
                Node { value: Value::List(items.into()), span }
            }
            DeValue::String(text) => Node { value: Value::Scalar(text.as_ref().into()), span },
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                Node { value: Value::Scalar(self.text[span.range()].trim().into()), span }
            }
        }
    }
}

/// Turns the crate's range into a span within the text, on character boundaries.
fn span(range: Range<usize>, text: &str) -> Span {
    let end = text.floor_char_boundary(range.end);
    Span::new(text.floor_char_boundary(range.start).min(end), end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn nested_inline_tables_with_dotted_names_do_not_exhaust_the_stack() {
        let names = vec!["a"; 78].join(".");
        let text = format!("a = {}1{}", format!("{{{names} = ").repeat(79), "}".repeat(79));
        let tree = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || parse(text.as_bytes()))
            .unwrap()
            .join()
            .unwrap();
        assert!(tree.faults.iter().any(|fault| fault.message.contains("deeper")), "{:?}", tree.faults);
    }
}
