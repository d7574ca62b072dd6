//! Tests of what authors of rules are given: `keyreeve rule inspect`, `pin`, `test` and `bench`, with rules that are
//! right, wrong and hostile. The sandbox has tests of its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

mod inspected;
mod measured;
mod pinned;
mod refused;
mod replayed;
mod tested;

use std::path::{Path, PathBuf};

use crate::support::{Answer, Tree, finish};

/// Writes the component of a built-in rule into a tree.
fn built_in(tree: &Tree, id: &str) -> PathBuf {
    let rule = keyreeve::rules::built_in::BUILT_IN.iter().find(|rule| rule.id == id).unwrap();
    tree.write(&format!("{id}.wasm"), rule.component)
}

/// The folders for caches and for state that all tests share: what one of them has compiled, the others need not.
fn caches() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("caches")
}

fn state() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("state")
}

/// Runs `keyreeve rule`.
fn rule(tree: &Tree, arguments: &[&str]) -> Answer {
    finish(
        tree.keyreeve(&[&["rule"], arguments].concat()).env("XDG_CACHE_HOME", caches()).env("XDG_STATE_HOME", state()),
    )
}
