//! Facts: what sources declare, in the types of the contract, each with the places it came from; and how formats make
//! them. No single format is here, nor any judgement of a fact: rules judge.

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
mod said;
pub mod spelling;
pub mod template;
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
