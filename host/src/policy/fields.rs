//! Reads the keys of one TOML table with their types, and collects faults on the way. It knows strings, dates and
//! choices, but not what the keys mean.

use jiff::civil::Date;
use keyreeve_source::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Fault, nearest, quoted};

/// A value of the file and its place.
pub(super) type At<T> = (T, Span);

/// The span that the TOML parser gives a value.
pub(super) fn span_of<T>(value: &Spanned<T>) -> Span {
    let range = value.span();
    Span::new(range.start, range.end)
}

/// One table that is being read. A reader returns `None` for a missing key and for a wrong value; a wrong value also
/// leaves a fault.
pub(super) struct Fields<'d, 'f> {
    table: &'d DeTable<'d>,
    /// Where a missing key is reported: the header of the table.
    pub(super) span: Span,
    /// What messages call the table: `a scope`.
    what: &'static str,
    /// All faults so far.
    pub(super) faults: &'f mut Vec<Fault>,
}

impl<'d, 'f> Fields<'d, 'f> {
    /// Reads a value as a table.
    pub(super) fn of(value: &'d Spanned<DeValue<'d>>, what: &'static str, faults: &'f mut Vec<Fault>) -> Option<Self> {
        let span = span_of(value);
        if let Some(table) = value.get_ref().as_table() {
            return Some(Self::new(table, span, what, faults));
        }
        faults.push(Fault::new(span, format!("{what} must be a table, not {}", kind(value.get_ref()))));
        None
    }

    /// Reads a table.
    pub(super) fn new(table: &'d DeTable<'d>, span: Span, what: &'static str, faults: &'f mut Vec<Fault>) -> Self {
        Self { table, span, what, faults }
    }

    /// The same table under a more specific name; reports every key that is not among the known ones.
    pub(super) fn only(self, what: &'static str, known: &[&str]) -> Self {
        for (key, _) in self.table {
            if !known.contains(&key.get_ref().as_ref()) {
                let message = format!("{what} has no key `{}`", quoted(key.get_ref()));
                let hint = nearest(key.get_ref(), known.iter().copied());
                self.faults.push(Fault::new(span_of(key), message).hint(hint));
            }
        }
        Self { what, ..self }
    }

    /// The raw value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table.get(key)
    }

    /// All keys, for a table whose keys are names.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.table.iter().map(|(key, _)| key.get_ref().as_ref())
    }

    /// Whether the key exists, with a right or a wrong value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Reports the missing ones among these keys, in one fault.
    pub(super) fn require(&mut self, keys: &[&str]) {
        let missing: Vec<String> = keys.iter().filter(|key| !self.has(key)).map(|key| format!("`{key}`")).collect();
        if !missing.is_empty() {
            self.faults.push(Fault::new(self.span, format!("{} needs {}", self.what, missing.join(", "))));
        }
    }

    /// True or false.
    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        value.get_ref().as_bool().or_else(|| self.wrong(key, value, "true or false"))
    }

    /// A string that is not empty.
    pub(super) fn text(&mut self, key: &str) -> Option<At<&'d str>> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str().or_else(|| self.wrong(key, value, "a string"))?;
        self.filled(key, text, span_of(value))
    }

    /// A list of at least one string, none of which is empty.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<At<&'d str>>> {
        let value = self.value(key)?;
        let list = value.get_ref().as_array().or_else(|| self.wrong(key, value, "a list of strings"))?;
        if list.is_empty() {
            self.faults.push(Fault::new(span_of(value), format!("`{key}` must not be empty")));
        }
        let mut texts = Vec::new();
        for item in list {
            let text = item.get_ref().as_str().or_else(|| self.wrong(key, item, "a list of strings"));
            texts.extend(text.and_then(|text| self.filled(key, text, span_of(item))));
        }
        (!texts.is_empty()).then_some(texts)
    }

    /// A date, bare or as a string, without a time of day.
    pub(super) fn date(&mut self, key: &str) -> Option<Date> {
        const WANTED: &str = "a date such as 2027-03-31";
        let value = self.value(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(stamp) if stamp.time.is_none() && stamp.offset.is_none() => stamp.to_string(),
            _ => return self.wrong(key, value, WANTED),
        };
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = plain.then(|| text.parse().ok()).flatten();
        if date.is_none() {
            let message = format!("`{key}` must be {WANTED}, not `{}`", quoted(&text));
            self.faults.push(Fault::new(span_of(value), message));
        }
        date
    }

    /// One of a closed set of names.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&'static str, T)]) -> Option<T> {
        let (name, span) = self.text(key)?;
        let chosen = choices.iter().find(|(known, _)| *known == name).map(|&(_, choice)| choice);
        if chosen.is_none() {
            let fault = Fault::new(span, format!("`{key}` cannot be `{}`", quoted(name)));
            self.faults.push(fault.hint(nearest(name, choices.iter().map(|&(known, _)| known))));
        }
        chosen
    }

    fn filled(&mut self, key: &str, text: &'d str, span: Span) -> Option<At<&'d str>> {
        if text.trim().is_empty() {
            self.faults.push(Fault::new(span, format!("`{key}` must not be empty")));
            return None;
        }
        Some((text, span))
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Option<T> {
        let message = format!("`{key}` must be {wanted}, not {}", kind(value.get_ref()));
        self.faults.push(Fault::new(span_of(value), message));
        None
    }
}

/// The type of a value, with its article.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
