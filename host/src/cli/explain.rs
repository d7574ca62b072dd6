//! `keyreeve explain`: a rule in words, for a terminal or as a page of the documentation. All of it comes from the rule.

use anyhow::Result;
use keyreeve::report::escape::visible_lines;
use keyreeve::report::{Exit, statements};
use keyreeve::rules::contract::{Info, Value};
use keyreeve::rules::set::{Entry, Selection};

use super::ExplainArguments;
use super::output::{self, Terminal};
use super::setup::{self, Setup};

pub(super) fn run(arguments: &ExplainArguments, _: &Terminal) -> Result<Exit> {
    let setup = Setup::new(&arguments.policy, ".".as_ref())?;
    let (_, rules) = setup::rules(&setup.policy, &Selection::default())?;
    let Some(entry) = rules.entries.iter().find(|entry| entry.rule.info.id == arguments.rule) else {
        let known: Vec<&str> = rules.entries.iter().map(|entry| entry.rule.info.id.as_str()).collect();
        return Err(setup::unknown_rule(&arguments.rule, &known));
    };
    let page = page(entry);
    let text = if arguments.markdown { page } else { plain(&page) };
    // A rule's texts are hostile: nothing in them that a terminal would obey is sent to it.
    output::print(&visible_lines(&text))?;
    Ok(Exit::Clean)
}

/// The page of a rule, in Markdown.
fn page(entry: &Entry) -> String {
    let info = &entry.rule.info;
    let mut page = format!("# {}\n\n{}.\n\n", info.id, capitalised(&info.title));
    page += &format!("- Enforces: {}\n", statements::with_titles(&info.statement));
    page += &format!("- Severity: {}\n", entry.fixed.unwrap_or(info.severity).name());
    let kinds: Vec<&str> = entry.rule.kinds.iter().map(|kind| kind.interface()).collect();
    page += &format!("- Examines: {}\n- Version: {}\n\n## Why\n\n{}\n", kinds.join(", "), info.version, info.rationale);
    for (name, heading, fenced) in [
        ("remedy", "How to mend it", false),
        ("bad-example", "What it finds", true),
        ("good-example", "What it passes", true),
    ] {
        if let Some((_, text)) = info.attributes.iter().find(|(attribute, text)| attribute == name && !text.is_empty())
        {
            let text = text.trim_end();
            page += &if fenced {
                format!("\n## {heading}\n\n```\n{text}\n```\n")
            } else {
                format!("\n## {heading}\n\n{}.\n", capitalised(text))
            };
        }
    }
    page + &settings(info, entry)
}

fn settings(info: &Info, entry: &Entry) -> String {
    if info.settings.is_empty() {
        return "\n## Settings\n\nIt has none.\n".to_owned();
    }
    let mut text = format!("\n## Settings\n\nIn keyreeve.toml, under `[rules.{}.settings]`:\n\n", info.id);
    for (setting, (_, value)) in info.settings.iter().zip(&entry.settings) {
        text += &format!("- `{}` = `{}` ({}): {}\n", setting.name, literal(value), kind(value), setting.doc.trim());
        if literal(value) != literal(&setting.default) {
            text += &format!("  The default is `{}`.\n", literal(&setting.default));
        }
    }
    text
}

/// A value as keyreeve.toml writes it.
pub(super) fn literal(value: &Value) -> String {
    let quoted = |text: &String| toml::Value::from(text.as_str()).to_string();
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Text(text) => quoted(text),
        Value::Texts(texts) => format!("[{}]", texts.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        Value::Days(days) => days.to_string(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Boolean(_) => "true or false",
        Value::Integer(_) => "a whole number",
        Value::Text(_) => "a text",
        Value::Texts(_) => "a list of texts",
        Value::Days(_) => "days",
    }
}

/// The page without what only Markdown needs.
fn plain(page: &str) -> String {
    let lines =
        page.lines().filter(|line| *line != "```").map(|line| line.trim_start_matches('#').trim_start_matches(' '));
    lines.map(|line| line.replace('`', "") + "\n").collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
