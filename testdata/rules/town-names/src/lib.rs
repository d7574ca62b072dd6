//! Code Town's rule `town-names`: a live certificate bears names of the town's scheme, each of one service. Not whether
//! anybody serves it under these names.

use keyreeve_rule::{About, Certificate, Findings, Judge, Rule, Scan, Settings, Severity};

keyreeve_rule::rule!(TownNames: certificates);

/// What keyreeve.toml can change.
#[derive(Settings)]
pub struct TownNames {
    /// Domains that names may be in, the town's own and those of its partners.
    #[setting(default = vec!["codetown.example".into()])]
    domains: Vec<String>,
}

impl Rule for TownNames {
    type Settings = Self;

    const ABOUT: About = About {
        title: "certificates bear names of the town's scheme",
        statement: "S8",
        rationale: "whoever finds a certificate finds the service in the inventory by its name; a wildcard leads to no service, \
            and its key is copied from host to host",
        severity: Severity::Medium,
        reads: &["certificates.names"],
        remedy: "request a certificate for the name of the one service that uses it",
        bad_example: "",
        good_example: "",
    };

    fn new(settings: Self) -> Result<Self, String> {
        let wrong = |domain: &String| domain.is_empty() || domain.starts_with('.') || *domain != domain.to_ascii_lowercase();
        if settings.domains.iter().any(wrong) {
            return Err("the setting domains must name domains in lower case, such as codetown.example".into());
        }
        Ok(settings)
    }
}

impl Judge<Certificate> for TownNames {
    fn judge(&self, certificate: &Certificate, _: &Scan, findings: &mut Findings) {
        if certificate.authority || !certificate.context.is_live() {
            return;
        }
        for (position, name) in certificate.names.iter().enumerate() {
            let Some(name) = name.strip_prefix("DNS:") else { continue };
            // RFC 4343: letters of either case are the same in a DNS name.
            let name = name.to_ascii_lowercase();
            if !self.domains.iter().any(|domain| is_in(&name, domain)) {
                findings.violation(format!("{name} is in none of the town's domains")).at_item("names", position);
            } else if name.contains('*') {
                findings.violation(format!("{name} is the name of no service")).at_item("names", position);
            }
        }
    }
}

fn is_in(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyreeve_rule::{judge, sample};

    fn messages(names: &[&str]) -> Vec<String> {
        let names = names.iter().map(|&name| name.into()).collect();
        let said = judge::<TownNames, _>(&Certificate { names, ..sample::certificate() });
        said.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn names_of_services_in_the_town_pass() {
        assert!(messages(&["DNS:codetown.example", "DNS:WWW.CodeTown.example", "IP:192.0.2.1"]).is_empty());
    }

    #[test]
    fn names_of_elsewhere_and_wildcards_do_not() {
        assert_eq!(
            messages(&["DNS:www.notcodetown.example", "DNS:*.staging.codetown.example", "DNS:*.elsewhere.example"]),
            [
                "www.notcodetown.example is in none of the town's domains",
                "*.staging.codetown.example is the name of no service",
                "*.elsewhere.example is in none of the town's domains"
            ]
        );
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for domain in ["", ".codetown.example", "CodeTown.example"] {
            assert!(TownNames::new(TownNames { domains: vec![domain.into()] }).is_err(), "{domain:?}");
        }
    }
}
