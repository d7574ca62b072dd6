//! The rule `certificate-algorithm` (S3): certificates and revocation lists are signed with algorithms that are
//! recognised and not deprecated. The certificate's own key is judged by `key-size`.

use keyreeve_rule::{About, Certificate, Fact, Findings, Judge, Purpose, RevocationList, Rule, Scan, Severity};

keyreeve_rule::rule!(CertificateAlgorithm: certificates, revocation_lists);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Hashes that no signature may be made with.
    #[setting(default = ["MD2", "MD4", "MD5", "SHA", "SHA1"].map(String::from).to_vec())]
    pub prohibited_hashes: Vec<String>,
    /// Signature algorithms (OpenSSL's long name or an object identifier) and hashes that the policy recognises besides
    /// the built-in ones.
    #[setting(default = vec![])]
    pub allow: Vec<String>,
    /// Whether the signature of a self-issued certificate authority on itself is judged, though nobody relies on it.
    #[setting(default = false)]
    pub judge_roots: bool,
}

/// Hashes that are recognised: SHA-2 (FIPS 180-4) and SHA-3 (FIPS 202).
const RECOGNISED_HASHES: [&str; 12] = [
    "SHA256",
    "SHA384",
    "SHA512",
    "SHA224",
    "SHA512-224",
    "SHA512-256",
    "SHA3-224",
    "SHA3-256",
    "SHA3-384",
    "SHA3-512",
    "SHAKE128",
    "SHAKE256",
];

/// Beginnings of the names of algorithms that include their hash: EdDSA (RFC 8032), ML-DSA (FIPS 204), SLH-DSA (FIPS
/// 205).
const HASH_INSIDE: [&str; 4] = ["ED25519", "ED448", "ML-DSA-", "SLH-DSA-"];

/// The rule with its settings.
pub struct CertificateAlgorithm {
    settings: Settings,
}

impl Rule for CertificateAlgorithm {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "certificates are signed with recognised algorithms",
        statement: "S3",
        rationale: "Whoever finds two certificates with the same hash has the signature of an authority on one it never saw: with MD5 that \
            made a false authority in 2008, with SHA-1 collisions have been public since 2017 and chosen prefixes since 2020. \
            RFC 9155 forbids both in TLS 1.2 signatures, the CA/Browser Forum's baseline requirements forbid SHA-1 in certificates. \
            FIPS 186-5 withdrew DSA. A revocation list whose signature can be forged revokes nothing. The signature of a root on itself \
            proves nothing and is not judged; another authority's on the same root is. RSASSA-PSS states a second hash, of its mask \
            generation function, which RFC 8017 (section 8.1) recommends to be the first one.",
        severity: Severity::High,
        reads: &[
            "certificates.signature-algorithm",
            "certificates.signature-hash",
            "revocation-lists.signature-algorithm",
            "revocation-lists.signature-hash",
        ],
        remedy: "have it issued anew with a signature over SHA-256 or stronger",
        bad_example: "Issuer: CN = ca.example.org\n\
            Subject: CN = www.example.org\n\
            Signature Algorithm: ecdsa-with-SHA1\n\
            -----BEGIN CERTIFICATE-----\n\
            MIIBGjCBwQICEAEwCQYHKoZIzj0EATAZMRcwFQYDVQQDDA5jYS5leGFtcGxlLm9y\n\
            ZzAeFw0yNjExMjgwMzMxMzJaFw0yNzAyMjUwMzMxMzJaMBoxGDAWBgNVBAMMD3d3\n\
            dy5leGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFmQIbp7Zg3J\n\
            WRnVjMhY1Q9QGlHfpgh8dwAxSrRmeZjICiON3g4gSYhqdDOBomasJ9CJW26fOO9N\n\
            j1pN7b/dXzMwCQYHKoZIzj0EAQNJADBGAiEAsYRr/rsPJJFltIg/hELnoyS4oTFE\n\
            x/Hrgh/gnY2C18QCIQCkyNStsRLikRoljc2FyhB9cSWfYfzRUBKyCVgEzLPbQQ==\n\
            -----END CERTIFICATE-----",
        good_example: "Issuer: CN = ca.example.org\n\
            Subject: CN = www.example.org\n\
            Signature Algorithm: ecdsa-with-SHA256\n\
            -----BEGIN CERTIFICATE-----\n\
            MIIBGjCBwgICEAIwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOY2EuZXhhbXBsZS5v\n\
            cmcwHhcNMjYxMTI4MDMzMTMyWhcNMjcwMjI1MDMzMTMyWjAaMRgwFgYDVQQDDA93\n\
            d3cuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARXdhorBEHv\n\
            NT3eNsPRGw0MRhMKzE1A2Y454w9TPFvNPN6bzFeIaUVqOGA8GWoOItTNEAHbHhxS\n\
            tU4MwUXDdkNUMAoGCCqGSM49BAMCA0cAMEQCIHW74qawTgxjNSLgbff9mib18aAx\n\
            DYJ5SITuSJI1xd4HAiABgwrvyXWNVZu1ZmEUf8HWLpoZXxbRFXJuWDZCMJoMPA==\n\
            -----END CERTIFICATE-----",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::High, "the hash is one of prohibited-hashes"),
        (Severity::Medium, "the signature is made with DSA"),
        (
            Severity::Low,
            "only the mask generation function of RSASSA-PSS has such a hash; whatever is found in test data (purpose = fixture)",
        ),
    ];

    const UNDETERMINED: &str = "the algorithm is none that the policy recognises";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Certificate> for CertificateAlgorithm {
    fn judge(&self, certificate: &Certificate, _: &Scan, findings: &mut Findings) {
        let Certificate { signature_algorithm: algorithm, signature_hash: hash, attributes, .. } = certificate;
        if !certificate.authority || !certificate.self_issued || self.settings.judge_roots {
            self.judge_signature(
                &Signed { fact: certificate, what: "certificate", algorithm, hash, attributes },
                findings,
            );
        }
    }
}

