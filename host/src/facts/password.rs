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

/// What trying passwords on one file may cost, as [`Work::Derivation`] counts it: it is not to take all that a scan may spend.
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
    /// What may still be spent on this source.
    left: Cell<u64>,
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
        Self { passwords, first: Cell::new(0), left: Cell::new(MOST), account }
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
        const DEAR: Malformed = Malformed(
            "trying a password on it costs more than 50000000 iterations of a key derivation, and is not done",
        );
        const FILE: Malformed = Malformed(
            "not every password is tried, since this file has cost enough: leave out passwords that do not fit",
        );
        const SCAN: Malformed =
            Malformed("not every password is tried, since the files of this scan have cost enough: scan fewer at once");
        if cost > MOST {
            return Err(DEAR);
        }
        let left = self.left.get().checked_sub(cost).ok_or(FILE)?;
        self.account.pay(Work::Derivation, cost).map_err(|_| SCAN)?;
        self.left.set(left);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::budget::Budget;
    use crate::facts::asn1::{Elements, encode, encode_oid, encode_unsigned};
    use crate::facts::oid::oid;

    /// Triple DES under the key derivation of PKCS#12.
    fn triple_des(salt: usize, iterations: u8) -> Vec<u8> {
        let parameters = encode(0x30, &[&encode(4, &[&vec![7; salt]]), &encode_unsigned(&[iterations])]);
        encode(0x30, &[&encode_oid(&oid("1.2.840.113549.1.12.1.3")), &parameters])
    }

    #[test]
    fn long_salts_and_slow_ciphers_cost_what_they_take() {
        let cost = |salt, ciphertext| {
            let der = triple_des(salt, 1);
            Scheme::of(Elements::of(&der).any().unwrap()).unwrap().cost("secret", ciphertext)
        };
        assert!(cost(8, 100) < 1_000);
        assert!(cost(4 << 20, 100) > 300_000, "it is hashed three times");
        assert!(cost(8, 30 << 20) > 20_000_000, "a thousand iterations take as long as a kilobyte");
    }

    #[test]
    fn many_passwords_are_tried_until_the_budget_is_spent_which_is_said() {
        let (passwords, der) = (Passwords::of_lines(&"wrong\n".repeat(1000)), triple_des(1 << 20, 1));
        let open = |budget: &Budget| {
            let account = Account::new(budget);
            let algorithm = Elements::of(&der).any().unwrap();
            Opener::new(&passwords, &account).open(algorithm, &[0; 64], |_| false)
        };
        let budget = Budget::of_bytes_alone(300_000);
        let Err(Malformed(reason)) = open(&budget) else { panic!("there is not enough for all") };
        assert!(reason.contains("the files of this scan have cost enough"), "{reason}");
        assert!(budget.is_overdrawn() && budget.left(Work::Derivation) < 100_000);
        let Err(Malformed(_)) = open(&budget) else { panic!("another file of the scan has no more") };
    }

    #[test]
    fn one_file_does_not_take_what_all_may() {
        let (passwords, budget) = (Passwords::of_lines("a"), Budget::of(0));
        let accounts = [(); 9].map(|()| Account::new(&budget));
        let openers = accounts.each_ref().map(|account| Opener::new(&passwords, account));
        let reason = |paid: Result<(), Malformed>| paid.unwrap_err().0;
        assert!(reason(openers[0].pay(MOST + 1)).contains("costs more than 50000000 iterations"));
        for opener in &openers[..8] {
            assert_eq!((opener.pay(MOST / 2), opener.pay(MOST / 2)), (Ok(()), Ok(())));
            assert!(reason(opener.pay(1)).contains("this file has cost enough"));
        }
        assert!(reason(openers[8].pay(1)).contains("the files of this scan have cost enough"));
    }

    #[test]
    fn a_password_is_a_line_and_is_never_shown() {
        let passwords = Passwords::of_lines("first\r\n\n  third \n");
        assert_eq!(passwords.0, ["first", "", "  third "]);
        assert_eq!(format!("{passwords:?}"), "3 passwords");
        assert!(Passwords::of_lines("").is_empty());
    }
}
