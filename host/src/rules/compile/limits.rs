//! What compiling one component may take, and all of a run together. Not how that is enforced.

use std::time::Duration;

/// How many times as long a compiler takes that was built without optimisation: one for tests and development.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 4 } else { 1 };

/// What compiling may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// CPU time for one component, in seconds, of all threads together.
    pub cpu_seconds: u64,
    /// The same for all components of a run. Those that are compiled by then are in the cache for the next.
    pub run_cpu_seconds: u64,
    /// Address space, in bytes. Components are compiled one after the other.
    pub memory: u64,
    /// Native code, in bytes.
    pub output: u64,
    /// Time on the clock, for a compiler that neither works nor ends.
    pub wall: Duration,
}

impl Default for Limits {
    /// Components that carry an interpreter take 2 to 13 seconds of CPU time.
    fn default() -> Self {
        let (cpu_seconds, wall) = (60 * SLOWNESS, Duration::from_secs(600 * SLOWNESS));
        Self { cpu_seconds, run_cpu_seconds: 10 * cpu_seconds, memory: 4 << 30, output: 256 << 20, wall }
    }
}
