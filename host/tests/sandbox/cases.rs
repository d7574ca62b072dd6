//! Every folder testdata/cases/<rule>/<pass|fail|undetermined>-<why>/ is a test: real files, and in `expected.json` the
//! required answer of the rule. BLESS=1 rewrites expectations; blessed files must be read before they are committed.
//! The harness is that of `keyreeve rule test`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use keyreeve::kit::cases::{Failure, Harness, Options, list};
use keyreeve::rules::built_in::BUILT_IN;
use keyreeve::rules::engine::Engine;

/// The date that cases are judged at.
const AS_OF: Date = Date::constant(2026, 11, 23);

#[test]
fn every_case_is_judged_as_its_name_says() {
    let engine = Engine::new().unwrap();
    let options = Options { as_of: Some(AS_OF), today: AS_OF, bless: std::env::var_os("BLESS").is_some() };
    let mut failures = Vec::new();
    for folder in list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases")).unwrap() {
        let id = folder.file_name().unwrap().to_str().unwrap();
        let built_in = BUILT_IN.iter().find(|rule| rule.id == id);
        let built_in = built_in.unwrap_or_else(|| panic!("{id} has cases, and is no built-in rule"));
        let mut harness = Harness::new(&engine, built_in.rule(), options);
        for case in list(&folder).unwrap() {
            if let Err(failure) = harness.judge(&case) {
                failures.push(format!("{}: {failure}{}", case.display(), differences(&failure)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn differences(failure: &Failure) -> String {
    let Failure::Differs(lines) = failure else { return String::new() };
    lines.iter().map(|line| format!("\n{line}")).collect()
}

#[test]
fn every_built_in_rule_has_three_cases_that_pass_and_three_that_fail() {
    for built_in in BUILT_IN {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases").join(built_in.id);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for case in list(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let name = case.file_name().unwrap().to_str().unwrap();
            *kinds.entry(name.split('-').next().unwrap().to_owned()).or_default() += 1;
        }
        for kind in ["pass", "fail"] {
            let count = kinds.get(kind).copied().unwrap_or_default();
            assert!(count >= 3, "{} has only {count} cases that {kind}", built_in.id);
        }
    }
}
