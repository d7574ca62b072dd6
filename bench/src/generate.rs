//! Files to measure with, the same ones on every run: trees in which one file of a hundred matters, and certificates.
//! Not a test's fixtures: what stands in them is only as real as reading them takes.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;

/// A small configuration of a web server, with what nginx judges of TLS in it.
pub const NGINX: &str = include_str!("../files/nginx.conf");

/// One file of so many matters.
const MATTERS: usize = 100;
/// So many files stand in a folder.
const FOLDER: usize = 64;

/// A self-signed server certificate of each kind: RSA with 2048 bits, and P-256.
const CERTIFICATES: [&[u8]; 2] = [include_bytes!("../files/rsa.der"), include_bytes!("../files/ec.der")];
/// The serial number of both.
const SERIAL: [u8; 8] = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
/// How the BIT STRING of each public key begins, up to the number: the modulus, and the coordinates of the point.
const KEYS: [&[u8]; 2] = [b"\x03\x82\x01\x0f\x00\x30\x82\x01\x0a\x02\x82\x01\x01\x00", b"\x03\x42\x00\x04"];

/// Numbers without a pattern that matters, the same ones for the same seed (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Writes a tree of so many files, and returns how many bytes they have: sources, documentation and data that hold
/// nothing for keyreeve, and by turns an nginx configuration and a certificate that do.
///
/// # Errors
/// When a file cannot be written.
pub fn tree(root: &Path, files: usize) -> io::Result<u64> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut folder, mut bytes) = (root.to_owned(), 0);
    for index in 0..files {
        if index % FOLDER == 0 {
            folder = root.join(format!("part-{:02}", index / FOLDER % 32)).join(format!("module-{}", index / FOLDER));
            fs::create_dir_all(&folder)?;
        }
        let (name, text) = match index % MATTERS {
            37 if (index / MATTERS).is_multiple_of(2) => ("site.conf", NGINX.to_owned()),
            37 => ("server.crt", pem(index)),
            _ => ordinary(&mut numbers),
        };
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{index}-{name}")), text)?;
    }
    Ok(bytes)
}

/// Writes certificates, each with a serial number and a key of its own, so many to a file.
///
/// # Errors
/// When a file cannot be written.
pub fn certificates(root: &Path, files: usize, each: usize) -> io::Result<()> {
    for file in 0..files {
        let bundle: String = (0..each).map(|position| pem(file * each + position)).collect();
        fs::write(root.join(format!("bundle-{file}.pem")), bundle)?;
    }
    Ok(())
}

/// So many certificates in one PEM text.
pub fn bundle(count: usize) -> String {
    (0..count).map(pem).collect()
}

/// The same in base64, one a line.
pub fn lines(count: usize) -> String {
    (0..count).map(|number| STANDARD.encode(certificate(number)) + "\n").collect()
}

/// One certificate as PEM.
fn pem(number: usize) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in STANDARD.encode(certificate(number)).as_bytes().chunks(64) {
        text.extend(line.iter().map(|&byte| char::from(byte)));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// One certificate. Its signature is not right, which nothing that reads certificates without trusting them sees.
fn certificate(number: usize) -> Vec<u8> {
    let kind = number % CERTIFICATES.len();
    let mut der = CERTIFICATES[kind].to_vec();
    let find =
        |mark: &[u8]| der.windows(mark.len()).position(|window| window == mark).expect("the file holds its own marks");
    let (serial, key) = (find(&SERIAL), find(KEYS[kind]) + KEYS[kind].len());
    // The first byte stays: it makes the number positive.
    der[serial + 1..serial + 8]
        .copy_from_slice(&(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[1..]);
    if kind == 0 {
        let distances = &*DISTANCES;
        let modulus = modulus() + distances[number / CERTIFICATES.len() % distances.len()];
        der[key..key + 256].copy_from_slice(&modulus.to_be_bytes());
    } else {
        der[key..key + 64].copy_from_slice(&point(number));
    }
    der
}

/// The modulus of the RSA certificate.
fn modulus() -> UBig {
    let der = CERTIFICATES[0];
    let at = der.windows(KEYS[0].len()).position(|window| window == KEYS[0]).expect("the file holds its own marks");
    UBig::from_be_bytes(&der[at + KEYS[0].len()..][..256])
}

/// Distances from the modulus to numbers beyond it that look like others: no prime below the limit divides one of them, so that,
/// lying no further from each other, no two have a factor in common.
static DISTANCES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    const LIMIT: usize = 1_500_000;
    let mut composite = vec![false; LIMIT];
    let mut divided = vec![false; LIMIT];
    let base = modulus();
    for prime in 2..LIMIT {
        if !composite[prime] {
            (prime * prime..LIMIT).step_by(prime).for_each(|multiple| composite[multiple] = true);
            let first = (prime - &base % prime) % prime;
            (first..LIMIT).step_by(prime).for_each(|multiple| divided[multiple] = true);
        }
    }
    (0..LIMIT).filter(|&distance| !divided[distance]).map(|distance| distance as u32).collect()
});

