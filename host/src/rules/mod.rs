//! Rules: how they are loaded, sandboxed and called. What they judge are facts, and what they say becomes
//! findings; neither is made here.

pub mod answer;
pub mod built_in;
pub mod cache;
pub mod compile;
pub mod component;
mod config;
pub mod encode;
pub mod engine;
pub mod info;
pub mod judge;
pub mod limits;
pub mod load;
pub mod rule;
pub mod set;
pub mod signature;
pub mod store;
mod unfold;
