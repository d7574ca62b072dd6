//! Passwords that the user has for encrypted keys and containers, and trying them in turn, within a bound on the work that a file can
//! ask for. A password is in no fact, message or log, and none is guessed.

mod bcfks;
mod decrypt;
mod dek_info;

use std::fmt;

use super::asn1::{Element, Malformed};
use bcfks::Bcfks;
use decrypt::{Failure, Scheme, UNSUPPORTED};
use dek_info::DekInfo;

/// Iterations of key derivation that one file may cost in all, and blocks that are decrypted, of so many bytes each. A derivation that asks
/// for more than a quarter of it is refused.
const BUDGET: u64 = 40_000_000;
const MOST_ITERATIONS: u64 = BUDGET / 4;
const BLOCK: usize = 64;

/// Passwords to be tried, in order.
#[derive(Default)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// No passwords: nothing is decrypted.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// The lines of a file, a password each; an empty line is the empty password.
    pub fn of_lines(text: &str) -> Self {
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passwords", self.0.len())
    }
}

/// Opens what is encrypted in one source.
#[derive(Debug)]
pub(crate) struct Opener<'a> {
    passwords: &'a Passwords,
    /// The password that opened something last, which is tried first.
    first: usize,
    left: u64,
}

impl Default for Opener<'_> {
    fn default() -> Self {
        Self::new(Passwords::NONE)
    }
}

/// What became of something encrypted.
pub(crate) enum Opened {
    /// There is no password to try.
    NotTried,
    /// None of the passwords opens it.
    Wrong,
    /// The decrypted content.
    Plain(Vec<u8>),
}

impl<'a> Opener<'a> {
    /// For one source.
    pub(crate) fn new(passwords: &'a Passwords) -> Self {
        Self { passwords, first: 0, left: BUDGET }
    }

    /// Decrypts with the first password whose content `is_sound`. `algorithm` is the AlgorithmIdentifier of RFC 8018 or RFC 7292.
    pub(crate) fn open(
        &mut self,
        algorithm: Element<'_>,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| Scheme::of(algorithm), ciphertext, is_sound)
    }

    /// As [`Self::open`], the body of a PEM block under that header DEK-Info.
    pub(crate) fn open_pem(
        &mut self,
        dek_info: &str,
        body: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| DekInfo::of(dek_info).map(Scheme::DekInfo), body, is_sound)
    }

    /// As [`Self::open`], a part of a BCFKS, whose key is for that purpose.
    pub(crate) fn open_bcfks(
        &mut self,
        algorithm: Element<'_>,
        purpose: &'static str,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| Bcfks::of(algorithm, purpose).map(Scheme::Bcfks), ciphertext, is_sound)
    }

    fn open_under(
        &mut self,
        scheme: impl FnOnce() -> Result<Scheme, Malformed>,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        let Some(last) = self.passwords.0.len().checked_sub(1) else { return Ok(Opened::NotTried) };
        let scheme = scheme()?;
        if scheme.iterations() > MOST_ITERATIONS {
            return Err(Malformed("its key derivation asks for more than 10000000 iterations, which are not done"));
        }
        let cost = scheme.iterations() + (ciphertext.len() / BLOCK) as u64;
        let order = std::iter::once(self.first).chain((0..=last).filter(|&index| index != self.first));
        for index in order.collect::<Vec<_>>() {
            self.left = self.left.checked_sub(cost).ok_or(Malformed(
                "its key derivation is not done, since trying the passwords on this file has cost enough",
            ))?;
            match scheme.decrypt(&self.passwords.0[index], ciphertext) {
                Ok(plain) if is_sound(&plain) => {
                    self.first = index;
                    return Ok(Opened::Plain(plain));
                }
                Ok(_) | Err(Failure::Password) => {}
                Err(Failure::Unsupported) => return Err(UNSUPPORTED),
            }
        }
        Ok(Opened::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_line_and_is_never_shown() {
        let passwords = Passwords::of_lines("first\r\n\n  third \n");
        assert_eq!(passwords.0, ["first", "", "  third "]);
        assert_eq!(format!("{passwords:?}"), "3 passwords");
        assert!(Passwords::of_lines("").is_empty());
    }
}
