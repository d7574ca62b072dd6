//! Budgets: how much work a scan does on what it reads, in proportion to the bytes of it. Work is counted and never timed, so that the
//! same files are understood in the same way on every machine. Not the limits of rules, which are the sandbox's.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A kind of work that a file can ask for out of proportion to its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Following configurations: names compared with patterns, includes, variables. A step looks at about one byte.
    Configuration,
    /// Powers and divisions of large numbers, in multiplications of two 64-bit words.
    Numbers,
    /// Deriving keys from passwords and decrypting with them, in iterations of PBKDF2 with SHA-256: some 0.2 µs.
    Derivation,
    /// Unpacking what is compressed, in bytes that come out.
    Unpacking,
    /// Compiling what git is told to ignore and comparing names with it, in bytes of plain patterns: some 0.2 µs. It is spent while the
    /// scan's bytes are still being looked for, so there is nothing that it could be in proportion to.
    Patterns,
}

/// What a scan may spend on a kind of work: whatever its size, and for each of its bytes.
struct Rate {
    base: u64,
    each_byte: u64,
}

impl Work {
    const ALL: [Self; 5] = [Self::Configuration, Self::Numbers, Self::Derivation, Self::Unpacking, Self::Patterns];

    fn rate(self) -> Rate {
        let (base, each_byte) = match self {
            Self::Configuration => (16_000_000, 64),
            // Hundreds of private keys of Diffie-Hellman with 2048 bits and no public half, and of any other ordinary form as many as there
            // can be; comparing the moduli of each of ten thousand public keys with all others.
            Self::Numbers => (2_000_000_000, 2_000),
            // Two hundred keystores with two things to open, of 600,000 iterations each, and two passwords to try.
            Self::Derivation => (400_000_000, 1),
            Self::Unpacking => (64 << 20, 16),
            // Thousands of .gitignore files, as large repositories of many projects have them.
            Self::Patterns => (16 << 20, 0),
        };
        Rate { base, each_byte }
    }

    /// What is not done when the budget of it is spent, as the beginning of a sentence.
    fn name(self) -> &'static str {
        match self {
            Self::Configuration => "following includes, names and variables",
            Self::Numbers => "computing with its numbers",
            Self::Derivation => "deriving keys from passwords",
            Self::Unpacking => "unpacking what is compressed",
            Self::Patterns => "heeding what git is told to ignore",
        }
    }
}

/// What a power costs of [`Work::Numbers`]: a square for each bit of the exponent, which is divided by a modulus of so many 64-bit words.
pub fn power(exponent_bits: u64, modulus_words: u64) -> u64 {
    /// What small numbers cost beside their multiplications.
    const STEP: u64 = 64;
    let square = modulus_words.saturating_mul(modulus_words).saturating_mul(2).saturating_add(STEP);
    exponent_bits.saturating_mul(square)
}

/// The budget for a kind of work is spent: it was not done, and whoever asked for it says so at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} costs more than a scan of this size may take; what is left of it was not done", .0.name())]
pub struct Spent(pub Work);

/// The budgets of one scan, which all its sources share.
#[derive(Debug)]
pub struct Budget {
    left: [AtomicU64; Work::ALL.len()],
    is_overdrawn: AtomicBool,
}

impl Budget {
    /// For a scan of so many bytes.
    pub fn of(bytes: u64) -> Self {
        Self::at(|Rate { base, each_byte }| base.saturating_add(bytes.saturating_mul(each_byte)))
    }

    /// For a file of so many bytes that is not to take more than its share of any scan.
    pub fn of_bytes_alone(bytes: u64) -> Self {
        Self::at(|Rate { each_byte, .. }| bytes.saturating_mul(each_byte))
    }

    fn at(amount: impl Fn(Rate) -> u64) -> Self {
        let left = Work::ALL.map(|work| AtomicU64::new(amount(work.rate())));
        Self { left, is_overdrawn: AtomicBool::new(false) }
    }