/// The coordinates of a point of P-256, another one for each number: the first at or beyond an x that depends on it.
fn point(number: usize) -> [u8; 64] {
    static FIELD: LazyLock<ConstDivisor> = LazyLock::new(|| {
        ConstDivisor::new((UBig::ONE << 256) - (UBig::ONE << 224) + (UBig::ONE << 192) + (UBig::ONE << 96) - 1u8)
    });
    static B: LazyLock<UBig> = LazyLock::new(|| {
        UBig::from_str_radix("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16).unwrap_or_default()
    });
    let exponent = (FIELD.value() + 1u8) >> 2;
    let mut x = (UBig::from(number) + 1u8) << 230;
    loop {
        let at = FIELD.reduce(x.clone());
        let square = at.clone().sqr() * &at - at * FIELD.reduce(3u8) + FIELD.reduce(B.clone());
        let y = square.pow(&exponent);
        if y.sqr() == square {
            let mut point = [0; 64];
            for (place, number) in [(32, x), (64, y.residue())] {
                let bytes = number.to_be_bytes();
                point[place - bytes.len()..place].copy_from_slice(&bytes);
            }
            return point;
        }
        x += 1u8;
    }
}

/// A file that holds nothing for keyreeve, of 200 bytes to 12 KB.
fn ordinary(numbers: &mut Numbers) -> (&'static str, String) {
    const WORDS: [&str; 40] = [
        "return", "value", "the", "server", "config", "let", "for", "index", "request", "of", "name", "with", "string",
        "if", "else", "import", "number", "a", "result", "list", "key", "to", "test", "is", "file", "error", "self",
        "and", "data", "line", "from", "handler", "begin", "state", "SSL", "TLS", "2026", "0x1f", "B", "0",
    ];
    const KINDS: [(&str, &str, &str); 8] = [
        ("lib.rs", "    ", ";\n"),
        ("module.py", "    ", "\n"),
        ("index.ts", "  ", ";\n"),
        ("README.md", "", ".\n"),
        ("values.yaml", "  - ", "\n"),
        ("data.json", "  \"", "\",\n"),
        ("app.conf", "", "\n"),
        ("NOTES", "", "\n\n"),
    ];
    let (name, before, after) = KINDS[numbers.below(KINDS.len())];
    // Most files are short, some are long.
    let lines = 4 + numbers.below(16) * numbers.below(16);
    let mut text = String::new();
    for _ in 0..lines {
        text.push_str(before);
        for _ in 0..3 + numbers.below(10) {
            let _ = write!(text, "{} ", WORDS[numbers.below(WORDS.len())]);
        }
        text.push_str(after);
    }
    (name, text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_same_tree_is_written_every_time() {
        let read = || {
            let folder = tempfile::tempdir().unwrap();
            let bytes = tree(folder.path(), 150).unwrap();
            (bytes, fs::read(folder.path().join("part-02/module-2/137-server.crt")).unwrap())
        };
        assert_eq!(read(), read());
    }

    #[test]
    fn no_key_is_weak() {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path(), 1, 100).unwrap();
        let source = keyreeve_source::Source::new("x.pem", None, fs::read(folder.path().join("bundle-0.pem")).unwrap());
        let mut sources = keyreeve_source::Sources::new(vec![source]);
        let policy = keyreeve::policy::Policy::built_in();
        let understood =
            keyreeve::scan::understand(&mut sources, &policy, keyreeve::formats::Detail::Judged, &Default::default());
        let certificates = understood.facts.certificates.facts().iter();
        assert!(certificates.clone().all(|certificate| certificate.key.attributes.is_empty()));
        assert_eq!(certificates.len(), 100);
    }

    #[test]
    fn every_certificate_has_a_key_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path(), 1, 100).unwrap();
        let source = keyreeve_source::Source::new("x.pem", None, fs::read(folder.path().join("bundle-0.pem")).unwrap());
        let reading = keyreeve_material::scan::read(keyreeve_source::SourceId(0), &source);
        let keys: std::collections::BTreeSet<_> =
            reading.facts.certificates.places().iter().map(|place| place.spki).collect();
        assert_eq!((keys.len(), reading.problems.len()), (100, 0));
    }
}
