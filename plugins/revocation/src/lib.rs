//! The rule `revocation` (S4): clients can learn whether a certificate was revoked, and revocation lists are up to
//! date. Whether an address answers is not checked: a rule has no network.

use keyreeve_rule::date::{date, whole_days};
use keyreeve_rule::{
    About, Certificate, Context, Days, Fact, Findings, Judge, Purpose, RevocationList, Rule, Scan, Severity,
};

keyreeve_rule::rule!(Revocation: certificates, revocation_lists);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// A certificate that is valid for no longer than this needs no revocation: it expires before anybody would hear of
    /// one.
    #[setting(default = Days(7))]
    pub short_lived: Days,
    /// Whether a certificate is reported that says nothing of how its revocation can be learnt.
    #[setting(default = true)]
    pub judge_missing: bool,
}

/// The rule with its settings.
pub struct Revocation {
    settings: Settings,
}

impl Rule for Revocation {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "certificates can be revoked, and whoever relies on one can learn of it",
        statement: "S4",
        rationale: "Revocation ends the life of a key that leaked before its certificate expires. That works only if clients can ask: at a \
            CRL distribution point or an OCSP responder that the certificate names (RFC 5280, sections 4.2.1.13 and 4.2.2.1). An address \
            on localhost, in a directory without a host, or in a scheme that clients do not speak answers nobody. Certificates of at \
            most seven days need neither (CA/Browser Forum baseline requirements, section 1.6.1), nor do those that say so (RFC 9608). \
            A list that is past its nextUpdate no longer says who is revoked.",
        severity: Severity::Medium,
        reads: &[
            "certificates.attributes.revocation",
            "certificates.self-issued",
            "certificates.not-before",
            "certificates.not-after",
            "revocation-lists.this-update",
            "revocation-lists.next-update",
        ],
        remedy: "have the certificate issued anew with the address of a CRL or an OCSP responder, or for seven days at most",
        bad_example: "Issuer: CN = ca.example.org\n\
            Subject: CN = www.example.org\n\
            X509v3 CRL Distribution Points: URI:http://localhost/ca.crl\n\
            -----BEGIN CERTIFICATE-----\n\
            MIIBjzCCATWgAwIBAgICEAMwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOY2EuZXhh\n\
            bXBsZS5vcmcwHhcNMjYxMTI4MDMzMTMyWhcNMjcwMjI1MDMzMTMyWjAaMRgwFgYD\n\
            VQQDDA93d3cuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATs\n\
            N+ToRBJMz9v3uj/kf74MMeyvfx1CTUK6ORtOFP6LDczkk99kJGUFJ6v7OZ15QMM4\n\
            8aInDOyfljYkweVD7qlgo2wwajAoBgNVHR8EITAfMB2gG6AZhhdodHRwOi8vbG9j\n\
            YWxob3N0L2NhLmNybDAdBgNVHQ4EFgQUJzOaBRznHup7YmeI7WnFzqiJjpQwHwYD\n\
            VR0jBBgwFoAUC+oAqyKWUm1oSlc/ftRG8UtTD/AwCgYIKoZIzj0EAwIDSAAwRQIh\n\
            AMbDHOeY1d97pU2Zonm0Yd9b9DAOyY2x9L5PkqwXX4MSAiBTiGPdiXKG5FJ/wuzq\n\
            GgVOZ1orlqniJjIxo/OCz9aE/g==\n\
            -----END CERTIFICATE-----",
        good_example: "Issuer: CN = ca.example.org\n\
            Subject: CN = www.example.org\n\
            X509v3 CRL Distribution Points: URI:http://crl.example.org/ca.crl\n\
            -----BEGIN CERTIFICATE-----\n\
            MIIBlDCCATugAwIBAgICEAQwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOY2EuZXhh\n\
            bXBsZS5vcmcwHhcNMjYxMTI4MDMzMTMyWhcNMjcwMjI1MDMzMTMyWjAaMRgwFgYD\n\
            VQQDDA93d3cuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQh\n\
            D4vtN0OiirX/qs/4vlYlqodNK+mFT4kjr71PHCjJyqijd0Y+GRqcKvQctxs5AsAE\n\
            jHMWUCOBCuDZpDMU34GUo3IwcDAuBgNVHR8EJzAlMCOgIaAfhh1odHRwOi8vY3Js\n\
            LmV4YW1wbGUub3JnL2NhLmNybDAdBgNVHQ4EFgQUIiNSmBHMf/ThVME7yrZGEZdK\n\
            d64wHwYDVR0jBBgwFoAUC+oAqyKWUm1oSlc/ftRG8UtTD/AwCgYIKoZIzj0EAwID\n\
            RwAwRAIgAhJ7k95L4buBxkUB3PTvTiDuN4Frix0ZiqsxADE+lgcCIEla2RT+3G1a\n\
            D1LW5Af6UagVzcALaJeV3DHoB5w96WyU\n\
            -----END CERTIFICATE-----",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::High, "the certificate is on a revocation list of the scan"),
        (Severity::Medium, "a revocation list is past its nextUpdate"),
        (
            Severity::Low,
            "a certificate names no address, or none that a client can ask; a revocation list says no nextUpdate, or begins later; whatever is found in test data (purpose = fixture)",
        ),
    ];

    const UNDETERMINED: &str = "an extension that tells how revocation can be learnt, or a date, cannot be read";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Certificate> for Revocation {
    fn judge(&self, certificate: &Certificate, scan: &Scan, findings: &mut Findings) {
        if let Some(revoked) = attribute(certificate, "revoked") {
            let when = revoked.parse().map(|time| format!(" on {}", date(time))).unwrap_or_default();
            findings
                .violation(format!("the certificate was revoked{when}"))
                .severity(certificate.context.weigh(Severity::High))
                .remedy("take the certificate and its key out of use, and put new ones in their place")
                .related("revoked");
        } else if self.settings.judge_missing && self.needs(certificate, scan) {
            judge_addresses(certificate, findings);
        }
    }
}

