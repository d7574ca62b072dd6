//! `keyreeve rule`: the commands for rules, for those who use them and those who write them. What each does is in its own
//! file, or in the library.

mod list;

use anyhow::Result;
use clap::Subcommand;
use keyreeve::report::Exit;

use super::output::Terminal;

/// What is to be done with rules.
#[derive(Subcommand)]
pub(super) enum RuleCommand {
    /// Lists all rules: id, version, the policy statement that each enforces, digest, and where they come from.
    List(list::Arguments),
}

pub(super) fn run(command: &RuleCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        RuleCommand::List(arguments) => list::run(arguments, terminal),
    }
}
