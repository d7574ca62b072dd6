//! Compiles custom components in a child process that limits itself, since a small valid component can keep a compiler
//! busy for minutes. The cache of compiled code and running it are elsewhere.

mod child;
mod confine;
mod failure;
mod limits;

use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use child::child_main;
pub use failure::CompileError;
pub use limits::Limits;

/// The subcommand that makes the program itself the compiler; it must call [`child_main`].
pub const SUBCOMMAND: &str = "compile-rule";

/// The most bytes of the compiler's error message that are read.
const COMPLAINT_BYTES: u64 = 4 * 1024;
/// How often the parent checks whether a compiler has ended that has said everything.
const POLL: Duration = Duration::from_millis(5);

/// The compiler of one run.
#[derive(Debug)]
pub struct Compiler {
    program: PathBuf,
    limits: Limits,
    /// CPU time that is left for the run.
    left: Mutex<Duration>,
}

impl Compiler {
    /// A compiler that runs `program`: keyreeve itself.
    pub fn new(program: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { program: program.into(), limits, left: Mutex::new(Duration::from_secs(limits.run_cpu_seconds)) }
    }

    /// Compiles a component to native code of this machine's architecture, one at a time.
    ///
    /// # Errors
    /// A [`CompileError`] if the component is not valid, exceeds a limit, or the program cannot be run.
    pub fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError> {
        // A thread that panicked has paid before.
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let cpu_seconds = self.limits.cpu_seconds.min(left.as_secs());
        if cpu_seconds == 0 {
            return Err(CompileError::Run(self.limits.run_cpu_seconds));
        }
        let limits = Limits { cpu_seconds, ..self.limits };
        let most = Duration::from_secs(cpu_seconds);
        let before = *left;
        *left = left.saturating_sub(most);
        let (native, taken) = self.child(component, limits)?;
        *left = before.saturating_sub(taken.unwrap_or(most).min(most));
        Ok(native)
    }

    /// The native code, and the CPU time that the compiler reports.
    fn child(&self, component: &[u8], limits: Limits) -> Result<(Vec<u8>, Option<Duration>), CompileError> {
        let mut child = Command::new(&self.program)
            .arg(SUBCOMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| CompileError::Start { program: self.program.clone(), cause })?;
        let outcome = converse(&mut child, component, limits);
        // In any case, no compiler outlives this call. A compiler that has ended already cannot be killed.
        let _ = child.kill();
        let _ = child.wait();
        outcome
    }
}

/// Feeds the compiler, reads its output, and waits for it to end.
fn converse(child: &mut Child, component: &[u8], limits: Limits) -> Result<(Vec<u8>, Option<Duration>), CompileError> {
    let deadline = Instant::now() + limits.wall;
    let pipe = "a piped stream is there until it is taken";
    let (mut input, output) = (child.stdin.take().expect(pipe), child.stdout.take().expect(pipe));
    let complaint = child.stderr.take().expect(pipe);
    thread::scope(|scope| {
        // A compiler that ends early closes its input; its exit status shows why.
        scope.spawn(move || {
            input.write_all(&child::Order::of(limits).to_bytes()).and_then(|()| input.write_all(component))
        });
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
            // Only then do the threads end that read and write.
            let _ = child.kill();
        }
        let said = complaint.join().unwrap_or_default();
        let (native, status) = ended?;
        if !status.success() {
            return Err(failure::of(status, &said, limits));
        }
        let taken = std::str::from_utf8(&said).ok().and_then(|said| said.trim().parse().ok());
        Ok((native, taken.map(Duration::from_millis)))
    })
}

/// Reads up to a limit. An error counts as the end.
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
