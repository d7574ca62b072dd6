//! Counts the places that name a kind of fact by hand: the work of adding one. That all kinds are treated alike is
//! enforced by the compiler.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::contract::root;

/// Where the kind that came last is named beside wit/: where its facts are made, where another fact is related to it,
/// and its samples.
const BY_HAND: [&str; 5] = [
    "host/crates/material/src/scan.rs",
    "host/crates/material/src/scan/held.rs",
    "host/src/kit/samples.rs",
    "host/src/relate/revoked.rs",
    "plugins/sdk/src/sample.rs",
];

#[test]
fn a_kind_of_fact_is_named_where_it_is_made_and_in_no_list_of_kinds() {
    let mut found = BTreeSet::new();
    for folder in ["host/src", "host/crates", "plugins/sdk"] {
        files(&root().join(folder), &mut |path, text| {
            let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let names =
                ["revocation_lists", "RevocationLists", "revocation-lists", "RevocationList for", "-> RevocationList"];
            if names.iter().any(|name| code.contains(name)) {
                found.insert(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        });
    }
    let allowed: BTreeSet<String> = BY_HAND.map(str::to_owned).into();
    assert_eq!(found.difference(&allowed).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(found.len() > 2, "the test looks for names that nothing has: {found:?}");
}

fn files(folder: &Path, each: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
