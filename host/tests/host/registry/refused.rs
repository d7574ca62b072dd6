//! Tests of registries that answer nonsense, or nothing, or too much: each causes its own message with what to do, and
//! nothing is stored.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::registry::faulty::{Reply, Server, manifest, manifest_of};
use crate::registry::{digits, name, quiet, quiet_with, stored, tree_with};
use crate::support::Tree;

/// Pulls by policy and by address: both fail with this, and neither leaves anything behind.
fn refuses(server: &Server, message: &str) {
    refuses_at(&server.address(), message);
}

fn refuses_at(address: &str, message: &str) {
    let tree = tree_with(address);
    tree.run(&["rule", "pull"]).ends_with(2).complains(message).complains("[rules.quiet] oci://");
    tree.run(&["rule", "pull", address, "-o", "quiet.wasm"]).ends_with(2).complains(message);
    assert_eq!(crate::registry::names(&tree.path), ["keyreeve.toml"]);
    assert!(stored(&tree).is_empty());
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let server = Server::new(|_, _| Reply::new(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"x"}]}"#));
    refuses(&server, "has no such name or tag (404): check both");
}

#[test]
fn a_refusal_says_where_to_log_in() {
    for status in [401, 403] {
        let server = Server::new(move |_, _| Reply::new(status, "").header("WWW-Authenticate", "Basic realm=\"x\""));
        refuses(&server, &format!("({status}"));
        refuses(&server, &format!("run `docker login 127.0.0.1:{}`", server.port));
    }
}

#[test]
fn any_other_answer_is_quoted_without_what_a_terminal_would_obey() {
    let complaint = json!({ "errors": [{ "code": "UNKNOWN", "message": "out of \u{1b}[31mdisk" }] }).to_string();
    let server = Server::new(move |_, _| Reply::new(500, complaint.clone()));
    refuses(&server, "answered 500 Internal Server Error: out of \\x1b[31mdisk");
    let server = Server::new(|_, _| Reply::new(418, "x".repeat(100_000)));
    let answer = tree_with(&server.address()).run(&["rule", "pull"]).ends_with(2);
    assert!(answer.stderr.len() < 1000, "{}", answer.stderr.len());
}

#[test]
fn a_busy_registry_is_asked_again_as_often_as_is_polite() {
    let component = quiet();
    let busy = |after: &'static str, times: usize| {
        let (component, count) = (component.clone(), std::sync::atomic::AtomicUsize::new(0));
        Server::new(move |request, _| {
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < times {
                return Reply::new(429, "").header("Retry-After", after);
            }
            let is_manifest = request.line.contains("/manifests/");
            Reply::new(200, if is_manifest { manifest(&component).into_bytes() } else { component.clone() })
        })
    };
    let server = busy("0", 3);
    tree_with(&server.address()).run(&["rule", "pull"]).ends_with(0);
    assert_eq!(server.requests().len(), 5);
    let server = busy("1", 1);
    let start = Instant::now();
    tree_with(&server.address()).run(&["rule", "pull"]).ends_with(0);
    assert!(start.elapsed() >= Duration::from_secs(1), "it waits as long as it is asked to");
    let server = busy("0", 1000);
    tree_with(&server.address()).run(&["rule", "pull"]).ends_with(2).complains("too busy (429");
    assert_eq!(server.requests().len(), 4);
    let server = busy("3600", 1000);
    let answer = tree_with(&server.address()).run(&["rule", "pull"]).ends_with(2);
    answer.complains("try again in 3600 seconds");
    assert_eq!(server.requests().len(), 1, "nobody waits for an hour");
}

#[test]
fn half_a_component_is_none() {
    let component = quiet();
    let (whole, half) = (component.len(), component.len() / 2);
    for length in [Some(whole), None] {
        let (manifest, half) = (manifest(&component), component[..half].to_vec());
        let server = Server::new(move |request, _| match request.line.contains("/manifests/") {
            true => Reply::new(200, manifest.clone()),
            false => Reply::new(200, half.clone()).length(length),
        });
        refuses(&server, &format!("the connection was cut after {} bytes of {whole}: try again", component.len() / 2));
    }
}

#[test]
fn half_a_manifest_is_none() {
    let server = Server::new(|_, _| Reply::new(200, "{\"schemaVersion\"").length(Some(5000)));
    refuses(&server, "the connection was cut after 16 bytes of 5000: try again");
}

#[test]
fn other_content_than_was_asked_for_is_refused_by_its_digest() {
    let component = quiet();
    let mut other = component.clone();
    *other.last_mut().unwrap() ^= 1;
    refuses(&Server::with(manifest(&component), other.clone()), "sent another component than was asked for");
    refuses(&Server::with(manifest(&component), other.clone()), &digits(&other));
    let announced = format!("sha256:{}", "0".repeat(64));
    let text = manifest(&component);
    let server = Server::new(move |_, _| Reply::new(200, text.clone()).header("Docker-Content-Digest", &announced));
    refuses(&server, "sent another manifest than was asked for");
    let server = Server::with(manifest(&component), component);
    refuses_at(
        &server.address().replace(":1.0.0", &format!("@sha256:{}", "1".repeat(64))),
        "sent another manifest than was asked for",
    );
}

