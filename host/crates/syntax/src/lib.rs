//! Trees of files with the place of every part: YAML, JSON, TOML, CSV. What a tree means is for the format that reads
//! it.

pub mod csv;
pub mod json;
pub mod lines;
pub mod toml;
pub mod tree;
pub mod yaml;
