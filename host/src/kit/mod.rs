//! What authors of rules use: inspecting, pinning, testing and measuring one rule. Judging a tree is not here but in
//! `scan`: here the rule itself is examined.

pub mod advice;
pub mod bench;
pub mod cases;
pub mod diff;
pub mod expected;
mod file;
pub mod inspect;
pub mod pin;
pub mod replay;
pub mod samples;
