//! How large a component becomes once the components inside it are instantiated: a kilobyte can unfold to millions of
//! instances, each of which costs compiling and loading. Running is not limited here: the instances of a store are
//! counted in `limits`.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentTypeRef, Instance, Parser, Payload,
};

use super::component::Refusal;

/// The most instances, arguments, aliases, functions and exports of all instances of components together. A component
/// that contains Python has some thousands.
const PARTS: u64 = 200_000;

/// Whether a component unfolds to a sane size.
///
/// Any instantiated component has ended before its instantiation, so the largest one that has ended is an upper bound.
/// That holds because components cannot come in another way: neither as an import nor out of an instance.
///
/// # Errors
/// [`Refusal::Unfolds`], or [`Refusal::Malformed`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    let malformed = |error: wasmparser::BinaryReaderError| Refusal::Malformed(error.to_string());
    // The parts of each open component, 0 for a core module; and of the largest that has ended.
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

/// The parts of one section, in which an instance of a component counts as much as the largest one. Returns `None` if a
/// component comes in another way.
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
