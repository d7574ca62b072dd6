//! The child process that compiles: first it limits itself, then it reads, then it compiles. Not the parent, which
//! trusts nothing but how this one ends.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use super::Limits;
use crate::rules::component::SIZE_LIMIT;
use crate::rules::config::config;

/// Threads that compile. Each reserves address space of its own, so that more of them would need more of it.
const THREADS: usize = 4;

/// The limits as they stand before the component on standard input: CPU seconds and bytes of memory, little-endian.
pub(super) fn header(limits: Limits) -> [u8; 16] {
    let mut header = [0; 16];
    header[..8].copy_from_slice(&limits.cpu_seconds.to_le_bytes());
    header[8..].copy_from_slice(&limits.memory.to_le_bytes());
    header
}

/// Why the child ends without native code; the number is its exit code.
pub(super) enum Failure {
    /// The component is not valid.
    Component = 1,
    /// The machine does not do what compiling takes.
    Machine = 2,
}

/// Reads limits and a component from standard input, and writes native code to standard output. What went wrong goes to
/// standard error, and the exit code is then that of a [`Failure`].
pub fn child_main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err((failure, reason)) => {
            // If nobody listens, nobody can be told.
            let _ = io::stderr().write_all(reason.as_bytes());
            ExitCode::from(failure as u8)
        }
    }
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

/// Sets the limits that stand before the component, then reads the component.
fn begin() -> io::Result<Vec<u8>> {
    let mut stdin = io::stdin().lock();
    let mut header = [0; 16];
    stdin.read_exact(&mut header)?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    limit(number(&header[..8]), number(&header[8..]))?;
    let mut component = Vec::new();
    stdin.take(SIZE_LIMIT as u64).read_to_end(&mut component)?;
    Ok(component)
}

/// Sets the limits that the system enforces, for good. The first signal at the CPU limit ends the process; the second one,
/// a second later, cannot be ignored.
#[cfg(unix)]
fn limit(cpu_seconds: u64, memory: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |current, maximum| Rlimit { current: Some(current), maximum: Some(maximum) };
    setrlimit(Resource::Core, both(0, 0))?;
    setrlimit(Resource::Cpu, both(cpu_seconds, cpu_seconds + 1))?;
    setrlimit(Resource::As, both(memory, memory))?;
    Ok(())
}

/// Other systems have no such limits for a process that is running; there only the parent's clock ends it.
#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}
