//! Rules that try to do harm, each against the limit that it hits; what they are stands in testdata/hostile.
//! Not rules that are merely wrong about a fact, which the tests of a rule find.
#![allow(clippy::unwrap_used, missing_docs)]

mod cached;
mod committed;
mod compiled;
mod judged;
mod loaded;
mod program;
mod sandbox;
mod signed;
