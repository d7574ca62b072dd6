//! Facts: what sources declare, typed as the contract types them, each with the places it came from.
//! Not what is right or wrong about them: that is for rules.

mod all;
pub mod identity;
mod list;
pub mod parts;
mod place;
mod reading;
pub mod spelling;

pub use all::{Facts, Places};
pub use identity::{CertificateNames, Identity, KeyName};
pub use list::List;
pub use parts::Parts;
pub use place::Place;
pub use reading::Reading;
