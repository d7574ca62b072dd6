//! Keys whose private half is printed: in standards, in documentation, in the source of well-known programs. Anybody
//! can use such a key. Lists of millions of keys are not built in: `--blocklist` takes those.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Where the private half of each key is printed, by the SHA-256 of its SubjectPublicKeyInfo.
static KEYS: LazyLock<HashMap<[u8; 32], &str>> = LazyLock::new(|| {
    let lines = include_str!("published.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).filter_map(|(hex, source)| Some((digest(hex)?, source))).collect()
});

fn digest(hex: &str) -> Option<[u8; 32]> {
    let pairs = hex.as_bytes().as_chunks::<2>().0.iter();
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    bytes?.try_into().ok()
}

/// Where the private half of the key with that SHA-256 of its SubjectPublicKeyInfo is printed.
pub fn source(spki: &[u8; 32]) -> Option<&'static str> {
    KEYS.get(spki).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// PrivateKeyInfo of an Ed25519 and an X25519 key (RFC 8410, section 7), up to the key.
    const ED25519: &str = "302e020100300506032b657004220420";
    const X25519: &str = "302e020100300506032b656e04220420";
    /// ECPrivateKey (RFC 5915) of P-256 without the public half, around the key.
    const P256: [&str; 2] = ["30310201010420", "a00a06082a8648ce3d030107"];

    /// The keys as they are printed, in the encoding that openssl reads.
    fn printed() -> Vec<(&'static str, String)> {
        let edwards = |key: &str| format!("{ED25519}{key}");
        let p256 = |key: &str| format!("{}{key}{}", P256[0], P256[1]);
        vec![
            (
                "RFC 8032, section 7.1 (TEST 1), and RFC 8037, appendix A",
                edwards("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
            ),
            (
                "RFC 8032, section 7.1 (TEST 2)",
                edwards("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
            ),
            (
                "RFC 8032, section 7.1 (TEST 3)",
                edwards("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
            ),
            ("RFC 8410, section 10", edwards("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842")),
            (
                "RFC 7748, section 6.1 (Bob)",
                format!("{X25519}5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
            ),
            ("RFC 6979, appendix A.2.5", p256("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")),
            (
                "RFC 9500, section 2.3 (testECCP256)",
                p256("e6cb5bdd80aa45ae9c95e8c15476679ffec953c16851e711e743939589c64fc1"),
            ),
        ]
    }

    #[test]
    fn digests_are_those_of_the_keys_that_are_printed() {
        for (source_text, private) in printed() {
            let pairs = private.as_bytes().as_chunks::<2>().0.iter();
            let der: Vec<u8> =
                pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
            let arguments = ["pkey", "-inform", "DER", "-pubout", "-outform", "DER"];
            let command = Command::new("openssl").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
            let mut child = command.unwrap();
            child.stdin.take().unwrap().write_all(&der).unwrap();
            let spki = child.wait_with_output().unwrap().stdout;
            assert_eq!(source(&keyreeve_source::digest::sha256(&spki)), Some(source_text));
        }
    }

    #[test]
    fn every_line_of_the_list_is_a_key_of_its_own() {
        let lines = include_str!("published.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(KEYS.len(), lines);
        assert!(lines >= 20, "{lines}");
        assert_eq!(source(&[0; 32]), None);
    }
}
