//! What the numbers of public keys show: whether others can compute the private half, or already have it.
//! Pure arithmetic on keys; which facts they come from is the affair of `relate`, how serious it is that of the rule.

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

/// Bits of the longest modulus that is looked at: the cost of most checks grows with the square of the length.
const LONGEST: usize = 16_384;

/// A weakness as an attribute of a public key: its name and what is to be said of it, as the contract's comment on
/// `public-key.attributes` lists them. Never a number that a private key can be computed from more easily than from the
/// public one.
pub type Weakness = (&'static str, String);

/// What a key shows by itself.
pub fn of(numbers: &Numbers<'_>) -> Vec<Weakness> {
    match *numbers {
        Numbers::Rsa { modulus, exponent } => rsa::weaknesses(modulus, exponent),
        Numbers::Dsa { p, q, g, y } => finite_field::of_dsa(p, q, g, y),
        Numbers::Dh { p, g, y } => finite_field::of_dh(p, g, y),
        Numbers::Ec { curve, point } => curve::weaknesses(curve, point),
        Numbers::Fixed { name, key } => fixed::weaknesses(name, key),
    }
}

/// What looking at a key by itself costs at most, in the unit of [`keyreeve_source::budget::Work::Numbers`].
pub fn price(numbers: &Numbers<'_>) -> u64 {
    match *numbers {
        Numbers::Rsa { modulus, exponent } => rsa::price(modulus, exponent),
        Numbers::Dsa { p, q, .. } => finite_field::price_of_dsa(p.len(), q.len()),
        Numbers::Dh { p, .. } => finite_field::price_of_dh(p.len()),
        Numbers::Ec { curve, point } => curve::price(curve, point),
        Numbers::Fixed { key, .. } => fixed::price(key.len()),
    }
}

/// What is impossible in a key.
fn invalid(what: impl Into<String>) -> Weakness {
    ("invalid", what.into())
}

/// Why a key was not looked at, or not compared with others.
pub fn unexamined(why: impl Into<String>) -> Weakness {
    ("unexamined", why.into())
}
