//! Keys of minisign and OpenBSD's signify (their sources document both formats). Signatures, which look similar, are
//! not read.

use keyreeve_contract::{Encryption, Protection, Role};

use super::lines::Lines;
use super::{Sink, begins_word, is_placeholder, run};
use crate::key::{Found, PublicHalf, encryption};
use crate::oid;
use crate::pem::decode;

/// How secret keys begin in base64: minisign's with scrypt and without, signify's.
pub(super) const SECRET_MARKS: &[&str] = &["RWRTY0Iy", "RWQAAEIy", "RWRCSwAA"];
/// The line above a public key, or above a signature.
pub(super) const PUBLIC_MARKS: &[&str] = &["untrusted comment:"];
/// In base64 a secret key of minisign has 212 symbols, one of signify 140.
const LONGEST: usize = 212;
const SHORTEST: usize = 139;

/// The bytes of a secret key, by their places.
struct Secret<'a> {
    encryption: Option<Encryption>,
    /// The public half, which follows the seed in a plaintext key.
    public: &'a [u8],
}

/// Whether the run of base64 is as long as a secret key.
pub(super) fn announces_secret(text: &[u8], at: usize) -> bool {
    begins_word(text, at) && run(text, at, LONGEST + 1, is_base64).len() >= SHORTEST
}

/// Reads the secret key whose base64 begins at `at`.
pub(super) fn read_secret(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let home = run(text, at, LONGEST + 1, is_base64);
    sink.secret(&home);
    let bytes = decode::base64(&text[home.clone()]).unwrap_or_default();
    let Some(secret) = Secret::of(&bytes) else {
        sink.problem(&home, "the secret key of minisign or signify does not have the length that it should".to_owned());
        return Some(home.end);
    };
    let stated = at..at + SECRET_MARKS[0].len();
    let found = match secret.encryption {
        Some(encryption) => Found::new(Role::Private, "minisign", Protection::Passphrase, None).encrypted(encryption),
        None => {
            let half = PublicHalf::of_fixed(&oid::ED25519, secret.public);
            Found::new(Role::Private, "minisign", Protection::Plaintext, Some(half))
        }
    };
    sink.key(found, &bytes, &home, &stated);
    Some(home.end)
}

impl<'a> Secret<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        match (bytes.get(2..4)?, bytes.len()) {
            // Algorithm, KDF, checksum, salt (32), opslimit and memlimit (8 each, little-endian), key number (8), seed,
            // public, checksum.
            (b"Sc", 158) => {
                let limit = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
                let cost = scrypt_cost(limit(38)?, limit(46)?);
                let encryption = Encryption { iterations: cost, ..encryption::of("minisign", "scrypt", "xor") };
                Some(Self { encryption: Some(encryption), public: &[] })
            }
            ([0, 0], 158) => Some(Self { encryption: None, public: &bytes[94..126] }),
            // Algorithm, KDF, rounds (4, big-endian), salt (16), checksum (8), key number (8), seed, public.
            (b"BK", 104) => {
                let rounds = u64::from(u32::from_be_bytes(bytes[4..8].try_into().ok()?));
                let encryption = Encryption { iterations: rounds, ..encryption::of("minisign", "bcrypt", "xor") };
                Some(Self { encryption: (rounds > 0).then_some(encryption), public: &bytes[72..104] })
            }
            _ => None,
        }
    }
}

/// The cost N that libsodium's crypto_pwhash_scryptsalsa208sha256 chooses for these limits, with r = 8.
fn scrypt_cost(opslimit: u64, memlimit: u64) -> u64 {
    let opslimit = opslimit.max(32_768);
    let most = if opslimit < memlimit / 32 { opslimit / 32 } else { memlimit / 1024 };
    (1..63).map(|bits| 1_u64 << bits).find(|&cost| cost > most / 2).unwrap_or(1 << 63)
}

/// Reads the public key under the comment at `at`.
pub(super) fn read_public(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let mut lines = Lines::from(text, at, sink)?;
    let (_comment, line) = (lines.next()?, lines.next()?);
    if !line.text.starts_with(b"RW") || is_placeholder(&line.text) {
        return None;
    }
    // Algorithm, key number (8), key.
    let bytes = line.decoded().filter(|bytes| bytes.len() == 42)?;
    let half = PublicHalf::of_fixed(&oid::ED25519, &bytes[10..]);
    sink.key(Found::new(Role::Public, "minisign", Protection::NotNeeded, Some(half)), b"", &line.range, &line.range);
    Some(line.range.end)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_scrypt_is_the_one_that_libsodium_picks() {
        // crypto_pwhash_scryptsalsa208sha256: SENSITIVE and INTERACTIVE.
        assert_eq!(scrypt_cost(33_554_432, 1_073_741_824), 1 << 20);
        assert_eq!(scrypt_cost(524_288, 16_777_216), 1 << 14);
    }
}
