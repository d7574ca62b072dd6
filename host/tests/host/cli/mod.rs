//! The program as a user meets it: every command and option, run in temporary trees.
//! Not what rules say of facts, beyond what it takes to have findings.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod account;
mod baseline;
mod determinism;
mod exceptions;
mod exit;
mod formats;
mod git;
mod included;
mod large;
mod lenient;
mod other;
mod outside;
mod passwords;
mod policy;
mod selection;
