//! What TLS is in force at an endpoint: versions, suites, groups and verification, with the places that state them.
//! Not how a program's configuration states it, nor who listens or connects with it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Unknown, Verification};
use keyreeve_facts::parts::Part;
use keyreeve_facts::template;
use keyreeve_source::text::quoted_to;
use keyreeve_source::{Location, Span, text};

use crate::ledger::{CUT_SHORT, Ledger};
use crate::suites::{self, Expansions, SuiteList};

/// Characters of a value that a message repeats.
const QUOTE: usize = 80;

/// What is in force.
#[derive(Clone, Default)]
pub(crate) struct Tls {
    /// As `tls-endpoint.versions`.
    pub(crate) versions: Vec<u16>,
    /// As `tls-endpoint.suites`.
    pub(crate) suites: Vec<u16>,
    /// As `tls-endpoint.groups`.
    pub(crate) groups: Vec<u16>,
    /// As `tls-endpoint.verification`; none is `none`.
    pub(crate) verification: Option<Verification>,
    /// What could not be found out.
    pub(crate) unknown: Vec<Unknown>,
    /// Where each is stated.
    pub(crate) parts: BTreeMap<Part, Location>,
    /// The cipher string in force, if one is stated.
    pub(crate) ciphers: Option<String>,
}

/// A word of a configuration.
#[derive(Clone)]
pub(crate) struct Argument<'a> {
    /// Without quotes and escapes.
    pub(crate) text: Cow<'a, str>,
    /// As written, with quotes.
    pub(crate) location: Location,
}

/// What a configuration says of one setting.
#[derive(Clone, Default)]
pub(crate) enum Stated<'a> {
    /// Nothing: the default holds.
    #[default]
    Default,
    /// This value, of the directive or keyword of this name.
    Value(Cow<'a, str>, Argument<'a>),
    /// Not known; why not.
    Unknown(String),
}

/// Reads the values that state suites and groups, with a memory of the cipher strings met so far. What the program
/// would refuse becomes a problem, each once.
pub(crate) struct Values<'l> {
    ledger: &'l Ledger<'l>,
    expansions: Expansions,
}

impl<'l> Values<'l> {
    /// One that has read nothing yet.
    pub(crate) fn new(ledger: &'l Ledger<'l>) -> Self {
        Self { ledger, expansions: Expansions::default() }
    }

    /// Adds the suites of OpenSSL's cipher string, or of the default one where none is stated, and those of TLS 1.3 if
    /// that is or may be enabled, by the versions that are there already.
    pub(crate) fn suites(&mut self, tls: &mut Tls, ciphers: &Stated<'_>, tls13: &Stated<'_>, default: &'static str) {
        let (expanded, stated) = match ciphers {
            Stated::Default => ((*self.expansions.unstated(default)).clone(), None),
            Stated::Unknown(reason) => (Err(reason.clone()), None),
            Stated::Value(name, argument) => {
                tls.parts.insert(("suites", None), argument.location);
                tls.ciphers = Some(text::stated(&argument.text));
                (self.expression(name, argument), Some(argument))
            }
        };
        let open = tls.unknown.iter().any(|unknown| unknown.field == "versions");
        if open || tls.versions.contains(&openssl::TLS1_3) {
            Self::tls13(tls, tls13);
        }
        match expanded {
            Ok(list) => tls.add_suites(&list, stated),
            Err(reason) => tls.unknown("suites", &reason),
        }
    }

    fn tls13(tls: &mut Tls, stated: &Stated<'_>) {
        let stated = match stated {
            Stated::Default => None,
            Stated::Value(_, argument) => Some(argument),
            Stated::Unknown(reason) => return tls.unknown("suites", reason),
        };
        match suites::tls13(stated.map(|argument| &*argument.text)) {
            Ok(list) => tls.add_suites(&list, stated),
            Err(reason) => tls.unknown("suites", &reason),
        }
    }

    fn expression(&mut self, name: &str, argument: &Argument<'_>) -> Result<SuiteList, String> {
        if is_placeholder(&argument.text) {
            return Err(self.not_understood(name, argument));
        }
        let Ok(expanded) = self.expansions.stated(&argument.text, self.ledger, argument.location) else {
            return Err(CUT_SHORT.to_owned());
        };
        if let Err(reason) = &*expanded {
            self.ledger.fault(argument.location, format!("{reason} ({name})"));
        }
        (*expanded).clone()
    }

