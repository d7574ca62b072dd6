//! Public keys with numbers that a test chooses, and what is found of them. Not keys of any use.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dashu_int::UBig;
use keyreeve::formats::Detail;
use keyreeve::policy::Policy;
use keyreeve::scan;
use keyreeve_facts::Facts;
use keyreeve_source::{Source, Sources};

/// Numbers without a pattern that matters, the same ones on every run (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// An odd number of exactly so many bits, the highest two of which are set.
    pub(crate) fn odd(&mut self, bits: usize) -> UBig {
        let bytes: Vec<u8> = (0..bits / 64 + 1).flat_map(|_| self.word().to_le_bytes()).collect();
        let mut number = UBig::from_le_bytes(&bytes);
        number.clear_high_bits(bits - 2);
        number | UBig::ONE | UBig::from(3u8) << (bits - 2)
    }
}

/// An element of DER.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = body.len().to_be_bytes();
    let length = &length[length.iter().take_while(|&&byte| byte == 0).count()..];
    let head = if body.len() < 128 {
        vec![tag, body.len() as u8]
    } else {
        [&[tag, 0x80 | length.len() as u8], length].concat()
    };
    [head, body].concat()
}

fn integer(number: &UBig) -> Vec<u8> {
    element(2, &[&[0], &number.to_be_bytes()])
}

/// A block of PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// The SubjectPublicKeyInfo of an RSA key, PEM.
pub(crate) fn rsa(modulus: &UBig, exponent: &UBig) -> String {
    let key = element(0x30, &[&integer(modulus), &integer(exponent)]);
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    pem("PUBLIC KEY", &element(0x30, &[&algorithm, &element(3, &[&[0], &key])]))
}

/// What is understood of files.
pub(crate) fn understood(files: &[(&str, &str)]) -> (Facts, Sources) {
    let sources = files.iter().map(|(name, text)| Source::new(*name, None, text.as_bytes().to_vec()));
    let mut sources = Sources::new(sources.collect());
    let facts = scan::understand(&mut sources, &Policy::built_in(), Detail::Judged, &Default::default()).facts;
    (facts, sources)
}

/// The attributes of each public key of a text, in its order.
pub(crate) fn attributes(text: &str) -> Vec<BTreeMap<String, String>> {
    let (facts, _) = understood(&[("keys.pem", text)]);
    facts.keys.facts().iter().map(|key| key.public.attributes.iter().cloned().collect()).collect()
}
