//! What the program tells other programs about itself: completions for shells, and schemas of its files. Help for
//! people is not here: clap writes it.

use anyhow::Result;
use clap::CommandFactory as _;

use super::{Arguments, SchemaOf, output};

/// Prints completions for a shell, for every command except those that keyreeve calls itself.
pub(super) fn print(shell: clap_complete::Shell) -> Result<()> {
    let mut text = Vec::new();
    let all = Arguments::command();
    let offered = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut offered = clap::Command::new("keyreeve").args(all.get_arguments().cloned()).subcommands(offered);
    clap_complete::generate(shell, &mut offered, "keyreeve", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}

/// A schema as text.
pub(super) fn schema(of: SchemaOf) -> String {
    let schema = match of {
        SchemaOf::Policy => keyreeve::policy::schema::schema(),
        SchemaOf::Report => keyreeve::report::json::schema(),
    };
    format!("{schema:#}\n")
}
