//! `keyreeve rule inspect`: shows everything about a rule's file, as a page or as JSON. The library does the
//! inspecting.

use std::io;
use std::path::PathBuf;

use anyhow::Result;
use keyreeve::kit::inspect::{Calls, Inspection, inspect};
use keyreeve::report::escape::{visible_lines, write_json};
use keyreeve::report::{Exit, statements};
use keyreeve::rules::component::CONTRACT;
use keyreeve_contract::Info;

use crate::cli::explain::literal;
use crate::cli::output::{self, Terminal};
use crate::cli::setup;

pub(super) const EXAMPLES: &str = "\
Examples:
  keyreeve rule inspect owned-keys.wasm           all there is to know before it is approved
  keyreeve rule inspect owned-keys.wasm --json    the same for programs

The component is compiled, instantiated and called, in the sandbox: wrong types show here, and
so does a rule that fails on a fact such as a scan finds. Fuel is what limits a call, and the
same on every machine.

Exit codes:
  0  the rule would be loaded, and answers
  1  it would be refused, or its calls fail; the last lines say why, and what to change
  2  there is no such file";

/// The most names of imports or exports on the page; JSON has all.
const NAMES: usize = 40;

/// Which file, and in which form it is shown.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, _: &Terminal) -> Result<Exit> {
    let engine = setup::engine()?;
    let inspection = inspect(&setup::loader(&engine, setup::cache(&setup::repository()))?, &arguments.file)?;
    if arguments.json {
        write_json(&inspection.to_json()?, &mut io::stdout().lock())?;
    } else {
        // All of it can come from the component: everything that a terminal would obey is made visible first.
        output::print(&visible_lines(&page(&inspection)))?;
    }
    Ok(if inspection.trouble.is_some() { Exit::Violations } else { Exit::Clean })
}

fn page(inspection: &Inspection) -> String {
    let mut page = row("file", &inspection.file) + &row("size", &format!("{} bytes", thousands(inspection.size)));
    if let Some(form) = inspection.form {
        page += &row("form", form.name());
    }
    if let Some(sha256) = &inspection.sha256 {
        page += &row("SHA-256", sha256);
    }
    if let Some(contract) = &inspection.contract {
        page += &row("contract", &format!("{contract} (this keyreeve speaks {CONTRACT})"));
    }
    page += &names("imports", &inspection.imports);
    page += &names("exports", &inspection.exports);
    if let Some((_, info)) = &inspection.rule {
        page += &format!("\n{}", described(info));
    }
    if !inspection.calls.is_empty() {
        page += &format!("\n{}", calls(&inspection.calls));
    }
    page + "\n" + &verdict(inspection)
}

/// A row of the page. Further lines are indented, so that no text can look like a row.
fn row(name: &str, text: &str) -> String {
    const INDENT: &str = "\n             ";
    format!("{name:<12} {}\n", text.trim_end().replace('\n', INDENT))
}

fn names(what: &str, names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMES).map(|name| name.replace('\n', "\\n")).collect();
    if names.is_empty() {
        return String::new();
    }
    if names.len() > NAMES {
        shown.push(format!("and {} more", names.len() - NAMES));
    }
    row(what, &shown.join("\n"))
}

fn described(info: &Info) -> String {
    let settings = info
        .settings
        .iter()
        .map(|setting| format!("{} = {}: {}", setting.name, literal(&setting.default), setting.doc.trim()));
    let settings: Vec<String> = settings.collect();
    let rows = [
        ("rule", format!("{} {}", info.id, info.version)),
        ("title", info.title.clone()),
        ("enforces", statements::with_titles(&info.statement)),
        ("severity", info.severity.name().to_owned()),
        ("why", info.rationale.clone()),
        ("reads", info.reads.join("\n")),
        ("settings", settings.join("\n")),
    ];
    rows.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| row(name, text)).collect()
}

fn calls(calls: &[Calls]) -> String {
    let line = |kind: &str, empty: &str, typical: &str, most: &str| {
        format!("{kind:<15} {empty:>15} {typical:>15} {most:>15}\n")
    };
    let heading = line("FUEL OF A CALL", "WITHOUT FACTS", "WITH ONE", "AT MOST");
    let row = |calls: &Calls| {
        let empty = calls.empty.map_or_else(|| "fails".to_owned(), thousands);
        line(calls.kind.interface(), &empty, &thousands(calls.typical), &thousands(calls.most))
    };
    heading + &calls.iter().map(row).collect::<String>()
}

fn verdict(inspection: &Inspection) -> String {
    let Some(trouble) = &inspection.trouble else { return "it would be loaded\n".to_owned() };
    let what = if trouble.refused { "it would be refused" } else { "it would be loaded, and fails when it is called" };
    // On one line, whatever the component has put into the reason.
    format!("{what}: {}\nwhat to do: {}\n", trouble.reason.replace('\n', "\\n"), trouble.advice)
}

/// A number with commas.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_where_they_belong() {
        let shown = [0, 12, 999, 1000, 31_234, 502_000_000, u64::MAX].map(thousands);
        assert_eq!(shown, ["0", "12", "999", "1,000", "31,234", "502,000,000", "18,446,744,073,709,551,615"]);
    }

    #[test]
    fn no_text_looks_like_a_row() {
        assert_eq!(row("title", "a\nit would be loaded\n"), "title        a\n             it would be loaded\n");
        assert_eq!(names("exports", &["a\nb".to_owned()]), "exports      a\\nb\n");
        let many: Vec<String> = (0..60).map(|number| number.to_string()).collect();
        assert!(names("imports", &many).ends_with("             39\n             and 20 more\n"));
    }
}
