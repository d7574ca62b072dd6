//! The addresses that a server listens on.
//! Not whether TLS is spoken there in the end, which servers that share an address decide together.

use std::borrow::Cow;

use keyreeve_source::Location;

use super::expand::Level;
use super::line::Line;

/// One `listen` directive.
pub(super) struct Listen<'f> {
    /// The directive; none for the address that nginx takes without any.
    pub(super) line: Option<Line<'f>>,
    /// Address and port in one spelling, so that equal ones are equal: `*:443`, `[::]:443`, `unix:/run/x`.
    pub(super) address: String,
    /// Whether only the machine itself reaches it: loopback or a unix socket.
    pub(super) local: bool,
    /// Whether it has the parameter `ssl` or `quic`.
    pub(super) tls: bool,
    /// Whether it has the parameter `quic`: then TLS 1.3 and nothing else.
    pub(super) quic: bool,
}

impl<'f> Listen<'f> {
    /// All of a server. Without any, http listens on port 80.
    pub(super) fn all(server: &Level<'f>) -> Vec<Self> {
        server.named("listen").map(|item| Self::new(item.line)).collect()
    }

    /// What http does without a `listen` (nginx, ngx_http_core_module: `*:80` for the superuser).
    pub(super) fn implied() -> Self {
        Self { line: None, address: "*:80".to_owned(), local: false, tls: false, quic: false }
    }

    fn new(line: Line<'f>) -> Self {
        let address = normal(&line.text(0));
        let has = |wanted: &str| line.arguments().skip(1).any(|argument| argument.text == wanted);
        let quic = has("quic");
        Self { line: Some(line), local: is_local(&address), tls: quic || has("ssl"), quic, address }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Option<Location> {
        self.line.map(|line| line.head())
    }

    /// The address as a report shows it: without the wildcard.
    pub(super) fn shown(&self) -> &str {
        self.address.strip_prefix("*:").unwrap_or(&self.address)
    }

    /// Whether the port is the one that is HTTPS everywhere.
    pub(super) fn is_https_port(&self) -> bool {
        self.address.ends_with(":443")
    }
}

/// Address and port, both always there.
fn normal(written: &str) -> String {
    if written.starts_with("unix:") {
        return written.to_owned();
    }
    if !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return format!("*:{written}");
    }
    let (host, port) = split_port(written);
    let host = if host == "0.0.0.0" { "*" } else { host };
    format!("{}:{}", host.to_ascii_lowercase(), port.unwrap_or("80"))
}

/// Host and port of an authority; an IPv6 address keeps its brackets.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[bracket..].rfind(':') {
        Some(colon) => (&authority[..bracket + colon], Some(&authority[bracket + colon + 1..])),
        None => (authority, None),
    }
}

/// Whether only the machine itself is at this address: a unix socket, 127.0.0.0/8 (RFC 1122), `::1` (RFC 4291) or `localhost` (RFC 6761).
pub(super) fn is_local(authority: &str) -> bool {
    let (host, _) = split_port(authority);
    let host: Cow<'_, str> = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase().into();
    authority.starts_with("unix:")
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_are_spelt_equally() {
        for (written, expected) in [
            ("443", "*:443"),
            ("*:443", "*:443"),
            ("0.0.0.0:443", "*:443"),
            ("[::]:443", "[::]:443"),
            ("[::1]", "[::1]:80"),
            ("example.org", "example.org:80"),
            ("8000-8010", "*:8000-8010"),
            ("unix:/a", "unix:/a"),
        ] {
            assert_eq!(normal(written), expected, "{written}");
        }
    }

    #[test]
    fn loopback_and_unix_sockets_are_local() {
        for local in
            ["127.0.0.1:80", "127.1.2.3", "[::1]:443", "localhost:80", "unix:/run/x.sock", "[::ffff:127.0.0.1]:80"]
        {
            assert!(is_local(local), "{local}");
        }
        for far in ["*:80", "[::]:80", "10.0.0.1:80", "example.org", "", "localhost.example.org"] {
            assert!(!is_local(far), "{far}");
        }
    }
}
