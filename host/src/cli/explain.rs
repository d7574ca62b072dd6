//! `keyreeve explain`: describes a rule, for a terminal or as a page of the documentation. All of it comes from the
//! rule.

use anyhow::Result;
use keyreeve::report::escape::visible_lines;
use keyreeve::report::{Exit, statements};
use keyreeve::rules::set::{Entry, Selection};
use keyreeve_contract::{Info, Value};

use super::ExplainArguments;
use super::output::{self, Terminal};
use super::setup::{self, Setup};

pub(super) fn run(arguments: &ExplainArguments, _: &Terminal) -> Result<Exit> {
    let setup = Setup::new(&arguments.policy, ".".as_ref())?;
    let (_, rules) = setup::rules(&setup.policy, &Selection::default(), &setup::repository())?;
    let Some(entry) = rules.entries.iter().find(|entry| entry.rule.info.id == arguments.rule) else {
        let known: Vec<&str> = rules.entries.iter().map(|entry| entry.rule.info.id.as_str()).collect();
        return Err(setup::unknown_rule(&arguments.rule, &known));
    };
    let page = page(entry);
    let text = if arguments.markdown { page } else { plain(&page) };
    // A rule's texts are hostile: everything that a terminal would obey is made visible first.
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
    for (name, heading) in [("bad-example", "What it finds"), ("good-example", "What it passes")] {
        if let Some(example) = attribute(info, name) {
            page += &format!("\n## {heading}\n\n```\n{}\n```\n", example.trim_end());
        }
    }
    if let Some(remedy) = attribute(info, "remedy") {
        page += &format!("\n## How to mend it\n\n{}.\n", capitalised(remedy.trim_end()));
    }
    page + &severities(entry) + &undetermined(info) + &settings(info, entry) + &sources(info)
}

/// An optional part of a rule's description of itself.
fn attribute<'a>(info: &'a Info, name: &str) -> Option<&'a str> {
    let mut attributes = info.attributes.iter().filter(|(attribute, text)| attribute == name && !text.is_empty());
    attributes.next().map(|(_, text)| text.as_str())
}

/// When a violation has which severity; empty if the line `Severity` has said everything.
fn severities(entry: &Entry) -> String {
    let Some(lines) = attribute(&entry.rule.info, "severities") else { return String::new() };
    let list: String = lines.lines().map(|line| format!("- {line}\n")).collect();
    let fixed = match entry.fixed {
        Some(fixed) => format!("keyreeve.toml makes all of them {}. By themselves they are:\n\n", fixed.name()),
        None => String::new(),
    };
    format!("\n## Severities\n\n{fixed}{list}")
}

/// When the rule answers undetermined: the rule's own words, and the fields for which the host answers.
fn undetermined(info: &Info) -> String {
    let mut paragraphs = Vec::new();
    paragraphs.extend(attribute(info, "undetermined").map(|own| format!("{}.", capitalised(own))));
    if !info.reads.is_empty() {
        let fields: Vec<String> = info.reads.iter().map(|field| format!("`{field}`")).collect();
        paragraphs
            .push(format!("A fact without a violation in which one of these is not known: {}.", fields.join(", ")));
    }
    if paragraphs.is_empty() {
        paragraphs.push("Nothing: it reads no field that it could miss.".to_owned());
    }
    format!("\n## What stays undetermined\n\n{}\n", paragraphs.join("\n\n"))
}

/// Standards that the rationale names and that have an address of their own.
fn sources(info: &Info) -> String {
    let mut sources: Vec<(String, String)> = Vec::new();
    for series in [RFC, FIPS, SP] {
        for (at, _) in info.rationale.match_indices(series.0) {
            let source = series.1(&info.rationale[at + series.0.len()..]);
            sources.extend(source.filter(|source| !sources.contains(source)));
        }
    }
    if sources.is_empty() {
        return String::new();
    }
    let lines = sources.iter().map(|(name, address)| format!("- {name}: <{address}>\n"));
    format!("\n## Sources\n\n{}", lines.collect::<String>())
}

/// How a series of standards is cited, and name and address of the one that the text behind that names.
type Series = (&'static str, fn(&str) -> Option<(String, String)>);

const RFC: Series = ("RFC ", |text| {
    let number = leading(text, |letter| letter.is_ascii_digit())?;
    Some((format!("RFC {number}"), format!("https://www.rfc-editor.org/rfc/rfc{number}")))
});

const FIPS: Series = ("FIPS ", |text| {
    let number = leading(text, |letter| letter.is_ascii_digit() || letter == '-')?;
    Some((format!("FIPS {number}"), format!("https://doi.org/10.6028/NIST.FIPS.{number}")))
});

/// `SP 800-57 part 1 revision 5` has the address `…SP.800-57pt1r5`. An OCSP responder is no publication.
const SP: Series = ("SP ", |text| {
    let number = leading(text, |letter| letter.is_ascii_alphanumeric() || letter == '-')?;
    let number = Some(number).filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))?;
    let (mut name, mut address) = (format!("NIST SP {number}"), format!("https://doi.org/10.6028/NIST.SP.{number}"));
    let mut rest = &text[number.len()..];
    for (word, short) in [(" part ", "pt"), (" revision ", "r")] {
        let digits = rest.strip_prefix(word).and_then(|rest| leading(rest, |letter| letter.is_ascii_digit()));
        if let Some(digits) = digits {
            name += &format!("{word}{digits}");
            address += &format!("{short}{digits}");
            rest = &rest[word.len() + digits.len()..];
        }
    }
    Some((name, address))
});

/// The letters at the beginning of `text`, without a hyphen at their end. Returns `None` if there are no letters.
fn leading(text: &str, is_part: fn(char) -> bool) -> Option<&str> {
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    Some(text[..end].trim_end_matches('-')).filter(|part| !part.is_empty())
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
    let unlinked = |line: &str| match line.split_once(": <https://") {
        Some((name, address)) => format!("{name}: https://{}", address.trim_end_matches('>')),
        None => line.to_owned(),
    };
    lines.map(|line| unlinked(line).replace('`', "") + "\n").collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
