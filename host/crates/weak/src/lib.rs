//! What the numbers of public keys show: whether others can compute the private half, or already have it. Pure
//! arithmetic on keys: `relate` knows which facts they come from, and a rule decides how serious a weakness is.

mod batch;
pub mod blocklist;
pub mod curve;
pub mod density;
mod edwards;
pub mod fermat;
mod finite_field;
pub mod fixed;
mod known;
mod numbers;
pub mod published;
pub mod roca;
mod rsa;
mod shared;
pub mod small;
mod square;
pub mod wiener;

pub use batch::common_factors;
pub use numbers::{Numbers, bit_length, significant};
pub use rsa::examined;
pub use shared::commons;

/// Bits of the longest modulus that is examined: the cost of most checks grows with the square of the length.
const LONGEST: usize = 16_384;

/// A weakness as an attribute of a public key: its name and a text, as the contract's comment on
/// `public-key.attributes` lists them. It never contains a number from which the private key can be computed more
/// easily than from the public one.
pub type Weakness = (&'static str, String);

/// The weaknesses that a key shows by itself.
pub fn of(numbers: &Numbers<'_>) -> Vec<Weakness> {
    match *numbers {
        Numbers::Rsa { modulus, exponent } => rsa::weaknesses(modulus, exponent),
        Numbers::Dsa { p, q, g, y } => finite_field::of_dsa(p, q, g, y),
        Numbers::Dh { p, g, y } => finite_field::of_dh(p, g, y),
        Numbers::Ec { curve, point } => curve::weaknesses(curve, point),
        Numbers::Fixed { name, key } => fixed::weaknesses(name, key),
    }
}

/// The most that examining a key by itself can cost, in the unit of [`keyreeve_source::budget::Work::Numbers`].
pub fn price(numbers: &Numbers<'_>) -> u64 {
    match *numbers {
        Numbers::Rsa { modulus, exponent } => rsa::price(modulus, exponent),
        Numbers::Dsa { p, q, .. } => finite_field::price_of_dsa(p.len(), q.len()),
        Numbers::Dh { p, .. } => finite_field::price_of_dh(p.len()),
        Numbers::Ec { curve, point } => curve::price(curve, point),
        Numbers::Fixed { key, .. } => fixed::price(key.len()),
    }
}

/// The weakness that a key cannot be valid, with the reason.
fn invalid(what: impl Into<String>) -> Weakness {
    ("invalid", what.into())
}

/// The attribute that says why a key was not examined, or not compared with others.
pub fn unexamined(why: impl Into<String>) -> Weakness {
    ("unexamined", why.into())
}
