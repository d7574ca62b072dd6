//! One conversation with one registry: requests, their limits, authentication, and retries. What is requested is
//! decided in `pull` and `push`.

use std::sync::Once;
use std::time::Duration;

use docker_credential::DockerCredential;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, Request, Response, StatusCode, Url};

use super::auth;
use super::auth::{Challenge, Token};
use super::error::Reason;
use super::manner::Manner;
use super::patience::{Awaited, Deadline};
use super::route::{REDIRECTIONS, Route, may_be_told, origin, redirection, shown};
use super::said::Sent;
use crate::policy::Address;

/// The most bytes of a textual answer: a manifest, a token, an error message.
pub(super) const TEXT_BYTES: usize = 1024 * 1024;
/// How often a request to a busy registry is repeated.
const RETRIES: u32 = 3;
/// The longest pause that a registry may ask for before that.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is done with the rule at the address.
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
    deadline: Deadline,
    /// The secrets that no message may show.
    pub(super) sent: Sent,
}

impl<'a> Client<'a> {
    /// Makes a client. Nothing is sent yet.
    pub(super) fn new(address: &'a Address, access: Access, manner: Manner) -> Result<Self, Reason> {
        static PROVIDER: Once = Once::new();
        // If there is one already, that is just as good.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let Manner { plain_http, patience } = manner;
        let sent = Sent::with_proxies();
        let route = Route { plain: plain_http || address.is_loopback(), anywhere: plain_http };
        let scheme = if route.plain { "http" } else { "https" };
        let root = format!("{scheme}://{}/v2/{}/", address.registry(), address.name());
        let root = Url::parse(&root).map_err(|_| Reason::NoHost(sent.quote(address.registry())))?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("keyreeve/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            // Redirections are followed in this module, which knows what may be sent along.
            .redirect(Policy::none())
            .build()
            .map_err(|error| Reason::of(&error, &sent))?;
        let deadline = Deadline::new(patience);
        Ok(Self { http, address, access, root, route, authorization: None, deadline, sent })
    }

    /// Allows the time that sending so many bytes takes.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.deadline.allow(bytes);
    }

