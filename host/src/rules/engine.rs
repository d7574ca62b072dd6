//! The one engine that all rules run in, and the clock that ends calls which fuel does not end. The engine knows
//! nothing about the rules that it runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keyreeve_contract::sandbox;
use wasmtime::Store;
use wasmtime::component::Linker;

use super::config::config;
use super::limits::{ANSWER_BYTES, DEADLINE, HANDLES, State};
use crate::waiting::Waiting;

/// So many calls of a run may use the whole time of a call; after that, each call has this fraction of it.
const WHOLE_CALLS: u32 = 16;
const LEAST: u32 = 20;
/// How often the clock ticks.
const TICK: Duration = Duration::from_millis(10);

/// wasmtime's engine with everything a rule may import.
pub struct Engine {
    inner: wasmtime::Engine,
    linker: Linker<State>,
    waiting: Arc<Waiting>,
}

/// The time of all calls in an engine. Fuel ends a call long before the shortest time that it may have.
fn waiting(deadline: Duration) -> Waiting {
    Waiting::new(deadline, deadline / LEAST, deadline * WHOLE_CALLS)
}

/// A running call, until it is dropped.
pub(super) struct Running {
    waiting: Arc<Waiting>,
    begun: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.waiting.took(self.begun.elapsed());
    }
}

impl Engine {
    /// The engine for this machine. Its clock runs until the engine is dropped.
    ///
    /// # Errors
    /// If wasmtime does not support the machine.
    pub fn new() -> wasmtime::Result<Self> {
        Self::with_deadline(DEADLINE)
    }

    /// The same with another deadline for calls.
    ///
    /// # Errors
    /// Those of [`Engine::new`].
    pub fn with_deadline(deadline: Duration) -> wasmtime::Result<Self> {
        let inner = wasmtime::Engine::new(&config(env!("KEYREEVE_TARGET"))?)?;
        let mut linker = Linker::new(&inner);
        sandbox::add_diagnostics(&mut linker, State::panic)?;
        start_clock(&inner);
        Ok(Self { inner, linker, waiting: Arc::new(waiting(deadline)) })
    }

    /// Time after which a call is ended.
    pub(super) fn deadline(&self) -> Duration {
        self.waiting.most()
    }

    /// Begins to count the time of a call.
    pub(super) fn running(&self) -> Running {
        Running { waiting: self.waiting.clone(), begun: Instant::now() }
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }

    pub(super) fn linker(&self) -> &Linker<State> {
        &self.linker
    }

    /// A store with all limits in force, for one call that may use so much fuel.
    pub(super) fn store(&self, fuel: u64) -> Store<State> {
        let deadline = self.waiting.next();
        let mut store = Store::new(&self.inner, State::new(deadline));
        store.limiter(|state| &mut state.limiter);
        store.set_fuel(fuel).expect("the engine consumes fuel");
        // This is set before anything is instantiated, since a start function is code of the rule, too.
        store.set_epoch_deadline((deadline.as_millis() / TICK.as_millis()) as u64);
        store.set_hostcall_fuel(ANSWER_BYTES);
        store.set_max_component_handles(HANDLES);
        store
    }
}

fn start_clock(engine: &wasmtime::Engine) {
    let weak = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_use_up_the_time_of_a_run_leave_enough_for_others_and_no_more() {
        let time = waiting(Duration::from_secs(20));
        assert_eq!(time.next(), Duration::from_secs(20));
        (0..15).for_each(|_| time.took(Duration::from_secs(20)));
        assert_eq!(time.next(), Duration::from_secs(20));
        time.took(Duration::from_secs(15));
        assert_eq!(time.next(), Duration::from_secs(5));
        time.took(Duration::from_secs(60));
        assert_eq!(time.next(), Duration::from_secs(1));
    }
}
