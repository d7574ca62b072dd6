//! `keyreeve rule new`: writes a folder to begin a rule with. The library contains what is written.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::template;

use crate::cli::output;

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule new our-names --language rust          the folder our-names, with the kit for Rust in it
  keyreeve rule new our-names --language python --dir rules/names

The new rule judges the names of TLS servers and passes its own cases: build it, see it pass, then
change it into the rule you mean. Nothing in it needs the network but the packages of its language.";

/// Which rule, in which language.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Id of the rule: lower-case words joined by hyphens.
    name: String,
    /// The language to write it in.
    #[arg(long, value_enum)]
    language: Language,
    /// The folder to write, which is not there yet or is empty. Default: the rule's name.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Rust,
    Javascript,
    Typescript,
    Python,
    C,
}

impl From<Language> for template::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Rust => Self::Rust,
            Language::Javascript => Self::Javascript,
            Language::Typescript => Self::Typescript,
            Language::Python => Self::Python,
            Language::C => Self::C,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let Arguments { name, language, dir } = arguments;
    let folder = dir.clone().unwrap_or_else(|| PathBuf::from(name));
    template::write((*language).into(), name, &folder)?;
    let readme = folder.join("README.md");
    let readme = std::fs::read_to_string(&readme).with_context(|| format!("{} cannot be read", readme.display()))?;
    let commands: String = template::commands(&readme).map(|command| format!("  {command}\n")).collect();
    let folder = folder.display();
    output::print(&visible_lines(&format!(
        "wrote the rule {name} to {folder}: its README.md says what it takes. Next:\n\n  cd {folder}\n{commands}"
    )))?;
    Ok(Exit::Clean)
}
