//! `--staged`: the index is judged, not the disk, and what is not staged does not count.

use crate::support::{Tree, all, findings_of, finish, mint};

/// A repository with a good certificate in its first commit.
fn repository() -> Tree {
    let tree = Tree::repository();
    tree.write("a.pem", mint::good());
    tree.commit();
    tree
}

#[test]
fn what_is_staged_is_judged_and_what_is_on_disk_is_not() {
    let tree = repository();
    tree.write("a.pem", mint::weak());
    tree.check(&["--staged"]).ends_with(0).says("examined 0 files");
    tree.git(&["add", "a.pem"]);
    tree.check(&["--staged"]).ends_with(1).says("examined 1 file").says("--> a.pem:1:1");
    tree.write("a.pem", mint::good());
    tree.check(&["--staged"]).ends_with(1);
    tree.check(&[]).ends_with(0);
    tree.git(&["add", "a.pem"]);
    tree.check(&["--staged"]).ends_with(0).says("examined 0 files");
}

#[test]
fn before_the_first_commit_everything_staged_is_judged() {
    let tree = Tree::repository();
    tree.write("a.pem", mint::weak());
    tree.check(&["--staged"]).ends_with(0).says("examined 0 files");
    tree.git(&["add", "."]);
    tree.check(&["--staged"]).ends_with(1).says("examined 1 file");
}

#[test]
fn with_names_those_are_judged_too_whether_they_changed_or_not() {
    let tree = repository();
    tree.write("old/bad.pem", mint::weak());
    tree.commit();
    tree.write("new.pem", mint::weak_too());
    tree.git(&["add", "."]);
    let paths = |names: &[&str]| {
        let report = tree.report(&[&["--staged", "--rule", "key-size"], names].concat());
        let files = report["sources"]["files"].as_u64().unwrap();
        (all(&report["findings"], "path").join(" "), files)
    };
    assert_eq!(paths(&[]), ("new.pem".to_owned(), 1));
    assert_eq!(paths(&["a.pem"]), ("new.pem".to_owned(), 2));
    assert_eq!(paths(&["a.pem", "old/bad.pem"]), ("new.pem old/bad.pem".to_owned(), 3));
    assert_eq!(paths(&["old"]), ("new.pem old/bad.pem".to_owned(), 2));
    assert_eq!(paths(&["."]), ("new.pem old/bad.pem".to_owned(), 3));
    let mut inside = tree.keyreeve(&["check", "--staged", "bad.pem"]);
    finish(inside.current_dir(tree.path.join("old"))).ends_with(1).says("old/bad.pem:1:1");
}

#[test]
fn a_name_that_is_not_in_the_index_is_never_a_pass() {
    let tree = repository();
    tree.write("new.pem", mint::weak());
    for name in ["new.pem", "nowhere.pem", "a.pe", "../elsewhere"] {
        tree.check(&["--staged", name]).ends_with(3).says("is not in the git index: `git add` it");
    }
    tree.check(&["--staged", "a.pem", "new.pem"]).ends_with(3).says("examined 1 file ");
    tree.git(&["rm", "--quiet", "a.pem"]);
    tree.check(&["--staged"]).ends_with(0).says("examined 0 files");
}

#[test]
fn what_a_commit_breaks_elsewhere_is_judged() {
    let tree = Tree::repository();
    tree.write("nginx/nginx.conf", "events {}\nhttp { server { listen 443 ssl; include snippets/tls.conf; } }\n");
    tree.write("nginx/snippets/tls.conf", "ssl_protocols TLSv1.3;\n");
    tree.write("nginx/old.conf", "events {}\nhttp { server { listen 443 ssl; ssl_protocols TLSv1; } }\n");
    tree.commit();
    let judged = || {
        let report = tree.report(&["--staged", "--rule", "tls-version"]);
        let problems = all(&report["problems"], "path").join(" ");
        (all(&report["findings"], "path").join(" "), problems, report["sources"]["files"].as_u64().unwrap())
    };
    tree.git(&["rm", "--quiet", "nginx/snippets/tls.conf"]);
    let main = "nginx/nginx.conf".to_owned();
    assert_eq!(judged(), (main.clone(), String::new(), 1), "the include names nothing any more");
    tree.git(&["reset", "--quiet", "--hard"]);
    tree.git(&["rm", "--quiet", "nginx/old.conf"]);
    assert_eq!(judged(), (String::new(), String::new(), 0));
    tree.git(&["reset", "--quiet", "--hard"]);
    tree.write("nginx/snippets/tls.conf", "ssl_protocols TLSv1.3;\ninclude tls.conf;\n");
    tree.git(&["add", "."]);
    assert_eq!(judged().2, 1, "old.conf is no worse than it was");
}

#[test]
fn an_inventory_entry_that_goes_is_missed_where_its_key_is() {
    let tree = Tree::repository();
    tree.write("keyreeve.toml", "[[scopes]]\npaths = ['*.key']\nholder = 'shared'\n");
    tree.write("town.key", mint::minted("ec", "town.example.org").key);
    let entry = "id,path,creator,service,created,last-rotated,owner\n1,town.key,a,b,2026-11-01,2026-11-01,c\n";
    tree.write("key-inventory.csv", entry);
    tree.commit();
    let missed = || all(&tree.report(&["--staged", "--rule", "key-inventory"])["findings"], "path").join(" ");
    assert_eq!(missed(), "");
    tree.git(&["rm", "--quiet", "key-inventory.csv"]);
    assert_eq!(missed(), "town.key");
}

