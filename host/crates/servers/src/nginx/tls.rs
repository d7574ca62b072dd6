//! Works out which TLS settings nginx's directives put in force in a block. Who listens or connects with them is
//! decided in `servers` and `upstreams`.

use std::collections::HashMap;

use keyreeve_contract::Verification;
use keyreeve_source::Location;
use keyreeve_source::budget::Work;

use crate::ledger::{CUT_SHORT, Ledger};
use crate::tls::{Argument, Stated, Tls, Values};

use super::commands::Commands;
use super::expand::Statement;
use super::line::Line;
use super::settings::{Directives, Origin, Scope, Setting};
use super::values;

/// How many sets of directives are remembered: those of blocks that lie close together.
const KNOWN: usize = 512;

/// Works out what is in force. What nginx would refuse becomes a problem, reported once.
pub(super) struct Reader<'f> {
    ledger: &'f Ledger<'f>,
    values: Values<'f>,
    /// The result for each set of directives, so that it is computed once for a thousand servers that inherit the same.
    known: HashMap<(&'static str, Vec<Origin>), Tls>,
}

impl<'f> Reader<'f> {
    /// A reader without any results yet.
    pub(super) fn new(ledger: &'f Ledger<'f>) -> Self {
        Self { ledger, values: Values::new(ledger), known: HashMap::new() }
    }

    /// What these directives set in this block.
    pub(super) fn tls(&mut self, scope: &Scope<'_, '_>, directives: &Directives, home: Location) -> Tls {
        let origins = directives.names().map(|name| scope.find(name).origin()).collect();
        let key = (directives.prefix(), origins);
        if let Some(tls) = self.known.get(&key) {
            return tls.clone();
        }
        // Each of them is read again if any of the others differs.
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
        // If a command may stand outside of the tree, directives that state a value still count: commands are rare, and
        // the same include makes every value unknown that no directive states.
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

    /// The versions that the directives name, without repetitions, and what is unknown about them.
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
        let ciphers = self.stated(&commands.ciphers, || scope.find(directives.ciphers));
        let tls13 = self.stated(&commands.ciphersuites, || Setting::Default);
        self.values.suites(tls, &ciphers, &tls13, directives.default_ciphers);
    }

    fn groups(&mut self, scope: &Scope<'_, '_>, directives: &Directives, commands: &Commands<'_>, tls: &mut Tls) {
        let curves = || directives.curves.map_or(Setting::Default, |name| scope.find(name));
        self.values.groups(tls, &self.stated(&commands.groups, curves));
    }

    /// The value of a command, or else that of the directive.
    fn stated<'v>(
        &self,
        command: &Option<(Line<'v>, Argument<'v>)>,
        directive: impl FnOnce() -> Setting<'v, 'v>,
    ) -> Stated<'v> {
        let (line, value) = match (command, directive()) {
            (Some((line, value)), _) => (*line, Some(value.clone())),
            (None, Setting::Default) => return Stated::Default,
            (None, Setting::Unknown(reason)) => return Stated::Unknown(reason.to_string()),
            (None, Setting::Stated(lines)) => match lines.first() {
                Some(stated) => (stated.line, stated.line.argument(0)),
                None => return Stated::Default,
            },
        };
        let name = String::from_utf8_lossy(&line.name()).into_owned();
        match value {
            Some(value) => Stated::Value(name.into(), value),
            None => Stated::Unknown(self.values.without_value(&name, line.head())),
        }
    }

    /// `optional_no_ca` requests a certificate and accepts any, so nothing is verified.
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

    fn not_understood(&self, line: Line<'_>, argument: &Argument<'_>) -> String {
        self.values.not_understood(&String::from_utf8_lossy(&line.name()), argument)
    }

    fn without_value(&self, line: Line<'_>) -> String {
        self.values.without_value(&String::from_utf8_lossy(&line.name()), line.head())
    }
}
