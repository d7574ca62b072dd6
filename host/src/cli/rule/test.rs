//! `keyreeve rule test`: runs a rule against its cases, and prints the result of each. The library judges and compares.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use anyhow::{Context as _, Result, bail, ensure};
use jiff::civil::Date;
use keyreeve::kit::cases;
use keyreeve::kit::cases::{Failure, Harness, Options, Outcome};
use keyreeve::kit::diff::Line;
use keyreeve::report::Exit;
use keyreeve::report::escape::visible_lines;
use keyreeve::rules::load;
use keyreeve_source::digest::sha256;

use crate::cli::output::{self, Terminal};
use crate::cli::setup;

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule test .             the only .wasm file of the folder, against cases/
  keyreeve rule test . --bless     writes what the rule says as what is expected
  keyreeve facts server.pem > cases/fail-no-owner/facts.json

A case is a folder cases/<pass|fail|undetermined>-<why>/. In it are files, scanned as `check`
scans them, or facts.json, as `keyreeve facts` prints it; and expected.json with what the rule
must say: verdict, severity, path, line and message of each finding. A keyreeve.toml in the case
sets scopes and the rule's settings, and a file as-of, in the case or in cases/, the date.

A case fails if the rule says something else, if its verdicts are not what the folder's name
promises, if anything could not be read or judged, and if the rule examines nothing of it.

Exit codes:
  0  every case passes
  1  some case fails
  2  there is no rule or no case to run";

/// Which rule, and how.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The folder of the rule, with cases/ in it.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The component. Default: the only .wasm file that lies directly in DIR.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Writes what the rule says as what is expected. Read it, as if somebody else had written it, before you keep it.
    #[arg(long)]
    bless: bool,
    /// The date to judge all cases at, as YYYY-MM-DD, whatever their files as-of say. Default: what they say, else
    /// today, UTC.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit> {
    let cases = find_cases(&arguments.folder)?;
    let component = match &arguments.component {
        Some(component) => component.clone(),
        None => only_component(&arguments.folder)?,
    };
    let engine = setup::engine()?;
    let bytes = load::read(&component)?;
    let loader = setup::loader(&engine, setup::cache(&setup::repository()))?;
    let rule = loader.rule(&component.to_string_lossy(), &bytes, &sha256(&bytes))?;
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let heading = format!("{} {}, {}\n", rule.info.id, rule.info.version, component.display());
    output::print(&visible_lines(&heading))?;
    let options = Options { as_of: arguments.as_of, today, bless: arguments.bless };
    let mut harness = Harness::new(&engine, rule, options);
    let (mut passed, mut written, mut failed) = (0, 0, 0);
    for case in &cases {
        let outcome = harness.judge(case);
        match &outcome {
            Ok(Outcome::Passed) => passed += 1,
            Ok(Outcome::Written) => written += 1,
            Err(_) => failed += 1,
        }
        output::print(&told(case, &outcome, *terminal))?;
    }
    let written = if written > 0 { format!(", {written} written: read what is expected now") } else { String::new() };
    output::print(&format!("\n{passed} of {} cases passed, {failed} failed{written}\n", cases.len()))?;
    Ok(if failed > 0 { Exit::Violations } else { Exit::Clean })
}

fn find_cases(folder: &Path) -> Result<Vec<PathBuf>> {
    const HOW: &str = "make folders such as cases/pass-<why> and cases/fail-<why>, with files or a facts.json in them";
    let folder = folder.join("cases");
    let cases = cases::list(&folder).with_context(|| format!("there are no cases in {}: {HOW}", folder.display()))?;
    ensure!(!cases.is_empty(), "there are no cases in {}: {HOW}", folder.display());
    Ok(cases)
}

/// The component that a build has put into the folder of a rule.
fn only_component(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut components = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("{} cannot be read", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") && path.is_file() {
            components.push(path);
        }
    }
    components.sort();
    if components.len() > 1 {
        // The core module of a component may lie beside it. A core module alone is kept: loading it reports what it is.
        components.retain(|path| !is_core_module(path));
    }
    match &components[..] {
        [component] => Ok(component.clone()),
        [] => bail!(
            "there is no .wasm file in {}: build the rule, as the README of a rule that `keyreeve rule new` wrote shows, or name the component with --component",
            folder.display()
        ),
        several => {
            let names: Vec<String> = several.iter().map(|path| path.display().to_string()).collect();
            bail!("which of them is the rule: {}? name it with --component", names.join(", "))
        }
    }
}

fn is_core_module(path: &Path) -> bool {
    let mut preamble = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(8).read_to_end(&mut preamble));
    read.is_ok() && preamble == *b"\0asm\x01\0\0\0"
}

/// A line for a case, and below it the differences.
fn told(case: &Path, outcome: &Result<Outcome, Failure>, terminal: Terminal) -> String {
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let (word, color, reason) = match outcome {
        Ok(Outcome::Passed) => ("ok     ", AnsiColor::Green, String::new()),
        Ok(Outcome::Written) => ("written", AnsiColor::Cyan, String::new()),
        // Further lines are indented, so that none of them can look like the line of a case.
        Err(failure) => ("FAILED ", AnsiColor::BrightRed, format!(": {failure}").replace('\n', "\n        ")),
    };
    let mut text = format!("{} {}\n", terminal.paint(color, word), visible_lines(&format!("{name}{reason}")));
    if let Err(Failure::Differs(lines)) = outcome {
        text += &format!("        {}\n", terminal.paint(AnsiColor::Red, "- expected"));
        text += &format!("        {}\n", terminal.paint(AnsiColor::Green, "+ said"));
        text.extend(lines.iter().map(|line| difference(line, terminal)));
    }
    text
}

fn difference(line: &Line, terminal: Terminal) -> String {
    let text = visible_lines(&line.to_string());
    let text = match line {
        Line::Same(_) | Line::Omitted(_) => text,
        Line::Expected(_) => terminal.paint(AnsiColor::Red, &text),
        Line::Said(_) => terminal.paint(AnsiColor::Green, &text),
    };
    format!("        {text}\n")
}
