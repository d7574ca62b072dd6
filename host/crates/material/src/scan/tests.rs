//! Keys whose public half is computed, in every form that has such keys, with and without anything to pay for it. Not what the halves are.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyreeve_source::budget::Work;

use super::*;
use crate::asn1::{encode, encode_oid};
use crate::oid;
use crate::oid::curves;

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// PKCS#8 of an algorithm whose private key is so many bytes.
fn fixed(oid: &oid::Oid, length: usize) -> String {
    let private = encode(4, &[&encode(4, &[&vec![7; length]])]);
    pem("PRIVATE KEY", &encode(0x30, &[&[2, 1, 0], &encode(0x30, &[&encode_oid(oid)]), &private]))
}

/// ECPrivateKey without its point.
fn ec_private(curve: &str, length: usize, has_parameters: bool) -> Vec<u8> {
    let parameters = encode(0xa0, &[&encode_oid(&curves::by_name(curve).unwrap().oid)]);
    let private = [&[0][..], &vec![7; length - 1]].concat();
    encode(0x30, &[&[2, 1, 1], &encode(4, &[&private]), if has_parameters { &parameters } else { &[] }])
}

/// One key of each form, none of which states its public half.
fn keys() -> Vec<String> {
    let algorithm = encode(0x30, &[&encode_oid(&oid::EC), &encode_oid(&curves::by_name("secp384r1").unwrap().oid)]);
    let pkcs8 = encode(0x30, &[&[2, 1, 0], &algorithm, &encode(4, &[&ec_private("secp384r1", 48, false)])]);
    let private = |length: usize| STANDARD.encode([&[0][..], &vec![7; length - 1]].concat());
    let jwk = |kind: &str, curve: &str, length: usize| {
        let private = URL_SAFE_NO_PAD.encode([&[0][..], &vec![7; length - 1]].concat());
        format!("{{\"kty\":\"{kind}\",\"crv\":\"{curve}\",\"d\":\"{private}\"}}\n")
    };
    let dnssec = |algorithm: &str, length: usize| {
        format!("Private-key-format: v1.3\nAlgorithm: {algorithm}\nPrivateKey: {}\n", private(length))
    };
    vec![
        fixed(&oid::ED25519, 32),
        fixed(&oid::X25519, 32),
        fixed(&oid::ED448, 57),
        fixed(&oid::X448, 56),
        pem("EC PRIVATE KEY", &ec_private("prime256v1", 32, true)),
        pem("EC PRIVATE KEY", &ec_private("secp521r1", 66, true)),
        pem("EC PRIVATE KEY", &ec_private("secp256k1", 32, true)),
        pem("PRIVATE KEY", &pkcs8),
        jwk("EC", "P-256", 32),
        jwk("OKP", "Ed448", 57),
        dnssec("13 (ECDSAP256SHA256)", 32),
        dnssec("16 (ED448)", 57),
    ]
}

fn read_with_left(text: &str, left: u64) -> Reading {
    let budget = Budget::left_with(Work::Numbers, left);
    let account = Account::new(&budget);
    read_file(SourceId(0), &File::of(text.as_bytes()), Passwords::NONE, true, HashSet::new(), &account)
}

#[test]
fn no_public_half_is_computed_that_is_not_paid_for_whatever_the_form_of_the_key() {
    for text in keys() {
        let rich = read_with_left(&text, 10_000_000);
        let known = |reading: &Reading| -> Vec<bool> {
            reading.facts.keys.places().iter().map(|place| place.spki.is_some()).collect()
        };
        assert_eq!((known(&rich), rich.problems.len()), (vec![true], 0), "{text} {:?}", rich.problems);
        let poor = read_with_left(&text, 1_000);
        assert_eq!((known(&poor), poor.problems.len()), (vec![false], 1), "{text}");
        let message = &poor.problems[0].message;
        assert!(
            message.contains("the public half of the key is not known") && message.contains("costs more"),
            "{message}"
        );
        assert_eq!(poor.facts.keys.facts()[0].role, rich.facts.keys.facts()[0].role);
        assert_eq!(poor.facts.keys.facts()[0].public.bits, rich.facts.keys.facts()[0].public.bits);
        assert_eq!(poor.secrets, rich.secrets, "what is private stays hidden");
    }
}
