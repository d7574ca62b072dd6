//! Trees of files in YAML, JSON, TOML and CSV, with the place of every part. What a tree means is left to the format
//! that reads it.

pub mod csv;
pub mod json;
pub mod lines;
pub mod toml;
pub mod tree;
pub mod yaml;