    /// Pays for some work before it is done.
    ///
    /// # Errors
    /// [`Spent`] if that much is not left: the work is not to be done. Smaller work may still be paid for.
    pub fn pay(&self, work: Work, amount: u64) -> Result<(), Spent> {
        let left = &self.left[work as usize];
        let paid = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount));
        paid.map(|_| ()).map_err(|_| {
            self.is_overdrawn.store(true, Ordering::Relaxed);
            Spent(work)
        })
    }

    /// Pays all of that at once, or nothing.
    ///
    /// # Errors
    /// [`Spent`] with a kind of work that not as much is left for.
    pub fn pay_all(&self, outlay: &Outlay) -> Result<(), Spent> {
        let paid = Work::ALL.into_iter().zip(outlay);
        if let Some((work, _)) = paid.clone().find(|(work, amount)| self.left(*work) < **amount) {
            return Err(Spent(work));
        }
        paid.filter(|(_, amount)| **amount > 0).try_for_each(|(work, amount)| self.pay(work, *amount))
    }

    /// How much of a kind of work is left.
    pub fn left(&self, work: Work) -> u64 {
        self.left[work as usize].load(Ordering::Relaxed)
    }

    /// Whether anybody was refused. Of sources that are read in parallel it is then chance which one it was.
    pub fn is_overdrawn(&self) -> bool {
        self.is_overdrawn.load(Ordering::Relaxed)
    }
}

/// How much of each kind of work was done for something.
pub type Outlay = [u64; Work::ALL.len()];

/// What one source spends of the budget.
#[derive(Debug)]
pub struct Account<'a> {
    budget: &'a Budget,
    spent: Cell<Outlay>,
    is_refused: Cell<bool>,
}

impl<'a> Account<'a> {
    /// Of a source.
    pub fn new(budget: &'a Budget) -> Self {
        Self { budget, spent: Cell::default(), is_refused: Cell::new(false) }
    }

    /// As [`Budget::pay`].
    ///
    /// # Errors
    /// As there.
    pub fn pay(&self, work: Work, amount: u64) -> Result<(), Spent> {
        self.budget.pay(work, amount).inspect_err(|_| self.is_refused.set(true))?;
        let mut spent = self.spent.get();
        spent[work as usize] += amount;
        self.spent.set(spent);
        Ok(())
    }

    /// What was spent; none if anything was refused, so that what was understood of the source depends on what others have spent.
    pub fn outlay(&self) -> Option<Outlay> {
        (!self.is_refused.get()).then(|| self.spent.get())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_and_smaller_work_is_still_done() {
        let budget = Budget::of(1);
        let Rate { base, each_byte } = Work::Unpacking.rate();
        assert_eq!(budget.pay(Work::Unpacking, base + each_byte - 1), Ok(()));
        assert!(!budget.is_overdrawn());
        assert_eq!(budget.pay(Work::Unpacking, 2), Err(Spent(Work::Unpacking)));
        assert!(budget.is_overdrawn());
        assert_eq!(budget.pay(Work::Unpacking, 1), Ok(()));
        assert_eq!(budget.pay(Work::Numbers, 1), Ok(()), "each kind of work has its own");
    }

    #[test]
    fn an_account_knows_what_it_spent_and_all_of_it_is_paid_or_nothing() {
        let budget = Budget::of_bytes_alone(10);
        let each = Work::Unpacking.rate().each_byte;
        let account = Account::new(&budget);
        assert_eq!(account.pay(Work::Unpacking, 6 * each), Ok(()));
        let outlay = account.outlay().unwrap();
        assert_eq!(budget.pay_all(&outlay), Err(Spent(Work::Unpacking)));
        assert_eq!(budget.left(Work::Unpacking), 4 * each);
        assert_eq!(account.pay(Work::Unpacking, 5 * each), Err(Spent(Work::Unpacking)));
        assert_eq!(account.outlay(), None);
        let other = Budget::of_bytes_alone(10);
        assert_eq!(other.pay_all(&outlay), Ok(()));
        assert_eq!(other.left(Work::Unpacking), 4 * each);
    }

    #[test]
    fn the_largest_scan_has_a_budget_too() {
        assert_eq!(Budget::of(u64::MAX).pay(Work::Numbers, u64::MAX), Ok(()));
    }
}
