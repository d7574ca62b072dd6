//! The named elliptic curves: object identifier, OpenSSL's short name, length of the order. Not their
//! arithmetic, which nothing here needs.

use super::{Oid, oid};

/// A named curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Curve {
    /// Its object identifier.
    pub(crate) oid: Oid,
    /// OpenSSL's short name.
    pub(crate) name: &'static str,
    /// Length in bits of the order of its base point.
    pub(crate) bits: u32,
}

/// The curve of that object identifier.
pub(crate) fn by_oid(oid: &Oid) -> Option<&'static Curve> {
    CURVES.iter().find(|curve| curve.oid == *oid)
}

/// The curve of that short name.
pub(crate) fn by_name(name: &str) -> Option<&'static Curve> {
    CURVES.iter().find(|curve| curve.name == name)
}

const fn curve(dotted: &'static str, name: &'static str, bits: u32) -> Curve {
    Curve { oid: oid(dotted), name, bits }
}

/// SEC 2, ANSI X9.62, RFC 5639, WAP WTLS and SM2, as OpenSSL lists them; the common ones first.
static CURVES: &[Curve] = &[
    curve("1.2.840.10045.3.1.7", "prime256v1", 256),
    curve("1.3.132.0.34", "secp384r1", 384),
    curve("1.3.132.0.35", "secp521r1", 521),
    curve("1.3.132.0.6", "secp112r1", 112),
    curve("1.3.132.0.7", "secp112r2", 110),
    curve("1.3.132.0.28", "secp128r1", 128),
    curve("1.3.132.0.29", "secp128r2", 126),
    curve("1.3.132.0.9", "secp160k1", 161),
    curve("1.3.132.0.8", "secp160r1", 161),
    curve("1.3.132.0.30", "secp160r2", 161),
    curve("1.3.132.0.31", "secp192k1", 192),
    curve("1.3.132.0.32", "secp224k1", 225),
    curve("1.3.132.0.33", "secp224r1", 224),
    curve("1.3.132.0.10", "secp256k1", 256),
    curve("1.2.840.10045.3.1.1", "prime192v1", 192),
    curve("1.2.840.10045.3.1.2", "prime192v2", 192),
    curve("1.2.840.10045.3.1.3", "prime192v3", 192),
    curve("1.2.840.10045.3.1.4", "prime239v1", 239),
    curve("1.2.840.10045.3.1.5", "prime239v2", 239),
    curve("1.2.840.10045.3.1.6", "prime239v3", 239),
    curve("1.3.132.0.4", "sect113r1", 113),
    curve("1.3.132.0.5", "sect113r2", 113),
    curve("1.3.132.0.22", "sect131r1", 131),
    curve("1.3.132.0.23", "sect131r2", 131),
    curve("1.3.132.0.1", "sect163k1", 163),
    curve("1.3.132.0.2", "sect163r1", 162),
    curve("1.3.132.0.15", "sect163r2", 163),
    curve("1.3.132.0.24", "sect193r1", 193),
    curve("1.3.132.0.25", "sect193r2", 193),
    curve("1.3.132.0.26", "sect233k1", 232),
    curve("1.3.132.0.27", "sect233r1", 233),
    curve("1.3.132.0.3", "sect239k1", 238),
    curve("1.3.132.0.16", "sect283k1", 281),
    curve("1.3.132.0.17", "sect283r1", 282),
    curve("1.3.132.0.36", "sect409k1", 407),
    curve("1.3.132.0.37", "sect409r1", 409),
    curve("1.3.132.0.38", "sect571k1", 570),
    curve("1.3.132.0.39", "sect571r1", 570),
    curve("1.2.840.10045.3.0.1", "c2pnb163v1", 163),
    curve("1.2.840.10045.3.0.2", "c2pnb163v2", 162),
    curve("1.2.840.10045.3.0.3", "c2pnb163v3", 162),
    curve("1.2.840.10045.3.0.4", "c2pnb176v1", 161),
    curve("1.2.840.10045.3.0.5", "c2tnb191v1", 191),
    curve("1.2.840.10045.3.0.6", "c2tnb191v2", 190),
    curve("1.2.840.10045.3.0.7", "c2tnb191v3", 189),
    curve("1.2.840.10045.3.0.10", "c2pnb208w1", 193),
    curve("1.2.840.10045.3.0.11", "c2tnb239v1", 238),
    curve("1.2.840.10045.3.0.12", "c2tnb239v2", 237),
    curve("1.2.840.10045.3.0.13", "c2tnb239v3", 236),
    curve("1.2.840.10045.3.0.16", "c2pnb272w1", 257),
    curve("1.2.840.10045.3.0.17", "c2pnb304w1", 289),
    curve("1.2.840.10045.3.0.18", "c2tnb359v1", 353),
    curve("1.2.840.10045.3.0.19", "c2pnb368w1", 353),
    curve("1.2.840.10045.3.0.20", "c2tnb431r1", 418),
    curve("2.23.43.1.4.1", "wap-wsg-idm-ecid-wtls1", 112),
    curve("2.23.43.1.4.3", "wap-wsg-idm-ecid-wtls3", 163),
    curve("2.23.43.1.4.4", "wap-wsg-idm-ecid-wtls4", 113),
    curve("2.23.43.1.4.5", "wap-wsg-idm-ecid-wtls5", 163),
    curve("2.23.43.1.4.6", "wap-wsg-idm-ecid-wtls6", 112),
    curve("2.23.43.1.4.7", "wap-wsg-idm-ecid-wtls7", 161),
    curve("2.23.43.1.4.8", "wap-wsg-idm-ecid-wtls8", 113),
    curve("2.23.43.1.4.9", "wap-wsg-idm-ecid-wtls9", 161),
    curve("2.23.43.1.4.10", "wap-wsg-idm-ecid-wtls10", 232),
    curve("2.23.43.1.4.11", "wap-wsg-idm-ecid-wtls11", 233),
    curve("2.23.43.1.4.12", "wap-wsg-idm-ecid-wtls12", 224),
    curve("1.3.36.3.3.2.8.1.1.1", "brainpoolP160r1", 160),
    curve("1.3.36.3.3.2.8.1.1.2", "brainpoolP160t1", 160),
    curve("1.3.36.3.3.2.8.1.1.3", "brainpoolP192r1", 192),
    curve("1.3.36.3.3.2.8.1.1.4", "brainpoolP192t1", 192),
    curve("1.3.36.3.3.2.8.1.1.5", "brainpoolP224r1", 224),
    curve("1.3.36.3.3.2.8.1.1.6", "brainpoolP224t1", 224),
    curve("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    curve("1.3.36.3.3.2.8.1.1.8", "brainpoolP256t1", 256),
    curve("1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1", 320),
    curve("1.3.36.3.3.2.8.1.1.10", "brainpoolP320t1", 320),
    curve("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    curve("1.3.36.3.3.2.8.1.1.12", "brainpoolP384t1", 384),
    curve("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
    curve("1.3.36.3.3.2.8.1.1.14", "brainpoolP512t1", 512),
    curve("1.2.156.10197.1.301", "SM2", 256),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::process::Command;

    #[test]
    fn names_are_those_that_openssl_gives_the_identifiers() {
        let listed = Command::new("openssl").args(["list", "-objects"]).output().unwrap().stdout;
        let listed = String::from_utf8(listed).unwrap();
        for curve in CURVES {
            let line = listed.lines().find(|line| line.ends_with(&format!(" {}", curve.oid)));
            let name = line.unwrap().split(" = ").next().unwrap();
            assert_eq!(name, curve.name);
        }
    }

    #[test]
    fn bits_are_the_length_of_the_order_that_openssl_prints() {
        for curve in CURVES {
            let arguments = ["ecparam", "-name", curve.name, "-param_enc", "explicit", "-text", "-noout"];
            let text = String::from_utf8(Command::new("openssl").args(arguments).output().unwrap().stdout).unwrap();
            let order = text.split("Order:").nth(1).unwrap().split("Cofactor:").next().unwrap();
            let digits: String = order.chars().filter(char::is_ascii_hexdigit).collect();
            let digits = digits.trim_start_matches('0');
            let first = u8::from_str_radix(&digits[..1], 16).unwrap();
            assert_eq!(digits.len() as u32 * 4 - first.leading_zeros() + 4, curve.bits, "{}", curve.name);
        }
    }
}
