//! Tests what is read from files against independent oracles: the programs that write each format, and public corpora.
//! What rules make of it is not tested here.
#![allow(missing_docs)]

mod encrypted;
mod folders;
mod material;
mod nginx;
#[path = "../support/mod.rs"]
mod support;
mod weak;
