//! Why a component was not compiled, judging by how the compiler ended. Why a compiled rule fails is in `limits`.

use std::path::PathBuf;
use std::process::ExitStatus;

use super::child::Failure;
use super::limits::Limits;

/// Why there is no native code for a component.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler, which is keyreeve itself, cannot be started.
    #[error("the compiler {} cannot be started: {cause}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The component is not valid.
    #[error("it is not a valid component: {0}")]
    Invalid(String),
    /// CPU time, in seconds.
    #[error("compiling it took more than {0} seconds of CPU time")]
    Cpu(u64),
    /// CPU time of all components of a run, in seconds.
    #[error(
        "compiling the rules of this run took {0} seconds of CPU time, which is the most: those that are compiled are kept, so run it again"
    )]
    Run(u64),
    /// Address space, in bytes.
    #[error("compiling it took more than {} MiB of memory", .0 >> 20)]
    Memory(u64),
    /// Native code, in bytes.
    #[error("compiling it gave more than {} MiB of native code", .0 >> 20)]
    Output(u64),
    /// The time on the clock ran out.
    #[error("compiling it did not come to an end")]
    Hangs,
    /// It was killed, and not by this program.
    #[error("the system killed the compiler: most likely the machine is out of memory")]
    Killed,
    /// The compiler itself failed.
    #[error("the compiler failed: {0}")]
    Crash(String),
}

/// From exit status and error message of a compiler that did not succeed.
pub(super) fn of(status: ExitStatus, complaint: &[u8], limits: Limits) -> CompileError {
    let complaint = String::from_utf8_lossy(complaint).trim().to_owned();
    // The symptom of exhausted memory depends on who asked for it: Rust's allocator aborts, system calls return ENOMEM.
    if complaint.contains("memory allocation of") || complaint.contains("Cannot allocate memory") {
        return CompileError::Memory(limits.memory);
    }
    match Ended::from(status) {
        Ended::CpuLimit => CompileError::Cpu(limits.cpu_seconds),
        Ended::Killed => CompileError::Killed,
        Ended::Signal(signal) => CompileError::Crash(format!("signal {signal}")),
        Ended::Code(code) if code == Failure::Component as i32 => CompileError::Invalid(complaint),
        Ended::Code(_) => CompileError::Crash(complaint),
    }
}

/// How a process ended.
enum Ended {
    CpuLimit,
    Killed,
    Signal(i32),
    Code(i32),
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            use rustix::process::Signal;
            return match signal {
                signal if signal == Signal::XCPU.as_raw() => Self::CpuLimit,
                signal if signal == Signal::KILL.as_raw() => Self::Killed,
                signal => Self::Signal(signal),
            };
        }
        Self::Code(status.code().unwrap_or_default())
    }
}
