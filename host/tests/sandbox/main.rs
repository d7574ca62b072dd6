//! Rules at work in their sandbox: those that try to do harm, and the built-in ones on real files.
//! Not what a user sees of it beyond the problems of a run.
#![allow(missing_docs)]

mod cases;
mod hostile;
#[path = "../support/mod.rs"]
mod support;
