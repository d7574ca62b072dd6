//! The account of what was examined: every file once, named paths that gave nothing, and the gate that asks for more.
//! Not how kinds are told, which is tested where their table is.

use serde_json::json;

use crate::support::{Tree, mint};

fn tree() -> Tree {
    Tree::with(&[
        ("certs/a.pem", &mint::good()),
        ("mail/main.cf", "smtpd_tls_security_level = may\n"),
        ("roles/templates/nginx.conf.j2", "server {\n    listen {{ port }} ssl;\n}\n"),
        ("roles/templates/motd.j2", "hello {{ name }}\n"),
        ("roles/templates/lb.cfg.sample", "frontend web\n    bind *:443 ssl crt a.pem\n    default_backend app\n"),
        ("broken.pem", &mint::broken()),
        ("README.md", "# Read me\n"),
    ])
}

#[test]
fn every_file_is_in_the_account_once() {
    let report = tree().report(&[]);
    let sources = &report["sources"];
    assert_eq!(sources["files"], 7);
    let account = json!({
        "understood": 2, "broken": 1, "unread": { "Postfix": 1 }, "templates": { "": 1, "HAProxy": 1 }, "others": 1,
        "fruitless": [],
    });
    assert_eq!((&sources["account"], &sources["formats"]), (&account, &json!({ "key material": 1, "nginx": 1 })));
}

#[test]
fn a_statement_says_why_nothing_was_examined() {
    tree()
        .check(&["--rule", "tls-version", "--", "mail", "roles/templates/lb.cfg.sample"])
        .says("no file of a kind that its rules read; 1 file looks like a template of HAProxy; not read: Postfix 1\n")
        .says("statements of the policy (1)\n");
}

#[test]
fn a_named_path_that_gives_nothing_has_a_line() {
    let tree = tree();
    let answer = tree.check(&["README.md", "mail", "mail/main.cf", "certs"]).ends_with(0);
    let answer = answer.says("named, and nothing in them (3)\n").says("  README.md: neither a fact nor a problem\n");
    answer.says("  mail/main.cf: neither a fact nor a problem: it looks like Postfix, which is not read\n");
}

#[test]
fn what_is_not_understood_can_be_made_a_gate() {
    let tree = tree();
    tree.check(&["--require-understood", "mail", "--quiet"]).ends_with(3).says("Postfix 1\n");
    tree.check(&["--require-understood", "README.md"]).ends_with(3).says("README.md: neither");
    tree.check(&["--require-understood", "certs"]).ends_with(0);
    tree.check(&["mail"]).ends_with(0);
}

#[test]
fn sarif_has_the_account() {
    let log = tree().check(&["--format", "sarif", "mail"]).ends_with(0).json();
    let account = &log["runs"][0]["properties"]["account"];
    assert_eq!((&account["unread"], &account["fruitless"]), (&json!({ "Postfix": 1 }), &json!(["mail"])));
}
