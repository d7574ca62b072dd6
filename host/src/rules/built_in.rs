//! The built-in rules as build.rs embedded them: component, native code, digest.
//! Not how they are run, which is the same as for any other rule.

use super::component::declared;
use super::engine::Engine;
use super::limits::Fault;
use super::rule::Rule;
use crate::report::Origin;

/// A rule that is part of the program.
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// SHA-256 of the component, hex.
    pub sha256: &'static str,
    /// The component, for its digest and for export.
    pub component: &'static [u8],
    native: &'static [u8],
}

/// All built-in rules, in the order of their ids.
pub static BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

impl BuiltIn {
    /// Loads it from its native code, without compiling anything.
    ///
    /// # Errors
    /// A [`Fault`] if the rule is broken, which the tests of this project exclude.
    pub fn load(&self, engine: &Engine) -> Result<Rule, Fault> {
        let declared = declared(self.component).map_err(|refusal| Fault::Nonsense(refusal.to_string()))?;
        // SAFETY: the bytes are what build.rs made with the wasmtime that is linked here, and part of this
        // program; wasmtime itself checks version and configuration.
        #[allow(unsafe_code)]
        let component = unsafe { wasmtime::component::Component::deserialize(engine.wasmtime(), self.native) };
        let component = component.map_err(|error| Fault::Nonsense(format!("{error:#}")))?;
        Rule::load(engine, &component, &declared, self.sha256.to_owned(), Origin::BuiltIn)
    }
}
