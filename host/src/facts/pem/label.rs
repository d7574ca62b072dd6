//! The labels of PEM blocks, and which of them are read. Not what is in the blocks.

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Certificate,
    Request,
    /// A private or public key; its DER tells which.
    Key,
    /// A key in OpenSSH's own format.
    OpenSsh,
    /// Keys of OpenPGP.
    OpenPgp,
    /// A private key of a form that may not be known.
    OtherKey,
    /// Anything else: CRLs, parameters, messages.
    Passed,
}

/// The kind of that label (RFC 7468, and OpenSSL's pem.h for the older ones).
pub(crate) fn kind(label: &str) -> Kind {
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Kind::Certificate,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Kind::Request,
        "PRIVATE KEY"
        | "ENCRYPTED PRIVATE KEY"
        | "RSA PRIVATE KEY"
        | "EC PRIVATE KEY"
        | "DSA PRIVATE KEY"
        | "PUBLIC KEY"
        | "RSA PUBLIC KEY" => Kind::Key,
        "OPENSSH PRIVATE KEY" => Kind::OpenSsh,
        "PGP PRIVATE KEY BLOCK" | "PGP SECRET KEY BLOCK" | "PGP PUBLIC KEY BLOCK" => Kind::OpenPgp,
        _ if label.contains("PRIVATE KEY") => Kind::OtherKey,
        _ => Kind::Passed,
    }
}

/// Whether such a block holds what must not be shown, also one that is not read.
pub(crate) fn is_private(label: &str) -> bool {
    let words = ["PRIVATE", "SECRET", "SEED", "STATIC KEY", "CLIENT KEY", "SERVER KEY", "SSL SESSION", "TSS"];
    let label = label.to_ascii_uppercase();
    words.iter().any(|word| label.contains(word))
}
