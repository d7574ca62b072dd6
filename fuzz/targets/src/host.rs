//! What the host reads beside the sources of a scan: the policy, what accompanies it, and components that call
//! themselves rules. Not sources.

use std::path::Path;

use keyreeve::policy::Policy;
use keyreeve::policy::lock::Lock;
use keyreeve::settle::baseline::Baseline;
use keyreeve::{kit, rules};

/// The reader of that name.
pub(crate) fn of(name: &str) -> Option<fn(&[u8])> {
    Some(match name {
        "policy" => |bytes| drop(Policy::load(Path::new("keyreeve.toml"), bytes)),
        "lock" => |bytes| drop(Lock::load(Path::new("keyreeve.lock"), bytes)),
        "baseline" => |bytes| drop(Baseline::load("baseline.json", bytes)),
        "recorded-facts" => |bytes| drop(kit::replay::read(bytes)),
        "component" => |bytes| drop(rules::component::declared(bytes)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_formats_of_the_host_are_all_fuzzed() {
        let targets = crate::targets();
        for format in keyreeve::formats::FORMATS.iter() {
            let id = format.row().id;
            let is_fuzzed = targets.iter().any(|target| target.is_of_files() && target.name == id);
            assert!(is_fuzzed, "fuzz/targets.txt lacks a line `{id} files`");
        }
    }
}
