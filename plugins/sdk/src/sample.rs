//! Facts for tests, one of each kind, that no statement of the policy objects to. They are not real ones: a test
//! changes the field that it is about and leaves the rest (`Key { role: Role::Private, ..sample::key() }`).

use crate::{
    Certificate, Context, EncryptedItem, Environment, Finding, Holder, InventoryEntry, Key, Protection, PublicKey,
    RevocationList, Role, Scan, Severity, Side, TlsEndpoint, Transport, Unknown, Verdict, Verification, date::DAY,
};

/// The day of the samples: 2026-11-23.
pub const TODAY: i64 = 1_795_392_000;

/// A scan of the samples' day.
pub fn scan() -> Scan {
    Scan { as_of: TODAY, attributes: vec![] }
}

/// A public key: Ed25519.
pub fn public_key() -> PublicKey {
    PublicKey { algorithm: "Ed25519".into(), bits: 253, curve: String::new(), exponent: vec![], attributes: vec![] }
}

/// An RSA public key of so many bits, with the exponent 65537.
pub fn rsa(bits: u32) -> PublicKey {
    PublicKey { algorithm: "RSA".into(), bits, exponent: vec![1, 0, 1], ..public_key() }
}

/// An EC public key on a curve by OpenSSL's short name.
pub fn ec(curve: &str, bits: u32) -> PublicKey {
    PublicKey { algorithm: "EC".into(), bits, curve: curve.into(), ..public_key() }
}

/// A server with TLS 1.3 alone and two of its suites.
pub fn tls_endpoint() -> TlsEndpoint {
    TlsEndpoint {
        context: Context::UNSPECIFIED,
        unknown: vec![],
        side: Side::Server,
        transport: Transport::Tls,
        names: vec!["www.example.org".into()],
        versions: vec![0x0304],
        suites: vec![0x1302, 0x1301],
        groups: vec![0x11ec, 0x001d],
        verification: Verification::None,
        attributes: vec![],
    }
}

/// A server certificate with an Ed25519 key, issued ten days ago for ninety days.
pub fn certificate() -> Certificate {
    Certificate {
        context: Context::UNSPECIFIED,
        unknown: vec![],
        names: vec!["DNS:www.example.org".into()],
        key: public_key(),
        signature_algorithm: "sha256WithRSAEncryption".into(),
        signature_hash: "SHA256".into(),
        not_before: TODAY - 10 * DAY,
        not_after: TODAY + 80 * DAY,
        authority: false,
        self_issued: false,
        last_rotated: None,
        inventoried: false,
        attributes: vec![],
    }
}

/// A public Ed25519 key.
pub fn key() -> Key {
    Key {
        context: Context::UNSPECIFIED,
        unknown: vec![],
        role: Role::Public,
        format: "SPKI".into(),
        public: public_key(),
        protection: Protection::NotNeeded,
        encryption: None,
        last_rotated: None,
        inventoried: false,
        attributes: vec![],
    }
}

/// A complete entry: a shared production token, created a year ago, rotated ten days ago.
pub fn inventory_entry() -> InventoryEntry {
    InventoryEntry {
        context: Context { environment: Environment::Production, holder: Holder::Shared, ..Context::UNSPECIFIED },
        unknown: vec![],
        id: "billing-api".into(),
        kind: "api token".into(),
        creator: "Ada Example".into(),
        service: "billing".into(),
        created: Some(TODAY - 365 * DAY),
        last_rotated: Some(TODAY - 10 * DAY),
        owner: "Grace Example".into(),
        fingerprint: String::new(),
        path: String::new(),
        found: false,
        attributes: vec![],
    }
}

/// A sops file with AES-256-GCM for one recipient, encrypted ten days ago, with no key near.
pub fn encrypted_item() -> EncryptedItem {
    EncryptedItem {
        context: Context::UNSPECIFIED,
        unknown: vec![],
        format: "sops".into(),
        cipher: "aes-256-gcm".into(),
        key_bits: 256,
        authenticated: true,
        kdf: String::new(),
        prf: String::new(),
        iterations: 0,
        recipients: vec!["AWS KMS arn:aws:kms:eu-central-1:111122223333:key/example".into()],
        encrypted_at: Some(TODAY - 10 * DAY),
        key_created: Some(TODAY - 10 * DAY),
        openers: vec![],
        attributes: vec![],
    }
}

/// A revocation list with a current signature algorithm, issued yesterday for a week.
pub fn revocation_list() -> RevocationList {
    RevocationList {
        context: Context::UNSPECIFIED,
        unknown: vec![],
        issuer: "Example Issuing CA".into(),
        signature_algorithm: "sha256WithRSAEncryption".into(),
        signature_hash: "SHA256".into(),
        this_update: TODAY - DAY,
        next_update: Some(TODAY + 6 * DAY),
        revoked: 3,
        attributes: vec![],
    }
}

/// The severity of each finding, `None` for an undetermined: what a test compares first.
pub fn severities(findings: &[Finding]) -> Vec<Option<Severity>> {
    let severity = |finding: &Finding| match finding.verdict {
        Verdict::Violation(severity) => Some(severity),
        Verdict::Undetermined => None,
    };
    findings.iter().map(severity).collect()
}

/// A field that is not known.
pub fn unknown(field: &str) -> Unknown {
    Unknown { field: field.into(), reason: "a test says so".into() }
}
