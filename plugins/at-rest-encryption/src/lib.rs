//! The rule `at-rest-encryption` (S2): data at rest are encrypted with AES-256 or its equivalent. Not how a key is made of a passphrase, and not
//! where keys are kept.

mod cipher;

use cipher::Standing;
use keyreeve_rule::{About, EncryptedItem, Fact, Findings, Judge, Rule, Scan, Severity};

keyreeve_rule::rule!(AtRestEncryption: encrypted_data);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Ciphers, as facts call them, that pass besides those that are AES-256 or its equivalent: `twofish-256-cbc`, `aes-128-gcm`.
    #[setting(default = vec![])]
    pub allow_ciphers: Vec<String>,
    /// Formats, as facts call them, that pass whatever cipher they state: `age`, `KeePass`. One that states none stays undetermined.
    #[setting(default = vec![])]
    pub allow_formats: Vec<String>,
}

/// The rule with its settings.
pub struct AtRestEncryption {
    settings: Settings,
}

impl Rule for AtRestEncryption {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "data at rest are encrypted with AES-256 or its equivalent",
        statement: "S2",
        rationale: "A cipher of 256 bits (AES-256 of FIPS 197, ChaCha20-Poly1305 of RFC 8439, Camellia, ARIA) leaves a margin that 128 bits do not: \
            NIST IR 8547 keeps AES-256 for what must hold against quantum computers, and CNSA 2.0 knows no other. Blocks of 64 bits (DES, 3DES, \
            Blowfish, CAST5, IDEA, RC2) give away data after some gigabytes (Sweet32), and SP 800-131A withdrew 3DES after 2023; the cipher of \
            PKZIP falls to a few known bytes. ECB shows which blocks are equal. Without authentication, CBC and CTR let an attacker change what is \
            decrypted and nobody notices. XTS takes two keys, so that AES-256-XTS has 512 bits and one of 256 is AES-128 (IEEE 1619, SP 800-38E). \
            age derives everything from a file key of 128 bits.",
        severity: Severity::High,
        reads: &["encrypted-data.cipher", "encrypted-data.key-bits", "encrypted-data.authenticated"],
        remedy: "encrypt the data anew with AES-256-GCM or ChaCha20-Poly1305 under a key of 256 bits",
        bad_example: "zip -e backup.zip dump.sql",
        good_example: "sops encrypt --kms arn:aws:kms:eu-central-1:111122223333:key/example secrets.yaml",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (
            Severity::High,
            "the key has fewer than 256 bits, the cipher is a broken or deprecated one, or its mode is ECB",
        ),
        (
            Severity::Low,
            "AES-256 in a mode that notices no change, Twofish or Serpent, XTS with a key of 256 bits, the file key of age; whatever is found in \
             test data (purpose = fixture)",
        ),
    ];

    const UNDETERMINED: &str = "the cipher is none that the policy recognises";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<EncryptedItem> for AtRestEncryption {
    fn judge(&self, item: &EncryptedItem, _: &Scan, findings: &mut Findings) {
        let Settings { allow_ciphers, allow_formats } = &self.settings;
        if item.cipher.is_empty() || allow_ciphers.contains(&item.cipher) || allow_formats.contains(&item.format) {
            return;
        }
        let key_bits = if item.unknown("key-bits").is_none() { Some(item.key_bits) } else { None };
        match cipher::standing(item, key_bits) {
            Standing::Recognised => {}
            Standing::Weak(severity, reason) => {
                findings.violation(reason).severity(item.context.weigh(severity)).at("cipher");
            }
            Standing::Unheard => {
                findings
                    .undetermined(format!("the cipher {} is not recognised by the policy", item.cipher))
                    .at("cipher");
            }
        }
    }
}

#[cfg(test)]
mod tests;
