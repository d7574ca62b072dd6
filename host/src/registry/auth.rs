//! Authentication: the challenge of a registry, and the credentials that `docker login` or `podman login` has stored.
//! The client decides where they may be sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use http_auth::ChallengeRef;
use http_auth::parser::ChallengeParser;
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use serde::Deserialize;

use super::error::Reason;

/// How a registry wants clients to authenticate (RFC 9110, section 11).
pub(super) enum Challenge {
    /// User and password with each request.
    Basic,
    /// A token, which another server gives.
    Bearer {
        /// Address of that server.
        realm: String,
        /// How the registry is called there.
        service: Option<String>,
    },
}

impl Challenge {
    /// The challenge in an answer. If there are several, the first that is understood counts, tokens before passwords.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        // After a syntax error, the rest cannot be interpreted.
        let challenges: Vec<ChallengeRef<'_>> =
            texts.flat_map(|text| ChallengeParser::new(text).map_while(Result::ok)).collect();
        let is_basic = |challenge: &ChallengeRef<'_>| challenge.scheme.eq_ignore_ascii_case("Basic");
        let bearer = challenges.iter().find_map(bearer);
        bearer.or_else(|| challenges.iter().any(is_basic).then_some(Self::Basic))
    }
}

fn bearer(challenge: &ChallengeRef<'_>) -> Option<Challenge> {
    let named = |name: &str| {
        let parameter = challenge.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        parameter.map(|(_, value)| value.to_unescaped())
    };
    let is_bearer = challenge.scheme.eq_ignore_ascii_case("Bearer");
    is_bearer.then(|| named("realm")).flatten().map(|realm| Challenge::Bearer { realm, service: named("service") })
}

/// The credentials for a registry. Returns `None` if there are none, or there is no file of credentials.
pub(super) fn credentials(registry: &str) -> Result<Option<DockerCredential>, Reason> {
    // `docker login` stores those of Docker's own registry under this name.
    let key = if registry == "index.docker.io" { "https://index.docker.io/v1/" } else { registry };
    let mut found = docker_credential::get_credential(key);
    if is_absent(&found) {
        found = docker_credential::get_podman_credential(key);
    }
    match found {
        Ok(credential) => Ok(Some(credential)),
        Err(_) if is_absent(&found) => Ok(None),
        // The output of a helper program may contain secrets, and is not shown.
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Err(Reason::Credentials { registry: registry.to_owned(), cause: format!("{helper} failed") })
        }
        Err(error) => Err(Reason::Credentials { registry: registry.to_owned(), cause: error.to_string() }),
    }
}

fn is_absent(found: &Result<DockerCredential, CredentialRetrievalError>) -> bool {
    use CredentialRetrievalError::{ConfigNotFound, ConfigReadError, NoCredentialConfigured};
    matches!(found, Err(ConfigNotFound | ConfigReadError | NoCredentialConfigured))
}

/// The header with user and password.
pub(super) fn basic(user: &str, password: &str) -> HeaderValue {
    secret(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))).expect("base64 is ASCII")
}

/// The header with a token. Returns `None` if a header cannot contain the token.
pub(super) fn token(token: &str) -> Option<HeaderValue> {
    secret(&format!("Bearer {token}"))
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The answer of a token server; both names are in use.
#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(alias = "access_token")]
    pub(super) token: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn challenge(texts: &[&'static str]) -> Option<Challenge> {
        let headers = texts.iter().map(|text| (WWW_AUTHENTICATE, HeaderValue::from_static(text)));
        Challenge::of(&headers.collect())
    }

    #[test]
    fn a_challenge_tells_where_tokens_are_given() {
        let answer = [r#"Basic realm="x""#, r#"bearer Realm="https://a.b/token?x=1",service="a \"b\"",scope="c""#];
        let Some(Challenge::Bearer { realm, service }) = challenge(&answer) else { panic!("no token is asked for") };
        assert_eq!((realm.as_str(), service.as_deref()), ("https://a.b/token?x=1", Some(r#"a "b""#)));
        assert!(matches!(challenge(&[r#"basic realm="x""#]), Some(Challenge::Basic)));
    }

    #[test]
    fn what_is_no_challenge_asks_for_nothing() {
        for text in ["", "Negotiate", "Bearer service=\"x\"", "\"", "Basic", "Bearer realm"] {
            let found = challenge(&[text]);
            assert!(matches!(found, None | Some(Challenge::Basic)), "{text}");
        }
        assert!(challenge(&[]).is_none());
    }

    #[test]
    fn headers_hide_what_they_tell() {
        assert_eq!(basic("a", "b").to_str().unwrap(), "Basic YTpi");
        assert_eq!(format!("{:?}{:?}", basic("a", "b"), token("c").unwrap()), "SensitiveSensitive");
        assert!(token("a\nb").is_none());
    }
}
