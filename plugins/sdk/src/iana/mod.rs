//! Names and properties of the entries in the IANA's TLS registries: versions, cipher suites, groups. They are not
//! judged here.

mod group;
mod registry;
mod suite;

pub use group::{Group, GroupKind, group, groups};
pub use suite::{Authentication, Cipher, KeyExchange, Mac, Mode, Suite, suite, suites};

/// TLS 1.3 (RFC 9846).
pub const TLS_1_3: u16 = 0x0304;
/// TLS 1.2 (RFC 5246).
pub const TLS_1_2: u16 = 0x0303;
/// SSL 2.0, which numbers its versions differently: its number is the smallest of all, as it should be.
pub const SSL_2_0: u16 = 0x0002;

const VERSIONS: [(u16, &str); 6] = [
    (TLS_1_3, "TLS 1.3"),
    (TLS_1_2, "TLS 1.2"),
    (0x0302, "TLS 1.1"),
    (0x0301, "TLS 1.0"),
    (0x0300, "SSL 3.0"),
    (SSL_2_0, "SSL 2.0"),
];

/// The name of a version by its `ProtocolVersion`: `TLS 1.2`. Returns `None` for an undefined version.
pub fn version_name(code: u16) -> Option<&'static str> {
    VERSIONS.iter().find(|(version, _)| *version == code).map(|(_, name)| *name)
}

/// The version that a text such as `1.2`, `TLS 1.2` or `SSL 3.0` names.
pub fn version(name: &str) -> Option<u16> {
    VERSIONS.iter().find(|(_, full)| *full == name || full.strip_prefix("TLS ") == Some(name)).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests;
