//! Makes endpoint facts of what a proxy listens on: each `bind`, and each entry of its crt-lists that states options of
//! its own. The lists themselves are read in `crt_list`.

use std::rc::Rc;

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Side, Transport};
use keyreeve_source::Location;
use keyreeve_source::budget::Work;
use keyreeve_source::text::quoted_to;

use crate::endpoint::Endpoint;
use crate::ledger::CutShort;
use crate::tls::{Argument, Tls};

use super::address::Address;
use super::answers;
use super::crt_list::{Entry, List};
use super::options::{Options, Parameters, Switch};
use super::parse::{Kind, Line};
use super::proxy::{Mode, Proxy, Walk};
use super::tls::unread;

/// The most characters of an address in a label.
const SHOWN: usize = 120;

/// One `bind`.
struct Bind<'p, 'a> {
    proxy: &'p Proxy<'a>,
    home: Location,
    addresses: Vec<Address>,
    /// Where the addresses are stated.
    at: Location,
    options: Options<'a>,
    /// Why it is uncertain whether the `bind` is in force; `None` if it is certain.
    condition: Option<Rc<str>>,
}

/// Adds all endpoints of a proxy.
pub(super) fn all<'a>(walk: &mut Walk<'_, 'a, '_>, proxy: &Proxy<'a>) -> Result<(), CutShort> {
    if !matches!(proxy.section.kind, Kind::Frontend | Kind::Listen | Kind::Peers | Kind::LogForward) {
        return Ok(());
    }
    let redirects = std::cell::OnceCell::new();
    let serves = || *redirects.get_or_init(|| answers::serves(proxy.file, proxy.section));
    for line in std::iter::once(&proxy.section.head).chain(&proxy.section.lines) {
        let mut words = proxy.file.words(line);
        let Some(name) = words.next() else { continue };
        if name.location.span.start == proxy.section.head.span.start {
            // Until HAProxy 1.8 an address could follow the name.
            words.next();
        } else if name.text != "bind" {
            continue;
        }
        let Some(addresses) = words.next().filter(|word| name.text == "bind" || Address::is_one(&word.text)) else {
            continue;
        };
        one(walk, proxy, line, addresses, words, &serves)?;
    }
    Ok(())
}

fn one<'a>(
    walk: &mut Walk<'_, 'a, '_>,
    proxy: &Proxy<'a>,
    line: &Line,
    addresses: Argument<'a>,
    words: impl Iterator<Item = Argument<'a>>,
    serves: &dyn Fn() -> bool,
) -> Result<(), CutShort> {
    let Parameters { options, crt_lists, .. } = Parameters::read(words, "bind", &walk.reader.values);
    let mut bind = Bind {
        proxy,
        home: proxy.file.location(line),
        at: addresses.location,
        addresses: addresses.text.split(',').filter(|text| !text.is_empty()).map(Address::new).collect(),
        options: options.over(&Options { ssl: Switch::Unstated, ..walk.bind.clone() }),
        condition: proxy.file.condition(line, None),
    };
    match bind.options.ssl.clone() {
        Switch::On(at) => bind.tls(walk, at, &crt_lists),
        Switch::Unknown(reason) => {
            bind.condition.get_or_insert(reason);
            let tls = walk.reader.bind(&bind.options, bind.home);
            walk.out.push(bind.endpoint(Transport::Tls, None, tls, Vec::new()))
        }
        Switch::Unstated | Switch::Off => bind.plain(walk, serves),
    }
}

