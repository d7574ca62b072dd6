//! Tests against the `openssl` program of the machine: cipher strings by the suites that it says it has, whatever its
//! release. From 3.2 on OpenSSL counts suites of CCM8 as weaker, which the tables do not model yet. Tests that do not
//! need the program stand beside the code that they test.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod handshakes;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use super::available::AVAILABLE;
use super::selector::words;
use super::*;

/// The `openssl` of this machine, by what it says of itself.
struct Build {
    /// The suites up to TLS 1.2 that it was built with: releases and distributions leave out different ones.
    has: BTreeSet<u16>,
    version: String,
}

/// The program that is compared with, of whichever release.
#[track_caller]
fn openssl() -> Option<&'static Build> {
    static BUILD: LazyLock<Build> = LazyLock::new(|| {
        let version = Command::new("openssl").arg("version").output().unwrap().stdout;
        let has: BTreeSet<u16> = expected(&["ALL:COMPLEMENTOFALL"]).unwrap().into_iter().collect();
        let lacks = AVAILABLE.iter().filter(|suite| !has.contains(&suite.id)).map(|suite| suite.openssl);
        let lacks: Vec<&str> = lacks.collect();
        // Past what hides the output of tests that pass.
        let told = format!("not compared, since this openssl does not have them: {} suites {lacks:?}", lacks.len());
        let _ = writeln!(std::io::stderr(), "{told}");
        Build { has, version: String::from_utf8_lossy(&version).into_owned() }
    });
    keyreeve_oracles::program("openssl")?;
    let compared = AVAILABLE.iter().filter(|suite| BUILD.has.contains(&suite.id)).count();
    assert!(compared > AVAILABLE.len() / 2, "this openssl has too few suites to compare with: {compared}");
    Some(&BUILD)
}

impl Build {
    /// What of some suites it has.
    fn of(&self, ids: Vec<u16>) -> Vec<u16> {
        ids.into_iter().filter(|id| self.has.contains(id)).collect()
    }
}

/// Whether it is the release whose defaults and protocol versions the handshakes model.
#[track_caller]
fn openssl_is_3_0() -> bool {
    let Some(build) = openssl() else { return false };
    let here = build.version.starts_with("OpenSSL 3.0.");
    if !here {
        keyreeve_oracles::missing(
            "OpenSSL 3.0",
            &format!("Debian 12 has it; the one on the PATH is {}", build.version),
        );
    }
    here
}

/// The lines of `openssl ciphers` as words. Returns `None` if OpenSSL refuses the arguments.
fn ciphers(arguments: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut command = Command::new("openssl");
    let output = command.args(["ciphers", "-V", "-stdname"]).args(arguments).env("OPENSSL_CONF", "/dev/null").output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output
        .status
        .success()
        .then(|| text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect())
}

fn id(line: &[String]) -> u16 {
    let (high, low) = line[0].split_once(',').unwrap();
    u16::from_str_radix(&format!("{}{}", &high[2..], &low[2..]), 16).unwrap()
}

/// The code points up to TLS 1.2 that `openssl ciphers` prints.
fn expected(arguments: &[&str]) -> Option<Vec<u16>> {
    let lines = ciphers(arguments)?;
    Some(lines.iter().filter(|line| line[5] != "TLSv1.3").map(|line| id(line)).collect())
}

fn ids<'a>(suites: impl IntoIterator<Item = &'a Suite>) -> Vec<u16> {
    suites.into_iter().map(|suite| suite.id).collect()
}

/// Whether OpenSSL accepts the string. Returns `None`, and prints both answers, if ours differs.
fn agreement(expression: &str) -> Option<bool> {
    let build = openssl()?;
    let whole = expand(expression).ok().map(|expansion| ids(expansion.suites));
    // It refuses a string that leaves none of the suites that it has.
    let ours = whole.clone().map(|ids| build.of(ids)).filter(|ours| !ours.is_empty() || whole == Some(Vec::new()));
    let theirs = expected(&["--", expression]);
    if ours != theirs {
        eprintln!("{expression:?}\n  openssl {theirs:04X?}\n  ours    {ours:04X?}");
        return None;
    }
    Some(ours.is_some())
}

