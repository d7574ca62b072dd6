//! Rules.
pub mod contract;
