//! The commands beside `check`: facts, explain, init, rule list, schema, completions.

use keyreeve_oracles::has;

use crate::support::{AS_OF, Tree, all, finish, finish_with, mint};

#[test]
fn facts_are_spelt_as_the_contract_spells_them() {
    let tree = Tree::with(&[("a.pem", &mint::good())]);
    tree.write("nginx.conf", "events {}\nhttp { server { listen 443 ssl; server_name a.example.org; } }\n");
    let facts = tree.run(&["facts", "."]).ends_with(0).json();
    let certificate = &facts["certificates"][0];
    assert_eq!(certificate["fact"]["not-before"], 1_788_220_800, "2026-09-01T00:00:00Z");
    assert_eq!(certificate["fact"]["context"]["environment"], "unspecified");
    assert_eq!(certificate["fact"]["last-rotated"], serde_json::Value::Null);
    assert_eq!(certificate["details"]["subject"], "CN=good.example.org");
    assert_eq!(facts["tls-endpoints"][0]["fact"]["transport"], "tls");
    assert_eq!(facts["tls-endpoints"][0]["place"]["path"], "nginx.conf");
}

#[test]
fn facts_hold_nothing_of_a_private_key() {
    let weak = mint::minted("rsa:1024", "weak.example.org");
    let tree = Tree::with(&[("a.key", &weak.key), ("b.key", &mint::sealed())]);
    let mut shown = String::new();
    for arguments in [&["facts", "."][..], &["check"], &["check", "--format", "json"], &["check", "--format", "sarif"]]
    {
        let answer = tree.run(arguments);
        shown += &(answer.stdout + &answer.stderr);
    }
    for line in weak.key.lines().chain(mint::sealed().lines()).filter(|line| line.len() > 60) {
        for piece in [&line[..16], &line[24..40], &line[48..]] {
            assert!(!shown.contains(piece), "{piece} of a private key is shown");
        }
    }
    assert!(shown.contains("a.key"));
}

#[test]
fn facts_tell_what_could_not_be_read_with_3() {
    let tree = Tree::with(&[("broken.pem", &mint::broken())]);
    let facts = tree.run(&["facts", "broken.pem", "nowhere"]).ends_with(3).json();
    assert_eq!(facts["problems"].as_array().unwrap().len(), 2, "{facts}");
    tree.run(&["facts"]).ends_with(2).complains("<PATH>");
    tree.run(&["facts", "-", "broken.pem"]).ends_with(2).complains("stands alone");
    let input = finish_with(&mut tree.keyreeve(&["facts", "-"]), mint::good().as_bytes()).ends_with(0);
    assert_eq!(input.json()["certificates"][0]["place"]["path"], "stdin");
}

#[test]
fn explain_says_what_a_rule_is_about_for_every_rule_that_is_listed() {
    let tree = Tree::new();
    let rules = tree.run(&["rule", "list", "--json"]).ends_with(0).json();
    for rule in rules.as_array().unwrap() {
        let (id, title) = (rule["id"].as_str().unwrap(), rule["title"].as_str().unwrap());
        let mut page = tree.run(&["explain", id]).ends_with(0);
        for part in
            ["Why", "What it finds", "What it passes", "How to mend it", "Severities", "What stays undetermined"]
        {
            page = page.says(&format!("\n{part}\n\n"));
        }
        let page = page.says("\nSettings\n\n");
        assert!(page.stdout.to_lowercase().contains(&title.to_lowercase().replace('`', "")), "{page:?}");
        tree.run(&["explain", id, "--markdown"]).ends_with(0).says(&format!("# {id}\n")).says("## Why");
    }
    let sources = "- RFC 9155: <https://www.rfc-editor.org/rfc/rfc9155>\n- RFC 8017: <https://www.rfc-editor.org/rfc/rfc8017>\n- FIPS 186-5: <https://doi.org/10.6028/NIST.FIPS.186-5>\n";
    tree.run(&["explain", "certificate-algorithm", "--markdown"]).says(sources);
    let sources = "NIST SP 800-57 part 1 revision 5: https://doi.org/10.6028/NIST.SP.800-57pt1r5\n";
    tree.run(&["explain", "key-size"]).says(sources);
    tree.run(&["explain", "key-sise"]).ends_with(2).complains("did you mean key-size; `keyreeve rule list` shows all");
}

