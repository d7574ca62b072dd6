//! `keyreeve init`: writes a first policy file for a tree. It never overwrites a file.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail, ensure};
use keyreeve::discover;
use keyreeve::discover::Request;
use keyreeve::init;
use keyreeve::policy::FILE_NAME;
use keyreeve::progress::Line;
use keyreeve::report::Exit;

use super::InitArguments;
use super::output::{self, Terminal};

pub(super) fn run(arguments: &InitArguments, terminal: &Terminal) -> Result<Exit> {
    let root = discover::resolve(&arguments.folder);
    ensure!(
        root.is_dir(),
        "{} is not a folder: `keyreeve init` looks at one, and writes {FILE_NAME} there",
        root.display()
    );
    let paths = std::sync::Mutex::new(Vec::new());
    let note = |name: &str, _: &[u8]| {
        paths.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(name.to_owned());
        false
    };
    let folders = [root.clone()];
    discover::walk(&Request { root: &root, paths: &folders, keep: &note }, &Line::stderr("looking at"));
    let mut paths = paths.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    paths.sort();
    paths.dedup();
    let text = init::propose(&paths);
    if arguments.print {
        output::print(&text)?;
        return Ok(Exit::Clean);
    }
    let file = root.join(FILE_NAME);
    if file.symlink_metadata().is_ok() {
        bail!("{} is there already and stays as it is; `keyreeve init --print` shows a new one", file.display());
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| {
        format!("{} cannot be written; `keyreeve init --print` shows what it would be", file.display())
    })?;
    terminal.note(&format!("wrote {}: read its scopes, then run `keyreeve check`", file.display()));
    terminal.note("for a pre-commit hook, add this to .pre-commit-config.yaml:\n");
    output::print(init::PRE_COMMIT)?;
    Ok(Exit::Clean)
}
