//! Passwords that the user has for encrypted keys and containers, and trying them in turn, paid for from the scan's budget.
//! A password is in no fact, message or log, and none is guessed.

mod bcfks;
mod cost;
mod decrypt;
mod dek_info;

use std::cell::Cell;
use std::fmt;

use super::asn1::{Element, Malformed};
use crate::budget::{Account, Work};
use bcfks::Bcfks;
use decrypt::{Failure, Scheme, UNSUPPORTED};
use dek_info::DekInfo;

/// What trying one password may cost, as [`Work::Derivation`] counts it: no single file is to take all that a scan may spend.
const MOST: u64 = 50_000_000;

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

/// Opens what is encrypted in one source, at the expense of that source.
#[derive(Debug)]
pub(crate) struct Opener<'a> {
    passwords: &'a Passwords,
    /// The password that opened something last, which is tried first.
    first: Cell<usize>,
    account: &'a Account<'a>,
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
    pub(crate) fn new(passwords: &'a Passwords, account: &'a Account<'a>) -> Self {
        Self { passwords, first: Cell::new(0), account }
    }

    /// What the source pays from.
    pub(crate) fn account(&self) -> &'a Account<'a> {
        self.account
    }

    /// Decrypts with the first password whose content `is_sound`. `algorithm` is the AlgorithmIdentifier of RFC 8018 or RFC 7292.
    pub(crate) fn open(
        &self,
        algorithm: Element<'_>,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| Scheme::of(algorithm), ciphertext, is_sound)
    }

    /// As [`Self::open`], the body of a PEM block under that header DEK-Info.
    pub(crate) fn open_pem(
        &self,
        dek_info: &str,
        body: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| DekInfo::of(dek_info).map(Scheme::DekInfo), body, is_sound)
    }

    /// As [`Self::open`], a part of a BCFKS, whose key is for that purpose.
    pub(crate) fn open_bcfks(
        &self,
        algorithm: Element<'_>,
        purpose: &'static str,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| Bcfks::of(algorithm, purpose).map(Scheme::Bcfks), ciphertext, is_sound)
    }

    fn open_under(
        &self,
        scheme: impl FnOnce() -> Result<Scheme, Malformed>,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        let Some(last) = self.passwords.0.len().checked_sub(1) else { return Ok(Opened::NotTried) };
        let scheme = scheme()?;
        let first = self.first.get();
        let order = std::iter::once(first).chain((0..=last).filter(|&index| index != first));
        for index in order {
            self.pay(scheme.cost(&self.passwords.0[index], ciphertext.len()))?;
            match scheme.decrypt(&self.passwords.0[index], ciphertext) {
                Ok(plain) if is_sound(&plain) => {
                    self.first.set(index);
                    return Ok(Opened::Plain(plain));
                }
                Ok(_) | Err(Failure::Password) => {}
                Err(Failure::Unsupported) => return Err(UNSUPPORTED),
            }
        }
        Ok(Opened::Wrong)
    }

    fn pay(&self, cost: u64) -> Result<(), Malformed> {
        if cost > MOST {
            return Err(Malformed(
                "trying a password on it costs more than 50000000 iterations of a key derivation, which are not done",
            ));
        }
        let paid = self.account.pay(Work::Derivation, cost);
        paid.map_err(|_| {
            Malformed("not every password is tried: that costs more than one scan may take, so scan it by itself")
        })
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
