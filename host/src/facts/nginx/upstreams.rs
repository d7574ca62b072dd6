//! The connections that servers open to others over TLS as endpoint facts: `proxy_pass https://…`, `grpc_pass
//! grpcs://…`, `uwsgi_pass suwsgi://…`, and `proxy_ssl on` in stream. Not connections in clear, of which no fact is made.
//!
//! One fact stands for all connections of a server that the same directives rule, so that twenty locations which
//! inherit one `proxy_ssl_protocols` are one endpoint with up to twenty names.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::emit::{Collector, Endpoint};
use super::expand::Level;
use super::line::Line;
use super::listen::is_local;
use super::servers::Group;
use super::settings::{Directives, GRPC, Outer, PROXY, Scope, UWSGI};
use super::tls::{Reader, Tls};
use crate::rules::contract::{Side, Transport};
use crate::source::Location;

/// A server whose connections are wanted.
pub(super) struct Server<'s, 'f> {
    /// Where it stands.
    pub(super) group: Group,
    /// Its block, or the whole of a fragment.
    pub(super) scope: &'s Scope<'s, 'f>,
    /// The head of the block.
    pub(super) home: Location,
    /// Its identity, which those of its connections begin with.
    pub(super) identity: String,
    /// Whether it accepts TLS.
    pub(super) secure: bool,
    /// Whether it accepts connections in clear.
    pub(super) plain: bool,
}

/// What stands beside a server and names it uses refer to.
pub(super) struct Surroundings {
    /// Of each `upstream` whether all its servers are on the same machine.
    upstreams: HashMap<String, bool>,
    /// Values that a `map` gives a variable.
    values: HashMap<String, Vec<String>>,
}

impl Surroundings {
    /// Those of all servers of a group.
    pub(super) fn new(group: &Level<'_>) -> Self {
        let upstreams = group.blocks("upstream").map(|(line, level)| {
            let mut servers = level.named("server").map(|item| is_local(&item.line.text(0))).peekable();
            (line.text(0).into_owned(), servers.peek().is_some() && servers.all(|local| local))
        });
        let maps = group.blocks("map").map(|(line, level)| {
            (line.text(1).into_owned(), level.items.iter().map(|item| item.line.text(0).into_owned()).collect())
        });
        Self { upstreams: upstreams.collect(), values: maps.collect() }
    }

    fn is_local(&self, authority: &str) -> bool {
        self.upstreams.get(authority).copied().unwrap_or_else(|| is_local(authority))
    }
}

/// What a `*_pass` connects to.
enum Target {
    /// Over TLS, to this authority.
    Tls(String),
    /// In clear.
    Plain,
    /// Whatever the variable holds.
    Unresolved(String),
}

/// A module that connects, and how it writes that it does so over TLS.
struct Module {
    pass: &'static str,
    scheme: &'static str,
    directives: &'static Directives,
}

const MODULES: [Module; 3] = [
    Module { pass: "proxy_pass", scheme: "https", directives: &PROXY },
    Module { pass: "grpc_pass", scheme: "grpcs", directives: &GRPC },
    Module { pass: "uwsgi_pass", scheme: "suwsgi", directives: &UWSGI },
];

/// Values of one variable that are looked at.
const VALUE_LIMIT: usize = 64;

/// What tells connections apart: the directive, what rules it and where that stands, and where the peer is.
type Key = (&'static str, BTreeMap<(&'static str, Option<u32>), Location>, Vec<(String, String)>, bool);

struct Walk<'w> {
    reader: &'w mut Reader,
    surroundings: &'w Surroundings,
    /// Values that `set` gives a variable anywhere in the server.
    values: HashMap<String, Vec<String>>,
    secure: bool,
    plain: bool,
    found: Vec<Endpoint>,
    known: HashMap<Key, usize>,
    identity: String,
}

/// Adds the connections of a server.
pub(super) fn all(server: &Server<'_, '_>, surroundings: &Surroundings, reader: &mut Reader, out: &mut Collector) {
    let mut values = HashMap::new();
    collect_values(server.scope.level, &mut values);
    let (secure, plain) = (server.secure, server.plain);
    let identity = server.identity.clone();
    let mut walk =
        Walk { reader, surroundings, values, secure, plain, found: Vec::new(), known: HashMap::new(), identity };
    match server.group {
        Group::Http => walk.block(server.scope, server.home),
        Group::Stream => walk.stream(server.scope, server.home),
        // Backends of mail are spoken to in clear; nginx has no directive for anything else.
        Group::Mail => {}
    }
    for mut endpoint in walk.found {
        let mut seen = HashSet::new();
        endpoint.names.retain(|name| seen.insert(name.clone()));
        out.push(endpoint);
    }
}

