//! Tests of authentication and connections: passwords, tokens and certificates, with real registries and with those
//! that try to steal a password. What is fetched is tested elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyreeve_oracles::missing;
use serde_json::json;

use crate::registry::faulty::{Reply, Server, manifest};
use crate::registry::server::Registry;
use crate::registry::{name, publish, quiet, state, tree_with};
use crate::support::{Tree, finish};

/// Stores an account for a registry, as `docker login` does.
pub(crate) fn log_in(tree: &Tree, registry: &str, auth: serde_json::Value) {
    let folder = tree.home.join(".docker");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.json"), json!({ "auths": { registry: auth } }).to_string()).unwrap();
}

/// The account of ada with a password.
pub(crate) fn password(password: &str) -> serde_json::Value {
    json!({ "auth": STANDARD.encode(format!("ada:{password}")) })
}

#[test]
fn a_password_is_the_one_that_docker_login_has_kept() {
    let Some(registry) = Registry::with_password() else { return };
    let host = format!("127.0.0.1:{}", registry.port);
    let tree = tree_with(&registry.address("rules/quiet:1.0.0"));
    let address = registry.address("rules/quiet:1.0.0");
    publish(&tree, &quiet(), &address).ends_with(2).complains(&format!("run `docker login {host}`"));
    log_in(&tree, &host, password("wrong"));
    publish(&tree, &quiet(), &address).ends_with(2).complains("refuses the account that `docker login` has kept (401");
    log_in(&tree, &host, password("enigma"));
    publish(&tree, &quiet(), &address).ends_with(0);
    tree.run(&["rule", "pull"]).ends_with(0);
    log_in(&tree, "registry.example.org", password("enigma"));
    tree.run(&["rule", "pull"]).ends_with(2).complains(&format!("run `docker login {host}`"));
    assert_eq!(state(&tree), ("ran".to_owned(), 0), "to check takes no account");
}

/// A registry with tokens: it answers 401 with the address of the token server, and serves clients that have a token.
fn with_tokens(component: Vec<u8>) -> Server {
    Server::new(move |request, port| {
        let challenge = format!("Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"town\"");
        match (&request.authorization, request.line.as_str()) {
            (_, line) if line.contains("/token") => Reply::new(200, r#"{"token":"t-1","expires_in":60}"#),
            (Some(token), line) if token == "Bearer t-1" => {
                let text = manifest(&component).into_bytes();
                Reply::new(200, if line.contains("/manifests/") { text } else { component.clone() })
            }
            _ => Reply::new(401, "").header("WWW-Authenticate", &challenge),
        }
    })
}

#[test]
fn a_token_is_asked_for_with_the_password_and_shown_from_then_on() {
    let server = with_tokens(quiet());
    let tree = tree_with(&server.address());
    tree.run(&["rule", "pull"]).ends_with(0);
    let lines = server.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[1], "GET /token?scope=repository%3Arules%2Fquiet%3Apull&service=town");
    assert_eq!(server.requests()[1].authorization, None, "nobody is logged in");
    log_in(&tree, &format!("127.0.0.1:{}", server.port), password("enigma"));
    tree.run(&["rule", "pull"]).ends_with(0);
    assert_eq!(server.requests()[5].authorization, Some(format!("Basic {}", STANDARD.encode("ada:enigma"))));
}

#[test]
fn an_identity_token_is_exchanged_for_a_token() {
    let server = with_tokens(quiet());
    let tree = tree_with(&server.address());
    log_in(&tree, &format!("127.0.0.1:{}", server.port), json!({ "identitytoken": "i+1" }));
    tree.run(&["rule", "pull"]).ends_with(0);
    let asked = &server.requests()[1];
    assert_eq!(asked.line, "POST /token");
    let scope = "scope=repository%3Arules%2Fquiet%3Apull&service=town";
    assert_eq!(asked.body, format!("{scope}&grant_type=refresh_token&client_id=keyreeve&refresh_token=i%2B1"));
}

