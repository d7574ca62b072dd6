//! The rule `plaintext-key` (S6): private keys are kept in key vaults, not in files. The size and origin of the keys,
//! and how well a passphrase protects them, are judged by other rules.

use keyreeve_rule::{About, Fact, Findings, Judge, Key, Protection, Purpose, Role, Rule, Scan, Severity};

keyreeve_rule::rule!(PlaintextKey: keys);

/// There is nothing to set.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {}

/// The rule.
pub struct PlaintextKey;

impl Rule for PlaintextKey {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "private keys are kept in key vaults",
        statement: "S6",
        rationale: "Whoever reads a file with a private key in plaintext has the key, and so does everyone who ever had a copy: in a \
            repository, in its clones, in backups and images. That holds for keys of every form: PEM and DER, SSH and PuTTY, OpenPGP, age, JSON Web Keys, \
            WireGuard, key stores, and symmetric and session keys as well. A passphrase delays that by as much as guessing it costs (`deprecated-algorithm` says where that \
            is little). It is no key vault: nobody sees who uses the key, and it cannot be taken back. A key that is printed in a standard or in \
            documentation protects nothing, and is no secret; where a certificate in use has it, everybody can use that.",
        severity: Severity::Critical,
        reads: &["keys.protection"],
        remedy: "make a new key in a key vault or hardware module and revoke this one; deleting the file leaves it in the history",
        bad_example: "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEII5ydudR08mPLNGGZw+KpnpGQv6FAyNC9qaPh43POw4f\n\
            -----END PRIVATE KEY-----",
        good_example: "ssl_certificate_key \"engine:pkcs11:pkcs11:token=vault;object=www\";",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::Critical, "the key is in plaintext; or it is a published one, and a certificate in use has it"),
        (
            Severity::Low,
            "it is encrypted under a passphrase, but in no vault; in plaintext in test data (purpose = fixture); a published test key",
        ),
    ];

    const UNDETERMINED: &str = "how a private key is protected is not stated";

    fn new(_: Settings) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Judge<Key> for PlaintextKey {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        if key.role != Role::Private || key.unknown("protection").is_some() {
            return;
        }
        let what = what(key);
        match key.protection {
            Protection::Plaintext => plaintext(key, what, findings),
            // Test data under a passphrase is obviously test data.
            Protection::Passphrase if key.context.purpose == Purpose::Fixture => {}
            Protection::Passphrase => {
                let message = format!("{what} is encrypted under a passphrase, but not kept in a key vault");
                findings.violation(message).severity(Severity::Low).at("encryption");
            }
            Protection::Hardware => {}
            Protection::NotNeeded => {
                findings.undetermined(format!("how {what} is protected is not stated")).at("protection");
            }
        }
    }
}

fn plaintext(key: &Key, what: &str, findings: &mut Findings) {
    let attribute = |name: &str| key.public.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let (severity, message) = match (attribute("published"), attribute("in-use")) {
        (None, _) => (key.context.weigh(Severity::Critical), format!("{what} is in plaintext")),
        (Some(place), None) => (Severity::Low, format!("{what} is a published test key, printed in {place}")),
        (Some(place), Some(count)) => {
            let (certificates, have) = if count == "1" { ("certificate", "has") } else { ("certificates", "have") };
            let message = format!(
                "{what} is a published test key, printed in {place}, and {count} live {certificates} of the scan {have} it"
            );
            (Severity::Critical, message)
        }
    };
    findings.violation(message).severity(severity).at("protection");
}

/// What a finding calls the key.
fn what(key: &Key) -> &'static str {
    match (key.format.as_str(), key.public.algorithm.as_str()) {
        ("TLS session", _) => "the secret of a TLS session",
        (_, "symmetric") => "the symmetric key",
        _ => "the private key",
    }
}

#[cfg(test)]
mod tests;
