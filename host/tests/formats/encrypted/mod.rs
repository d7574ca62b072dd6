//! Tests of encrypted data against oracles: the programs that write each format, or structures built by the
//! specification if there is no program. Unit tests of the readers are beside their code.
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
