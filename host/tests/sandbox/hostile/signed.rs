//! Tests of rules that must be signed, with signatures by the minisign program: right, of others, of other bytes, and
//! missing. Reading `[trust]` is tested with the policy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyreeve::policy::{Component, OwnRule, Signer};
use keyreeve::rules::signature::beside;
use semver::VersionReq;

use crate::hostile::sandbox::{Sandbox, digest};
use crate::support::make;

/// A key pair in a folder. Returns `None` if minisign is not installed.
fn key_pair(folder: &Path, name: &str) -> Option<Signer> {
    let files = ["pub", "key"].map(|kind| folder.join(name).with_extension(kind));
    let [public, secret] = &files;
    let minisign = keyreeve_oracles::program("minisign")?;
    let output = Command::new(minisign).args(["-G", "-W", "-p"]).arg(public).arg("-s").arg(secret).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(public).unwrap();
    let base64 = text.lines().nth(1).unwrap();
    assert!(base64.starts_with("RW") && base64.len() == 56, "the schema of keyreeve.toml says so");
    Some(Signer { name: name.to_owned(), key: minisign_verify::PublicKey::from_base64(base64).unwrap() })
}

fn sign(folder: &Path, name: &str, file: &Path) {
    let mut command = Command::new("minisign");
    command.args(["-S", "-s"]).arg(folder.join(name).with_extension("key")).arg("-m").arg(file);
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}

/// The error of loading; empty if it succeeds.
fn said(sandbox: &Sandbox, file: &Path, version: Option<&str>, signer: Option<&Signer>) -> String {
    let component = Component {
        path: String::new(),
        address: None,
        sha256: Some(digest(&fs::read(file).unwrap())),
        version: version.map(|version| VersionReq::parse(version).unwrap()),
        signer: signer.cloned(),
    };
    let wanted = OwnRule { id: "quiet", file: file.to_owned(), component: &component, confined: None };
    sandbox.loader(None).load(&wanted).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_signature_counts_if_it_is_of_these_bytes_and_by_the_one_who_is_named() {
    let sandbox = Sandbox::new();
    let folder: PathBuf = sandbox.folder.path().to_owned();
    let (Some(platform), Some(other)) = (key_pair(&folder, "platform"), key_pair(&folder, "other")) else { return };
    let file = sandbox.write("quiet", &make::rule("quiet"));
    let says = |signer: &Signer, part: &str| {
        let said = said(&sandbox, &file, None, Some(signer));
        assert!(said.contains(part), "{said}");
    };
    says(&platform, "platform must have signed it, and");
    sign(&folder, "platform", &file);
    assert_eq!(said(&sandbox, &file, None, Some(&platform)), "");
    says(&other, "was not made with the key that [trust] has for other");
    let signature = fs::read(beside(&file)).unwrap();
    for (damage, part) in [(&b"no signature"[..], "is not a minisign signature"), (&[0xFF; 9], "cannot be read")] {
        fs::write(beside(&file), damage).unwrap();
        says(&platform, part);
    }
    fs::write(beside(&file), signature).unwrap();
    let mut changed = fs::read(&file).unwrap();
    // A custom section at the end, of which the component means nothing else.
    changed.extend([0, 2, 1, b'x']);
    fs::write(&file, changed).unwrap();
    assert_eq!(said(&sandbox, &file, None, None), "", "it is still a rule");
    says(&platform, "is not a signature of these bytes by platform");
}

#[test]
fn a_version_out_of_the_accepted_range_is_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("quiet", &make::rule("quiet"));
    for range in ["^1.0", "1", ">=0.9, <2", "*"] {
        assert_eq!(said(&sandbox, &file, Some(range), None), "", "{range}");
    }
    let refused = said(&sandbox, &file, Some("^1.2"), None);
    assert!(
        refused.contains("is version 1.0.0 of the rule, and keyreeve.toml accepts ^1.2: get a version"),
        "{refused}"
    );
}
