//! `keyreeve init`: writes a first policy file for a tree. It never overwrites a file.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use keyreeve::discover;
use keyreeve::formats::{Detail, matters};
use keyreeve::init::{self, Holds};
use keyreeve::policy::{FILE_NAME, Policy};
use keyreeve::report::{Exit, FAIL_ON};
use keyreeve::rules::set::Selection;
use keyreeve::scan::{self, Given};
use keyreeve_facts::Facts;
use keyreeve_source::Sources;

use super::InitArguments;
use super::output::{self, Terminal};
use super::setup;

pub(super) fn run(arguments: &InitArguments, terminal: &Terminal) -> Result<Exit> {
    let root = discover::resolve(&arguments.folder);
    ensure!(
        root.is_dir(),
        "{} is not a folder: `keyreeve init` looks at one, and writes {FILE_NAME} there",
        root.display()
    );
    let text = proposal(&root)?;
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
    terminal.note(text.lines().last().unwrap_or_default().trim_start_matches("# "));
    terminal.note("for a pre-commit hook, add this to .pre-commit-config.yaml:\n");
    output::print(init::PRE_COMMIT)?;
    Ok(Exit::Clean)
}

/// The text for a folder, with what it would change.
fn proposal(root: &Path) -> Result<String> {
    let names = Mutex::new(Vec::new());
    let keep = |name: &str, bytes: &[u8]| {
        names.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
        matters(name, bytes)
    };
    let folders = [root.to_owned()];
    let built_in = Policy::built_in();
    let (facts, sources) = read(&folders, &built_in, &keep);
    let mut names = names.into_inner().unwrap_or_else(PoisonError::into_inner);
    names.sort();
    names.dedup();
    let text = init::propose(&names, &Holds::of(&facts, &sources));
    let proposed = Policy::load(&root.join(FILE_NAME), text.as_bytes())?;
    let (engine, rules) = setup::rules(&built_in, &Selection::default(), &folders)?;
    let as_of = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let failing = |facts: Facts, sources: &Sources| {
        let findings = scan::judged(&engine, &rules, facts, sources, as_of).findings;
        findings.iter().filter(|finding| finding.is_violation() && finding.severity >= FAIL_ON).count()
    };
    let before = failing(facts, &sources);
    // Read again: of large files the content is let go of once it is understood.
    let (facts, sources) = read(&folders, &proposed, &matters);
    Ok(text + &init::effect(before, failing(facts, &sources), as_of))
}

/// What a tree holds under a policy.
fn read(folders: &[PathBuf; 1], policy: &Policy, keep: discover::Keep<'_>) -> (Facts, Sources) {
    let mut sources = setup::walk(&folders[0], folders, keep).sources;
    let understood = scan::understand(&mut sources, policy, Detail::Judged, &Given::default());
    (understood.facts, sources)
}
