//! The rule `key-size` (S5): keys are large enough and their parameters sound. Whether a key is predictable or known to
//! others is not judged here, since its size does not show that.

use keyreeve_rule::{
    About, Certificate, Context, Fact, Findings, Judge, Key, PublicKey, Purpose, Rule, Scan, Severity,
};

keyreeve_rule::rule!(KeySize: certificates, keys);

/// Sizes in bits: below a minimum a key violates the policy, below a recommendation guidance goes further.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// Fewest bits of an RSA modulus.
    #[setting(default = 2048)]
    pub rsa_minimum: u32,
    /// Bits that an RSA modulus should have.
    #[setting(default = 3072)]
    pub rsa_recommended: u32,
    /// Fewest bits of the prime of a Diffie-Hellman or ElGamal key, or of a group for such keys.
    #[setting(default = 2048)]
    pub dh_minimum: u32,
    /// Bits that the prime of a Diffie-Hellman or ElGamal key should have.
    #[setting(default = 3072)]
    pub dh_recommended: u32,
    /// Fewest bits of the order of an elliptic curve.
    #[setting(default = 224)]
    pub ec_minimum: u32,
    /// Bits that the order of an elliptic curve should have.
    #[setting(default = 256)]
    pub ec_recommended: u32,
    /// Fewest bits of the prime of a DSA key before its violation is high instead of medium.
    #[setting(default = 2048)]
    pub dsa_minimum: u32,
    /// Fewest bits of a symmetric key.
    #[setting(default = 128)]
    pub symmetric_minimum: u32,
    /// Algorithms and curves, as facts call them, that pass whatever their size: `DSA`, `1.2.643.7.1.1.1.1`,
    /// `secp224r1`.
    #[setting(default = vec![])]
    pub allow: Vec<String>,
}

/// The rule with its settings.
pub struct KeySize {
    settings: Settings,
}

impl Rule for KeySize {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "keys are large enough, and their parameters sound",
        statement: "S5",
        rationale: "A key that is too small can be computed from its public half: RSA moduli of 829 bits have been factored in \
            public, and NIST SP 800-57 part 1 revision 5 gives 2048 bits no more than 112 bits of strength. 3072 bits (128 bits of strength) is what BSI \
            TR-02102 asks for; 2048 is the floor of the CA/Browser Forum's baseline requirements, section 6.1.5, which also wants a \
            multiple of 8. An even exponent is no RSA key, an exponent of 1 no encryption; SP 800-89 puts sound ones \
            between 2^16+1 and 2^256-1. Symmetric keys below 128 bits are within reach of a search (SP 800-131A). FIPS 186-5 withdrew DSA in every size.",
        severity: Severity::High,
        reads: &["certificates.key", "keys.public"],
        remedy: "generate a new key: Ed25519, an EC key on prime256v1 or larger, or RSA with 3072 bits or more",
        bad_example: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDMbeJQ+9n2TSdSrEz8KwHs9hSh5n7PVpRbcg3IAWM5JuBRXVMBi045WI8vjilEyW2xpvQHhIYg7/0WSiK6Mq5qATYUCyguipundalY4vJp4E2c7R6FdtGeHmPtyUzcGrmAl166lak/1Aar72VQPGJfJUM5hx5+Z/yhQnpGhmfT7w== deploy@example.org",
        good_example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKi1asjH/guv80vRJnLJzoIKtOkJ3dwD3FHeZEAEOzT0 deploy@example.org",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::High, "a key is below the minimum, its RSA exponent is 1 or even, or it is a small DSA key"),
        (Severity::Medium, "a DSA key of any other size"),
        (
            Severity::Low,
            "a key is below what is recommended, its modulus no multiple of 8, its exponent beyond the usual; whatever is found in test data (purpose = fixture)",
        ),
    ];

    const UNDETERMINED: &str =
        "how large a key of its algorithm must be is not known, nor the size of its curve, or the curve has no name";

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

impl Judge<Certificate> for KeySize {
    fn judge(&self, certificate: &Certificate, _: &Scan, findings: &mut Findings) {
        self.judge_key(Subject::new(certificate, "key", &certificate.key), findings);
    }
}

impl Judge<Key> for KeySize {
    fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
        self.judge_key(Subject::new(key, "public", &key.public), findings);
    }
}

/// A public key in a fact of either kind.
struct Subject<'a> {
    fact: &'a dyn Fact,
    context: &'a Context,
    /// The field of the fact that holds the key.
    field: &'static str,
    key: &'a PublicKey,
}

impl<'a> Subject<'a> {
    fn new(fact: &'a dyn Fact, field: &'static str, key: &'a PublicKey) -> Self {
        Self { fact, context: fact.context(), field, key }
    }

    /// The name of a part of the key in the fact: `key.bits`.
    fn part(&self, name: &str) -> String {
        [self.field, ".", name].concat()
    }

    fn is_unknown(&self, name: &str) -> bool {
        !self.fact.unknowns().is_empty()
            && (self.fact.unknown(self.field).is_some() || self.fact.unknown(&self.part(name)).is_some())
    }
}

