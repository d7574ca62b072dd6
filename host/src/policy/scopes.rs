//! Scopes: the circumstances that keyreeve.toml states for paths, added to the context of facts. Circumstances that a
//! file itself states are read by its format.

use std::collections::HashMap;

use keyreeve_contract::{Context, Data, Environment, Fact, FactKind, Holder, Network, Purpose, kinds};
use keyreeve_facts::{Facts, List};
use keyreeve_source::{SourceId, Sources, Span};
use toml::Spanned;
use toml::de::DeValue;

use super::PathGlob;
use super::error::Fault;
use super::fields::Fields;
use super::glob::path_glob;

/// The keys of a scope that state a circumstance.
pub(super) const CIRCUMSTANCES: [&str; 5] = ["environment", "holder", "network", "data", "purpose"];
/// The keys of a scope.
pub(super) const KEYS: [&str; 7] = ["paths", "exclude", "environment", "holder", "network", "data", "purpose"];

/// One scope: the circumstances of the files that it covers.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The covered files.
    pub paths: Vec<PathGlob>,
    /// Files among them that are excluded.
    pub exclude: Vec<PathGlob>,
    /// Its circumstances; `unspecified` if the scope does not state one.
    pub context: Context,
    /// Its table's header.
    pub span: Span,
}

impl Scope {
    /// Whether it covers the file with this path.
    pub fn covers(&self, path: &str) -> bool {
        let means = |globs: &[PathGlob]| globs.iter().any(|glob| glob.matches(path));
        means(&self.paths) && !means(&self.exclude)
    }

    /// Those of its statements that lower the requirements for its files: `purpose fixture`. Rules treat what is not
    /// stated as the strictest case, or leave their answer open.
    pub fn lessens(&self) -> Vec<String> {
        let Context { environment, holder, network, data, purpose } = self.context;
        let lesser = [lesser(environment), lesser(holder), lesser(network), lesser(data), lesser(purpose)];
        let stated = CIRCUMSTANCES.into_iter().zip(lesser);
        stated.filter_map(|(circumstance, value)| Some(format!("{circumstance} {}", value?))).collect()
    }
}

/// A circumstance that a scope or a file can state.
pub trait Circumstance: Copy + PartialEq + Sized + 'static {
    /// The possible statements with their names, from the least strict to the strictest, without the one that says
    /// nothing.
    const ORDER: &'static [(&'static str, Self)];

    /// The stricter of two statements. Saying nothing is the least strict here, so that any statement wins over it,
    /// although rules later treat "unspecified" as the strictest.
    #[must_use]
    fn stricter(self, other: Self) -> Self {
        let rank = |value| Self::ORDER.iter().position(|&(_, known)| known == value);
        if rank(other) > rank(self) { other } else { self }
    }

    /// Whether it says something.
    fn is_stated(self) -> bool {
        Self::ORDER.iter().any(|&(_, known)| known == self)
    }
}

impl Circumstance for Environment {
    /// Keys of production rotate every 90 days, those of staging and test once a year (S9, S10).
    const ORDER: &'static [(&'static str, Self)] =
        &[("test", Self::Test), ("staging", Self::Staging), ("production", Self::Production)];
}

impl Circumstance for Holder {
    /// A shared key must be in the inventory wherever it is used (S8), and the yearly rotation is for personal keys
    /// (S10).
    const ORDER: &'static [(&'static str, Self)] = &[("personal", Self::Personal), ("shared", Self::Shared)];
}

impl Circumstance for Network {
    /// TLS 1.3 is required over untrusted networks (S1).
    const ORDER: &'static [(&'static str, Self)] = &[("trusted", Self::Trusted), ("untrusted", Self::Untrusted)];
}

impl Circumstance for Data {
    /// Keys with access to confidential data rotate like those of production (S9).
    const ORDER: &'static [(&'static str, Self)] = &[("other", Self::Other), ("sensitive", Self::Sensitive)];
}

impl Circumstance for Purpose {
    /// Test data protects nothing; the certificates of others are relied on, but their keys are not ours; live files
    /// are judged in full.
    const ORDER: &'static [(&'static str, Self)] =
        &[("fixture", Self::Fixture), ("trust-store", Self::TrustStore), ("live", Self::Live)];
}

/// The name of a statement; `None` if it is the strictest, or says nothing.
fn lesser<T: Circumstance>(stated: T) -> Option<&'static str> {
    let (_, less) = T::ORDER.split_last()?;
    less.iter().find(|&&(_, known)| known == stated).map(|&(name, _)| name)
}

/// The circumstances of a path: for each, the last scope counts that covers the path and states it.
pub fn context(scopes: &[Scope], path: &str) -> Context {
    scopes.iter().filter(|scope| scope.covers(path)).fold(Context::UNSPECIFIED, |earlier, scope| Context {
        environment: later(earlier.environment, scope.context.environment),
        holder: later(earlier.holder, scope.context.holder),
        network: later(earlier.network, scope.context.network),
        data: later(earlier.data, scope.context.data),
        purpose: later(earlier.purpose, scope.context.purpose),
    })
}

