//! Key material in any file: certificates, keys, the containers of both, and encrypted data. Not whether a key is good
//! enough, and never a private value.

mod asn1;
mod ber;
mod certificate;
mod container;
mod crl;
pub mod encrypted;
mod fields;
mod forms;
mod key;
mod keystore;
mod oid;
mod openpgp;
mod parameters;
mod password;
mod pem;
mod pkcs12;
mod pkcs7;
mod request;
pub mod scan;

pub use asn1::Malformed;
pub use key::numbers_of_spki;

/// The formats of this crate, in the order in which they read a file: a problem that one of them reports is not
/// reported again by the next.
pub static FORMATS: &[&dyn keyreeve_facts::AnyFormat] =
    keyreeve_facts::formats![encrypted::EncryptedData, scan::KeyMaterial];
