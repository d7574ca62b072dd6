//! Which groups for the key exchange are prohibited or not recognised. Which groups an endpoint has is not decided
//! here.

use keyreeve_rule::iana::{self, GroupKind};
use keyreeve_rule::{Findings, Severity, TlsEndpoint};

use crate::{CipherSuites, Enabled, Judgement, listing, report};

impl CipherSuites {
    pub(crate) fn judge_groups(&self, endpoint: &TlsEndpoint, enabled: Enabled, findings: &mut Findings) {
        if endpoint.groups.iter().all(|code| self.judge_group(*code, enabled) == Judgement::Recognised) {
            return;
        }
        let at = |wanted: fn(Judgement) -> bool| -> Vec<usize> {
            let groups = endpoint.groups.iter().enumerate();
            groups.filter(|(_, code)| wanted(self.judge_group(**code, enabled))).map(|(position, _)| position).collect()
        };
        let names = |positions: &[usize]| listing(positions.iter().map(|position| name(endpoint.groups[*position])));
        let prohibited = at(|judgement| matches!(judgement, Judgement::Prohibited(_)));
        if !prohibited.is_empty() {
            let message = format!("groups that are too small or denied are enabled: {}", names(&prohibited));
            report(endpoint, "groups", &prohibited, Some(Severity::High), message, findings);
        }
        let unrecognised = at(|judgement| judgement == Judgement::Unrecognised);
        if !unrecognised.is_empty() {
            let message = format!("groups that the policy does not recognise are enabled: {}", names(&unrecognised));
            report(endpoint, "groups", &unrecognised, None, message, findings);
        }
    }

    fn judge_group(&self, code: u16, enabled: Enabled) -> Judgement {
        if self.allow_groups.contains(&code) {
            return Judgement::Recognised;
        } else if self.deny_groups.contains(&code) {
            return Judgement::Prohibited("denied in keyreeve.toml");
        }
        let Some(group) = iana::group(code) else { return Judgement::Unrecognised };
        match group.kind {
            // RFC 9846 keeps none of these small curves: TLS 1.3 cannot negotiate one.
            GroupKind::EllipticCurve if group.bits < self.curve_minimum && enabled.older => {
                Judgement::Prohibited("too small")
            }
            GroupKind::FiniteField if group.bits < self.finite_field_minimum => Judgement::Prohibited("too small"),
            GroupKind::Explicit if enabled.older => Judgement::Unrecognised,
            // OpenSSL lists the curves of GOST among its defaults. They are used only with suites or certificates of
            // GOST, which are judged as such.
            _ => Judgement::Recognised,
        }
    }
}

fn name(code: u16) -> String {
    iana::group(code).map_or_else(|| format!("{code:#06x}"), |group| group.name.to_owned())
}
