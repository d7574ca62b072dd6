//! How well a passphrase protects a key: scheme, cipher, key derivation. Not how good the passphrase is, which nobody sees.

use keyreeve_rule::{Encryption, Fact, Key, Severity};

use crate::Settings;

/// What is weak about an encryption and how serious that is: high if the cipher or a few guesses can be broken by
/// themselves, medium if guessing is cheap. None if nothing is, as far as it is known.
pub(crate) fn weakness(key: &Key, encryption: &Encryption, settings: &Settings) -> Option<(Severity, String)> {
    let broken = broken_cipher(&encryption.cipher).map(|why| (Severity::High, why.to_owned()));
    broken
        .or_else(|| weak_scheme(&encryption.scheme).map(|why| (Severity::Medium, why.to_owned())))
        .or_else(|| weak_cipher(&encryption.cipher).map(|why| (Severity::Medium, why)))
        .or_else(|| weak_function(&encryption.prf).map(|why| (Severity::Medium, why)))
        .or_else(|| {
            let known = key.unknown("encryption.iterations").is_none();
            known.then(|| too_few(encryption, settings)).flatten().map(|why| (Severity::Medium, why))
        })
}

/// Ciphers that can be searched or broken without the passphrase.
fn broken_cipher(cipher: &str) -> Option<&'static str> {
    match cipher {
        _ if cipher.starts_with("rc2") => Some("its cipher RC2 is broken"),
        _ if cipher.starts_with("rc4") => Some("its cipher RC4 is broken"),
        _ if cipher.starts_with("des-") && !cipher.starts_with("des-ede") => Some("its cipher DES is broken"),
        _ => None,
    }
}

fn weak_scheme(scheme: &str) -> Option<&'static str> {
    match scheme {
        "PEM" => Some("each guess of the passphrase costs one round of MD5"),
        "PBES1" => Some("the scheme PBES1 is deprecated"),
        "PKCS12-PBE" => Some("the schemes of PKCS#12 before PBES2 are deprecated"),
        _ => None,
    }
}

/// Any cipher but those that are recognised; empty where it is unknown, which the host says.
fn weak_cipher(cipher: &str) -> Option<String> {
    const RECOGNISED: [&str; 7] = ["aes-", "aes", "chacha20", "xchacha20", "xsalsa20", "camellia-", "aria-"];
    let recognised = cipher.is_empty() || RECOGNISED.iter().any(|name| cipher.starts_with(name));
    (!recognised).then(|| format!("its cipher {cipher} is not recognised by the policy or deprecated"))
}

fn weak_function(prf: &str) -> Option<String> {
    let weak = prf.ends_with("MD5") || prf.ends_with("SHA1") || prf.starts_with("MD");
    weak.then(|| format!("its key is derived with {prf}, which is deprecated"))
}

fn too_few(encryption: &Encryption, settings: &Settings) -> Option<String> {
    let (minimum, unit) = match encryption.kdf.as_str() {
        "PBKDF2" => (settings.pbkdf2_minimum, "iterations of PBKDF2"),
        "scrypt" => (settings.scrypt_minimum, "as cost of scrypt"),
        "bcrypt" => (settings.bcrypt_minimum, "rounds of bcrypt"),
        _ => return None,
    };
    let count = encryption.iterations;
    (count < u64::from(minimum)).then(|| format!("its key is derived with {count} {unit}, {minimum} are the minimum"))
}
