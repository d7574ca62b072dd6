//! What authors of rules use: inspecting, pinning, testing and measuring one rule. Not the judging of a tree, which is
//! `scan`'s: here the rule is what is in question.

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
