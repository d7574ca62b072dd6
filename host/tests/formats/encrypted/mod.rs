//! Encrypted data against oracles: the programs that write each format, and structures built as its specification says
//! where there is none. Not unit tests of the readers, which stand beside them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

mod archives;
mod built;
mod hostile;
mod messages;
mod openers;
mod python;
mod secrets;
mod volumes;
mod workshop;
