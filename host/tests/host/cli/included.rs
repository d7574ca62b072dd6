//! Tests that what a configuration includes is read, whatever its name and content look like: on disk, in the index,
//! and from file to file. How an include is resolved is shown by the tests of nginx.

use crate::support::Tree;

const MAIN: &str = "events {}\nhttp {\n  include policy.d/tls.policy;\n  server {\n    listen 443 ssl;\n    \
                    server_name www.example.org;\n  }\n}\n";

/// A configuration, whose include includes what no format would take for its own.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.write("nginx.conf", MAIN);
    tree.write("policy.d/tls.policy", "include policy.d/VERSIONS;\n");
    tree.write("policy.d/VERSIONS", "ssl_protocols\n  TLSv1\n  TLSv1.3\n;\n");
    tree.write("policy.d/UNUSED", "ssl_protocols\n  SSLv3\n;\n");
    tree
}

#[test]
fn what_is_included_decides_from_file_to_file() {
    let answer = tree().run(&["check", "--format", "json", "."]).ends_with(1);
    let report = answer.json();
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "tls-version");
    let finding = finding.unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!((&finding["path"], &finding["line"]), (&"policy.d/VERSIONS".into(), &2.into()), "{finding:#}");
    assert!(!answer.stdout.contains("UNUSED"));
}

#[test]
fn it_decides_in_the_index_and_in_a_revision() {
    let (on_disk, tree) = (tree(), Tree::repository());
    for name in ["nginx.conf", "policy.d/tls.policy", "policy.d/VERSIONS"] {
        tree.write(name, std::fs::read(on_disk.path.join(name)).unwrap());
    }
    tree.git(&["add", "--all"]);
    let staged = tree.run(&["check", "--staged", "--format", "json"]).ends_with(1);
    assert!(staged.stdout.contains("\"policy.d/VERSIONS\""), "{staged:?}");
    tree.commit();
    // What HEAD has already is known.
    tree.run(&["check", "--new-since", "HEAD", "."]).ends_with(0);
}
