//! Tests that no report and no fact contains a factor, which is a private key, in any notation. Keys whose factors are
//! known are reported as such.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use dashu_int::UBig;

use crate::support::Tree;
use crate::weak::make::rsa;

/// Ways to write a number; long ones in pieces, as a piece is a leak already.
fn notations(number: &UBig) -> Vec<String> {
    let bytes = number.to_be_bytes();
    let decimal = number.to_string();
    let hex = format!("{number:x}");
    let base64 = STANDARD_NO_PAD.encode(&bytes);
    [decimal, hex.clone(), hex.to_uppercase(), base64]
        .iter()
        .flat_map(|text| text.as_bytes().chunks(16).filter(|piece| piece.len() == 16))
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect()
}

#[test]
fn no_output_has_a_factor_or_a_private_exponent_in_it() {
    // Primes: 2^607 - 1, 2^521 - 1, 2^1279 - 1, and neighbours of powers of two. Their digits are patterns, so another
    // factor hides them.
    let hidden = UBig::from_str_radix("f9c3e5d7b1a08642c0ffee1234567890abcdef0f1e2d3c4b5a69788796a5b4c3", 16).unwrap();
    let prime = |bits: usize| (UBig::ONE << bits) - 1u8;
    let mean = &hidden * &hidden * 2u8 + 1u8;
    let close = (&mean - 2u8) * (&mean + 2u8);
    let shared = &hidden * prime(607);
    let files = [
        ("close.pem", rsa(&close, &UBig::from(65_537u32))),
        ("square.pem", rsa(&mean.sqr(), &UBig::from(65_537u32))),
        ("one.pem", rsa(&(&shared * prime(521)), &UBig::from(65_537u32))),
        ("two.pem", rsa(&(&shared * prime(1279)), &UBig::from(65_537u32))),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let tree = Tree::with(&files);
    let canaries: Vec<String> =
        [&hidden, &(&mean - 2u8), &(&mean + 2u8), &mean].into_iter().flat_map(notations).collect();
    for arguments in [
        &["facts", "."][..],
        &["check", "--format", "json"],
        &["check", "--format", "human"],
        &["check", "--all"],
        &["check", "--format", "sarif"],
        &["check", "--format", "gitlab"],
        &["check", "--format", "github"],
    ] {
        let answer = tree.run(arguments);
        assert!(answer.stdout.contains("share"), "{arguments:?}: the key was found weak");
        for canary in &canaries {
            assert!(!answer.stdout.contains(canary) && !answer.stderr.contains(canary), "{arguments:?} shows {canary}");
        }
    }
}
