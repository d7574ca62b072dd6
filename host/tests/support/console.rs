//! Console blocks: each command is run by a shell, and what it prints is compared with what the page shows.
//! In what a page shows, `…` stands for any text within a line, and on a line of its own for any number of lines.

use std::path::Path;
use std::process::Command;

use super::markdown::Block;

/// A command of a block, and what is shown under it.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// Runs the commands of a block one after the other in `folder`. Gives the block's lines as they would have to be, if
/// they differ.
pub(crate) fn run(block: &Block, folder: &Path) -> Result<(), Vec<String>> {
    let (mut right, mut differs) = (Vec::new(), false);
    for step in steps(&block.text) {
        let printed = output(&step.command, folder);
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let shown: Vec<&str> = step.shown.iter().map(String::as_str).collect();
        right.extend(step.command.lines().enumerate().map(|(at, line)| format!("{}{line}", ["$ ", ""][at.min(1)])));
        if matches(&shown, &printed) {
            right.extend(step.shown);
        } else {
            right.extend(printed.into_iter().map(str::to_owned));
            differs = true;
        }
    }
    if differs { Err(right) } else { Ok(()) }
}

fn steps(lines: &[String]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in lines {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), shown: Vec::new() }),
            (None, Some(step)) if step.shown.is_empty() && step.command.ends_with('\\') => {
                step.command += "\n";
                step.command += line;
            }
            (None, Some(step)) => step.shown.push(line.trim_end().to_owned()),
            (None, None) => panic!("a console block begins with a command, not with {line:?}"),
        }
    }
    steps
}

/// What a command prints to both outputs. It fails the test where the shell or keyreeve did not understand the command,
/// unless the page shows that by printing the exit code.
fn output(command: &str, folder: &Path) -> String {
    let output = shell(&format!("exec 2>&1\n{command}"), folder).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(!matches!(output.status.code(), Some(2 | 126 | 127) | None), "{command} is no command: {printed}");
    printed
}

/// A shell with this command, for which `keyreeve` is the program that was built.
pub(crate) fn shell(command: &str, folder: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_keyreeve"));
    let path = std::env::var("PATH").unwrap();
    let mut shell = sheltered("sh");
    shell.args(["-c", command]).current_dir(folder).env("COLUMNS", "100");
    shell.env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
    shell
}

/// A program that no configuration of this machine's git reaches, nor the repository of a hook that runs the tests, nor
/// what cargo has set for this test, or its user for this project.
pub(crate) fn sheltered(program: &str) -> Command {
    let mut command = Command::new(program);
    let of_git = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"];
    let of_cargo =
        ["LD_LIBRARY_PATH", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];
    for name in of_git.iter().chain(&of_cargo) {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

/// Whether printed lines are as shown.
pub(crate) fn matches(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        [line, rest @ ..] => {
            printed.first().is_some_and(|printed| line_matches(line, printed)) && matches(rest, &printed[1..])
        }
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut left) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return left.is_empty() };
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}
