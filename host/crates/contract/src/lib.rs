//! The contract in wit/ as Rust types: facts, the answers of rules, and the one list of the kinds of fact from which
//! all others are made. Not what the host does with them, and no runtime unless the feature `sandbox` is on.

// The table of kinds must come before all code that uses it.
include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

mod kinds;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod severity;
mod texts;

pub use generated::*;
pub use kinds::{Fact, FactKind};
pub use texts::{Call, Texts, Words};

/// The code that build.rs generates from wit/.
mod generated {
    use super::kinds::{Fact, FactKind};
    use super::texts::{Call, Texts, Words};

    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

impl Context {
    /// The circumstances of a fact before a file or a scope states anything.
    pub const UNSPECIFIED: Self = Self {
        environment: Environment::Unspecified,
        holder: Holder::Unspecified,
        network: Network::Unspecified,
        data: Data::Unspecified,
        purpose: Purpose::Unspecified,
    };
}
