//! Tests of rules in their sandbox: those that try to do harm, and the built-in ones on real files. What users see of
//! it is only tested as far as problems of a run.
#![allow(missing_docs)]

mod cases;
mod hostile;
#[path = "../support/mod.rs"]
mod support;
