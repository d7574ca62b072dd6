//! Compares the facts with the answers of server programs, recorded and live, to the cases in testdata/formats. The facts in detail
//! are tested beside the code that makes them.
//!
//! What the OpenSSL of the machine does not offer is not held against the facts: a fact says what is configured. The
//! comparison covers versions from TLS 1.2 on, or from 1.0 on for a bind at security level 0 (`@SECLEVEL=0`); suites
//! that the library has at that level; and groups from a fixed list, those of finite fields only if TLS 1.3 is enabled.
//! Suites with an ephemeral finite-field key (DHE) are compared only if the configuration states parameters for them,
//! since otherwise the parameters may stand in the file of a certificate. Unknown fields of a fact are not compared.
#![allow(clippy::unwrap_used)]

mod asked;
mod haproxy;
mod nginx;
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyreeve_algorithms::openssl;
use keyreeve_contract::{Side, TlsEndpoint, Transport, Verification};
use keyreeve_facts::{Formats, Given, Place};
use keyreeve_source::{Source, Sources};

use asked::Workshop;
use recorded::{Answers, Recording};

/// A server program.
trait Program: Sync {
    /// Its folder in testdata/formats, and what it is called on a command line.
    fn id(&self) -> &'static str;

    /// The file or folder that it is started with. Returns `None` for a case that it cannot be started with: one inside another
    /// file, or a fragment.
    fn start(&self, names: &[&str]) -> Option<String>;

    /// A word of its configuration that states parameters for DHE.
    fn parameters(&self) -> &'static str;

    /// Whether versions are those of the endpoint that comes first on an address.
    fn shares_versions(&self) -> bool;

    /// Whether releases that are in use enable other versions by default than the facts say, which then are not compared.
    fn has_several_defaults(&self) -> bool;

    /// Its version, the library that it runs with, and the command.
    fn about(&self, start: &str) -> Vec<String>;

    /// Writes the files into `case` of a folder, with what they name, and with free loopback ports in place of those in the files.
    /// Returns which port replaces which.
    fn lay_out(&self, workshop: &Workshop, files: &[(String, Vec<u8>)], folder: &Path) -> BTreeMap<String, u16>;

    /// What it says of the files.
    fn check(&self, folder: &Path, start: &str) -> Checked;

    /// The command that runs it in the foreground.
    fn run(&self, folder: &Path, start: &str) -> Command;
}

/// The line of a program's own description that begins so; empty if there is none.
fn line_of(description: &[u8], start: &str) -> String {
    let description = String::from_utf8_lossy(description);
    description.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned()
}

/// What a program says of a configuration.
struct Checked {
    is_valid: bool,
    /// Without what differs from run to run.
    messages: Vec<String>,
}

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
    /// Whether the configuration states the versions, or all releases have the same.
    has_versions: bool,
}

fn cases(program: &dyn Program) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../testdata/formats").join(program.id());
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

    fn start(&self, program: &dyn Program) -> Option<String> {
        program.start(&self.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
    }

    /// The TLS servers among the facts whose address can be reached.
    fn expected(&self, program: &dyn Program) -> Vec<Expected> {
        let sources =
            self.files.iter().map(|(name, bytes)| Source::new(name.as_str(), None, bytes.as_slice())).collect();
        let sources = Sources::new(sources);
        let read = Formats::new(&[keyreeve_servers::FORMATS]).read(&sources, Given::NOTHING);
        let says = |(_, bytes): &(String, Vec<u8>)| String::from_utf8_lossy(bytes).contains(program.parameters());
        let has_parameters = self.files.iter().any(says);
        let endpoints = read.reading.facts.tls_endpoints.iter();
        let mut expected: Vec<Expected> =
            endpoints.filter_map(|(fact, place)| Expected::of(fact, place, has_parameters)).collect();
        let has_versions = |expected: &mut Expected| expected.has_versions |= !program.has_several_defaults();
        expected.iter_mut().for_each(has_versions);
        let mut seen = BTreeSet::new();
        expected.retain(|expected| seen.insert(expected.address.clone()) || !program.shares_versions());
        expected
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
            has_versions: place.parts.contains_key(&("versions", None)),
            is_level_0: detail("ciphers").is_some_and(|ciphers| ciphers.contains("@SECLEVEL=0")),
        })
    }

    fn is_known(&self, field: &str) -> bool {
        self.fact.unknown.iter().all(|unknown| unknown.field != field)
    }

    /// Compares the answers of the program.
    fn compare(&self, answers: &Answers, recording: &Recording, case: &str) {
        let about = format!("{case}: {} {}", self.address, self.name.as_deref().unwrap_or_default());
        let lowest = if self.is_level_0 { 0x0301 } else { 0x0303 };
        let mut versions: BTreeSet<u16> =
            self.fact.versions.iter().copied().filter(|version| *version >= lowest).collect();
        if !self.has_versions {
            versions.clone_from(&answers.versions);
        }
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

/// Compares all facts of a case with the answers of a program.
fn compare(program: &dyn Program, case: &Case, recording: &Recording) {
    let name = case.folder.file_name().unwrap().to_str().unwrap();
    for expected in case.expected(program) {
        let question = (expected.address.clone(), expected.name.clone());
        if recording.is_valid {
            let answers = recording.answers.get(&question);
            expected.compare(answers.unwrap_or_else(|| panic!("{name}: {question:?} was not asked")), recording, name);
        }
    }
}

/// Compares the facts of all cases with what is recorded beside them, and returns how many endpoints were.
fn compare_with_recordings(program: &dyn Program) -> usize {
    let mut compared = 0;
    for case in cases(program).iter().filter(|case| case.start(program).is_some()) {
        let recorded = fs::read_to_string(case.folder.join("oracle.txt"));
        let recorded = recorded
            .unwrap_or_else(|_| panic!("scripts/oracles.sh {} records what it says of a new case", program.id()));
        let recording = Recording::parse(&recorded);
        compare(program, case, &recording);
        compared += recording.answers.len();
    }
    compared
}

/// Compares the facts of all cases with what the program does, and records that if asked to.
#[track_caller]
fn compare_live(program: &dyn Program) {
    if !keyreeve_oracles::has(program.id()) || !keyreeve_oracles::has("openssl") {
        return;
    }
    let workshop = Workshop::new();
    let is_to_record = std::env::var_os("KEYREEVE_RECORD").is_some_and(|id| id == program.id());
    let next = AtomicUsize::new(0);
    let cases = cases(program);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    live(program, case, &workshop, is_to_record);
                }
            });
        }
    });
}

/// Runs a program with one case.
fn live(program: &dyn Program, case: &Case, workshop: &Workshop, is_to_record: bool) {
    let Some(start) = case.start(program) else { return };
    let expected = case.expected(program).into_iter();
    let questions: Vec<_> = expected.map(|expected| (expected.address, expected.name)).collect();
    let recording = workshop.ask(program, &case.files, &start, &questions);
    compare(program, case, &recording);
    let path = case.folder.join("oracle.txt");
    if is_to_record {
        fs::write(path, recording.to_string()).unwrap();
    } else if let Ok(recorded) = fs::read_to_string(&path) {
        // What refuses everything here would otherwise agree with every fact.
        let was_valid = Recording::parse(&recorded).is_valid;
        assert_eq!(recording.is_valid, was_valid, "{}: {:?}", case.folder.display(), recording.messages);
    }
}
