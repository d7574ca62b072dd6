//! The child process that compiles: first it limits itself, then it reads, then it compiles. The parent is not here; it
//! trusts nothing but the way in which this process ends.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use super::confine::confine;
use super::limits::Limits;
use crate::rules::component::SIZE_LIMIT;
use crate::rules::config::config;

/// Threads that compile. Each reserves address space of its own, so more threads would need a higher limit.
const THREADS: usize = 4;

/// The numbers before the component on standard input, little-endian with 8 bytes each.
pub(super) struct Order {
    /// CPU time, in seconds.
    pub(super) cpu_seconds: u64,
    /// Address space, in bytes.
    pub(super) memory: u64,
    /// The process that asks.
    pub(super) parent: u32,
}

impl Order {
    const BYTES: usize = 24;

    /// From this process.
    pub(super) fn of(limits: Limits) -> Self {
        Self { cpu_seconds: limits.cpu_seconds, memory: limits.memory, parent: std::process::id() }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        [self.cpu_seconds, self.memory, u64::from(self.parent)].map(u64::to_le_bytes).concat()
    }

    fn read(input: &mut impl io::Read) -> io::Result<Self> {
        let mut bytes = [0; Self::BYTES];
        input.read_exact(&mut bytes)?;
        let mut numbers =
            bytes.chunks(8).map(|bytes| bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
        let mut next = || numbers.next().unwrap_or_default();
        Ok(Self { cpu_seconds: next(), memory: next(), parent: next() as u32 })
    }
}

/// Why the child ends without native code; the number is its exit code.
pub(super) enum Failure {
    /// The component is not valid.
    Component = 1,
    /// The machine lacks something that compiling needs.
    Machine = 2,
}

/// Reads an [`Order`] and a component from standard input, and writes native code to standard output. Standard error
/// then has the CPU time in milliseconds; or an error message, and the exit code is that of a [`Failure`].
pub fn child_main() -> ExitCode {
    let (said, code) = match run() {
        Ok(()) => (cpu_time().map(|time| time.to_string()).unwrap_or_default(), ExitCode::SUCCESS),
        Err((failure, reason)) => (reason, ExitCode::from(failure as u8)),
    };
    // If nobody reads it, nothing can be reported.
    let _ = io::stderr().write_all(said.as_bytes());
    code
}

/// The CPU time that this process has used so far, in milliseconds.
#[cfg(unix)]
fn cpu_time() -> Option<u128> {
    use rustix::time::{ClockId, clock_gettime};
    std::time::Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).ok().map(|time| time.as_millis())
}

#[cfg(not(unix))]
fn cpu_time() -> Option<u128> {
    None
}

fn run() -> Result<(), (Failure, String)> {
    let component = begin().map_err(|error| (Failure::Machine, error.to_string()))?;
    // The default pool is as large as the machine.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build();
    let pool = pool.map_err(|error| (Failure::Machine, error.to_string()))?;
    let engine = config(env!("KEYREEVE_TARGET")).and_then(|config| wasmtime::Engine::new(&config));
    let engine = engine.map_err(|error| (Failure::Machine, format!("{error:#}")))?;
    let native = pool.install(|| engine.precompile_component(&component));
    let native = native.map_err(|error| (Failure::Component, format!("{error:#}")))?;
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(&native).and_then(|()| stdout.flush());
    written.map_err(|error| (Failure::Machine, error.to_string()))
}

/// Gives up privileges as ordered before the component is examined, then reads the component.
fn begin() -> io::Result<Vec<u8>> {
    let mut stdin = io::stdin().lock();
    confine(&Order::read(&mut stdin)?)?;
    let mut component = Vec::new();
    stdin.take(SIZE_LIMIT as u64).read_to_end(&mut component)?;
    Ok(component)
}