/// Compares every string and prints those that differ. Returns how many OpenSSL accepts.
fn all_agree<S: AsRef<str>>(expressions: impl IntoIterator<Item = S>) -> usize {
    let results: Vec<_> = expressions.into_iter().map(|expression| agreement(expression.as_ref())).collect();
    let count = |wanted| results.iter().filter(|result| **result == wanted).count();
    eprintln!("{} strings accepted, {} refused, {} differ", count(Some(true)), count(Some(false)), count(None));
    assert_eq!(count(None), 0);
    count(Some(true))
}

#[test]
fn the_table_is_what_openssl_has() {
    if openssl().is_none() {
        return;
    }
    let lines = ciphers(&["ALL:COMPLEMENTOFALL"]).unwrap();
    let lines: Vec<_> = lines.iter().filter(|line| line[5] != "TLSv1.3").collect();
    for line in lines {
        let suite = AVAILABLE.iter().find(|suite| suite.id == id(line));
        let suite = suite.unwrap_or_else(|| panic!("available.rs lacks a suite that openssl has, add it: {line:?}"));
        let since = if line[5] == "TLSv1" { "TLSv1.0" } else { &line[5] };
        assert_eq!(
            (suite.iana, suite.openssl, Some(suite.since)),
            (line[2].as_str(), line[4].as_str(), version(since))
        );
        let described = format!("Kx={} Au={} Enc={} Mac={}", kx(suite), au(suite), enc(suite), mac(suite));
        assert_eq!(described, line[6..].join(" "), "{}", suite.openssl);
    }
}

fn kx(suite: &Suite) -> String {
    match suite.key_exchange {
        KeyExchange::Dhe => "DH".into(),
        KeyExchange::Ecdhe => "ECDH".into(),
        other => format!("{other:?}").to_uppercase(),
    }
}

fn au(suite: &Suite) -> String {
    match suite.authentication {
        Authentication::Anonymous => "None".into(),
        other => format!("{other:?}").to_uppercase(),
    }
}

fn enc(suite: &Suite) -> String {
    let name = match suite.cipher {
        Cipher::Null => return "None".into(),
        Cipher::ChaCha20Poly1305 => "CHACHA20/POLY1305".into(),
        Cipher::Camellia128 | Cipher::Camellia256 => "Camellia".into(),
        other => format!("{other:?}").to_uppercase().replacen("128", "", 1).replacen("256", "", 1),
    };
    format!("{name}({})", suite.key_bits())
}

fn mac(suite: &Suite) -> String {
    format!("{:?}", suite.mac).to_uppercase()
}

#[test]
fn every_word_expands_as_in_openssl() {
    if let Some(build) = openssl() {
        let known: BTreeSet<&str> = words().collect();
        assert!(all_agree(known) >= build.has.len());
        let classes =
            ["HIGH", "FIPS", "COMPLEMENTOFDEFAULT", "NULL-SHA", "AES128-SHA", "kRSA", "TLSv1.2", "ADH", "RC4"];
        all_agree(classes.iter().flat_map(|one| classes.map(|other| format!("{one}+{other}!AES256:ARIA"))));
    }
}

#[test]
fn well_known_strings_expand_as_in_openssl() {
    if openssl().is_some() {
        all_agree(include_str!("well_known.txt").lines().filter(|line| !line.starts_with('#')));
    }
}

/// Pseudo-random numbers, the same on every machine (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn expression(&mut self, known: &[&str]) -> String {
        let odd =
            ["FOO", "TLS_AES_128_GCM_SHA256", "DEFAULT", "TLS_RSA_WITH_AES_128_CBC_SHA", "aes", "AES_128", "é", "["];
        let groups =
            ["AES", "HIGH", "kECDHE", "ECDHE", "SHA1", "aRSA", "RSA", "AES256", "AESGCM", "ALL", "TLSv1.2", "PSK"];
        let mut text =
            self.pick(&["", "", "", "ALL:", "DEFAULT", "DEFAULT:", "HIGH:", "SUITEB128", "SUITEB"]).to_owned();
        for _ in 0..1 + self.below(7) {
            text += self.pick(&["", "", "", "", "!", "-", "+"]);
            for _ in 0..self.below(3) {
                let words = if self.below(2) == 0 { &groups } else { known };
                text += self.pick(words);
                text += "+";
            }
            text += match self.below(40) {
                0 => self.pick(&odd),
                1 => self.pick(&["@STRENGTH", "@SECLEVEL=0", "@SECLEVEL=3", "@SECLEVEL=6", "@STRENGTHX", "@"]),
                2..20 => self.pick(&groups),
                _ => self.pick(known),
            };
            text += self.pick(&[":", ":", ":", ":", ":", ":", ",", " ", ";", "::", "", "@STRENGTH:", ":@STRENGTH:"]);
        }
        text
    }
}

