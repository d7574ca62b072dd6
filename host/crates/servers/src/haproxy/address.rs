//! Reads the addresses of `bind` and `server`. Not what listens there.

use crate::address::is_local;

/// One address.
pub(super) struct Address {
    /// As written; `*` if nothing stands before the port.
    pub(super) text: String,
    /// Whether only the local machine can reach it: a loopback address or a local socket.
    pub(super) is_local: bool,
    /// Whether it speaks QUIC, and so only TLS 1.3.
    pub(super) is_quic: bool,
}

impl Address {
    /// Reads an address with any of the prefixes in section 11.1 of the manual.
    pub(super) fn new(written: &str) -> Self {
        let (family, rest) = written.split_once('@').unwrap_or(("", written));
        let family = family.rsplit('+').next().unwrap_or_default();
        let is_socket =
            matches!(family, "unix" | "uxst" | "uxdg" | "abns" | "abnsz" | "sockpair") || rest.starts_with('/');
        let text = if written.starts_with(':') && !written.starts_with("::") {
            format!("*{written}")
        } else {
            written.to_owned()
        };
        Self { text, is_local: is_socket || is_local(rest), is_quic: matches!(family, "quic4" | "quic6") }
    }

    /// Whether a word after the name of a proxy is an address, as older versions of HAProxy allowed: `listen stats
    /// :8080`.
    pub(super) fn is_one(word: &str) -> bool {
        word.rsplit_once(':')
            .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_prefixes() {
        for (written, text, is_local, is_quic) in [
            (":443", "*:443", false, false),
            ("*:443", "*:443", false, false),
            ("127.0.0.1:8443", "127.0.0.1:8443", true, false),
            ("ipv4@127.0.0.1:1", "ipv4@127.0.0.1:1", true, false),
            ("[::1]:443", "[::1]:443", true, false),
            (":::443", ":::443", false, false),
            ("/run/haproxy.sock", "/run/haproxy.sock", true, false),
            ("unix@run/x", "unix@run/x", true, false),
            ("abns@x", "abns@x", true, false),
            ("quic4@:443", "quic4@:443", false, true),
            ("fd@3", "fd@3", false, false),
            ("${ADDRESS}:443", "${ADDRESS}:443", false, false),
        ] {
            let address = Address::new(written);
            assert_eq!((&*address.text, address.is_local, address.is_quic), (text, is_local, is_quic), "{written}");
        }
    }
}
