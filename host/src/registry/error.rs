//! Why a registry did not give or take a rule, each with what to do. Not why a rule that was fetched is not loaded.

use std::error::Error;
use std::io;
use std::iter::successors;

use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::route::origin;
use super::said::{Said, Sent};

/// A rule was not fetched or published.
#[derive(Debug, thiserror::Error)]
#[error("{address}: {reason}")]
pub struct RegistryError {
    /// The address as it was asked for.
    pub address: String,
    /// Why not.
    pub reason: Reason,
}

/// Why not. What a server has said is in it as a [`Said`] only.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// 401 without credentials.
    #[error("the registry asks who you are ({status}): run `docker login {registry}`")]
    Anonymous {
        /// What the registry answered.
        status: StatusCode,
        /// Where to log in.
        registry: String,
    },
    /// 401 or 403 with credentials.
    #[error(
        "the registry refuses the account that `docker login` has kept ({status}): run `docker login {registry}` again, or ask its owner for access"
    )]
    Denied {
        /// What the registry answered.
        status: StatusCode,
        /// Where to log in.
        registry: String,
    },
    /// The credentials cannot be had.
    #[error("the credentials for {registry} cannot be read: {cause}; run `docker login {registry}` again")]
    Credentials {
        /// Whose.
        registry: String,
        /// The reason.
        cause: String,
    },
    /// 404.
    #[error("the registry has no such name or tag (404): check both; `keyreeve rule push` publishes a rule")]
    Missing,
    /// 429 or 503, more often than is polite to ask again.
    #[error("the registry is too busy ({status}): try again {}", later(.after))]
    Busy {
        /// What the registry answered.
        status: StatusCode,
        /// Seconds that it asks to wait.
        after: Option<u64>,
    },
    /// Any other answer.
    #[error("the registry answered {status}{}", .message.behind_colon())]
    Status {
        /// What the registry answered.
        status: StatusCode,
        /// What it says of it.
        message: Said,
    },
    /// The connection ended within a body.
    #[error("the connection was cut after {received} bytes{}: try again", total(.expected))]
    Cut {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        expected: Option<u64>,
    },
    /// Other content than was asked for.
    #[error(
        "the registry sent another {what} than was asked for: its digest is {actual}, and should be {expected}; nothing of it was kept"
    )]
    Digest {
        /// The manifest or the component.
        what: &'static str,
        /// `sha256:` and digits.
        actual: Said,
        /// `sha256:` and digits.
        expected: Said,
    },
    /// Beyond a limit.
    #[error("the {what} is larger than {limit} bytes: it is no rule")]
    TooLarge {
        /// The manifest, the component, or an answer.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It is to be published under a digest.
    #[error("a rule is published under a tag: name one, as name:1.0.0, and no digest")]
    NoTag,
    /// An index.
    #[error("it is an index of several manifests: name the one of the rule by its digest, as name@sha256:…")]
    Index,
    /// An image, or an artifact of another kind.
    #[error("it is not a WebAssembly artifact but has {0}: `keyreeve rule push` publishes a rule as one")]
    NotWasm(Said),
    /// No manifest, or one that says nonsense.
    #[error("the registry's {what} cannot be understood: {cause}; is it an OCI registry?")]
    Malformed {
        /// Which answer.
        what: &'static str,
        /// The reason.
        cause: Said,
    },
    /// What was to go there alone would go elsewhere.
    #[error(
        "the registry redirects the {what} from {from} to {to}: it is not followed, since what is sent is meant for the first alone; use the address that it redirects to"
    )]
    Redirected {
        /// The upload, or the request for a token.
        what: &'static str,
        /// Scheme, host and port.
        from: Said,
        /// Scheme, host and port.
        to: Said,
    },
    /// The server of tokens is not one that credentials are told to.
    #[error(
        "the registry {registry} lets {realm} ask for the password, which is not https and not the registry itself: it is not told there; let the registry name its server of tokens by https"
    )]
    Untrusted {
        /// Scheme, host and port.
        registry: Said,
        /// Scheme, host and port.
        realm: Said,
    },
    /// It leads to a connection that anybody on the way could read and change.
    #[error("{0} is not https: only a registry on this machine is asked without TLS, or any with --plain-http")]
    Insecure(Said),
    /// The certificate, or TLS itself.
    #[error(
        "there is no trusted connection: {0}; for a certificate authority of your own, let SSL_CERT_FILE name its certificate"
    )]
    Tls(Said),
    /// What answers is no TLS.
    #[error("the registry does not speak TLS there: name the port that does, or go without by --plain-http")]
    NoTls,
    /// The name has no address.
    #[error("there is no host of the name {0}: check the name, and the network")]
    NoHost(Said),
    /// Nobody answers.
    #[error("the registry cannot be reached: {0}; check its name and port, the network, and HTTPS_PROXY")]
    Unreachable(Said),
    /// There was no end of it.
    #[error(
        "the registry is too slow: its {what} was not whole when {limit:?} had passed, only {received} bytes of it: try again"
    )]
    Slow {
        /// What was waited for.
        what: &'static str,
        /// Bytes of it that came.
        received: u64,
        /// For everything that was asked.
        limit: Duration,
    },
    /// It says nothing.
    #[error(
        "the registry is silent: nothing came for {limit:?} while its {what} was waited for, of which there are {received} bytes: try again"
    )]
    Silent {
        /// What was waited for.
        what: &'static str,
        /// Bytes of it that came.
        received: u64,
        /// For how long nothing came.
        limit: Duration,
    },
    /// This machine lacks something.
    #[error("the network cannot be used: {0}")]
    Machine(io::Error),
}

impl Reason {
    /// An answer that cannot be understood, for a reason that may quote it.
    pub(super) fn malformed(what: &'static str, cause: &str, sent: &Sent) -> Self {
        Self::Malformed { what, cause: sent.quote(cause) }
    }

    /// A redirection that is not followed.
    pub(super) fn redirected(what: &'static str, from: &Url, to: &Url, sent: &Sent) -> Self {
        Self::Redirected { what, from: origin(from, sent), to: origin(to, sent) }
    }

    /// What ended a request before there was an answer.
    pub(super) fn of(error: &reqwest::Error, sent: &Sent) -> Self {
        let host = || error.url().and_then(|url| url.host_str()).unwrap_or_default();
        let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
        let last = || causes(error).last().map(ToString::to_string).unwrap_or_default();
        match tls {
            Some(rustls::Error::InvalidMessage(_)) => Self::NoTls,
            Some(tls) => Self::Tls(sent.quote(&tls.to_string())),
            None if error.is_dns() => Self::NoHost(sent.quote(host())),
            None => Self::Unreachable(sent.quote(&last())),
        }
    }
}

/// An error and what stands behind it. An `io::Error` that wraps another is passed over by `source`.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(Some(error as &(dyn Error + 'static)), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn later(seconds: &Option<u64>) -> String {
    seconds.map_or_else(|| "later".to_owned(), |seconds| format!("in {seconds} seconds"))
}

fn total(expected: &Option<u64>) -> String {
    expected.map_or_else(String::new, |expected| format!(" of {expected}"))
}
