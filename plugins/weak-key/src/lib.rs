//! The rule `weak-key` (S5): nobody can compute or look up the private half of a key. Not how long the key is, which is
//! the affair of `key-size`: the keys found here are broken in any length.

use keyreeve_rule::{About, Certificate, Context, Findings, Judge, Key, PublicKey, Purpose, Rule, Scan, Severity};

keyreeve_rule::rule!(WeakKey: certificates, keys);

/// So many of the keys that share a factor have their places among the parts of a fact.
const NAMED: usize = 8;

/// What may be published all the same.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Publications whose keys pass as long as no certificate in use has them, as findings name them: `Vagrant,
    /// keys/vagrant`.
    #[setting(default = vec![])]
    pub allow_published: Vec<String>,
}

/// The rule with its settings.
pub struct WeakKey {
    settings: Settings,
}

impl Rule for WeakKey {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "nobody can compute or look up the private half of a key",
        statement: "S5",
        rationale: "A key that was generated insecurely shows it in its public half. Factors that lie close to each other are found by \
            Fermat's method (CVE-2022-26320; the Baseline Requirements of the CA/Browser Forum, section 6.1.1.3, ask for 100 rounds), a factor that \
            two keys share by one greatest common divisor (Heninger and others, Mining your Ps and Qs, 2012), the keys of \
            CVE-2017-15361 by their form (Nemec and others, The Return of Coppersmith's Attack, 2017), a small private exponent by a continued \
            fraction (Wiener, 1990), numbers with few bits set by a polynomial. SP 800-89 and SP 800-56A, section 5.6.2.3, say what must hold of the \
            numbers of a sound key. And of keys from standards, documentation and firmware everybody has the private half: badkeys \
            (https://badkeys.info) collects them.",
        severity: Severity::Critical,
        reads: &["certificates.key", "keys.public"],
        remedy: "generate a new key with a current library on a machine with good random numbers, and revoke this one",
        bad_example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y vagrant insecure public key",
        good_example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMcc6seBj86fJ7RCk8HGPEMNV69hMuHiz6GLviCdAqEJ backup@example.org",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (
            Severity::Critical,
            "the private half can be computed at once, or looked up: close or shared factors, a published factor, a small private exponent, \
             a blocklist; a published key that a certificate in use has, or that a trust store trusts",
        ),
        (
            Severity::High,
            "the key has the form of ROCA, a small factor or a sparse prime, or its numbers are those of no sound key",
        ),
        (
            Severity::Low,
            "a published key that no certificate in use has; whatever is found in test data (purpose = fixture)",
        ),
    ];

    const UNDETERMINED: &str = "the numbers of the key are too long to be looked at, or cannot be read";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Certificate> for WeakKey {
    fn judge(&self, certificate: &Certificate, _: &Scan, findings: &mut Findings) {
        let trusted = certificate.context.purpose == Purpose::TrustStore;
        self.judge_key(
            &Subject { field: "key", key: &certificate.key, context: &certificate.context, trusted },
            findings,
        );
    }
}

impl Judge<Key> for WeakKey {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        self.judge_key(&Subject { field: "public", key: &key.public, context: &key.context, trusted: false }, findings);
    }
}

/// A public key in a fact of either kind.
struct Subject<'a> {
    /// The field of the fact that holds the key.
    field: &'static str,
    key: &'a PublicKey,
    context: &'a Context,
    /// Whether others are trusted because this key signed for them.
    trusted: bool,
}

impl Subject<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.key.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl WeakKey {
    fn judge_key(&self, subject: &Subject<'_>, findings: &mut Findings) {
        for (name, value) in &subject.key.attributes {
            match name.as_str() {
                "published" => self.judge_published(subject, value, findings),
                "shared-factor" => judge_shared(subject, value, findings),
                "unexamined" => {
                    findings
                        .undetermined(format!("whether the key is weak is not known: {value}"))
                        .at(subject.field)
                        .topic(name)
                        .remedy("generate a new key of an ordinary form, such as Ed25519");
                }
                name => {
                    if let Some((severity, message)) = weakness(name, value, &subject.key.algorithm) {
                        let severity = subject.context.weigh(severity);
                        findings.violation(message).severity(severity).at(subject.field).topic(name);
                    }
                }
            }
        }
    }