#[test]
fn the_rest_of_the_index_is_context() {
    let tree = Tree::repository();
    tree.write("nginx/nginx.conf", "events {}\nhttp { ssl_protocols TLSv1; include sites/*.conf; }\n");
    tree.commit();
    tree.write("nginx/sites/a.conf", "server { listen 443 ssl; server_name a.example.org; }\n");
    tree.git(&["add", "."]);
    tree.write("nginx/nginx.conf", "events {}\nhttp { ssl_protocols TLSv1.3; include sites/*.conf; }\n");
    let report = tree.report(&["--staged"]);
    assert_eq!(report["sources"]["facts"]["tls-endpoints"], 1, "{report}");
    let found = findings_of(&report, "tls-version");
    assert!(!found.is_empty(), "the versions that the index has are in force: {report}");
    assert!(found.iter().all(|finding| finding["path"] == "nginx/nginx.conf"), "they stand there: {found:?}");
}

#[test]
fn problems_of_files_that_are_not_judged_do_not_fail_a_commit() {
    let tree = Tree::repository();
    tree.write("broken.pem", mint::broken());
    tree.commit();
    tree.write("a.pem", mint::good());
    tree.git(&["add", "."]);
    tree.check(&["--staged"]).ends_with(0).says("examined 1 file");
    tree.check(&["--staged", "broken.pem"]).ends_with(3);
    tree.write("broken.pem", mint::broken() + "\n");
    tree.git(&["add", "."]);
    tree.check(&["--staged"]).ends_with(3).says("broken.pem:3:31");
}

#[test]
fn the_policy_that_is_staged_is_in_force_and_one_that_git_does_not_know_as_well() {
    let tree = repository();
    tree.write("bad.pem", mint::weak());
    tree.git(&["add", "bad.pem"]);
    tree.write("keyreeve.toml", "fail-on = 'never'\n");
    tree.check(&["--staged"]).ends_with(0).says("against keyreeve.toml");
    tree.git(&["add", "keyreeve.toml"]);
    tree.write("keyreeve.toml", "fail-on = 'medium'\n");
    tree.check(&["--staged"]).ends_with(0);
    tree.check(&[]).ends_with(1);
    tree.git(&["add", "keyreeve.toml"]);
    tree.check(&["--staged"]).ends_with(1);
}

#[test]
fn names_that_git_quotes_are_found() {
    let tree = Tree::repository();
    let names =
        ["ü.pem", "a b.pem", "tab\t.pem", "line\nbreak.pem", "\"quoted\".pem", "-dash.pem", ":colon.pem", "*.pem"];
    names.iter().for_each(|name| drop(tree.write(name, mint::weak())));
    tree.git(&["add", "."]);
    let report = tree.report(&["--staged", "--rule", "key-size"]);
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(all(&report["findings"], "path"), expected);
    tree.commit();
    for name in names.iter().filter(|name| !name.starts_with('-')) {
        let report = tree.report(&["--staged", "--rule", "key-size", name]);
        assert_eq!(all(&report["findings"], "path"), [*name]);
    }
    let report = tree.report(&["--staged", "--rule", "key-size", "--", "-dash.pem"]);
    assert_eq!(all(&report["findings"], "path"), ["-dash.pem"]);
}

#[test]
fn a_link_in_the_index_is_itself_and_not_where_it_leads() {
    let tree = repository();
    tree.write("bad.pem", mint::weak());
    std::os::unix::fs::symlink("bad.pem", tree.path.join("link.pem")).unwrap();
    tree.git(&["add", "link.pem"]);
    tree.check(&["--staged"]).ends_with(0).says("examined 1 file");
    tree.check(&["--staged", "link.pem"]).ends_with(0).says("examined 1 file");
}

#[test]
fn the_commit_and_whether_it_is_clean_are_in_the_report() {
    let tree = repository();
    let head = tree.git(&["rev-parse", "HEAD"]);
    let report = tree.report(&[]);
    assert_eq!(report["commit"], serde_json::json!({ "id": head.trim(), "clean": true }));
    tree.write("a.pem", mint::weak());
    assert_eq!(tree.report(&[])["commit"]["clean"], false);
}

#[test]
fn what_git_ignores_is_left_out_unless_it_is_tracked_or_named() {
    let tree = repository();
    tree.write(".gitignore", "*.key\nsecret/\n");
    tree.write("tracked.key", mint::weak());
    tree.git(&["add", "--force", "tracked.key"]);
    tree.write("secret/a.pem", mint::weak());
    let paths =
        |names: &[&str]| all(&tree.report(&[&["--rule", "key-size"], names].concat())["findings"], "path").join(" ");
    assert_eq!(paths(&[]), "tracked.key");
    assert_eq!(paths(&["secret"]), "secret/a.pem");
    assert_eq!(paths(&["secret/a.pem", "."]), "secret/a.pem tracked.key");
}
