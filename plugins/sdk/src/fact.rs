//! What all kinds of fact have in common: a context and a list of what is unknown. Not the fields of any one kind.

use crate::{Context, Data, Environment, Holder, Network, Purpose, Severity, Unknown};

/// One fact of any kind.
pub trait Fact {
    /// The circumstances it was found in.
    fn context(&self) -> &Context;

    /// The fields that could not be determined.
    fn unknowns(&self) -> &[Unknown];

    /// Why the value of `field` (in the contract's spelling: `context.environment`) is not or not fully known. Returns
    /// `None` if it is known. A rule is safe without asking: the host reports a fact as undetermined if a field that
    /// the rule reads is unknown and the rule has found no violation.
    fn unknown(&self, field: &str) -> Option<&str> {
        self.unknowns().iter().find(|unknown| unknown.field == field).map(|unknown| unknown.reason.as_str())
    }
}

impl Context {
    /// Nothing stated: untrusted network, sensitive data, live, no environment, no holder.
    pub const UNSPECIFIED: Self = Self {
        environment: Environment::Unspecified,
        holder: Holder::Unspecified,
        network: Network::Unspecified,
        data: Data::Unspecified,
        purpose: Purpose::Unspecified,
    };

    /// Whether the file is in use; this is assumed if nothing is stated.
    pub fn is_live(&self) -> bool {
        matches!(self.purpose, Purpose::Live | Purpose::Unspecified)
    }

    /// The severity of a violation here: always low for test data, since nothing is protected with it. (The host
    /// notices if the same key is also in use elsewhere.)
    pub fn weigh(&self, severity: Severity) -> Severity {
        if self.purpose == Purpose::Fixture { Severity::Low } else { severity }
    }

    /// Whether the network between the two ends is trusted; this is not assumed if nothing is stated.
    pub fn has_trusted_network(&self) -> bool {
        self.network == Network::Trusted
    }

    /// Whether the fact protects data that the policy is about; this is assumed if nothing is stated.
    pub fn has_sensitive_data(&self) -> bool {
        self.data != Data::Other
    }
}
