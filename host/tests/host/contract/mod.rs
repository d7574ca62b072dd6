//! The contract in wit/: its page in the book, what may change in it, and a rule of contract 1.0 that runs for ever.
//! Not what rules do with it, nor the sandbox they run in.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

mod evolution;
mod facts;
mod frozen;
mod kinds;
mod reference;
mod typescript;
mod words;

use std::path::{Path, PathBuf};

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}
