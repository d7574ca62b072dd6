//! Makes endpoint facts of the servers of http, stream and mail. The connections that servers open are in `upstreams`.
//!
//! nginx shares two things among the servers on one address. `ssl` on one `listen` holds for all of them, and is
//! treated so here. The versions are those of the address's default server, because OpenSSL settles them before it
//! knows which name a client requests. Here every server nevertheless keeps its own, since which server is the default
//! changes with the order of files, and each directive should be fixed where it stands.

use std::collections::HashSet;

use keyreeve_algorithms::openssl::TLS1_3;
use keyreeve_contract::{Side, Transport};
use keyreeve_facts::template;
use keyreeve_source::Location;

use crate::endpoint::{Collector, Endpoint};
use crate::ledger::CutShort;
use crate::tls::Tls;

use super::answers;
use super::answers::Service;
use super::expand::{Level, Switch};
use super::listen::Listen;
use super::settings::{Outer, SERVER, Scope, Setting};
use super::tls::Reader;
use super::upstreams;
use super::upstreams::Surroundings;

/// The block that servers stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Http,
    Stream,
    Mail,
}

impl Group {
    /// The name of the block.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stream => "stream",
            Self::Mail => "mail",
        }
    }
}

/// One server, with everything that its endpoints depend on.
struct Server<'s, 'f> {
    group: Group,
    home: Location,
    scope: Scope<'s, 'f>,
    names: Vec<String>,
    listens: Vec<Listen<'f>>,
}

/// Adds the facts of all servers of a group, and returns whether one of them uses TLS. Once the budget is spent, no
/// further server is examined.
pub(super) fn all<'l>(group: Group, scope: &Scope<'_, '_>, reader: &mut Reader<'l>, out: &mut Collector<'l>) -> bool {
    // The addresses are read twice, because keeping those of all servers would take more memory than the servers do.
    let secure: HashSet<String> = scope
        .level
        .blocks("server")
        .flat_map(|(_, level)| Listen::all(level))
        .filter(|listen| listen.tls && !listen.is_tag)
        .map(|listen| listen.address)
        .collect();
    let surroundings = Surroundings::new(scope.level);
    let mut any = false;
    for (line, level) in scope.level.blocks("server") {
        let scope = Scope { level, outer: Outer::Inside(scope) };
        let mut server = Server { group, home: line.head(), scope, names: names(level), listens: Listen::all(level) };
        server.settle(&secure);
        let done = server.endpoints(reader, out).and_then(|secure| {
            any |= secure;
            upstreams::all(&server.client(), &surroundings, reader, out)
        });
        if done.is_err() {
            break;
        }
    }
    any
}

/// The names of a server, as written.
fn names(level: &Level<'_>) -> Vec<String> {
    let names = level.named("server_name").flat_map(|item| item.line.arguments());
    names.map(|argument| template::shown(&argument.text)).filter(|name| !name.is_empty()).collect()
}

