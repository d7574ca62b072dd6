//! Tests of the demo's own rules: the committed components pass the cases and match their sources. What they find in
//! the demo is shown on the pages.

use std::fs;
use std::path::PathBuf;

use keyreeve::template::Language;

use super::workshop::{built, done, folder, once, said, shell};
use crate::support::markdown::root;

const RULES: [&str; 2] = ["town-names", "owner-on-staff"];

fn committed() -> PathBuf {
    root().join("testdata/town/rules")
}

#[test]
fn the_rules_of_the_town_pass_their_cases() {
    for rule in RULES {
        let component = committed().join(format!("{rule}.wasm"));
        let test = format!("keyreeve rule test testdata/rules/{rule} --component {}", component.display());
        assert!(done(&test, &root()));
    }
}

/// Tools differ from machine to machine, and so do the bytes; but not what a rule states about itself and answers.
#[test]
fn the_rules_of_the_town_are_those_of_their_sources() {
    // A machine with these tools has everything that the script needs.
    if built(Language::Rust).is_none() || built(Language::Javascript).is_none() {
        return;
    }
    let (place, sources) = (folder().join("town"), root().join("testdata/rules"));
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let of = [
        read("scripts/town-rules.sh"),
        read("testdata/rules/town-names/src/lib.rs"),
        read("testdata/rules/owner-on-staff/rule.js"),
    ];
    let script = format!("KEYREEVE=keyreeve scripts/town-rules.sh {}", place.display());
    assert!(once(&place, &of.concat(), || done(&script, &root())));
    for rule in RULES {
        let component = place.join(format!("{rule}.wasm"));
        assert!(done(
            &format!("keyreeve rule test {} --component {}", sources.join(rule).display(), component.display()),
            &root()
        ));
        let says = |component: PathBuf| {
            let inspected = said(&shell(&format!("keyreeve rule inspect {}", component.display()), &root()));
            let (_, says) = inspected.split_once("\nrule ").unwrap();
            says.split("FUEL").next().unwrap().to_owned()
        };
        assert_eq!(says(component), says(committed().join(format!("{rule}.wasm"))));
    }
}
