//! Keeps account of what assembling configurations costs, and of the problems found on the way. The budget itself
//! belongs to the scan.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use keyreeve_source::Location;
use keyreeve_source::budget::{Budget, Spent, Work};
use keyreeve_source::problem::{Problem, Stage};

/// The budget ran out, which is reported as a problem: what would have been found is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CutShort;

/// The reason for all unknown fields of a block that the budget was not enough for.
pub(crate) const CUT_SHORT: &str = "not all of its block is read: that costs more than a scan of this size may take";

/// The account of one assembly.
pub(crate) struct Ledger<'a> {
    budget: &'a Budget,
    spent: Cell<Option<Spent>>,
    problems: RefCell<BTreeSet<Problem>>,
}

impl<'a> Ledger<'a> {
    /// An account with what is left of the scan's budget.
    pub(crate) fn new(budget: &'a Budget) -> Self {
        Self { budget, spent: Cell::new(None), problems: RefCell::default() }
    }

    /// Pays for the endpoint that a directive makes, and similar work. After one refusal everything is refused:
    /// otherwise small work would still be done by chance, and nobody could say what is missing.
    ///
    /// # Errors
    /// [`CutShort`] if the work must not be done; this is reported as a problem of that place.
    pub(crate) fn pay(&self, work: Work, amount: usize, at: Location) -> Result<(), CutShort> {
        let paid = self.spent.get().map_or_else(|| self.budget.pay(work, amount as u64), Err);
        self.settle(paid, at)
    }

    /// Like [`Self::pay`], for following an include and similar work: half of the budget is reserved for what results
    /// from it.
    ///
    /// # Errors
    /// Those of [`Self::pay`].
    pub(crate) fn pay_to_follow(&self, work: Work, amount: usize, at: Location) -> Result<(), CutShort> {
        let paid = self.spent.get().map_or_else(|| self.budget.pay_of_half(work, amount as u64), Err);
        self.settle(paid, at)
    }

    /// Begins another stage, which may spend what the previous one has left for it.
    pub(crate) fn next_stage(&self) {
        self.spent.set(None);
    }

    fn settle(&self, paid: Result<(), Spent>, at: Location) -> Result<(), CutShort> {
        paid.map_err(|spent| {
            self.spent.set(Some(spent));
            self.keep(Stage::Assemble, at, spent.to_string());
            CutShort
        })
    }

    /// Records that the files do not fit together at a place.
    pub(crate) fn misfit(&self, at: Location, message: impl Into<String>) {
        self.problem(Stage::Assemble, at, message.into());
    }

    /// Records that the program would not accept what stands at a place.
    pub(crate) fn fault(&self, at: Location, message: impl Into<String>) {
        self.problem(Stage::Parse, at, message.into());
    }

    fn problem(&self, stage: Stage, at: Location, message: String) {
        if self.pay(Work::Memory, 2 * size_of::<Problem>() + message.len(), at).is_ok() {
            self.keep(stage, at, message);
        }
    }

    fn keep(&self, stage: Stage, at: Location, message: String) {
        self.problems.borrow_mut().insert(Problem::at(stage, at, message));
    }

    /// All recorded problems, without repetitions.
    pub(crate) fn into_problems(self) -> BTreeSet<Problem> {
        self.problems.into_inner()
    }
}
