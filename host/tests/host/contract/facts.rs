//! Facts of every kind with a value in every field, four of each. They are not read from files, because what formats
//! make of files may change.

use keyreeve_contract::{
    Certificate, Context, Data, Encryption, Environment, Holder, InventoryEntry, Key, Network, Protection, PublicKey,
    Purpose, Role, Side, TlsEndpoint, Transport, Unknown, Verification,
};
use keyreeve_facts::{Facts, Place};
use keyreeve_source::{Location, SourceId, Span};

/// Four facts of each kind; between them every case of every enumeration occurs.
pub(crate) fn facts() -> Facts {
    let mut facts = Facts::default();
    for index in 0..4 {
        facts.tls_endpoints.push(tls_endpoint(index), place(index));
        facts.certificates.push(certificate(index), place(index + 4));
        facts.keys.push(key(index), place(index + 8));
        facts.inventory.push(entry(index), place(index + 12));
    }
    facts
}

/// One certificate, which has no name.
pub(crate) fn nameless_certificate() -> Facts {
    let mut facts = Facts::default();
    facts.certificates.push(Certificate { names: vec![], ..certificate(0) }, place(0));
    facts
}

/// One entry of an inventory, which has no id.
pub(crate) fn nameless_entry() -> Facts {
    let mut facts = Facts::default();
    facts.inventory.push(InventoryEntry { id: String::new(), ..entry(0) }, place(0));
    facts
}

fn place(index: usize) -> Place {
    let home = Location { source: SourceId(0), span: Span::new(index, index + 1) };
    Place::new(home, format!("fact {index}"), format!("fact-{index}"))
}

fn attributes() -> Vec<(String, String)> {
    vec![("later".to_owned(), "on".to_owned())]
}

fn context(index: usize) -> Context {
    use {Data as D, Environment as E, Holder as H, Network as N, Purpose as P};
    Context {
        environment: [E::Unspecified, E::Production, E::Staging, E::Test][index],
        holder: [H::Unspecified, H::Shared, H::Personal, H::Shared][index],
        network: [N::Unspecified, N::Untrusted, N::Trusted, N::Untrusted][index],
        data: [D::Unspecified, D::Sensitive, D::Other, D::Sensitive][index],
        purpose: [P::Unspecified, P::Live, P::Fixture, P::TrustStore][index],
    }
}

fn unknown(index: usize, field: &str) -> Vec<Unknown> {
    match index {
        3 => vec![Unknown { field: field.to_owned(), reason: "it is torn off".to_owned() }],
        _ => vec![],
    }
}

fn tls_endpoint(index: usize) -> TlsEndpoint {
    use {Transport as T, Verification as V};
    TlsEndpoint {
        context: context(index),
        unknown: unknown(index, "groups"),
        side: [Side::Server, Side::Client, Side::Server, Side::Client][index],
        transport: [T::Tls, T::StarttlsRequired, T::StarttlsOptional, T::Plaintext][index],
        names: vec!["www.example.org".to_owned(), "käse.example".to_owned()],
        versions: [vec![0x0304, 0x0303], vec![0x0002], vec![u16::MAX], vec![]][index].clone(),
        suites: vec![0x1302, 0xc02f, 0],
        groups: vec![0x11ec, 0x001d],
        verification: [V::None, V::Optional, V::Required, V::None][index],
        attributes: attributes(),
    }
}

fn public_key(index: usize) -> PublicKey {
    PublicKey {
        algorithm: ["RSA", "EC", "Ed25519", ""][index].to_owned(),
        bits: [2048, 256, 253, u32::MAX][index],
        curve: ["", "prime256v1", "", ""][index].to_owned(),
        exponent: [vec![1, 0, 1], vec![], vec![], vec![255; 3]][index].clone(),
        attributes: attributes(),
    }
}

fn certificate(index: usize) -> Certificate {
    Certificate {
        context: context(index),
        unknown: unknown(index, "not-after"),
        names: vec!["DNS:www.example.org".to_owned()],
        key: public_key(index),
        signature_algorithm: "sha256WithRSAEncryption".to_owned(),
        signature_hash: "SHA256".to_owned(),
        not_before: [0, 1_795_392_000, i64::MIN, -1][index],
        not_after: [1, 1_803_168_000, i64::MAX, 0][index],
        authority: index == 1,
        self_issued: index == 2,
        last_rotated: [None, Some(1_795_000_000), Some(-1), None][index],
        inventoried: index == 3,
        attributes: attributes(),
    }
}

fn encryption() -> Encryption {
    Encryption {
        scheme: "PBES2".to_owned(),
        kdf: "PBKDF2".to_owned(),
        prf: "hmacWithSHA256".to_owned(),
        iterations: u64::MAX,
        cipher: "aes-256-cbc".to_owned(),
        attributes: attributes(),
    }
}

fn key(index: usize) -> Key {
    use Protection as P;
    Key {
        context: context(index),
        unknown: unknown(index, "public.bits"),
        role: [Role::Public, Role::Private, Role::Private, Role::Request][index],
        format: ["SPKI", "PKCS#8", "PKCS#8", "PKCS#10"][index].to_owned(),
        public: public_key(index),
        protection: [P::NotNeeded, P::Plaintext, P::Passphrase, P::Hardware][index],
        encryption: (index == 2).then(encryption),
        last_rotated: [None, Some(1_795_000_000), Some(-1), None][index],
        inventoried: index == 1,
        attributes: attributes(),
    }
}

fn entry(index: usize) -> InventoryEntry {
    InventoryEntry {
        context: context(index),
        unknown: unknown(index, "created"),
        id: "billing-api".to_owned(),
        kind: "api token".to_owned(),
        creator: "Ada Example".to_owned(),
        service: "billing\nand \u{1b}[31mmore".to_owned(),
        created: [None, Some(1_763_856_000), Some(i64::MIN), None][index],
        last_rotated: [Some(1_794_528_000), None, Some(i64::MAX), None][index],
        owner: "Grace Example".to_owned(),
        fingerprint: "SHA256:abc".to_owned(),
        path: "deploy/tls/www.key".to_owned(),
        found: index == 2,
        attributes: attributes(),
    }
}
