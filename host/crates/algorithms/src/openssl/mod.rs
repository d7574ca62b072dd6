//! OpenSSL's configuration languages for TLS: cipher strings, TLS 1.3 suites, groups and protocol versions, each turned
//! into IANA code points as OpenSSL 3.0 does it. Not which of them are good, nor where they stand in a file.

mod absent;
mod available;
mod ciphers;
mod groups;
#[cfg(test)]
mod oracle;
mod preference;
mod selector;
mod suites;
mod tls13;
mod versions;

pub use ciphers::{CipherStringError, Expansion, expand};
pub use groups::{DEFAULT_GROUPS, DEFAULT_GROUPS_3_5, Groups, groups};
pub use suites::{Authentication, Cipher, KeyExchange, Mac, Strength, Suite};
pub use tls13::{Tls13, tls13, tls13_default};
pub use versions::{Bound, SSL2, SSL3, TLS1, TLS1_1, TLS1_2, TLS1_3, bound, version};
