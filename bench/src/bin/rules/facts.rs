//! Facts of every kind, the same ones twice: in the host's types for the sandbox, and in the rule author's for native code.
//! One fact in eight violates something; not facts of real files, which the contract cannot tell from these.

/// The day that facts are judged at: 2026-11-23.
pub(crate) const AS_OF: i64 = 1_795_392_000;
const DAY: i64 = 86_400;

/// Both families of types spell the contract's names alike, so one text makes the facts of both.
macro_rules! facts {
    ($types:path) => {
        use $types as contract;

        fn context() -> contract::Context {
            contract::Context {
                environment: contract::Environment::Production,
                holder: contract::Holder::Unspecified,
                network: contract::Network::Unspecified,
                data: contract::Data::Unspecified,
                purpose: contract::Purpose::Unspecified,
            }
        }

        fn public(index: usize) -> contract::PublicKey {
            let (algorithm, bits, curve, exponent) = match index % 8 {
                0 => ("RSA", 1024, "", vec![1, 0, 1]),
                1 | 3 | 5 => ("EC", 256, "prime256v1", vec![]),
                2 => ("Ed25519", 253, "", vec![]),
                _ => ("RSA", 3072, "", vec![1, 0, 1]),
            };
            let (algorithm, curve) = (algorithm.to_owned(), curve.to_owned());
            contract::PublicKey { algorithm, bits, curve, exponent, attributes: vec![] }
        }

        fn tls_endpoint(index: usize) -> contract::TlsEndpoint {
            let suites =
                [0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e];
            contract::TlsEndpoint {
                context: context(),
                unknown: vec![],
                side: contract::Side::Server,
                transport: contract::Transport::Tls,
                names: vec![format!("www{index}.example.org"), format!("api{index}.example.org")],
                versions: if index % 8 == 0 { vec![0x0303, 0x0304] } else { vec![0x0304] },
                suites: if index % 8 == 0 { suites.to_vec() } else { suites[..3].to_vec() },
                groups: vec![0x11ec, 0x001d, 0x0017, 0x0018],
                verification: contract::Verification::None,
                attributes: vec![],
            }
        }

        fn certificate(index: usize) -> contract::Certificate {
            contract::Certificate {
                context: context(),
                unknown: vec![],
                names: (0..3).map(|name| format!("DNS:www{name}.host{index}.example.org")).collect(),
                key: public(index),
                signature_algorithm: "sha256WithRSAEncryption".to_owned(),
                signature_hash: "SHA256".to_owned(),
                not_before: super::AS_OF - 10 * super::DAY,
                not_after: super::AS_OF + 80 * super::DAY,
                authority: false,
                self_issued: false,
                last_rotated: None,
                inventoried: false,
                attributes: vec![],
            }
        }

        fn key(index: usize) -> contract::Key {
            contract::Key {
                context: context(),
                unknown: vec![],
                role: if index % 8 == 0 { contract::Role::Private } else { contract::Role::Public },
                format: "SPKI".to_owned(),
                public: public(index),
                protection: if index % 8 == 0 {
                    contract::Protection::Plaintext
                } else {
                    contract::Protection::NotNeeded
                },
                encryption: None,
                last_rotated: None,
                inventoried: false,
                attributes: vec![],
            }
        }

        fn inventory_entry(index: usize) -> contract::InventoryEntry {
            contract::InventoryEntry {
                context: context(),
                unknown: vec![],
                id: format!("service-{index}"),
                kind: "api token".to_owned(),
                creator: "Ada Example".to_owned(),
                service: format!("service {index} of the shop"),
                created: Some(super::AS_OF - 365 * super::DAY),
                last_rotated: Some(super::AS_OF - 10 * super::DAY),
                owner: if index % 8 == 0 { String::new() } else { "Grace Example".to_owned() },
                fingerprint: String::new(),
                path: String::new(),
                found: true,
                attributes: vec![],
            }
        }

        fn encrypted_item(index: usize) -> contract::EncryptedItem {
            contract::EncryptedItem {
                context: context(),
                unknown: vec![],
                format: "sops".to_owned(),
                cipher: if index % 8 == 0 { "aes-128-cbc" } else { "aes-256-gcm" }.to_owned(),
                key_bits: if index % 8 == 0 { 128 } else { 256 },
                authenticated: index % 8 != 0,
                kdf: String::new(),
                prf: String::new(),
                iterations: 0,
                recipients: vec!["PGP 0x85D77543B3D624B63CEA9E6DBC17301B491B3F21".to_owned()],
                encrypted_at: Some(super::AS_OF - 10 * super::DAY),
                key_created: Some(super::AS_OF - 10 * super::DAY),
                openers: vec![],
                attributes: vec![],
            }
        }

        fn revocation_list(index: usize) -> contract::RevocationList {
            contract::RevocationList {
                context: context(),
                unknown: vec![],
                issuer: "Example Issuing CA".to_owned(),
                signature_algorithm: "sha256WithRSAEncryption".to_owned(),
                signature_hash: "SHA256".to_owned(),
                this_update: super::AS_OF - super::DAY,
                next_update: if index % 8 == 0 { None } else { Some(super::AS_OF + 6 * super::DAY) },
                revoked: 3,
                attributes: vec![],
            }
        }
    };
}

