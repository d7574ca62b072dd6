//! Tests of the compiler's limits: a small, valid component can take more time or memory than there is. What the code
//! does when it runs is tested elsewhere.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use keyreeve::rules::compile::{CompileError, Compiler, Limits};
use keyreeve::rules::component::{Refusal, declared};

use crate::hostile::sandbox::{Sandbox, compiler};
use crate::support::make;

/// A function of so many loops around so many variables, each of which depends on others: what a compiler keeps of it
/// grows with the product, and some of its work faster.
fn large_function(variables: usize, loops: usize) -> Vec<u8> {
    let mut body = format!("(local {})", "i32 ".repeat(variables));
    for turn in 0..loops {
        body += "(block (loop (br_if 1 (local.get 0))";
        for variable in 1..=variables {
            let other = (variable * 7 + turn) % variables + 1;
            write!(body, "(local.set {variable} (i32.add (local.get {variable}) (local.get {other})))").unwrap();
        }
        body += "(br_if 0 (local.get 1))))";
    }
    let module = format!("(module (func (param i32) (result i32) {body} (local.get 1)))");
    make::encode(&make::expand(&make::text("quiet"), "quiet").replacen("(module", &module[..module.len() - 1], 1))
}

fn compile(program: &Path, component: &[u8], limits: Limits) -> Result<Vec<u8>, CompileError> {
    Compiler::new(program, limits).compile(component)
}

fn error(component: &[u8], limits: Limits) -> CompileError {
    compile(&compiler(), component, limits).err().unwrap()
}

#[test]
fn a_component_that_takes_too_long_to_compile_is_ended() {
    let component = large_function(250, 250);
    assert!(component.len() < 700_000, "{} bytes", component.len());
    assert!(declared(&component).is_ok(), "it is a rule like any other");
    let error = error(&component, Limits { cpu_seconds: 1, ..Limits::default() });
    assert_eq!(error.to_string(), "compiling it took more than 1 seconds of CPU time");
}

#[test]
fn a_component_that_takes_too_much_memory_to_compile_is_ended() {
    let limits = Limits { memory: 400 << 20, ..Limits::default() };
    assert!(compile(&compiler(), &make::rule("quiet"), limits).is_ok(), "it is enough for a rule");
    let component = make::bare("tower");
    assert!(component.len() < 2_000, "{} bytes", component.len());
    assert_eq!(error(&component, limits).to_string(), "compiling it took more than 400 MiB of memory");
}

#[test]
fn components_that_unfold_to_millions_are_not_even_compiled() {
    for name in ["tower", "handed-around"] {
        assert_eq!(declared(&make::bare(name)), Err(Refusal::Unfolds(200_000)), "{name}");
    }
}

#[test]
fn native_code_beyond_a_limit_is_not_taken() {
    let limits = Limits { output: 4 << 10, ..Limits::default() };
    let error = error(&make::rule("quiet"), limits);
    assert!(matches!(error, CompileError::Output(4096)), "{error}");
}

#[test]
fn a_component_that_is_not_valid_is_refused_with_the_reason() {
    let error = error(&make::rule("quiet")[..100], Limits::default()).to_string();
    assert!(error.starts_with("it is not a valid component: "), "{error}");
    assert!(error.contains("unexpected end"), "{error}");
}

#[test]
fn a_compiler_that_does_not_end_is_killed() {
    // A program that ignores its argument and its input, and neither says anything nor ends.
    let sandbox = Sandbox::new();
    let script = sandbox.folder.path().join("sleeper");
    std::fs::write(&script, "#!/bin/sh\nexec /bin/sleep 1000\n").unwrap();
    make_executable(&script);
    let limits = Limits { wall: Duration::from_millis(200), ..Limits::default() };
    let error = compile(&script, &make::rule("quiet"), limits).err().unwrap();
    assert!(matches!(error, CompileError::Hangs), "{error}");
}

