//! The limits that one call of a rule runs under, and the faults that end it. Not the limits of compiling a
//! rule (`compile`), nor those of the engine as a whole (`config`).

use std::time::Duration;

use wasmtime::{ResourceLimiter, Trap};

/// Fuel for any call, however few facts it is about: enough to start a guest that carries an interpreter.
const FUEL_BASE: u64 = 500_000_000;
/// Further fuel for each fact; an interpreted rule takes some 13,000 for a long one.
const FUEL_FACT: u64 = 2_000_000;
/// Memory of all instances of a store together, in bytes. Interpreters need 32 MiB.
const MEMORY: usize = 128 * 1024 * 1024;
/// Elements of all tables of a store together.
const TABLE_ELEMENTS: usize = 100_000;
/// Core instances, tables and memories of a store; a component made from Python has some thirty instances.
const INSTANCES: usize = 200;
const TABLES: usize = 64;
const MEMORIES: usize = 16;
/// Handles to resources of the component model, which the host keeps.
pub(super) const HANDLES: usize = 1_000;
/// Bytes that a rule may hand to the host in one call.
pub(super) const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of one text in an answer.
pub(super) const TEXT_BYTES: usize = 16 * 1024;
/// Bytes that are kept of what a rule says about its own panic.
const PANIC_BYTES: usize = 4 * 1024;
/// How often a rule may say that it panics: each time, the host reads a text.
const PANICS: u32 = 16;
/// Bytes of wasmtime's own sentences, which quote names of the component.
const REASON_BYTES: usize = 1024;
/// Time after which a call is ended, far above what fuel allows.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Stores at once, whatever the number of rules and of processors: their memory together.
pub(super) const STORES: usize = 8;
/// Bytes that are kept of the answers of all rules of a run, and further ones for each fact that a rule examines.
const RUN_ANSWERS: usize = 256 * 1024 * 1024;
const RUN_ANSWERS_FACT: usize = 1024;
/// Time for each fact of all calls of a rule in a run: some twice as long as its fuel lasts.
const RUN_FACT: Duration = Duration::from_millis(5);

/// What one rule may take in a whole run, in however many calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// Bytes of answers that are kept.
    pub(super) answers: usize,
    /// Time in its calls.
    pub(super) time: Duration,
}

impl Share {
    /// Of so many rules that run, for one that examines so many facts, each call of which is ended after `deadline`.
    pub(super) fn of(rules: usize, facts: usize, deadline: Duration) -> Self {
        let answers = RUN_ANSWERS / rules.max(1) + RUN_ANSWERS_FACT * facts;
        Self { answers, time: deadline + RUN_FACT * facts as u32 }
    }
}

/// Fuel for one call about so many facts.
pub fn fuel(facts: usize) -> u64 {
    FUEL_BASE + FUEL_FACT * facts as u64
}

/// Why a rule did not get to the end of a call. The rule has then judged nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// All fuel is used up; the same on every machine.
    #[error("it used up its fuel of {0}: it loops, or does far too much work")]
    Fuel(u64),
    /// The deadline passed, in work that fuel does not see; depends on the machine.
    #[error("it used up its time of {0:?} in work that fuel does not see")]
    Time(Duration),
    /// No call took too long, and all of them together did.
    #[error("all its calls together took too much time in work that fuel does not see")]
    Slow,
    /// No answer was too large, and all of them together are.
    #[error("all its answers together are more than a run keeps of one rule")]
    Flood,
    /// It asked for more memory, tables or instances than a rule may have.
    #[error("it asked for {0}")]
    Resources(String),
    /// Its recursion is too deep.
    #[error("it used up its stack: its recursion is too deep")]
    Stack,
    /// It told of a panic before it trapped.
    #[error("it panicked: {0}")]
    Panic(String),
    /// It executed `unreachable`, and had not said why.
    #[error(
        "it gave up without a message: a panic ends like that, and so does whatever a rule does not have: a clock, a console, files, \
         modules that are imported late"
    )]
    Unreachable,
    /// Any other trap.
    #[error("it trapped: {0}")]
    Trap(String),
    /// It said itself that it cannot judge.
    #[error("it cannot judge: {0}")]
    Refused(String),
    /// What it answered is no answer.
    #[error("it answered nonsense: {0}")]
    Nonsense(String),
    /// A setting that it does not accept.
    #[error("it does not accept its settings: {0}")]
    Settings(String),
    /// Its exports do not have the types of the contract.
    #[error("its exports do not have the types of contract {version}: {reason}", version = keyreeve_contract::VERSION)]
    Types {
        /// What differs.
        reason: String,
    },
}

