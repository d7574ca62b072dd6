//! The rule `at-rest-encryption` (S2): data at rest are encrypted with AES-256 or its equivalent. How a key is derived
//! from a passphrase, and where keys are kept, is judged by other rules.

mod cipher;

use cipher::Standing;
use keyreeve_rule::{About, EncryptedItem, Fact, Findings, Judge, Rule, Scan, Severity};

keyreeve_rule::rule!(AtRestEncryption: encrypted_data);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Ciphers, as facts call them, that pass besides those that are AES-256 or its equivalent: `twofish-256-cbc`,
    /// `aes-128-gcm`.
    #[setting(default = vec![])]
    pub allow_ciphers: Vec<String>,
    /// Formats, as facts call them, that pass whatever cipher they state: `age`, `KeePass`. One that states none stays
    /// undetermined.
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
        bad_example: "# Fernet is AES-128-CBC\n\
            TOKEN=gAAAAABqsTuAW-YNos0keI8h2kAVCNnui9rn8vLVZ2ahOHoohZ1FM2HlZJe-6_f0eqpoImrB1K7kF13AK--_D8h98pLnv3Q-jw==",
        good_example: "$ANSIBLE_VAULT;1.1;AES256\n\
            63626463643738663032346364326535313935313132663036663661626136646135636239666631\n\
            3431313532323061376439353237353837366535373666350a333464626663333539336136313831\n\
            61333361646237643931643036653833633362636335643165663866363032393538656536326130\n\
            3464376166323335370a653037616139306438303262313565366665383066333633323132353331\n\
            31376366666332303238633363306333623761323864383835373661356634616231",
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
