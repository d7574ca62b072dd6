//! `--password-file`: what is encrypted is read with the right password, a wrong one is said, and none is ever shown.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{Answer, Tree, finish, mint};

const PASSWORD: &str = "correct horse battery staple";

/// A tree with a certificate and its key in a PKCS#12 file, and the password in a file that only its owner reads.
fn tree() -> Tree {
    let pair = mint::minted("rsa:2048", "www.example.org");
    let tree = Tree::with(&[("www.crt", &pair.certificate), ("www.key", &pair.key)]);
    let password = format!("pass:{PASSWORD}");
    let export = ["pkcs12", "-export", "-in", "www.crt", "-inkey", "www.key", "-out", "www.p12", "-passout", &password];
    finish(tree.command("openssl").args(export)).ends_with(0);
    for name in ["www.crt", "www.key"] {
        std::fs::remove_file(tree.path.join(name)).unwrap();
    }
    write_passwords(&tree, &format!("a wrong one\n{PASSWORD}\n"));
    tree
}

fn passwords(tree: &Tree) -> std::path::PathBuf {
    tree.home.join("passwords")
}

fn write_passwords(tree: &Tree, lines: &str) {
    std::fs::write(passwords(tree), lines).unwrap();
    std::fs::set_permissions(passwords(tree), std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn run(tree: &Tree, arguments: &[&str]) -> Answer {
    let file = passwords(tree).display().to_string();
    let answer = tree.run(&[arguments, &["--password-file", &file]].concat());
    assert!(!format!("{answer:?}").contains(PASSWORD));
    answer
}

#[test]
fn what_a_password_opens_is_read() {
    let tree = tree();
    let closed = tree.run(&["facts", "."]).ends_with(0).json();
    assert_eq!(
        (closed["certificates"].as_array().unwrap().len(), &closed["encrypted-data"][0]["fact"]["format"]),
        (0, &"PKCS#12".into())
    );
    let answer = run(&tree, &["facts", "."]).ends_with(0);
    assert_eq!(answer.stderr, "");
    let open = answer.json();
    let (certificate, key) = (&open["certificates"][0], &open["keys"][0]);
    assert_eq!(certificate["details"]["spki-sha256"], key["details"]["spki-sha256"]);
    assert_eq!(key["fact"]["protection"], "passphrase");
    let report = run(&tree, &["check", "--as-of", "2026-10-01", "--rule", "key-size", "--format", "json"]).json();
    assert_eq!(report["problems"].as_array().unwrap().len(), 0);
    let answer = run(&tree, &["check", "--as-of", "2026-10-01", "--rule", "key-size"]).says("2048 bits");
    assert_eq!(answer.stderr, "");
}

#[test]
fn a_wrong_password_is_said_and_the_rest_is_read() {
    let tree = tree();
    write_passwords(&tree, "a wrong one\n");
    tree.write("other.crt", mint::good());
    let facts = run(&tree, &["facts", "."]).ends_with(3).json();
    assert_eq!(facts["certificates"].as_array().unwrap().len(), 1);
    let message = facts["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("none of the passwords opens it"), "{message}");
}

#[test]
fn a_password_file_is_a_small_text_that_its_owner_alone_reads() {
    let tree = tree();
    std::fs::set_permissions(passwords(&tree), std::fs::Permissions::from_mode(0o644)).unwrap();
    run(&tree, &["facts", "."]).ends_with(0).complains("others can read the password file");
    std::fs::write(passwords(&tree), b"\xff\xfe").unwrap();
    run(&tree, &["facts", "."]).ends_with(2).complains("cannot be read").complains("valid UTF-8");
    std::fs::write(passwords(&tree), vec![b'a'; 1024 * 1024 + 1]).unwrap();
    run(&tree, &["check"]).ends_with(2).complains("larger than 1 MiB");
    tree.run(&["check", "--password-file", Path::new("nowhere").to_str().unwrap()]).ends_with(2).complains("nowhere");
}