#[test]
fn a_compiler_sees_nothing_of_the_environment() {
    let sandbox = Sandbox::new();
    let script = sandbox.folder.path().join("teller");
    std::fs::write(&script, "#!/bin/sh\n/usr/bin/env >&2\nexit 2\n").unwrap();
    make_executable(&script);
    let error = compile(&script, &[], Limits::default()).err().unwrap().to_string();
    assert!(
        error.starts_with("the compiler failed: ") && !error.contains("CARGO") && !error.contains("HOME"),
        "{error}"
    );
}

#[test]
fn a_compiler_that_is_not_there_is_named() {
    let error = compile(Path::new("/nonexistent/keyreeve"), &[], Limits::default()).err().unwrap();
    assert!(error.to_string().starts_with("the compiler /nonexistent/keyreeve cannot be started: No such file"));
}

#[test]
fn all_components_of_a_run_have_a_limit_together() {
    let component = make::rule("quiet");
    let compiler = Compiler::new(compiler(), Limits { cpu_seconds: 1, run_cpu_seconds: 2, ..Limits::default() });
    // One that is ended has used its own limit up, whatever it says.
    let long = large_function(250, 250);
    assert!(matches!(compiler.compile(&long), Err(CompileError::Cpu(1))));
    assert!(compiler.compile(&component).is_ok(), "what is left is enough for a rule");
    let error = std::iter::repeat_with(|| compiler.compile(&long).unwrap_err()).take(3).last().unwrap().to_string();
    assert!(error.contains("took 2 seconds of CPU time, which is the most"), "{error}");
}

/// A compiler that has its order and waits for the rest of its component, as the child of a shell: the shell, the pipe
/// that the compiler reads from, and its folder in /proc.
#[cfg(target_os = "linux")]
fn waiting() -> (std::process::Child, std::process::ChildStdin, std::path::PathBuf) {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};
    let script = "exec 3<&0; \"$0\" compile-rule <&3 & echo $!; wait";
    let mut shell = Command::new("/bin/sh");
    let mut shell =
        shell.args(["-c", script]).arg(compiler()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let order = [60, 4 << 30, u64::from(shell.id())].map(u64::to_le_bytes).concat();
    let mut input = shell.stdin.take().unwrap();
    input.write_all(&[&order[..], b"\0asm"].concat()).unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (shell, input, Path::new("/proc").join(line.trim()))
}

#[cfg(target_os = "linux")]
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_compiler_gives_up_what_it_does_not_need_before_it_reads() {
    let (mut shell, _input, process) = waiting();
    let status = || std::fs::read_to_string(process.join("status")).unwrap();
    let has = |line: &str| status().lines().any(|is| is == line);
    eventually("the calls are filtered", || has("Seccomp:\t2"));
    assert!(has("NoNewPrivs:\t1"), "{}", status());
    let folder = std::fs::read_link(process.join("cwd")).unwrap();
    assert!(folder.to_string_lossy().ends_with(" (deleted)"), "{}", folder.display());
    let limits = std::fs::read_to_string(process.join("limits")).unwrap();
    assert!(limits.contains(&(4_u64 << 30).to_string()), "{limits}");
    shell.kill().unwrap();
    shell.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_compiler_dies_with_the_run_that_asked_for_it() {
    let (mut shell, _input, process) = waiting();
    let status = || std::fs::read_to_string(process.join("status")).unwrap_or_default();
    eventually("it has begun", || status().contains("NoNewPrivs:\t1"));
    // SIGKILL: nothing of the run's own gets to end its child. The pipe that the child reads from stays open.
    shell.kill().unwrap();
    shell.wait().unwrap();
    eventually("it is gone", || status().is_empty() || status().contains("State:\tZ"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_compiler_whose_run_is_gone_does_not_begin() {
    let script = "#!/bin/sh\nprintf '%b' \"$1\" | \"$0\" compile-rule";
    let order = [60, 4 << 30, 1_u64].map(u64::to_le_bytes).concat();
    let octal: String = order.iter().map(|byte| format!("\\0{byte:03o}")).collect();
    let shell = std::process::Command::new("/bin/sh").args(["-c", script]).arg(compiler()).arg(octal).output().unwrap();
    let said = String::from_utf8_lossy(&shell.stderr);
    assert!(said.contains("the program that asked for it is gone"), "{said}");
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
}
