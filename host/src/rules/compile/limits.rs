//! What compiling may use, for one component and for a whole run. How that is enforced is elsewhere.

use std::time::Duration;

/// How many times longer an unoptimised compiler takes, as in builds for tests and development.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 4 } else { 1 };

/// What compiling may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of all threads together for one component, in seconds.
    pub cpu_seconds: u64,
    /// The same for all components of a run. Those that were compiled by then are in the cache for the next run.
    pub run_cpu_seconds: u64,
    /// Address space, in bytes. Components are compiled one after the other.
    pub memory: u64,
    /// Native code, in bytes.
    pub output: u64,
    /// Time on the clock, for a compiler that neither works nor ends.
    pub wall: Duration,
}

impl Default for Limits {
    /// Components that contain an interpreter take 2 to 13 seconds of CPU time.
    fn default() -> Self {
        let (cpu_seconds, wall) = (60 * SLOWNESS, Duration::from_secs(600 * SLOWNESS));
        Self { cpu_seconds, run_cpu_seconds: 10 * cpu_seconds, memory: 4 << 30, output: 256 << 20, wall }
    }
}
