//! The compiler's limits: a component that is small and valid can take more time or memory than there is.
//! Not what the code does when it runs.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use keyreeve::rules::compile::{CompileError, Limits, compile};
use keyreeve::rules::component::{Refusal, declared};

use crate::make;
use crate::sandbox::{Sandbox, compiler};

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

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
}
