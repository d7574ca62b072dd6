//! A loaded rule: its code, its description of itself, its settings, and one call of it in a fresh instance. Which
//! facts it is called with, and what happens to its answers, is decided in `judge`.

use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use keyreeve_contract::sandbox::{Exports, Judged};
use keyreeve_contract::{FactKind, Finding, Info, Scan, Value};
use keyreeve_facts::Facts;
use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{AsContextMut, Store};

use super::answer::sane;
use super::built_in::BuiltIn;
use super::component::Declared;
use super::engine::{Engine, Running};
use super::limits::{Fault, State, TEXT_BYTES, clip, fuel};
use crate::report::Origin;

/// A rule that has described itself.
pub struct Rule {
    /// Its description of itself, checked.
    pub info: Info,
    /// The kinds of fact it examines, in the order of [`FactKind::ALL`].
    pub kinds: Vec<FactKind>,
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// Where it comes from.
    pub origin: Origin,
    code: Code,
}

/// What one call used, from a fresh instance to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Fuel; the same on every machine.
    pub fuel: u64,
    /// Time until the rule was instantiated.
    pub instantiating: Duration,
    /// Time of the whole call.
    pub whole: Duration,
}

/// The code that runs.
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

impl Rule {
    /// Links a component, instantiates it once, and has it describe itself. Every export is loaded at this time, so
    /// that wrong types are noticed before there is something to judge.
    ///
    /// # Errors
    /// A [`Fault`] if it does not get that far, or describes itself wrongly.
    pub fn load(
        engine: &Engine,
        component: &Component,
        declared: &Declared,
        sha256: String,
        origin: Origin,
    ) -> Result<Self, Fault> {
        let linked = Linked::new(engine, component, &declared.kinds)?;
        let mut call = Call::begin(engine, &linked.code, fuel(0))?;
        call.load(|store, instance| linked.exports.check_types(store, instance))?;
        let describe = call.load(|store, instance| linked.exports.describe(store, instance))?;
        let (info,) = call.run(|store| describe.call(store, ()))?;
        super::info::check(&info, &declared.kinds).map_err(Fault::Nonsense)?;
        Ok(Self { info, kinds: declared.kinds.clone(), sha256, origin, code: Code::Loaded(linked) })
    }

    /// A built-in rule, with the description that it gave when it was built.
    pub(super) fn built_in(built_in: &'static BuiltIn, info: Info, kinds: Vec<FactKind>) -> Self {
        let code = Code::BuiltIn(built_in, OnceLock::new());
        Self { info, kinds, sha256: built_in.sha256.to_owned(), origin: Origin::BuiltIn, code }
    }

    /// Its code, loaded now if it is not yet; all calls of a rule are in the same engine.
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
    /// The [`Fault`] that ended the call; then none of the range is judged.
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

    /// Like [`Self::check`], and returns what the call used.
    ///
    /// # Errors
    /// Those of [`Self::check`].
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
            ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
                match kind {
                    $(FactKind::$kind => linked.check(&mut call, scan, &facts.$list.facts()[range]),)*
                }
            };
        }
        let findings = keyreeve_contract::kinds!(check)?;
        let cost = Cost { fuel: call.used(), instantiating, whole: begun.elapsed() };
        // A rule is called without facts only to measure it.
        if count > 0 {
            sane(&findings, count)?;
        }
        Ok((findings, cost))
    }
}

impl Linked {
    fn new(engine: &Engine, component: &Component, kinds: &[FactKind]) -> Result<Self, Fault> {
        let code = engine.linker().instantiate_pre(component).map_err(|error| State::types(&error))?;
        let exports = Exports::find(component, kinds).map_err(|error| State::types(&error))?;
        Ok(Self { code, exports })
    }

    fn configure(&self, call: &mut Call, settings: &[(String, Value)]) -> Result<(), Fault> {
        let configure = call.load(|store, instance| self.exports.configure(store, instance))?;
        let (answer,) = call.run(|store| configure.call(store, (settings,)))?;
        answer.map_err(|reason| Fault::Settings(clip(&reason, TEXT_BYTES).to_owned()))
    }

    fn check<F: Judged>(&self, call: &mut Call, scan: &Scan, facts: &[F]) -> Result<Vec<Finding>, Fault> {
        let check = call.load(|store, instance| self.exports.check::<_, F>(store, instance))?;
        let (answer,) = call.run(|store| check.call(store, (scan, facts)))?;
        answer.map_err(|reason| Fault::Refused(clip(&reason, TEXT_BYTES).to_owned()))
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
