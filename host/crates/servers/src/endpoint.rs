//! Collects endpoint facts with their places, each once.
//! Not what they say: the modules of each program fill them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;

use keyreeve_contract::{Context, Network, Side, TlsEndpoint, Transport, Verification};
use keyreeve_facts::parts::Part;
use keyreeve_facts::{Facts, Place};
use keyreeve_source::budget::Work;
use keyreeve_source::digest::sha256;
use keyreeve_source::{Location, SourceId};

use crate::ledger::{CutShort, Ledger};
use crate::tls::Tls;

/// An endpoint before it is a fact.
pub(crate) struct Endpoint {
    /// Server or client.
    pub(crate) side: Side,
    /// How connections are protected.
    pub(crate) transport: Transport,
    /// Where that is stated.
    pub(crate) transport_at: Option<Location>,
    /// Names it serves or connects to.
    pub(crate) names: Vec<String>,
    /// Whether the peer is on the same machine.
    pub(crate) local: bool,
    /// What is in force.
    pub(crate) tls: Tls,
    /// The head of the block.
    pub(crate) home: Location,
    /// How a report calls it.
    pub(crate) label: String,
    /// What it is, without an ordinal.
    pub(crate) identity: String,
    /// Addresses, as `keyreeve facts` shows them.
    pub(crate) addresses: Vec<String>,
}

/// The facts so far.
pub(crate) struct Collector<'f> {
    pub(crate) ledger: &'f Ledger<'f>,
    facts: Facts,
    /// How many have the identity of this digest in a source.
    ordinals: HashMap<(SourceId, [u8; 32]), u32>,
    /// Digests of what each place says: a file that is included at several places says the same only once.
    seen: HashSet<(Location, u128)>,
}

impl<'f> Collector<'f> {
    /// None yet. Each is paid for.
    pub(crate) fn new(ledger: &'f Ledger<'f>) -> Self {
        Self { ledger, facts: Facts::default(), ordinals: HashMap::new(), seen: HashSet::new() }
    }

    /// Adds an endpoint, unless the same place has already said exactly this.
    ///
    /// # Errors
    /// [`CutShort`] if there are more than the scan may keep: this one is left out.
    pub(crate) fn push(&mut self, endpoint: Endpoint) -> Result<(), CutShort> {
        self.ledger.pay(Work::Configuration, endpoint.texts(), endpoint.home)?;
        let kept = endpoint.kept();
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
        if !self.seen.insert((home, digest(&fact, &parts))) {
            return Ok(());
        }
        self.ledger.pay(Work::Memory, kept, home)?;
        let ordinal = self.ordinals.entry((home.source, sha256(identity.as_bytes()))).or_default();
        *ordinal += 1;
        let mut place = Place::new(home, label, format!("{identity} #{ordinal}"));
        place.parts = parts.into_iter().collect();
        let addresses = (!addresses.is_empty()).then(|| ("addresses", addresses.join(" ")));
        place.details = addresses.into_iter().chain(ciphers.map(|ciphers| ("ciphers", ciphers))).collect();
        self.facts.tls_endpoints.push(fact, place);
        Ok(())
    }

    /// How many there are so far.
    pub(crate) fn len(&self) -> usize {
        self.facts.tls_endpoints.len()
    }

    /// The facts, in the order of their places.
    pub(crate) fn finish(mut self) -> Facts {
        self.facts.tls_endpoints.sort();
        self.facts
    }
}

impl Endpoint {
    /// Bytes of the texts that it is made of.
    fn texts(&self) -> usize {
        let texts = [&self.label, &self.identity].into_iter().chain(&self.names).chain(&self.addresses);
        texts.map(String::len).sum()
    }

    /// About how many bytes its fact and place take: their records, in lists that grow, and what these point to.
    fn kept(&self) -> usize {
        let records = 2 * (size_of::<TlsEndpoint>() + size_of::<Place>());
        records + self.tls.kept() + self.texts() + 2 * size_of::<String>() * (self.names.len() + 2)
    }
}

/// A digest of a fact and of where it is stated: equal ones are the same.
fn digest(fact: &TlsEndpoint, parts: &BTreeMap<Part, Location>) -> u128 {
    let unknown: Vec<_> = fact.unknown.iter().map(|unknown| (&unknown.field, &unknown.reason)).collect();
    let lists = (&fact.names, &fact.versions, &fact.suites, &fact.groups, unknown, parts);
    let kinds = (discriminant(&fact.side), discriminant(&fact.transport), discriminant(&fact.verification));
    let half = |which: u8| {
        let mut hasher = DefaultHasher::new();
        (which, kinds, discriminant(&fact.context.network), &lists).hash(&mut hasher);
        hasher.finish()
    };
    u128::from(half(0)) << 64 | u128::from(half(1))
}

/// Only the network shows in the addresses; scopes fill in the rest.
fn context(local: bool) -> Context {
    Context { network: if local { Network::Trusted } else { Network::Unspecified }, ..Context::UNSPECIFIED }
}