#[test]
fn generated_strings_expand_as_in_openssl() {
    if openssl().is_some() {
        let known: Vec<&str> = words().collect::<BTreeSet<_>>().into_iter().collect();
        let mut dice = Dice(2026);
        let strings: BTreeSet<_> = (0..700).map(|_| dice.expression(&known)).collect();
        assert!(all_agree(&strings) > strings.len() / 2);
    }
}

#[test]
fn strings_of_real_configurations_expand_as_in_openssl() {
    let Some(corpora) = keyreeve_oracles::corpora() else { return };
    if openssl().is_some() {
        let mut found = BTreeSet::new();
        for folder in ["nginx", "apache"] {
            collect_strings(&corpora.join(folder), &mut found);
        }
        assert!(all_agree(found) >= 5);
    }
}

fn collect_strings(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            collect_strings(&entry, found);
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&entry).unwrap()).replace("\\\n", " ");
        for directive in ["ssl_ciphers", "SSLCipherSuite"] {
            found.extend(text.split(directive).skip(1).map(first_argument));
        }
    }
}

fn first_argument(text: &str) -> String {
    let text = text.trim_start();
    match text.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next().unwrap().to_owned(),
        None => text.split([';', '\n', ' ']).next().unwrap().to_owned(),
    }
}

#[test]
fn security_levels_permit_what_openssl_supports() {
    let Some(build) = openssl() else { return };
    for level in 0..=5 {
        for rules in ["ALL:COMPLEMENTOFALL", "DEFAULT", "kRSA:ADH:PSK:eNULL", "SRP:kDHEPSK:MD5"] {
            let expression = format!("{rules}:@SECLEVEL={level}");
            let expansion = expand(&expression).unwrap();
            assert_eq!(expansion.security_level, Some(level));
            let supported = expected(&["-s", "-psk", "-srp", &expression]);
            let ours = build.of(ids(expansion.permitted(1)));
            assert_eq!(ours, supported.unwrap_or_default(), "{expression}");
        }
    }
}

#[test]
fn lists_of_tls13_suites_are_read_as_in_openssl() {
    if openssl().is_none() {
        return;
    }
    let integrity_only = ciphers(&["-ciphersuites", "TLS_SHA256_SHA256", "ALL"]).is_some();
    let lists = [
        "",
        ":",
        "TLS_FOO",
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384",
        " TLS_AES_128_GCM_SHA256 ::TLS_FOO: TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256:TLS_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_128_CBC_SHA:TLS_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_RC4_128_SHA",
        "TLS_SHA256_SHA256:TLS_AES_128_GCM_SHA256",
        "tls_aes_128_gcm_sha256",
        "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384",
    ];
    // The one suite up to TLS 1.2 that every build has and none of the lists names.
    let without_aes256_sha =
        |lines: Vec<Vec<String>>| -> Vec<u16> { lines.iter().map(|line| id(line)).filter(|id| *id != 0x35).collect() };
    // From 3.4 on there are suites of TLS 1.3 that do not encrypt, which 3.0 refuses.
    for list in lists.into_iter().filter(|list| !integrity_only || !list.contains("TLS_SHA256_SHA256")) {
        let theirs = ciphers(&["-ciphersuites", list, "AES256-SHA"]).map(without_aes256_sha);
        assert_eq!(tls13(list).ok().map(|list| ids(list.suites)), theirs, "{list:?}");
    }
    assert_eq!(ids(tls13_default()), without_aes256_sha(ciphers(&["AES256-SHA"]).unwrap()));
}