    /// A request for something of the rule's own, such as `manifests/1.0.0`.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<Request, Reason> {
        self.request_at(method, self.resolve(&self.root, path)?)
    }

    /// A request for an address that the registry has named, if that address is permitted.
    pub(super) fn request_at(&self, method: Method, url: Url) -> Result<Request, Reason> {
        if self.route.admits(&url) {
            Ok(Request::new(method, url))
        } else {
            Err(Reason::Insecure(shown(&url, &self.sent)))
        }
    }

    /// An address as the registry writes it, whole or relative to another.
    pub(super) fn resolve(&self, base: &Url, text: &str) -> Result<Url, Reason> {
        base.join(text).map_err(|error| Reason::malformed("address", &error.to_string(), &self.sent))
    }

    /// Sends a request until it succeeds or is finally refused. `what` names the answer in messages.
    pub(super) async fn send(&mut self, request: &Request, what: &'static str) -> Result<Response, Reason> {
        let (mut asked, mut tries) = (false, 0);
        loop {
            let response = self.attempt(request, what).await?;
            match response.status() {
                status if status.is_success() => return Ok(response),
                StatusCode::UNAUTHORIZED if !asked && self.is_registry(response.url()) => {
                    asked = true;
                    self.authorize(&response).await?;
                }
                status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                    self.wait(status, response.headers(), tries).await?;
                    tries += 1;
                }
                _ => return Err(self.refusal(response).await),
            }
        }
    }

    /// Sends a request once, and follows redirections. Credentials go to no other host, whether uploads are sent there
    /// or a redirection leads there; once the way has led elsewhere, they are not sent any more.
    async fn attempt(&self, request: &Request, what: &'static str) -> Result<Response, Reason> {
        let (mut url, mut is_home, mut left) = (request.url().clone(), true, REDIRECTIONS);
        loop {
            let mut request = request.try_clone().expect("a body of bytes can be sent again");
            is_home &= self.is_registry(&url);
            if let Some(authorization) = self.authorization.as_ref().filter(|_| is_home) {
                request.headers_mut().insert(AUTHORIZATION, authorization.clone());
            }
            *request.url_mut() = url;
            let method = request.method().clone();
            let response = self.execute(request, what).await?;
            match redirection(response.status(), response.headers()) {
                Some(to) if left > 0 => url = self.route.next(&method, response.url(), &to, &self.sent)?,
                _ => return Ok(response),
            }
            left -= 1;
        }
    }

    async fn execute(&self, request: Request, what: &'static str) -> Result<Response, Reason> {
        let awaited = Awaited { what, received: 0, soon: request.body().is_none() };
        let answer = self.deadline.within(awaited, self.http.execute(request)).await?;
        answer.map_err(|error| Reason::of(&error, &self.sent))
    }

    fn is_registry(&self, url: &Url) -> bool {
        url.origin() == self.root.origin()
    }

    /// Answers a challenge of the registry: requests carry credentials from now on.
    async fn authorize(&mut self, response: &Response) -> Result<(), Reason> {
        let credentials = auth::credentials(self.address.registry())?;
        match &credentials {
            Some(DockerCredential::IdentityToken(identity)) => self.sent.add(identity),
            Some(DockerCredential::UsernamePassword(user, password)) => {
                self.sent.add_account(&format!("{user}:{password}"));
            }
            None => {}
        }
        self.authorization = match (Challenge::of(response.headers()), credentials) {
            (Some(Challenge::Bearer { realm, service }), credentials) => {
                let token = self.token(&realm, service.as_deref(), credentials).await?;
                self.sent.add(&token);
                Some(
                    auth::token(&token)
                        .ok_or_else(|| Reason::malformed("token", "it is no text of a header", &self.sent))?,
                )
            }
            (Some(Challenge::Basic), Some(DockerCredential::UsernamePassword(user, password))) => {
                Some(auth::basic(&user, &password))
            }
            _ => return Err(self.denied(response.status())),
        };
        Ok(())
    }

    /// Fetches a token from the server that the registry names. The credentials for that go nowhere else.
    async fn token(
        &mut self,
        realm: &str,
        service: Option<&str>,
        credentials: Option<DockerCredential>,
    ) -> Result<String, Reason> {
        let realm = self.resolve(&self.root, realm)?;
        let request = self.token_request(realm, service, credentials.as_ref())?;
        if credentials.is_some() && !may_be_told(request.url(), &self.root) {
            let (registry, realm) = (origin(&self.root, &self.sent), origin(request.url(), &self.sent));
            return Err(Reason::Untrusted { registry, realm });
        }
        let response = self.execute(request, "token").await?;
        if let Some(to) = redirection(response.status(), response.headers()) {
            let to = self.resolve(response.url(), &to)?;
            return Err(Reason::redirected("request for a token", response.url(), &to, &self.sent));
        }
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let answer = self.read(response, "token", TEXT_BYTES).await?;
        // The parser's message would quote what may be a token.
        let answer: Result<Token, _> = serde_json::from_slice(&answer);
        answer.map(|answer| answer.token).map_err(|_| Reason::malformed("token", "there is none in it", &self.sent))
    }

    fn token_request(
        &self,
        mut realm: Url,
        service: Option<&str>,
        credentials: Option<&DockerCredential>,
    ) -> Result<Request, Reason> {
        let actions = if self.access == Access::Pull { "pull" } else { "pull,push" };
        let scope = format!("repository:{}:{actions}", self.address.name());
        let mut query = vec![("scope", scope.as_str())];
        query.extend(service.map(|service| ("service", service)));
        match credentials {
            Some(DockerCredential::IdentityToken(identity)) => {
                query.extend([("grant_type", "refresh_token"), ("client_id", "keyreeve"), ("refresh_token", identity)]);
                let mut request = self.request_at(Method::POST, realm)?;
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().insert(CONTENT_TYPE, form);
                *request.body_mut() = Some(form_of(&query).into());
                Ok(request)
            }
            other => {
                realm.query_pairs_mut().extend_pairs(query);
                let mut request = self.request_at(Method::GET, realm)?;
                if let Some(DockerCredential::UsernamePassword(user, password)) = other {
                    request.headers_mut().insert(AUTHORIZATION, auth::basic(user, password));
                }
                Ok(request)
            }
        }
    }

    /// What a refusal means.
    async fn refusal(&mut self, response: Response) -> Reason {
        match response.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => self.denied(status),
            StatusCode::NOT_FOUND => Reason::Missing,
            status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                Reason::Busy { status, after: seconds(response.headers()) }
            }
            status => {
                // If the error message cannot be read, the status has to suffice.
                let message = self.read(response, "complaint", TEXT_BYTES).await.unwrap_or_default();
                Reason::Status { status, message: self.sent.quote(&complaint(&message)) }
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

    /// Reads an answer up to a limit.
    pub(super) async fn read(
        &mut self,
        mut response: Response,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<u8>, Reason> {
        let expected = response.content_length();
        let mut bytes = Vec::new();
        if expected.is_some_and(|length| length > limit as u64) {
            return Err(Reason::TooLarge { what, limit });
        }
        loop {
            let received = bytes.len() as u64;
            match self.deadline.within(Awaited { what, received, soon: true }, response.chunk()).await? {
                Ok(Some(piece)) if bytes.len() + piece.len() > limit => return Err(Reason::TooLarge { what, limit }),
                Ok(Some(piece)) => {
                    self.deadline.allow(piece.len());
                    bytes.extend_from_slice(&piece);
                }
                Ok(None) => return Ok(bytes),
                Err(_) => return Err(Reason::Cut { received, expected }),
            }
        }
    }

    /// Waits as long as a busy registry asks for, or twice as long as before. Fails if that is too long.
    async fn wait(&self, status: StatusCode, headers: &HeaderMap, tries: u32) -> Result<(), Reason> {
        let asked = seconds(headers);
        let pause = Duration::from_secs(asked.unwrap_or(1 << tries));
        if tries == RETRIES || pause > PATIENCE || pause >= self.deadline.left() {
            return Err(Reason::Busy { status, after: asked });
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// The seconds in Retry-After; a date there is ignored.
fn seconds(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// Pairs as a form's body: as they would stand in a query.
fn form_of(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("form:").expect("a scheme alone is an address");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// The messages in a registry's error response (OCI distribution specification, error codes), or else its text.
fn complaint(bytes: &[u8]) -> String {
    match serde_json::from_slice::<oci_client::errors::OciEnvelope>(bytes) {
        Ok(envelope) => envelope.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_form_is_encoded_and_a_complaint_is_read() {
        assert_eq!(form_of(&[("a", "b c&d"), ("e", "é")]), "a=b+c%26d&e=%C3%A9");
        assert_eq!(complaint(br#"{"errors":[{"code":"DENIED","message":"no"},{"code":"UNKNOWN"}]}"#), "no; ");
        assert_eq!(complaint(b"<html>"), "<html>");
    }
}
