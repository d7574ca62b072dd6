//! The weaknesses of a cipher, a scheme, a key derivation. How good a passphrase is cannot be seen.

use keyreeve_rule::Severity;

use crate::Settings;

/// A weakness, and how serious it is: high if the cipher itself can be broken, medium if guessing is cheap or an
/// algorithm is deprecated.
pub(crate) struct Weakness {
    pub(crate) severity: Severity,
    pub(crate) reason: String,
}

/// What guessing a passphrase costs, as far as that is known.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) iterations: Option<u64>,
    /// KiB of memory; only for Argon2.
    pub(crate) memory: Option<u64>,
}

/// The weakness of a cipher, by OpenSSL's name, that can be broken without the passphrase.
pub(crate) fn of_broken_cipher(cipher: &str) -> Option<Weakness> {
    let reason = match cipher {
        _ if cipher.starts_with("rc2") => "its cipher RC2 is broken",
        _ if cipher.starts_with("rc4") => "its cipher RC4 is broken",
        _ if cipher.starts_with("des-") && !cipher.starts_with("des-ede") => "its cipher DES is broken",
        _ if cipher.ends_with("-ecb") => "its mode ECB shows which blocks are equal",
        _ => return None,
    };
    Some(Weakness { severity: Severity::High, reason: reason.to_owned() })
}

/// The weakness of any cipher that is not recognised. An empty name is unknown, which the host reports.
pub(crate) fn of_cipher(cipher: &str) -> Option<Weakness> {
    const RECOGNISED: [&str; 8] = ["aes", "id-aes", "chacha20", "xchacha20", "xsalsa20", "camellia-", "aria-", "xor"];
    let recognised = cipher.is_empty() || RECOGNISED.iter().any(|name| cipher.starts_with(name));
    (!recognised).then(|| medium(format!("its cipher {cipher} is not recognised by the policy or deprecated")))
}

/// The weakness of a scheme for keys that fixes cipher and key derivation.
pub(crate) fn of_scheme(scheme: &str) -> Option<Weakness> {
    match scheme {
        "PEM" => Some(medium("each guess of the passphrase costs one round of MD5")),
        "PBES1" => Some(medium("the scheme PBES1 is deprecated")),
        "PKCS12-PBE" => Some(medium("the schemes of PKCS#12 before PBES2 are deprecated")),
        "JKS" | "JCEKS" | "BKS" => {
            Some(medium(format!("the key store {scheme} has an encryption of its own, which is deprecated")))
        }
        _ => None,
    }
}

/// The weakness of a key derivation, its function, and its cost.
pub(crate) fn of_derivation(kdf: &str, prf: &str, work: Work, settings: &Settings) -> Option<Weakness> {
    let once = match kdf {
        "SHA1" | "MD5" => Some(kdf),
        "EVP_BytesToKey" | "S2K-simple" | "S2K-salted" => Some(if prf.is_empty() { "a hash" } else { prf }),
        _ => None,
    };
    if let Some(hash) = once {
        return Some(medium(format!("each guess of the passphrase costs one round of {hash}")));
    }
    let deprecated = prf.ends_with("MD5") || prf.ends_with("SHA1") || prf.starts_with("MD");
    if deprecated {
        return Some(medium(format!("its key is derived with {prf}, which is deprecated")));
    }
    if ["RIPEMD160", "unknown"].contains(&prf) {
        return Some(medium("its key is derived with a hash that is not recognised by the policy"));
    }
    too_little(kdf, work, settings).map(medium)
}

fn too_little(kdf: &str, work: Work, settings: &Settings) -> Option<String> {
    let (minimum, unit) = match kdf {
        "PBKDF2" => (settings.pbkdf2_minimum, "iterations of PBKDF2"),
        "scrypt" => (settings.scrypt_minimum, "as cost of scrypt"),
        "bcrypt" => (settings.bcrypt_minimum, "rounds of bcrypt"),
        "S2K-iterated" => (settings.s2k_minimum, "hashed octets of S2K"),
        "Argon2id" | "Argon2i" | "Argon2d" => {
            (settings.argon2_minimum, "as cost of Argon2 (KiB of memory times passes)")
        }
        _ => return None,
    };
    let count = match kdf {
        "Argon2id" | "Argon2i" | "Argon2d" => work.iterations?.saturating_mul(work.memory?),
        _ => work.iterations?,
    };
    (count < u64::from(minimum)).then(|| format!("its key is derived with {count} {unit}, {minimum} are the minimum"))
}

fn medium(reason: impl Into<String>) -> Weakness {
    Weakness { severity: Severity::Medium, reason: reason.into() }
}
