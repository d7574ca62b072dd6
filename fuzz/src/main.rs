//! The fuzzer: hands what libFuzzer makes to the target that KEYREEVE_TARGET names. Not run by itself: scripts/fuzz.sh
//! builds it with the instrumentation that guides libFuzzer, gives it seeds, and bounds its time.
#![no_main]

use std::sync::LazyLock;

use keyreeve_fuzz_targets::{Target, targets};
use libfuzzer_sys::{Corpus, fuzz_target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("KEYREEVE_TARGET").unwrap_or_default();
    targets().into_iter().find(|target| target.name == name).unwrap_or_else(|| {
        eprintln!("KEYREEVE_TARGET must be a name of fuzz/targets.txt that is compiled here, and not {name:?}");
        std::process::exit(2)
    })
});

fuzz_target!(init: { LazyLock::force(&TARGET); }, |input: &[u8]| -> Corpus {
    TARGET.run(input);
    Corpus::Keep
});
