//! Passwords that the user has for encrypted keys and containers, and trying them in turn, within a bound on the work that a file can
//! ask for. A password is in no fact, message or log, and none is guessed but those that programs take for no password at all.

mod bcfks;
mod cost;
mod decrypt;
mod dek_info;

use keyreeve_facts::Passwords;
use keyreeve_source::budget::{Account, Work};

use super::asn1::{Element, Malformed};
use bcfks::Bcfks;
use decrypt::{Failure, Scheme, UNSUPPORTED};
use dek_info::DekInfo;

/// The most that trying passwords on one file may cost, in the unit of [`Work::Derivation`], so that one file cannot
/// spend the whole budget of a scan.
const MOST: u64 = 50_000_000;

/// What stands for no password where a program asks for one, as PKCS#12 must have it: nothing, and Java's default. Whoever knows the
/// format knows them, so that they protect nothing.
const KNOWN_TO_ALL: [&str; 2] = ["", "changeit"];

/// What trying one of these may cost: ten times the iterations of Java's own keystores.
const MOST_FOR_KNOWN: u64 = 100_000;

/// Opens what is encrypted in one source.
#[derive(Debug, Clone)]
pub(crate) struct Opener<'a> {
    passwords: &'a Passwords,
    /// The password that worked last, which is tried first.
    first: usize,
    /// What may still be spent on this source.
    left: u64,
    account: &'a Account<'a>,
    /// Whether passwords are tried that everybody knows.
    tries_known: bool,
}

/// The result of trying to open something.
pub(crate) enum Opened {
    /// There is no password to try.
    NotTried,
    /// None of the passwords opens it.
    Wrong,
    /// The decrypted content.
    Plain(Vec<u8>),
    /// The decrypted content of what is encrypted under a password that everybody knows.
    Unprotected(Vec<u8>),
}

impl<'a> Opener<'a> {
    /// For one source, whose account pays for the attempts.
    pub(crate) fn new(passwords: &'a Passwords, account: &'a Account<'a>) -> Self {
        Self { passwords, first: 0, left: MOST, account, tries_known: false }
    }