fn collect_values(level: &Level<'_>, values: &mut HashMap<String, Vec<String>>) {
    for item in &level.items {
        if *item.line.name() == *b"set" {
            values.entry(item.line.text(0).into_owned()).or_default().push(item.line.text(1).into_owned());
        }
        if let Some(block) = &item.block {
            collect_values(block, values);
        }
    }
}

impl Walk<'_> {
    /// A server, a location, or a block in one.
    fn block(&mut self, scope: &Scope<'_, '_>, home: Location) {
        for item in &scope.level.items {
            let name = item.line.name();
            match &item.block {
                Some(level) if matches!(&*name, b"location" | b"if" | b"limit_except") => {
                    self.block(&Scope { level, outer: Outer::Inside(scope) }, item.line.head());
                }
                Some(_) => {}
                None => {
                    if let Some(module) = MODULES.iter().find(|module| module.pass.as_bytes() == &*name) {
                        let target = self.target(&item.line.text(0), module.scheme);
                        self.connect(module, target, item.line, scope, home);
                    }
                }
            }
        }
    }

    fn stream(&mut self, scope: &Scope<'_, '_>, home: Location) {
        if scope.is("proxy_ssl", "on").is_none() {
            return;
        }
        for item in scope.level.named("proxy_pass") {
            let target = Target::Tls(item.line.text(0).into_owned());
            self.connect(&MODULES[0], target, item.line, scope, home);
        }
    }

    fn connect(&mut self, module: &Module, target: Target, line: Line<'_>, scope: &Scope<'_, '_>, home: Location) {
        let (authority, unresolved) = match target {
            Target::Plain => return,
            Target::Tls(authority) => (authority, None),
            Target::Unresolved(variable) => {
                (variable.clone(), Some(format!("the variable {variable} is not resolved")))
            }
        };
        let mut tls = self.reader.tls(scope, module.directives);
        if let Some(reason) = &unresolved {
            tls.unknown("transport", reason);
        }
        let local = self.surroundings.is_local(&authority);
        let key = key(module, &tls, local);
        if let Some(&position) = self.known.get(&key) {
            self.found[position].names.push(authority);
            return;
        }
        self.known.insert(key, self.found.len());
        let label = match unresolved {
            None => format!("proxy to {}://{authority}", module.scheme),
            Some(_) => format!("proxy to {authority}"),
        };
        self.found.push(Endpoint {
            side: Side::Client,
            transport: Transport::Tls,
            transport_at: Some(line.head()),
            identity: format!("{}/{label}", self.identity),
            names: vec![authority],
            local,
            tls,
            home,
            label,
            addresses: Vec::new(),
        });
    }

    /// What a `*_pass` connects to. A variable at the start is looked up in `set` and `map`: if every value of it is in
    /// clear, so is the connection.
    fn target(&self, url: &str, secure: &str) -> Target {
        let Some(variable) = leading_variable(url) else { return literal(url, secure) };
        let rest = &url[variable.len()..];
        if variable == "$scheme" && rest.starts_with("://") {
            return match (self.secure, self.plain) {
                (true, false) => literal(&format!("https{rest}"), secure),
                (false, true) => Target::Plain,
                _ => Target::Unresolved(variable.to_owned()),
            };
        }
        let (set, map) = (self.values.get(variable), self.surroundings.values.get(variable));
        let values: Vec<&String> = set.into_iter().chain(map).flatten().take(VALUE_LIMIT + 1).collect();
        let mut targets = values.iter().map(|value| literal(&format!("{value}{rest}"), secure));
        let known = (1..=VALUE_LIMIT).contains(&values.len()) && !values.iter().any(|value| value.contains('$'));
        match targets.find(|target| matches!(target, Target::Tls(_))) {
            Some(target) => target,
            None if known => Target::Plain,
            None => Target::Unresolved(variable.to_owned()),
        }
    }
}

/// The variable that a value starts with: `$name` or `${name}`.
fn leading_variable(url: &str) -> Option<&str> {
    let name = url.strip_prefix('$')?;
    if let Some(braced) = name.strip_prefix('{') {
        return braced.find('}').map(|end| &url[..end + 3]);
    }
    let end = name.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(name.len());
    Some(&url[..end + 1])
}

/// A URL that states its scheme. Without one, or with another, the connection is in clear.
fn literal(url: &str, secure: &str) -> Target {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(secure) => Target::Tls(authority(rest).to_owned()),
        _ => Target::Plain,
    }
}

/// Host and port; a path is cut off, and so is whatever stands before an `@`, which may be a password.
fn authority(rest: &str) -> &str {
    let end = if rest.starts_with("unix:") { rest.len() } else { rest.find(['/', '?', '#']).unwrap_or(rest.len()) };
    let authority = &rest[..end];
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn key(module: &Module, tls: &Tls, local: bool) -> Key {
    let unknown = tls.unknown.iter().map(|unknown| (unknown.field.clone(), unknown.reason.clone())).collect();
    (module.pass, tls.parts.clone(), unknown, local)
}
