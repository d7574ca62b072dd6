//! How a component of the contract is called: where its exports are, with which types, and what it may import. Not what
//! a call may cost, and not what becomes of its answer.

use wasmtime::component::{Component, ComponentExportIndex, ComponentType, Instance, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Result, Store, format_err};

use crate::{Fact, FactKind, Finding, Info, Scan, VERSION, Value};

/// A function that takes a scan and facts, and says what it found.
pub type Check<'a, F> = TypedFunc<(&'a Scan, &'a [F]), (Answer<Vec<Finding>>,)>;

/// What the contract's functions return: the error is a sentence of the rule.
pub type Answer<T> = std::result::Result<T, String>;

/// A fact that a rule can be handed.
pub trait Judged: Fact + ComponentType + Lower + Lift {}

impl<F: Fact + ComponentType + Lower + Lift> Judged for F {}

/// Where a component's exports are. Which are there is read from the component, never from an error.
pub struct Exports {
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    checks: [Option<ComponentExportIndex>; FactKind::ALL.len()],
}

impl Exports {
    /// Those of a component that examines these kinds.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn find(component: &Component, kinds: &[FactKind]) -> Result<Self> {
        let mut checks = [None; FactKind::ALL.len()];
        for kind in kinds {
            checks[*kind as usize] = Some(export(component, kind.interface(), "check")?);
        }
        Ok(Self {
            describe: export(component, "rule", "describe")?,
            configure: export(component, "rule", "configure")?,
            checks,
        })
    }

    /// The function that says what the rule is.
    ///
    /// # Errors
    /// Where its types are not the contract's.
    pub fn describe<T>(&self, store: &mut Store<T>, instance: &Instance) -> Result<TypedFunc<(), (Info,)>> {
        instance.get_typed_func(store, self.describe)
    }

    /// The function that takes the settings.
    ///
    /// # Errors
    /// Where its types are not the contract's.
    #[expect(clippy::type_complexity, reason = "it is the contract's signature")]
    pub fn configure<'a, T>(
        &self,
        store: &mut Store<T>,
        instance: &Instance,
    ) -> Result<TypedFunc<(&'a [(String, Value)],), (Answer<()>,)>> {
        instance.get_typed_func(store, self.configure)
    }

    /// The function that judges facts of a kind.
    ///
    /// # Errors
    /// Where its types are not the contract's, or the component does not examine the kind.
    pub fn check<'a, T, F: Judged>(&self, store: &mut Store<T>, instance: &Instance) -> Result<Check<'a, F>> {
        let check = self.checks[F::KIND as usize];
        let check = check.ok_or_else(|| format_err!("it does not examine {}", F::KIND.interface()))?;
        instance.get_typed_func(store, check)
    }

    /// Looks every export up with its types, so that wrong ones show before there is something to judge.
    ///
    /// # Errors
    /// Where the types of one are not the contract's.
    pub fn check_types<T>(&self, store: &mut Store<T>, instance: &Instance) -> Result<()> {
        self.configure(store, instance)?;
        macro_rules! each {
            ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
                $(if self.checks[FactKind::$kind as usize].is_some() {
                    self.check::<T, crate::$fact>(store, instance)?;
                })*
            };
        }
        kinds!(each);
        Ok(())
    }
}

/// Defines what a rule may import: `diagnostics`, which tells of a panic. A rule that tells too often can be ended.
///
/// # Errors
/// Where it is defined already.
pub fn add_diagnostics<T: 'static>(
    linker: &mut Linker<T>,
    panic: impl Fn(&mut T, String) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let mut diagnostics = linker.instance(&interface("diagnostics"))?;
    diagnostics.func_wrap("panic", move |mut store, (message,): (String,)| panic(store.data_mut(), message))
}

fn interface(name: &str) -> String {
    format!("keyreeve:policy/{name}@{VERSION}")
}

fn export(component: &Component, name: &str, function: &str) -> Result<ComponentExportIndex> {
    let interface = interface(name);
    let instance = component.get_export_index(None, interface.as_str());
    let instance = instance.ok_or_else(|| format_err!("no exported instance named `{interface}`"))?;
    let function_at = component.get_export_index(Some(&instance), function);
    function_at.ok_or_else(|| format_err!("instance export `{interface}` does not have export `{function}`"))
}