/// For the sandbox.
pub(crate) mod host {
    use std::collections::BTreeMap;

    use keyreeve_contract::FactKind;
    use keyreeve_facts::{Facts, Place};
    use keyreeve_source::{Location, SourceId, Span};

    facts!(keyreeve_contract);

    /// So many facts of each kind, each kind by itself.
    pub(crate) fn all(count: usize) -> BTreeMap<FactKind, Facts> {
        FactKind::ALL.into_iter().map(|kind| (kind, of(kind, count))).collect()
    }

    fn of(kind: FactKind, count: usize) -> Facts {
        let mut facts = Facts::default();
        for index in 0..count {
            let place = Place::new(Location { source: SourceId(0), span: Span::new(0, 0) }, "a fact", "a fact");
            match kind {
                FactKind::TlsEndpoints => facts.tls_endpoints.push(tls_endpoint(index), place),
                FactKind::Certificates => facts.certificates.push(certificate(index), place),
                FactKind::Keys => facts.keys.push(key(index), place),
                FactKind::Inventory => facts.inventory.push(inventory_entry(index), place),
                FactKind::EncryptedData => facts.encrypted_data.push(encrypted_item(index), place),
                FactKind::RevocationLists => facts.revocation_lists.push(revocation_list(index), place),
            }
        }
        facts
    }
}

/// For native code.
pub(crate) mod native {
    use std::hint::black_box;

    use keyreeve_contract::FactKind;
    use keyreeve_rule::{Judge, Rule, Scan, guest};

    facts!(keyreeve_rule);

    /// Judging so many facts of a kind natively; none if the rule is not linked here.
    pub(crate) fn judged(id: &str, kind: FactKind, count: usize) -> Option<Box<dyn FnMut()>> {
        macro_rules! rules {
            ($($id:literal, $rule:ty: $($kind:ident $make:ident),+;)+) => {
                match (id, kind) {
                    $($(($id, FactKind::$kind) => work::<$rule, _>($make, count),)+)+
                    _ => None,
                }
            };
        }
        rules! {
            "at-rest-encryption", at_rest_encryption::AtRestEncryption: EncryptedData encrypted_item;
            "certificate-algorithm", certificate_algorithm::CertificateAlgorithm: Certificates certificate, RevocationLists revocation_list;
            "cipher-suites", cipher_suites::CipherSuites: TlsEndpoints tls_endpoint;
            "deprecated-algorithm", deprecated_algorithm::DeprecatedAlgorithm: EncryptedData encrypted_item, Keys key;
            "key-inventory", key_inventory::KeyInventory: Inventory inventory_entry, Keys key;
            "key-separation", key_separation::KeySeparation: EncryptedData encrypted_item;
            "key-size", key_size::KeySize: Certificates certificate, Keys key;
            "plaintext-key", plaintext_key::PlaintextKey: Keys key;
            "revocation", revocation::Revocation: Certificates certificate, RevocationLists revocation_list;
            "rotation-age", rotation_age::RotationAge: Certificates certificate, EncryptedData encrypted_item, Inventory inventory_entry, Keys key;
            "tls-version", tls_version::TlsVersion: TlsEndpoints tls_endpoint;
            "weak-key", weak_key::WeakKey: Certificates certificate, Keys key;
        }
    }

    fn work<R: Judge<F>, F: 'static>(make: fn(usize) -> F, count: usize) -> Option<Box<dyn FnMut()>> {
        let rule = R::new(<R as Rule>::Settings::default()).ok()?;
        let facts: Vec<F> = (0..count).map(make).collect();
        let scan = Scan { as_of: super::AS_OF, attributes: vec![] };
        Some(Box::new(move || drop(black_box(guest::check(&rule, &scan, black_box(&facts))))))
    }
}