#[test]
fn init_writes_a_policy_that_is_accepted_and_never_overwrites_one() {
    let tree = Tree::with(&[("deploy/production/a.pem", &mint::weak()), ("tests/b.pem", &mint::weak())]);
    let printed = tree.run(&["init", "--print"]).ends_with(0).stdout;
    assert!(!tree.path.join("keyreeve.toml").exists());
    tree.run(&["init"]).ends_with(0).complains("keyreeve.toml: read its scopes").says("- repo: local");
    assert_eq!(std::fs::read_to_string(tree.path.join("keyreeve.toml")).unwrap(), printed);
    let facts = tree.run(&["facts", "."]).ends_with(0).json();
    assert_eq!(facts["certificates"][0]["fact"]["context"]["environment"], "production");
    assert_eq!(facts["certificates"][1]["fact"]["context"]["purpose"], "fixture");
    tree.check(&[]).ends_with(1).says("against keyreeve.toml");
    tree.write("keyreeve.toml", "# ours\n");
    tree.run(&["init"]).ends_with(2).complains("is there already and stays as it is").complains("init --print");
    assert_eq!(std::fs::read_to_string(tree.path.join("keyreeve.toml")).unwrap(), "# ours\n");
    std::fs::remove_file(tree.path.join("keyreeve.toml")).unwrap();
    std::os::unix::fs::symlink("elsewhere.toml", tree.path.join("keyreeve.toml")).unwrap();
    tree.run(&["init"]).ends_with(2).complains("is there already");
    assert!(!tree.path.join("elsewhere.toml").exists());
}

#[test]
fn init_says_what_check_finds_without_the_proposal_and_with_it() {
    let weak = mint::weak();
    let tree = Tree::with(&[("deploy/production/a.pem", &weak), ("tests/b.pem", &weak), ("c.pem", &mint::good())]);
    let failing = || {
        let report = tree.run(&["check", "--format", "json"]).json();
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["fails"] == true).count()
    };
    let printed = tree.run(&["init", "--print"]).ends_with(0).stdout;
    let before = failing();
    tree.write("keyreeve.toml", &printed);
    let effect = format!(" {before} findings fail a run without these scopes, and {} with them.\n", failing());
    assert!(before > failing() && printed.ends_with(&effect), "{effect} {printed}");
}

#[test]
fn init_looks_at_the_folder_it_is_given() {
    let tree = Tree::with(&[("inner/staging/a.conf", "")]);
    tree.run(&["init", "inner"]).ends_with(0);
    let written = std::fs::read_to_string(tree.path.join("inner/keyreeve.toml")).unwrap();
    assert!(written.contains("\"staging/**\""), "{written}");
    for wrong in ["nowhere", "inner/keyreeve.toml"] {
        tree.run(&["init", wrong]).ends_with(2).complains("is not a folder");
        tree.run(&["init", "--print", wrong]).ends_with(2).complains("is not a folder");
    }
}

#[test]
fn the_components_that_are_exported_are_those_that_are_listed() {
    let tree = Tree::new();
    let list = tree.run(&["rule", "list", "--json", "--export", "rules/here"]).ends_with(0);
    let list = list.complains("components to rules/here").json();
    let ids = all(&list, "id");
    assert!(ids.contains(&"key-size") && ids.is_sorted());
    for (id, digest) in ids.iter().zip(all(&list, "sha256")) {
        let sums = finish(tree.command("sha256sum").arg(format!("rules/here/{id}.wasm"))).ends_with(0).stdout;
        assert_eq!(sums.split(' ').next().unwrap(), digest, "{id}");
    }
    assert_eq!(std::fs::read_dir(tree.path.join("rules/here")).unwrap().count(), ids.len());
    let text = tree.run(&["rule", "list"]).ends_with(0).stdout;
    assert_eq!(text.lines().count(), ids.len() + 1);
    let report = tree.report(&[]);
    assert_eq!(all(&report["rules"], "sha256"), all(&list, "sha256"), "a report names the same digests");
}

#[test]
fn completions_are_scripts_that_name_every_command() {
    let tree = Tree::new();
    for shell in ["bash", "zsh", "fish"] {
        let mut answer = tree.run(&["completions", shell]).ends_with(0);
        for command in ["check", "facts", "explain", "except", "init", "rule", "schema", "completions"] {
            answer = answer.says(command);
        }
        answer = answer.says("new-since");
        assert!(!answer.stdout.contains("compile-rule"), "{shell} offers what is only for keyreeve itself");
        let script = tree.write(&format!("completions.{shell}"), &answer.stdout);
        if shell == "bash" || has(shell) {
            assert_eq!(finish(tree.command(shell).arg("-n").arg(script)).code, 0, "{shell}");
        }
    }
    let script = "source completions.bash; COMP_WORDS=(keyreeve ch); COMP_CWORD=1; _keyreeve keyreeve ch keyreeve; echo ${COMPREPLY[@]}";
    assert_eq!(finish(tree.command("bash").args(["-c", script])).stdout, "check\n");
}

#[test]
fn help_and_version_are_printed_and_nothing_at_all_is_wrong() {
    let tree = Tree::new();
    let version = tree.run(&["--version"]).ends_with(0).stdout;
    assert_eq!(version, concat!("keyreeve ", env!("CARGO_PKG_VERSION"), "\n"));
    tree.run(&["help", "check"]).ends_with(0).says("--new-since").says("Exit codes");
    tree.run(&[]).ends_with(2).complains("Usage: keyreeve");
    tree.run(&["chek"]).ends_with(2).complains("'check'");
    assert_eq!(tree.run(&["check", "--as-of", AS_OF]).ends_with(0).stderr, "");
}
