//! Makes endpoint facts of the connections that servers open to others over TLS: `proxy_pass https://…`, `grpc_pass
//! grpcs://…`, `uwsgi_pass suwsgi://…`, and `proxy_ssl on` in stream. Plaintext connections give no facts.
//!
//! One fact stands for all connections of a server to which the same directives apply, so that twenty locations which
//! inherit one `proxy_ssl_protocols` are one endpoint with up to twenty names.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use keyreeve_contract::{Side, Transport};
use keyreeve_facts::Identity;
use keyreeve_facts::template;
use keyreeve_source::Location;
use keyreeve_source::budget::Work;
use keyreeve_source::text::quoted_to;

use crate::address::is_local;
use crate::endpoint::{Collector, Endpoint};
use crate::ledger::{CutShort, Ledger};
use crate::tls::Tls;

use super::expand::{Level, Switch};
use super::line::Line;
use super::servers::Group;
use super::settings::{Directives, GRPC, Outer, PROXY, Scope, UWSGI};
use super::tls::Reader;

/// A server whose connections are to be found.
pub(super) struct Server<'s, 'f> {
    /// Where it stands.
    pub(super) group: Group,
    /// Its block, or the whole of a fragment.
    pub(super) scope: &'s Scope<'s, 'f>,
    /// The head of the block.
    pub(super) home: Location,
    /// Its identity; the identities of its connections begin with it.
    pub(super) identity: String,
    /// Whether it accepts TLS.
    pub(super) secure: bool,
    /// Whether it accepts plaintext connections.
    pub(super) plain: bool,
}

/// The surroundings of a server that its names can refer to.
pub(super) struct Surroundings<'f> {
    /// For each `upstream`, whether all its servers are on the local machine.
    upstreams: HashMap<Cow<'f, str>, bool>,
    /// Values that a `map` gives a variable.
    values: HashMap<Cow<'f, str>, Values<'f>>,
}

impl<'f> Surroundings<'f> {
    /// The surroundings of all servers of a group.
    pub(super) fn new(group: &Level<'f>) -> Self {
        let upstreams = group.blocks("upstream").map(|(line, level)| {
            let mut servers = level.named("server").map(|item| is_local(&item.line.text(0))).peekable();
            (line.text(0), servers.peek().is_some() && servers.all(|local| local))
        });
        let maps = group.blocks("map").map(|(line, level)| {
            let mut values = Values::default();
            level.items.iter().take(VALUE_LIMIT + 1).for_each(|item| values.add(item.line.text(0)));
            (line.text(1), values)
        });
        Self { upstreams: upstreams.collect(), values: maps.collect() }
    }

    fn is_local(&self, authority: &str) -> bool {
        self.upstreams.get(authority).copied().unwrap_or_else(|| is_local(authority))
    }
}

/// What a variable can hold.
#[derive(Default)]
struct Values<'f> {
    /// The values, at most one more than [`VALUE_LIMIT`].
    texts: Vec<Cow<'f, str>>,
    /// Whether one of them contains a variable.
    vary: bool,
}

impl<'f> Values<'f> {
    fn add(&mut self, text: Cow<'f, str>) {
        if self.texts.len() <= VALUE_LIMIT {
            self.vary |= text.contains('$');
            self.texts.push(match text.len() {
                ..=VALUE_LENGTH => text,
                _ => text[..text.floor_char_boundary(VALUE_LENGTH)].to_owned().into(),
            });
        }
    }
}

/// What a `*_pass` connects to.
enum Target {
    /// Over TLS, to this authority.
    Tls(String),
    /// In plaintext.
    Plain,
    /// To whatever the variable holds.
    Unresolved(String),
}

/// A module that opens connections, and how it states that they use TLS.
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

/// How many values of one variable are examined.
const VALUE_LIMIT: usize = 64;

/// How many variables of a server may take memory for their values for free; no server has as many. Each further one is
/// paid for as so many bytes.
const VARIABLES: usize = 10_000;
const VARIABLE: usize = 300;

/// How many bytes of a value are examined each time: its scheme and its host stand there.
const VALUE_LENGTH: usize = 2048;

/// The most characters of the name of a peer: no domain name and no path of a socket is as long.
const NAME: usize = 300;

