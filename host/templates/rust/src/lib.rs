//! The rule `server-names`: TLS servers are called by names of ours. Not whether their certificates bear these names.

use keyreeve_rule::{About, Fact, Findings, Judge, Rule, Scan, Settings, Severity, Side, TlsEndpoint};

keyreeve_rule::rule!(ServerNames: tls_endpoints);

/// What keyreeve.toml can change.
#[derive(Settings)]
pub struct ServerNames {
    /// How the name of a server may end.
    #[setting(default = vec![".example.org".into()])]
    suffixes: Vec<String>,
}

impl Rule for ServerNames {
    type Settings = Self;

    const ABOUT: About = About {
        title: "TLS servers are called by names of ours",
        statement: "S1",
        rationale: "a name that is not ours can be taken from us, with the traffic to it",
        severity: Severity::Medium,
        reads: &["tls-endpoints.names"],
        remedy: "serve names of ours, or allow the suffix in the setting suffixes",
        bad_example: "",
        good_example: "",
    };

    fn new(settings: Self) -> Result<Self, String> {
        if settings.suffixes.is_empty() {
            return Err("the setting suffixes must have at least one suffix".into());
        }
        Ok(settings)
    }
}

impl Judge<TlsEndpoint> for ServerNames {
    fn judge(&self, endpoint: &TlsEndpoint, _: &Scan, findings: &mut Findings) {
        if endpoint.side != Side::Server {
            return;
        }
        // Where the field is unknown, keyreeve itself answers undetermined, since `reads` names it.
        if endpoint.names.is_empty() && endpoint.unknown("names").is_none() {
            findings.undetermined("the server has no name").at("names");
        }
        for (position, name) in endpoint.names.iter().enumerate() {
            if !self.suffixes.iter().any(|suffix| name.ends_with(suffix)) {
                let message = format!("the name {name} ends in none of the allowed suffixes");
                findings.violation(message).at_item("names", position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use keyreeve_rule::{judge, sample};

    use super::*;

    fn with_names(names: &[&str]) -> TlsEndpoint {
        TlsEndpoint { names: names.iter().map(|&name| name.into()).collect(), ..sample::tls_endpoint() }
    }

    #[test]
    fn each_foreign_name_is_a_violation_and_no_name_is_undetermined() {
        assert_eq!(judge::<ServerNames, _>(&with_names(&["www.example.org"])), []);
        let foreign = judge::<ServerNames, _>(&with_names(&["a.example.net", "www.example.org", "b.example.net"]));
        assert_eq!(sample::severities(&foreign), [Some(Severity::Medium), Some(Severity::Medium)]);
        assert_eq!(sample::severities(&judge::<ServerNames, _>(&with_names(&[]))), [None]);
    }

    #[test]
    fn no_suffix_at_all_is_refused() {
        assert!(ServerNames::new(ServerNames { suffixes: vec![] }).is_err());
    }
}