impl Judge<RevocationList> for Revocation {
    fn judge(&self, list: &RevocationList, scan: &Scan, findings: &mut Findings) {
        if list.unknown("next-update").is_some() || list.unknown("this-update").is_some() {
            return;
        }
        let (severity, message) = match list.next_update {
            Some(next) if next < scan.as_of => {
                (Severity::Medium, format!("the revocation list was to be replaced by {}", date(next)))
            }
            _ if list.this_update >= scan.as_of + keyreeve_rule::date::DAY => {
                (Severity::Low, format!("the revocation list is only from {} on", date(list.this_update)))
            }
            None => (Severity::Low, "the revocation list does not say when the next one comes".to_owned()),
            Some(_) => return,
        };
        findings
            .violation(message)
            .severity(list.context.weigh(severity))
            .remedy("fetch or issue the current list, with a nextUpdate (RFC 5280, section 5.1.2.5)");
    }
}

impl Revocation {
    /// Whether anybody has to learn of the revocation of a certificate. That is not so for one that vouches for itself,
    /// which is removed from trust stores instead; for one that has expired or soon will have; and for test data and
    /// the certificates of others.
    fn needs(&self, certificate: &Certificate, scan: &Scan) -> bool {
        let Certificate { not_before, not_after, self_issued, .. } = certificate;
        let is_known = ["attributes.revocation", "self-issued", "not-before", "not-after"]
            .iter()
            .all(|field| certificate.unknown(field).is_none());
        is_known
            && asks_more(&certificate.context)
            && !self_issued
            && *not_after >= scan.as_of
            && whole_days(*not_before, *not_after) > self.settings.short_lived.count()
    }
}

/// Compares the words of the attribute `revocation` with what a client needs.
fn judge_addresses(certificate: &Certificate, findings: &mut Findings) {
    let words: Vec<&str> = attribute(certificate, "revocation").unwrap_or_default().split(' ').collect();
    let says = |word: &str| words.contains(&word);
    if says("no-rev-avail") || says("ocsp-no-check") {
        return;
    }
    let message = match (says("crl"), says("ocsp")) {
        (_, true) => return,
        (true, false) if says("must-staple") => {
            "the certificate asks for a stapled OCSP response, and names no responder that a client can ask"
        }
        (true, false) => return,
        (false, false) if says("crl-unusable") || says("ocsp-unusable") => {
            "the certificate names only addresses for its revocation that no client can ask"
        }
        (false, false) => "the certificate does not say how its revocation can be learnt",
    };
    findings.violation(message).severity(Severity::Low).at("attributes.revocation");
}

/// Recommendations do not apply to the certificates of others, nor to test data.
fn asks_more(context: &Context) -> bool {
    !matches!(context.purpose, Purpose::TrustStore | Purpose::Fixture)
}

fn attribute<'a>(certificate: &'a Certificate, name: &str) -> Option<&'a str> {
    certificate.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests;
