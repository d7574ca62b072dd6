//! What TLS is in force in a block: versions, suites, groups and verification, with the places that state them.
//! Not who listens or connects with it: that is `servers` and `upstreams`.

use std::collections::{BTreeMap, HashMap};

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Unknown, Verification};
use keyreeve_facts::parts::Part;
use keyreeve_source::budget::Work;
use keyreeve_source::text;
use keyreeve_source::text::quoted_to;
use keyreeve_source::{Location, Span};

use super::commands::Commands;
use super::expand::{CUT_SHORT, Statement};
use super::ledger::Ledger;
use super::line::{Argument, Line};
use super::settings::{Directives, Origin, Scope, Setting};
use super::values;
use super::values::{Expansions, SuiteList};

/// Characters of a value that a message repeats.
const QUOTE: usize = 80;

/// As many sets of directives are remembered, those of blocks that lie close together.
const KNOWN: usize = 512;

/// What is in force.
#[derive(Clone, Default)]
pub(super) struct Tls {
    /// As `tls-endpoint.versions`.
    pub(super) versions: Vec<u16>,
    /// As `tls-endpoint.suites`.
    pub(super) suites: Vec<u16>,
    /// As `tls-endpoint.groups`.
    pub(super) groups: Vec<u16>,
    /// As `tls-endpoint.verification`; none is `none`.
    pub(super) verification: Option<Verification>,
    /// What could not be found out.
    pub(super) unknown: Vec<Unknown>,
    /// Where each is stated.
    pub(super) parts: BTreeMap<Part, Location>,
    /// The cipher string in force, if one is stated.
    pub(super) ciphers: Option<String>,
}

/// Works out what is in force. What nginx would refuse becomes a problem, each once.
pub(super) struct Reader<'f> {
    ledger: &'f Ledger<'f>,
    /// Cipher strings met so far.
    expansions: Expansions,
    /// What each set of directives sets: a thousand servers that inherit the same are worked out once.
    known: HashMap<(&'static str, Vec<Origin>), Tls>,
}

/// A list that is known, or why it is not.
enum Known<T> {
    Yes(T),
    No(String),
}

impl Known<SuiteList> {
    fn of(expanded: &Result<SuiteList, String>) -> Self {
        match expanded {
            Ok(list) => Self::Yes(list.clone()),
            Err(reason) => Self::No(reason.clone()),
        }
    }
}

impl<'f> Reader<'f> {
    /// One that knows nothing yet.
    pub(super) fn new(ledger: &'f Ledger<'f>) -> Self {
        Self { ledger, expansions: Expansions::default(), known: HashMap::new() }
    }

    /// What these directives set in this block.
    pub(super) fn tls(&mut self, scope: &Scope<'_, '_>, directives: &Directives, home: Location) -> Tls {
        let origins = directives.names().map(|name| scope.find(name).origin()).collect();
        let key = (directives.prefix(), origins);
        if let Some(tls) = self.known.get(&key) {
            return tls.clone();
        }
        // Each of them is read anew where any of the others is another.
        let stated = key.1.iter().map(Origin::length).sum();
        if self.ledger.pay(Work::Configuration, stated, home).is_err() {
            return Tls::unread(CUT_SHORT);
        }
        let tls = self.work_out(scope, directives);
        if self.known.len() == KNOWN {
            self.known.clear();
        }
        self.known.insert(key, tls.clone());
        tls
    }

    fn work_out(&mut self, scope: &Scope<'_, '_>, directives: &Directives) -> Tls {
        let mut tls = Tls::default();
        // A command that may stand outside the tree is passed over where a directive states a value: commands are a
        // rarity, and each value that no directive states is unknown by the same include anyway.
        let commands = match scope.find(directives.commands) {
            Setting::Stated(lines) => Commands::read(lines, self.ledger),
            Setting::Default | Setting::Unknown(_) => Commands::default(),
        };
        self.versions(scope, directives, &commands, &mut tls);
        self.suites(scope, directives, &commands, &mut tls);
        self.groups(scope, directives, &commands, &mut tls);
        self.verification(scope, directives, &mut tls);
        tls
    }

