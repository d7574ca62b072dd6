//! Small questions to a tree of values: a member by its name, a text, a number; and JSON that stands in the middle of a text.
//! Not a syntax, nor what the values mean.

use std::ops::Range;

use crate::facts::tree::{Node, Value};
use crate::facts::{json, tree};

/// Farthest an object's beginning is looked for before what it is known by, and its end behind.
const REACH: usize = 1024 * 1024;

/// The member of that name.
pub(super) fn get<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.members().iter().find(|member| member.key.text == name).map(|member| &member.value)
}

/// The member at the end of a path of names.
pub(super) fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, name| get(node, name))
}

/// A scalar's text.
pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(text) => Some(text),
        _ => None,
    }
}

/// A scalar as a number.
pub(super) fn number(node: &Node) -> Option<u64> {
    text(node)?.parse().ok()
}

/// What a list holds; nothing of anything else.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The root of a JSON text without faults.
pub(super) fn sound_json(bytes: &[u8]) -> Option<Node> {
    let tree::Tree { documents, faults } = json::parse(bytes);
    documents.into_iter().next().filter(|_| faults.is_empty())
}

/// The innermost JSON object whose own member's name begins at `at`, with its range.
pub(super) fn object_around(bytes: &[u8], at: usize) -> Option<(Range<usize>, Node)> {
    let floor = at.saturating_sub(REACH);
    let (mut depth, mut start) = (0usize, None);
    for (position, byte) in bytes[floor..at].iter().enumerate().rev() {
        match byte {
            b'}' | b']' => depth += 1,
            b'{' | b'[' if depth > 0 => depth -= 1,
            b'{' => {
                start = Some(floor + position);
                break;
            }
            b'[' => return None,
            _ => {}
        }
    }
    let start = start?;
    let end = end_of_object(&bytes[start..bytes.len().min(at + REACH)])?;
    Some((start..start + end, sound_json(&bytes[start..start + end])?))
}

/// Behind the brace that closes the one at the beginning.
fn end_of_object(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (position, byte) in bytes.iter().enumerate() {
        match (byte, quoted) {
            _ if escaped => escaped = false,
            (b'\\', true) => escaped = true,
            (b'"', _) => quoted = !quoted,
            (b'{', false) => depth += 1,
            (b'}', false) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(position + 1);
                }
            }
            _ => {}
        }
    }
    None
}
