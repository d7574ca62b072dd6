//! `keyreeve cache`: shows the compiled code of rules that is kept, and clears it. Not its use.

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::cache::Cache;

use super::output::{self, Terminal};
use super::setup;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Shows where the cache is and what is in it, which is also what `keyreeve cache` alone does.
    Show,
    /// Removes everything in it. The next run compiles its rules again.
    Clear,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let cache =
        Cache::of_user(&setup::repository()).map_err(|error| anyhow!("compiled rules are not kept: {error}"))?;
    let folder = cache.folder().display();
    if let Some(Command::Clear) = arguments.command {
        let removed = cache.clear().with_context(|| format!("the cache {folder} cannot be cleared"))?;
        terminal.note(&visible_lines(&format!("removed {removed} entries of {folder}")));
        return Ok(Exit::Clean);
    }
    let entries = cache.entries().with_context(|| format!("the cache {folder} cannot be listed"))?;
    let total: u64 = entries.iter().map(|entry| entry.bytes).sum();
    let mut text = format!("{folder}: {} entries, {} KiB\n", entries.len(), total.div_ceil(1024));
    for entry in &entries {
        let component = entry.component().map_or("left by a run that was interrupted", |component| &component[..12]);
        let written = jiff::Timestamp::try_from(entry.written).map_or_else(|_| String::new(), |at| at.to_string());
        text +=
            &format!("{component:<12}  {:>8} KiB  {}\n", entry.bytes.div_ceil(1024), &written[..written.len().min(19)]);
    }
    output::print(&visible_lines(&text))?;
    Ok(Exit::Clean)
}
