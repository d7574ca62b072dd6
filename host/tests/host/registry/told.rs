//! Tests of servers that try to obtain a password or token of others, or to have it printed: no secret leaves its
//! origin, and no message contains one in any encoding. Legitimate authentication is tested in `access`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::registry::access::{log_in, password};
use crate::registry::faulty::{Reply, Request, Server, manifest, manifest_of};
use crate::registry::{quiet, tree_with};
use crate::support::{Answer, Tree, finish};

const PASSWORD: &str = "Cool&green/42+Apples?";
const IDENTITY: &str = "IdT0ken+Secret/XYZ==";
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";

/// The two kinds of account.
fn accounts() -> [Value; 2] {
    [password(PASSWORD), json!({ "identitytoken": IDENTITY })]
}

/// A tree whose user has an account at the server.
fn tree_of(server: &Server, account: &Value) -> Tree {
    let tree = tree_with(&server.address());
    log_in(&tree, &format!("127.0.0.1:{}", server.port), account.clone());
    tree
}

/// A server that wants a token of the server at `realm`.
fn asking_for_token(realm: String) -> Server {
    Server::new(move |_, _| Reply::new(401, "").header("WWW-Authenticate", &format!("Bearer realm=\"{realm}\"")))
}

#[test]
fn a_request_for_a_token_is_not_redirected() {
    for status in [301, 302, 303, 307, 308] {
        for account in accounts().into_iter().map(Some).chain([None]) {
            let elsewhere = Server::new(|_, _| Reply::new(200, r#"{"token":"t"}"#));
            let to = elsewhere.port;
            let server = Server::new(move |request, port| match request.line.contains("/token") {
                true => Reply::new(status, "").header("Location", &format!("http://127.0.0.1:{to}/steal")),
                false => Reply::new(401, "")
                    .header("WWW-Authenticate", &format!("Bearer realm=\"http://127.0.0.1:{port}/token\"")),
            });
            let tree = account.as_ref().map_or_else(|| tree_with(&server.address()), |kept| tree_of(&server, kept));
            let answer = tree.run(&["rule", "pull"]).ends_with(2);
            assert_eq!(elsewhere.lines(), [""; 0], "{status}: {}", answer.stderr);
            let (from, to) = (format!("from http://127.0.0.1:{}", server.port), format!("to http://127.0.0.1:{to}"));
            answer.complains("redirects the request for a token").complains(&from).complains(&to);
        }
    }
}

#[test]
fn only_tls_or_the_registry_itself_is_told_who_asks() {
    for account in accounts() {
        let elsewhere = Server::new(|_, _| Reply::new(200, r#"{"token":"t"}"#));
        let realm = format!("http://127.0.0.1:{}/token", elsewhere.port);
        let server = asking_for_token(realm);
        let answer = tree_of(&server, &account).run(&["rule", "pull"]).ends_with(2);
        assert_eq!(elsewhere.lines(), [""; 0], "{}", answer.stderr);
        let (registry, realm) = (server.port, elsewhere.port);
        answer.complains(&format!("the registry http://127.0.0.1:{registry} lets http://127.0.0.1:{realm} ask"));
    }
}

#[test]
fn a_token_for_anybody_is_fetched_wherever_it_is_given() {
    let elsewhere = Server::new(|_, _| Reply::new(200, r#"{"token":"t-1"}"#));
    let (realm, component) = (format!("http://127.0.0.1:{}/token", elsewhere.port), quiet());
    let server = Server::new(move |request, _| match (&request.authorization, request.line.contains("/manifests/")) {
        (None, _) => Reply::new(401, "").header("WWW-Authenticate", &format!("Bearer realm=\"{realm}\"")),
        (Some(_), true) => Reply::new(200, manifest(&component)),
        (Some(_), false) => Reply::new(200, component.clone()),
    });
    tree_with(&server.address()).run(&["rule", "pull"]).ends_with(0);
    assert_eq!(elsewhere.requests().len(), 1);
}

#[test]
fn who_asks_is_not_told_any_more_once_the_way_has_led_elsewhere() {
    let back = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let home = std::sync::Arc::clone(&back);
    let elsewhere = Server::new(move |_, _| Reply::new(302, "").header("Location", back.get().unwrap()));
    let port = elsewhere.port;
    let server = Server::new(move |request, _| match (&request.authorization, request.line.contains("/manifests/")) {
        (None, true) => Reply::new(401, "").header("WWW-Authenticate", "Basic realm=\"x\""),
        (Some(_), true) => Reply::new(307, "").header("Location", &format!("http://127.0.0.1:{port}/")),
        _ => Reply::new(200, "{}"),
    });
    home.set(format!("http://127.0.0.1:{}/anything", server.port)).unwrap();
    tree_of(&server, &password(PASSWORD)).run(&["rule", "pull"]).ends_with(2);
    assert_eq!((elsewhere.requests().len(), &elsewhere.requests()[0].authorization), (1, &None));
    let asked = server.requests();
    let last = asked.iter().find(|request| request.line == "GET /anything").unwrap();
    assert_eq!(last.authorization, None);
}

#[test]
fn an_upload_is_not_redirected() {
    let elsewhere = Server::new(|_, _| Reply::new(201, ""));
    let to = elsewhere.port;
    for redirected in ["POST", "PUT"] {
        let server = Server::new(move |request, _| match request.line.split(' ').next() {
            Some("HEAD") => Reply::new(404, ""),
            Some(method) if method == redirected => {
                Reply::new(307, "").header("Location", &format!("http://127.0.0.1:{to}/"))
            }
            _ => Reply::new(202, "").header("Location", "/upload"),
        });
        let answer = crate::registry::publish(&Tree::new(), &quiet(), &server.address()).ends_with(2);
        answer.complains("redirects the upload from").complains(&format!("to http://127.0.0.1:{to}"));
    }
    assert_eq!(elsewhere.lines(), [""; 0]);
}

/// What a secret looks like in whichever spelling a message could have it.
fn spellings(secret: &str) -> Vec<String> {
    let form = secret.bytes().map(|byte| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    let form = form.collect::<String>();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let json = serde_json::to_string(secret).unwrap();
    let base64 = [STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret), STANDARD.encode(format!("ada:{secret}"))];
    [secret.to_owned(), form, hex, json].into_iter().chain(base64).collect()
}

fn tells_nothing(answer: &Answer, why: &str) {
    let printed = format!("{}{}", answer.stdout, answer.stderr).to_lowercase();
    for secret in [PASSWORD, IDENTITY, TOKEN] {
        for spelling in spellings(secret) {
            // Neither the whole nor a piece of it.
            let letters: Vec<char> = spelling.to_lowercase().chars().collect();
            for piece in letters.windows(8.min(letters.len())).map(|piece| piece.iter().collect::<String>()) {
                assert!(!printed.contains(&piece), "{why}: {piece} in {printed}");
            }
        }
    }
}

/// Everything that a request has told, once in each spelling.
fn echo(request: &Request) -> Vec<String> {
    let told = request.authorization.clone().unwrap_or_default() + &request.body;
    let secrets = [PASSWORD, IDENTITY, TOKEN]
        .into_iter()
        .filter(|secret| spellings(secret).iter().any(|spelling| told.contains(spelling.as_str())));
    let spelled: Vec<String> = secrets.flat_map(spellings).collect();
    [told].into_iter().chain(spelled).collect()
}

/// The ways in which a server can have a text printed.
fn printers() -> Vec<fn(&str, &str) -> Reply> {
    vec![
        |text, _| Reply::new(500, text.to_owned()),
        |text, _| Reply::new(500, json!({ "errors": [{ "code": text, "message": text, "detail": text }] }).to_string()),
        |text, _| Reply::new(500, json!({ "echo": text }).to_string()),
        |_, line| Reply::new(599, "").reason(line),
        |_, line| Reply::new(307, "").header("Location", &format!("ftp://{line}@example.org/{line}?{line}")),
        |_, line| Reply::new(307, "").header("Location", &format!("http://x.example.org/a/{line}")),
        |_, line| Reply::new(307, "").header("Location", &format!("http://[{line}")),
        |_, line| Reply::new(429, "").header("Retry-After", "3600").header(line, line).reason(line),
        |_, line| Reply::new(200, "{}").header("Docker-Content-Digest", &format!("sha256:{line}")),
        |text, _| Reply::new(200, json!(text).to_string()),
        |text, _| {
            Reply::new(200, json!({ "token": [text], "manifests": 1, "layers": text, "config": text }).to_string())
        },
        |text, _| Reply::new(200, manifest_of(&[json!({ "mediaType": text, "digest": "sha256:0", "size": 1 })])),
        |text, _| {
            Reply::new(200, manifest_of(&[json!({ "mediaType": "application/wasm", "digest": text, "size": 1 })]))
        },
        |_, line| Reply::new(401, "").header("WWW-Authenticate", &format!("Bearer realm=\"http://{line}/\"")),
        |_, line| Reply::new(403, "").header("WWW-Authenticate", &format!("Basic realm=\"{line}\"")),
        |_, line| Reply::new(200, "").header(line, "not a header"),
    ]
}

#[test]
fn nothing_that_was_sent_is_printed_wherever_it_comes_back() {
    let mut hidden = 0;
    for (nth, printer) in printers().into_iter().enumerate() {
        let [password, identity] = accounts();
        for (account, at_token) in [(password.clone(), true), (password, false), (identity, true)] {
            let server = Server::new(move |request: &Request, port| {
                let (told, is_token) = (echo(request), request.line.contains("/token"));
                let challenge = format!("Bearer realm=\"http://127.0.0.1:{port}/token\"");
                match (is_token, at_token, &request.authorization) {
                    (true, false, _) => Reply::new(200, json!({ "token": TOKEN }).to_string()),
                    (true, true, _) | (_, _, Some(_)) => {
                        printer(&told.join(" "), &told.join(",").replace([' ', '"'], ""))
                    }
                    _ => Reply::new(401, "").header("WWW-Authenticate", &challenge),
                }
            });
            let answer = tree_of(&server, &account).run(&["rule", "pull"]).ends_with(2);
            tells_nothing(&answer, &format!("{nth}: {account}"));
            hidden += usize::from(answer.stderr.contains("[hidden]"));
        }
    }
    assert!(hidden >= 15, "only {hidden} messages had something to hide");
}

#[test]
fn a_password_is_not_quoted_from_where_it_is_kept() {
    let server = asking_for_token("http://127.0.0.1:1/".to_owned());
    for account in [json!({ "auth": PASSWORD }), json!({ "identitytoken": [PASSWORD] }), json!(PASSWORD)] {
        tells_nothing(&tree_of(&server, &account).run(&["rule", "pull"]).ends_with(2), &account.to_string());
    }
}

#[test]
fn what_a_proxy_is_told_is_not_printed_either() {
    let proxy = Server::new(|_, _| Reply::new(407, spellings(PASSWORD).join(" ")));
    let tree = tree_with("registry.example.org/rules/quiet:1.0.0");
    let account = format!("ada:{}", spellings(PASSWORD)[1]);
    let address = format!("http://{account}@127.0.0.1:{}", proxy.port);
    let mut command = tree.keyreeve(&["rule", "pull", "--plain-http"]);
    let answer = finish(command.env("http_proxy", address)).ends_with(2);
    tells_nothing(&answer, "a proxy");
    answer.complains("[hidden]");
}
