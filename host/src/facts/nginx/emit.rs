//! Collects endpoint facts with their places, each once.
//! Not what they say: `servers` and `upstreams` fill them.

use std::collections::{BTreeMap, HashMap};

use super::tls::Tls;
use crate::facts::{Facts, Place};
use crate::rules::contract::{
    Context, Data, Environment, Holder, Network, Purpose, Side, TlsEndpoint, Transport, Unknown, Verification,
};
use crate::source::{Location, SourceId};

/// Longest label, in characters: a domain name (RFC 1035: 253) and what stands before it.
const LABEL_LIMIT: usize = 280;

/// An endpoint before it is a fact.
pub(super) struct Endpoint {
    /// Server or client.
    pub(super) side: Side,
    /// How connections are protected.
    pub(super) transport: Transport,
    /// Where that is stated.
    pub(super) transport_at: Option<Location>,
    /// Names it serves or connects to.
    pub(super) names: Vec<String>,
    /// Whether the peer is on the same machine.
    pub(super) local: bool,
    /// What is in force.
    pub(super) tls: Tls,
    /// The head of the block.
    pub(super) home: Location,
    /// How a report calls it.
    pub(super) label: String,
    /// What it is, without an ordinal.
    pub(super) identity: String,
    /// Addresses, as `keyreeve facts` shows them.
    pub(super) addresses: Vec<String>,
}

/// The facts so far.
#[derive(Default)]
pub(super) struct Collector {
    facts: Facts,
    ordinals: HashMap<(SourceId, String), u32>,
    /// Positions of the facts of each place: a file that is included at several places says the same only once.
    seen: HashMap<Location, Vec<usize>>,
}

impl Collector {
    /// Adds an endpoint, unless the same place has already said exactly this.
    pub(super) fn push(&mut self, endpoint: Endpoint) {
        let Endpoint { side, transport, transport_at, names, local, tls, home, label, identity, addresses } = endpoint;
        let Tls { versions, suites, groups, verification, unknown, mut parts, ciphers } = tls;
        parts.extend(transport_at.map(|location| (("transport", None), location)));
        let fact = TlsEndpoint {
            context: context(local),
            unknown,
            side,
            transport,
            names,
            versions,
            suites,
            groups,
            verification: verification.unwrap_or(Verification::None),
            attributes: Vec::new(),
        };
        let seen = self.seen.entry(home).or_default();
        let (facts, places) = (self.facts.tls_endpoints.facts(), self.facts.tls_endpoints.places());
        if seen.iter().any(|&position| facts[position] == fact && *places[position].parts == parts) {
            return;
        }
        seen.push(facts.len());
        let ordinal = self.ordinals.entry((home.source, identity.clone())).or_default();
        *ordinal += 1;
        let mut place = Place::new(home, one_line(&label), format!("{identity} #{ordinal}"));
        place.parts = parts.into();
        let addresses = (!addresses.is_empty()).then(|| ("addresses", addresses.join(" ")));
        place.details = addresses.into_iter().chain(ciphers.map(|ciphers| ("ciphers", ciphers))).collect();
        self.facts.tls_endpoints.push(fact, place);
    }

    /// How many there are so far.
    pub(super) fn len(&self) -> usize {
        self.facts.tls_endpoints.len()
    }

    /// The facts, in the order of their places.
    pub(super) fn finish(self) -> Facts {
        let mut pairs: Vec<_> =
            self.facts.tls_endpoints.iter().map(|(fact, place)| (fact.clone(), place.clone())).collect();
        pairs.sort_by_key(|(_, place)| place.home);
        let mut facts = Facts::default();
        for (fact, place) in pairs {
            facts.tls_endpoints.push(fact, place);
        }
        facts
    }
}

/// A label on one line and of a length to read, whatever the configuration holds.
fn one_line(label: &str) -> String {
    label.chars().take(LABEL_LIMIT).map(|character| if character.is_control() { ' ' } else { character }).collect()
}

impl Tls {
    /// Nothing in force, because no TLS is spoken.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Nothing known at all.
    pub(super) fn unread(reason: &str) -> Self {
        let fields = ["transport", "versions", "suites", "groups", "verification"];
        let unknown = fields.map(|field| Unknown { field: field.to_owned(), reason: reason.to_owned() });
        Self { unknown: unknown.to_vec(), parts: BTreeMap::new(), ..Self::default() }
    }
}

/// Only the network shows in the addresses; scopes fill in the rest.
fn context(local: bool) -> Context {
    Context {
        environment: Environment::Unspecified,
        holder: Holder::Unspecified,
        network: if local { Network::Trusted } else { Network::Unspecified },
        data: Data::Unspecified,
        purpose: Purpose::Unspecified,
    }
}
