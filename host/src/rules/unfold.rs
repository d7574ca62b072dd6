//! How large a component is once the components inside it are instantiated: a kilobyte can unfold to millions of
//! instances, each a piece of work for whoever compiles or loads it. Not a limit on running: the instances of a store
//! are counted there.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentTypeRef, Instance, Parser, Payload,
};

use super::component::Refusal;

/// Most instances, arguments, aliases, functions and exports of all instances of components together. One that
/// carries Python has some thousands.
const PARTS: u64 = 200_000;

/// Whether a component unfolds to a sane size.
///
/// What is instantiated is one of the components that end before, and the largest of them bounds it. That holds because
/// components can come in no other way: not as an import, nor out of an instance.
///
/// # Errors
/// [`Refusal::Unfolds`], or [`Refusal::Malformed`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let malformed = |error: wasmparser::BinaryReaderError| Refusal::Malformed(error.to_string());
    // The parts of each component that is open, none for a core module; and of the largest that has ended.
    let (mut open, mut largest) = (Vec::new(), 0_u64);
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(malformed)?;
        match payload {
            Payload::Version { .. } => open.push(1_u64),
            Payload::End(_) => largest = largest.max(open.pop().unwrap_or_default()),
            _ => {
                let parts = parts(&payload, largest).map_err(malformed)?;
                let Some(sum) = open.last_mut() else { continue };
                *sum = sum.saturating_add(parts.ok_or(Refusal::Unfolds(PARTS))?);
                if *sum > PARTS {
                    return Err(Refusal::Unfolds(PARTS));
                }
            }
        }
    }
    Ok(())
}

/// The parts of one section, where an instance of a component counts as much as the largest; none if a component comes
/// in another way.
fn parts(payload: &Payload<'_>, largest: u64) -> wasmparser::Result<Option<u64>> {
    let mut sum = 0_u64;
    match payload {
        Payload::InstanceSection(section) => {
            for instance in section.clone() {
                sum += 1 + match instance? {
                    Instance::Instantiate { args, .. } => args.len() as u64,
                    Instance::FromExports(exports) => exports.len() as u64,
                };
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section.clone() {
                let parts = match instance? {
                    ComponentInstance::Instantiate { args, .. } => largest + args.len() as u64,
                    ComponentInstance::FromExports(exports) => exports.len() as u64,
                };
                sum = sum.saturating_add(1 + parts);
            }
        }
        Payload::ComponentAliasSection(section) => {
            for alias in section.clone() {
                let from_instance =
                    matches!(alias?, ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. });
                if from_instance {
                    return Ok(None);
                }
                sum += 1;
            }
        }
        Payload::ComponentImportSection(section) => {
            for import in section.clone() {
                if matches!(import?.ty, ComponentTypeRef::Component(_)) {
                    return Ok(None);
                }
                sum += 1;
            }
        }
        Payload::ComponentCanonicalSection(section) => sum = u64::from(section.count()),
        Payload::ComponentExportSection(section) => sum = u64::from(section.count()),
        _ => {}
    }
    Ok(Some(sum))
}
