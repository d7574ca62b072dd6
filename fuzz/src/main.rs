//! The fuzzer: hands what libFuzzer makes to the parser that KEYREEVE_PARSER names. Not run by itself: scripts/fuzz.sh builds it with
//! the instrumentation that guides libFuzzer, gives it seeds, and bounds its time.
#![no_main]

mod parsers;

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use parsers::{PARSERS, Parser};

static PARSER: LazyLock<&'static Parser> = LazyLock::new(|| {
    let name = std::env::var("KEYREEVE_PARSER").unwrap_or_default();
    let found = PARSERS.iter().find(|parser| parser.name == name);
    found.unwrap_or_else(|| {
        let names: Vec<&str> = PARSERS.iter().map(|parser| parser.name).collect();
        eprintln!("KEYREEVE_PARSER must be one of: {}", names.join(" "));
        std::process::exit(2)
    })
});

fuzz_target!(init: { LazyLock::force(&PARSER); }, |bytes: &[u8]| -> Corpus {
    (PARSER.parse)(bytes);
    Corpus::Keep
});
