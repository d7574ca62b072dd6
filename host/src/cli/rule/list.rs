//! `keyreeve rule list`: lists the rules. What each of them asks for is shown by `explain`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use keyreeve::report::escape::visible_lines;
use keyreeve::report::{Exit, Origin};
use keyreeve::rules::built_in::BUILT_IN;
use keyreeve::rules::set::Selection;
use serde_json::json;

use crate::cli::PolicyArgument;
use crate::cli::output::{self, Terminal};
use crate::cli::setup::{self, Setup};

/// Which rules, and in which form.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    policy: PolicyArgument,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Writes the component of every built-in rule to this folder, as <id>.wasm.
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    if let Some(folder) = &arguments.export {
        write_components(folder)?;
        terminal.note(&format!("wrote {} components to {}", BUILT_IN.len(), folder.display()));
    }
    let setup = Setup::new(&arguments.policy, ".".as_ref())?;
    let (_, rules) = setup::rules(&setup.policy, &Selection::default(), &setup::repository())?;
    let reports = rules.reports(&[]);
    let rows = reports.iter().map(|rule| {
        let from = match &rule.origin {
            Origin::BuiltIn => "built in",
            Origin::File(path) => path.as_str(),
        };
        let state = if rules.unloaded.iter().any(|unloaded| unloaded.id == rule.id) {
            "not loaded"
        } else if setup.policy.enables(&rule.id) {
            "on"
        } else {
            "off"
        };
        (rule, from, state)
    });
    if arguments.json {
        let rows = rows.map(|(rule, from, state)| {
            json!({ "id": rule.id, "version": rule.version, "statement": rule.statement, "title": rule.title,
                    "sha256": rule.sha256, "from": from, "state": state })
        });
        output::print(&format!("{}\n", serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?))?;
    } else {
        let rows = rows.map(|(rule, from, state)| {
            format!(
                "{:<24} {:<8} {:<8} {:<10} {}  {}\n",
                rule.id,
                rule.version,
                rule.statement,
                state,
                rule.sha256.get(..12).unwrap_or("not pulled"),
                from
            )
        });
        let heading =
            format!("{:<24} {:<8} {:<8} {:<10} {:<12}  {}\n", "RULE", "VERSION", "POLICY", "STATE", "SHA-256", "FROM");
        let text: String = std::iter::once(heading).chain(rows).collect();
        output::print(&visible_lines(&text))?;
    }
    for problem in &rules.problems {
        terminal.note(&format!("problem: {}", problem.message.escape_debug()));
    }
    Ok(if rules.problems.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

fn write_components(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    for rule in BUILT_IN {
        let file = folder.join(format!("{}.wasm", rule.id));
        std::fs::write(&file, rule.component).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}
