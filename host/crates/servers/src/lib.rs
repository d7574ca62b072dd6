//! What the configuration of servers says about TLS, with a module for each program. No rule is applied here, and no
//! format knows another.

mod address;
mod endpoint;
pub mod haproxy;
mod ledger;
pub mod nginx;
mod suites;
mod tls;

/// The formats of this crate, in order of preference if several claim a file equally.
pub static FORMATS: &[&dyn keyreeve_facts::AnyFormat] = keyreeve_facts::formats![haproxy::Haproxy, nginx::Nginx];