impl Judge<RevocationList> for CertificateAlgorithm {
    fn judge(&self, list: &RevocationList, _: &Scan, findings: &mut Findings) {
        let RevocationList { signature_algorithm: algorithm, signature_hash: hash, attributes, .. } = list;
        self.judge_signature(&Signed { fact: list, what: "revocation list", algorithm, hash, attributes }, findings);
    }
}

/// What is signed, and how.
struct Signed<'a> {
    fact: &'a dyn Fact,
    what: &'static str,
    algorithm: &'a str,
    hash: &'a str,
    attributes: &'a [(String, String)],
}

impl CertificateAlgorithm {
    fn judge_signature(&self, signed: &Signed<'_>, findings: &mut Findings) {
        let Signed { fact, what, algorithm, hash, .. } = *signed;
        if self.allows(algorithm, hash) {
            return;
        }
        if self.prohibits(hash) {
            report(fact, Severity::High, format!("the {what} is signed over {hash} ({algorithm})"), findings);
        } else if is_dsa(algorithm) {
            let message = format!("the {what} is signed with DSA ({algorithm}), which FIPS 186-5 withdrew");
            report(fact, Severity::Medium, message, findings);
        } else if !is_recognised(algorithm, hash) && !is_unknown(fact) {
            let of = if hash.is_empty() { String::new() } else { format!(" over {hash}") };
            findings
                .undetermined(format!("the signature algorithm {algorithm}{of} is not recognised by the policy"))
                .at("signature-algorithm")
                .remedy("if the policy recognises the algorithm, add it to the setting allow of certificate-algorithm");
        } else if let Some(mgf1) = signed.mgf1_hash().filter(|mgf1| self.prohibits(mgf1) && is_live(fact)) {
            let message = format!("the {what} is signed over {hash}, with a mask generation function over {mgf1}");
            report(fact, Severity::Low, message, findings);
        }
    }

    fn allows(&self, algorithm: &str, hash: &str) -> bool {
        self.settings.allow.iter().any(|allowed| allowed == algorithm || !hash.is_empty() && allowed == hash)
    }

    fn prohibits(&self, hash: &str) -> bool {
        self.settings.prohibited_hashes.iter().any(|prohibited| prohibited == hash)
    }
}

impl Signed<'_> {
    /// The hash of the mask generation function, if it differs from that of the signature.
    fn mgf1_hash(&self) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == "mgf1-hash").map(|(_, hash)| hash.as_str())
    }
}

/// Recommendations beyond the policy do not apply to the certificates of others, nor to test data.
fn is_live(fact: &dyn Fact) -> bool {
    !matches!(fact.context().purpose, Purpose::TrustStore | Purpose::Fixture)
}

fn report(fact: &dyn Fact, severity: Severity, message: String, findings: &mut Findings) {
    findings.violation(message).severity(fact.context().weigh(severity)).at("signature-algorithm");
}

/// DSA by any of OpenSSL's names for its signatures: `dsaWithSHA1`, `dsaWithSHA1-old`, `dsa_with_SHA256`.
fn is_dsa(algorithm: &str) -> bool {
    algorithm.starts_with("dsa")
}

/// Whether the algorithm is RSA or ECDSA with a recognised hash, or includes its hash. The hash counts only if the
/// algorithm is known, so that an unknown algorithm does not pass because of its hash.
fn is_recognised(algorithm: &str, hash: &str) -> bool {
    if hash.is_empty() {
        return HASH_INSIDE.iter().any(|name| algorithm.starts_with(name));
    }
    let family = algorithm.ends_with("WithRSAEncryption")
        || algorithm.starts_with("ecdsa")
        || algorithm.starts_with("rsassa")
        || algorithm.starts_with("RSA-");
    family && RECOGNISED_HASHES.contains(&hash)
}

/// Whether the host will report by itself that the algorithm or its hash is unknown.
fn is_unknown(fact: &dyn Fact) -> bool {
    ["signature-algorithm", "signature-hash"].iter().any(|field| fact.unknown(field).is_some())
}

#[cfg(test)]
mod tests;
