//! Tests of revocation lists against openssl, of the certificates that they revoke, and of what certificates state
//! about learning of their revocation.

use std::path::Path;

use keyreeve::formats::Detail;
use keyreeve::policy::Policy;
use keyreeve::scan;
use keyreeve_contract::{Certificate, RevocationList};
use keyreeve_source::{Source, Sources};

use crate::material::tools::{Authority, file, openssl, openssl_text, problem_spans, read};

/// The timestamp that openssl prints behind a name: `Last Update: Nov 23 00:00:00 2026 GMT`.
fn printed(text: &str, name: &str) -> Option<i64> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(name))?.trim().strip_suffix(" GMT")?;
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let time = jiff::civil::DateTime::strptime("%b %d %H:%M:%S %Y", value).unwrap();
    Some(jiff::tz::Offset::UTC.to_timestamp(time).unwrap().as_second())
}

fn assert_as_openssl_says(path: &Path) -> RevocationList {
    let text = openssl_text(&format!("crl -noout -text -in {}", path.display()));
    let reading = read(&file(path));
    assert!(reading.problems.is_empty(), "{}: {:?}", path.display(), reading.problems);
    let [list] = reading.facts.revocation_lists.facts() else { panic!("{}", path.display()) };
    assert_eq!(Some(list.this_update), printed(&text, "Last Update:"), "{}", path.display());
    assert_eq!(list.next_update, printed(&text, "Next Update:"), "{}", path.display());
    assert_eq!(list.revoked as usize, text.matches("Serial Number:").count(), "{}", path.display());
    let algorithm = text.lines().find_map(|line| line.trim().strip_prefix("Signature Algorithm: ")).unwrap();
    assert_eq!(list.signature_algorithm, algorithm, "{}", path.display());
    let issuer = text.lines().find_map(|line| line.trim().strip_prefix("Issuer:")).unwrap();
    assert!(issuer.replace(' ', "").contains(&list.issuer.replace(' ', "")), "{issuer} / {}", list.issuer);
    list.clone()
}

#[test]
fn revocation_lists_are_what_openssl_prints() {
    let authority = Authority::new();
    for name in ["a", "b", "c"] {
        authority.issue(name, "");
        authority.revoke(name);
        let path = authority.path("list");
        std::fs::write(&path, authority.revocation_list("-md sha384")).unwrap();
        let list = assert_as_openssl_says(Path::new(&path));
        assert_eq!((list.issuer.as_str(), list.signature_hash.as_str()), ("Example-CA", "SHA384"));
        let der = openssl(&format!("crl -in {path} -outform DER"));
        let reading = read(&der);
        assert_eq!(reading.facts.revocation_lists.facts(), [list]);
        assert_eq!(reading.facts.revocation_lists.places()[0].label.as_ref(), "revocation list of Example-CA");
        for cut in 4..der.len() {
            let reading = read(&der[..cut]);
            assert!(reading.facts.revocation_lists.is_empty());
            assert!(cut < 20 || problem_spans(&reading).count() == 1, "{cut}");
        }
    }
}

#[test]
fn every_revocation_list_of_the_corpus_is_what_openssl_prints() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    let entries = std::fs::read_dir(corpora.join("certificates/zlint")).unwrap();
    let mut compared = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        let is_list = path.file_name().unwrap().to_str().unwrap().starts_with("crl");
        let reads = || std::process::Command::new("openssl").args(["crl", "-noout", "-in"]).arg(&path).output();
        if is_list && reads().unwrap().status.success() {
            assert_as_openssl_says(&path);
            compared += 1;
        }
    }
    assert!(compared > 25, "{compared}");
}

/// The certificates of a scan of these files.
fn scanned(files: &[(&str, Vec<u8>)]) -> scan::Understood {
    let sources = files.iter().map(|(name, bytes)| Source::new(*name, None, bytes.clone())).collect();
    scan::understand(&mut Sources::new(sources), &Policy::built_in(), Detail::Judged, &Default::default())
}

fn attribute<'a>(certificate: &'a Certificate, name: &str) -> Option<&'a str> {
    certificate.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_certificate_on_a_list_of_the_scan_is_marked_there() {
    let authority = Authority::new();
    let content = |name: &str| file(Path::new(&authority.path(name)));
    for name in ["bad", "good"] {
        authority.issue(name, "");
    }
    authority.revoke("bad");
    let list = authority.revocation_list("");
    let other = Authority::new().revocation_list("");
    let understood = scanned(&[
        ("bad.pem", content("bad")),
        ("ca.crl", list.clone()),
        ("good.pem", content("good")),
        ("other.crl", other),
    ]);
    let certificates: Vec<_> = understood.facts.certificates.iter().collect();
    let revoked: i64 = attribute(certificates[0].0, "revoked").unwrap().parse().unwrap();
    assert!((certificates[0].0.not_before..=certificates[0].0.not_before + 3600).contains(&revoked));
    let said = certificates[0].1.parts[&("revoked", None)];
    assert_eq!((said.source.0, said.span.start), (1, 0));
    assert_eq!(attribute(certificates[1].0, "revoked"), None);
    assert!(!certificates[1].1.parts.contains_key(&("revoked", None)));
}

#[test]
fn certificates_say_how_their_revocation_can_be_learnt() {
    let authority = Authority::new();
    let cases = [
        ("", None),
        ("crlDistributionPoints=URI:http://crl.example.org/a", Some("crl")),
        ("crlDistributionPoints=URI:http://localhost/a,URI:ldap:///CN=a", Some("crl-unusable")),
        ("authorityInfoAccess=caIssuers;URI:http://a.example.org/ca", None),
        ("authorityInfoAccess=OCSP;URI:http://ocsp.example.org\ntlsfeature=status_request", Some("ocsp must-staple")),
        (
            "authorityInfoAccess=OCSP;DNS:ocsp.example.org\ncrlDistributionPoints=URI:https://a.example/a",
            Some("crl ocsp-unusable"),
        ),
        ("noCheck=ignored", Some("ocsp-no-check")),
        ("2.5.29.56=DER:0500", Some("no-rev-avail")),
        ("crlDistributionPoints=dirName:section\n[section]\nCN=a", Some("crl-unusable")),
    ];
    for (index, (extensions, expected)) in cases.into_iter().enumerate() {
        authority.issue(&format!("case{index}"), extensions);
        let reading = read(&file(Path::new(&authority.path(&format!("case{index}")))));
        assert!(reading.problems.is_empty(), "{extensions}: {:?}", reading.problems);
        assert_eq!(attribute(&reading.facts.certificates.facts()[0], "revocation"), expected, "{extensions}");
    }
    authority.issue("damaged", "2.5.29.31=DER:3003020101");
    let reading = read(&file(Path::new(&authority.path("damaged"))));
    let certificate = &reading.facts.certificates.facts()[0];
    assert_eq!((reading.problems.len(), certificate.unknown[0].field.as_str()), (1, "attributes.revocation"));
}

#[test]
fn the_hash_of_a_mask_generation_function_is_told_where_it_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key").display().to_string();
    openssl_text(&format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {path}"));
    for (hash, expected) in [("sha256", None), ("sha1", Some("SHA1"))] {
        let options = format!("-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:{hash}");
        let pem = openssl_text(&format!("req -x509 -new -key {path} -subj /CN=a.example {options}"));
        let reading = read(pem.as_bytes());
        assert_eq!(attribute(&reading.facts.certificates.facts()[0], "mgf1-hash"), expected);
    }
}
