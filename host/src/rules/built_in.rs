//! The built-in rules as build.rs embedded them: component, native code, digest, and each rule's description of itself.
//! They are run in the same way as any other rule.

use keyreeve_contract::FactKind;
use wasmtime::component::Component;

use super::component::interface;
use super::engine::Engine;
use super::limits::Fault;
use super::rule::Rule;

/// A rule that is part of the program.
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// SHA-256 of the component, hex.
    pub sha256: &'static str,
    /// The component, for its digest and for export.
    pub component: &'static [u8],
    exports: &'static [&'static str],
    info: &'static str,
    native: &'static [u8],
}

/// All built-in rules, in the order of their ids.
pub static BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

impl BuiltIn {
    /// The rule, as it described itself when the program was built. Its code is loaded when it is first called, since
    /// most runs do not call most rules.
    pub fn rule(&'static self) -> Rule {
        let info = serde_json::from_str(self.info).expect("build.rs wrote it from a value of this type");
        Rule::built_in(self, info, self.kinds())
    }

    fn kinds(&self) -> Vec<FactKind> {
        let names: Vec<&str> =
            self.exports.iter().filter_map(|name| interface(name).ok().flatten()).map(|(name, _)| name).collect();
        FactKind::ALL.into_iter().filter(|kind| names.contains(&kind.interface())).collect()
    }

    /// Loads its native code, without compiling anything.
    pub(super) fn code(&self, engine: &Engine) -> Result<Component, Fault> {
        // SAFETY: the bytes are what build.rs made with the wasmtime that is linked here, and part of this
        // program; wasmtime itself checks version and configuration.
        #[allow(unsafe_code)]
        let component = unsafe { Component::deserialize(engine.wasmtime(), self.native) };
        component.map_err(|error| Fault::Nonsense(format!("{error:#}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::report::Origin;
    use crate::rules::component::declared;

    #[test]
    fn every_rule_is_what_it_says_when_it_is_asked_now() {
        let engine = Engine::new().unwrap();
        for built_in in BUILT_IN {
            let declared = declared(built_in.component).unwrap();
            let code = built_in.code(&engine).unwrap();
            let asked = Rule::load(&engine, &code, &declared, built_in.sha256.to_owned(), Origin::BuiltIn).unwrap();
            let embedded = built_in.rule();
            assert_eq!((&embedded.info, &embedded.kinds), (&asked.info, &asked.kinds), "{}", built_in.id);
            assert_eq!(embedded.info.id, built_in.id);
        }
    }
}
