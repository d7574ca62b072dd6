//! Factors that are known already: the primes that badkeys collected from keys on the internet and in firmware which
//! share factors, as one product for each length of modulus. From badkeys 0.0.21 (<https://badkeys.info>), under the
//! MIT licence in the same folder.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

/// Each file of badkeys, with the name that it has there.
static PRODUCTS: LazyLock<[(&str, UBig); 5]> = LazyLock::new(|| {
    [
        ("primes512", &include_bytes!("known/primes512.dat")[..]),
        ("primes768", include_bytes!("known/primes768.dat")),
        ("primes1024", include_bytes!("known/primes1024.dat")),
        ("primes2048", include_bytes!("known/primes2048.dat")),
        ("primes4096", include_bytes!("known/primes4096.dat")),
    ]
    .map(|(name, bytes)| (name, read(bytes)))
});

/// Reads a number as gmpy2 writes it: two bytes of header, then the magnitude, little-endian.
fn read(bytes: &[u8]) -> UBig {
    UBig::from_le_bytes(bytes.get(2..).unwrap_or_default())
}

/// The products.
pub(super) fn each() -> impl Iterator<Item = &'static UBig> {
    PRODUCTS.iter().map(|(_, product)| product)
}

/// The product of all of them.
pub(super) static ALL: LazyLock<UBig> = LazyLock::new(|| each().product());

/// Where a factor of the number is published.
pub(super) fn source(number: &UBig) -> Option<String> {
    let has = |(_, product): &&(&str, UBig)| !number.gcd(product).is_one();
    PRODUCTS.iter().find(has).map(|(name, _)| format!("badkeys 0.0.21, {name}"))
}
