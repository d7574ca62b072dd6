//! Makes a component of the core module that a compiler of Rust or C has written. Languages whose own tools make
//! components do not need this; what a component must be is checked in `component`.

use wasmparser::{Parser, Payload, Validator};
use wit_component::ComponentEncoder;

use super::component::{Declared, Refusal, SIZE_LIMIT, declared};
use super::limits::clip;

/// The custom sections in which bindings say which interfaces a module has.
const WORLD: &str = "component-type";
/// The most bytes of names and of foreign reasons in a message.
const QUOTED: usize = 500;

/// A component, and what it declares.
#[derive(Debug)]
pub struct Encoded {
    /// The component.
    pub bytes: Vec<u8>,
    /// What it declares.
    pub declared: Declared,
}

/// Why no rule can be made of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Longer than [`SIZE_LIMIT`].
    #[error("it is longer than {SIZE_LIMIT} bytes")]
    TooLarge,
    /// Another kind of file.
    #[error("it is not WebAssembly: name the .wasm file that the compiler has written")]
    NotWasm,
    /// It is a component already.
    #[error("it is a component already: use it as it is")]
    Component,
    /// It ends early, or is malformed.
    #[error("it is malformed or truncated: {0}")]
    Malformed(String),
    /// It was compiled for an operating system.
    #[error("it imports {0}: compile it for wasm32-unknown-unknown, where there is no operating system to ask")]
    System(String),
    /// It does not describe what it exports.
    #[error(
        "it does not say which interfaces of the contract it has (no section {WORLD}): in Rust call keyreeve_rule::rule!, in C link component_type.c"
    )]
    NoWorld,
    /// Its content differs from its description.
    #[error("what it exports or imports is not what its section {WORLD} says: {0}")]
    Mismatch(String),
    /// The component is not a rule.
    #[error("the component would not be a rule: {0}")]
    Refused(Refusal),
}

/// Makes a component of a core module in which bindings have left a description of its interfaces.
///
/// # Errors
/// An [`EncodeError`] if the result is not a rule that this host can load.
pub fn component(module: &[u8]) -> Result<Encoded, EncodeError> {
    if module.len() > SIZE_LIMIT {
        return Err(EncodeError::TooLarge);
    }
    if !module.starts_with(b"\0asm") {
        return Err(EncodeError::NotWasm);
    }
    if Parser::is_component(module) {
        return Err(EncodeError::Component);
    }
    let malformed = |error: wasmparser::BinaryReaderError| EncodeError::Malformed(quote(&error.to_string()));
    Validator::new().validate_all(module).map_err(malformed)?;
    if !says_what_it_has(module).map_err(malformed)?? {
        return Err(EncodeError::NoWorld);
    }
    let encoder = ComponentEncoder::default().validate(true).module(module);
    let bytes = encoder.and_then(|mut encoder| encoder.encode());
    let bytes = bytes.map_err(|error| EncodeError::Mismatch(quote(&format!("{error:#}"))))?;
    let declared = declared(&bytes).map_err(EncodeError::Refused)?;
    Ok(Encoded { bytes, declared })
}

/// Whether a valid module describes its interfaces. The inner error reports an import of an operating system.
fn says_what_it_has(module: &[u8]) -> wasmparser::Result<Result<bool, EncodeError>> {
    let mut world = false;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CustomSection(section) => world |= section.name().starts_with(WORLD),
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if import.module.starts_with("wasi") || import.module == "env" {
                        let name = quote(&format!("{}.{}", import.module, import.name));
                        return Ok(Err(EncodeError::System(name)));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Ok(world))
}

/// A text on one line, shortened for a message.
fn quote(text: &str) -> String {
    clip(&text.split_whitespace().collect::<Vec<_>>().join(" "), QUOTED).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn refusal(text: &str) -> EncodeError {
        component(&wat::parse_str(text).unwrap()).unwrap_err()
    }

    #[test]
    fn what_is_no_core_module_is_refused_by_kind() {
        assert_eq!(component(b"#!/bin/sh").unwrap_err(), EncodeError::NotWasm);
        assert_eq!(component(b"").unwrap_err(), EncodeError::NotWasm);
        assert_eq!(refusal("(component)"), EncodeError::Component);
        let module = wat::parse_str("(module (func (export \"f\")))").unwrap();
        for length in 4..module.len() {
            let error = component(&module[..length]).unwrap_err();
            assert!(matches!(error, EncodeError::Malformed(_) | EncodeError::NoWorld), "{length}: {error}");
        }
    }

    #[test]
    fn a_module_for_an_operating_system_or_without_bindings_says_what_to_change() {
        let wasi = refusal("(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func)))");
        assert!(wasi.to_string().contains("wasi_snapshot_preview1.fd_write: compile it for wasm32-unknown-unknown"));
        assert_eq!(refusal("(module (func (export \"f\")))"), EncodeError::NoWorld);
        let nonsense = refusal("(module (@custom \"component-type:x\" \"nonsense\"))");
        assert!(matches!(nonsense, EncodeError::Mismatch(_)), "{nonsense}");
    }

    #[test]
    fn every_built_in_rule_is_made_of_a_module_and_is_refused_a_second_time() {
        for rule in crate::rules::built_in::BUILT_IN {
            assert_eq!(component(rule.component).unwrap_err(), EncodeError::Component);
        }
    }
}
