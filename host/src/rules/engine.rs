//! The one engine that all rules run in, and the clock that ends calls which fuel does not end.
//! Not a rule: an engine knows nothing of what it runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::Linker;

use super::config::config;
use super::contract::diagnostics;
use super::limits::{ANSWER_BYTES, DEADLINE, HANDLES, State};

/// So many calls of a run may take all the time that a call has; then each has this part of it.
const WHOLE_CALLS: u32 = 16;
const LEAST: u32 = 20;
/// How often the clock ticks.
const TICK: Duration = Duration::from_millis(10);

/// wasmtime's engine with everything a rule may import.
pub struct Engine {
    inner: wasmtime::Engine,
    linker: Linker<State>,
    time: Arc<Time>,
}

/// The time of all calls in an engine: one that many of them use up is short for those that come then, and enough for calls that fuel ends.
pub(super) struct Time {
    deadline: Duration,
    left: Mutex<Duration>,
}

impl Time {
    fn new(deadline: Duration) -> Self {
        Self { deadline, left: Mutex::new(deadline * WHOLE_CALLS) }
    }

    /// After which time the next call is ended.
    fn of_call(&self) -> Duration {
        let left = self.left.lock().map_or(Duration::ZERO, |left| *left);
        left.clamp(self.deadline / LEAST, self.deadline)
    }

    /// Notes what a call has taken.
    pub(super) fn took(&self, time: Duration) {
        if let Ok(mut left) = self.left.lock() {
            *left = left.saturating_sub(time);
        }
    }
}

impl Engine {
    /// The engine for this machine; its clock runs until it is dropped.
    ///
    /// # Errors
    /// When wasmtime does not support the machine.
    pub fn new() -> wasmtime::Result<Self> {
        Self::with_deadline(DEADLINE)
    }

    /// The same with another time after which a call is ended.
    ///
    /// # Errors
    /// As for [`Engine::new`].
    pub fn with_deadline(deadline: Duration) -> wasmtime::Result<Self> {
        let inner = wasmtime::Engine::new(&config(env!("KEYREEVE_TARGET"))?)?;
        let mut linker = Linker::new(&inner);
        diagnostics::add_to_linker::<_, wasmtime::component::HasSelf<_>>(&mut linker, |state| state)?;
        start_clock(&inner);
        Ok(Self { inner, linker, time: Arc::new(Time::new(deadline)) })
    }

    /// Time after which a call is ended.
    pub(super) fn deadline(&self) -> Duration {
        self.time.deadline
    }

    /// The time of all calls.
    pub(super) fn time(&self) -> Arc<Time> {
        self.time.clone()
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }

    pub(super) fn linker(&self) -> &Linker<State> {
        &self.linker
    }

    /// A store with all limits in force, for one call that may use so much fuel.
    pub(super) fn store(&self, fuel: u64) -> Store<State> {
        let deadline = self.time.of_call();
        let mut store = Store::new(&self.inner, State::new(deadline));
        store.limiter(|state| &mut state.limiter);
        store.set_fuel(fuel).expect("the engine consumes fuel");
        // Before anything is instantiated: a start function is code of the rule, too.
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
        let time = Time::new(Duration::from_secs(20));
        assert_eq!(time.of_call(), Duration::from_secs(20));
        (0..15).for_each(|_| time.took(Duration::from_secs(20)));
        assert_eq!(time.of_call(), Duration::from_secs(20));
        time.took(Duration::from_secs(15));
        assert_eq!(time.of_call(), Duration::from_secs(5));
        time.took(Duration::from_secs(60));
        assert_eq!(time.of_call(), Duration::from_secs(1));
    }
}
