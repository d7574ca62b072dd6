//! The program `keyreeve`.
fn main() {}
