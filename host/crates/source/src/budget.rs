//! Budgets: how much work a scan may do, in proportion to the bytes that it reads. Work is counted and never timed, so
//! that every machine understands the same files in the same way. The limits of rules are not here but in the sandbox.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A kind of work that a file can ask for out of proportion to its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Following configurations: names compared with patterns, includes, variables. A step looks at about one byte.
    Configuration,
    /// Keeping what configurations say, in bytes of memory.
    Memory,
    /// Powers and divisions of large numbers for a single key, in multiplications of two 64-bit words.
    Numbers,
    /// Searching the moduli of all keys for common factors, in multiplications of two 64-bit words.
    Factors,
    /// Deriving keys from passwords and decrypting with them, in iterations of PBKDF2 with SHA-256 (some 0.2 µs each).
    /// Only a user who gives passwords causes this work, so the budget hardly grows with the bytes of a scan, which
    /// others may have written.
    Derivation,
    /// Unpacking compressed data, in bytes of output. Each file has a budget of its own.
    Unpacking,
    /// Compiling the patterns of what git ignores and comparing names with them, in bytes of plain patterns (some 0.2
    /// µs each). A walk knows its bytes only at its end, so this budget is the same for every scan.
    Ignoring,
}

/// What a scan may spend on a kind of work: a fixed amount, and an amount for each of its bytes.
struct Rate {
    base: u64,
    each_byte: u64,
}

impl Work {
    const ALL: [Self; 7] = [
        Self::Configuration,
        Self::Memory,
        Self::Numbers,
        Self::Factors,
        Self::Derivation,
        Self::Unpacking,
        Self::Ignoring,
    ];

    /// What a scan of so many bytes may spend.
    pub fn allowance(self, bytes: u64) -> u64 {
        let Rate { base, each_byte } = self.rate();
        base.saturating_add(bytes.saturating_mul(each_byte))
    }

    fn rate(self) -> Rate {
        let (base, each_byte) = match self {
            Self::Configuration => (16_000_000, 64),
            Self::Memory => (24 << 20, 8),
            Self::Numbers => (4_000_000_000, 2_000),
            Self::Factors => (4_000_000_000, 4_000),
            Self::Derivation => (400_000_000, 1),
            Self::Unpacking => (64 << 10, 64),
            Self::Ignoring => (16 << 20, 0),
        };
        Rate { base, each_byte }
    }

    /// The work that is left undone when its budget is spent, as the beginning of a sentence.
    fn name(self) -> &'static str {
        match self {
            Self::Configuration => "following includes, names and variables",
            Self::Memory => "keeping all that configurations say",
            Self::Numbers => "computing with its numbers",
            Self::Factors => "comparing its modulus with those of other keys",
            Self::Derivation => "deriving keys from passwords",
            Self::Unpacking => "unpacking what is compressed",
            Self::Ignoring => "heeding what git ignores",
        }
    }
}

/// The budget for a kind of work is spent. The work was not done, and the caller reports that at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{} costs more than a scan of this size may take; what is left of it was not done", .0.name())]
pub struct Spent(pub Work);

/// The budgets of one scan, which all its sources share.
#[derive(Debug)]
pub struct Budget {
    whole: [u64; Work::ALL.len()],
    left: [AtomicU64; Work::ALL.len()],
    is_overdrawn: AtomicBool,
}

impl Budget {
    /// The budgets for a scan of so many bytes.
    pub fn of(bytes: u64) -> Self {
        let whole = Work::ALL.map(|work| work.allowance(bytes));
        Self { whole, left: whole.map(AtomicU64::new), is_overdrawn: AtomicBool::new(false) }
    }

    /// The budgets for a scan of no bytes, with so much left for one kind of work.
    pub fn left_with(work: Work, left: u64) -> Self {
        let budget = Self::of(0);
        budget.left[work as usize].store(left, Ordering::Relaxed);
        budget
    }

    /// A second set of budgets with the same amounts left.
    #[must_use]
    pub fn copy(&self) -> Self {
        let left = Work::ALL.map(|work| AtomicU64::new(self.left(work)));
        Self { whole: self.whole, left, is_overdrawn: AtomicBool::new(self.is_overdrawn()) }
    }

    /// How much of a kind of work is left.
    pub fn left(&self, work: Work) -> u64 {
        self.left[work as usize].load(Ordering::Relaxed)
    }

    /// Pays for some work before it is done.
    ///
    /// # Errors
    /// [`Spent`] if not enough is left: the caller must not do the work. Smaller work may still be paid for.
    pub fn pay(&self, work: Work, amount: u64) -> Result<(), Spent> {
        self.pay_and_leave(work, amount, 0)
    }

    /// Like [`Self::pay`], for the first stage of some work: it may spend only half of the whole budget, so that the
    /// stages after it have the other half.
    ///
    /// # Errors
    /// Those of [`Self::pay`].
    pub fn pay_of_half(&self, work: Work, amount: u64) -> Result<(), Spent> {
        self.pay_and_leave(work, amount, self.whole[work as usize] / 2)
    }

    fn pay_and_leave(&self, work: Work, amount: u64, rest: u64) -> Result<(), Spent> {
        let left = &self.left[work as usize];
        let enough = |left: u64| left.checked_sub(amount).filter(|left| *left >= rest);
        let paid = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough);
        paid.map(|_| ()).map_err(|_| {
            self.is_overdrawn.store(true, Ordering::Relaxed);
            Spent(work)
        })
    }

    /// Whether any work was refused. When sources are read in parallel, chance decides which of them it was.
    pub fn is_overdrawn(&self) -> bool {
        self.is_overdrawn.load(Ordering::Relaxed)
    }
}

/// What one source spends of the budget.
#[derive(Debug)]
pub struct Account<'a> {
    budget: &'a Budget,
    has_paid: Cell<bool>,
}

impl<'a> Account<'a> {
    /// The account of one source.
    pub fn new(budget: &'a Budget) -> Self {
        Self { budget, has_paid: Cell::new(false) }
    }

    /// Like [`Budget::pay`].
    ///
    /// # Errors
    /// Those of [`Budget::pay`].
    pub fn pay(&self, work: Work, amount: u64) -> Result<(), Spent> {
        self.has_paid.set(true);
        self.budget.pay(work, amount)
    }

    /// Whether this source has paid for anything, so that its result depends on what others have spent.
    pub fn has_paid(&self) -> bool {
        self.has_paid.get()
    }
}

#[cfg(test)]
mod tests {
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
    fn a_first_stage_leaves_half_to_the_second() {
        let budget = Budget::of(0);
        let Rate { base, .. } = Work::Memory.rate();
        assert_eq!(budget.pay_of_half(Work::Memory, base / 2), Ok(()));
        assert_eq!(budget.pay_of_half(Work::Memory, 1), Err(Spent(Work::Memory)));
        assert_eq!(budget.pay(Work::Memory, base / 2), Ok(()));
    }

    #[test]
    fn the_largest_scan_has_a_budget_too() {
        assert_eq!(Budget::of(u64::MAX).pay(Work::Numbers, u64::MAX), Ok(()));
    }
}
