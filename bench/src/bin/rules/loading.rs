//! How long rules of one's own take to be loaded: from the cache, and without one. Not what they take once they run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use keyreeve::policy::{Component, OwnRule};
use keyreeve::rules::cache::Cache;
use keyreeve::rules::compile::{Compiler, Limits};
use keyreeve::rules::engine::Engine;
use keyreeve::rules::load::Loader;
use keyreeve_bench::measure::{interleaved, ratio, time};
use keyreeve_source::digest::sha256;

/// In which language, its id and its file: two rules of the demo, and one that the tests of the languages leave behind.
const RULES: [(&str, &str, &str); 3] = [
    ("in Rust", "town-names", "testdata/town/rules/town-names.wasm"),
    ("in JavaScript", "owner-on-staff", "testdata/town/rules/owner-on-staff.wasm"),
    ("in Python", "our-names", "target/tmp/languages/python/our-names/our-names.wasm"),
];

pub(crate) fn loading(engine: &Engine) -> Result<()> {
    let (caches, state, project) =
        (tempfile::tempdir()?, tempfile::tempdir()?, Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let loader = Loader {
        engine,
        compiler: Compiler::new(program()?, Limits::default()),
        cache: Some(Cache::below(caches.path(), state.path())?),
        compiling: |_| {},
    };
    println!(
        "\n{:<36}{:>12}{:>11}{:>11}{:>10}",
        "a rule of one's own is loaded", "size", "compiled", "cached", "ratio"
    );
    for (language, id, file) in RULES {
        let file = project.join(file);
        let Ok(metadata) = file.metadata() else {
            println!("{language:<36}{:>12}", "none here");
            continue;
        };
        let component = demanded(&file)?;
        let wanted = OwnRule { id, file, component: &component, confined: None };
        let begun = Instant::now();
        loader.load(&wanted)?;
        let first = begun.elapsed();
        let mut loaded = Ok(());
        let [next] = interleaved(
            21,
            [&mut || {
                if let Err(error) = loader.load(&wanted) {
                    loaded = Err(error);
                }
            }],
        );
        loaded?;
        let size = format!("{} KiB", metadata.len().div_ceil(1024));
        println!("{language:<36}{size:>12}{:>11}{:>11}{:>10}", time(first), time(next), ratio(first, next));
    }
    Ok(())
}

/// What a policy demands of the component in a file, which is therefore digested whenever it is loaded.
fn demanded(file: &Path) -> Result<Component> {
    let sha256 = Some(sha256(&std::fs::read(file)?));
    Ok(Component { path: file.display().to_string(), address: None, sha256, version: None, signer: None })
}

/// keyreeve, which is built beside this program: it is its own compiler.
fn program() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("keyreeve");
    program.canonicalize().with_context(|| format!("{} has to be built", program.display()))
}
