//! The human format: a code frame for each finding that is open, groups for the others, and what summary.rs adds.
//! Not a format to parse: its wording may change with every version.

use std::fmt::Write as _;
use std::io::{self, Write};

use keyreeve_source::Location;

use super::escape::visible;
use super::frame::{Frame, Secrets};
use super::{ExceptionKind, ExceptionReport, Report, Style, ansi, statements, summary};
use crate::finding::{Finding, Status};

/// Related places that are listed with a finding; the others are counted.
const RELATED: usize = 8;
/// Characters of a hostile text that are shown.
const LONGEST_TEXT: usize = 1000;

/// Writes the report for people.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let secrets = Secrets::of(report);
    for finding in framed(report).filter(|finding| !style.quiet || report.fails(finding)) {
        out.write_all(frame(report, style, &secrets, finding).as_bytes())?;
    }
    if !style.quiet {
        out.write_all(undetermined(report, style).as_bytes())?;
        out.write_all(known(report, style).as_bytes())?;
        out.write_all(excepted(report, style).as_bytes())?;
    }
    out.write_all(summary::problems(report, style).as_bytes())?;
    if !style.quiet {
        out.write_all(summary::of_run(report, style).as_bytes())?;
    }
    out.write_all(summary::taken(report, style).as_bytes())?;
    writeln!(out, "{}", summary::last_line(report, style))
}

/// Open violations, and what else fails the run.
fn framed(report: &Report) -> impl Iterator<Item = &Finding> {
    let open = |finding: &&Finding| finding.status == Status::Open && finding.is_violation();
    report.findings.iter().filter(move |finding| open(finding) || report.fails(finding))
}

/// Hostile text, visible on one line, and not endless.
pub(super) fn text(text: &str) -> String {
    let mut shown = visible(text).into_owned();
    if let Some((end, _)) = shown.char_indices().nth(LONGEST_TEXT) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// A place as `path:line:column`, a link to the file where links are wanted; of a binary source its path alone.
pub(super) fn place(report: &Report, style: Style, location: Location) -> String {
    let place = report.place(location);
    let name = text(&place.source.name);
    let shown = match place.source.is_binary() {
        true => name,
        false => format!("{name}:{}:{}", place.start.line, place.start.column),
    };
    let file = place.source.file.as_deref().and_then(|file| std::path::absolute(file).ok());
    style.link(file.as_deref(), &shown)
}

/// `high[key-size]` in the colour of the severity.
fn tag(style: Style, finding: &Finding) -> String {
    let what = if finding.is_violation() { finding.severity.name() } else { "undetermined" };
    style.paint(ansi::severity(finding.severity), &format!("{what}[{}]", text(&finding.rule)))
}

fn frame(report: &Report, style: Style, secrets: &Secrets<'_>, finding: &Finding) -> String {
    let at = report.place(finding.location);
    let frame = Frame::of(&at, finding.location.source, secrets, style.width);
    let indent = " ".repeat(frame.as_ref().map_or(1, Frame::indent));
    let mut out = String::new();
    let message = style.paint(ansi::BOLD, &text(&finding.message));
    let arrow = style.paint(ansi::BLUE, "-->");
    let _ = writeln!(out, "{}: {message}", tag(style, finding));
    let _ = writeln!(out, "{indent}{arrow} {}", place(report, style, finding.location));
    if let Some(frame) = frame {
        let _ = writeln!(out, "{}", frame.render(finding.severity, style));
    }
    let equals = style.paint(ansi::BLUE, "=");
    let mut note = |word: &str, text: &str| out.extend([&indent, " ", &equals, " ", word, ": ", text, "\n"]);
    note("about", &text(&finding.label));
    for related in finding.related.iter().take(RELATED) {
        note("related", &format!("{}: {}", place(report, style, related.location), text(&related.label)));
    }
    if let Some(more @ 1..) = finding.related.len().checked_sub(RELATED) {
        note("related", &format!("and {}", ansi::count(more, "more place")));
    }
    if !finding.remedy.is_empty() {
        note(&style.paint(ansi::CYAN, "help"), &text(&finding.remedy));
    }
    let statement = statements::with_titles(&finding.statement);
    let last = format!("{indent} = {}, {}", text(&statement), text(&finding.fingerprint));
    out.push_str(&style.paint(ansi::DIM, &last));
    out.push_str("\n\n");
    out
}

/// A heading with a number, and lines under it; nothing where there is none.
pub(super) fn group(style: Style, heading: &str, number: usize, lines: &str) -> String {
    if number == 0 {
        return String::new();
    }
    format!("{}\n{lines}\n", style.paint(ansi::BOLD, &format!("{heading} ({number})")))
}

/// What no rule could tell, with the places of the same answer under one line.
fn undetermined(report: &Report, style: Style) -> String {
    let open = |finding: &&Finding| finding.status == Status::Open && !finding.is_violation() && !report.fails(finding);
    let mut findings: Vec<&Finding> = report.findings.iter().filter(open).collect();
    findings.sort_by_key(|finding| (&finding.rule, &finding.message, &finding.remedy));
    let mut lines = String::new();
    for same in findings.chunk_by(|a, b| (&a.rule, &a.message, &a.remedy) == (&b.rule, &b.message, &b.remedy)) {
        let first = same[0];
        let tag = style.paint(ansi::YELLOW, &text(&first.rule));
        let _ = writeln!(lines, "  {tag} {}: {}", text(&first.statement), text(&first.message));
        for finding in same {
            let _ = writeln!(lines, "    {}: {}", place(report, style, finding.location), text(&finding.label));
        }
        if !first.remedy.is_empty() {
            let _ = writeln!(lines, "    {}: {}", style.paint(ansi::CYAN, "help"), text(&first.remedy));
        }
    }
    group(style, "undetermined", findings.len(), &lines)
}

/// What the baseline has: not approved, but not new.
fn known(report: &Report, style: Style) -> String {
    let known = || report.findings.iter().filter(|finding| finding.status == Status::Known);
    let mut lines = String::new();
    for finding in known() {
        let _ = writeln!(lines, "  {}", one_line(report, style, finding));
    }
    group(style, "known, unapproved", known().count(), &lines)
}

/// What exceptions cover, one line each.
fn excepted(report: &Report, style: Style) -> String {
    let covered = || report.findings.iter().filter(|finding| matches!(finding.status, Status::Excepted(_)));
    let mut lines = String::new();
    for finding in covered() {
        let Status::Excepted(index) = finding.status else { continue };
        let why = report.exceptions.get(index).map_or_else(String::new, exception);
        let _ = writeln!(lines, "  {}; {why}", one_line(report, style, finding));
    }
    group(style, "excepted", covered().count(), &lines)
}

fn one_line(report: &Report, style: Style, finding: &Finding) -> String {
    format!("{}: {}: {}", place(report, style, finding.location), tag(style, finding), text(&finding.message))
}

/// An exception in words: by whom, until when, why, and what instead.
pub(super) fn exception(exception: &ExceptionReport) -> String {
    let kind = match exception.kind {
        ExceptionKind::Accepted => "accepted",
        ExceptionKind::FalsePositive => "false positive",
    };
    let mut out = format!("{kind} by {}", text(&exception.by));
    if let Some(date) = exception.expires {
        let _ = write!(out, " until {date}");
    }
    let _ = write!(out, ": {}", text(&exception.reason));
    if let Some(alternative) = &exception.alternative {
        let _ = write!(out, "; instead: {}", text(alternative));
    }
    out
}
