//! Checks what a rule states about itself: a rule with a false name, statement or setting is not run. The settings in
//! keyreeve.toml are checked by the policy.

use std::collections::BTreeSet;

use keyreeve_contract::FactKind;
use keyreeve_contract::{Info, Setting, Value};

use super::limits::{TEXT_BYTES, clip};

/// Most settings, fields and attributes that a rule may declare.
const ENTRIES: usize = 256;
/// Bytes of a version, and of the name of a field.
const NAME_BYTES: usize = 128;

/// Whether the description is plausible for a rule that examines these kinds.
///
/// # Errors
/// A clause that says what is not.
pub(super) fn check(info: &Info, kinds: &[FactKind]) -> Result<(), String> {
    if !is_id(&info.id) {
        return Err(format!("its id is {:?}, which is not lower-case words joined by hyphens", quote(&info.id)));
    }
    if info.version.len() > NAME_BYTES || semver::Version::parse(&info.version).is_err() {
        return Err(format!("its version is {:?}, which is not a semantic version", quote(&info.version)));
    }
    let mut cited = BTreeSet::new();
    if !info.statement.split(' ').all(|statement| is_statement(statement) && cited.insert(statement)) {
        return Err(format!("it cites the statement {:?}, and there are S1 to S16", quote(&info.statement)));
    }
    let texts = [&info.title, &info.rationale];
    if texts.into_iter().any(|text| text.len() > TEXT_BYTES) || !are_sane(&info.attributes) {
        return Err(format!("a text about itself is longer than {TEXT_BYTES} bytes, or there are too many"));
    }
    if info.title.trim().is_empty() || info.rationale.trim().is_empty() {
        return Err("it has no title, or gives no reason".to_owned());
    }
    if info.settings.len() > ENTRIES || info.reads.len() > ENTRIES {
        return Err(format!("it declares more than {ENTRIES} settings or fields"));
    }
    settings(&info.settings)?;
    info.reads.iter().try_for_each(|read| is_read(read, kinds))
}

/// Whether facts of these kinds have a field that a rule claims to read. If a rule misspelt a field, the host could not
/// see that it is unknown, and such facts would pass.
fn is_read(read: &str, kinds: &[FactKind]) -> Result<(), String> {
    let (interface, field) = read.split_once('.').unwrap_or((read, ""));
    let kind = kinds.iter().find(|kind| kind.interface() == interface);
    let Some(kind) = kind.filter(|_| read.len() <= NAME_BYTES) else {
        return Err(format!("it reads {:?}, and examines no such facts", quote(read)));
    };
    // No record lists the possible attributes.
    let attribute = field.rsplit_once(".attributes.").map(|(record, _)| format!("{record}.attributes"));
    let attribute = attribute.or_else(|| field.starts_with("attributes.").then(|| "attributes".to_owned()));
    let fields = kind.fields();
    if fields.contains(&attribute.as_deref().unwrap_or(field)) {
        return Ok(());
    }
    let near = |known: &&&str| strsim::damerau_levenshtein(field, known);
    let nearest = fields.iter().min_by_key(near).map_or_else(String::new, |known| format!("{interface}.{known}"));
    Err(format!("it reads {:?}, which {interface} do not have: the nearest is {nearest:?}", quote(read)))
}

fn settings(settings: &[Setting]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for setting in settings {
        if !is_id(&setting.name) || !names.insert(&setting.name) {
            return Err(format!("its setting {:?} is no name, or is there twice", quote(&setting.name)));
        }
        let size = match &setting.default {
            Value::Text(text) => text.len(),
            Value::Texts(texts) => texts.iter().map(|text| text.len() + 1).sum(),
            Value::Boolean(_) | Value::Integer(_) | Value::Days(_) => 0,
        };
        if size.max(setting.doc.len()) > TEXT_BYTES || !are_sane(&setting.attributes) {
            return Err(format!("its setting {:?} is longer than {TEXT_BYTES} bytes", setting.name));
        }
    }
    Ok(())
}

/// Whether attributes, together, are no longer than a text may be.
fn are_sane(attributes: &[(String, String)]) -> bool {
    attributes.len() <= ENTRIES
        && attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= TEXT_BYTES
}

/// Lower-case words of letters and digits, joined by single hyphens; a letter first; 64 bytes at most.
pub fn is_id(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}

fn is_statement(text: &str) -> bool {
    (1..=16).any(|number| text.strip_prefix('S') == Some(number.to_string().as_str()))
}

/// A text, shortened for a message.
fn quote(text: &str) -> &str {
    clip(text, 80)
}
