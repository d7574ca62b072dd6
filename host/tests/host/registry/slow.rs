//! Tests of servers that never finish: each is given up at one deadline for all requests, with a message of what was
//! waited for. Servers that finish too early are tested elsewhere.

use std::time::Duration;

use keyreeve::policy::Address;
use keyreeve::registry::{Manner, Named, Patience, Reason, pull, push};
use serde_json::json;

use crate::registry::faulty::{Reply, Server, manifest, manifest_of};
use crate::registry::quiet;

/// Much less than the servers here would take, and than the silence that is tolerated.
const WHOLE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(50);

fn manner() -> Manner {
    let minute = Duration::from_secs(60);
    Manner { plain_http: false, patience: Patience { connect: minute, silence: minute, whole: WHOLE, rate: 64 * 1024 } }
}

fn refusal(server: &Server) -> Reason {
    pull(&Address::parse(&server.address()).unwrap(), manner()).unwrap_err().reason
}

/// A server whose manifest, component and tokens are as they should be, but for what `slow` changes.
fn server(slow: impl Fn(&str, Reply) -> Reply + Send + Sync + 'static) -> Server {
    let component = quiet();
    Server::new(move |request, port| {
        let challenge = format!("Bearer realm=\"http://127.0.0.1:{port}/token\"");
        let (of, reply) = match request.line.as_str() {
            line if line.contains("/token") => ("token", Reply::new(200, r#"{"token":"t-1"}"#)),
            _ if request.authorization.is_none() => {
                ("challenge", Reply::new(401, "").header("WWW-Authenticate", &challenge))
            }
            line if line.contains("/manifests/") => ("manifest", Reply::new(200, manifest(&component))),
            _ => ("component", Reply::new(200, component.clone())),
        };
        slow(of, reply)
    })
}

#[test]
fn a_server_that_sends_a_byte_now_and_then_is_given_up_whatever_it_sends() {
    for (which, awaited) in
        [("challenge", "manifest"), ("token", "token"), ("manifest", "manifest"), ("component", "component")]
    {
        let slow = server(move |of, reply| if of == which { reply.slowly(PAUSE) } else { reply });
        let reason = refusal(&slow);
        let Reason::Slow { what, received, limit } = reason else { panic!("{which}: {reason}") };
        assert_eq!((what, received, limit), (awaited, 0, WHOLE), "{which}");
    }
    for which in ["token", "manifest", "component"] {
        let slow = server(move |of, reply| if of == which { reply.with_slow_body(PAUSE) } else { reply });
        let reason = refusal(&slow);
        let message = reason.to_string();
        let Reason::Slow { what, received, .. } = reason else { panic!("{which}: {message}") };
        assert!(what == which && received < 20, "{message}");
        assert!(message.contains(&format!("its {which} was not whole when 400ms had passed")), "{message}");
    }
}

#[test]
fn what_a_server_announces_gives_it_no_time() {
    let layer =
        json!({ "mediaType": "application/wasm", "digest": format!("sha256:{}", "0".repeat(64)), "size": 60 << 20 });
    let announced = Server::new(move |request, _| match request.line.contains("/manifests/") {
        true => Reply::new(200, manifest_of(std::slice::from_ref(&layer))),
        false => Reply::new(200, vec![0; 60 << 20]).with_slow_body(PAUSE),
    });
    let reason = refusal(&announced);
    assert!(matches!(reason, Reason::Slow { what: "component", limit: WHOLE, .. }), "{reason}");
}

#[test]
fn a_complaint_that_does_not_end_leaves_the_status_to_tell() {
    let slow = Server::new(|_, _| Reply::new(500, "x".repeat(1000)).with_slow_body(PAUSE));
    assert_eq!(refusal(&slow).to_string(), "the registry answered 500 Internal Server Error");
}

#[test]
fn redirections_have_the_deadline_of_their_request() {
    // Each takes a second or so, and a busy machine some more: several fit.
    let server = Server::new(|_, _| Reply::new(307, "").header("Location", "/v2/again").slowly(PAUSE / 5));
    let mut manner = manner();
    manner.patience.whole = 10 * WHOLE;
    let reason = pull(&Address::parse(&server.address()).unwrap(), manner).unwrap_err().reason;
    assert!(matches!(reason, Reason::Slow { what: "manifest", received: 0, .. }), "{reason}");
    assert!(server.requests().len() > 1, "none of them takes so long by itself");
}

#[test]
fn a_pause_that_leaves_no_time_is_not_made() {
    let server = Server::new(|_, _| Reply::new(429, "").header("Retry-After", "20"));
    let reason = refusal(&server);
    assert!(matches!(reason, Reason::Busy { after: Some(20), .. }), "{reason}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_server_that_says_nothing_is_given_up_before_the_deadline() {
    let server = Server::new(|_, _| Reply::new(200, "{}").slowly(Duration::from_secs(60)));
    let mut manner = manner();
    (manner.patience.silence, manner.patience.whole) = (WHOLE, Duration::from_secs(3600));
    let reason = pull(&Address::parse(&server.address()).unwrap(), manner).unwrap_err().reason;
    assert!(matches!(reason, Reason::Silent { what: "manifest", received: 0, limit: WHOLE }), "{reason}");
}

#[test]
fn a_rule_is_not_published_for_ever() {
    let slow = Server::new(|request, _| match request.line.split(' ').next() {
        Some("HEAD") => Reply::new(404, ""),
        Some("POST") => Reply::new(202, "").header("Location", "/upload"),
        _ => Reply::new(201, "").slowly(PAUSE),
    });
    let address = Address::parse(&slow.address()).unwrap();
    let named = Named { id: "quiet", version: "1.0.0", signature: None };
    let reason = push(&address, &quiet(), named, manner()).unwrap_err().reason;
    assert!(matches!(reason, Reason::Slow { what: "answer to an upload", .. }), "{reason}");
}
