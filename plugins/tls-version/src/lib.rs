//! The rule `tls-version` (S1): TLS 1.3 or higher over untrusted networks. Not the cipher suites that a version is used
//! with.

use keyreeve_rule::{About, Fact, Findings, Judge, Rule, Scan, Severity, TlsEndpoint, Transport, iana};

keyreeve_rule::rule!(TlsVersion: tls_endpoints);

/// What keyreeve.toml can change.
#[derive(Debug, Clone, PartialEq, keyreeve_rule::Settings)]
pub struct Settings {
    /// The lowest version that may be enabled: 1.0, 1.1, 1.2 or 1.3.
    #[setting(default = "1.3".into())]
    pub minimum: String,
    /// Whether an endpoint that speaks plaintext, or TLS only if the peer wants it, is a violation.
    #[setting(default = true)]
    pub require_tls: bool,
}

/// TLS 1.1, the newest version that RFC 8996 forbids.
const NEWEST_FORBIDDEN: u16 = 0x0302;

/// The rule with its settings.
pub struct TlsVersion {
    minimum: u16,
    require_tls: bool,
}

impl Rule for TlsVersion {
    type Settings = Settings;

    const ABOUT: About = About {
        title: "TLS 1.3 or higher over untrusted networks",
        statement: "S1",
        rationale: "TLS 1.3 (RFC 9846) has forward secrecy and authenticated encryption in every suite; what attacks on older versions \
            make use of (CBC padding, RSA key exchange, renegotiation, compression) it does not have. RFC 9846 obsoletes TLS 1.2. \
            RFC 8996 forbids TLS 1.0 and 1.1, RFC 7568 SSL 3.0, RFC 6176 SSL 2.0, and attacks on them are known (BEAST, \
            POODLE, DROWN). Where TLS is optional, whoever sits on the path removes the offer of it.",
        severity: Severity::Medium,
        reads: &["tls-endpoints.versions", "tls-endpoints.transport"],
        remedy: "enable TLS 1.3 alone",
        bad_example: "ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;",
        good_example: "ssl_protocols TLSv1.3;",
    };

    const SEVERITIES: &[(Severity, &str)] = &[
        (Severity::High, "TLS 1.1 or older is enabled, or connections are not encrypted at all"),
        (Severity::Medium, "TLS 1.2 is enabled, or TLS is used only if the other side asks for it"),
        (Severity::Low, "the same in test data (purpose = fixture)"),
    ];

    const UNDETERMINED: &str = "no version is known to be enabled, or one that no standard defines";

    fn new(settings: Settings) -> Result<Self, String> {
        let minimum = iana::version(&settings.minimum)
            .ok_or_else(|| String::from("the setting minimum must be 1.0, 1.1, 1.2 or 1.3"))?;
        Ok(Self { minimum, require_tls: settings.require_tls })
    }
}

impl Judge<TlsEndpoint> for TlsVersion {
    fn judge(&self, endpoint: &TlsEndpoint, _: &Scan, findings: &mut Findings) {
        if endpoint.context.has_trusted_network() || !endpoint.context.has_sensitive_data() {
            return;
        }
        if endpoint.unknown("transport").is_none() {
            self.judge_transport(endpoint, findings);
        }
        if endpoint.transport == Transport::Plaintext {
            return;
        }
        if endpoint.versions.iter().any(|version| self.is_below(*version)) {
            self.report_old(endpoint, findings);
        } else if !findings.has_violation() {
            report_unheard_of(endpoint, findings);
        }
    }
}

impl TlsVersion {
    /// Whether a version that is defined is older than the minimum. The code points ascend with the versions, SSL 2.0
    /// first.
    fn is_below(&self, version: u16) -> bool {
        version < self.minimum && iana::version_name(version).is_some()
    }

    fn judge_transport(&self, endpoint: &TlsEndpoint, findings: &mut Findings) {
        let (message, severity, remedy) = match endpoint.transport {
            Transport::Plaintext => (
                "connections are not encrypted",
                Severity::High,
                "protect the connections with TLS 1.3; if both ends share a trusted network, say so in a scope",
            ),
            Transport::StarttlsOptional => (
                "TLS is used only if the other side asks for it",
                Severity::Medium,
                "require TLS before anything else is said",
            ),
            Transport::Tls | Transport::StarttlsRequired => return,
        };
        if self.require_tls {
            findings.violation(message).severity(endpoint.context.weigh(severity)).remedy(remedy).at("transport");
        }
    }

    /// One finding for all old versions, since one directive enables them.
    fn report_old(&self, endpoint: &TlsEndpoint, findings: &mut Findings) {
        let mut old: Vec<(u16, usize)> = Vec::new();
        for (position, version) in endpoint.versions.iter().enumerate() {
            if self.is_below(*version) {
                old.push((*version, position));
            }
        }
        let first = old.iter().map(|(_, position)| *position).min().unwrap_or(0);
        let rest: Vec<usize> =
            old.iter().map(|(_, position)| *position).filter(|position| *position != first).collect();
        old.sort_unstable();
        old.dedup_by_key(|(version, _)| *version);
        let forbidden = old.first().is_some_and(|(version, _)| *version <= NEWEST_FORBIDDEN);
        let severity = if forbidden { Severity::High } else { Severity::Medium };
        let names: Vec<&str> = old.iter().filter_map(|(version, _)| iana::version_name(*version)).collect();
        let mut finding = findings
            .violation(self.message(&names))
            .severity(endpoint.context.weigh(severity))
            .remedy(["enable no version below ", iana::version_name(self.minimum).unwrap_or_default()].concat())
            .at_item("versions", first);
        for position in rest {
            finding = finding.related_item("versions", position);
        }
    }

    fn message(&self, names: &[&str]) -> String {
        let minimum = iana::version_name(self.minimum).unwrap_or_default();
        match names {
            [rest @ .., last] if !rest.is_empty() => {
                format!("{} and {last} are enabled, the minimum is {minimum}", rest.join(", "))
            }
            _ => format!("{} is enabled, the minimum is {minimum}", names.concat()),
        }
    }
}

/// Silence is no pass: no version at all, or one that nobody has defined, is undetermined. Versions that the host does
/// not know are for the host to report.
fn report_unheard_of(endpoint: &TlsEndpoint, findings: &mut Findings) {
    if endpoint.versions.is_empty() && endpoint.unknown("versions").is_none() {
        findings.undetermined("no version of TLS is known to be enabled").at("versions");
    }
    let unheard_of = endpoint.versions.iter().position(|version| iana::version_name(*version).is_none());
    if let Some(position) = unheard_of {
        let message = format!("the version {:#06x} is none that this rule knows", endpoint.versions[position]);
        findings.undetermined(message).at_item("versions", position);
    }
}

#[cfg(test)]
mod tests;