/// What a store may hold in total, and what the rule said about its own panic.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    memory: usize,
    elements: usize,
    /// The first thing that went beyond a limit.
    exceeded: Option<String>,
}

impl Limiter {
    fn refuse(&mut self, what: String) -> wasmtime::Result<bool> {
        let error = wasmtime::Error::msg(what.clone());
        self.exceeded.get_or_insert(what);
        Err(error)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = (self.memory - current.min(self.memory)).saturating_add(desired);
        if total > MEMORY {
            return self.refuse(format!("{total} bytes of memory, and {MEMORY} is the most"));
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = (self.elements - current.min(self.elements)).saturating_add(desired);
        if total > TABLE_ELEMENTS {
            return self.refuse(format!("{total} elements of tables, and {TABLE_ELEMENTS} is the most"));
        }
        self.elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

/// The state of one store.
#[derive(Debug)]
pub(super) struct State {
    pub(super) limiter: Limiter,
    deadline: Duration,
    panic: Option<String>,
    panics: u32,
}

impl State {
    /// What the rule tells of a panic. A rule that tells of one after the other is ended.
    pub(super) fn panic(&mut self, message: String) -> wasmtime::Result<()> {
        self.panic.get_or_insert_with(|| clip(&message, PANIC_BYTES).to_owned());
        self.panics += 1;
        if self.panics > PANICS {
            return Err(wasmtime::Error::msg(format!("it told of more than {PANICS} panics")));
        }
        Ok(())
    }

    pub(super) fn new(deadline: Duration) -> Self {
        Self { limiter: Limiter::default(), deadline, panic: None, panics: 0 }
    }

    /// What ended a call, from what wasmtime says and what the store recorded.
    pub(super) fn fault(&self, error: &wasmtime::Error, fuel: u64) -> Fault {
        if let Some(exceeded) = &self.limiter.exceeded {
            return Fault::Resources(exceeded.clone());
        }
        match (error.downcast_ref::<Trap>(), &self.panic) {
            (Some(Trap::OutOfFuel), _) => Fault::Fuel(fuel),
            (Some(Trap::Interrupt), _) => Fault::Time(self.deadline),
            (Some(Trap::StackOverflow), _) => Fault::Stack,
            (Some(_), Some(message)) => Fault::Panic(message.clone()),
            (Some(Trap::UnreachableCodeReached), None) => Fault::Unreachable,
            (Some(trap), None) => Fault::Trap(trap.to_string()),
            (None, _) => no_trap(&error.root_cause().to_string()),
        }
    }

    /// A fault of types, in wasmtime's words.
    pub(super) fn types(error: &wasmtime::Error) -> Fault {
        Fault::Types { reason: clip(&format!("{error:#}"), REASON_BYTES).to_owned() }
    }
}

/// What ended a call where wasmtime has no code for it, only a sentence.
fn no_trap(reason: &str) -> Fault {
    // The limits that wasmtime counts itself; ours are in `Limiter`.
    match reason.strip_prefix("resource limit exceeded: ") {
        Some(what) => Fault::Resources(format!("more than a rule may have: {what}")),
        None if reason.contains("store handle limit") => {
            Fault::Resources(format!("more than {HANDLES} handles to resources"))
        }
        None if reason.contains("fuel allocated for hostcalls") => {
            Fault::Nonsense(format!("more than {} MiB at once", ANSWER_BYTES >> 20))
        }
        None => Fault::Nonsense(clip(reason, REASON_BYTES).to_owned()),
    }
}

/// As much of a text as a limit allows.
pub(crate) fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