    fn versions(&mut self, scope: &Scope<'_, '_>, directives: &Directives, commands: &Commands<'_>, tls: &mut Tls) {
        let mut unknown = None;
        let mut versions: Vec<(u16, Option<Location>)> = match scope.find(directives.protocols) {
            Setting::Stated(lines) => {
                tls.parts.extend(lines.first().map(|stated| (("versions", None), stated.head)));
                let (versions, reason) = self.protocols(lines);
                unknown = reason;
                versions
            }
            Setting::Default => values::DEFAULT_VERSIONS.map(|version| (version, None)).to_vec(),
            Setting::Unknown(reason) => {
                unknown = Some(reason.to_string());
                Vec::new()
            }
        };
        if let Some(line) = commands.versions_line() {
            let whole = unknown.is_some() && versions.is_empty();
            if whole {
                versions = values::ALL_VERSIONS.map(|version| (version, None)).to_vec();
            }
            commands.restrict(&mut versions);
            tls.parts.entry(("versions", None)).or_insert(line.head());
            if whole && versions.len() == 1 {
                unknown = None;
            } else if whole {
                versions.clear();
            }
        }
        for (position, (version, location)) in versions.into_iter().enumerate() {
            tls.versions.push(version);
            tls.parts.extend(location.map(|location| (("versions", Some(position as u32)), location)));
        }
        if let Some(reason) = unknown {
            tls.unknown("versions", &reason);
        }
    }