    /// Reads something on which also passwords are tried that everybody knows.
    pub(crate) fn with_known<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.tries_known = true;
        let read = read(self);
        self.tries_known = false;
        read
    }

    /// Decrypts with the first password for whose content `is_sound` holds. `algorithm` is the AlgorithmIdentifier of
    /// RFC 8018 or RFC 7292.
    pub(crate) fn open(
        &mut self,
        algorithm: Element<'_>,
        ciphertext: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| Scheme::of(algorithm), ciphertext, is_sound)
    }

    /// Like [`Self::open`], for the body of a PEM block with that header DEK-Info.
    pub(crate) fn open_pem(
        &mut self,
        dek_info: &str,
        body: &[u8],
        is_sound: fn(&[u8]) -> bool,
    ) -> Result<Opened, Malformed> {
        self.open_under(|| DekInfo::of(dek_info).map(Scheme::DekInfo), body, is_sound)
    }

    /// Like [`Self::open`], for a part of a BCFKS whose key has that purpose.
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
        if self.passwords.is_empty() && !self.tries_known {
            return Ok(Opened::NotTried);
        }
        let scheme = match scheme() {
            // Without a password there was nothing to ask of it.
            Err(_) if self.passwords.is_empty() => return Ok(Opened::NotTried),
            scheme => scheme?,
        };
        if let Some(plain) = self.open_known(&scheme, ciphertext, is_sound) {
            return Ok(Opened::Unprotected(plain));
        }
        let Some(last) = self.passwords.list().len().checked_sub(1) else { return Ok(Opened::NotTried) };
        let order = std::iter::once(self.first).chain((0..=last).filter(|&index| index != self.first));
        for index in order.collect::<Vec<_>>() {
            let password = &self.passwords.list()[index];
            self.pay(scheme.cost(password, ciphertext.len()))?;
            match scheme.decrypt(password, ciphertext) {
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

    /// The content of what one of the passwords opens that everybody knows, where trying them costs little.
    fn open_known(&mut self, scheme: &Scheme, ciphertext: &[u8], is_sound: fn(&[u8]) -> bool) -> Option<Vec<u8>> {
        if !self.tries_known {
            return None;
        }
        KNOWN_TO_ALL.iter().find_map(|password| {
            let cost = scheme.cost(password, ciphertext.len());
            let is_cheap = cost <= MOST_FOR_KNOWN && self.pay(cost).is_ok();
            is_cheap.then(|| scheme.decrypt(password, ciphertext).ok()).flatten().filter(|plain| is_sound(plain))
        })
    }

    fn pay(&mut self, cost: u64) -> Result<(), Malformed> {
        const DEAR: Malformed = Malformed(
            "trying a password on it costs more than 50000000 iterations of a key derivation, and is not done",
        );
        const FILE: Malformed = Malformed(
            "not every password is tried, since this file has cost enough: leave out passwords that do not fit",
        );
        const SCAN: Malformed =
            Malformed("not every password is tried, since this scan has cost enough: scan fewer files at once");
        if cost > MOST {
            return Err(DEAR);
        }
        let left = self.left.checked_sub(cost).ok_or(FILE)?;
        self.account.pay(Work::Derivation, cost).map_err(|_| SCAN)?;
        self.left = left;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keyreeve_source::budget::Budget;

    use super::*;

    /// What a key is encrypted with by PKCS#12's triple DES, with a salt of so many bytes.
    fn pbe(salt: usize) -> Vec<u8> {
        use crate::asn1::{encode, encode_unsigned};
        let oid = [6, 10, 42, 134, 72, 134, 247, 13, 1, 12, 1, 3];
        let parameters = encode(0x30, &[&encode(4, &[&vec![7; salt]]), &encode_unsigned(&[8])]);
        encode(0x30, &[&oid, &parameters])
    }

    #[test]
    fn what_is_hashed_and_decrypted_costs_and_not_only_iterations() {
        let passwords = Passwords::of_lines(&"wrong\n".repeat(1000));
        for (salt, ciphertext, is_cheap) in [(8, 8, true), (4 << 20, 8, false), (8, 8 << 20, false)] {
            let algorithm = pbe(salt);
            let algorithm = crate::asn1::Elements::of(&algorithm).any().unwrap();
            // Of a cheap one a thousand tries cost less than one file may.
            let scheme = Scheme::of(algorithm).unwrap();
            let tries = MOST / scheme.cost("wrong", ciphertext);
            assert_eq!(tries > passwords.list().len() as u64, is_cheap, "{salt} {ciphertext}: {tries}");
        }
    }

    #[test]
    fn what_one_file_costs_does_not_grow_with_the_passwords_nor_with_its_length() {
        let scheme = pbe(8);
        let algorithm = crate::asn1::Elements::of(&scheme).any().unwrap();
        let tries = |ciphertext: usize| MOST / Scheme::of(algorithm).unwrap().cost("wrong", ciphertext);
        assert_eq!((tries(30 << 20), tries(60 << 20)), (2, 1));
        let (passwords, budget) = (Passwords::of_lines("a"), Budget::of(1 << 30));
        let accounts = [(); 2].map(|()| Account::new(&budget));
        let mut openers = accounts.each_ref().map(|account| Opener::new(&passwords, account));
        let reason = |paid: Result<(), Malformed>| paid.unwrap_err().0;
        assert!(reason(openers[0].pay(MOST + 1)).contains("costs more than 50000000 iterations"));
        assert_eq!((openers[0].pay(MOST / 2), openers[0].pay(MOST / 2)), (Ok(()), Ok(())));
        assert!(reason(openers[0].pay(1)).contains("this file has cost enough"));
        assert_eq!(openers[1].pay(MOST), Ok(()), "another file has its own");
    }

    #[test]
    fn two_hundred_keystores_of_many_iterations_are_opened_with_two_passwords() {
        let keystores = 200;
        let budget = Budget::of(keystores * 4096);
        // Certificates and key of each; the password that opened the first is tried first on the second.
        let tries = keystores * 3;
        let cost = cost::pbkdf2(600_000, 1, 1, 16, 16) + 100;
        assert_eq!(budget.pay(Work::Derivation, tries * cost), Ok(()));
    }

    #[test]
    fn a_scan_and_not_a_file_pays_for_trying() {
        let budget = Budget::of(0);
        let passwords = Passwords::of_lines("wrong");
        let algorithm = pbe(8);
        let open = || {
            let account = Account::new(&budget);
            let algorithm = crate::asn1::Elements::of(&algorithm).any().unwrap();
            Opener::new(&passwords, &account).open(algorithm, &[0; 8], |_| true).map(drop)
        };
        assert!(open().is_ok());
        budget.pay(Work::Derivation, Work::Derivation.allowance(0) - 100).unwrap();
        assert!(open().is_err_and(|reason| reason.0.contains("this scan has cost enough")));
        assert!(budget.is_overdrawn());
    }

    #[test]
    fn a_password_is_a_line_and_is_never_shown() {
        let passwords = Passwords::of_lines("first\r\n\n  third \n");
        assert_eq!(passwords.list(), ["first", "", "  third "]);
        assert_eq!(format!("{passwords:?}"), "3 passwords");
        assert!(Passwords::of_lines("").is_empty());
    }
}
