//! Finds the entries in the tree of an inventory, whatever its shape. Not what the entries say.

use keyreeve_contract::Environment;
use keyreeve_source::Span;
use keyreeve_source::text::quoted;
use keyreeve_syntax::tree::{Faults, Node, Text, Value};

use super::field::{Field, normal};

/// The most entries that are read from any source, and for how many bytes one more is read.
const ENTRY_LIMIT: usize = 100_000;
const ENTRIES: usize = 20_000;
const BYTES_OF_ENTRY: usize = 256;

/// How deep entries can lie: a wrapper in a wrapper, a group in it, and a group in that.
const DEPTH_LIMIT: usize = 5;

/// Names under which entries stand, normalised by [`normal`].
const WRAPPERS: [&str; 13] = [
    "keyreeve-inventory",
    "key-inventory",
    "inventory",
    "keys",
    "entries",
    "items",
    "tokens",
    "access-tokens",
    "api-tokens",
    "api-keys",
    "credentials",
    "secrets",
    "certificates",
];

/// Names beside entries that describe the whole inventory.
const REMARKS: [&str; 15] = [
    "version",
    "schema",
    "title",
    "description",
    "updated",
    "last-updated",
    "updated-at",
    "generated",
    "generated-at",
    "reviewed",
    "last-reviewed",
    "comment",
    "notes",
    "policy",
    "maintainer",
];

/// One entry.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The entry's map; null if the entry is a name without a value.
    pub(super) node: &'a Node,
    /// Its name, in a map of ids and entries.
    pub(super) name: Option<&'a Text>,
    /// The environment that its group is named after.
    pub(super) environment: Option<(Environment, Span)>,
}

/// Finds the entries of a text of so many bytes, in the order of the source. What stands in the place of one and is none is a fault.
pub(super) fn find<'a>(documents: &'a [Node], bytes: usize, faults: &mut Faults) -> Vec<Place<'a>> {
    let limit = ENTRY_LIMIT.min(ENTRIES + bytes / BYTES_OF_ENTRY);
    let mut finder = Finder { found: Vec::new(), limit, full: false, faults };
    for root in documents {
        match &root.value {
            Value::List(_) | Value::Map(_) => finder.walk(root, None, None, 0),
            Value::Null => {}
            _ => finder.faults.add(root.span, "holds no list or map of entries"),
        }
    }
    finder.found
}

/// The environment that a word stands for.
pub(super) fn environment(word: &str) -> Option<Environment> {
    match normal(word).as_str() {
        "production" | "prod" | "live" | "prd" => Some(Environment::Production),
        "staging" | "stage" | "preprod" | "pre-prod" | "preproduction" | "pre-production" | "stg" => {
            Some(Environment::Staging)
        }
        "test" | "testing" | "tests" | "dev" | "development" | "qa" | "ci" => Some(Environment::Test),
        _ => None,
    }
}

type Group = Option<(Environment, Span)>;

struct Finder<'a, 't> {
    found: Vec<Place<'a>>,
    limit: usize,
    full: bool,
    faults: &'t mut Faults,
}

impl<'a> Finder<'a, '_> {
    fn walk(&mut self, node: &'a Node, name: Option<&'a Text>, group: Group, depth: usize) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.item(item, group)),
            Value::Map(members) if members.is_empty() && name.is_none() => {}
            Value::Map(_) if has_wrapper(node) || (depth < DEPTH_LIMIT && is_group(node, depth)) => {
                self.group(node, group, depth)
            }
            _ => self.push(Place { node, name, environment: group }),
        }
    }

    fn item(&mut self, item: &'a Node, group: Group) {
        match &item.value {
            Value::Map(_) => self.push(Place { node: item, name: None, environment: group }),
            Value::Unknown(_) => self.faults.add(item.span, "an entry is expected here, and its value is not known"),
            _ => self.faults.add(item.span, "an entry is expected here: a map of fields"),
        }
    }

    /// A map whose members are entries, or contain them.
    fn group(&mut self, node: &'a Node, group: Group, depth: usize) {
        let wrapped = has_wrapper(node);
        for member in node.members() {
            let name = normal(&member.key.text);
            let own = environment(&member.key.text).map(|environment| (environment, member.key.span));
            let holds = matches!(member.value.value, Value::List(_) | Value::Map(_));
            if holds && (WRAPPERS.contains(&name.as_str()) || own.is_some()) {
                self.walk(&member.value, None, own.or(group), depth + 1);
            } else if !is_remark(&member.key.text) {
                self.member(&member.key, &member.value, group, wrapped, depth);
            }
        }
    }

    fn member(&mut self, key: &'a Text, value: &'a Node, group: Group, wrapped: bool, depth: usize) {
        match &value.value {
            Value::Map(_) if !wrapped || is_entry(value) => self.walk(value, Some(key), group, depth + 1),
            Value::List(items) if items.iter().any(is_entry) => self.walk(value, None, group, depth + 1),
            Value::Null if !wrapped => self.push(Place { node: value, name: Some(key), environment: group }),
            Value::Scalar(_) | Value::Unknown(_) if !wrapped => {
                self.faults.add(key.span, format!("`{}` is no entry: a map of fields is expected", quoted(&key.text)));
            }
            // Beside `keys:` and the like, a member that is not an entry describes the inventory.
            _ => {}
        }
    }

    fn push(&mut self, place: Place<'a>) {
        if self.found.len() < self.limit {
            self.found.push(place);
        } else if !self.full {
            self.full = true;
            self.faults
                .add(place.node.span, format!("there are more than {} entries; the rest is not read", self.limit));
        }
    }
}

fn has_wrapper(node: &Node) -> bool {
    node.members().iter().any(|member| {
        matches!(member.value.value, Value::List(_) | Value::Map(_))
            && WRAPPERS.contains(&normal(&member.key.text).as_str())
    })
}

/// Whether a map has at least one field of an entry.
fn is_entry(node: &Node) -> bool {
    node.members().iter().any(|member| is_field(&member.key.text) && !matches!(member.value.value, Value::Map(_)))
}

fn is_field(name: &str) -> bool {
    Field::of(&normal(name)).is_some()
}

/// Whether a map contains entries and has no fields of its own, except those that may describe a whole inventory. Names
/// without a value are entries only near the root.
fn is_group(node: &Node, depth: usize) -> bool {
    let holds = |value: &Node| match &value.value {
        Value::Map(_) => true,
        Value::List(items) => items.iter().any(is_entry),
        Value::Null => depth <= 1,
        Value::Scalar(_) | Value::Unknown(_) => false,
    };
    let states = |value: &Node| !matches!(value.value, Value::Map(_) | Value::Null);
    node.members().iter().any(|member| holds(&member.value) && !is_field(&member.key.text))
        && !node
            .members()
            .iter()
            .any(|member| is_field(&member.key.text) && !is_remark(&member.key.text) && states(&member.value))
}

fn is_remark(name: &str) -> bool {
    name.starts_with(['$', '_', '.', '#']) || name.starts_with("x-") || REMARKS.contains(&normal(name).as_str())
}