fn later<T: Circumstance>(earlier: T, later: T) -> T {
    if later.is_stated() { later } else { earlier }
}

/// Adds to every fact the circumstances of its file. If the fact states its own, the stricter one wins. Only the
/// network of a TLS endpoint is always the endpoint's own if it is stated, because it follows from an address: what
/// listens on the loopback interface does so in every scope. What a scope states is no longer unknown.
pub fn apply(scopes: &[Scope], facts: &mut Facts, sources: &Sources) {
    if scopes.is_empty() {
        return;
    }
    let mut scoped = Scoped { scopes, sources, known: HashMap::new() };
    macro_rules! complete {
        ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
            $(scoped.complete(&mut facts.$list);)*
        };
    }
    kinds!(complete);
}

/// The circumstances of each source, computed when first needed.
struct Scoped<'a> {
    scopes: &'a [Scope],
    sources: &'a Sources,
    known: HashMap<SourceId, Context>,
}

impl Scoped<'_> {
    fn complete<T: Fact>(&mut self, list: &mut List<T>) {
        // The network of an endpoint follows from an address, so it holds wherever it is stated.
        let network = match T::KIND {
            FactKind::TlsEndpoints => |own, scope| later(scope, own),
            _ => Network::stricter,
        };
        for (fact, place) in list.iter_mut() {
            let source = place.home.source;
            let scope = *self.known.entry(source).or_insert_with(|| context(self.scopes, &self.sources[source].name));
            let (own, unknown) = fact.context_mut();
            *own = Context {
                environment: own.environment.stricter(scope.environment),
                holder: own.holder.stricter(scope.holder),
                network: network(own.network, scope.network),
                data: own.data.stricter(scope.data),
                purpose: own.purpose.stricter(scope.purpose),
            };
            unknown.retain(|unknown| !states(&scope, &unknown.field));
        }
    }
}

/// Whether a context states the field that an unknown names.
fn states(context: &Context, field: &str) -> bool {
    match field {
        "context.environment" => context.environment.is_stated(),
        "context.holder" => context.holder.is_stated(),
        "context.network" => context.network.is_stated(),
        "context.data" => context.data.is_stated(),
        "context.purpose" => context.purpose.is_stated(),
        _ => false,
    }
}

