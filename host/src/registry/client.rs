//! One conversation with one registry: requests, their limits, who asks, and how often. Not what is asked for: see `pull` and `push`.

use std::sync::Once;
use std::time::Duration;

use docker_credential::DockerCredential;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Method, Request, Response, StatusCode, Url};

use super::auth::{self, Challenge, Token};
use super::error::{self, Reason, Strayed};
use crate::policy::Address;

/// Bytes of an answer that is text: a manifest, a token, a complaint.
pub(super) const TEXT_BYTES: usize = 1024 * 1024;
/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// Of one request, with all of its answer.
const WHOLE: Duration = Duration::from_secs(600);
/// How often a registry that is busy is asked again.
const RETRIES: u32 = 3;
/// Longest that a registry may ask to wait before that, in seconds.
const PATIENCE: u64 = 20;
/// Redirections of one request.
const REDIRECTIONS: usize = 5;

/// What is to be done with the rule of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Fetch it.
    Pull,
    /// Publish it.
    Push,
}

/// A conversation with the registry of an address.
pub(super) struct Client<'a> {
    http: reqwest::Client,
    address: &'a Address,
    access: Access,
    root: Url,
    route: Route,
    authorization: Option<HeaderValue>,
}

impl<'a> Client<'a> {
    /// Nothing is sent yet. `plain_http` allows to go without TLS, wherever the registry is.
    pub(super) fn new(address: &'a Address, access: Access, plain_http: bool) -> Result<Self, Reason> {
        static PROVIDER: Once = Once::new();
        // That there is one already is as good.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let route = Route { plain: plain_http || address.is_loopback(), anywhere: plain_http };
        let scheme = if route.plain { "http" } else { "https" };
        let root = format!("{scheme}://{}/v2/{}/", address.registry(), address.name());
        let root = Url::parse(&root).map_err(|_| Reason::NoHost(address.registry().to_owned()))?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("keyreeve/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .timeout(WHOLE)
            .redirect(Policy::custom(move |attempt| route.follow(attempt)))
            .build()
            .map_err(|error| error::of(&error))?;
        Ok(Self { http, address, access, root, route, authorization: None })
    }

    /// A request for something of the rule's own, such as `manifests/1.0.0`.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<Request, Reason> {
        self.request_at(method, self.resolve(&self.root, path)?)
    }

    /// A request for an address that the registry has named; it must be one that may be asked.
    pub(super) fn request_at(&self, method: Method, url: Url) -> Result<Request, Reason> {
        if self.route.admits(&url) { Ok(Request::new(method, url)) } else { Err(Reason::Insecure(shown(&url))) }
    }

    /// An address as the registry writes it, whole or relative to another.
    pub(super) fn resolve(&self, base: &Url, text: &str) -> Result<Url, Reason> {
        base.join(text).map_err(|error| Reason::Malformed { what: "address", cause: error.to_string() })
    }

    /// Sends a request until it succeeds or is refused for good.
    pub(super) async fn send(&mut self, request: &Request) -> Result<Response, Reason> {
        let (mut asked, mut tries) = (false, 0);
        loop {
            let response = self.attempt(request).await?;
            match response.status() {
                status if status.is_success() => return Ok(response),
                StatusCode::UNAUTHORIZED if !asked && self.is_registry(response.url()) => {
                    asked = true;
                    self.authorize(&response).await?;
                }
                status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                    wait(status, response.headers(), tries).await?;
                    tries += 1;
                }
                _ => return Err(self.refusal(response).await),
            }
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Response, Reason> {
        let mut request = request.try_clone().expect("a body of bytes can be sent again");
        // No other host is told who asks: not one that uploads are sent to, either.
        if let Some(authorization) = self.authorization.as_ref().filter(|_| self.is_registry(request.url())) {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        self.http.execute(request).await.map_err(|error| error::of(&error))
    }

    fn is_registry(&self, url: &Url) -> bool {
        url.origin() == self.root.origin()
    }

    /// Answers a challenge of the registry: what is sent from now on says who asks.
    async fn authorize(&mut self, response: &Response) -> Result<(), Reason> {
        let credentials = auth::credentials(self.address.registry())?;
        self.authorization = match (Challenge::of(response.headers()), credentials) {
            (Some(Challenge::Bearer { realm, service }), credentials) => {
                Some(self.token(&realm, service.as_deref(), credentials).await?)
            }
            (Some(Challenge::Basic), Some(DockerCredential::UsernamePassword(user, password))) => {
                Some(auth::basic(&user, &password))
            }
            _ => return Err(self.denied(response.status())),
        };
        Ok(())
    }

    /// Fetches a token from the server that the registry names.
    async fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        credentials: Option<DockerCredential>,
    ) -> Result<HeaderValue, Reason> {
        let actions = if self.access == Access::Pull { "pull" } else { "pull,push" };
        let scope = format!("repository:{}:{actions}", self.address.name());
        let mut realm = self.resolve(&self.root, realm)?;
        let mut query = vec![("scope", scope.as_str())];
        query.extend(service.map(|service| ("service", service)));
        let request = match &credentials {
            Some(DockerCredential::IdentityToken(identity)) => {
                query.extend([("grant_type", "refresh_token"), ("client_id", "keyreeve"), ("refresh_token", identity)]);
                let mut request = self.request_at(Method::POST, realm)?;
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().insert(CONTENT_TYPE, form);
                *request.body_mut() = Some(form_of(&query).into());
                request
            }
            other => {
                realm.query_pairs_mut().extend_pairs(query);
                let mut request = self.request_at(Method::GET, realm)?;
                if let Some(DockerCredential::UsernamePassword(user, password)) = other {
                    request.headers_mut().insert(AUTHORIZATION, auth::basic(user, password));
                }
                request
            }
        };
        let response = self.http.execute(request).await.map_err(|error| error::of(&error))?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let malformed = |cause: String| Reason::Malformed { what: "token", cause };
        let answer = read(response, "token", TEXT_BYTES).await?;
        let answer: Token = serde_json::from_slice(&answer).map_err(|error| malformed(error.to_string()))?;
        auth::token(&answer.token).ok_or_else(|| malformed("it is no text of a header".to_owned()))
    }

    /// What a refusal means.
    async fn refusal(&self, response: Response) -> Reason {
        match response.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => self.denied(status),
            StatusCode::NOT_FOUND => Reason::Missing,
            status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                Reason::Busy { status, after: seconds(response.headers()) }
            }
            status => {
                // A complaint that cannot be read leaves the status to tell.
                let message = read(response, "complaint", TEXT_BYTES).await.unwrap_or_default();
                Reason::Status { status, message: complaint(&message) }
            }
        }
    }

    fn denied(&self, status: StatusCode) -> Reason {
        let registry = self.address.registry().to_owned();
        match auth::credentials(&registry) {
            Ok(Some(_)) => Reason::Denied { status, registry },
            Ok(None) => Reason::Anonymous { status, registry },
            Err(reason) => reason,
        }
    }
}

