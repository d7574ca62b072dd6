//! keyreeve checks configuration, certificates and keys against an encryption and key management
//! policy. This crate is the host: its modules stand in the order of the pipeline, and data flows
//! one way through them (docs/architecture.md).

pub mod account;
pub mod discover;
pub mod finding;
pub mod formats;
pub mod init;
pub mod kit;
pub mod policy;
pub mod progress;
pub mod registry;
pub mod relate;
pub mod report;
pub mod rules;
pub mod scan;
pub mod settle;
pub mod template;
pub mod unread;
mod waiting;
pub mod whole;