/// Reads one `[[scopes]]`.
pub(super) fn read(value: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Option<Scope> {
    let mut fields = Fields::of(value, "a scope", faults)?.only("a scope", &KEYS);
    fields.require(&["paths"]);
    if !CIRCUMSTANCES.iter().any(|key| fields.has(key)) {
        let fault = Fault::new(fields.span, "a scope must state something");
        fields.faults.push(fault.hint(format!("at least one of: {}", CIRCUMSTANCES.join(", "))));
    }
    Some(Scope {
        paths: globs(&mut fields, "paths"),
        exclude: globs(&mut fields, "exclude"),
        context: Context {
            environment: stated(&mut fields, "environment", Environment::Unspecified),
            holder: stated(&mut fields, "holder", Holder::Unspecified),
            network: stated(&mut fields, "network", Network::Unspecified),
            data: stated(&mut fields, "data", Data::Unspecified),
            purpose: stated(&mut fields, "purpose", Purpose::Unspecified),
        },
        span: fields.span,
    })
}

fn stated<T: Circumstance>(fields: &mut Fields<'_, '_>, key: &str, unspecified: T) -> T {
    fields.choice(key, T::ORDER).unwrap_or(unspecified)
}

fn globs(fields: &mut Fields<'_, '_>, key: &str) -> Vec<PathGlob> {
    let texts = fields.texts(key).unwrap_or_default();
    texts.into_iter().filter_map(|(text, span)| path_glob(text, span, fields.faults)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use keyreeve_contract::{InventoryEntry, Side, TlsEndpoint, Transport, Unknown, Verification};
    use keyreeve_facts::Place;
    use keyreeve_source::{Location, Source};

    use super::*;
    use crate::policy::Policy;

    fn scopes(text: &str) -> Vec<Scope> {
        Policy::load(Path::new("keyreeve.toml"), text.as_bytes()).unwrap().scopes
    }

    fn entry(context: Context, unknown: &[&str]) -> InventoryEntry {
        let unknown = unknown.iter().map(|&field| Unknown { field: field.to_owned(), reason: "a variable".to_owned() });
        InventoryEntry {
            context,
            unknown: unknown.collect(),
            id: String::new(),
            kind: String::new(),
            creator: String::new(),
            service: String::new(),
            created: None,
            last_rotated: None,
            owner: String::new(),
            fingerprint: String::new(),
            path: String::new(),
            found: false,
            attributes: Vec::new(),
        }
    }

    fn endpoint(network: Network) -> TlsEndpoint {
        TlsEndpoint {
            context: Context { network, ..Context::UNSPECIFIED },
            unknown: Vec::new(),
            side: Side::Server,
            transport: Transport::Tls,
            names: Vec::new(),
            versions: Vec::new(),
            suites: Vec::new(),
            groups: Vec::new(),
            verification: Verification::None,
            attributes: Vec::new(),
        }
    }

    /// The facts with scopes applied, all of them in `deploy/a`.
    fn applied(text: &str, entries: Vec<InventoryEntry>, endpoints: Vec<TlsEndpoint>) -> Facts {
        let sources = Sources::new(vec![Source::new("b", None, []), Source::new("deploy/a", None, [])]);
        let home = Location { source: SourceId(1), span: Span::default() };
        let mut facts = Facts::default();
        entries.into_iter().for_each(|fact| facts.inventory.push(fact, Place::new(home, "", "")));
        endpoints.into_iter().for_each(|fact| facts.tls_endpoints.push(fact, Place::new(home, "", "")));
        apply(&scopes(text), &mut facts, &sources);
        facts
    }

    #[test]
    fn the_later_scope_holds_field_by_field() {
        let scopes = scopes(
            "[[scopes]]\npaths = ['**']\nenvironment = 'production'\ndata = 'sensitive'\n\
             [[scopes]]\npaths = ['deploy/**']\nexclude = ['**/b']\nenvironment = 'test'\n",
        );
        let expected = Context { environment: Environment::Test, data: Data::Sensitive, ..Context::UNSPECIFIED };
        assert_eq!(context(&scopes, "deploy/a"), expected);
        assert_eq!(context(&scopes, "deploy/b").environment, Environment::Production);
    }

    #[test]
    fn where_the_file_states_its_own_the_stricter_wins() {
        let text =
            "[[scopes]]\npaths = ['deploy/**']\nenvironment = 'staging'\nholder = 'shared'\npurpose = 'fixture'\n";
        let own = |environment, holder, purpose| Context { environment, holder, purpose, ..Context::UNSPECIFIED };
        let entries = vec![
            entry(own(Environment::Production, Holder::Personal, Purpose::Live), &[]),
            entry(own(Environment::Test, Holder::Unspecified, Purpose::Unspecified), &[]),
        ];
        let facts = applied(text, entries, Vec::new());
        let contexts: Vec<Context> = facts.inventory.facts().iter().map(|entry| entry.context).collect();
        let expected = [
            own(Environment::Production, Holder::Shared, Purpose::Live),
            own(Environment::Staging, Holder::Shared, Purpose::Fixture),
        ];
        assert_eq!(contexts, expected);
    }

    #[test]
    fn a_scope_lessens_by_all_that_is_not_the_strictest() {
        let lessens = |stated: &str| {
            let text = format!("[[scopes]]\npaths = ['**']\n{stated}\n");
            crate::policy::Policy::load("x".as_ref(), text.as_bytes()).unwrap().scopes[0].lessens()
        };
        assert_eq!(lessens("environment = 'production'\nholder = 'shared'\nnetwork = 'untrusted'"), [""; 0]);
        assert_eq!(lessens("data = 'sensitive'\npurpose = 'live'"), [""; 0]);
        assert_eq!(lessens("environment = 'staging'\nholder = 'personal'"), ["environment staging", "holder personal"]);
        let rest = ["network trusted", "data other", "purpose trust-store"];
        assert_eq!(lessens("network = 'trusted'\ndata = 'other'\npurpose = 'trust-store'"), rest);
    }

    #[test]
    fn what_a_scope_states_is_no_longer_unknown() {
        let text = "[[scopes]]\npaths = ['**']\nenvironment = 'test'\n";
        let unknown = ["context.environment", "context.data", "created"];
        let facts = applied(text, vec![entry(Context::UNSPECIFIED, &unknown)], Vec::new());
        let left: Vec<&str> = facts.inventory.facts()[0].unknown.iter().map(|unknown| unknown.field.as_str()).collect();
        assert_eq!(left, ["context.data", "created"]);
    }

    #[test]
    fn what_listens_on_loopback_does_so_in_every_scope() {
        let networks = |text: &str| -> Vec<Network> {
            let endpoints = [Network::Trusted, Network::Unspecified, Network::Untrusted].map(endpoint);
            let facts = applied(text, Vec::new(), endpoints.into());
            facts.tls_endpoints.facts().iter().map(|endpoint| endpoint.context.network).collect()
        };
        use Network::{Trusted, Untrusted};
        let scope = |network| format!("[[scopes]]\npaths = ['**']\nnetwork = '{network}'\n");
        assert_eq!(networks(&scope("untrusted")), [Trusted, Untrusted, Untrusted]);
        assert_eq!(networks(&scope("trusted")), [Trusted, Trusted, Untrusted]);
    }

    #[test]
    fn a_file_outside_of_every_scope_is_left_alone() {
        let facts =
            applied("[[scopes]]\npaths = ['b']\ndata = 'other'\n", vec![entry(Context::UNSPECIFIED, &[])], Vec::new());
        assert_eq!(facts.inventory.facts()[0].context, Context::UNSPECIFIED);
    }
}
