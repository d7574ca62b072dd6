//! Weak keys against oracles: badkeys, which found most of them first, published examples, and keys whose weakness was
//! built in. Not unit tests of the checks, which stand beside them.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod badkeys;
mod blocklist;
mod budget;
mod make;
mod secrets;
mod together;
