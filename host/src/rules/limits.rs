//! The limits that one call of a rule runs under, and the faults that end it. Not the limits of compiling a
//! rule (`compile`), nor those of the engine as a whole (`config`).

use std::time::Duration;

use wasmtime::{ResourceLimiter, Trap};

/// Fuel for any call, however few its facts: enough to start a guest that contains an interpreter.
const FUEL_BASE: u64 = 500_000_000;
/// Further fuel for each fact; an interpreted rule uses some 13,000 for a long one.
const FUEL_FACT: u64 = 2_000_000;
/// Memory of all instances of a store together, in bytes. Interpreters need 32 MiB.
const MEMORY: usize = 128 * 1024 * 1024;
/// Elements of all tables of a store together.
const TABLE_ELEMENTS: usize = 100_000;
/// Core instances, tables and memories of a store; a component made from Python has some thirty instances.
const INSTANCES: usize = 200;
const TABLES: usize = 64;
const MEMORIES: usize = 16;
/// The most handles to resources of the component model, which the host keeps.
pub(super) const HANDLES: usize = 1_000;
/// Bytes that a rule may hand to the host in one call.
pub(super) const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of one text in an answer.
pub(super) const TEXT_BYTES: usize = 16 * 1024;
/// The most bytes that are kept of a rule's message about its own panic.
const PANIC_BYTES: usize = 4 * 1024;
/// How often a rule may report a panic: each time, the host reads a text.
const PANICS: u32 = 16;
/// The most bytes of wasmtime's messages, which quote names of the component.
const REASON_BYTES: usize = 1024;
/// Time after which a call is ended, far above what fuel allows.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The most stores at once, whatever the number of rules and of processors, because of their memory.
pub(super) const STORES: usize = 8;
/// Bytes that are kept of the answers of all rules of a run, and further ones for each fact that a rule examines.
const RUN_ANSWERS: usize = 256 * 1024 * 1024;
const RUN_ANSWERS_FACT: usize = 1024;
/// Time for each fact of all calls of a rule in a run: about twice as long as its fuel lasts.
const RUN_FACT: Duration = Duration::from_millis(5);

/// What one rule may use in a whole run, in however many calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// Bytes of answers that are kept.
    pub(super) answers: usize,
    /// Time in its calls.
    pub(super) time: Duration,
}

impl Share {
    /// The share of one rule out of `rules`, if it examines so many facts and each call is ended after `deadline`.
    pub(super) fn of(rules: usize, facts: usize, deadline: Duration) -> Self {
        let answers = RUN_ANSWERS / rules.max(1) + RUN_ANSWERS_FACT * facts;
        Self { answers, time: deadline + RUN_FACT * facts as u32 }
    }
}

/// Fuel for one call about so many facts.
pub fn fuel(facts: usize) -> u64 {
    FUEL_BASE + FUEL_FACT * facts as u64
}

/// Why a call of a rule did not complete. The rule has then judged none of the call's facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// All fuel is used up; this is the same on every machine.
    #[error("it used up its fuel of {0}: it loops, or does far too much work")]
    Fuel(u64),
    /// The deadline passed, in work that fuel does not see; this depends on the machine.
    #[error("it used up its time of {0:?} in work that fuel does not see")]
    Time(Duration),
    /// No single call took too long, but all of them together did.
    #[error("all its calls together took too much time in work that fuel does not see")]
    Slow,
    /// No single answer was too large, but all of them together are.
    #[error("all its answers together are more than a run keeps of one rule")]
    Flood,
    /// It asked for more memory, tables or instances than a rule may have.
    #[error("it asked for {0}")]
    Resources(String),
    /// Its recursion is too deep.
    #[error("it used up its stack: its recursion is too deep")]
    Stack,
    /// It reported a panic before it trapped.
    #[error("it panicked: {0}")]
    Panic(String),
    /// It executed `unreachable` without saying why before.
    #[error(
        "it gave up without a message: a panic ends like that, and so does whatever a rule does not have: a clock, a console, files, \
         modules that are imported late"
    )]
    Unreachable,
    /// Any other trap.
    #[error("it trapped: {0}")]
    Trap(String),
    /// It said by itself that it cannot judge.
    #[error("it cannot judge: {0}")]
    Refused(String),
    /// Its answer is invalid.
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

/// What a store may contain in total, and what the rule said about its own panic.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    memory: usize,
    elements: usize,
    /// The first thing that exceeded a limit.
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
    /// Records a panic that the rule reports. A rule that reports one after the other is ended.
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

    /// Why a call ended, judging by wasmtime's error and by what the store recorded.
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

/// Why a call ended, if wasmtime has no code for it but only a sentence.
fn no_trap(reason: &str) -> Fault {
    // The limits that wasmtime counts itself; the others are in `Limiter`.
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

/// The beginning of a text, up to a limit.
pub(crate) fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
