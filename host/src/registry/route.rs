//! Where requests may go, and what may be sent with them: which connections and redirections are permitted, and who may
//! receive credentials. The requests themselves are not here.

use std::borrow::Cow;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode, Url};

use super::error::Reason;
use super::said::{Said, Sent};

/// The most redirections of one request.
pub(super) const REDIRECTIONS: usize = 5;

/// TLS is required, unless the registry itself is asked without it. Then hosts on this machine may be asked without it
/// as well, and other hosts only if `anywhere` is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    /// Whether the registry is asked without TLS.
    pub(super) plain: bool,
    /// Whether any other host may be asked without TLS, too.
    pub(super) anywhere: bool,
}

impl Route {
    /// Whether an address may be asked at all.
    pub(super) fn admits(self, url: &Url) -> bool {
        let is_loopback = || match url.host_str().unwrap_or_default() {
            "localhost" | "[::1]" => true,
            host => host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback()),
        };
        match url.scheme() {
            "https" => true,
            "http" => self.plain && (self.anywhere || is_loopback()),
            _ => false,
        }
    }

    /// The address that an answer redirects to. Fails if that address is not permitted. Only requests that read are
    /// redirected: a request with a body goes nowhere but to its original destination.
    pub(super) fn next(self, method: &Method, from: &Url, to: &str, sent: &Sent) -> Result<Url, Reason> {
        let to = from.join(to).map_err(|error| Reason::malformed("address", &error.to_string(), sent))?;
        if method != Method::GET && method != Method::HEAD {
            return Err(Reason::redirected("upload", from, &to, sent));
        }
        let is_downgrade = from.scheme() == "https" && to.scheme() != "https";
        if is_downgrade || !self.admits(&to) {
            return Err(Reason::Insecure(shown(&to, sent)));
        }
        Ok(to)
    }
}

/// Whether credentials for a registry may be sent to the token server that it names. As in docker and containerd, they
/// may go to any host over TLS, since the registry could ask for the password itself; Docker Hub's server is
/// auth.docker.io for registry-1.docker.io. Without TLS anybody could be listening, so they only go to the registry
/// itself, which is asked without TLS, too.
pub(super) fn may_be_told(realm: &Url, registry: &Url) -> bool {
    realm.scheme() == "https" || realm.origin() == registry.origin()
}

/// The Location of a redirection, as the answer states it.
pub(super) fn redirection(status: StatusCode, headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let is_one = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    headers.get(LOCATION).filter(|_| is_one).map(|to| String::from_utf8_lossy(to.as_bytes()))
}

/// Scheme, host and port of an address, for a message.
pub(super) fn origin(url: &Url, sent: &Sent) -> Said {
    sent.quote(&start(url))
}

/// An address as a message shows it: without its query, which can contain a signature, and without user and password.
pub(super) fn shown(url: &Url, sent: &Sent) -> Said {
    let path = if url.cannot_be_a_base() { "" } else { url.path() };
    sent.quote(&format!("{}{path}", start(url)))
}

fn start(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    match url.host_str().filter(|host| !host.is_empty()) {
        Some(host) => format!("{}://{host}{port}", url.scheme()),
        None => format!("{}:", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn without_tls_only_this_machine_is_asked_unless_it_is_said_otherwise() {
        let admits = |plain, anywhere, text: &str| Route { plain, anywhere }.admits(&url(text));
        for text in ["http://127.0.0.1:5000/v2/", "http://localhost/", "http://[::1]:80/", "https://a.b/"] {
            assert!(admits(true, false, text), "{text}");
        }
        assert!(!admits(true, false, "http://a.b/") && admits(true, true, "http://a.b/"));
        for text in ["http://127.0.0.1/", "http://a.b/", "file:///etc/passwd", "ftp://a.b/"] {
            assert!(!admits(false, false, text), "{text}");
        }
    }

    #[test]
    fn credentials_are_told_over_tls_or_to_the_registry_itself() {
        let told = |realm: &str, registry: &str| may_be_told(&url(realm), &url(registry));
        assert!(told("https://auth.docker.io/token", "https://registry-1.docker.io/v2/"));
        assert!(told("http://127.0.0.1:5000/token", "http://127.0.0.1:5000/v2/"));
        for realm in ["http://127.0.0.1:5001/token", "http://localhost:5000/token", "http://auth.example.org/"] {
            assert!(!told(realm, "http://127.0.0.1:5000/v2/"), "{realm}");
        }
        assert!(!told("http://a.b/", "https://a.b/"), "the same host without TLS is another origin");
    }

    #[test]
    fn only_what_reads_is_redirected_and_never_out_of_tls() {
        let redirected = |method: Method, from: &str, to: &str| {
            let next = Route { plain: true, anywhere: true }.next(&method, &url(from), to, &Sent::default());
            next.map(String::from).map_err(|reason| reason.to_string())
        };
        let (from, to) = ("https://a.b/c", "https://cdn.b/d?signature=s");
        assert_eq!(redirected(Method::GET, from, to), Ok(to.to_owned()));
        assert_eq!(redirected(Method::HEAD, from, "/e"), Ok("https://a.b/e".to_owned()));
        assert_eq!(redirected(Method::GET, "http://a.b/", "http://c.d/"), Ok("http://c.d/".to_owned()));
        let refused = redirected(Method::GET, from, "http://u:p@c.d/e?signature=s").unwrap_err();
        assert!(refused.starts_with("http://c.d/e is not https"), "{refused}");
        for method in [Method::PUT, Method::POST, Method::PATCH] {
            let refused = redirected(method, from, to).unwrap_err();
            assert!(refused.contains("from https://a.b to https://cdn.b:"), "{refused}");
        }
    }

    #[test]
    fn a_redirection_is_an_answer_that_says_so_and_where_to() {
        let headers: HeaderMap = [(LOCATION, "/x".parse().unwrap())].into_iter().collect();
        for (status, is_one) in [(200, false), (201, false), (301, true), (304, false), (307, true), (308, true)] {
            let found = redirection(StatusCode::from_u16(status).unwrap(), &headers);
            assert_eq!(found.as_deref(), is_one.then_some("/x"), "{status}");
        }
        assert_eq!(redirection(StatusCode::FOUND, &HeaderMap::new()), None);
    }

    #[test]
    fn an_address_is_shown_without_what_lets_others_in() {
        assert_eq!(shown(&url("https://u:p@a.b:81/c?signature=s#t"), &Sent::default()).to_string(), "https://a.b:81/c");
        assert_eq!(shown(&url("file:///etc/passwd"), &Sent::default()).to_string(), "file:/etc/passwd");
        assert_eq!(shown(&url("data:text,secret"), &Sent::default()).to_string(), "data:");
    }
}
