//! The rule `cipher-suites` (S3): only recognised cipher suites and groups that are not deprecated. Not the TLS
//! versions, which `tls-version` judges.

mod group;
mod suite;

use keyreeve_rule::{About, Findings, Judge, Rule, Scan, Severity, TlsEndpoint, Transport, iana};

use suite::Profile;

keyreeve_rule::rule!(CipherSuites: tls_endpoints);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// strict also deprecates CBC mode, SHA-1 MACs and tags of eight bytes; intermediate does not.
    #[setting(default = "strict".into())]
    pub profile: String,
    /// Suites and groups, by their names in the IANA registries, that are recognised whatever they are made of.
    #[setting(default = vec![])]
    pub allow: Vec<String>,
    /// Suites and groups, by their names in the IANA registries, that are prohibited whatever they are made of.
    #[setting(default = vec![])]
    pub deny: Vec<String>,
    /// Fewest bits of the order of a curve for the key exchange.
    #[setting(default = 224)]
    pub curve_minimum: u32,
    /// Fewest bits of the prime of a finite field for the key exchange.
    #[setting(default = 2048)]
    pub finite_field_minimum: u32,
}

/// How many suites or groups a message names, and how many places a finding points to.
const NAMED: usize = 5;

/// The rule with its settings.
pub struct CipherSuites {
    profile: Profile,
    allow: Vec<u16>,
    deny: Vec<u16>,
    allow_groups: Vec<u16>,
    deny_groups: Vec<u16>,
    curve_minimum: u32,
    finite_field_minimum: u32,
}

/// The judgement of one suite or group, with the reason if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Recognised,
    Prohibited(&'static str),
    Deprecated(&'static str),
    /// It is defined but the policy does not name it, or it is not even defined.
    Unrecognised,
}

impl Rule for CipherSuites {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "only recognised cipher suites and groups",
        statement: "S3",
        rationale: "Suites without encryption or authentication protect nothing; RC4 (RFC 7465), DES, 3DES and IDEA (RFC 8996, \
            Sweet32), RC2, MD5 and the export suites (FREAK, Logjam) have known attacks. RFC 9325 as updated by RFC 10015 deprecates RSA \
            key exchange and finite-field Diffie-Hellman in TLS 1.2, which leave past traffic open or rest on parameters that nobody \
            checks, and discourages static ECDH; CBC with a MAC has been attacked again and again (Lucky 13). What remains is ephemeral \
            elliptic-curve or post-quantum key exchange with authenticated encryption: the suites of RFC 9846 and their ECDHE \
            likes in TLS 1.2. A suite counts only if a version that negotiates it is enabled.",
        severity: Severity::Medium,
        reads: &["tls-endpoints.suites", "tls-endpoints.versions", "tls-endpoints.groups"],
        remedy: "enable only ECDHE suites with GCM or ChaCha20-Poly1305, and those of TLS 1.3",
        bad_example: "ssl_ciphers HIGH:MEDIUM:!aNULL;",
        good_example: "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (
            Severity::High,
            "a suite has no encryption or authentication, or a broken cipher; a group is too small; or deny names it",
        ),
        (
            Severity::Medium,
            "a suite is deprecated: RSA or finite-field key exchange, static ECDH, in the strict profile CBC, SHA-1 MACs and short tags",
        ),
        (Severity::Low, "the same in test data (purpose = fixture)"),
    ];

    const UNDETERMINED: &str = "no suite is known to be enabled, or one or a group that the policy does not recognise";

    fn new(settings: Settings) -> Result<Self, String> {
        let profile = Profile::named(&settings.profile)
            .ok_or_else(|| String::from("the setting profile must be strict or intermediate"))?;
        let (allow, allow_groups) = code_points("allow", &settings.allow)?;
        let (deny, deny_groups) = code_points("deny", &settings.deny)?;
        let Settings { curve_minimum, finite_field_minimum, .. } = settings;
        Ok(Self { profile, allow, deny, allow_groups, deny_groups, curve_minimum, finite_field_minimum })
    }
}

impl Judge<TlsEndpoint> for CipherSuites {
    fn judge(&self, endpoint: &TlsEndpoint, _: &Scan, findings: &mut Findings) {
        if endpoint.transport == Transport::Plaintext {
            return;
        }
        let enabled = Enabled::of(&endpoint.versions);
        self.judge_suites(endpoint, enabled, findings);
        self.judge_groups(endpoint, enabled, findings);
    }
}

/// Which of the two kinds of suite the enabled versions can negotiate.
#[derive(Debug, Clone, Copy)]
struct Enabled {
    tls13: bool,
    older: bool,
}

impl Enabled {
    fn of(versions: &[u16]) -> Self {
        let tls13 = versions.iter().any(|version| *version >= iana::TLS_1_3);
        let older = versions.iter().any(|version| *version < iana::TLS_1_3);
        Self { tls13, older }
    }
}

/// Code points of suites and of groups by name. The error names a name that is in neither registry.
fn code_points(setting: &str, names: &[String]) -> Result<(Vec<u16>, Vec<u16>), String> {
    let (mut suites, mut groups) = (Vec::new(), Vec::new());
    for name in names {
        if let Some(suite) = iana::suites().iter().find(|suite| suite.name == name) {
            suites.push(suite.code);
        } else if let Some(group) = iana::groups().iter().find(|group| group.name == name) {
            groups.push(group.code);
        } else {
            return Err(format!(
                "the setting {setting} names {name}, which is no cipher suite or group of the IANA registries"
            ));
        }
    }
    Ok((suites, groups))
}

/// `A (why)`, `A (why), B (why) and 3 more`.
fn listing(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names.take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// Adds a finding about the items of a list at these positions, of which there is at least one.
fn report(
    endpoint: &TlsEndpoint,
    field: &str,
    positions: &[usize],
    severity: Option<Severity>,
    message: String,
    findings: &mut Findings,
) {
    let mut finding = match severity {
        Some(severity) => {
            // The two classes are two findings about one field.
            let topic = if severity == Severity::High { "prohibited" } else { "deprecated" };
            findings.violation(message).severity(endpoint.context.weigh(severity)).topic(topic)
        }
        None => findings
            .undetermined(message)
            .remedy("remove it, or if the policy recognises it add its name to the setting allow of cipher-suites"),
    };
    for (nth, position) in positions.iter().take(NAMED).enumerate() {
        finding = if nth == 0 { finding.at_item(field, *position) } else { finding.related_item(field, *position) };
    }
}

#[cfg(test)]
mod tests;
