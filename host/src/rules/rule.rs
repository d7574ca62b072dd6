//! A loaded rule: its code, what it says of itself, its settings, and one call of it in a fresh instance.
//! Not which facts it is called with, nor what becomes of its answers: see `judge`.

use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{AsContextMut, Store};

use super::answer::sane;
use super::built_in::BuiltIn;
use super::component::Declared;
use super::contract::{self, Finding, Info, Scan, Value};
use super::engine::{Engine, Running};
use super::limits::{Fault, State, TEXT_BYTES, clip, fuel};
use crate::facts::Facts;
use crate::finding::FactKind;
use crate::report::Origin;

/// A rule that has said what it is.
pub struct Rule {
    /// What it says of itself, checked.
    pub info: Info,
    /// The kinds of fact it examines, in the order of [`FactKind::ALL`].
    pub kinds: Vec<FactKind>,
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// Where it comes from.
    pub origin: Origin,
    code: Code,
}

/// What one call took, from a fresh instance to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Fuel; the same on every machine.
    pub fuel: u64,
    /// Time until the rule was instantiated.
    pub instantiating: Duration,
    /// Time of the whole call.
    pub whole: Duration,
}

/// What runs.
enum Code {
    /// It is loaded.
    Loaded(Linked),
    /// It is part of the program, and loaded when the rule is first called.
    BuiltIn(&'static BuiltIn, OnceLock<Result<Linked, Fault>>),
}

/// A component whose imports are resolved and whose exports are found.
struct Linked {
    code: InstancePre<State>,
    exports: Exports,
}

/// Where a component's exports are. Which are there is read from the component, never from an error.
struct Exports {
    rule: contract::rule::GuestIndices,
    tls_endpoints: Option<contract::tls_endpoints::GuestIndices>,
    certificates: Option<contract::certificates::GuestIndices>,
    keys: Option<contract::keys::GuestIndices>,
    inventory: Option<contract::inventory::GuestIndices>,
    encrypted_data: Option<contract::encrypted_data::GuestIndices>,
    revocation_lists: Option<contract::revocation_lists::GuestIndices>,
}

impl Exports {
    fn find(code: &InstancePre<State>, kinds: &[FactKind]) -> wasmtime::Result<Self> {
        macro_rules! find {
            ($kind:ident, $interface:ident) => {
                match kinds.contains(&FactKind::$kind) {
                    true => Some(contract::$interface::GuestIndices::new(code)?),
                    false => None,
                }
            };
        }
        Ok(Self {
            rule: contract::rule::GuestIndices::new(code)?,
            tls_endpoints: find!(TlsEndpoints, tls_endpoints),
            certificates: find!(Certificates, certificates),
            keys: find!(Keys, keys),
            inventory: find!(Inventory, inventory),
            encrypted_data: find!(EncryptedData, encrypted_data),
            revocation_lists: find!(RevocationLists, revocation_lists),
        })
    }
}

impl Rule {
    /// Links a component, instantiates it once, and asks it what it is. Every export is loaded then, so that wrong types
    /// show here and not when there is something to judge.
    ///
    /// # Errors
    /// A [`Fault`] if it does not get that far, or says something of itself that cannot be.
    pub fn load(
        engine: &Engine,
        component: &Component,
        declared: &Declared,
        sha256: String,
        origin: Origin,
    ) -> Result<Self, Fault> {
        let linked = Linked::new(engine, component, &declared.kinds)?;
        let mut call = Call::begin(engine, &linked.code, fuel(0))?;
        let guest = call.load(|store, instance| linked.exports.rule.load(store, instance))?;
        macro_rules! check_types {
            ($($kind:ident),*) => {$(
                if let Some(indices) = &linked.exports.$kind {
                    call.load(|store, instance| indices.load(store, instance))?;
                }
            )*};
        }
        check_types!(tls_endpoints, certificates, keys, inventory, encrypted_data, revocation_lists);
        let info = call.run(|store| guest.call_describe(store))?;
        super::info::check(&info, &declared.kinds).map_err(Fault::Nonsense)?;
        Ok(Self { info, kinds: declared.kinds.clone(), sha256, origin, code: Code::Loaded(linked) })
    }

    /// A rule that is part of the program, with what it said of itself when that was built.
    pub(super) fn built_in(built_in: &'static BuiltIn, info: Info, kinds: Vec<FactKind>) -> Self {
        let code = Code::BuiltIn(built_in, OnceLock::new());
        Self { info, kinds, sha256: built_in.sha256.to_owned(), origin: Origin::BuiltIn, code }
    }

