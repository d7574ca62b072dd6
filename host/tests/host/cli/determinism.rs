//! The same input gives the same report: however often, with however many threads, and in whatever order it is named.

use serde_json::Value;

use crate::support::{AS_OF, Tree, finish, mint};

fn tree() -> Tree {
    let tree = Tree::new();
    for at in 0..30 {
        let content = [mint::weak(), mint::good(), mint::weak_too(), mint::sealed(), mint::broken()][at % 5].clone();
        tree.write(&format!("{}/{at}.pem", ["a", "b/c", "d"][at % 3]), content);
    }
    for at in 0..5 {
        let server = format!("server {{ listen 443 ssl; server_name n{at}.example.org; include tls.conf; }}\n");
        tree.write(&format!("nginx/conf.d/{at}.conf"), server);
    }
    tree.write("nginx/nginx.conf", "events {}\nhttp { include conf.d/*.conf; ssl_protocols TLSv1 TLSv1.2; }\n");
    tree.write("nginx/tls.conf", "ssl_ciphers HIGH;\n");
    tree
}

fn without_start(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("\"started\""));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn two_runs_write_the_same_bytes_but_for_the_time() {
    let tree = tree();
    let once = tree.check(&["--format", "json"]).ends_with(1).stdout;
    let again = tree.check(&["--format", "json"]).ends_with(1).stdout;
    assert_eq!(without_start(&once), without_start(&again));
    assert_eq!(once.lines().count() - 1, without_start(&once).lines().count());
    for format in ["human", "github", "gitlab"] {
        assert_eq!(tree.check(&["--format", format]), tree.check(&["--format", format]), "{format}");
    }
    assert_eq!(tree.run(&["facts", "."]), tree.run(&["facts", "."]));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let tree = tree();
    let with = |threads: &str| {
        let mut command = tree.keyreeve(&["check", "--as-of", AS_OF, "--format", "json"]);
        without_start(&finish(command.env("RAYON_NUM_THREADS", threads)).ends_with(1).stdout)
    };
    let one = with("1");
    assert_eq!(one, with("2"));
    assert_eq!(one, with("16"));
}

#[test]
fn the_order_of_paths_changes_no_finding() {
    let tree = tree();
    let findings = |paths: &[&str]| {
        let report = tree.report(paths);
        (report["findings"].clone(), report["problems"].clone(), report["sources"].clone())
    };
    let once = findings(&["a", "b", "d", "nginx"]);
    assert_ne!(once.0, Value::Array(Vec::new()));
    assert_eq!(once, findings(&["nginx", "d", "b", "a"]));
    assert_eq!(once, findings(&["d", "b/c", "nginx/nginx.conf", "b", "a", "nginx", "./a/0.pem", "a"]));
}

#[test]
fn where_the_tree_lies_and_where_it_is_checked_from_changes_no_fingerprint() {
    let (one, other) = (Tree::repository(), Tree::repository());
    for tree in [&one, &other] {
        tree.write("deep/down/a.pem", mint::weak());
    }
    let fingerprints = |report: &Value| crate::support::all(&report["findings"], "fingerprint").join(" ");
    let whole = fingerprints(&one.report(&[]));
    assert!(whole.starts_with("v1:"));
    assert_eq!(whole, fingerprints(&other.report(&["deep"])));
    let mut inside = one.keyreeve(&["check", "--as-of", AS_OF, "--format", "json", "a.pem"]);
    assert_eq!(whole, fingerprints(&finish(inside.current_dir(one.path.join("deep/down"))).json()));
    other.write("deep/down/a.pem", format!("# moved down\n\n{}", mint::weak()));
    assert_eq!(whole, fingerprints(&other.report(&[])), "lines are not in it");
}
