//! Write a keyreeve rule in Rust.
