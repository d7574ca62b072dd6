//! The program `keyreeve`: its command line, over the library that does the work.
//! Nothing is judged here.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
