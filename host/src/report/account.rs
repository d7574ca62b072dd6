//! What the human format says of the files that were examined: as what they were understood, and what was not.
//! Not the account itself, which was made before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ansi::count;
use super::words::{group, text};
use super::{Account, Report, Statement, Style, sum};

/// Named paths that gave nothing and have a line of their own; the others are counted.
const FRUITLESS: usize = 10;

/// Each file once: what it was understood as, or why it was not.
pub(super) fn of(report: &Report, style: Style) -> String {
    let account = &report.counts.account;
    let lines = [
        line(account.understood, "understood", &named(&account.formats)),
        line(account.broken, "not understood: see the problems", ""),
        line(sum(&account.unread), "of kinds that are known and not read", &named(&account.unread)),
        line(sum(&account.templates), "templates, which are not read", &named(&account.templates)),
        line(account.others, "nothing that keyreeve knows", ""),
    ];
    group(style, "examined", report.counts.files, &lines.concat())
}

/// The named paths that gave nothing, and what is missing where everything must be understood.
pub(super) fn not_understood(report: &Report, style: Style) -> String {
    let Account { fruitless, unread, .. } = &report.counts.account;
    let is_gate = report.run.require_understood;
    if style.quiet && !is_gate {
        return String::new();
    }
    let mut lines = String::new();
    let shown = if style.all { fruitless.len() } else { FRUITLESS };
    for (path, what) in fruitless.iter().take(shown) {
        let what = if what.is_empty() { String::new() } else { format!(": {what}") };
        let _ = writeln!(lines, "  {}: neither a fact nor a problem{what}", text(path));
    }
    if let Some(more @ 1..) = fruitless.len().checked_sub(shown) {
        let _ = writeln!(lines, "  and {}", count(more, "more path"));
    }
    let paths = group(style, "named, and nothing in them", fruitless.len(), &lines);
    let missing = if is_gate { sum(unread) } else { 0 };
    paths + &group(style, "not read, and this run requires it", missing, &format!("  {}\n", named(unread)))
}

/// Why the rules of a statement had nothing to examine.
pub(super) fn nothing(statement: &Statement) -> String {
    let mut out = match sum(&statement.read) {
        0 => "no file of a kind that its rules read".to_owned(),
        read => format!("nothing in {} that its rules read", count(read, "file")),
    };
    for (of, number) in &statement.templates {
        let verb = if *number == 1 { "looks like a template" } else { "look like templates" };
        let _ = write!(out, "; {} {verb} of {of}", count(*number, "file"));
    }
    if !statement.unread.is_empty() {
        let _ = write!(out, "; not read: {}", named(&statement.unread));
    }
    out
}

fn line(number: usize, what: &str, of: &str) -> String {
    match (number, of) {
        (0, _) => String::new(),
        (_, "") => format!("  {}: {what}\n", count(number, "file")),
        _ => format!("  {}: {what} ({of})\n", count(number, "file")),
    }
}

/// `nginx 3, key material 2`, the most first.
fn named(numbers: &BTreeMap<&'static str, usize>) -> String {
    let mut numbers: Vec<_> = numbers.iter().collect();
    numbers.sort_by_key(|(name, number)| (name.is_empty(), std::cmp::Reverse(**number)));
    let named = numbers.iter().map(|(name, number)| match **name {
        "" => format!("of something else {number}"),
        name => format!("{name} {number}"),
    });
    named.collect::<Vec<_>>().join(", ")
}
