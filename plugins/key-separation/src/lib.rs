//! The rule `key-separation` (S7): private keys are not stored with the data that they decrypt. Whether keys lie in
//! files at all is judged by `plaintext-key`.

use keyreeve_rule::{About, EncryptedItem, Findings, Judge, Opener, Rule, Scan, Severity};

keyreeve_rule::rule!(KeySeparation: encrypted_data);

/// The rule, which has no settings.
pub struct KeySeparation;

impl Rule for KeySeparation {
    type Settings = ();

    const ABOUT: About = About {
        title: "private keys are not stored with the data that they decrypt",
        statement: "S7",
        rationale: "Encryption at rest protects from whoever gets the data without the key: a backup, a stolen disk, a clone of a repository. Where both lie \
            together, whoever gets the one has the other, and the data are as good as in clear (NIST SP 800-57 part 1 revision 5, section 6.2; \
            OWASP Cryptographic Storage, separation of keys and data). A key matches if the data name it among their recipients; a key beside \
            the data counts if it is of the form that opens such data: a Rails master key beside credentials, the password of ansible-vault, an RSA key \
            beside eyaml values that no certificate of the scan explains.",
        severity: Severity::Critical,
        reads: &["encrypted-data.openers"],
        remedy: "keep the key in a key management service or key vault, away from the data, and encrypt the data anew under a new key",
        bad_example: "# config/credentials.yml.enc\n\
            7o2zCDuCDnBJXJMvFPeJgBAggIxy2GjQZFi7iuQ79qJIu+9nqW3oXzr9/jUnb0nuhMVhkWTl6sgSlbFx--DVOGG7h+RazLV3cT--FXsZ5oV0V0Po47oHd3sMOg==\n\
            # config/master.key\n\
            0602d845d74f1aa8a15d9c4cc502fe92",
        good_example: "# config/credentials.yml.enc\n\
            7o2zCDuCDnBJXJMvFPeJgBAggIxy2GjQZFi7iuQ79qJIu+9nqW3oXzr9/jUnb0nuhMVhkWTl6sgSlbFx--DVOGG7h+RazLV3cT--FXsZ5oV0V0Po47oHd3sMOg==\n\
            # config/deploy.yml: the environment of the machine has the key\n\
            env:\n  \
            secret:\n    \
            - RAILS_MASTER_KEY",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::Critical, "a plaintext key in the scan is known to decrypt the data"),
        (Severity::High, "a plaintext key lies beside the data and is of the form that decrypts them"),
        (Severity::Low, "such a key is under a passphrase; whatever is found in test data (purpose = fixture)"),
    ];

    fn new((): ()) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Judge<EncryptedItem> for KeySeparation {
    /// Adds one finding at the data, as serious as the most serious key, with every key that counts beside it.
    fn judge(&self, item: &EncryptedItem, _: &Scan, findings: &mut Findings) {
        let judged = item.openers.iter().map(severity);
        let Some((position, worst)) = judged.clone().enumerate().filter_map(|(at, one)| Some((at, one?))).reduce(worse)
        else {
            return;
        };
        let mut finding = findings.violation(message(&item.openers[position])).severity(item.context.weigh(worst));
        for (position, _) in judged.enumerate().filter(|(_, severity)| severity.is_some()) {
            finding = finding.related_item("openers", position);
        }
    }
}

/// How serious it is that a key is where it is. Returns `None` for a key that neither matches nor lies beside the data.
fn severity(opener: &Opener) -> Option<Severity> {
    match (opener.matches || opener.beside, opener.plaintext, opener.matches) {
        (false, ..) => None,
        (_, false, _) => Some(Severity::Low),
        (_, true, true) => Some(Severity::Critical),
        (_, true, false) => Some(Severity::High),
    }
}

/// The more serious of two, or the first if they are equal.
fn worse(one: (usize, Severity), other: (usize, Severity)) -> (usize, Severity) {
    let rank = |severity: Severity| match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    };
    if rank(other.1) > rank(one.1) { other } else { one }
}

fn message(opener: &Opener) -> String {
    let form = if opener.matches { "that decrypts them" } else { "of the form that decrypts them" };
    // The label of a key under a passphrase already says so.
    let plaintext = if opener.plaintext { " in plaintext" } else { "" };
    let elsewhere = if opener.beside { "" } else { ", elsewhere in the tree" };
    format!("the data are stored with a key {form}: {}{plaintext}{elsewhere}", opener.label)
}

#[cfg(test)]
mod tests;
