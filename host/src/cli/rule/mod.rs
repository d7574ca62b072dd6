//! `keyreeve rule`: the commands for users and authors of rules. Each command is implemented in its own file, or in the
//! library.

mod bench;
mod component;
mod inspect;
mod list;
mod new;
mod pin;
mod pull;
mod push;
mod test;

use anyhow::Result;
use clap::Subcommand;
use keyreeve::report::Exit;

use super::output::Terminal;

/// What is to be done with rules.
#[derive(Subcommand)]
pub(super) enum RuleCommand {
    /// Lists all rules: id, version, the policy statement that each enforces, digest, and where they come from.
    List(list::Arguments),
    /// Runs a rule against its cases: folders of files or recorded facts, with what it must say of them.
    #[command(after_long_help = test::EXAMPLES)]
    Test(test::Arguments),
    /// Shows what a component exports, imports, says of itself and takes; and, if it would be refused, why and what to
    /// change.
    #[command(after_long_help = inspect::EXAMPLES)]
    Inspect(inspect::Arguments),
    /// Prints the stanza of keyreeve.toml that loads a rule, with its version and digest.
    #[command(after_long_help = pin::EXAMPLES)]
    Pin(pin::Arguments),
    /// Measures what a rule takes: fuel and time of a call, and of each fact.
    #[command(after_long_help = bench::EXAMPLES)]
    Bench(bench::Arguments),
    /// Fetches the rules that keyreeve.toml names in OCI registries, or a single one.
    #[command(after_long_help = pull::EXAMPLES)]
    Pull(pull::Arguments),
    /// Publishes a rule in an OCI registry, for others to pull.
    #[command(after_long_help = push::EXAMPLES)]
    Push(push::Arguments),
    /// Begins a rule of your own: writes a folder with a working rule, its cases, and the commands that build and test
    /// it.
    #[command(after_long_help = new::EXAMPLES)]
    New(new::Arguments),
    /// Makes a component of the WebAssembly module that a compiler of Rust or C has written.
    #[command(after_long_help = component::EXAMPLES)]
    Component(component::Arguments),
}

pub(super) fn run(command: &RuleCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        RuleCommand::List(arguments) => list::run(arguments, terminal),
        RuleCommand::Test(arguments) => test::run(arguments, terminal),
        RuleCommand::Inspect(arguments) => inspect::run(arguments, terminal),
        RuleCommand::Pin(arguments) => pin::run(arguments, terminal),
        RuleCommand::Bench(arguments) => bench::run(arguments, terminal),
        RuleCommand::Pull(arguments) => pull::run(arguments, terminal),
        RuleCommand::Push(arguments) => push::run(arguments, terminal),
        RuleCommand::New(arguments) => new::run(arguments),
        RuleCommand::Component(arguments) => component::run(arguments),
    }
}
