//! Tests of the program as a user sees it: every command and option, run in temporary trees. What rules say about facts
//! is only tested as far as findings are needed.
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
