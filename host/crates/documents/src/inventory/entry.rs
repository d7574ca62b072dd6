//! Turns one entry of an inventory into a fact, with the place of each field. Not where entries stand in a file.

use std::borrow::Cow;
use std::collections::HashMap;

use keyreeve_contract::{Context, Data, Environment, Holder, InventoryEntry, Network, Purpose, Unknown};
use keyreeve_facts::Place;
use keyreeve_source::text::quoted;
use keyreeve_source::{Location, SourceId, Span};
use keyreeve_syntax::tree::{Node, Value};

use super::date;
use super::field::{Field, normal};
use super::places;
use super::secret::Secrets;

/// The most bytes of a text in a fact; a longer text is cut.
const TEXT_LIMIT: usize = 4096;

/// Reads an entry; `ordinal` counts from 0.
pub(super) fn read(
    source: SourceId,
    found: &places::Place<'_>,
    ordinal: usize,
    secrets: &Secrets,
) -> (InventoryEntry, Place) {
    let home = found.name.map_or(found.node.span, |name| name.span.cover(found.node.span));
    let place = Place::new(Location { source, span: home }, "", "");
    let mut reader = Reader { source, fields: fields(found.node), secrets, unknown: Vec::new(), place };
    let id = reader.id(found);
    let fact = InventoryEntry {
        context: reader.context(found),
        id,
        kind: reader.text(Field::Kind),
        creator: reader.text(Field::Creator),
        service: reader.text(Field::Service),
        created: reader.date(Field::Created),
        last_rotated: reader.date(Field::LastRotated),
        owner: reader.text(Field::Owner),
        fingerprint: reader.text(Field::Fingerprint),
        path: reader.text(Field::Path),
        found: false,
        attributes: Vec::new(),
        unknown: reader.unknown,
    };
    let mut place = reader.place;
    let name = name(&fact, ordinal);
    place.label = format!("inventory entry {}", quoted(&name)).into();
    place.identity = format!("inventory entry {name}").into();
    (fact, place)
}

/// How an entry is called: by its id, or else by whatever distinguishes it from others.
fn name(fact: &InventoryEntry, ordinal: usize) -> String {
    let named = [&fact.id, &fact.path, &fact.fingerprint, &fact.service].into_iter().find(|text| !text.is_empty());
    named.cloned().unwrap_or_else(|| (ordinal + 1).to_string())
}

/// The values by the normalised spelling of their names. If a name occurs twice, the last value counts.
fn fields(node: &Node) -> HashMap<String, &Node> {
    node.members().iter().map(|member| (normal(&member.key.text), &member.value)).collect()
}

struct Reader<'a> {
    source: SourceId,
    fields: HashMap<String, &'a Node>,
    secrets: &'a Secrets,
    unknown: Vec<Unknown>,
    place: Place,
}

impl<'a> Reader<'a> {
    fn id(&mut self, found: &places::Place<'_>) -> String {
        let id = self.text(Field::Id);
        match found.name {
            Some(name) if id.is_empty() && !self.secrets.overlap(name.span) => {
                self.unknown.retain(|unknown| unknown.field != Field::Id.name());
                self.locate(Field::Id, name.span);
                cut(name.text.trim())
            }
            _ => id,
        }
    }

    fn context(&mut self, found: &places::Place<'_>) -> Context {
        let environment = match self.words(Field::Environment, places::environment) {
            Environment::Unspecified => match found.environment {
                Some((environment, span)) if !self.is_unknown(Field::Environment) => {
                    self.locate(Field::Environment, span);
                    environment
                }
                _ => Environment::Unspecified,
            },
            stated => stated,
        };
        let holder = self.words(Field::Holder, holder);
        let data = self.words(Field::Data, data);
        // Data that the words do not classify already count as sensitive, so the field is not unknown.
        self.unknown.retain(|unknown| unknown.field != Field::Data.name());
        Context { environment, holder, network: Network::Unspecified, data, purpose: Purpose::Unspecified }
    }

    /// The text of a field; empty if it is not given or unknown.
    fn text(&mut self, field: Field) -> String {
        let Some(node) = self.given(field) else { return String::new() };
        match self.texts(node) {
            Ok(texts) => cut(&texts.join(", ")),
            Err(reason) => self.not_known(field, reason),
        }
    }

    fn date(&mut self, field: Field) -> Option<i64> {
        let node = self.given(field)?;
        let reason = match self.texts(node).as_deref() {
            Ok([text]) => match date::parse(text) {
                Some(seconds) => return Some(seconds),
                None => format!("`{}` is not a date in the form YYYY-MM-DD", quoted(text.trim())),
            },
            Ok(_) => "it is more than one value, not a date in the form YYYY-MM-DD".into(),
            Err(reason) => reason.clone(),
        };
        self.not_known(field, reason);
        None
    }

    /// The strictest meaning among the words of a field. A word without a meaning makes the field unknown, unless
    /// another word already has the strictest meaning.
    fn words<T: Strictness>(&mut self, field: Field, meaning: fn(&str) -> Option<T>) -> T {
        let Some(node) = self.given(field) else { return T::UNSPECIFIED };
        let texts = match self.texts(node) {
            Ok(texts) => texts,
            Err(reason) => {
                self.not_known(field, reason);
                return T::UNSPECIFIED;
            }
        };
        let words = || texts.iter().flat_map(|text| text.split([',', '/', ';', '+'])).map(str::trim);
        let strictest = words().filter_map(meaning).min_by_key(T::rank).unwrap_or(T::UNSPECIFIED);
        let strange = words().find(|word| meaning(word).is_none());
        if let Some(word) = strange.filter(|_| strictest.rank() > 0) {
            self.not_known(field, format!("`{}` is none of the words for it", quoted(word)));
        }
        strictest
    }

