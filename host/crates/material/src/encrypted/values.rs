//! Small accessors for a tree of values: a member by its name, a text, a number. They know no syntax, nor what the
//! values mean.

use keyreeve_syntax::tree::{Node, Value};
use keyreeve_syntax::{json, tree};

/// The member of that name.
pub(super) fn get<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.members().iter().find(|member| &*member.key.text == name).map(|member| &member.value)
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

/// The items of a list; empty for anything else.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The root of a JSON text, if the text has no faults.
pub(super) fn sound_json(bytes: &[u8]) -> Option<Node> {
    let tree::Tree { documents, faults, .. } = json::parse(bytes);
    documents.into_iter().next().filter(|_| faults.is_empty())
}

/// Every map in a tree, the outer ones first.
pub(super) fn maps(root: &Node) -> Vec<&Node> {
    let (mut open, mut maps) = (vec![root], Vec::new());
    while let Some(node) = open.pop() {
        open.extend(items(node).iter().rev());
        open.extend(node.members().iter().rev().map(|member| &member.value));
        if !node.members().is_empty() {
            maps.push(node);
        }
    }
    maps
}
