//! Which cipher suites are prohibited, deprecated, or not recognised, by their components. Which suites an endpoint has
//! is not decided here.

use keyreeve_rule::iana::{self, Authentication, Cipher, KeyExchange, Mac, Mode, Suite};
use keyreeve_rule::{Fact, Findings, Severity, TlsEndpoint};

use crate::{CipherSuites, Enabled, Judgement, listing, report};

/// How much is deprecated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// ECDHE with authenticated encryption only.
    Strict,
    /// ECDHE with CBC and HMAC as well.
    Intermediate,
}

impl Profile {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::Strict),
            "intermediate" => Some(Self::Intermediate),
            _ => None,
        }
    }
}

impl CipherSuites {
    pub(crate) fn judge_suites(&self, endpoint: &TlsEndpoint, enabled: Enabled, findings: &mut Findings) {
        let all_pass = |code: &u16| matches!(self.judge_suite(*code, enabled), Judgement::Recognised);
        if endpoint.suites.iter().all(all_pass) {
            if is_silent(endpoint) {
                findings.undetermined("no cipher suite is known to be enabled").at("suites");
            }
            return;
        }
        self.report_suites(endpoint, enabled, findings);
    }

    /// One finding for each class of suites, since one directive enables them.
    fn report_suites(&self, endpoint: &TlsEndpoint, enabled: Enabled, findings: &mut Findings) {
        type Class = (fn(Judgement) -> bool, Option<Severity>, &'static str);
        let classes: [Class; 3] = [
            (|judgement| matches!(judgement, Judgement::Prohibited(_)), Some(Severity::High), "prohibited"),
            (|judgement| matches!(judgement, Judgement::Deprecated(_)), Some(Severity::Medium), "deprecated"),
            (|judgement| judgement == Judgement::Unrecognised, None, "unrecognised"),
        ];
        for (belongs, severity, class) in classes {
            let positions: Vec<usize> = (0..endpoint.suites.len())
                .filter(|position| belongs(self.judge_suite(endpoint.suites[*position], enabled)))
                .collect();
            if !positions.is_empty() {
                let names = positions.iter().map(|position| self.describe(endpoint.suites[*position], enabled));
                let plural = if positions.len() == 1 { "suite is" } else { "suites are" };
                let message = format!("{} {class} cipher {plural} enabled: {}", positions.len(), listing(names));
                report(endpoint, "suites", &positions, severity, message, findings);
            }
        }
    }

    /// `TLS_RSA_WITH_RC4_128_MD5 (RC4)`
    fn describe(&self, code: u16, enabled: Enabled) -> String {
        match (iana::suite(code), self.judge_suite(code, enabled)) {
            (Some(suite), Judgement::Prohibited(why) | Judgement::Deprecated(why)) => format!("{} ({why})", suite.name),
            (Some(suite), _) => suite.name.to_owned(),
            (None, _) => format!("{code:#06x}"),
        }
    }

    fn judge_suite(&self, code: u16, enabled: Enabled) -> Judgement {
        let Some(suite) = iana::suite(code) else { return Judgement::Unrecognised };
        let negotiable = if suite.is_tls13() { enabled.tls13 } else { enabled.older };
        if !negotiable || self.allow.contains(&code) {
            Judgement::Recognised
        } else if self.deny.contains(&code) {
            Judgement::Prohibited("denied in keyreeve.toml")
        } else if let Some(why) = prohibition(suite) {
            Judgement::Prohibited(why)
        } else if is_unrecognised(suite) {
            Judgement::Unrecognised
        } else if let Some(why) = deprecation(suite, self.profile) {
            Judgement::Deprecated(why)
        } else {
            Judgement::Recognised
        }
    }
}

/// Whether there is nothing to judge and the host does not report why: silence is no pass.
fn is_silent(endpoint: &TlsEndpoint) -> bool {
    endpoint.suites.is_empty() && endpoint.unknown("suites").is_none()
        || endpoint.versions.is_empty() && endpoint.unknown("versions").is_none()
}

/// Why a suite is prohibited in every profile.
fn prohibition(suite: &Suite) -> Option<&'static str> {
    let cipher = match suite.cipher {
        Cipher::Null => Some("no encryption"),
        Cipher::Rc2 => Some("RC2"),
        Cipher::Rc4 => Some("RC4"),
        Cipher::Des => Some("DES"),
        Cipher::TripleDes => Some("3DES"),
        Cipher::Idea => Some("IDEA"),
        Cipher::Seed => Some("SEED"),
        _ => None,
    };
    match (suite.authentication, suite.export, suite.mac) {
        (Authentication::Anonymous, ..) => Some("anonymous"),
        (_, true, _) => Some("export"),
        (_, _, Mac::Md5) => cipher.or(Some("MD5")),
        _ => cipher,
    }
}

/// Whether no statement or guideline behind the policy names a component of the suite: GOST, SM4, AEGIS and the
/// password exchange of RFC 8492.
fn is_unrecognised(suite: &Suite) -> bool {
    matches!(suite.cipher, Cipher::Gost | Cipher::Sm4 | Cipher::Aegis) || suite.key_exchange == KeyExchange::Eccpwd
}

/// Why a suite is deprecated: RFC 9325 as updated by RFC 10015.
fn deprecation(suite: &Suite, profile: Profile) -> Option<&'static str> {
    match suite.key_exchange {
        KeyExchange::Rsa => return Some("RSA key exchange"),
        KeyExchange::Dh | KeyExchange::Dhe => return Some("finite-field Diffie-Hellman"),
        KeyExchange::Ecdh => return Some("static ECDH"),
        _ if profile == Profile::Intermediate => return None,
        _ => {}
    }
    match (suite.mode, suite.mac) {
        (Mode::Cbc, _) => Some("CBC mode"),
        (Mode::Ccm8, _) => Some("tag of 8 bytes"),
        (_, Mac::Sha1) => Some("SHA-1 MAC"),
        _ => None,
    }
}
