//! Certificates and keys, minted by the openssl program when a test first asks for them, with dates that never move.
//! Nothing of them is in use anywhere.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

/// A certificate and its private key, both PEM.
#[derive(Debug, Clone)]
pub(crate) struct Minted {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The certificate of a key that `key-size` calls too small.
pub(crate) fn weak() -> String {
    minted("rsa:1024", "weak.example.org").certificate
}

/// Another of its kind.
pub(crate) fn weak_too() -> String {
    minted("rsa:1024", "weak-too.example.org").certificate
}

/// The certificate of a key that no rule objects to.
pub(crate) fn good() -> String {
    minted("ec", "good.example.org").certificate
}

/// A certificate that is none any more: its third line is not base64.
pub(crate) fn broken() -> String {
    let good = good();
    let mut lines: Vec<&str> = good.lines().collect();
    let broken = format!("{}****{}", &lines[2][..30], &lines[2][34..]);
    lines[2] = &broken;
    lines.join("\n")
}

/// A key under a passphrase, without its public half: nobody can tell its size.
pub(crate) fn sealed() -> String {
    static SEALED: LazyLock<String> = LazyLock::new(|| {
        let call = ["genrsa", "-traditional", "-aes128", "-passout", "pass:x", "1024"];
        let output = Command::new("openssl").args(call).stderr(Stdio::null()).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });
    SEALED.clone()
}

/// A certificate from 2026-09-01 to the end of November 2026, the same one each time it is asked for.
pub(crate) fn minted(key: &str, name: &str) -> Minted {
    static ALL: Mutex<Option<HashMap<(String, String), Minted>>> = Mutex::new(None);
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    all.entry((key.to_owned(), name.to_owned())).or_insert_with(|| mint(key, name)).clone()
}

const CONFIGURATION: &str = "\
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:false
[req]
distinguished_name = any
";

fn mint(key: &str, name: &str) -> Minted {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (file, content) in [("openssl.cnf", CONFIGURATION), ("index.txt", ""), ("serial", "01\n")] {
        std::fs::write(at.join(file), content).unwrap();
    }
    let subject = format!("/CN={name}");
    let key: &[&str] = if key == "ec" { &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] } else { &[key] };
    let request =
        ["req", "-new", "-nodes", "-config", "openssl.cnf", "-subj", &subject, "-keyout", "key", "-out", "csr"];
    openssl(at, &[&request[..], &["-newkey"], key].concat());
    let sign = ["ca", "-config", "openssl.cnf", "-selfsign", "-batch", "-notext", "-in", "csr", "-keyfile", "key"];
    let dates = ["-startdate", "20260901000000Z", "-enddate", "20261130235959Z", "-out", "certificate"];
    openssl(at, &[&sign[..], &dates[..]].concat());
    let read = |file: &str| std::fs::read_to_string(at.join(file)).unwrap();
    Minted { certificate: read("certificate"), key: read("key") }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
