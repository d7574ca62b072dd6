//! A loaded rule: its code, what it says of itself, its settings, and one call of it in a fresh instance.
//! Not which facts it is called with, nor what becomes of its answers: see `judge`.

use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{AsContextMut, Store};

use super::answer::sane;
use super::component::Declared;
use super::contract::{self, Finding, Info, Scan, Value};
use super::engine::Engine;
use super::limits::{Fault, State, TEXT_BYTES, clip, fuel};
use crate::facts::Facts;
use crate::finding::FactKind;
use crate::report::Origin;

/// A rule that has been loaded and has said what it is.
pub struct Rule {
    /// What it says of itself, checked.
    pub info: Info,
    /// The kinds of fact it examines, in the order of [`FactKind::ALL`].
    pub kinds: Vec<FactKind>,
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// Where it comes from.
    pub origin: Origin,
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
}

impl Exports {
    fn find(code: &InstancePre<State>, kinds: &[FactKind]) -> wasmtime::Result<Self> {
        let has = |kind| kinds.contains(&kind);
        Ok(Self {
            rule: contract::rule::GuestIndices::new(code)?,
            tls_endpoints: has(FactKind::TlsEndpoints)
                .then(|| contract::tls_endpoints::GuestIndices::new(code))
                .transpose()?,
            certificates: has(FactKind::Certificates)
                .then(|| contract::certificates::GuestIndices::new(code))
                .transpose()?,
            keys: has(FactKind::Keys).then(|| contract::keys::GuestIndices::new(code)).transpose()?,
            inventory: has(FactKind::Inventory).then(|| contract::inventory::GuestIndices::new(code)).transpose()?,
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
        let types = |error: wasmtime::Error| State::types(&error);
        let code = engine.linker().instantiate_pre(component).map_err(types)?;
        let exports = Exports::find(&code, &declared.kinds).map_err(types)?;
        let mut call = Call::begin(engine, &code, fuel(0))?;
        let guest = exports.rule.load(&mut call.store, &call.instance).map_err(types)?;
        macro_rules! check_types {
            ($($kind:ident),*) => {$(
                if let Some(indices) = &exports.$kind {
                    indices.load(&mut call.store, &call.instance).map_err(types)?;
                }
            )*};
        }
        check_types!(tls_endpoints, certificates, keys, inventory);
        let info = call.run(|store| guest.call_describe(store))?;
        super::info::check(&info, &declared.kinds).map_err(Fault::Nonsense)?;
        Ok(Self { info, kinds: declared.kinds.clone(), sha256, origin, code, exports })
    }

    /// Whether the rule accepts these settings, asked in an instance of its own.
    ///
    /// # Errors
    /// [`Fault::Settings`] with the rule's sentence, or what else ended the call.
    pub fn try_settings(&self, engine: &Engine, settings: &[(String, Value)]) -> Result<(), Fault> {
        let mut call = Call::begin(engine, &self.code, fuel(0))?;
        self.configure(&mut call, settings)
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
        range: std::ops::Range<usize>,
    ) -> Result<Vec<Finding>, Fault> {
        let count = range.len();
        let mut call = Call::begin(engine, &self.code, fuel(count))?;
        self.configure(&mut call, settings)?;
        macro_rules! check {
            ($kind:ident) => {{
                let indices = self.exports.$kind.as_ref().expect("a rule is asked for the kinds it examines");
                let guest = call.load(|store, instance| indices.load(store, instance))?;
                call.run(|store| guest.call_check(store, scan, &facts.$kind.facts()[range]))?
            }};
        }
        let findings = match kind {
            FactKind::TlsEndpoints => check!(tls_endpoints),
            FactKind::Certificates => check!(certificates),
            FactKind::Keys => check!(keys),
            FactKind::Inventory => check!(inventory),
        }
        .map_err(|reason| Fault::Refused(clip(&reason, TEXT_BYTES).to_owned()))?;
        sane(&findings, count)?;
        Ok(findings)
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
}

impl Call {
    fn begin(engine: &Engine, code: &InstancePre<State>, fuel: u64) -> Result<Self, Fault> {
        let mut store = engine.store(fuel);
        match code.instantiate(&mut store) {
            Ok(instance) => Ok(Self { store, instance, fuel }),
            Err(error) => Err(store.data().fault(&error, fuel)),
        }
    }

    fn load<T>(&mut self, load: impl FnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<T>) -> Result<T, Fault> {
        load(&mut self.store, &self.instance).map_err(|error| State::types(&error))
    }

    fn run<T>(&mut self, call: impl FnOnce(&mut Store<State>) -> wasmtime::Result<T>) -> Result<T, Fault> {
        call(&mut self.store).map_err(|error| self.store.as_context_mut().data().fault(&error, self.fuel))
    }
}
