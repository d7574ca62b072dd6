//! keyreeve checks configuration, certificates and keys against an encryption and key management
//! policy. This crate is the host: its modules stand in the order of the pipeline, and data flows
//! one way through them (docs/architecture.md).

pub mod budget;
pub mod digest;
pub mod discover;
pub mod facts;
pub mod finding;
pub mod init;
pub mod kit;
pub mod policy;
mod price;
pub mod private;
pub mod problem;
pub mod progress;
pub mod registry;
pub mod regular;
pub mod relate;
pub mod report;
pub mod rules;
pub mod scan;
pub mod settle;
pub mod source;
pub mod template;
mod text;
mod waiting;
pub mod weak;
pub mod whole;