impl<'a> Bind<'_, 'a> {
    fn tls(&mut self, walk: &mut Walk<'_, 'a, '_>, at: Location, crt_lists: &[Argument<'a>]) -> Result<(), CutShort> {
        let mut names = Vec::new();
        for argument in crt_lists {
            let base = walk.crt_base.as_ref().map(|base| &*base.text);
            match walk.lists.find(self.proxy.file.name, &argument.text, base) {
                Ok(source) => {
                    for entry in List::read(walk.lists, source, argument, walk.out.ledger)? {
                        self.entry(walk, at, entry, &mut names)?;
                    }
                }
                Err(reason) => self.unread(walk, argument, &reason)?,
            }
        }
        self.used(walk, at)?;
        let tls = walk.reader.bind(&self.options, self.home);
        walk.out.push(self.endpoint(Transport::Tls, Some(at), tls, names))
    }

    /// Adds an entry with options: they apply to clients that request one of its names, and the bind's own options to
    /// all others.
    fn entry(
        &self,
        walk: &mut Walk<'_, 'a, '_>,
        at: Location,
        entry: Entry<'a>,
        names: &mut Vec<String>,
    ) -> Result<(), CutShort> {
        let Parameters { options, .. } = Parameters::read(entry.options.into_iter(), "a crt-list", &walk.reader.values);
        if options.is_empty() {
            names.extend(entry.names);
            return Ok(());
        }
        let tls = walk.reader.entry(&self.options, &options, entry.home);
        let shown = entry.names.first().unwrap_or(&entry.certificate);
        let label = format!("{}, {}", self.shown(), quoted_to(shown, SHOWN));
        let identity = format!("{}/{} {}", self.identity(), entry.certificate, entry.names.join(" "));
        let endpoint = self.endpoint(Transport::Tls, Some(at), tls, entry.names);
        walk.out.push(Endpoint { home: entry.home, label, identity, ..endpoint })
    }

    /// `ssl-f-use` (HAProxy 3.2) is an entry for every bind of its section, without names of its own.
    fn used(&self, walk: &mut Walk<'_, 'a, '_>, at: Location) -> Result<(), CutShort> {
        let file = self.proxy.file;
        for line in &self.proxy.section.lines {
            let mut words = file.words(line);
            if words.next().is_none_or(|name| name.text != "ssl-f-use") {
                continue;
            }
            let home = file.location(line);
            // Every bind reads each of these lines.
            walk.out.ledger.pay(Work::Configuration, (home.span.end - home.span.start) as usize, home)?;
            let options: Vec<Argument<'a>> = words.collect();
            let read = Parameters::read(options.iter().cloned(), "ssl-f-use", &walk.reader.values);
            let certificate = read.certificate.map(|file| file.text.into_owned()).unwrap_or_default();
            self.entry(walk, at, Entry { home, certificate, options, names: Vec::new() }, &mut Vec::new())?;
        }
        Ok(())
    }

    /// Adds an endpoint for a list that is not in the tree: its names are unknown.
    fn unread(&self, walk: &mut Walk<'_, 'a, '_>, list: &Argument<'a>, reason: &str) -> Result<(), CutShort> {
        let shown = quoted_to(&list.text, SHOWN);
        let endpoint = self.endpoint(Transport::Tls, Some(list.location), unread(reason), Vec::new());
        let label = format!("{}, names of {shown}", endpoint.label);
        walk.out.push(Endpoint { identity: format!("{}/{shown}", endpoint.identity), label, ..endpoint })
    }

    /// Adds a bind without TLS, if it has something to protect. A proxy in mode tcp gives no endpoint, because its
    /// traffic may be protected end to end.
    fn plain(&self, walk: &mut Walk<'_, 'a, '_>, serves: &dyn Fn() -> bool) -> Result<(), CutShort> {
        let is_http = match &self.proxy.mode {
            Mode::Http => true,
            Mode::Tcp => false,
            Mode::Unknown(_) => answers::speaks_http(self.proxy.file, self.proxy.section),
        };
        if !is_http || self.is_local() || !serves() {
            return Ok(());
        }
        walk.out.push(self.endpoint(Transport::Plaintext, Some(self.at), Tls::none(), Vec::new()))
    }

    fn is_local(&self) -> bool {
        !self.addresses.is_empty() && self.addresses.iter().all(|address| address.is_local)
    }

    fn shown(&self) -> String {
        let (kind, name) = (self.proxy.section.kind.name(), quoted_to(&self.proxy.name, SHOWN));
        let addresses: Vec<&str> = self.addresses.iter().map(|address| &*address.text).collect();
        format!("{kind} {name} on {}", quoted_to(&addresses.join(","), SHOWN))
    }

    /// An identity that stays the same when lines move.
    fn identity(&self) -> String {
        let addresses: Vec<&str> = self.addresses.iter().map(|address| &*address.text).collect();
        format!("{}/{} bind {}", self.proxy.section.kind.name(), self.proxy.name, addresses.join(","))
    }

    fn endpoint(&self, transport: Transport, stated: Option<Location>, mut tls: Tls, names: Vec<String>) -> Endpoint {
        if self.addresses.iter().all(|address| address.is_quic) && transport == Transport::Tls {
            only_tls13(&mut tls, self.at);
        }
        if let Some(reason) = &self.condition {
            tls.unknown("transport", reason);
        }
        Endpoint {
            side: Side::Server,
            transport,
            transport_at: stated,
            names,
            local: self.is_local(),
            tls,
            home: self.home,
            label: self.shown(),
            identity: self.identity(),
            addresses: self.addresses.iter().map(|address| address.text.clone()).collect(),
        }
    }
}

/// QUIC always uses TLS 1.3 (RFC 9001), whatever is stated.
fn only_tls13(tls: &mut Tls, at: Location) {
    tls.parts.retain(|(field, _), _| *field != "versions");
    tls.parts.insert(("versions", Some(0)), at);
    tls.unknown.retain(|unknown| unknown.field != "versions");
    tls.versions = vec![openssl::TLS1_3];
}
