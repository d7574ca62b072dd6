//! Compares the facts with HAProxy's own answers, recorded and live, to the cases in testdata/formats/haproxy. The
//! facts in detail are tested in src/haproxy/tests.rs.
//!
//! What the OpenSSL of the machine does not offer is not held against the facts: a fact says what is configured. The
//! comparison covers versions from TLS 1.2 on, or from 1.0 on for a bind at security level 0 (`@SECLEVEL=0`); suites
//! that the library has at that level; and groups from a fixed list, those of finite fields only if TLS 1.3 is enabled.
//! Suites with an ephemeral finite-field key (DHE) are compared only if the configuration states parameters for them,
//! since otherwise the parameters may stand in the file of a certificate. Unknown fields of a fact are not compared.
#![allow(clippy::unwrap_used)]

mod asked;
mod recorded;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Side, TlsEndpoint, Transport, Verification};
use keyreeve_facts::{Formats, Given, Place};
use keyreeve_source::{Source, Sources};

use recorded::{Answers, Recording};

/// A case: its folder and its files.
struct Case {
    folder: PathBuf,
    files: Vec<(String, Vec<u8>)>,
}

/// What a question is about, and the answer by the facts.
struct Expected {
    /// As the fact has the address: `*:443`.
    address: String,
    /// The name that is requested, if the endpoint has any.
    name: Option<String>,
    fact: TlsEndpoint,
    /// Whether the configuration states parameters for DHE.
    has_parameters: bool,
    /// Whether the cipher string permits everything that the library has.
    is_level_0: bool,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../testdata/formats/haproxy");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(Case::new).collect()
}

