//! Private keys of DNSSEC as BIND writes them: `Private-key-format: v1.3` and one line for each number. The public
//! records beside them are read elsewhere.

use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use keyreeve_contract::{Protection, Role};

use super::lines::{Line, Lines};
use super::{Sink, is_placeholder};
use crate::asn1::{Malformed, encode_oid, significant};
use crate::key::derive::Owed;
use crate::key::{Found, PublicHalf};
use crate::oid;
use crate::oid::curves;
use crate::pem::decode;

/// What the first line begins with.
pub(super) const MARKS: &[&str] = &["Private-key-format:"];
/// The names of the private numbers of any algorithm; their lines are never shown.
const PRIVATE: [&str; 10] = [
    "PrivateExponent",
    "Prime1",
    "Prime2",
    "Exponent1",
    "Exponent2",
    "Coefficient",
    "PrivateKey",
    "Private_value(x)",
    "Key",
    "GostAsn1",
];
/// The most lines of a file.
const MOST_LINES: usize = 64;

/// The named values of a file.
struct File {
    fields: Vec<(String, String, Range<usize>)>,
    end: usize,
}

/// Reads the file that begins at `at`.
pub(super) fn read(text: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
    let mut lines = Lines::from(text, at, sink)?;
    let first = lines.next()?;
    let file = File::collect(&first, lines)?;
    let home = at..file.end;
    let private = || file.fields.iter().filter(|(name, ..)| PRIVATE.contains(&name.as_str()));
    let stated = || private().filter(|(_, value, _)| !is_placeholder(value.as_bytes()));
    if private().next().is_some() && stated().next().is_none() {
        return Some(home.end);
    }
    stated().for_each(|(_, _, range)| sink.secret(range));
    match file.found() {
        Ok(found) => {
            let created = file.time("Created");
            let expires = file.time("Inactive").or_else(|| file.time("Delete"));
            sink.key(found.dated(created, expires), b"", &home, &first.range);
        }
        Err(reason) => sink.problem(&home, format!("the private key of DNSSEC cannot be read: {reason}")),
    }
    Some(home.end)
}

impl File {
    fn collect(first: &Line, lines: Lines<'_>) -> Option<Self> {
        let mut file = Self { fields: Vec::new(), end: first.range.end };
        for line in lines.take(MOST_LINES) {
            let Some((name, value)) = line.header() else { break };
            // A second file may follow without a separator.
            if name == "Private-key-format" {
                break;
            }
            file.fields.push((name.to_owned(), value.to_owned(), line.value_range()));
            file.end = line.range.end;
        }
        (file.fields.first()?.0 == "Algorithm").then_some(file)
    }

    fn found(&self) -> Result<Found<'static>, Malformed> {
        let algorithm = self.text("Algorithm").and_then(|text| text.split(' ').next()?.parse::<u8>().ok());
        let algorithm = algorithm.ok_or(Malformed("its algorithm is not a number"))?;
        // A key in a hardware module has a label instead of its private numbers.
        let protection = if self.text("Label").is_some() { Protection::Hardware } else { Protection::Plaintext };
        let found = |half| Found::new(Role::Private, "DNSSEC", protection, half);
        if (157..=165).contains(&algorithm) {
            return Ok(Found::symmetric("DNSSEC", self.bytes("Key")?.len() as u32 * 8));
        }
        let half = match self.half(algorithm) {
            Err(_) if protection == Protection::Hardware => None,
            half => half?,
        };
        Ok(found(half).hidden_since(format!("the file does not show the public half of algorithm {algorithm}")))
    }

    fn half(&self, algorithm: u8) -> Result<Option<PublicHalf<'static>>, Malformed> {
        let out_of_range = Malformed("its private key does not have the length that it should");
        let fixed = |name| Owed::fixed(name, &self.bytes("PrivateKey")?).ok_or(out_of_range);
        let point = |name| {
            let owed = Owed::point(name, &self.bytes("PrivateKey")?).ok_or(out_of_range)?;
            let curve = curves::by_name(name).map(|curve| encode_oid(&curve.oid));
            Ok(curve.map(|curve| PublicHalf::of_ec(&curve, None).owed(owed)))
        };
        Ok(match algorithm {
            1 | 5 | 7 | 8 | 10 => {
                Some(PublicHalf::of_rsa(significant(&self.bytes("Modulus")?), &self.bytes("PublicExponent")?))
            }
            3 | 6 => {
                let [p, q, g] = [self.bytes("Prime(p)")?, self.bytes("Subprime(q)")?, self.bytes("Base(g)")?];
                Some(PublicHalf::of_dsa([&p, &q, &g], Some(&self.bytes("Public_value(y)")?)))
            }
            13 => point("prime256v1")?,
            14 => point("secp384r1")?,
            15 => Some(PublicHalf::of_fixed_owed(&oid::ED25519, fixed("Ed25519")?)),
            16 => Some(PublicHalf::of_fixed_owed(&oid::ED448, fixed("Ed448")?)),
            _ => None,
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, ..)| known == name).map(|(_, value, _)| value.as_str())
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, Malformed> {
        let text = self.text(name).ok_or(Malformed("it lacks a line that its algorithm asks for"))?;
        decode::base64(text.as_bytes()).ok_or(Malformed("a line of it is not base64"))
    }

    /// A time as `20261123101500`, in UTC.
    fn time(&self, name: &str) -> Option<i64> {
        let time = DateTime::strptime("%Y%m%d%H%M%S", self.text(name)?).ok()?;
        Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
    }
}