    /// Adds the groups of a list, or OpenSSL's own where none is stated.
    pub(crate) fn groups(&self, tls: &mut Tls, stated: &Stated<'_>) {
        match stated {
            Stated::Default => tls.groups = openssl::DEFAULT_GROUPS.to_vec(),
            Stated::Unknown(reason) => tls.unknown("groups", reason),
            Stated::Value(name, argument) => {
                tls.parts.insert(("groups", None), argument.location);
                if is_placeholder(&argument.text) {
                    return tls.unknown("groups", &self.not_understood(name, argument));
                }
                let read = openssl::groups(&argument.text);
                tls.groups = read.groups;
                if let Some(name) = read.unrecognised.first() {
                    tls.unknown("groups", &format!("the group {} is not known", quoted(name)));
                }
            }
        }
    }

    /// Notes that what stands at a place is not what the program asks for.
    pub(crate) fn fault(&self, at: Location, message: String) {
        self.ledger.fault(at, message);
    }

    /// Why a value says nothing; a problem, unless it stands for a value that something else fills in.
    pub(crate) fn not_understood(&self, name: &str, argument: &Argument<'_>) -> String {
        let value = quoted(&argument.text);
        if template::is_value(&argument.text) {
            return format!("a tag of the template stands for {value} of {name}");
        }
        if is_placeholder(&argument.text) {
            return format!("the variable in {value} is not resolved");
        }
        let reason = format!("{value} is no value of {name}");
        self.ledger.fault(argument.location, reason.clone());
        reason
    }

    /// That a directive or keyword at a place lacks its value, which is a problem.
    pub(crate) fn without_value(&self, name: &str, at: Location) -> String {
        let reason = format!("{name} has no value");
        self.ledger.fault(at, reason.clone());
        reason
    }
}

impl Tls {
    /// Nothing in force, because no TLS is spoken.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Nothing known at all.
    pub(crate) fn unread(reason: &str) -> Self {
        let fields = ["transport", "versions", "suites", "groups", "verification"];
        let unknown = fields.map(|field| Unknown { field: field.to_owned(), reason: reason.to_owned() });
        Self { unknown: unknown.to_vec(), parts: BTreeMap::new(), ..Self::default() }
    }

    /// About how many bytes it takes: each list and text with what its piece of memory takes beside it.
    pub(crate) fn kept(&self) -> usize {
        const PIECE: usize = 24;
        const PART: usize = size_of::<(Part, Location)>();
        let unknown = self.unknown.iter().map(|unknown| unknown.reason.len() + unknown.field.len() + 4 * PIECE);
        let lists = 2 * (self.versions.len() + self.suites.len() + self.groups.len()) + 3 * PIECE;
        let ciphers = self.ciphers.as_ref().map_or(0, |ciphers| ciphers.len() + PIECE);
        lists + ciphers + unknown.sum::<usize>() + self.parts.len() * PART
    }

    /// Adds that a field is not known, once.
    pub(crate) fn unknown(&mut self, field: &str, reason: &str) {
        if !self.unknown.iter().any(|unknown| unknown.field == field) {
            self.unknown.push(Unknown { field: field.to_owned(), reason: reason.to_owned() });
        }
    }

    /// Adds suites, each once, with the item of the list that names it.
    fn add_suites(&mut self, list: &SuiteList, stated: Option<&Argument<'_>>) {
        let items = stated.map(items).unwrap_or_default();
        for suite in &list.suites {
            if self.suites.contains(&suite.id) {
                continue;
            }
            if let Some(location) = items.get(suite.name) {
                self.parts.insert(("suites", Some(self.suites.len() as u32)), *location);
            }
            self.suites.push(suite.id);
        }
    }
}

/// Places of the items of a list of suites that stand for themselves, without the operator `+` before them. A list
/// with escapes has none: its text is not what is written.
fn items<'a>(argument: &'a Argument<'_>) -> HashMap<&'a str, Location> {
    let Location { source, span } = argument.location;
    let written = (span.end - span.start) as usize;
    let lead = match written.checked_sub(argument.text.len()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return HashMap::new(),
    };
    let mut items = HashMap::new();
    let mut start = 0;
    for item in argument.text.split([':', ',', ' ']) {
        let name = item.strip_prefix('+').unwrap_or(item);
        let at = span.start as usize + lead + start + (item.len() - name.len());
        items.entry(name).or_insert(Location { source, span: Span::new(at, at + name.len()) });
        start += item.len() + 1;
    }
    items
}

/// Whether the text is not a value but stands for one: a variable, or a placeholder of a template engine.
pub(crate) fn is_placeholder(text: &str) -> bool {
    template::is_value(text) || text.contains('$') || text.contains("{{") || text.contains("<%") || text.contains("@@")
}

/// A value as a message shows it.
pub(crate) fn quoted(value: &str) -> String {
    format!("\"{}\"", quoted_to(&template::shown(value), QUOTE))
}
