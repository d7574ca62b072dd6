//! The rule `deprecated-algorithm` (S3): keys and data are encrypted with current algorithms, and passphrases are
//! costly to guess. Whether a key should be in a file at all, and whether a cipher is strong enough for data at rest,
//! is judged by other rules.

mod weakness;

use keyreeve_rule::{
    About, EncryptedItem, Fact, Findings, Judge, Key, Protection, Purpose, Role, Rule, Scan, Severity,
};

use weakness::{Weakness, Work};

keyreeve_rule::rule!(DeprecatedAlgorithm: encrypted_data, keys);

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
    /// Least cost of Argon2: KiB of memory times passes.
    #[setting(default = 35840)]
    pub argon2_minimum: u32,
    /// Fewest octets that OpenPGP's iterated S2K hashes.
    #[setting(default = 1048576)]
    pub s2k_minimum: u32,
}

/// The rule with its settings.
pub struct DeprecatedAlgorithm {
    settings: Settings,
}

impl Rule for DeprecatedAlgorithm {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "keys and data are encrypted with algorithms of today",
        statement: "S3",
        rationale: "What is encrypted with DES, RC2 or RC4, or in ECB mode, can be read or recognised without the key; 3DES, CAST5, IDEA and \
            Blowfish have blocks of 64 bits (NIST SP 800-131A withdrew 3DES after 2023). Of what rests on a passphrase the key derivation \
            decides: PEM's own encryption (RFC 1421 as OpenSSL writes it) and `openssl enc` ask for one hash a guess, and so do PuTTY's keys \
            before version 3; PBES1 (RFC 8018) and the schemes of PKCS#12 before PBES2 rest on deprecated ciphers; MD5 and SHA-1 are \
            deprecated in every place. Of PBKDF2, scrypt (RFC 7914), bcrypt, Argon2 (RFC 9106) and OpenPGP's iterated S2K (RFC 9580) the cost decides: NIST \
            SP 800-63B asks for at least 10,000 iterations of PBKDF2, OWASP's Password Storage Cheat Sheet for 7 MiB and 5 passes of Argon2id or their equal.",
        severity: Severity::Medium,
        reads: &[
            "encrypted-data.cipher",
            "encrypted-data.iterations",
            "encrypted-data.kdf",
            "encrypted-data.prf",
            "keys.encryption",
        ],
        remedy: "encrypt it anew with AES-256 and a key derivation that is costly to guess: `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000`, \
            `ssh-keygen -p -a 100`, `puttygen --ppk-param version=3`",
        bad_example: "-----BEGIN EC PRIVATE KEY-----\n\
            Proc-Type: 4,ENCRYPTED\n\
            DEK-Info: DES-EDE3-CBC,D2EECE6D2E961C95\n\n\
            VzerlaCrD7hgC0+QH0w1lRv4Cb1tgYIAZebi08jB0SIZ1fidp1IZb6FZC0p3LqjA\n\
            O2gxg0BB1E0BQzR0UVjIPsJz87a9Z6+ZlYVmZ3rymZmuHNvICDHRv8USsQOhVhJm\n\
            dHBoEnpasBMv9JTOskNuJgkLzdyLGRRQKwHLVeSXeV8=\n\
            -----END EC PRIVATE KEY-----",
        good_example: "PuTTY-User-Key-File-3: ssh-ed25519\n\
            Encryption: aes256-cbc\n\
            Comment: deploy@example.org\n\
            Public-Lines: 2\n\
            AAAAC3NzaC1lZDI1NTE5AAAAIBvZV2FKUaeIBkCYA9ei0uWT2IqPIPeQqMOv/K52\n\
            Owmi\n\
            Key-Derivation: Argon2id\n\
            Argon2-Memory: 8192\n\
            Argon2-Passes: 8\n\
            Argon2-Parallelism: 1\n\
            Argon2-Salt: a61f0bd71506091e63050746982004be\n\
            Private-Lines: 1\n\
            RGQ5T7SK0zSvUQjbWrzx5HIZet27Lpr4lWR0iR1GwGOqYKEGT4mfz3CC6GRYr3LS\n\
            Private-MAC: 50a0f412e6c5edce5639459c49cc5b0f1a174a7e355f9034b96b295fa9ec3747",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::High, "the cipher is broken: DES, RC2, RC4, or any in ECB mode"),
        (
            Severity::Medium,
            "a deprecated scheme, cipher or function, or a key derivation that makes the passphrase cheap to guess",
        ),
        (Severity::Low, "the same in test data (purpose = fixture), for encrypted data"),
    ];

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Key> for DeprecatedAlgorithm {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        // Test data under a passphrase is obviously test data.
        let is_protected = key.role == Role::Private && key.protection == Protection::Passphrase;
        let Some(encryption) = key.encryption.as_ref().filter(|_| is_protected) else { return };
        if key.context.purpose == Purpose::Fixture {
            return;
        }
        let known = key.unknown("encryption.iterations").is_none();
        let work = Work { iterations: known.then_some(encryption.iterations), memory: memory(&encryption.attributes) };
        let weakness = weakness::of_broken_cipher(&encryption.cipher)
            .or_else(|| weakness::of_scheme(&encryption.scheme))
            .or_else(|| weakness::of_cipher(&encryption.cipher))
            .or_else(|| weakness::of_derivation(&encryption.kdf, &encryption.prf, work, &self.settings));
        report(
            "the private key is weakly encrypted",
            weakness,
            key.context.weigh(Severity::High),
            "encryption",
            findings,
        );
    }
}

impl Judge<EncryptedItem> for DeprecatedAlgorithm {
    fn judge(&self, item: &EncryptedItem, _: &Scan, findings: &mut Findings) {
        let known = item.unknown("iterations").is_none();
        let work = Work { iterations: known.then_some(item.iterations), memory: memory(&item.attributes) };
        let most = item.context.weigh(Severity::High);
        let of_cipher = weakness::of_broken_cipher(&item.cipher).or_else(|| weakness::of_cipher(&item.cipher));
        let field = if of_cipher.is_some() { "cipher" } else { "kdf" };
        let weakness = of_cipher.or_else(|| weakness::of_derivation(&item.kdf, &item.prf, work, &self.settings));
        report("the data are weakly encrypted", weakness, most, field, findings);
    }
}

/// KiB that a pass of Argon2 takes.
fn memory(attributes: &[(String, String)]) -> Option<u64> {
    let (_, value) = attributes.iter().find(|(name, _)| name == "memory")?;
    value.parse().ok()
}

fn report(what: &str, weakness: Option<Weakness>, most: Severity, field: &str, findings: &mut Findings) {
    if let Some(Weakness { severity, reason }) = weakness {
        findings.violation(format!("{what}: {reason}")).severity(severity.min(most)).at(field);
    }
}

#[cfg(test)]
mod tests;
