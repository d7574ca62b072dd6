//! `keyreeve rule pin`: prints the stanza of keyreeve.toml that loads a rule. It does not write the stanza: whoever
//! puts it there approves the rule.

use std::path::{Path, PathBuf};

use anyhow::Result;
use keyreeve::discover::resolve;
use keyreeve::kit::pin::pin;
use keyreeve::policy::{Policy, find};
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;

use crate::cli::output::{self, Terminal};
use crate::cli::setup;

pub(super) const EXAMPLES: &str = "\
Example:
  keyreeve rule pin rules/owned-keys.wasm >> keyreeve.toml

The rule is loaded first, and one that would be refused is not pinned. The path is relative to
the folder of the nearest keyreeve.toml upwards, else to the one you are in. Whoever changes the
file must change the digest with it.";

/// Which file.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let engine = setup::engine()?;
    let here = resolve(".".as_ref());
    let policy = find::find(&here, &here, |_| false);
    let folder = policy.as_deref().and_then(Path::parent).unwrap_or(&here);
    let pin = pin(&setup::loader(&engine, setup::cache(&setup::repository()))?, &arguments.file, folder)?;
    output::print(&pin.stanza())?;
    // A policy that cannot be read must not prevent the output, which may serve to fix it.
    let known = policy.as_deref().and_then(|policy| Policy::read(policy).ok());
    if known.is_some_and(|policy| policy.rules.contains_key(&pin.id)) {
        let note = format!(
            "note: {} has [rules.{}] already: put these lines in its place",
            folder.join(keyreeve::policy::FILE_NAME).display(),
            pin.id
        );
        terminal.note(&visible_lines(&note));
    }
    Ok(Exit::Clean)
}