    /// The versions that the directives name, each once, and what is not known of them.
    fn protocols(&mut self, lines: &[Statement<'_>]) -> (Vec<(u16, Option<Location>)>, Option<String>) {
        let mut versions: Vec<(u16, Option<Location>)> = Vec::new();
        let mut unknown = None;
        for line in lines.iter().map(|stated| stated.line) {
            let mut empty = true;
            for argument in line.arguments() {
                empty = false;
                match values::version(&argument.text) {
                    Some(version) if versions.iter().any(|(known, _)| *known == version) => {}
                    Some(version) => versions.push((version, Some(argument.location))),
                    None => unknown = Some(self.not_understood(line, &argument)),
                }
            }
            if empty {
                unknown = Some(self.without_value(line));
            }
        }
        (versions, unknown)
    }

    fn suites(&mut self, scope: &Scope<'_, '_>, directives: &Directives, commands: &Commands<'_>, tls: &mut Tls) {
        let stated = match (&commands.ciphers, scope.find(directives.ciphers)) {
            (Some((line, value)), _) => Some((*line, Some(value.clone()))),
            (None, Setting::Stated(lines)) => lines.first().map(|stated| (stated.line, stated.line.argument(0))),
            (None, Setting::Default) => None,
            (None, Setting::Unknown(reason)) => return self.tls13_only(&reason, commands, tls),
        };
        let expression = match &stated {
            Some((line, Some(argument))) => {
                tls.parts.insert(("suites", None), argument.location);
                tls.ciphers = Some(text::stated(&argument.text));
                self.expression(*line, argument)
            }
            Some((line, None)) => Known::No(self.without_value(*line)),
            None => Known::of(&self.expansions.unstated(directives.default_ciphers)),
        };
        self.tls13(commands, tls);
        match expression {
            Known::Yes(list) => tls.add_suites(&list, stated.and_then(|(_, argument)| argument).as_ref()),
            Known::No(reason) => tls.unknown("suites", &reason),
        }
    }

    fn tls13_only(&mut self, reason: &str, commands: &Commands<'_>, tls: &mut Tls) {
        self.tls13(commands, tls);
        tls.unknown("suites", reason);
    }

    /// The suites of TLS 1.3, if that is or may be enabled.
    fn tls13(&mut self, commands: &Commands<'_>, tls: &mut Tls) {
        let open = tls.unknown.iter().any(|unknown| unknown.field == "versions");
        if !open && !tls.versions.contains(&openssl::TLS1_3) {
            return;
        }
        let stated = commands.ciphersuites.as_ref();
        match values::tls13_suites(stated.map(|(_, argument)| &*argument.text)) {
            Ok(list) => tls.add_suites(&list, stated.map(|(_, argument)| argument)),
            Err(reason) => tls.unknown("suites", &reason),
        }
    }

    fn expression(&mut self, line: Line<'_>, argument: &Argument<'_>) -> Known<SuiteList> {
        if values::is_placeholder(&argument.text) {
            return Known::No(self.not_understood(line, argument));
        }
        let Ok(expanded) = self.expansions.stated(&argument.text, self.ledger, argument.location) else {
            return Known::No(CUT_SHORT.to_owned());
        };
        if let Err(reason) = &*expanded {
            let name = String::from_utf8_lossy(&line.name()).into_owned();
            self.ledger.fault(argument.location, format!("{reason} ({name})"));
        }
        Known::of(&expanded)
    }

    fn groups(&mut self, scope: &Scope<'_, '_>, directives: &Directives, commands: &Commands<'_>, tls: &mut Tls) {
        let setting = directives.curves.map_or(Setting::Default, |name| scope.find(name));
        let stated = match (&commands.groups, setting) {
            (Some((line, value)), _) => Some((*line, Some(value.clone()))),
            (None, Setting::Stated(lines)) => lines.first().map(|stated| (stated.line, stated.line.argument(0))),
            (None, Setting::Default) => None,
            (None, Setting::Unknown(reason)) => return tls.unknown("groups", &reason),
        };
        match stated {
            None => tls.groups = openssl::DEFAULT_GROUPS.to_vec(),
            Some((line, None)) => tls.unknown("groups", &self.without_value(line)),
            Some((line, Some(argument))) => {
                tls.parts.insert(("groups", None), argument.location);
                if values::is_placeholder(&argument.text) {
                    return tls.unknown("groups", &self.not_understood(line, &argument));
                }
                let (groups, unrecognised) = values::groups(&argument.text);
                tls.groups = groups;
                if let Some(name) = unrecognised.first() {
                    tls.unknown("groups", &format!("the group {} is not known", quoted(name)));
                }
            }
        }
    }

    /// `optional_no_ca` asks for a certificate and takes any, so nothing is verified.
    fn verification(&mut self, scope: &Scope<'_, '_>, directives: &Directives, tls: &mut Tls) {
        let line = match scope.find(directives.verify) {
            Setting::Stated(lines) => lines.first(),
            Setting::Default => None,
            Setting::Unknown(reason) => return tls.unknown("verification", &reason),
        };
        let Some(&Statement { line, head, .. }) = line else { return };
        tls.parts.insert(("verification", None), head);
        let Some(argument) = line.argument(0) else { return tls.unknown("verification", &self.without_value(line)) };
        let server = directives.is_server();
        match argument.text.to_ascii_lowercase().as_str() {
            "on" => tls.verification = Some(Verification::Required),
            "off" => {}
            "optional" if server => tls.verification = Some(Verification::Optional),
            "optional_no_ca" if server => {}
            _ => tls.unknown("verification", &self.not_understood(line, &argument)),
        }
    }

    /// Why a value says nothing; a problem, unless it stands for a value that something else fills in.
    fn not_understood(&mut self, line: Line<'_>, argument: &Argument<'_>) -> String {
        let value = quoted(&argument.text);
        if values::is_placeholder(&argument.text) {
            return format!("the variable in {value} is not resolved");
        }
        let reason = format!("{value} is no value of {}", String::from_utf8_lossy(&line.name()));
        self.ledger.fault(argument.location, reason.clone());
        reason
    }

    fn without_value(&mut self, line: Line<'_>) -> String {
        let reason = format!("{} has no value", String::from_utf8_lossy(&line.name()));
        self.ledger.fault(line.head(), reason.clone());
        reason
    }
}

impl Tls {
    /// About how many bytes it takes: each list and text with what its piece of memory takes beside it.
    pub(super) fn kept(&self) -> usize {
        const PIECE: usize = 24;
        const PART: usize = size_of::<(Part, Location)>();
        let unknown = self.unknown.iter().map(|unknown| unknown.reason.len() + unknown.field.len() + 4 * PIECE);
        let lists = 2 * (self.versions.len() + self.suites.len() + self.groups.len()) + 3 * PIECE;
        let ciphers = self.ciphers.as_ref().map_or(0, |ciphers| ciphers.len() + PIECE);
        lists + ciphers + unknown.sum::<usize>() + self.parts.len() * PART
    }

    /// Adds that a field is not known, once.
    pub(super) fn unknown(&mut self, field: &str, reason: &str) {
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

/// A value as a message shows it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", quoted_to(value, QUOTE))
}
