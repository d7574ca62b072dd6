//! Reads addresses as configurations write them: host and port, and whether only the local machine can reach them. Not
//! the words around them, which differ from program to program.

use std::borrow::Cow;

/// Host and port of an authority; an IPv6 address keeps its brackets.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[bracket..].rfind(':') {
        Some(colon) => (&authority[..bracket + colon], Some(&authority[bracket + colon + 1..])),
        None => (authority, None),
    }
}

/// Whether only the local machine can reach this address: a unix socket, 127.0.0.0/8 (RFC 1122), `::1` (RFC 4291) or
/// `localhost` (RFC 6761).
pub(crate) fn is_local(authority: &str) -> bool {
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
