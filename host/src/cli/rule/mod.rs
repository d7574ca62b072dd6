//! `keyreeve rule`: the commands for rules, for those who use them and those who write them. What each does is in its own
//! file, or in the library.

mod component;
mod list;
mod new;

use anyhow::Result;
use clap::Subcommand;
use keyreeve::report::Exit;

use super::output::Terminal;

/// What is to be done with rules.
#[derive(Subcommand)]
pub(super) enum RuleCommand {
    /// Lists all rules: id, version, the policy statement that each enforces, digest, and where they come from.
    List(list::Arguments),
    /// Begins a rule of your own: writes a folder with a working rule, its cases, and the commands that build and test it.
    #[command(after_long_help = new::EXAMPLES)]
    New(new::Arguments),
    /// Makes a component of the WebAssembly module that a compiler of Rust or C has written.
    #[command(after_long_help = component::EXAMPLES)]
    Component(component::Arguments),
}

pub(super) fn run(command: &RuleCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        RuleCommand::List(arguments) => list::run(arguments, terminal),
        RuleCommand::New(arguments) => new::run(arguments),
        RuleCommand::Component(arguments) => component::run(arguments),
    }
}