impl KeySize {
    fn judge_key(&self, subject: Subject<'_>, findings: &mut Findings) {
        let PublicKey { algorithm, curve, .. } = subject.key;
        if self.settings.allow.iter().any(|allowed| allowed == algorithm || allowed == curve) {
            return;
        }
        let settings = &self.settings;
        match algorithm.as_str() {
            "RSA" | "RSASSA-PSS" => self.judge_rsa(&subject, findings),
            "EC" => self.judge_curve(&subject, findings),
            "symmetric" => judge_bits(&subject, settings.symmetric_minimum, settings.symmetric_minimum, findings),
            "DH" | "ElGamal" => judge_bits(&subject, settings.dh_minimum, settings.dh_recommended, findings),
            "DSA" => self.judge_dsa(&subject, findings),
            "Ed25519" | "Ed448" | "X25519" | "X448" => {}
            quantum if ["ML-DSA-", "ML-KEM-", "SLH-DSA-"].iter().any(|family| quantum.starts_with(family)) => {}
            "" if subject.is_unknown("algorithm") => {}
            other => {
                findings
                    .undetermined(format!("how large a key of the algorithm {other} must be is not known to this rule"))
                    .at(&subject.part("algorithm"))
                    .remedy("if the policy recognises the algorithm, add it to the setting allow of key-size");
            }
        }
    }

    fn judge_rsa(&self, subject: &Subject<'_>, findings: &mut Findings) {
        let bits = subject.key.bits;
        judge_bits(subject, self.settings.rsa_minimum, self.settings.rsa_recommended, findings);
        if !bits.is_multiple_of(8) && bits >= self.settings.rsa_minimum && asks_more(subject.context) {
            findings
                .violation(format!("the modulus has {bits} bits, which is not a multiple of 8"))
                .severity(Severity::Low)
                .at(&subject.part("bits"));
        }
        judge_exponent(subject, findings);
    }

    fn judge_curve(&self, subject: &Subject<'_>, findings: &mut Findings) {
        match subject.key.curve.as_str() {
            "explicit" => {
                findings
                    .undetermined("the curve is given by explicit parameters and not by name")
                    .at(&subject.part("curve"))
                    .remedy("generate a new key on a named curve (RFC 5480, section 2.1.1)");
            }
            curve if subject.key.bits == 0 && !subject.is_unknown("curve") && !subject.is_unknown("bits") => {
                findings
                    .undetermined(format!("the size of the curve {curve} is not known"))
                    .at(&subject.part("curve"))
                    .remedy("generate a new key on prime256v1, or add the curve to the setting allow of key-size");
            }
            _ => judge_bits(subject, self.settings.ec_minimum, self.settings.ec_recommended, findings),
        }
    }

    fn judge_dsa(&self, subject: &Subject<'_>, findings: &mut Findings) {
        let small = subject.key.bits < self.settings.dsa_minimum && !subject.is_unknown("bits");
        let severity = if small { Severity::High } else { Severity::Medium };
        findings
            .violation(format!(
                "the key is a DSA key ({} bits), which FIPS 186-5 withdrew in every size",
                subject.key.bits
            ))
            .severity(subject.context.weigh(severity))
            .at(&subject.part("algorithm"));
    }
}

/// Compares the size with a minimum and a recommendation.
fn judge_bits(subject: &Subject<'_>, minimum: u32, recommended: u32, findings: &mut Findings) {
    let PublicKey { algorithm, bits, curve, .. } = subject.key;
    if *bits >= minimum && (*bits >= recommended || !asks_more(subject.context)) || subject.is_unknown("bits") {
        return;
    }
    let on = if curve.is_empty() { String::new() } else { format!(" on {curve}") };
    let too_small = *bits < minimum;
    let (wanted, severity) = if too_small { (minimum, Severity::High) } else { (recommended, Severity::Low) };
    let measure = if too_small { "the minimum is" } else { "guidance asks for" };
    findings
        .violation(format!("the {algorithm} key{on} has {bits} bits, {measure} {wanted}"))
        .severity(subject.context.weigh(severity))
        .at(&subject.part("bits"));
}

/// Recommendations beyond the policy do not apply to the keys of others, nor to test data.
fn asks_more(context: &Context) -> bool {
    !matches!(context.purpose, Purpose::TrustStore | Purpose::Fixture)
}

/// Judges the public exponent: NIST SP 800-89, section 5.3.3.
fn judge_exponent(subject: &Subject<'_>, findings: &mut Findings) {
    let (problem, severity) = match subject.key.exponent.as_slice() {
        [] => return,
        [1] => ("the public exponent is 1: what is encrypted with the key is not encrypted", Severity::High),
        [.., last] if last.is_multiple_of(2) => ("the public exponent is even, so this is no RSA key", Severity::High),
        [_] | [_, _] => ("the public exponent is below 65537", Severity::Low),
        long if long.len() > 32 => ("the public exponent is above 2^256-1", Severity::Low),
        _ => return,
    };
    if severity > Severity::Low || asks_more(subject.context) {
        findings.violation(problem).severity(subject.context.weigh(severity)).at(&subject.part("exponent"));
    }
}

#[cfg(test)]
mod tests;