    /// The node that states a field. Returns `None` if the field is missing or holds only a placeholder. Findings can
    /// point to the field either way.
    fn given(&mut self, field: Field) -> Option<&'a Node> {
        let nodes = field.aliases().iter().filter_map(|&alias| self.fields.get(alias).map(|&node| (alias, node)));
        let mut nodes = nodes.filter(|&(alias, node)| !self.is_value(field, alias, node)).map(|(_, node)| node);
        let first = nodes.next()?;
        let node = std::iter::once(first).chain(nodes).find(|node| !is_placeholder(node)).unwrap_or(first);
        if node.span.start < node.span.end {
            self.locate(field, node.span);
        }
        (!is_placeholder(node)).then_some(node)
    }

    /// Whether the node is the key or token itself, in a field that holds its name in other inventories.
    fn is_value(&self, field: Field, alias: &str, node: &Node) -> bool {
        field == Field::Id && !alias.ends_with("id") && !alias.ends_with("name") && self.secrets.overlap(node.span)
    }

    /// The texts of a scalar, or of a list or map of scalars. The error says why they are unknown.
    fn texts(&self, node: &'a Node) -> Result<Vec<Cow<'a, str>>, String> {
        if self.secrets.overlap(node.span) {
            return Err("it holds what may be a secret".into());
        }
        let nested = |nodes: &mut dyn Iterator<Item = &'a Node>| {
            nodes.filter(|node| !is_placeholder(node)).map(|node| self.one_text(node)).collect()
        };
        match &node.value {
            Value::List(items) => nested(&mut items.iter()),
            Value::Map(members) => nested(&mut members.iter().map(|member| &member.value)),
            _ => Ok(vec![self.one_text(node)?]),
        }
    }

    fn one_text(&self, node: &'a Node) -> Result<Cow<'a, str>, String> {
        match &node.value {
            // The value is an alias, which states it elsewhere.
            _ if self.secrets.overlap(node.span) => Err("it holds what may be a secret".into()),
            Value::Scalar(text) if is_template(text) => Err(format!("`{}` is not resolved", quoted(text.trim()))),
            Value::Scalar(text) => Ok(Cow::Borrowed(text.trim())),
            Value::Unknown(reason) => Err(reason.to_string()),
            Value::Null => Ok(Cow::Borrowed("")),
            Value::List(_) | Value::Map(_) => Err("it is a list or map where a text is expected".into()),
        }
    }

    fn not_known(&mut self, field: Field, reason: String) -> String {
        self.unknown.push(Unknown { field: field.name().into(), reason });
        String::new()
    }

    fn is_unknown(&self, field: Field) -> bool {
        self.unknown.iter().any(|unknown| unknown.field == field.name())
    }

    fn locate(&mut self, field: Field, span: Span) {
        self.place.parts.insert((field.name(), None), Location { source: self.source, span });
    }
}

/// Enums of the context, ranked by how much the policy asks: rank 0 is the strictest.
trait Strictness: Copy {
    const UNSPECIFIED: Self;
    fn rank(&self) -> u8;
}

impl Strictness for Environment {
    const UNSPECIFIED: Self = Self::Unspecified;
    fn rank(&self) -> u8 {
        match self {
            Self::Production => 0,
            Self::Staging => 1,
            Self::Test => 2,
            Self::Unspecified => 3,
        }
    }
}

impl Strictness for Holder {
    const UNSPECIFIED: Self = Self::Unspecified;
    fn rank(&self) -> u8 {
        match self {
            Self::Shared => 0,
            Self::Personal => 1,
            Self::Unspecified => 2,
        }
    }
}

impl Strictness for Data {
    const UNSPECIFIED: Self = Self::Unspecified;
    fn rank(&self) -> u8 {
        match self {
            Self::Sensitive => 0,
            Self::Other => 1,
            Self::Unspecified => 2,
        }
    }
}

fn holder(word: &str) -> Option<Holder> {
    match normal(word).as_str() {
        "shared" | "service" | "service-account" | "team" | "group" | "machine" => Some(Holder::Shared),
        "personal" | "individual" | "person" | "user" => Some(Holder::Personal),
        _ => None,
    }
}

fn data(word: &str) -> Option<Data> {
    match normal(word).as_str() {
        "sensitive" | "confidential" | "customer" | "customer-confidential" | "restricted" | "secret" | "pii" => {
            Some(Data::Sensitive)
        }
        "other" | "public" | "none" | "non-sensitive" => Some(Data::Other),
        _ => None,
    }
}

/// Whether a value only says that there is no value.
fn is_placeholder(node: &Node) -> bool {
    const PLACEHOLDERS: [&str; 13] =
        ["", "-", "--", "?", "n/a", "na", "none", "null", "never", "tbd", "tba", "todo", "unknown"];
    match &node.value {
        Value::Null => true,
        Value::Scalar(text) => text.len() < 32 && PLACEHOLDERS.contains(&text.trim().to_ascii_lowercase().as_str()),
        Value::List(items) => items.iter().all(is_placeholder),
        Value::Map(members) => members.iter().all(|member| is_placeholder(&member.value)),
        Value::Unknown(_) => false,
    }
}

/// Whether something else fills the text in: `${OWNER}`, `{{ owner }}`, `<%= owner %>`.
fn is_template(text: &str) -> bool {
    ["${", "{{", "<%"].iter().any(|mark| text.contains(mark))
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_LIMIT)].to_owned()
}
