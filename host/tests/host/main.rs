//! Tests of the program as it is used: by users, authors of rules, readers of the documentation, registries, hooks.
//! Formats and the sandbox have test programs of their own; there are few of these, since each is linked separately.
#![allow(missing_docs)]

mod bad_input;
mod cli;
mod contract;
mod discover;
mod docs;
mod hooks;
mod kit;
mod registry;
#[path = "../support/mod.rs"]
mod support;
