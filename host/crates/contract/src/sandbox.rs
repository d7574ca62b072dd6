//! How a component of the contract is called: where its exports are, with which types, and what it may import. Not what
//! a call may cost, and not what happens to its answer.

use wasmtime::component::{Component, ComponentExportIndex, ComponentType, Instance, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Result, Store, format_err};

use crate::{Fact, FactKind, Finding, Info, Scan, VERSION, Value};

/// A function that takes a scan and facts, and returns its findings.
pub type Check<'a, F> = TypedFunc<(&'a Scan, &'a [F]), (Answer<Vec<Finding>>,)>;

/// What the contract's functions return. The error is a sentence that the rule wrote.
pub type Answer<T> = std::result::Result<T, String>;

/// A fact that can be passed to a rule.
pub trait Judged: Fact + ComponentType + Lower + Lift {}

impl<F: Fact + ComponentType + Lower + Lift> Judged for F {}

/// Where the exports of a component are. The component itself says which ones it has; no error is interpreted for that.
pub struct Exports {
    describe: ComponentExportIndex,
    configure: ComponentExportIndex,
    checks: [Option<ComponentExportIndex>; FactKind::ALL.len()],
}

impl Exports {
    /// Finds the exports of a component that examines these kinds.
    ///
    /// # Errors
    /// If an export is missing.
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

    /// The function that describes the rule.
    ///
    /// # Errors
    /// If its types are not the contract's.
    pub fn describe<T>(&self, store: &mut Store<T>, instance: &Instance) -> Result<TypedFunc<(), (Info,)>> {
        instance.get_typed_func(store, self.describe)
    }

    /// The function that takes the settings.
    ///
    /// # Errors
    /// If its types are not the contract's.
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
    /// If its types are not the contract's, or the component does not examine the kind.
    pub fn check<'a, T, F: Judged>(&self, store: &mut Store<T>, instance: &Instance) -> Result<Check<'a, F>> {
        let check = self.checks[F::KIND as usize];
        let check = check.ok_or_else(|| format_err!("it does not examine {}", F::KIND.interface()))?;
        instance.get_typed_func(store, check)
    }

    /// Checks the types of every export, so that wrong ones are noticed before there is anything to judge.
    ///
    /// # Errors
    /// If the types of an export are not the contract's.
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

/// Defines the only import that a rule may have: `diagnostics`, by which it reports a panic. A rule that reports too
/// often can be ended.
///
/// # Errors
/// If the import is defined already.
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
