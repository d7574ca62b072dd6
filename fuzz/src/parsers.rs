//! Every parser that meets bytes of others, by name, with what must hold of whatever it makes of them. Not how
//! inputs are found: that is libFuzzer's affair.

use std::path::Path;

use keyreeve::facts::password::Passwords;
use keyreeve::facts::read::{self, Detail};
use keyreeve::facts::{Reading, openssl};
use keyreeve::finding::FactKind;
use keyreeve::policy::Policy;
use keyreeve::policy::lock::Lock;
use keyreeve::problem::Subject;
use keyreeve::settle::baseline::Baseline;
use keyreeve::source::{Location, Source, Sources};
use keyreeve::{kit, rules};

/// A parser.
pub struct Parser {
    /// What `scripts/fuzz.sh` calls it.
    pub name: &'static str,
    /// Parses some bytes; it panics if an invariant does not hold.
    pub parse: fn(&[u8]),
}

const fn parser(name: &'static str, parse: fn(&[u8])) -> Parser {
    Parser { name, parse }
}

/// All of them. Containers of keys and certificates are told by their content, so one parser stands for all of these: `material`.
pub static PARSERS: &[Parser] = &[
    parser("material", |bytes| file("file", bytes)),
    parser("nginx", |bytes| file("nginx/nginx.conf", bytes)),
    parser("inventory-yaml", |bytes| file("key-inventory.yaml", bytes)),
    parser("inventory-json", |bytes| file("key-inventory.json", bytes)),
    parser("inventory-toml", |bytes| file("key-inventory.toml", bytes)),
    parser("inventory-csv", |bytes| file("key-inventory.csv", bytes)),
    parser("cipher-strings", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = openssl::expand(&text);
        let _ = openssl::groups(&text);
    }),
    parser("policy", |bytes| drop(Policy::load(Path::new("keyreeve.toml"), bytes))),
    parser("lock", |bytes| drop(Lock::load(Path::new("keyreeve.lock"), bytes))),
    parser("baseline", |bytes| drop(Baseline::load("baseline.json", bytes))),
    parser("recorded-facts", |bytes| drop(kit::replay::read(bytes))),
    parser("component", |bytes| drop(rules::component::declared(bytes))),
];

/// Reads a file of that name in every format that it is.
fn file(name: &str, bytes: &[u8]) {
    let _ = read::matters(name, bytes);
    let sources = Sources::new(vec![Source::new(name, None, bytes.to_vec())]);
    check(&read::read(&sources, Detail::Everything, Passwords::NONE).reading, bytes.len());
}

/// Every place lies within the file.
fn check(reading: &Reading, length: usize) {
    let within = |location: &Location| {
        let span = location.span;
        assert!(span.start <= span.end && span.end as usize <= length, "{span:?} of {length}");
    };
    for kind in FactKind::ALL {
        for index in 0..reading.facts.count(kind) {
            let place = reading.facts.place(kind, index);
            within(&place.home);
            place.parts.values().for_each(within);
        }
    }
    for problem in &reading.problems {
        if let Subject::Place(location) = &problem.subject {
            within(location);
        }
    }
    reading.secrets.iter().for_each(|(source, span)| within(&Location { source: *source, span: *span }));
}