impl<'f> Server<'_, 'f> {
    /// Decides which of the addresses speak TLS.
    fn settle(&mut self, secure: &HashSet<String>) {
        if self.listens.is_empty() && self.group == Group::Http && self.scope.level.missing.is_none() {
            self.listens.push(Listen::implied());
        }
        let on = self.scope.is("ssl", Switch::On).is_some();
        for listen in &mut self.listens {
            listen.tls |= on || !listen.is_tag && secure.contains(&listen.address);
        }
    }

    /// The server as one that opens connections.
    fn client(&self) -> upstreams::Server<'_, 'f> {
        upstreams::Server {
            group: self.group,
            scope: &self.scope,
            home: self.home,
            identity: self.identity(&self.listens.iter().collect::<Vec<_>>()),
            secure: self.listens.iter().any(|listen| listen.tls),
            plain: self.listens.iter().any(|listen| !listen.tls),
        }
    }

    /// Adds what the server accepts, and returns whether that includes TLS.
    fn endpoints(&self, reader: &mut Reader<'_>, out: &mut Collector<'_>) -> Result<bool, CutShort> {
        let (secure, plain): (Vec<_>, Vec<_>) = self.listens.iter().partition(|listen| listen.tls);
        if self.listens.is_empty() {
            if let Some(reason) = &self.scope.level.missing {
                out.push(self.unread(reason, &[]))?;
            }
            return Ok(false);
        }
        if !secure.is_empty() {
            self.tls(&secure, reader, out)?;
        }
        if !plain.is_empty() {
            self.plain(&plain, reader, out)?;
        }
        Ok(!secure.is_empty())
    }

    /// The endpoint of the addresses with TLS. A server that rejects every handshake (nginx 1.19.4) has none.
    fn tls(&self, listens: &[&Listen<'f>], reader: &mut Reader<'_>, out: &mut Collector<'_>) -> Result<(), CutShort> {
        if self.scope.is("ssl_reject_handshake", Switch::On).is_some() {
            return Ok(());
        }
        let mut tls = reader.tls(&self.scope, &SERVER, self.home);
        if listens.iter().all(|listen| listen.quic) {
            only_tls13(&mut tls);
        }
        let stated = listens.iter().find_map(|listen| listen.place()).or_else(|| self.scope.is("ssl", Switch::On));
        out.push(self.endpoint(Transport::Tls, stated, tls, listens))
    }

    /// The endpoint of the other addresses, if there is something to protect. A stream server gives no endpoint: its
    /// traffic is unknown and may be protected end to end.
    fn plain(&self, listens: &[&Listen<'f>], reader: &mut Reader<'_>, out: &mut Collector<'_>) -> Result<(), CutShort> {
        let far: Vec<_> = listens.iter().copied().filter(|listen| !listen.local).collect();
        if let Some(reason) = far.iter().find_map(|listen| listen.open).filter(|_| self.group != Group::Stream) {
            return out.push(self.unread(reason, &far));
        }
        match self.group {
            Group::Stream => Ok(()),
            Group::Mail => self.mail(listens, reader, out),
            Group::Http if far.is_empty() => Ok(()),
            Group::Http => match answers::service(self.scope.level) {
                Service::Refuses => Ok(()),
                Service::Unknown(reason) => out.push(self.unread(&reason, &far)),
                Service::Serves => self.clear(&far, out),
            },
        }
    }

    /// A plaintext http server. For port 443 of a fragment, another file may well state `ssl` for the same address.
    fn clear(&self, listens: &[&Listen<'f>], out: &mut Collector<'_>) -> Result<(), CutShort> {
        match self.scope.unread() {
            Some(reason) if listens.iter().all(|listen| listen.is_https_port()) => {
                out.push(self.unread(reason, listens))
            }
            _ => out.push(self.endpoint(Transport::Plaintext, listens[0].place(), Tls::none(), listens)),
        }
    }

    /// A mail server without `ssl`: `starttls` decides (ngx_mail_ssl_module).
    fn mail(&self, listens: &[&Listen<'f>], reader: &mut Reader<'_>, out: &mut Collector<'_>) -> Result<(), CutShort> {
        for (value, transport) in
            [(Switch::On, Transport::StarttlsOptional), (Switch::Only, Transport::StarttlsRequired)]
        {
            if let Some(place) = self.scope.is("starttls", value) {
                let tls = reader.tls(&self.scope, &SERVER, self.home);
                return out.push(self.endpoint(transport, Some(place), tls, listens));
            }
        }
        if listens.iter().all(|listen| listen.local) {
            return Ok(());
        }
        match self.scope.find("starttls") {
            Setting::Unknown(reason) => out.push(self.unread(&reason, listens)),
            _ => out.push(self.endpoint(Transport::Plaintext, listens[0].place(), Tls::none(), listens)),
        }
    }

    /// An endpoint of which only its existence is known.
    fn unread(&self, reason: &str, listens: &[&Listen<'f>]) -> Endpoint {
        self.endpoint(Transport::Tls, None, Tls::unread(reason), listens)
    }

    fn endpoint(&self, transport: Transport, stated: Option<Location>, tls: Tls, listens: &[&Listen<'f>]) -> Endpoint {
        let label = match self.names.iter().find(|name| *name != "_") {
            Some(name) => format!("server {name}"),
            None => format!("server on {}", listens.first().map_or("an unknown address", |listen| listen.shown())),
        };
        Endpoint {
            side: Side::Server,
            transport,
            transport_at: stated,
            names: self.names.clone(),
            local: !listens.is_empty() && listens.iter().all(|listen| listen.local),
            tls,
            home: self.home,
            label,
            identity: self.identity(listens),
            addresses: addresses(listens),
        }
    }

    /// Group, names and addresses: an identity that stays the same when lines move.
    fn identity(&self, listens: &[&Listen<'f>]) -> String {
        let names = self.names.iter().map(String::as_str);
        let words: Vec<&str> = names.chain(["listen"]).chain(listens.iter().map(|listen| listen.shown())).collect();
        format!("{}/server {}", self.group.name(), words.join(" "))
    }
}

fn addresses(listens: &[&Listen<'_>]) -> Vec<String> {
    listens.iter().map(|listen| listen.address.clone()).collect()
}

/// QUIC always uses TLS 1.3 (RFC 9001).
fn only_tls13(tls: &mut Tls) {
    let place = tls
        .versions
        .iter()
        .position(|version| *version == TLS1_3)
        .and_then(|position| tls.parts.get(&("versions", Some(position as u32))).copied());
    tls.parts.retain(|(field, position), _| *field != "versions" || position.is_none());
    tls.parts.extend(place.map(|place| (("versions", Some(0)), place)));
    tls.unknown.retain(|unknown| unknown.field != "versions");
    tls.versions = vec![TLS1_3];
}
