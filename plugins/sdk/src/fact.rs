//! What all kinds of fact have in common: a context and a list of what is unknown. Not the fields of any one kind.

use crate::{Context, Data, Environment, Holder, Network, Purpose, Severity, Unknown};

/// One fact of any kind.
pub trait Fact {
    /// The circumstances it was found in.
    fn context(&self) -> &Context;

    /// What could not be found out about it.
    fn unknowns(&self) -> &[Unknown];

    /// Why the value of `field` (in the contract's spelling: `context.environment`) is not or not fully known; none
    /// where it is known. A rule need not ask to be safe: the host reports a fact as undetermined if a field that the
    /// rule reads is unknown and the rule has found no violation.
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

    /// Whether the file is in use. What says nothing is.
    pub fn is_live(&self) -> bool {
        matches!(self.purpose, Purpose::Live | Purpose::Unspecified)
    }

    /// The severity of a violation here: test data stays low, since nothing is protected with it. (That the same key is
    /// also in use elsewhere is for the host to see.)
    pub fn weigh(&self, severity: Severity) -> Severity {
        if self.purpose == Purpose::Fixture { Severity::Low } else { severity }
    }

    /// Whether what lies between the two ends is trusted. What says nothing is not.
    pub fn has_trusted_network(&self) -> bool {
        self.network == Network::Trusted
    }

    /// Whether the fact protects data that the policy is about. What says nothing does.
    pub fn has_sensitive_data(&self) -> bool {
        self.data != Data::Other
    }
}
