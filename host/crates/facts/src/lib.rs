//! Facts: what sources declare, typed as the contract types them, each with the places it came from; and how formats
//! make them. Not any one format, and not what is right or wrong about a fact: that is for rules.

mod all;
mod driver;
mod format;
mod given;
pub mod identity;
mod inner;
mod lines;
mod list;
pub mod parts;
mod place;
mod reading;
pub mod spelling;
mod text;

pub use all::{Facts, Places};
pub use driver::{Formats, Read, Taken};
pub use format::{AnyFormat, AnyPart, Claim, Entry, Format, Look, Out, Row, names_match};
pub use given::{Detail, Given, Passwords};
pub use identity::{CertificateNames, Identity, KeyName};
pub use lines::lines;
pub use list::List;
pub use parts::Parts;
pub use place::Place;
pub use reading::Reading;
pub use text::Text;