impl Case {
    fn new(folder: PathBuf) -> Self {
        let (mut files, mut open) = (Vec::new(), vec![folder.clone()]);
        while let Some(inside) = open.pop() {
            for path in fs::read_dir(inside).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    open.push(path);
                } else if !path.ends_with("oracle.txt") && !path.ends_with("facts.txt") {
                    let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                    files.push((name, fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        Self { folder, files }
    }

    /// The file or folder that HAProxy is started with. Returns `None` for a case inside another file.
    fn start(&self) -> Option<String> {
        let mut configurations = self.files.iter().map(|(name, _)| name).filter(|name| name.ends_with(".cfg"));
        let first = configurations.next()?;
        Some(match first.rsplit_once('/') {
            Some((folder, _)) => folder.to_owned(),
            None => first.clone(),
        })
    }

    fn has_parameters(&self) -> bool {
        self.files.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("tune.ssl.default-dh-param"))
    }

    /// The TLS servers among the facts whose address can be reached.
    fn expected(&self) -> Vec<Expected> {
        let sources =
            self.files.iter().map(|(name, bytes)| Source::new(name.as_str(), None, bytes.as_slice())).collect();
        let sources = Sources::new(sources);
        let read = Formats::new(&[keyreeve_servers::FORMATS]).read(&sources, Given::NOTHING);
        read.reading
            .facts
            .tls_endpoints
            .iter()
            .filter_map(|(fact, place)| Expected::of(fact, place, self.has_parameters()))
            .collect()
    }
}

impl Expected {
    fn of(fact: &TlsEndpoint, place: &Place, has_parameters: bool) -> Option<Self> {
        let detail = |name: &str| place.details.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        let address = detail("addresses").filter(|address| address.starts_with("*:") && !address.contains('$'))?;
        let is_there =
            fact.unknown.iter().all(|unknown| unknown.field != "transport") && !place.label.contains("names of");
        (fact.side == Side::Server && fact.transport == Transport::Tls && is_there).then(|| Self {
            address: address.to_owned(),
            name: fact.names.first().cloned(),
            fact: fact.clone(),
            has_parameters,
            is_level_0: detail("ciphers").is_some_and(|ciphers| ciphers.contains("@SECLEVEL=0")),
        })
    }

    fn is_known(&self, field: &str) -> bool {
        self.fact.unknown.iter().all(|unknown| unknown.field != field)
    }

    /// Compares the answers of HAProxy.
    fn compare(&self, answers: &Answers, recording: &Recording, case: &str) {
        let about = format!("{case}: {} {}", self.address, self.name.as_deref().unwrap_or_default());
        let lowest = if self.is_level_0 { 0x0301 } else { 0x0303 };
        let versions: BTreeSet<u16> = self.fact.versions.iter().copied().filter(|version| *version >= lowest).collect();
        if self.is_known("versions") {
            assert_eq!(versions, answers.versions, "versions of {about}");
        }
        let library = if self.is_level_0 { &recording.level_0 } else { &recording.level_2 };
        if self.is_known("suites") && self.is_known("versions") {
            let enabled = |suite: &u16| match suite >> 8 {
                0x13 => versions.contains(&0x0304),
                _ => versions.iter().any(|version| *version < 0x0304),
            };
            let ephemeral = openssl::expand("kDHE").unwrap().suites;
            let usable = |suite: &u16| self.has_parameters || ephemeral.iter().all(|without| without.id != *suite);
            // There is no certificate for these suites.
            let dsa = openssl::expand("aDSS").unwrap().suites;
            let is_dsa = |suite: &u16| dsa.iter().any(|without| without.id == *suite);
            let possible = |suite: &u16| library.contains(suite) && enabled(suite) && usable(suite) && !is_dsa(suite);
            let suites = self.fact.suites.iter().copied().filter(possible);
            assert_eq!(suites.collect::<BTreeSet<_>>(), answers.suites, "suites of {about}");
        }
        if self.is_known("groups") && self.is_known("versions") {
            let asked = |group: &u16| asked::GROUPS.iter().any(|(_, known)| known == group);
            let enabled = |group: &u16| *group < 256 || versions.contains(&0x0304);
            let groups = self.fact.groups.iter().copied().filter(|group| asked(group) && enabled(group));
            assert_eq!(groups.collect::<BTreeSet<_>>(), answers.groups, "groups of {about}");
        }
        if self.is_known("verification") {
            let asks = self.fact.verification != Verification::None;
            assert_eq!(asks, answers.asks_for_certificate, "client certificates of {about}");
        }
    }
}

/// Compares all facts of a case with the answers of HAProxy.
fn compare(case: &Case, recording: &Recording) {
    let name = case.folder.file_name().unwrap().to_str().unwrap();
    for expected in case.expected() {
        let question = (expected.address.clone(), expected.name.clone());
        if recording.is_valid {
            let answers = recording.answers.get(&question);
            expected.compare(answers.unwrap_or_else(|| panic!("{name}: {question:?} was not asked")), recording, name);
        }
    }
}

#[test]
fn the_facts_are_what_was_recorded() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.start().is_some()) {
        let recorded = fs::read_to_string(case.folder.join("oracle.txt"));
        let recorded = recorded.expect("scripts/oracles.sh haproxy records what HAProxy says of a new case");
        let recording = Recording::parse(&recorded);
        compare(case, &recording);
        compared += recording.answers.len();
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn the_facts_are_what_haproxy_does() {
    if !keyreeve_oracles::has("haproxy") || !keyreeve_oracles::has("openssl") {
        return;
    }
    let workshop = asked::Workshop::new();
    let is_to_record = std::env::var_os("KEYREEVE_RECORD").is_some_and(|id| id == "haproxy");
    let next = AtomicUsize::new(0);
    let cases = cases();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    live(case, &workshop, is_to_record);
                }
            });
        }
    });
}

/// Runs HAProxy with one case.
fn live(case: &Case, workshop: &asked::Workshop, is_to_record: bool) {
    let Some(start) = case.start() else { return };
    let questions: Vec<_> = case.expected().into_iter().map(|expected| (expected.address, expected.name)).collect();
    let recording = workshop.ask(&case.files, &start, &questions);
    if is_to_record {
        fs::write(case.folder.join("oracle.txt"), recording.to_string()).unwrap();
    }
    compare(case, &recording);
}