#[test]
fn no_other_host_is_told_who_asks() {
    let component = quiet();
    let elsewhere = Server::with("", component.clone());
    let (port, text) = (elsewhere.port, manifest(&component));
    let server = Server::new(move |request, _| match &request.authorization {
        None => Reply::new(401, "").header("WWW-Authenticate", "Basic realm=\"x\""),
        Some(_) if request.line.contains("/manifests/") => Reply::new(200, text.clone()),
        Some(_) => Reply::new(307, "").header("Location", &format!("http://127.0.0.1:{port}/blob")),
    });
    let tree = tree_with(&server.address());
    log_in(&tree, &format!("127.0.0.1:{}", server.port), password("enigma"));
    tree.run(&["rule", "pull"]).ends_with(0);
    let [asked] = elsewhere.requests().try_into().unwrap();
    assert_eq!((asked.line.as_str(), asked.authorization), ("GET /blob", None));
}

#[test]
fn a_password_that_is_refused_is_tried_once() {
    let server = Server::new(|_, _| Reply::new(401, "").header("WWW-Authenticate", "Basic realm=\"x\""));
    let tree = tree_with(&server.address());
    log_in(&tree, &format!("127.0.0.1:{}", server.port), password("enigma"));
    let answer = tree.run(&["rule", "pull"]).ends_with(2).complains("refuses the account");
    assert!(!answer.stderr.contains("enigma") && !answer.stderr.contains(&STANDARD.encode("ada:enigma")));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_certificate_authority_of_ones_own_is_named_in_the_environment() {
    let host = String::from_utf8(std::process::Command::new("hostname").output().unwrap().stdout).unwrap();
    let host = host.trim().to_owned();
    // The name of this machine leads to it, and is not one of those that are asked without TLS.
    let leads_here = std::net::ToSocketAddrs::to_socket_addrs(&(host.as_str(), 1))
        .is_ok_and(|mut addresses| addresses.any(|address| address.ip().is_loopback()));
    if !leads_here || host == "localhost" {
        let how = format!("put `127.0.1.1 {host}` into /etc/hosts");
        return missing("an address of this machine under its own name", &how);
    }
    let Some(registry) = Registry::with_tls(&host) else { return };
    let tree = Tree::new();
    let file = tree.write("quiet.wasm", quiet());
    let address = format!("{host}:{}/rules/quiet:1.0.0", registry.port);
    let push = ["rule", "push", file.to_str().unwrap(), &address];
    tree.run(&push).ends_with(2).complains("there is no trusted connection").complains("SSL_CERT_FILE");
    finish(tree.keyreeve(&push).env("SSL_CERT_FILE", registry.authority())).ends_with(0);
    name(&tree, &address, "");
    finish(tree.keyreeve(&["rule", "pull"]).env("SSL_CERT_FILE", registry.authority())).ends_with(0);
    let Some(plain) = Registry::open() else { return };
    name(&tree, &format!("{host}:{}/rules/quiet:1.0.0", plain.port), "");
    tree.run(&["rule", "pull"]).ends_with(2).complains("does not speak TLS there").complains("--plain-http");
    tree.run(&["rule", "pull", "--plain-http"]).ends_with(2).complains("has no such name or tag (404)");
}

#[test]
fn a_proxy_is_named_in_the_environment() {
    let proxy = Server::new(|_, _| Reply::new(403, ""));
    let tree = tree_with("registry.example.org/rules/quiet:1.0.0");
    let address = format!("http://127.0.0.1:{}", proxy.port);
    finish(tree.keyreeve(&["rule", "pull"]).env("HTTPS_PROXY", &address)).ends_with(2).complains("HTTPS_PROXY");
    assert_eq!(proxy.lines(), ["CONNECT registry.example.org:443"]);
    let spared = finish(tree.keyreeve(&["rule", "pull"]).env("HTTPS_PROXY", &address).env("NO_PROXY", "example.org"));
    spared.ends_with(2);
    assert_eq!(proxy.lines().len(), 1);
}