/// Where requests may go: over TLS anywhere; without only if the registry itself is asked so, and then only on this machine.
#[derive(Debug, Clone, Copy)]
struct Route {
    /// The registry is asked without TLS.
    plain: bool,
    /// As may be any other host.
    anywhere: bool,
}

impl Route {
    fn admits(self, url: &Url) -> bool {
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

    fn follow(self, attempt: Attempt<'_>) -> reqwest::redirect::Action {
        if !self.admits(attempt.url()) {
            {
                let to = shown(attempt.url());
                attempt.error(Strayed(to))
            }
        } else if attempt.previous().len() > REDIRECTIONS {
            attempt.stop()
        } else {
            attempt.follow()
        }
    }
}

/// Reads an answer up to a limit.
pub(super) async fn read(mut response: Response, what: &'static str, limit: usize) -> Result<Vec<u8>, Reason> {
    let expected = response.content_length();
    let mut bytes = Vec::new();
    if expected.is_some_and(|length| length > limit as u64) {
        return Err(Reason::TooLarge { what, limit });
    }
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if bytes.len() + piece.len() > limit => return Err(Reason::TooLarge { what, limit }),
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => return Ok(bytes),
            Err(error) if error.is_timeout() => return Err(Reason::Timeout),
            Err(_) => return Err(Reason::Cut { received: bytes.len() as u64, expected }),
        }
    }
}

/// Waits as long as a busy registry asks for, or twice as long as before; a fault if it asks for more than is bearable.
async fn wait(status: StatusCode, headers: &HeaderMap, tries: u32) -> Result<(), Reason> {
    let asked = seconds(headers);
    let seconds = asked.unwrap_or(1 << tries);
    if tries == RETRIES || seconds > PATIENCE {
        return Err(Reason::Busy { status, after: asked });
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    Ok(())
}

/// What Retry-After says, in seconds; a date there is as if nothing were.
fn seconds(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// Pairs as a form's body: as they would stand in a query.
fn form_of(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("form:").expect("a scheme alone is an address");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// The messages of a registry's complaint (OCI distribution specification, error codes), else its text.
fn complaint(bytes: &[u8]) -> String {
    match serde_json::from_slice::<oci_client::errors::OciEnvelope>(bytes) {
        Ok(envelope) => envelope.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// An address as a message shows it: without its query, in which a signature can stand.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_asked_unless_it_is_said_otherwise() {
        let admits = |plain, anywhere, url: &str| Route { plain, anywhere }.admits(&Url::parse(url).unwrap());
        for url in ["http://127.0.0.1:5000/v2/", "http://localhost/", "http://[::1]:80/", "https://a.b/"] {
            assert!(admits(true, false, url), "{url}");
        }
        assert!(!admits(true, false, "http://a.b/") && admits(true, true, "http://a.b/"));
        for url in ["http://127.0.0.1/", "http://a.b/", "file:///etc/passwd", "ftp://a.b/"] {
            assert!(!admits(false, false, url), "{url}");
        }
    }

    #[test]
    fn a_form_is_encoded_and_a_complaint_is_read() {
        assert_eq!(form_of(&[("a", "b c&d"), ("e", "é")]), "a=b+c%26d&e=%C3%A9");
        assert_eq!(complaint(br#"{"errors":[{"code":"DENIED","message":"no"},{"code":"UNKNOWN"}]}"#), "no; ");
        assert_eq!(complaint(b"<html>"), "<html>");
        let url = Url::parse("https://a.b/c?signature=s").unwrap();
        assert_eq!(shown(&url), "https://a.b/c");
    }
}
