//! What assembling configurations costs, and what was found wrong on the way.
//! Not the budget itself, which is the scan's.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use keyreeve_source::Location;
use keyreeve_source::budget::{Budget, Spent, Work};
use keyreeve_source::problem::{Problem, Stage};

/// The budget was spent on the way, which is a problem already: what would have been found is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CutShort;

/// Why a block that the budget was not enough for leaves everything open.
pub(crate) const CUT_SHORT: &str = "not all of its block is read: that costs more than a scan of this size may take";

/// Keeps account of one assembly.
pub(crate) struct Ledger<'a> {
    budget: &'a Budget,
    spent: Cell<Option<Spent>>,
    problems: RefCell<BTreeSet<Problem>>,
}

impl<'a> Ledger<'a> {
    /// With what is left of the scan's budget.
    pub(crate) fn new(budget: &'a Budget) -> Self {
        Self { budget, spent: Cell::new(None), problems: RefCell::default() }
    }

    /// Pays for the endpoint that a directive makes, and its like. Whoever is refused once gets nothing from there on:
    /// of what would be done by chance, because it is small, nobody could say what it leaves out.
    ///
    /// # Errors
    /// [`CutShort`] if it is not to be done, which is a problem of that place.
    pub(crate) fn pay(&self, work: Work, amount: usize, at: Location) -> Result<(), CutShort> {
        let paid = self.spent.get().map_or_else(|| self.budget.pay(work, amount as u64), Err);
        self.settle(paid, at)
    }

    /// As [`Self::pay`], for following what a directive includes, and its like: half of the budget is left for what
    /// comes of it.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn pay_to_follow(&self, work: Work, amount: usize, at: Location) -> Result<(), CutShort> {
        let paid = self.spent.get().map_or_else(|| self.budget.pay_of_half(work, amount as u64), Err);
        self.settle(paid, at)
    }

    /// Begins another stage, which has what the one before has left to it.
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

    /// Notes that the files do not fit together at a place.
    pub(crate) fn misfit(&self, at: Location, message: impl Into<String>) {
        self.problem(Stage::Assemble, at, message.into());
    }

    /// Notes that what stands at a place is not what the program asks for.
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

    /// Everything that was noted, each once.
    pub(crate) fn into_problems(self) -> BTreeSet<Problem> {
        self.problems.into_inner()
    }
}