    /// A key whose private half is printed somewhere: harmless until somebody uses it.
    fn judge_published(&self, subject: &Subject<'_>, source: &str, findings: &mut Findings) {
        let in_use = subject.attribute("in-use");
        let message = match in_use {
            Some("1") => {
                format!("the private half of the key is published in {source}, and a certificate in use has it")
            }
            Some(count) => {
                format!("the private half of the key is published in {source}, and {count} certificates in use have it")
            }
            None if subject.trusted => format!("the private half of a trusted key is published in {source}"),
            None => format!("the key is a published test key: its private half is in {source}"),
        };
        let is_relied_on = in_use.is_some() || subject.trusted;
        if !is_relied_on && self.settings.allow_published.iter().any(|allowed| allowed == source) {
            return;
        }
        let severity = if is_relied_on { subject.context.weigh(Severity::Critical) } else { Severity::Low };
        let finding = findings.violation(message).severity(severity).at(subject.field).topic("published");
        if !is_relied_on {
            finding.remedy(
                "keep it out of use, and where it is test data, say so in a scope of keyreeve.toml (purpose = fixture)",
            );
        }
    }
}

/// How serious it is by itself, and what is to be said of it; nothing for an attribute that is no weakness.
fn weakness(name: &str, value: &str, algorithm: &str) -> Option<(Severity, String)> {
    Some(match (name, value) {
        ("fermat", "0") => (Severity::Critical, "the modulus is a square, and its root is the private key".to_owned()),
        ("fermat", rounds) => {
            let plural = if rounds == "1" { "" } else { "s" };
            let found = format!("that Fermat's method finds them in {rounds} round{plural}");
            (Severity::Critical, format!("the factors of the modulus lie so close to each other {found}"))
        }
        ("known-factor", source) => (Severity::Critical, format!("a factor of the modulus is published: {source}")),
        ("small-private-exponent", bits) => (
            Severity::Critical,
            format!("the private exponent has no more than {bits} bits, and Wiener's attack finds it"),
        ),
        ("low-density", "unnamed") => {
            (Severity::High, "far fewer bits of the modulus are set than chance allows".to_owned())
        }
        ("low-density", pattern) => {
            let message =
                "far fewer bits of the modulus are set than chance allows, in a pattern that lets it be factored";
            (Severity::Critical, format!("{message} ({pattern})"))
        }
        ("blocklist", list) => {
            (Severity::Critical, format!("the key is among those whose private half others have: {list}"))
        }
        ("roca", cve) => {
            (Severity::High, format!("the modulus has the form of ROCA ({cve}), whose factors can be computed"))
        }
        ("small-factor", factor) => {
            (Severity::High, format!("the modulus is divisible by {factor}: it is damaged, or no RSA modulus"))
        }
        ("sparse", _) => {
            let message = "few bits of the key's prime are set, which makes its discrete logarithms easy";
            (Severity::High, message.to_owned())
        }
        ("invalid", what) => (Severity::High, format!("the key is no sound {algorithm} key: {what}")),
        _ => return None,
    })
}

/// Each of two keys that share a factor gives away the other.
fn judge_shared(subject: &Subject<'_>, count: &str, findings: &mut Findings) {
    let others = if count == "1" { "another key".to_owned() } else { format!("{count} other keys") };
    let message =
        format!("the modulus shares a factor with {others} of the scan, from which all their private halves follow");
    let part = [subject.field, ".shared-factor"].concat();
    let named = count.parse().unwrap_or(0).min(NAMED);
    let finding = findings
        .violation(message)
        .severity(subject.context.weigh(Severity::Critical))
        .at(subject.field)
        .topic("shared-factor");
    (0..named).fold(finding, |finding, position| finding.related_item(&part, position));
}

#[cfg(test)]
mod tests;
