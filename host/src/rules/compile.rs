//! Compiles components of others in a child process that limits itself, since a small valid component can keep a
//! compiler busy for minutes. Not the cache of what was compiled, and not how it is run.

mod child;
mod failure;

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

pub use child::child_main;
pub use failure::CompileError;

/// The subcommand that makes the program itself the compiler; it must call [`child_main`].
pub const SUBCOMMAND: &str = "compile-rule";

/// Bytes of the compiler's complaint that are read.
const COMPLAINT_BYTES: u64 = 4 * 1024;
/// How often the parent looks whether a compiler that has said everything has ended.
const POLL: Duration = Duration::from_millis(5);

/// How many times as long a compiler takes that was built without optimisation: one for tests and development.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 4 } else { 1 };

/// What compiling one component may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// CPU time, in seconds, of all threads together.
    pub cpu_seconds: u64,
    /// Address space, in bytes.
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
        Self { cpu_seconds, memory: 4 << 30, output: 256 << 20, wall }
    }
}

/// Compiles a component to native code of this machine's architecture, with `program` as the compiler: the program
/// keyreeve itself.
///
/// # Errors
/// A [`CompileError`] if the component is not valid, goes beyond a limit, or the program cannot be run.
pub fn compile(program: &Path, component: &[u8], limits: Limits) -> Result<Vec<u8>, CompileError> {
    let mut child = Command::new(program)
        .arg(SUBCOMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| CompileError::Start { program: program.to_owned(), cause })?;
    let outcome = converse(&mut child, component, limits);
    // Whatever happened: no compiler outlives this call. One that has ended already is not there to be killed.
    let _ = child.kill();
    let _ = child.wait();
    outcome
}

/// Feeds the compiler, reads what it says, and waits for it to end.
fn converse(child: &mut Child, component: &[u8], limits: Limits) -> Result<Vec<u8>, CompileError> {
    let deadline = Instant::now() + limits.wall;
    let pipe = "a piped stream is there until it is taken";
    let (mut input, output) = (child.stdin.take().expect(pipe), child.stdout.take().expect(pipe));
    let complaint = child.stderr.take().expect(pipe);
    thread::scope(|scope| {
        // A compiler that ends early closes its input; why it did shows in how it ended.
        scope.spawn(move || input.write_all(&child::header(limits)).and_then(|()| input.write_all(component)));
        let complaint = scope.spawn(move || read(complaint, COMPLAINT_BYTES));
        let (sender, native) = mpsc::channel();
        scope.spawn(move || sender.send(read(output, limits.output + 1)));
        let ended = receive(&native, deadline).and_then(|native| {
            if native.len() as u64 > limits.output {
                return Err(CompileError::Output(limits.output));
            }
            wait(child, deadline, limits).map(|status| (native, status))
        });
        if ended.is_err() {
            // Only then do the threads that read and write come to their end.
            let _ = child.kill();
        }
        let complaint = complaint.join().unwrap_or_default();
        let (native, status) = ended?;
        if status.success() { Ok(native) } else { Err(failure::of(status, &complaint, limits)) }
    })
}

/// Everything up to a limit. What cannot be read is as if it had ended.
fn read(stream: impl Read, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.take(limit).read_to_end(&mut bytes);
    bytes
}

fn receive(native: &mpsc::Receiver<Vec<u8>>, deadline: Instant) -> Result<Vec<u8>, CompileError> {
    native.recv_timeout(deadline.saturating_duration_since(Instant::now())).map_err(|error| match error {
        RecvTimeoutError::Timeout => CompileError::Hangs,
        RecvTimeoutError::Disconnected => CompileError::Crash("its output could not be read".to_owned()),
    })
}

fn wait(child: &mut Child, deadline: Instant, limits: Limits) -> Result<std::process::ExitStatus, CompileError> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() > deadline => return Err(CompileError::Hangs),
            Ok(None) => thread::sleep(POLL.min(limits.wall)),
            Err(error) => return Err(CompileError::Crash(error.to_string())),
        }
    }
}
