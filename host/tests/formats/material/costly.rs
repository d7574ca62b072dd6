//! Tests of private keys whose public half costs far more to compute than their bytes to read: the work ends, this is
//! reported, and the end is the same however many threads there are. The values of public halves are compared with
//! openssl in `keys`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyreeve::formats::{Detail, Read, read};
use keyreeve_facts::Passwords;
use keyreeve_source::problem::Subject;
use keyreeve_source::{Source, Sources};

/// An element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = body.len().to_be_bytes();
    let digits = &length[length.iter().take_while(|&&byte| byte == 0).count()..];
    let head = if body.len() < 128 {
        vec![tag, body.len() as u8]
    } else {
        [&[tag, 0x80 | digits.len() as u8], digits].concat()
    };
    [head, body].concat()
}

/// An odd number of so many bits, without a pattern that matters.
fn number(bits: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes: Vec<u8> = (0..bits / 8)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    bytes[0] |= 0x80;
    bytes[bits / 8 - 1] |= 1;
    element(2, &[&[0], &bytes])
}

/// A private key of Diffie-Hellman in PKCS#8, which has no public half.
fn diffie_hellman(bits: usize, seed: u64) -> String {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1];
    let group = element(0x30, &[&number(bits, seed), &[2, 1, 2]]);
    let algorithm = element(0x30, &[&oid, &group]);
    let private = element(4, &[&number(bits, seed ^ 0xabcdef)]);
    let der = element(0x30, &[&[2, 1, 0], &algorithm, &private]);
    let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in STANDARD.encode(der).as_bytes().chunks(64) {
        writeln!(text, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    text + "-----END PRIVATE KEY-----\n"
}

fn sources(texts: &[String]) -> Sources {
    let named = texts.iter().enumerate();
    let sources = named.map(|(at, text)| Source::new(format!("{at:02}.key"), None, text.clone().into_bytes()));
    Sources::new(sources.collect())
}

fn read_by(threads: usize, sources: &Sources) -> Read {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| read(sources, Detail::Everything, Passwords::NONE))
}

/// The sources with a key whose public half is known, and those with a problem that says why it is not.
fn known_and_told(facts: &Read) -> (Vec<u32>, Vec<u32>) {
    let keys = facts.reading.facts.keys.places().iter();
    let known = keys.filter(|place| place.spki.is_some()).map(|place| place.home.source.0).collect();
    let told = facts.reading.problems.iter().map(|problem| {
        assert!(problem.message.starts_with("the public half of the key is not known"), "{}", problem.message);
        match &problem.subject {
            Subject::Place(location) => location.source.0,
            other => panic!("{other:?}"),
        }
    });
    (known, told.collect())
}

#[test]
fn twenty_long_keys_cost_as_much_as_one_and_the_first_is_computed_whichever_thread_comes_first() {
    let texts: Vec<String> = (0..20).map(|seed| diffie_hellman(16_384, 77 + 2 * seed)).collect();
    let sources = sources(&texts);
    let mut readings = Vec::new();
    for threads in [1, 4] {
        let facts = read_by(threads, &sources);
        assert_eq!(facts.reading.facts.keys.len(), 20);
        assert_eq!(known_and_told(&facts), (vec![0], (1..20).collect()), "by {threads} threads");
        readings.push(format!("{:?}", facts.reading));
    }
    assert!(readings[0] == readings[1], "the readings differ");
}

#[test]
fn a_key_that_is_too_long_for_any_scan_is_told_and_an_ordinary_one_behind_it_is_computed() {
    let facts = read_by(2, &sources(&[diffie_hellman(100_000, 5), diffie_hellman(2048, 7)]));
    assert_eq!(known_and_told(&facts), (vec![1], vec![0]));
}

#[test]
fn keys_that_cannot_be_paid_for_in_one_file_are_told_each_at_its_own_place() {
    let text: String = (0..3).map(|seed| diffie_hellman(60_000, 11 + seed)).collect();
    let facts = read_by(1, &sources(&[text]));
    let (known, told) = known_and_told(&facts);
    assert_eq!((known.len(), told.len()), (0, 3));
    let places: Vec<_> = facts.reading.problems.iter().map(|problem| problem.subject.clone()).collect();
    let homes = facts.reading.facts.keys.places().iter().map(|place| Subject::Place(place.home));
    assert_eq!(places, homes.collect::<Vec<_>>());
}
