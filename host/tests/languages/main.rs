//! Tests of rules in every language, begun, built and run with real tools by the commands in the book's chapters: they
//! give the same judgements, import nothing, and their authors are told what went wrong. The sandbox is tested with
//! hostile rules.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

mod alike;
mod chapters;
mod mischief;
mod spelling;
#[path = "../support/mod.rs"]
mod support;
mod town;
mod workshop;

use keyreeve::template::Language;

/// One test for each language, so that they are built in parallel and fail separately.
macro_rules! each_language {
    ($($name:ident: $language:ident)+) => {$(
        #[test]
        fn $name() {
            let Some(rule) = workshop::built(Language::$language) else { return };
            alike::imports_nothing_but_the_contract(rule);
            alike::passes_its_own_cases(rule);
        }
    )+};
}

each_language! {
    the_commands_for_a_rule_in_rust_work: Rust
    the_commands_for_a_rule_in_javascript_work: Javascript
    the_commands_for_a_rule_in_typescript_work: Typescript
    the_commands_for_a_rule_in_python_work: Python
    the_commands_for_a_rule_in_c_work: C
}
