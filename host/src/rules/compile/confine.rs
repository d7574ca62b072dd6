//! What the compiling process gives up before it examines a component: it ends with its parent, its current folder is
//! nobody's, it gains no privileges, and it can only make the system calls that compiling needs. It does not compile.

use std::io;

use super::child::Order;

/// Gives up everything, for good. A protection that the system does not have is left out; one that it has but refuses
/// is an error.
pub(super) fn confine(order: &Order) -> io::Result<()> {
    die_with(order.parent)?;
    leave_folder()?;
    limit(order.cpu_seconds, order.memory)?;
    gain_nothing()?;
    filter_calls()
}

/// Ends this process when its parent ends, for whatever reason.
#[cfg(target_os = "linux")]
fn die_with(parent: u32) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have ended before that request.
    match getppid() {
        Some(now) if now.as_raw_nonzero().get() as u32 == parent => Ok(()),
        _ => Err(io::Error::other("the program that asked for it is gone")),
    }
}

/// On other systems the end of its input and its output ends it.
#[cfg(not(target_os = "linux"))]
fn die_with(_: u32) -> io::Result<()> {
    Ok(())
}

/// Changes to a folder of its own that is removed at once, so that nothing can be found or left in it.
#[cfg(unix)]
fn leave_folder() -> io::Result<()> {
    std::env::set_current_dir("/")?;
    if let Ok(folder) = tempfile::tempdir() {
        std::env::set_current_dir(&folder)?;
        folder.close()?;
    }
    Ok(())
}

/// On systems that cannot remove a folder in use, it is the folder for temporary files.
#[cfg(not(unix))]
fn leave_folder() -> io::Result<()> {
    std::env::set_current_dir(std::env::temp_dir())
}

/// Sets the limits that the system enforces. The first signal at the CPU limit ends the process; the second one, a
/// second later, cannot be ignored.
#[cfg(unix)]
fn limit(cpu_seconds: u64, memory: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |current, maximum| Rlimit { current: Some(current), maximum: Some(maximum) };
    setrlimit(Resource::Core, both(0, 0))?;
    setrlimit(Resource::Cpu, both(cpu_seconds, cpu_seconds + 1))?;
    setrlimit(Resource::As, both(memory, memory))?;
    Ok(())
}

/// Other systems have no such limits for a running process; there only the parent's clock ends it.
#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn gain_nothing() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn gain_nothing() -> io::Result<()> {
    Ok(())
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
use calls::filter_calls;

/// Systems without seccomp, or whose calls have other numbers than those below.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
fn filter_calls() -> io::Result<()> {
    Ok(())
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod calls {
    use std::collections::BTreeMap;
    use std::io;

    use seccompiler::{
        BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare,
        SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
    };

    /// Calls that compiling needs, with any arguments: open pipes, memory, threads, its own signals, random numbers,
    /// clocks, the end.
    const ALLOWED: [libc::c_long; 31] = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getcpu,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_membarrier,
        libc::SYS_set_tid_address,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_ppoll,
    ];

    /// Leaves the process with these calls. Any other call fails as on a system that does not have it: so no file is
    /// opened, no program started, no connection made, no other process reached, and no memory made executable.
    pub(super) fn filter_calls() -> io::Result<()> {
        match program().map_err(Error::from).and_then(|program| apply_filter(&program)) {
            Ok(()) => Ok(()),
            // A kernel without seccomp.
            Err(Error::Prctl(error) | Error::Seccomp(error)) if is_unknown(&error) => Ok(()),
            Err(error) => Err(io::Error::other(error.to_string())),
        }
    }

    fn is_unknown(error: &io::Error) -> bool {
        matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS))
    }

    fn program() -> Result<BpfProgram, BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|&call| (call, Vec::new())).collect();
        let only = |argument, compare, value| {
            SeccompCondition::new(argument, Length::Dword, compare, value)
                .and_then(|condition| SeccompRule::new(vec![condition]))
        };
        let executable = Compare::MaskedEq(libc::PROT_EXEC as u64);
        let thread = libc::CLONE_THREAD as u64;
        let conditional = [
            (libc::SYS_mmap, only(2, executable.clone(), 0)?),
            (libc::SYS_mprotect, only(2, executable, 0)?),
            // It must be a thread and not a new process. A filter cannot see the arguments of clone3, so clone3 fails
            // and the system's library falls back to this call.
            (libc::SYS_clone, only(0, Compare::MaskedEq(thread), thread)?),
            (libc::SYS_prctl, only(0, Compare::Eq, libc::PR_SET_NAME as u64)?),
            // Sends a signal to itself, when it aborts.
            (libc::SYS_tgkill, only(0, Compare::Eq, u64::from(std::process::id()))?),
            // Reads its limits, as a library does, but cannot change them.
            (libc::SYS_prlimit64, only(2, Compare::Eq, 0)?),
        ];
        rules.extend(conditional.map(|(call, rule)| (call, vec![rule])));
        let unknown = SeccompAction::Errno(libc::ENOSYS as u32);
        SeccompFilter::new(rules, unknown, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?.try_into()
    }
}
