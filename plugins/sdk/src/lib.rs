//! Write a keyreeve rule in Rust: the contract's types, a trait for each thing a rule does, and one macro that makes a
//! component of them. Not the rules themselves, which are crates of their own, nor the host that calls them.
//!
//! A rule is a type with settings that says what it is ([`Rule`]) and judges facts of one or more kinds ([`Judge`]):
//!
//! ```
//! use keyreeve_rule::{About, Findings, Judge, Key, Protection, Rule, Scan, Settings, Severity};
//!
//! keyreeve_rule::rule!(NoPlaintext: keys);
//!
//! /// What keyreeve.toml can change.
//! #[derive(Settings)]
//! pub struct NoPlaintext {
//!     /// Algorithms whose keys may lie in plaintext.
//!     #[setting(default = vec![])]
//!     spare: Vec<String>,
//! }
//!
//! impl Rule for NoPlaintext {
//!     type Settings = Self;
//!
//!     const ABOUT: About = About {
//!         title: "no private key in plaintext",
//!         statement: "S6",
//!         rationale: "whoever reads the file has the key",
//!         severity: Severity::Critical,
//!         reads: &["keys.protection"],
//!         remedy: "keep the key in a key vault",
//!         bad_example: "",
//!         good_example: "",
//!     };
//!
//!     fn new(settings: Self) -> Result<Self, String> {
//!         Ok(settings)
//!     }
//! }
//!
//! impl Judge<Key> for NoPlaintext {
//!     fn judge(&self, key: &Key, _: &Scan, findings: &mut Findings) {
//!         if key.protection == Protection::Plaintext && !self.spare.contains(&key.public.algorithm) {
//!             findings.violation("the private key is not encrypted").at("protection");
//!         }
//!     }
//! }
//!
//! let key = Key { protection: Protection::Plaintext, ..keyreeve_rule::sample::key() };
//! assert_eq!(keyreeve_rule::judge::<NoPlaintext, _>(&key).len(), 1);
//! ```
//!
//! The crate of a rule is a `cdylib` (and an `rlib`, to be tested natively); its package name is the rule's id and its
//! package version the rule's version.

// What the derive macro writes names this crate; here, too.
extern crate self as keyreeve_rule;

pub mod bindings;
pub mod date;
mod fact;
mod findings;
#[doc(hidden)]
pub mod guest;
pub mod iana;
mod rule;
pub mod sample;
mod settings;

pub use bindings::facts::*;
pub use bindings::rule::exports::keyreeve::policy::rule::{Info, Setting, Value};
pub use bindings::rule::keyreeve::policy::types::{
    Context, Data, Environment, Finding, Holder, Network, Part, PublicKey, Purpose, Scan, Severity, Unknown, Verdict,
};
pub use fact::Fact;
pub use findings::{Findings, Pending};
pub use keyreeve_rule_derive::Settings;
pub use rule::{About, Judge, Rule, judge, judge_with};
pub use settings::{Days, SettingType, Settings};
