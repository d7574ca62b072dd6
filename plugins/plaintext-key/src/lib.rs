//! The rule `plaintext-key` (S6): private keys are kept in key vaults, not in files. Not the size or the origin of the keys.

mod protection;

use keyreeve_rule::{About, Encryption, Fact, Findings, Judge, Key, Protection, Purpose, Role, Rule, Scan, Severity};

keyreeve_rule::rule!(PlaintextKey: keys);

/// Below these a passphrase is cheap to guess.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Fewest iterations of PBKDF2.
    #[setting(default = 10000)]
    pub pbkdf2_minimum: u32,
    /// Least cost N of scrypt.
    #[setting(default = 16384)]
    pub scrypt_minimum: u32,
    /// Fewest rounds of bcrypt.
    #[setting(default = 16)]
    pub bcrypt_minimum: u32,
}

/// The rule with its settings.
pub struct PlaintextKey {
    settings: Settings,
}

impl Rule for PlaintextKey {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "private keys are kept in key vaults",
        statement: "S6",
        rationale: "Whoever reads a file with a private key in plaintext has the key, and so does everyone who ever had a copy: in a \
            repository, in its clones, in backups and images. A passphrase delays that by as much as guessing it costs. PEM's own \
            encryption (RFC 1421 as OpenSSL writes it) asks for one round of MD5 a guess; PBES1 and PKCS#12's schemes rest on DES, \
            RC2, RC4 or 3DES; of PBES2 (RFC 8018), scrypt (RFC 7914) and bcrypt the number of iterations decides, for which NIST \
            SP 800-63B asks for at least 10,000 of PBKDF2. None of them is a key vault: nobody sees who uses the key, and it cannot be taken back.",
        severity: Severity::Critical,
        reads: &["keys.protection", "keys.encryption"],
        remedy: "make a new key in a key vault or hardware module and revoke this one; deleting the file leaves it in the history",
        bad_example: "-----BEGIN PRIVATE KEY-----",
        good_example: "ssl_certificate_key \"engine:pkcs11:pkcs11:token=vault;object=www\";",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::Critical, "the key is in plaintext"),
        (Severity::High, "it is encrypted with a broken cipher: DES, RC2, RC4"),
        (
            Severity::Medium,
            "a passphrase is cheap to guess: a deprecated scheme, cipher or function, or too few iterations",
        ),
        (Severity::Low, "it is well encrypted, but in no vault; in plaintext in test data (purpose = fixture)"),
    ];

    const UNDETERMINED: &str = "how a private key is protected is not stated";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Key> for PlaintextKey {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        if key.role != Role::Private || key.unknown("protection").is_some() {
            return;
        }
        match (key.protection, &key.encryption) {
            (Protection::Plaintext, _) => {
                findings
                    .violation("the private key is in plaintext")
                    .severity(key.context.weigh(Severity::Critical))
                    .at("protection");
            }
            // Test data under a passphrase is test data that nobody took for more.
            (Protection::Passphrase, _) if key.context.purpose == Purpose::Fixture => {}
            (Protection::Passphrase, Some(encryption)) => self.judge_encryption(key, encryption, findings),
            (Protection::Passphrase, None) => report(Severity::Low, None, findings),
            (Protection::Hardware, _) => {}
            (Protection::NotNeeded, _) => {
                findings.undetermined("how the private key is protected is not stated").at("protection");
            }
        }
    }
}

impl PlaintextKey {
    fn judge_encryption(&self, key: &Key, encryption: &Encryption, findings: &mut Findings) {
        match protection::weakness(key, encryption, &self.settings) {
            Some((severity, reason)) => report(severity, Some(reason), findings),
            None => report(Severity::Low, None, findings),
        }
    }
}

fn report(severity: Severity, weakness: Option<String>, findings: &mut Findings) {
    let mut message = String::from("the private key is encrypted under a passphrase, but not kept in a key vault");
    if let Some(weakness) = weakness {
        message = [message, weakness].join("; ");
    }
    findings.violation(message).severity(severity).at("encryption");
}

#[cfg(test)]
mod tests;
