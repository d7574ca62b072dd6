//! `keyreeve rule`: the commands for rules, for those who use them and those who write them. What each does is in its own
//! file, or in the library.

mod list;
mod pull;
mod push;
mod stanza;

use anyhow::Result;
use clap::Subcommand;
use keyreeve::report::Exit;

use super::output::Terminal;

/// What is to be done with rules.
#[derive(Subcommand)]
pub(super) enum RuleCommand {
    /// Lists all rules: id, version, the policy statement that each enforces, digest, and where they come from.
    List(list::Arguments),
    /// Fetches the rules that keyreeve.toml names in OCI registries, or a single one.
    #[command(after_long_help = pull::EXAMPLES)]
    Pull(pull::Arguments),
    /// Publishes a rule in an OCI registry, for others to pull.
    #[command(after_long_help = push::EXAMPLES)]
    Push(push::Arguments),
}

pub(super) fn run(command: &RuleCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        RuleCommand::List(arguments) => list::run(arguments, terminal),
        RuleCommand::Pull(arguments) => pull::run(arguments, terminal),
        RuleCommand::Push(arguments) => push::run(arguments, terminal),
    }
}
