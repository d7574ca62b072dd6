//! What is read of files, against oracles that are not ours: the programs that write each format, and public corpora.
//! Not what rules make of it.
#![allow(missing_docs)]

mod encrypted;
mod folders;
mod material;
mod nginx;
#[path = "../support/mod.rs"]
mod support;
mod weak;
