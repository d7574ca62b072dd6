//! Key material against oracles: the openssl and ssh-keygen programs, and OpenSSL's reading of zlint's corpus.
//! Not unit tests of the readers, which stand beside them.
#![allow(clippy::unwrap_used, missing_docs)]

mod containers;
mod corpus;
mod hostile;
mod keys;
mod labels;
mod places;
mod revocation;
mod tools;
