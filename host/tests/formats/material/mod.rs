//! Tests of key material against oracles: the openssl and ssh-keygen programs, and OpenSSL's reading of zlint's corpus.
//! Unit tests of the readers are beside their code.
#![allow(clippy::unwrap_used, missing_docs)]

mod canary;
mod containers;
mod corpus;
mod costly;
mod embedded;
mod forms;
mod gnupg;
mod hostile;
mod keys;
mod keystores;
mod labels;
mod left_out;
mod openpgp;
mod passwords;
mod placed;
mod places;
mod revocation;
mod tools;
