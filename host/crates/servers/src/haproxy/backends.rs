//! Makes endpoint facts of the `server` lines of a proxy that use TLS. Plaintext connections give no facts, and health
//! checks are ignored.

use keyreeve_contract::{Side, Transport};
use keyreeve_source::text::quoted_to;

use crate::endpoint::Endpoint;
use crate::ledger::CutShort;
use crate::tls::Argument;

use super::address::Address;
use super::options::{Options, Parameters, Switch};
use super::parse::{Kind, Line};
use super::proxy::{Proxy, Walk};

/// The most characters of a name in a label.
const SHOWN: usize = 120;

/// Adds the endpoint of a line, if it is a `server` over TLS.
pub(super) fn server<'a>(walk: &mut Walk<'_, 'a, '_>, proxy: &Proxy<'a>, line: &Line) -> Result<(), CutShort> {
    if proxy.section.kind == Kind::Frontend {
        return Ok(());
    }
    let mut words = proxy.file.words(line);
    let Some(name) = words.next() else { return Ok(()) };
    let is_template = match &*name.text {
        "server" => false,
        "server-template" => true,
        "peer" if proxy.section.kind == Kind::Peers => false,
        _ => return Ok(()),
    };
    let Some(called) = words.next() else { return Ok(()) };
    // `server-template web 1-3 example.org:443`
    let Some(address) = words.nth(usize::from(is_template)) else { return Ok(()) };
    let parameters = Parameters::read(words, &name.text, &walk.reader.values);
    let options = parameters.options.over(&proxy.server);
    let (stated, condition) = match &options.ssl {
        Switch::Unstated | Switch::Off => return Ok(()),
        Switch::On(at) => (Some(*at), proxy.file.condition(line, None)),
        Switch::Unknown(reason) => (None, Some(reason.clone())),
    };
    let options = options.over(&Options { ssl: Switch::Unstated, ..walk.server.clone() });
    let home = proxy.file.location(line);
    let verify = std::rc::Rc::clone(&walk.verify);
    let mut tls = walk.reader.server(&options, &verify, home);
    if let Some(reason) = condition {
        tls.unknown("transport", &reason);
    }
    let (kind, section) = (proxy.section.kind.name(), &proxy.name);
    walk.out.push(Endpoint {
        side: Side::Client,
        transport: Transport::Tls,
        transport_at: stated,
        names: names(&address, parameters.peers),
        local: Address::new(&address.text).is_local,
        tls,
        home,
        label: format!("server {} of {kind} {}", quoted_to(&called.text, SHOWN), quoted_to(section, SHOWN)),
        identity: format!("{kind}/{section} server {} {}", called.text, address.text),
        addresses: Vec::new(),
    })
}

/// The address, and the names that are requested there.
fn names(address: &Argument<'_>, peers: Vec<String>) -> Vec<String> {
    let mut names = vec![address.text.clone().into_owned()];
    for peer in peers {
        if !names.contains(&peer) {
            names.push(peer);
        }
    }
    names
}
