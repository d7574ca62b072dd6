//! The labels of PEM blocks, and which of them are read. Not what is in the blocks.

use super::body;
use crate::parameters::Group;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Certificate,
    Request,
    RevocationList,
    /// PKCS#7 or CMS.
    Cms,
    Pkcs12,
    Parameters(Group),
    /// A private or public key; its DER tells which.
    Key,
    /// A key in OpenSSH's own format.
    OpenSsh,
    /// A private key of a form that only its label names.
    Special(Special),
    /// Keys of OpenPGP.
    OpenPgp,
    /// A private key of a form that may not be known.
    OtherKey,
    /// Anything else: messages, what is public and no key.
    Passed,
}

/// Forms of private keys that are no DER, or none of a key's usual structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// A key that a TPM 2.0 wraps: TPMKey of the TSS2 engines.
    Tss2,
    /// A key that a TPM 1.2 wraps: TSS_KEY12 in an OCTET STRING.
    TssBlob,
    /// A key in the PIV slot of a YubiKey, as Teleport refers to it.
    Piv,
    /// OpenSSL's SSL_SESSION, with the master secret of the session.
    TlsSession,
    /// A static key of OpenVPN, in hexadecimal digits.
    OpenVpnStatic,
    /// A key of OpenVPN's tls-crypt-v2; a client's has itself behind it, wrapped for the server.
    OpenVpnCrypt,
    /// JSON of sigstore with a key that is encrypted under a passphrase.
    Sigstore,
    /// A seed of NATS, in base32.
    NkeySeed,
    /// An Ed25519 key that is no PKCS#8: seed, or seed and public key.
    Ed25519,
    /// The public half of a DSA key as OpenSSL once wrote it: y, p, q, g.
    DsaPublic,
}

/// The kind of that label (RFC 7468, OpenSSL's pem.h, and what other programs write).
pub(crate) fn kind(label: &str) -> Kind {
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Kind::Certificate,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Kind::Request,
        "X509 CRL" | "CRL" | "CERTIFICATE REVOCATION LIST" => Kind::RevocationList,
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Kind::Cms,
        "PKCS12" => Kind::Pkcs12,
        "DH PARAMETERS" => Kind::Parameters(Group::Dh),
        "X9.42 DH PARAMETERS" => Kind::Parameters(Group::X942Dh),
        "DSA PARAMETERS" => Kind::Parameters(Group::Dsa),
        "EC PARAMETERS" | "SM2 PARAMETERS" => Kind::Parameters(Group::Ec),
        "PRIVATE KEY"
        | "ENCRYPTED PRIVATE KEY"
        | "RSA PRIVATE KEY"
        | "EC PRIVATE KEY"
        | "DSA PRIVATE KEY"
        | "SM2 PRIVATE KEY"
        | "PUBLIC KEY"
        | "RSA PUBLIC KEY"
        | "ECDSA PUBLIC KEY" => Kind::Key,
        "OPENSSH PRIVATE KEY" => Kind::OpenSsh,
        "TSS2 PRIVATE KEY" => Kind::Special(Special::Tss2),
        "TSS KEY BLOB" => Kind::Special(Special::TssBlob),
        "PIV YUBIKEY PRIVATE KEY" | "YUBIKEY PIV PRIVATE KEY" => Kind::Special(Special::Piv),
        "SSL SESSION PARAMETERS" => Kind::Special(Special::TlsSession),
        "OpenVPN Static key V1" => Kind::Special(Special::OpenVpnStatic),
        "OpenVPN tls-crypt-v2 client key" | "OpenVPN tls-crypt-v2 server key" => Kind::Special(Special::OpenVpnCrypt),
        "ENCRYPTED COSIGN PRIVATE KEY" | "ENCRYPTED SIGSTORE PRIVATE KEY" | "COSIGN PRIVATE KEY" => {
            Kind::Special(Special::Sigstore)
        }
        "ED25519 PRIVATE KEY" => Kind::Special(Special::Ed25519),
        "DSA PUBLIC KEY" => Kind::Special(Special::DsaPublic),
        "PGP PRIVATE KEY BLOCK" | "PGP SECRET KEY BLOCK" | "PGP PUBLIC KEY BLOCK" => Kind::OpenPgp,
        _ if label.ends_with("NKEY SEED") => Kind::Special(Special::NkeySeed),
        _ if label.contains("PRIVATE KEY") => Kind::OtherKey,
        _ => Kind::Passed,
    }
}

/// Whether the body of such a block is a text of its own and no base64 of something else.
pub(super) fn is_text(label: &str) -> bool {
    matches!(kind(label), Kind::Special(Special::OpenVpnStatic | Special::NkeySeed))
}

/// So many characters of a body in a row are no word. OpenVPN's lines are shorter than those of base64.
pub(super) fn line(label: &str) -> usize {
    if is_text(label) { 32 } else { body::LINE }
}

/// Whether such a block holds what must not be shown, also one that is not read.
pub(crate) fn is_private(label: &str) -> bool {
    let words = ["PRIVATE", "SECRET", "SEED", "STATIC KEY", "CLIENT KEY", "SERVER KEY", "SSL SESSION", "TSS", "PKCS12"];
    let label = label.to_ascii_uppercase();
    words.iter().any(|word| label.contains(word))
}
