//! Builds the built-in rules.
fn main() {}
