//! The bytes of one PEM block that was cut out and cleaned. The only module that names rustls-pemfile, which is no
//! longer maintained (RUSTSEC-2025-0134); labels that it does not know are decoded by the crate base64.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rustls_pemfile::Item;

use super::label;

/// As lenient as OpenSSL about bits that are left over, and padding may be missing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The decoded body of a block of that label, or its text where it is no base64; none if it is not sound base64.
pub(super) fn body(label: &str, base64: &[u8]) -> Option<Vec<u8>> {
    let known =
        ["CERTIFICATE", "PUBLIC KEY", "RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE REQUEST"];
    if label::is_text(label) {
        return Some(base64.to_vec());
    }
    if label.starts_with("PGP ") {
        return self::base64(without_checksum(&dense(base64)));
    }
    if !known.contains(&label) {
        return self::base64(base64);
    }
    let (begin, end) = (format!("-----BEGIN {label}-----\n"), format!("\n-----END {label}-----\n"));
    first(&[begin.as_bytes(), base64, end.as_bytes()].concat())
}

/// The decoded body of the first block in a PEM text of nothing but blocks.
pub(crate) fn first(pem: &[u8]) -> Option<Vec<u8>> {
    let (item, _) = rustls_pemfile::read_one_from_slice(pem).ok()??;
    Some(match item {
        Item::X509Certificate(der) => der.as_ref().to_vec(),
        Item::SubjectPublicKeyInfo(der) => der.as_ref().to_vec(),
        Item::Pkcs1Key(der) => der.secret_pkcs1_der().to_vec(),
        Item::Pkcs8Key(der) => der.secret_pkcs8_der().to_vec(),
        Item::Sec1Key(der) => der.secret_sec1_der().to_vec(),
        Item::Csr(der) => der.as_ref().to_vec(),
        _ => return None,
    })
}

/// Base64 with white space in it, decoded.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    LENIENT.decode(dense(text)).ok()
}

fn dense(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// OpenPGP's armor without the CRC-24 that may end it, which nobody is to rely on (RFC 9580, section 6.1).
fn without_checksum(armor: &[u8]) -> &[u8] {
    match armor {
        [body @ .., b'=', a, b, c, d] if ![a, b, c, d].contains(&&b'=') => body,
        _ => armor,
    }
}
