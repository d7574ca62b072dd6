//! The program as those who use it meet it: users, authors of rules, readers of the documentation, registries, hooks.
//! Not what formats hold, nor what the sandbox stops: these have programs of their own, few, since each is linked anew.
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
