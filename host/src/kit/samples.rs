//! Typical facts, one of each kind, to measure what a call of a rule uses. They are not made to pass or to violate a
//! rule: the rule's author writes cases for that.

use keyreeve_contract::{
    Certificate, Context, Data, EncryptedItem, Encryption, Environment, FactKind, Holder, InventoryEntry, Key, Network,
    Protection, PublicKey, Purpose, RevocationList, Role, Scan, Side, TlsEndpoint, Transport, Verification, kinds,
};
use keyreeve_facts::{Facts, Place};
use keyreeve_source::{Location, SourceId, Span};

/// The day at which samples are judged, 2026-11-23, so that every run measures the same.
const TODAY: i64 = 1_795_392_000;
const DAY: i64 = 86_400;

/// The scan of the samples.
pub fn scan() -> Scan {
    Scan { as_of: TODAY, attributes: Vec::new() }
}

/// A typical fact of the kind.
trait Sample {
    fn sample() -> Self;
}

macro_rules! facts {
    ($($list:ident $kind:ident $fact:ident $interface:literal;)*) => {
        /// So many equal facts of one kind.
        pub fn facts(kind: FactKind, count: usize) -> Facts {
            let mut facts = Facts::default();
            for index in 0..count {
                let home = Location { source: SourceId(0), span: Span::new(index, index + 1) };
                let place = Place::new(home, "a sample", format!("sample {index}"));
                match kind {
                    $(FactKind::$kind => facts.$list.push(keyreeve_contract::$fact::sample(), place),)*
                }
            }
            facts
        }
    };
}

kinds!(facts);

const CONTEXT: Context = Context {
    environment: Environment::Production,
    holder: Holder::Shared,
    network: Network::Untrusted,
    data: Data::Sensitive,
    purpose: Purpose::Live,
};

fn rsa() -> PublicKey {
    PublicKey {
        algorithm: "RSA".to_owned(),
        bits: 3072,
        curve: String::new(),
        exponent: vec![1, 0, 1],
        attributes: Vec::new(),
    }
}

/// A server with TLS 1.2 and 1.3 and the suites of OpenSSL's default.
impl Sample for TlsEndpoint {
    fn sample() -> Self {
        TlsEndpoint {
            context: CONTEXT,
            unknown: Vec::new(),
            side: Side::Server,
            transport: Transport::Tls,
            names: vec!["www.example.org".to_owned(), "example.org".to_owned()],
            versions: vec![0x0303, 0x0304],
            suites: vec![
                0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e, 0xc024,
                0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014,
            ],
            groups: vec![0x11ec, 0x001d, 0x0017, 0x001e, 0x0018, 0x0019],
            verification: Verification::None,
            attributes: Vec::new(),
        }
    }
}

/// A server's certificate for three names, issued ten days ago for ninety days.
impl Sample for Certificate {
    fn sample() -> Self {
        Certificate {
            context: CONTEXT,
            unknown: Vec::new(),
            names: ["www", "api", "static"].map(|name| format!("DNS:{name}.example.org")).to_vec(),
            key: rsa(),
            signature_algorithm: "sha256WithRSAEncryption".to_owned(),
            signature_hash: "SHA256".to_owned(),
            not_before: TODAY - 10 * DAY,
            not_after: TODAY + 80 * DAY,
            authority: false,
            self_issued: false,
            last_rotated: Some(TODAY - 10 * DAY),
            inventoried: true,
            attributes: Vec::new(),
        }
    }
}

/// A private key under a passphrase.
impl Sample for Key {
    fn sample() -> Self {
        let encryption = Encryption {
            scheme: "PBES2".to_owned(),
            kdf: "PBKDF2".to_owned(),
            prf: "hmacWithSHA256".to_owned(),
            iterations: 600_000,
            cipher: "aes-256-cbc".to_owned(),
            attributes: Vec::new(),
        };
        Key {
            context: CONTEXT,
            unknown: Vec::new(),
            role: Role::Private,
            format: "PKCS#8".to_owned(),
            public: rsa(),
            protection: Protection::Passphrase,
            encryption: Some(encryption),
            last_rotated: Some(TODAY - 10 * DAY),
            inventoried: true,
            attributes: Vec::new(),
        }
    }
}

/// A shared token, created a year ago and rotated ten days ago.
impl Sample for InventoryEntry {
    fn sample() -> Self {
        InventoryEntry {
            context: CONTEXT,
            unknown: Vec::new(),
            id: "billing-api".to_owned(),
            kind: "api token".to_owned(),
            creator: "Ada Example".to_owned(),
            service: "billing of www.example.org".to_owned(),
            created: Some(TODAY - 365 * DAY),
            last_rotated: Some(TODAY - 10 * DAY),
            owner: "Grace Example".to_owned(),
            fingerprint: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU".to_owned(),
            path: "deploy/tokens/billing".to_owned(),
            found: true,
            attributes: Vec::new(),
        }
    }
}

/// A file of sops for one recipient, encrypted ten days ago.
impl Sample for EncryptedItem {
    fn sample() -> Self {
        EncryptedItem {
            context: CONTEXT,
            unknown: Vec::new(),
            format: "sops".to_owned(),
            cipher: "aes-256-gcm".to_owned(),
            key_bits: 256,
            authenticated: true,
            kdf: String::new(),
            prf: String::new(),
            iterations: 0,
            recipients: vec!["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".to_owned()],
            encrypted_at: Some(TODAY - 10 * DAY),
            key_created: None,
            openers: Vec::new(),
            attributes: Vec::new(),
        }
    }
}

/// A list that was issued yesterday for a week.
impl Sample for RevocationList {
    fn sample() -> Self {
        RevocationList {
            context: CONTEXT,
            unknown: Vec::new(),
            issuer: "Example Issuing CA".to_owned(),
            signature_algorithm: "sha256WithRSAEncryption".to_owned(),
            signature_hash: "SHA256".to_owned(),
            this_update: TODAY - DAY,
            next_update: Some(TODAY + 6 * DAY),
            revoked: 3,
            attributes: Vec::new(),
        }
    }
}
