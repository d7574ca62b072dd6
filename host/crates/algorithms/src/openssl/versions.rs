//! Names of protocol versions, as OpenSSL's configuration and the directives of servers spell them. Ranges and lists
//! are not read here, since their syntax differs from program to program.

/// SSL 2.0, as in its CLIENT-HELLO.
pub const SSL2: u16 = 0x0002;
/// SSL 3.0 (RFC 6101).
pub const SSL3: u16 = 0x0300;
/// TLS 1.0 (RFC 2246).
pub const TLS1: u16 = 0x0301;
/// TLS 1.1 (RFC 4346).
pub const TLS1_1: u16 = 0x0302;
/// TLS 1.2 (RFC 5246).
pub const TLS1_2: u16 = 0x0303;
/// TLS 1.3 (RFC 8446).
pub const TLS1_3: u16 = 0x0304;

const NAMES: [(&str, u16); 9] = [
    ("SSLv2", SSL2),
    ("SSLv3", SSL3),
    ("TLSv1", TLS1),
    ("TLSv1.0", TLS1),
    ("TLSv1.1", TLS1_1),
    ("TLSv1.2", TLS1_2),
    ("TLSv1.3", TLS1_3),
    ("DTLSv1", 0xFEFF),
    ("DTLSv1.2", 0xFEFD),
];

/// The code point of a version by its name, as nginx (`ssl_protocols`), Apache (`SSLProtocol`) and HAProxy
/// (`ssl-min-ver`, which spells `TLSv1` as `TLSv1.0`) read it: `TLSv1.2` is 0x0303. Case is ignored. Returns `None` for
/// any other name.
pub fn version(name: &str) -> Option<u16> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, version)| *version)
}

/// The value of `MinProtocol` or `MaxProtocol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `None`: the lowest or highest version that the build has.
    Unlimited,
    /// The code point of a version.
    Version(u16),
}

/// Reads the value of `MinProtocol` or `MaxProtocol` (SSL_CONF_cmd(3)); case matters, and SSL 2.0 is unknown. Returns
/// `None` for a value that OpenSSL refuses.
pub fn bound(value: &str) -> Option<Bound> {
    match value {
        "None" => Some(Bound::Unlimited),
        "SSLv2" | "TLSv1.0" => None,
        _ => NAMES.iter().find(|(known, _)| *known == value).map(|(_, version)| Bound::Version(*version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_directives_are_read_in_either_case() {
        let directive = ["SSLv2", "SSLv3", "TLSv1", "tlsv1.1", "TLSV1.2", "TLSv1.3", "TLSv1.4", ""];
        let versions = [Some(0x0002), Some(0x0300), Some(0x0301), Some(0x0302), Some(0x0303), Some(0x0304), None, None];
        assert_eq!(directive.map(version), versions);
    }

    #[test]
    fn a_bound_can_be_unlimited() {
        assert_eq!((bound("None"), bound("none")), (Some(Bound::Unlimited), None));
    }
}