    /// Its code, loaded now if that has not happened; all calls of a rule are in the same engine.
    fn linked(&self, engine: &Engine) -> Result<&Linked, Fault> {
        match &self.code {
            Code::Loaded(linked) => Ok(linked),
            Code::BuiltIn(built_in, linked) => {
                let load = || Linked::new(engine, &built_in.code(engine)?, &self.kinds);
                linked.get_or_init(load).as_ref().map_err(Clone::clone)
            }
        }
    }

    /// Whether the rule accepts these settings, asked in an instance of its own.
    ///
    /// # Errors
    /// [`Fault::Settings`] with the rule's sentence, or what else ended the call.
    pub fn try_settings(&self, engine: &Engine, settings: &[(String, Value)]) -> Result<(), Fault> {
        let linked = self.linked(engine)?;
        linked.configure(&mut Call::begin(engine, &linked.code, fuel(0))?, settings)
    }

    /// Judges some facts of one kind in a fresh instance, and returns the findings with positions in that range.
    ///
    /// # Errors
    /// The [`Fault`] that ended the call; then nothing of the range is judged.
    pub fn check(
        &self,
        engine: &Engine,
        settings: &[(String, Value)],
        scan: &Scan,
        facts: &Facts,
        kind: FactKind,
        range: Range<usize>,
    ) -> Result<Vec<Finding>, Fault> {
        self.measured(engine, settings, scan, facts, kind, range).map(|(findings, _)| findings)
    }

    /// As [`Self::check`], with what the call took.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub fn measured(
        &self,
        engine: &Engine,
        settings: &[(String, Value)],
        scan: &Scan,
        facts: &Facts,
        kind: FactKind,
        range: Range<usize>,
    ) -> Result<(Vec<Finding>, Cost), Fault> {
        let count = range.len();
        let linked = self.linked(engine)?;
        let begun = Instant::now();
        let mut call = Call::begin(engine, &linked.code, fuel(count))?;
        let instantiating = begun.elapsed();
        linked.configure(&mut call, settings)?;
        macro_rules! check {
            ($kind:ident) => {{
                let indices = linked.exports.$kind.as_ref().expect("a rule is asked for the kinds it examines");
                let guest = call.load(|store, instance| indices.load(store, instance))?;
                call.run(|store| guest.call_check(store, scan, &facts.$kind.facts()[range]))?
            }};
        }
        let findings = match kind {
            FactKind::TlsEndpoints => check!(tls_endpoints),
            FactKind::Certificates => check!(certificates),
            FactKind::Keys => check!(keys),
            FactKind::Inventory => check!(inventory),
            FactKind::EncryptedData => check!(encrypted_data),
            FactKind::RevocationLists => check!(revocation_lists),
        }
        .map_err(|reason| Fault::Refused(clip(&reason, TEXT_BYTES).to_owned()))?;
        let cost = Cost { fuel: call.used(), instantiating, whole: begun.elapsed() };
        // Nobody asks a rule about nothing but to measure it.
        if count > 0 {
            sane(&findings, count)?;
        }
        Ok((findings, cost))
    }
}

impl Linked {
    fn new(engine: &Engine, component: &Component, kinds: &[FactKind]) -> Result<Self, Fault> {
        let code = engine.linker().instantiate_pre(component).map_err(|error| State::types(&error))?;
        let exports = Exports::find(&code, kinds).map_err(|error| State::types(&error))?;
        Ok(Self { code, exports })
    }

    fn configure(&self, call: &mut Call, settings: &[(String, Value)]) -> Result<(), Fault> {
        let guest = call.load(|store, instance| self.exports.rule.load(store, instance))?;
        call.run(|store| guest.call_configure(store, settings))?
            .map_err(|reason| Fault::Settings(clip(&reason, TEXT_BYTES).to_owned()))
    }
}

/// One fresh store and instance; nothing outlives it.
struct Call {
    store: Store<State>,
    instance: Instance,
    fuel: u64,
    _running: Running,
}

impl Call {
    fn begin(engine: &Engine, code: &InstancePre<State>, fuel: u64) -> Result<Self, Fault> {
        let (mut store, running) = (engine.store(fuel), engine.running());
        match code.instantiate(&mut store) {
            Ok(instance) => Ok(Self { store, instance, fuel, _running: running }),
            Err(error) => Err(store.data().fault(&error, fuel)),
        }
    }

    fn used(&self) -> u64 {
        self.fuel - self.store.get_fuel().expect("the engine consumes fuel")
    }

    fn load<T>(&mut self, load: impl FnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<T>) -> Result<T, Fault> {
        load(&mut self.store, &self.instance).map_err(|error| State::types(&error))
    }

    fn run<T>(&mut self, call: impl FnOnce(&mut Store<State>) -> wasmtime::Result<T>) -> Result<T, Fault> {
        call(&mut self.store).map_err(|error| self.store.as_context_mut().data().fault(&error, self.fuel))
    }
}