/// How many bytes of connections are held to see which of a server's connections belong together. After that, grouping
/// starts again.
const HELD: usize = 4 << 20;

/// What distinguishes connections: the directive, what applies to it and where that is stated, and where the peer is.
type Key = (&'static str, BTreeMap<(&'static str, Option<u32>), Location>, Vec<(String, String)>, bool);

struct Walk<'w, 'f, 'l> {
    reader: &'w mut Reader<'l>,
    out: &'w mut Collector<'l>,
    surroundings: &'w Surroundings<'f>,
    /// Values that `set` gives a variable anywhere in the server.
    values: HashMap<Cow<'f, str>, Values<'f>>,
    secure: bool,
    plain: bool,
    found: Vec<Endpoint>,
    known: HashMap<Key, usize>,
    /// Names that an endpoint already has.
    named: HashSet<(usize, String)>,
    /// About how many bytes these connections take.
    held: usize,
    identity: String,
}

/// Adds the connections of a server.
///
/// # Errors
/// [`CutShort`] if the budget runs out: the rest is missing.
pub(super) fn all<'f, 'l>(
    server: &Server<'_, 'f>,
    surroundings: &Surroundings<'f>,
    reader: &mut Reader<'l>,
    out: &mut Collector<'l>,
) -> Result<(), CutShort> {
    let mut values = HashMap::new();
    collect_values(server.scope.level, &mut values, out.ledger)?;
    let mut walk = Walk {
        reader,
        out,
        surroundings,
        values,
        secure: server.secure,
        plain: server.plain,
        found: Vec::new(),
        known: HashMap::new(),
        named: HashSet::new(),
        held: 0,
        // The digest replaces a long identity.
        identity: Identity::from(server.identity.as_str()).to_string(),
    };
    match server.group {
        Group::Http => walk.block(server.scope, server.home)?,
        Group::Stream => walk.stream(server.scope, server.home)?,
        // nginx connects to backends of mail in plaintext only; it has no directive for anything else.
        Group::Mail => {}
    }
    walk.flush()
}

/// # Errors
/// [`CutShort`] if the budget runs out.
fn collect_values<'f>(
    level: &Level<'f>,
    values: &mut HashMap<Cow<'f, str>, Values<'f>>,
    ledger: &Ledger<'_>,
) -> Result<(), CutShort> {
    for item in &level.items {
        if *item.line.name() == *b"set" {
            let known = values.len();
            values.entry(item.line.text(0)).or_default().add(item.line.text(1));
            if values.len() > known.max(VARIABLES) {
                ledger.pay(Work::Memory, VARIABLE, item.line.head())?;
            }
        }
        if let Some(block) = &item.block {
            collect_values(block, values, ledger)?;
        }
    }
    Ok(())
}

