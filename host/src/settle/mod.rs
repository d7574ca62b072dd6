//! Settling: which findings and problems an exception covers, and which are known from before.
//! Not a filter: what is covered stays in the report, marked.

pub mod baseline;
pub mod exceptions;
pub mod findings;
#[cfg(test)]
mod fixtures;
pub mod problems;
pub mod stanza;
