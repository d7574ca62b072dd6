//! The contract in wit/ as Rust types: facts, what rules answer, and the kinds of fact in one list that all others come
//! from. Not what the host does with them, and no runtime unless the feature `sandbox` asks for one.

// The table of kinds stands before all that use it.
include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

mod kinds;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod severity;
mod texts;

pub use generated::*;
pub use kinds::{Fact, FactKind};
pub use texts::{Call, Texts, Words};

/// What build.rs makes of wit/.
mod generated {
    use super::kinds::{Fact, FactKind};
    use super::texts::{Call, Texts, Words};

    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

impl Context {
    /// What is said of a fact before a file or a scope states anything: nothing.
    pub const UNSPECIFIED: Self = Self {
        environment: Environment::Unspecified,
        holder: Holder::Unspecified,
        network: Network::Unspecified,
        data: Data::Unspecified,
        purpose: Purpose::Unspecified,
    };
}
