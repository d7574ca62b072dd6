//! Measures what looking for weak keys costs: each check of a key by itself, and the common factors of many moduli.
//! Figures are printed, never asserted; what a scan does besides is measured by `rules`.

#![allow(clippy::print_stdout, reason = "printing figures is what it is for")]

use std::hint::black_box;
use std::time::Duration;

use anyhow::Result;
use dashu_int::UBig;
use keyreeve_bench::measure::{interleaved, time};
use keyreeve_weak::{common_factors, curve, density, fermat, fixed, roca, small, wiener};

/// Moduli whose checks are measured, and whose common factors are looked for.
const KEYS: usize = 200;
const MODULI: usize = 10_000;
/// Bits of a modulus.
const BITS: usize = 2048;

fn main() -> Result<()> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let moduli: Vec<UBig> = (0..MODULI).map(|_| numbers.modulus()).collect();
    println!("\nweak keys: what a key costs");
    each_key(&moduli[..KEYS]);
    points();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    println!("\nthe common factors of {MODULI} moduli of {BITS} bits");
    let started = std::time::Instant::now();
    black_box(one.install(|| common_factors(&moduli, &[])));
    println!("{:<48}{:>11}   (aim: at most 20 s)", "on one core", time(started.elapsed()));
    let started = std::time::Instant::now();
    black_box(common_factors(&moduli, &[]));
    println!("{:<48}{:>11}", format!("on {} cores", rayon::current_num_threads()), time(started.elapsed()));
    Ok(())
}

fn each_key(moduli: &[UBig]) {
    let large = UBig::ONE << (BITS - 2) | UBig::ONE;
    let each = |check: &dyn Fn(&UBig)| moduli.iter().for_each(check);
    let times = interleaved(
        11,
        [
            &mut || each(&|modulus| _ = black_box(fermat::rounds(modulus))),
            &mut || each(&|modulus| _ = black_box(roca::is_vulnerable(modulus))),
            &mut || each(&|modulus| _ = black_box(density::pattern(modulus))),
            &mut || each(&|modulus| _ = black_box(wiener::private_bits(modulus, &large))),
            &mut || each(&|modulus| _ = black_box(small::factor(modulus))),
        ],
    );
    let names = [
        "Fermat's method, 100 rounds",
        "ROCA, 38 primes",
        "bits that are set",
        "Wiener's attack, with a large exponent",
        "small factors, were they looked for alone",
    ];
    for (name, taken) in names.into_iter().zip(times) {
        println!("{name:<48}{:>11}", time(taken / moduli.len() as u32));
    }
}

/// The base points of two curves, which are as good as any.
fn points() {
    const REPEATED: u32 = 100;
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let uncompressed = bytes(&["04", x, y].concat());
    let compressed = bytes(&["03", x].concat());
    let edwards = bytes(&["58", &"66".repeat(31)].concat());
    let repeated = |check: &dyn Fn()| (0..REPEATED).for_each(|_| check());
    let times: [Duration; 3] = interleaved(
        11,
        [
            &mut || repeated(&|| drop(black_box(curve::weaknesses("prime256v1", &uncompressed)))),
            &mut || repeated(&|| drop(black_box(curve::weaknesses("prime256v1", &compressed)))),
            &mut || repeated(&|| drop(black_box(fixed::weaknesses("Ed25519", &edwards)))),
        ],
    );
    for (name, taken) in
        ["a point of P-256", "a compressed point of P-256", "a point of Ed25519"].into_iter().zip(times)
    {
        println!("{name:<48}{:>11}", time(taken / REPEATED));
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = hexadecimal.as_bytes().as_chunks::<2>().0.iter();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    pairs.map(|&[high, low]| digit(high) << 4 | digit(low)).collect()
}

/// Numbers without a pattern that matters, the same ones on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    /// An odd number of so many bits; that it is no product of two primes makes no difference to what it costs.
    fn modulus(&mut self) -> UBig {
        let mut words = [0; BITS / 64];
        for word in &mut words {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *word = self.0;
        }
        let top = UBig::ONE << (BITS - 1);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        UBig::from_le_bytes(&bytes) | top | UBig::ONE
    }
}
