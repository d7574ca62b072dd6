//! How a private key is encrypted: the plaintext parameters beside it. Not whether that is strong enough; nothing is
//! decrypted.

use der::Tag;
use keyreeve_contract::Encryption;

use crate::asn1::{Algorithm, Element, Elements, Malformed};
use crate::oid;
use crate::oid::{Oid, oid};

pub(crate) const PBES2: Oid = oid("1.2.840.113549.1.5.13");
pub(crate) const PBKDF2: Oid = oid("1.2.840.113549.1.5.12");
pub(crate) const SCRYPT: Oid = oid("1.3.6.1.4.1.11591.4.11");
const RC2_CBC: Oid = oid("1.2.840.113549.3.2");
const NO_PARAMETERS: Malformed = Malformed("its encryption has no parameters");

/// The scheme of Java's keystores of type JKS: the key is combined with a stream of SHA-1 over password and salt. Its
/// parameters are NULL or missing.
const JKS: Oid = oid("1.3.6.1.4.1.42.2.17.1.1");

/// Schemes that fix hash and cipher: RFC 8018, appendix A.3; RFC 7292, appendix C; PBEWithMD5AndTripleDES of Java's
/// JCEKS.
static FIXED: [(Oid, &str, &str, &str, &str); 13] = [
    (oid("1.2.840.113549.1.5.1"), "PBES1", "PBKDF1", "MD2", "des-cbc"),
    (oid("1.2.840.113549.1.5.3"), "PBES1", "PBKDF1", "MD5", "des-cbc"),
    (oid("1.2.840.113549.1.5.4"), "PBES1", "PBKDF1", "MD2", "rc2-64-cbc"),
    (oid("1.2.840.113549.1.5.6"), "PBES1", "PBKDF1", "MD5", "rc2-64-cbc"),
    (oid("1.2.840.113549.1.5.10"), "PBES1", "PBKDF1", "SHA1", "des-cbc"),
    (oid("1.2.840.113549.1.5.11"), "PBES1", "PBKDF1", "SHA1", "rc2-64-cbc"),
    (oid("1.2.840.113549.1.12.1.1"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "rc4"),
    (oid("1.2.840.113549.1.12.1.2"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "rc4-40"),
    (oid("1.2.840.113549.1.12.1.3"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "des-ede3-cbc"),
    (oid("1.2.840.113549.1.12.1.4"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "des-ede-cbc"),
    (oid("1.2.840.113549.1.12.1.5"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "rc2-cbc"),
    (oid("1.2.840.113549.1.12.1.6"), "PKCS12-PBE", "PKCS12-KDF", "SHA1", "rc2-40-cbc"),
    (oid("1.3.6.1.4.1.42.2.19.1"), "JCEKS", "MD5", "", "des-ede3-cbc"),
];

/// The encryptionAlgorithm of an EncryptedPrivateKeyInfo (RFC 5958, section 3). An unknown scheme is named by its
/// dotted identifier.
pub(crate) fn of_pkcs8(algorithm: Algorithm<'_>) -> Result<Encryption, Malformed> {
    if algorithm.oid == PBES2 {
        return pbes2(algorithm);
    }
    if algorithm.oid == JKS {
        let [scheme, kdf, cipher] = ["JKS", "SHA1", "sha1-stream"].map(str::to_owned);
        return Ok(Encryption { scheme, kdf, iterations: 1, cipher, ..none() });
    }
    let Some((_, scheme, kdf, prf, cipher)) = FIXED.iter().find(|(known, ..)| *known == algorithm.oid) else {
        return Ok(Encryption { scheme: algorithm.oid.to_string(), ..none() });
    };
    let iterations = pbe_iterations(algorithm.parameters.ok_or(NO_PARAMETERS)?)?;
    let [scheme, kdf, prf, cipher] = [scheme, kdf, prf, cipher].map(|name| (*name).to_owned());
    Ok(Encryption { scheme, kdf, prf, iterations, cipher, ..none() })
}

/// Iterations of a PBEParameter: salt, iterations (RFC 8018, appendix A.3).
pub(crate) fn pbe_iterations(parameters: Element<'_>) -> Result<u64, Malformed> {
    let mut fields = parameters.elements()?;
    fields.next(Tag::OctetString)?;
    fields.any()?.small()
}

/// The header DEK-Info, with the cipher before the comma: one round of MD5, whatever the cipher (EVP_BytesToKey(3)).
pub(crate) fn of_dek_info(header: &str) -> Encryption {
    let cipher = header.split(',').next().unwrap_or_default().trim().to_ascii_lowercase();
    let [scheme, kdf, prf] = ["PEM", "EVP_BytesToKey", "MD5"].map(str::to_owned);
    Encryption { scheme, kdf, prf, iterations: 1, cipher, ..none() }
}

/// Cipher, KDF and rounds of an OpenSSH key (OpenSSH PROTOCOL.key).
pub(crate) fn of_openssh(cipher: &str, kdf: &str, rounds: u32) -> Encryption {
    Encryption { iterations: u64::from(rounds), ..of("OpenSSH", kdf, &ssh_cipher(cipher)) }
}

/// A cipher of SSH by OpenSSL's name: `aes256-ctr` as `aes-256-ctr`.
pub(crate) fn ssh_cipher(cipher: &str) -> String {
    match cipher.split('@').next().unwrap_or_default() {
        "3des-cbc" => "des-ede3-cbc".to_owned(),
        name => match name.strip_prefix("aes").filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) {
            Some(rest) => format!("aes-{rest}"),
            None => name.to_owned(),
        },
    }
}

/// An encryption of that scheme, key derivation and cipher.
pub(crate) fn of(scheme: &str, kdf: &str, cipher: &str) -> Encryption {
    let [scheme, kdf, cipher] = [scheme, kdf, cipher].map(str::to_owned);
    Encryption { scheme, kdf, cipher, ..none() }
}

/// The attributes that say what a pass of Argon2 costs: KiB of memory, and lanes (RFC 9106).
pub(crate) fn argon2_cost(memory: u64, parallelism: u64) -> Vec<(String, String)> {
    [("memory", memory), ("parallelism", parallelism)].map(|(name, value)| (name.to_owned(), value.to_string())).into()
}

/// PBES2-params (RFC 8018, appendix A.4).
fn pbes2(algorithm: Algorithm<'_>) -> Result<Encryption, Malformed> {
    let mut parameters = fields(algorithm)?;
    let kdf = parameters.any()?.algorithm()?;
    let scheme = parameters.any()?.algorithm()?;
    let (kdf, prf, iterations) = derivation(kdf)?;
    Ok(Encryption { scheme: "PBES2".to_owned(), kdf, prf, iterations, cipher: cipher(scheme)?, ..none() })
}

/// The cipher of an AlgorithmIdentifier by OpenSSL's long name, or else its dotted identifier.
pub(crate) fn cipher(scheme: Algorithm<'_>) -> Result<String, Malformed> {
    if scheme.oid == RC2_CBC { rc2(scheme) } else { Ok(oid::cipher(&scheme.oid).into_owned()) }
}

/// Name, pseudorandom function and iterations of a key derivation; an unknown one is only named by its dotted
/// identifier.
pub(crate) fn derivation(kdf: Algorithm<'_>) -> Result<(String, String, u64), Malformed> {
    if kdf.oid == PBKDF2 {
        let (iterations, prf) = pbkdf2(kdf)?;
        return Ok(("PBKDF2".to_owned(), prf, iterations));
    }
    if kdf.oid == SCRYPT {
        let mut fields = fields(kdf)?;
        fields.next(Tag::OctetString)?;
        return Ok(("scrypt".to_owned(), String::new(), fields.any()?.small()?));
    }
    Ok((kdf.oid.to_string(), String::new(), 0))
}

/// Iterations and pseudorandom function of PBKDF2-params (RFC 8018, appendix A.2). The default function is HMAC with
/// SHA-1.
pub(crate) fn pbkdf2(kdf: Algorithm<'_>) -> Result<(u64, String), Malformed> {
    let mut fields = fields(kdf)?;
    let _salt = fields.any()?;
    let iterations = fields.any()?.small()?;
    let _key_length = fields.optional(Tag::Integer)?;
    let prf = match fields.optional(Tag::Sequence)? {
        Some(prf) => oid::prf(&prf.algorithm()?.oid).into_owned(),
        None => "hmacWithSHA1".to_owned(),
    };
    Ok((iterations, prf))
}

/// RC2 by its effective key length (RFC 8018, appendix B.2.3).
fn rc2(scheme: Algorithm<'_>) -> Result<String, Malformed> {
    let version = match scheme.parameters {
        Some(parameters) if parameters.tag == Tag::Sequence => parameters.elements()?.optional(Tag::Integer)?,
        _ => None,
    };
    Ok(match version.map(Element::small).transpose()? {
        Some(58) => "rc2-cbc".to_owned(),
        Some(120) => "rc2-64-cbc".to_owned(),
        Some(160) => "rc2-40-cbc".to_owned(),
        Some(bits @ 256..) => format!("rc2-{bits}-cbc"),
        Some(_) => RC2_CBC.to_string(),
        None => "rc2-32-cbc".to_owned(),
    })
}

/// The elements of the parameters, which are required.
pub(crate) fn fields(algorithm: Algorithm<'_>) -> Result<Elements<'_>, Malformed> {
    algorithm.parameters.ok_or(NO_PARAMETERS)?.elements()
}

/// An encryption of which nothing is known.
pub(crate) fn none() -> Encryption {
    Encryption {
        scheme: String::new(),
        kdf: String::new(),
        prf: String::new(),
        iterations: 0,
        cipher: String::new(),
        attributes: Vec::new(),
    }
}

/// The key length in bits of a cipher in the contract's spelling. Returns `None` if the name does not determine it.
pub(crate) fn key_bits(cipher: &str) -> Option<u32> {
    let fixed = [
        ("id-aes256-wrap", 256),
        ("chacha20", 256),
        ("xchacha20", 256),
        ("xsalsa20", 256),
        ("des-ede3", 168),
        ("des-ede", 112),
        ("des", 56),
        ("idea", 128),
        ("seed", 128),
        ("sm4", 128),
        ("cast5", 128),
        ("bf", 128),
    ];
    if let Some(bits) = cipher.split('-').nth(1).and_then(|bits| bits.parse::<u32>().ok()) {
        // XTS takes two keys, one for the sectors and one for their numbers (IEEE 1619).
        return Some(if cipher.ends_with("-xts") { 2 * bits } else { bits });
    }
    let begins = |name: &str| cipher.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    fixed.iter().find(|(name, _)| begins(name)).map(|(_, bits)| *bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ciphers_state_the_length_of_their_keys() {
        for (name, bits) in [
            ("aes-256-gcm", Some(256)),
            ("aes-256-xts", Some(512)),
            ("aes-128-xts", Some(256)),
            ("chacha20-poly1305", Some(256)),
            ("des-ede3-cbc", Some(168)),
            ("des-ede-cbc", Some(112)),
            ("des-cbc", Some(56)),
            ("rc2-40-cbc", Some(40)),
            ("id-aes256-wrap-pad", Some(256)),
            ("rc4", None),
            ("1.2.3.4", None),
        ] {
            assert_eq!(key_bits(name), bits, "{name}");
        }
    }
}