impl<'f> Walk<'_, 'f, '_> {
    /// A server, a location, or a block in one.
    fn block(&mut self, scope: &Scope<'_, 'f>, home: Location) -> Result<(), CutShort> {
        for item in &scope.level.items {
            let name = item.line.name();
            match item.block.as_deref() {
                Some(level) if matches!(&*name, b"location" | b"if" | b"limit_except") => {
                    self.block(&Scope { level, outer: Outer::Inside(scope) }, item.line.head())?;
                }
                Some(_) => {}
                None => {
                    if let Some(module) = MODULES.iter().find(|module| module.pass.as_bytes() == &*name) {
                        let target = self.target(&item.line.text(0), module.scheme);
                        self.connect(module, target, item.line, scope, home)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn stream(&mut self, scope: &Scope<'_, 'f>, home: Location) -> Result<(), CutShort> {
        if scope.is("proxy_ssl", Switch::On).is_none() {
            return Ok(());
        }
        for item in scope.level.named("proxy_pass") {
            let target = Target::Tls(item.line.text(0).into_owned());
            self.connect(&MODULES[0], target, item.line, scope, home)?;
        }
        Ok(())
    }

    fn connect(
        &mut self,
        module: &Module,
        target: Target,
        line: Line<'f>,
        scope: &Scope<'_, 'f>,
        home: Location,
    ) -> Result<(), CutShort> {
        let (peer, is_resolved) = match &target {
            Target::Plain => return Ok(()),
            Target::Tls(authority) => (authority, true),
            Target::Unresolved(variable) => (variable, false),
        };
        let local = self.surroundings.is_local(peer);
        let peer = quoted_to(peer, NAME);
        let mut tls = self.reader.tls(scope, module.directives, line.head());
        if !is_resolved {
            tls.unknown("transport", &format!("the variable {peer} is not resolved"));
        }
        let key = key(module, &tls, local);
        let position = match self.known.get(&key) {
            Some(&position) => position,
            None => {
                let label = if is_resolved {
                    format!("proxy to {}://{peer}", module.scheme)
                } else {
                    format!("proxy to {peer}")
                };
                self.held += 2 * tls.kept() + self.identity.len() + 2 * size_of::<Endpoint>();
                self.known.insert(key, self.found.len());
                self.found.push(Endpoint {
                    side: Side::Client,
                    transport: Transport::Tls,
                    transport_at: Some(line.head()),
                    identity: format!("{}/{label}", self.identity),
                    names: Vec::new(),
                    local,
                    tls,
                    home,
                    label,
                    addresses: Vec::new(),
                });
                self.found.len() - 1
            }
        };
        self.name(position, peer);
        if self.held > HELD { self.flush() } else { Ok(()) }
    }

    /// Adds a peer to those of an endpoint, unless it is there already.
    fn name(&mut self, position: usize, peer: String) {
        if self.named.insert((position, peer.clone())) {
            self.held += 2 * peer.len() + 2 * size_of::<(usize, String)>();
            self.found[position].names.push(peer);
        }
    }

    /// Passes on what was found so far.
    fn flush(&mut self) -> Result<(), CutShort> {
        self.held = 0;
        self.known.clear();
        self.named.clear();
        self.found.drain(..).try_for_each(|endpoint| self.out.push(endpoint))
    }

    /// What a `*_pass` connects to. A variable at the start is looked up in `set` and `map`: if all its values are
    /// plaintext, so is the connection.
    fn target(&self, url: &str, secure: &str) -> Target {
        if url.starts_with(template::VALUE) {
            return Target::Unresolved(template::shown(url));
        }
        let Some(variable) = leading_variable(url) else { return literal(&template::shown(url), secure) };
        let rest = &url[variable.len()..];
        if variable == "$scheme" && rest.starts_with("://") {
            return match (self.secure, self.plain) {
                (true, false) => literal(&format!("https{rest}"), secure),
                (false, true) => Target::Plain,
                _ => Target::Unresolved(variable.to_owned()),
            };
        }
        let (set, map) = (self.values.get(variable), self.surroundings.values.get(variable));
        let both = || set.into_iter().chain(map);
        let values = || both().flat_map(|values| &values.texts).take(VALUE_LIMIT + 1);
        let known = (1..=VALUE_LIMIT).contains(&values().count()) && !both().any(|values| values.vary);
        match values().find_map(|value| joined(value, rest, secure)) {
            Some(authority) => Target::Tls(authority),
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

/// Reads a URL that states its scheme. Without a scheme, or with another one, the connection is in plaintext.
fn literal(url: &str, secure: &str) -> Target {
    joined(url, "", secure).map_or(Target::Plain, Target::Tls)
}

/// The authority of a URL in two pieces that states the secure scheme. The text after the scheme is examined only in
/// that case.
fn joined(first: &str, second: &str, secure: &str) -> Option<String> {
    let mut bytes = first.bytes().chain(second.bytes());
    let stated = secure.bytes().chain(*b"://");
    if !stated.into_iter().all(|wanted| bytes.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&wanted))) {
        return None;
    }
    let scheme = secure.len() + "://".len();
    Some(match first.get(scheme..) {
        Some(rest) => authority(&[rest, second].concat()).to_owned(),
        None => authority(&second[scheme - first.len()..]).to_owned(),
    })
}

/// Host and port. The path is cut off, and so is everything before an `@`, which may be a password.
fn authority(rest: &str) -> &str {
    let end = if rest.starts_with("unix:") { rest.len() } else { rest.find(['/', '?', '#']).unwrap_or(rest.len()) };
    let authority = &rest[..end];
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn key(module: &Module, tls: &Tls, local: bool) -> Key {
    let unknown = tls.unknown.iter().map(|unknown| (unknown.field.clone(), unknown.reason.clone())).collect();
    (module.pass, tls.parts.clone(), unknown, local)
}
