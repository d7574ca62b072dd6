//! Tests of files from testdata and the public corpora with bytes changed, added and left out: every parser continues,
//! works in proportion to the size of the file, and gives the same result for other files. Fuzz targets search for
//! inputs; this does not.
#![allow(clippy::unwrap_used, missing_docs)]

mod proportion;

use std::fs;
use std::path::{Path, PathBuf};

use keyreeve::formats;
use keyreeve::formats::Detail;
use keyreeve_contract::FactKind;
use keyreeve_facts::Passwords;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Location, Source, SourceId, Sources};

/// Mutations of each file.
const ROUNDS: u64 = 6;
/// Longer files are left to the tests of their formats.
const LONGEST: u64 = 64 * 1024;
/// Bytes that reading may allocate in all, for each byte of the file, and for any file: a bound on work that is the
/// same on every machine.
const ALLOCATED_PER_BYTE: u64 = 1500;
const ALLOCATED: u64 = 4 * 1024 * 1024;

/// A generator whose numbers are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    /// The bytes with one change.
    fn mutated(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutated = bytes.to_vec();
        let at = self.below(bytes.len());
        match self.below(6) {
            0 => mutated.truncate(at),
            1 => mutated[at] ^= 1 << self.below(8),
            2 => mutated[at] = [0, 0x30, 0x7f, 0x80, 0x84, 0xff, b'\n', b'"'][self.below(8)],
            3 => mutated.insert(at, self.below(256) as u8),
            4 => drop(mutated.drain(at..bytes.len().min(at + 1 + self.below(64)))),
            // A stretch of the file a second time, somewhere else: two structures glued together.
            _ => {
                let from = self.below(bytes.len());
                let stretch = bytes[from..bytes.len().min(from + self.below(2048))].to_vec();
                drop(mutated.splice(at..at, stretch));
            }
        }
        mutated
    }
}

fn files() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata")];
    folders.extend(keyreeve_oracles::corpora());
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry),
                Ok(metadata) if (1..=LONGEST).contains(&metadata.len()) => files.push(entry),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// What is beside: a configuration, a key and a certificate, and an inventory.
fn neighbours() -> Vec<Source> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/cases");
    let files = [
        "key-size/fail-rsa-1024/server.pem",
        "tls-version/fail-tls-1.2/nginx.conf",
        "plaintext-key/fail-pkcs8/server.key",
        "key-inventory/fail-no-owner/key-inventory.yaml",
    ];
    files.map(|name| Source::new(format!("beside/{name}"), None, fs::read(testdata.join(name)).unwrap())).into()
}

/// Everything that was read in the neighbours, as text.
fn said_of_neighbours(facts: &formats::Read, mutated: SourceId) -> String {
    let mut said = String::new();
    for kind in FactKind::ALL {
        for index in 0..facts.reading.facts.count(kind) {
            let place = facts.reading.facts.place(kind, index);
            if place.home.source != mutated {
                said += &format!("{place:?} {:?}\n", facts.reading.facts.unknown(kind, index));
            }
        }
    }
    let of_others = |place: &Location| place.source != mutated;
    for problem in &facts.reading.problems {
        match &problem.subject {
            Subject::Place(place) if !of_others(place) => {}
            _ => said += &format!("{problem:?}\n"),
        }
    }
    said
}

#[test]
fn a_file_in_which_anything_is_wrong_is_read_in_bounds_and_changes_no_other() {
    let with = |last: Source| {
        let mut list = neighbours();
        list.push(last);
        Sources::new(list)
    };
    let id = SourceId(neighbours().len() as u32);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let read = |sources: &Sources| one_thread.install(|| formats::read(sources, Detail::Everything, Passwords::NONE));
    let expected = said_of_neighbours(&read(&with(Source::new("alone", None, []))), id);
    assert!(expected.lines().count() >= 5, "{expected}");
    let (mut numbers, mut count) = (Numbers(1), 0);
    for file in files() {
        let bytes = fs::read(&file).unwrap();
        let name = format!("tree/{}", file.file_name().unwrap().to_string_lossy());
        for _ in 0..ROUNDS {
            let mutated = numbers.mutated(&bytes);
            let length = mutated.len() as u64;
            let sources = with(Source::new(name.as_str(), None, mutated));
            let (mut facts, mut work) = (None, None);
            one_thread.install(|| {
                work = Some(allocation_counter::measure(|| {
                    facts = Some(formats::read(&sources, Detail::Everything, Passwords::NONE))
                }));
            });
            let work = work.unwrap().bytes_total;
            assert!(work < ALLOCATED + ALLOCATED_PER_BYTE * length, "{}: {work} bytes for {length}", file.display());
            let said = said_of_neighbours(&facts.unwrap(), id);
            assert!(said == expected, "{}, changed, changes what is said of others:\n{said}", file.display());
            count += 1;
        }
    }
    assert!(count > 1000, "only {count} mutations");
}