#[test]
fn more_than_a_rule_can_be_is_not_read() {
    let endless = Server::new(|_, _| Reply::new(200, vec![b' '; 3 << 20]).length(None));
    refuses(&endless, "the manifest is larger than 1048576 bytes");
    let announced = Server::new(|_, _| Reply::new(200, "{}").length(Some(2 << 20)));
    refuses(&announced, "the manifest is larger than 1048576 bytes");
    let layer =
        json!({ "mediaType": "application/wasm", "digest": format!("sha256:{}", "0".repeat(64)), "size": 200 << 20 });
    let server = Server::with(manifest_of(&[layer]), "");
    refuses(&server, "the component is larger than 67108864 bytes");
    assert!(server.lines().iter().all(|line| !line.contains("/blobs/")), "it is not even asked for");
    refuses(&Server::with(manifest(&quiet()), quiet_with(5000)), "it is longer than the ");
}

#[test]
fn what_is_no_rule_is_refused_by_its_manifest() {
    let layer = |kind: &str| json!({ "mediaType": kind, "digest": format!("sha256:{}", "0".repeat(64)), "size": 1 });
    let image = manifest_of(&[layer("application/vnd.oci.image.layer.v1.tar+gzip")]);
    refuses(&Server::with(image, ""), "it is not a WebAssembly artifact but has a layer of the type");
    let two = manifest_of(&[layer("application/wasm"), layer("application/wasm")]);
    refuses(&Server::with(two, ""), "has 2 layers");
    let index = json!({ "schemaVersion": 2, "manifests": [] }).to_string();
    refuses(&Server::with(index, ""), "it is an index of several manifests: name the one of the rule by its digest");
    refuses(&Server::with("<html>", ""), "the registry's manifest cannot be understood");
    refuses(&Server::with("[".repeat(500_000), ""), "the registry's manifest cannot be understood");
}

#[test]
fn a_component_that_is_no_rule_is_not_kept() {
    let text = "not WebAssembly".as_bytes();
    let server = Server::with(manifest(text), text);
    refuses(&server, "is not a rule that can be loaded: it is not WebAssembly");
}

#[test]
fn a_rule_of_another_name_or_version_is_not_kept() {
    let component = quiet();
    let server = Server::with(manifest(&component), component);
    let tree = Tree::new();
    tree.write("keyreeve.toml", format!("[rules.other]\npath = \"oci://{}\"\n", server.address()));
    tree.run(&["rule", "pull"]).ends_with(2).complains("is the rule quiet, and keyreeve.toml names it other");
    name(&tree, &server.address(), "version = \"^2\"\n");
    tree.run(&["rule", "pull"]).ends_with(2).complains("is version 1.0.0 of the rule, and keyreeve.toml accepts ^2");
    assert!(stored(&tree).is_empty() && !tree.path.join("keyreeve.lock").exists());
}

#[test]
fn no_request_goes_where_others_could_read_it() {
    let server =
        Server::new(|_, _| Reply::new(307, "").header("Location", "http://registry.example.org/x?signature=s"));
    refuses(&server, "http://registry.example.org/x is not https");
    let server = Server::new(|_, _| Reply::new(302, "").header("Location", "/v2/again"));
    refuses(&server, "answered 302 Found");
    let realm = "Bearer realm=\"http://token.example.org/\"";
    let server = Server::new(move |_, _| Reply::new(401, "").header("WWW-Authenticate", realm));
    refuses(&server, "http://token.example.org/ is not https");
}

#[test]
fn a_registry_that_does_not_answer_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    refuses_at(&format!("127.0.0.1:{port}/a:1"), "the registry cannot be reached: Connection refused");
    refuses_at("registry.invalid/a:1", "there is no host of the name registry.invalid");
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_is_asked() {
    for (address, why) in [
        ("rules/quiet:1", "names no registry"),
        ("127.0.0.1:1/quiet", "names no tag: write 127.0.0.1:1/quiet:1.0.0"),
        ("127.0.0.1:1/Quiet:1", "it is not of the form registry/name:tag"),
    ] {
        let tree = tree_with(address);
        tree.run(&["rule", "pull"]).ends_with(2).complains(why).complains("keyreeve.toml:2:8");
        tree.run(&["check"]).ends_with(2).complains(why);
        tree.run(&["rule", "pull", address, "-o", "x"]).ends_with(2).complains(why);
    }
    Tree::new().run(&["rule", "pull"]).ends_with(2).complains("there is no keyreeve.toml here");
}
