//! Facts: what sources declare, typed as the contract types them, each with the places it came from.
//! Not what is right or wrong about them: that is for rules.

mod all;
mod asn1;
mod ber;
mod certificate;
mod container;
mod crl;
pub mod encrypted;
mod fields;
mod forms;
pub mod identity;
pub mod inventory;
pub mod json;
mod key;
mod keystore;
mod list;
pub mod material;
pub mod nginx;
mod oid;
mod openpgp;
pub mod openssl;
mod parameters;
pub mod parts;
pub mod password;
mod pem;
mod pkcs12;
mod pkcs7;
mod place;
pub mod read;
mod reading;
mod request;
pub mod spelling;
pub mod toml;
pub mod tree;
pub mod yaml;

pub use all::{Facts, Places};
pub(crate) use asn1::{bit_length, significant};
pub use identity::{CertificateNames, Identity, KeyName};
pub(crate) use key::Numbers;
pub use list::List;
pub use parts::Parts;
pub use place::Place;
pub use reading::Reading;
